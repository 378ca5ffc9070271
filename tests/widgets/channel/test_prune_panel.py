"""PrunePanel: a rehearsal that changes nothing, and a smaller model that can be given back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe, prune
from cnnviz_widgets.widgets.channel.layer.prune_panel import PrunePanel

PATIENCE = 60
SAMPLES = 12


@pytest.fixture(scope="module")
def images() -> Any:
    return np.random.default_rng(0).normal(size=(SAMPLES, 6, 6, 1)).astype("float32")


@pytest.fixture
def model() -> Any:
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.GlobalAveragePooling2D(name="gap"),
            keras.layers.Dense(2, name="head"),
        ]
    )


@pytest.fixture
def inspector(model: Any, images: Any) -> Iterator[cv.ModelInspector]:
    made = cv.ModelInspector(model, images, targets=np.arange(SAMPLES) % 2, layer="conv")
    yield made
    made.close()


def ask(panel: PrunePanel, how: str, channels: list[int], layer: str = "conv") -> dict[str, Any]:
    panel._asked = [panel._answered + 1, how, channels, layer]
    assert panel.wait(PATIENCE)
    assert (panel.is_working, panel._answered) == (False, panel._asked[0])
    entry: dict[str, Any] = panel._rehearsal
    return entry


def press(panel: PrunePanel, button: str) -> None:
    setattr(panel, button, getattr(panel, button) + 1)
    assert panel.wait(PATIENCE)


def rows(entry: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {noun: (before, after) for noun, before, after in entry["rows"]}


def test_a_rehearsal_tells_before_and_after(inspector: cv.ModelInspector) -> None:
    panel = inspector.pruning
    entry = ask(panel, "remove", [2, 0])
    assert panel.error == ""
    assert (entry["channels"], entry["how"], entry["why_not"]) == ([2, 0], "remove", "")
    expected = prune(inspector.probe, "conv", [0, 2], targets=inspector.targets)
    told = rows(entry)
    assert list(told) == ["accuracy", "loss", "parameters", "multiply-adds"]
    assert told["loss"] == (f"{expected.loss_before:.4g}", f"{expected.loss_after:.4g}")
    assert told["parameters"][0] == f"{expected.parameters_before:,}"
    assert told["parameters"][1].startswith(f"{expected.parameters_after:,} (−")
    assert f"of {SAMPLES} answers differ" in entry["summary"]


def test_the_smaller_model_is_another_one_and_can_be_given_back(
    inspector: cv.ModelInspector, model: Any, images: Any
) -> None:
    panel = inspector.pruning
    assert inspector.pruned is None
    before = model.get_weights()
    ask(panel, "remove", [1])
    press(panel, "_take_asked")
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    first = inspector.pruned
    assert first.get_layer("conv").kernel.shape[-1] == 3
    kernel = model.get_layer("head").kernel.numpy()
    kernel[1] = 0
    gap = keras.Model(model.inputs, model.get_layer("gap").output)(images).numpy()
    expected = gap @ kernel + model.get_layer("head").bias.numpy()
    np.testing.assert_allclose(first(images).numpy(), expected, atol=1e-6)
    assert panel.note == "a model without 1 channel of conv"
    ask(panel, "merge", [0, 2, 3])
    press(panel, "_take_asked")
    assert inspector.pruned.get_layer("conv").kernel.shape[-1] == 2
    press(panel, "_back_asked")
    assert inspector.pruned is first
    press(panel, "_back_asked")
    assert (inspector.pruned, panel.note, panel.can_go_back) == (None, "", False)
    press(panel, "_back_asked")
    assert inspector.pruned is None


def test_where_there_is_no_smaller_model_it_says_why(images: Any) -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv = keras.layers.Conv2D(3, 3, name="conv")

        def call(self, inputs: Any) -> Any:
            return self.conv(inputs)

    inspector = cv.ModelInspector(Own(), images)
    try:
        entry = ask(inspector.pruning, "remove", [0], inspector.layer)
        assert "a call of its own" in entry["why_not"]
        assert "parameters" not in rows(entry)
        press(inspector.pruning, "_take_asked")
        assert "there is no smaller model" in inspector.pruning.error
        assert inspector.pruned is None
    finally:
        inspector.close()


def test_what_was_rehearsed_with_other_weights_is_marked(
    inspector: cv.ModelInspector, model: Any
) -> None:
    panel = inspector.pruning
    assert ask(panel, "remove", [1])["old"] is False
    inspector.refresh()
    assert panel._rehearsal["old"] is False
    model.get_layer("head").bias.assign([1.0, -1.0])
    inspector.refresh()
    assert panel._rehearsal["old"] is True
    assert ask(panel, "remove", [1])["old"] is False


def test_what_cannot_be_asked(inspector: cv.ModelInspector) -> None:
    panel = inspector.pruning
    for how, channels, layer, why in (
        ("remove", [1], "gap", "the channels of 'gap' were meant, but 'conv' is shown"),
        ("melt", [1], "conv", "how must be 'remove' or 'merge'"),
        ("remove", [9], "conv", "9"),
    ):
        ask(panel, how, channels, layer)
        assert why in panel.error
        assert panel._rehearsal == {}
    assert ask(panel, "remove", [1])
    assert panel.error == ""


def test_a_rehearsal_is_given_up(model: Any, images: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()
    probe = ModelProbe(model, images)

    def slow(how: str, channels: tuple[int, ...]) -> Any:
        begun.set()
        assert go_on.wait(PATIENCE)
        return prune(probe, "conv", channels, how=how)

    panel = PrunePanel(on_ask=slow)
    panel.look_at("conv", probe)
    panel._asked = [1, "remove", [1], "conv"]
    assert begun.wait(PATIENCE)
    assert panel.is_working
    thread = panel._work._thread
    panel._cancelled = 1
    assert (panel.is_working, panel._answered) == (False, 1)
    go_on.set()
    assert thread is not None
    thread.join(PATIENCE)
    assert (panel._rehearsal, panel.error) == ({}, "")
    assert ask(panel, "remove", [1])["channels"] == [1]
    panel.close()
    assert panel.taken is None


def test_rows_that_are_no_channels_are_not_rehearsed(images: Any) -> None:
    panel = PrunePanel()
    panel.look_at("conv", ModelProbe(keras.Sequential([keras.layers.Dense(2)]), images), "no")
    assert (panel.enabled, panel.reason) == (False, "no")
    ask(panel, "remove", [0])
    assert "needs on_ask" in panel.error
    panel.close()
