"""ChannelAnswers: what is unfolded is asked of the live model, the newest question first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.model import model_lock, projective_field
from cnnviz_widgets.records.place_record import NOW
from cnnviz_widgets.widgets.channel import channel_answers
from cnnviz_widgets.widgets.channel.answer import Answer
from cnnviz_widgets.widgets.channel.channel_answers import ChannelAnswers
from cnnviz_widgets.widgets.channel.parts import Part
from cnnviz_widgets.widgets.channel.subject import ChannelSubject

PATIENCE = 60
SAMPLES = 20
LABELS = np.arange(SAMPLES) % 2


@pytest.fixture(scope="module")
def images() -> Any:
    return np.random.default_rng(0).normal(size=(SAMPLES, 9, 9, 1)).astype("float32")


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((9, 9, 1)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.GlobalAveragePooling2D(name="gap"),
            keras.layers.Dense(2, name="head"),
        ]
    )


@pytest.fixture
def subject(model: Any, images: Any) -> ChannelSubject:
    return ChannelSubject(
        cv.ModelProbe(model, images), "conv", labels=LABELS, class_names=["cat", "dog"]
    )


@pytest.fixture
def answers() -> Iterator[ChannelAnswers]:
    made = ChannelAnswers()
    yield made
    made.close()


def asked(answers: ChannelAnswers, name: str = "patches") -> dict[str, Any]:
    assert answers.wait(PATIENCE)
    entry: dict[str, Any] = answers._answers[name]
    return entry


def words(entry: dict[str, Any]) -> str:
    return " ".join(text for _, text in entry["words"])


def test_strongest_patches_are_those_of_brute_force(
    answers: ChannelAnswers, subject: ChannelSubject, images: Any
) -> None:
    answers.channel = 2
    answers.look_at(subject)
    entry = asked(answers)
    assert (entry["channel"], entry["state"]) == (2, "done")
    values = subject.probe.outputs("conv")[..., 2].reshape(SAMPLES, -1)
    expected = np.argsort(-values.max(axis=1), kind="stable")[:9]
    strongest = entry["strips"][0]
    assert strongest["title"] == "strongest"
    assert [each["sample"] for each in strongest["pictures"]] == expected.tolist()
    first = strongest["pictures"][0]
    down, across = np.unravel_index(values[expected[0]].argmax(), (7, 7))
    low, high = images.min(), images.max()
    patch = images[expected[0], down : down + 3, across : across + 3, 0]
    codes = np.frombuffer(first["pixels"], np.uint8).reshape(3, 3)
    np.testing.assert_allclose(codes, (patch - low) / (high - low) * 255, atol=0.51)
    assert first["caption"] == f"{values.max():.3g}"


def test_words_say_what_patches_are_worth(answers: ChannelAnswers, subject: ChannelSubject) -> None:
    answers.channel = 0
    answers.look_at(subject)
    text = words(asked(answers))
    assert "random direction" in text
    assert "Of 20 samples shown" in text
    assert "cat" in text or "dog" in text


def test_too_few_samples_are_not_told_from_chance(
    answers: ChannelAnswers, model: Any, images: Any
) -> None:
    answers.channel = 0
    answers.look_at(ChannelSubject(cv.ModelProbe(model, images[:4]), "conv"))
    assert "Too few samples to tell from chance: 4 of 18." in words(asked(answers))


def test_equal_values_are_not_told_apart(answers: ChannelAnswers, images: Any) -> None:
    silent = keras.Sequential(
        [
            keras.Input((9, 9, 1)),
            keras.layers.Conv2D(2, 3, activation="relu", bias_initializer=_minus_hundred),
        ]
    )
    answers.channel = 1
    answers.look_at(ChannelSubject(cv.ModelProbe(silent, images), silent.layers[0].name))
    entry = asked(answers)
    assert entry["strips"] == []
    assert "0 is the greatest value of 9 samples or more" in words(entry)


def _minus_hundred(shape: Any, dtype: Any = None) -> Any:
    return -100 * np.ones(shape)


def test_what_is_folded_is_not_asked_and_what_is_unfolded_is(
    answers: ChannelAnswers, subject: ChannelSubject
) -> None:
    answers.channel = 1
    answers.look_at(subject)
    assert asked(answers)["state"] == "done"
    assert "ascent" not in answers._answers
    answers.unfolded = ["patches", "ascent"]
    entry = asked(answers, "ascent")
    assert entry["state"] == "done"
    assert [strip["title"] for strip in entry["strips"]] == [
        "most, at one place",
        "most, everywhere",
        "least, at one place",
    ]
    assert all(each["sample"] == -1 for each in entry["strips"][0]["pictures"])
    assert "best of 20 inputs" in words(entry)


def test_what_a_channel_loses_where_its_strongest_input_is_covered(
    answers: ChannelAnswers, subject: ChannelSubject
) -> None:
    answers.unfolded = ["occlusion"]
    answers.channel = 1
    answers.look_at(subject)
    entry = asked(answers, "occlusion")
    assert entry["state"] == "done"
    values = subject.probe.outputs("conv")[..., 1].reshape(SAMPLES, -1)
    [whole], [lost] = (strip["pictures"] for strip in entry["strips"])
    assert whole["sample"] == values.max(axis=1).argmax()
    codes = np.frombuffer(lost["pixels"], np.uint8).reshape(9, 9)
    # What it sees where it is strongest is what it loses most by.
    down, across = np.unravel_index(values[whole["sample"]].argmax(), (7, 7))
    assert codes.max() == 255
    assert codes[down : down + 3, across : across + 3].mean() > 2 * codes.mean()
    assert f"its {values.max():.3g} on" in words(entry)


def test_what_makes_it_fire_is_led_back_by_three_rules(
    answers: ChannelAnswers, subject: ChannelSubject
) -> None:
    answers.unfolded = ["projection"]
    answers.channel = 1
    answers.look_at(subject)
    entry = asked(answers, "projection")
    assert entry["state"] == "done"
    [strip] = entry["strips"]
    assert [each["caption"] for each in strip["pictures"]] == ["plain", "guided", "deconv"]
    values = subject.probe.outputs("conv")[..., 1].reshape(SAMPLES, -1)
    sample = values.max(axis=1).argmax()
    down, across = np.unravel_index(values[sample].argmax(), (7, 7))
    # Of one layer the plain gradient is the kernel, where the channel is strongest.
    kernel = subject.probe.model.get_layer("conv").kernel.numpy()[:, :, 0, 1]
    codes = np.frombuffer(strip["pictures"][0]["pixels"], np.uint8).reshape(9, 9).astype(float)
    patch = codes[down : down + 3, across : across + 3] / 127.5 - 1
    np.testing.assert_allclose(patch, kernel / np.abs(kernel).max(), atol=0.01)
    outside = codes.copy()
    outside[down : down + 3, across : across + 3] = 127.5
    assert np.abs(outside - 127.5).max() <= 0.5
    assert f"sample {sample}" in words(entry)


def test_what_a_generators_channel_paints_is_asked_of_generators_alone(
    answers: ChannelAnswers, subject: ChannelSubject
) -> None:
    generator = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(8, activation="relu", name="dense"),
            keras.layers.Reshape((2, 2, 2), name="maps"),
            keras.layers.Conv2DTranspose(1, 2, strides=2, activation="tanh"),
        ]
    )
    noise = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    probe = cv.ModelProbe(generator, noise)
    answers.unfolded = ["painting"]
    answers.channel = 1
    answers.look_at(ChannelSubject(probe, "maps"))
    entry = asked(answers, "painting")
    assert (entry["state"], answers._left_out) == ("done", [])
    found = projective_field(probe, "maps", 1)
    [whole], painted = (strip["pictures"] for strip in entry["strips"])
    assert whole["sample"] == found.sample
    assert [each["caption"] for each in painted] == ["at its strongest", "everywhere"]
    codes = np.frombuffer(painted[0]["pixels"], np.uint8).reshape(4, 4).astype(float)
    expected = found.unit[..., 0] / np.abs(found.unit).max() * 127.5 + 127.5
    np.testing.assert_allclose(codes, expected, atol=1)
    assert f"its {found.activation:.3g} at" in words(entry).lower()
    answers.look_at(subject)
    assert answers._left_out == ["painting"]
    assert answers.wait(PATIENCE)
    assert "painting" not in answers.answered


def test_only_known_questions_can_be_unfolded(answers: ChannelAnswers) -> None:
    with pytest.raises(ValueError, match="each of unfolded must be one of 'patches', 'ascent'"):
        answers.unfolded = ["colours"]


def test_nobody_looks_nobody_asks(answers: ChannelAnswers, subject: ChannelSubject) -> None:
    answers.active = False
    answers.channel = 1
    answers.look_at(subject)
    assert answers.wait(PATIENCE)
    assert answers._answers == {}
    answers.active = True
    assert asked(answers)["channel"] == 1


def test_the_newest_question_is_answered(
    answers: ChannelAnswers, subject: ChannelSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    told: list[int] = []

    def slow(subject: ChannelSubject, channel: int, turn: Any) -> Iterator[Answer]:
        begun.set()
        if channel == 0:
            assert go_on.wait(PATIENCE)
        turn.look()
        told.append(channel)
        yield Answer((("plain", f"channel {channel}"),))

    monkeypatch.setitem(channel_answers.PARTS, "patches", Part("Patches", "", slow))
    answers.channel = 0
    answers.look_at(subject)
    assert begun.wait(PATIENCE)
    answers.channel = 3
    go_on.set()
    assert words(asked(answers)) == "channel 3"
    assert told == [3]


def test_a_question_that_fails_says_why_and_the_others_are_answered(
    answers: ChannelAnswers, subject: ChannelSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(subject: ChannelSubject, channel: int, turn: Any) -> Iterator[Answer]:
        yield Answer()
        raise OSError("no luck")

    monkeypatch.setitem(channel_answers.PARTS, "patches", Part("Patches", "", failing))
    answers.unfolded = ["patches", "ascent"]
    answers.channel = 0
    answers.look_at(subject)
    entry = asked(answers)
    assert (entry["state"], words(entry)) == ("failed", "OSError: no luck")
    assert answers._answers["ascent"]["state"] == "done"


def test_another_moment_asks_anew_and_another_layer_forgets(
    answers: ChannelAnswers, subject: ChannelSubject, model: Any, images: Any
) -> None:
    answers.channel = 0
    answers.look_at(subject)
    before = asked(answers)
    kernel = model.get_layer("conv").kernel
    with model_lock(model):
        kernel.assign(-kernel)
    try:
        answers.look_at(ChannelSubject(subject.probe, "conv"))
        assert asked(answers)["strips"] != before["strips"]
    finally:
        kernel.assign(-kernel)
    answers.look_at(None)
    assert (answers._answers, answers._asks) == ({}, False)


def test_an_inspector_asks_about_the_channel_of_its_card(model: Any, images: Any) -> None:
    inspector = cv.ModelInspector(model, images, labels=LABELS.tolist(), layer="conv")
    try:
        answers = inspector.answers
        assert not answers.active
        inspector.drawer.show_tab("channel")
        assert answers.active
        inspector.views.card.channel = 3
        assert asked(answers)["channel"] == 3
        # The rows of a kernel are the channels of its layer's output.
        inspector.view = "weights"
        assert asked(answers)["channel"] == 3
        inspector.layer = "gap"
        inspector.views.card.channel = 1
        assert answers.subject is not None
        assert answers.subject.path == "gap"
        assert inspector._display.requested == NOW
    finally:
        inspector.close()
    assert answers.subject is None


def test_a_card_alone(model: Any, images: Any) -> None:
    probe = cv.ModelProbe(model, images)
    before = [weight.copy() for weight in model.get_weights()]
    card = cv.ChannelCard(probe, "conv", 2, labels=LABELS, class_names=["cat", "dog"])
    assert card.wait(PATIENCE)
    assert card.answers._answers["patches"]["state"] == "done"
    assert card.numbers.channel == 2
    picture = card.picture()
    assert picture is not None
    assert len(set(picture.convert("L").tobytes())) > 10
    data, _ = card._repr_mimebundle_()
    assert "image/png" in data
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    card.close()
    for bad, error in ((4, "channel must be below 4"), (-1, "channel must be")):
        with pytest.raises(ValueError, match=error):
            cv.ChannelCard(probe, "conv", bad)
    with pytest.raises(ValueError, match="one whole number for each of the 20 samples"):
        cv.ChannelCard(probe, "conv", 0, labels=[1, 2])
