"""LayerAnswers: silent and redundant filters, asked of the whole layer, and not anew by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.model import ascend, model_lock
from cnnviz_widgets.runtime.newest_work import NewestWork
from cnnviz_widgets.widgets.channel.layer import layer_answers, patience, sheet_part
from cnnviz_widgets.widgets.channel.layer.layer_answer import LayerAnswer
from cnnviz_widgets.widgets.channel.layer.layer_answers import LayerAnswers, LayerPart
from cnnviz_widgets.widgets.channel.layer.sheet_part import SILENT
from cnnviz_widgets.widgets.channel.subject import ChannelSubject

PATIENCE = 60


@pytest.fixture(scope="module")
def images() -> Any:
    return np.random.default_rng(0).normal(size=(20, 9, 9, 1)).astype("float32")


@pytest.fixture(scope="module")
def model() -> Any:
    """Of its eight filters 1 is silent, and 6 is 2 again."""
    keras.utils.set_random_seed(3)
    made = keras.Sequential(
        [
            keras.Input((9, 9, 1)),
            keras.layers.Conv2D(8, 3, activation="relu", name="conv"),
            keras.layers.GlobalAveragePooling2D(name="gap"),
            keras.layers.Dense(2, name="head"),
        ]
    )
    kernel, bias = made.get_layer("conv").get_weights()
    kernel[..., 6], bias[1] = kernel[..., 2], -100
    made.get_layer("conv").set_weights([kernel, bias])
    return made


@pytest.fixture(scope="module")
def probe(model: Any, images: Any) -> cv.ModelProbe:
    return cv.ModelProbe(model, images)


@pytest.fixture
def subject(probe: cv.ModelProbe) -> ChannelSubject:
    return ChannelSubject(probe, "conv")


@pytest.fixture
def answers() -> Iterator[LayerAnswers]:
    made = LayerAnswers()
    yield made
    made.close()


def asked(answers: LayerAnswers, name: str = "filters") -> dict[str, Any]:
    assert answers.wait(PATIENCE)
    entry: dict[str, Any] = answers.answered[name]
    return entry


def words(entry: dict[str, Any]) -> str:
    return " ".join(text for _, text in entry["words"])


def test_silent_and_redundant_filters_can_be_chosen(
    answers: LayerAnswers, subject: ChannelSubject
) -> None:
    answers.look_at(subject, 0, 8)
    assert answers.wait(PATIENCE)
    # What is folded is not asked.
    assert answers.answered == {}
    answers.unfolded = ["filters"]
    entry = asked(answers)
    assert entry["state"] == "done"
    assert "1 of 8 channels silent on 20 samples: ascent wakes 0" in words(entry)
    chosen = {choice["text"]: (choice["channels"], choice["doubt"]) for choice in entry["choices"]}
    assert chosen["1 silent, not woken"] == ([1], False)
    assert chosen["1 alike"] == ([6], False)
    assert chosen["2 ≈ 6 1.00"] == ([2, 6], False)


def test_what_may_be_chance_is_marked(answers: LayerAnswers, images: Any) -> None:
    keras.utils.set_random_seed(1)
    plain = keras.Sequential([keras.Input((9, 9, 1)), keras.layers.Conv2D(8, 3, name="conv")])
    answers.unfolded = ["filters"]
    answers.look_at(ChannelSubject(cv.ModelProbe(plain, images), "conv"), 0, 8)
    entry = asked(answers)
    assert "No channel of 8 is silent on 20 samples." in words(entry)
    assert "No pair stands out" in words(entry)
    assert [choice["doubt"] for choice in entry["choices"]] == [True] * 3
    assert all("no more than chance" in choice["title"] for choice in entry["choices"])


def silent(subject: ChannelSubject, patience: Any) -> Iterator[LayerAnswer]:
    """A quick question."""
    values = subject.probe.outputs("conv")
    yield LayerAnswer((("plain", f"{(values.max((0, 1, 2)) == 0).sum()} silent"),))


def test_of_other_weights_nothing_is_asked_by_itself(
    answers: LayerAnswers, subject: ChannelSubject, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(layer_answers.PARTS, "filters", LayerPart("Filters", "", silent))
    answers.unfolded = ["filters"]
    answers.look_at(subject, 0, 8)
    before = asked(answers)
    assert words(before) == "1 silent"
    # The same layer, shown in another way.
    answers.look_at(ChannelSubject(subject.probe, "conv"), 0, 8)
    assert answers.answered == {"filters": before}
    bias = model.get_layer("conv").bias
    values = bias.numpy()
    with model_lock(model):
        bias.assign(np.abs(values))
    try:
        answers.look_at(ChannelSubject(subject.probe, "conv"), 0, 8)
        assert asked(answers) == {**before, "state": "old"}
        # What was never asked is asked of the model as it is; what is old stays.
        monkeypatch.setitem(layer_answers.PARTS, "sheet", LayerPart("Sheet", "", silent))
        answers.unfolded = ["filters", "sheet"]
        entry = asked(answers, "sheet")
        assert (entry["state"], words(entry)) == ("done", "0 silent")
        assert answers.answered["filters"]["state"] == "old"
        answers._again = [1, "filters"]
        entry = asked(answers)
        assert (entry["state"], words(entry)) == ("done", "0 silent")
    finally:
        bias.assign(values)
    answers.look_at(None)
    assert (answers.answered, answers._asks) == ({}, False)


def test_weights_that_change_meanwhile(
    answers: LayerAnswers, subject: ChannelSubject, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bias = model.get_layer("head").bias

    def training(subject: ChannelSubject, turn: Any) -> Iterator[LayerAnswer]:
        with model_lock(model):
            bias.assign([1.0, 2.0])
        yield LayerAnswer((("plain", "of neither"),))

    monkeypatch.setitem(layer_answers.PARTS, "filters", LayerPart("Filters", "", training))
    answers.unfolded = ["filters"]
    answers.look_at(subject, 0, 8)
    entry = asked(answers)
    bias.assign([0.0, 0.0])
    assert (entry["state"], words(entry)) == ("old", "of neither")


def test_folding_ends_what_is_asked_and_failing_says_why(
    answers: LayerAnswers, subject: ChannelSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(subject: ChannelSubject, turn: Any) -> Iterator[LayerAnswer]:
        begun.set()
        assert go_on.wait(PATIENCE)
        turn.look()
        yield LayerAnswer((("plain", "nobody asks any more"),))

    monkeypatch.setitem(layer_answers.PARTS, "filters", LayerPart("Filters", "", slow))
    answers.unfolded = ["filters"]
    answers.look_at(subject, 0, 8)
    assert begun.wait(PATIENCE)
    thread = answers._work._thread
    answers.unfolded = []
    go_on.set()
    assert thread is not None
    thread.join(PATIENCE)
    assert answers.answered["filters"]["words"] == []

    def failing(subject: ChannelSubject, turn: Any) -> Iterator[LayerAnswer]:
        yield LayerAnswer()
        raise OSError("no luck")

    monkeypatch.setitem(layer_answers.PARTS, "filters", LayerPart("Filters", "", failing))
    answers.unfolded = ["filters"]
    entry = asked(answers)
    assert (entry["state"], words(entry)) == ("failed", "OSError: no luck")
    with pytest.raises(ValueError, match="each of unfolded must be"):
        answers.unfolded = ["colours"]


def test_a_layer_without_channels_says_so(answers: LayerAnswers) -> None:
    flat = keras.Sequential([keras.Input((4,)), keras.layers.Reshape((2, 2), name="shape")])
    probe = cv.ModelProbe(flat, np.zeros((3, 4), "float32"))
    answers.unfolded = ["filters"]
    answers.look_at(ChannelSubject(probe, "shape"), 0, 2)
    entry = asked(answers)
    assert entry["state"] in ("done", "failed")
    assert words(entry)


def sheet_of(entry: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Channels, states and pictures of a contact sheet."""
    sheet = entry["sheet"]
    shape = sheet["done"], sheet["height"], sheet["width"], sheet["depth"]
    return (
        np.frombuffer(sheet["channels"], "<i4"),
        np.frombuffer(sheet["state"], "u1"),
        np.frombuffer(sheet["pixels"], "u1").reshape(shape),
    )


