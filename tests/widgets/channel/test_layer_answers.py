"""LayerAnswers: silent and redundant filters, asked of the whole layer, and not anew by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.model import model_lock
from cnnviz_widgets.widgets.channel.layer import layer_answers
from cnnviz_widgets.widgets.channel.layer.layer_answer import LayerAnswer
from cnnviz_widgets.widgets.channel.layer.layer_answers import LayerAnswers, LayerPart
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


@pytest.fixture
def subject(model: Any, images: Any) -> ChannelSubject:
    return ChannelSubject(cv.ModelProbe(model, images), "conv")


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


def test_of_other_weights_nothing_is_asked_by_itself(
    answers: LayerAnswers, subject: ChannelSubject, model: Any
) -> None:
    answers.unfolded = ["filters"]
    answers.look_at(subject, 0, 8)
    before = asked(answers)
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
        answers._again += 1
        entry = asked(answers)
        assert entry["state"] == "done"
        assert "No channel of 8 is silent" in words(entry)
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