def test_a_contact_sheet_in_the_order_of_the_tree(
    answers: LayerAnswers, subject: ChannelSubject, images: Any
) -> None:
    answers.unfolded = ["sheet"]
    answers.look_at(replace(subject, order=[7, 1, 3]), 0, 8)
    entry = asked(answers, "sheet")
    assert entry["state"] == "done"
    channels, states, pictures = sheet_of(entry)
    assert channels.tolist() == [7, 1, 3, 0, 2, 4, 5, 6]
    assert states[1] == SILENT
    assert pictures.shape == (8, 9, 9, 1)
    found = ascend(subject.probe, "conv", [3])
    low, high = images.min(), images.max()
    expected = (found.images[0] - low) / (high - low) * 255
    np.testing.assert_allclose(pictures[2].astype(float), expected, atol=2)
    assert entry["sheet"]["titles"][2] == f"channel 3: {found.sentences[0]}"
    assert {"1 silent": [1]}.items() <= {
        choice["text"]: choice["channels"] for choice in entry["choices"]
    }.items()


def test_a_sheet_goes_on_where_it_was_left(
    answers: LayerAnswers, subject: ChannelSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[list[int]] = []

    def counting(probe: Any, path: str, channels: list[int], **options: Any) -> Any:
        asked_for.append(channels)
        if len(asked_for) == 2:
            answers.unfolded = []
        return ascend(probe, path, channels, **options)

    monkeypatch.setattr(patience, "ascend", counting)
    monkeypatch.setattr(sheet_part, "_FIRST", 2)
    monkeypatch.setattr(sheet_part, "_AT_ONCE", 3)
    answers.unfolded = ["sheet"]
    answers.look_at(subject, 0, 8)
    thread = answers._work._thread
    assert thread is not None
    thread.join(PATIENCE)
    assert answers.answered["sheet"]["sheet"]["done"] == 2
    answers.unfolded = ["sheet"]
    assert asked(answers, "sheet")["sheet"]["done"] == 8
    assert asked_for == [[0, 1], [2, 3, 4], [2, 3, 4], [5, 6, 7]]


def test_a_sheet_gives_way_to_what_is_asked_of_one_channel(
    subject: ChannelSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, begun, go_on = NewestWork(lambda error: None), threading.Event(), threading.Event()
    tries: list[int] = []

    def wait(turn: Any) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    def interrupted(probe: Any, path: str, channels: list[int], **options: Any) -> Any:
        tries.append(len(channels))
        if len(tries) == 1:
            other.begin(wait)
            assert begun.wait(PATIENCE)
            threading.Timer(0.2, go_on.set).start()
            options["progress"](0.5, path)
        assert other.wait(0) or other.turn is None
        return ascend(probe, path, channels, **options)

    monkeypatch.setattr(patience, "ascend", interrupted)
    answers = LayerAnswers(before=other, unfolded=["sheet"])
    answers.look_at(subject, 0, 8)
    assert asked(answers, "sheet")["sheet"]["done"] == 8
    assert tries == [8, 8]
    answers.close()


@pytest.mark.parametrize(("axes", "drawn"), [(1, True), (3, False)])
def test_sheets_of_curves_and_of_volumes(answers: LayerAnswers, axes: int, drawn: bool) -> None:
    shape = (*(5,) * axes, 2)
    layer = {1: keras.layers.Conv1D, 3: keras.layers.Conv3D}[axes](3, 3, name="conv")
    plain = keras.Sequential([keras.Input(shape), layer])
    inputs = np.random.default_rng(0).normal(size=(6, *shape)).astype("float32")
    answers.unfolded = ["sheet"]
    answers.look_at(ChannelSubject(cv.ModelProbe(plain, inputs), "conv"), 0, 3)
    entry = asked(answers, "sheet")
    assert entry["state"] == "done"
    if drawn:
        assert sheet_of(entry)[2].shape == (3, 24, 36, 1)
    else:
        assert entry["sheet"] is None
        assert "no pictures" in words(entry)


def test_the_sheet_of_a_generator_shows_what_it_draws(answers: LayerAnswers) -> None:
    generator = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3 * 3 * 2, activation="relu", name="dense"),
            keras.layers.Reshape((3, 3, 2)),
            keras.layers.Conv2DTranspose(1, 3, activation="tanh", name="drawn"),
        ]
    )
    noise = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    answers.unfolded = ["sheet"]
    answers.look_at(ChannelSubject(cv.ModelProbe(generator, noise), "dense"), 0, 18)
    assert sheet_of(asked(answers, "sheet"))[2].shape == (18, 5, 5, 1)
