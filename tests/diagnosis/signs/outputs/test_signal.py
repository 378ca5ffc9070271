"""Signals that fade or grow with depth, as they are told and what they explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts, ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.judge import judge
from cnnviz_widgets.diagnosis.measurements.output_measures import output_measures
from cnnviz_widgets.diagnosis.measurements.training.signal import Signal
from cnnviz_widgets.diagnosis.signs.outputs.exploding_signal import ExplodingSignal
from cnnviz_widgets.diagnosis.signs.outputs.vanishing_signal import VanishingSignal

from ..answers import FAILING, SOLVED
from ..layers import RNG, facts, layer


def stack(
    scales: Sequence[float],
    gradients: Sequence[float] = (),
    *,
    activation: str | None = "relu",
    normalised: Sequence[int] = (),
    bias: float = 0.0,
) -> ModelFacts:
    """Layers one behind the other whose outputs spread by these scales about a bias."""
    layers = [
        layer(
            f"d{k}",
            bias + scale * RNG.normal(size=(64, 8)),
            *([f"d{k - 1}"] if k else []),
            activation=activation,
            output=k == len(scales) - 1,
        )
        for k, scale in enumerate(scales)
    ]
    signal = Signal(
        tuple(each.path for each in layers),
        tuple(scales),
        tuple(k in normalised for k in range(len(scales))),
        1.0,
        tuple(gradients),
    )
    return replace(facts(*layers), signal=signal)


def vanishing(model: ModelFacts) -> list[Finding]:
    return [*VanishingSignal().findings(model)]


def exploding(model: ModelFacts) -> list[Finding]:
    return [*ExplodingSignal().findings(model)]


FADING = 1.4 * 0.3 ** np.arange(16)
LEVEL = np.ones(8)


def test_a_fading_stack_is_one_finding_where_it_begins() -> None:
    (finding,) = judge(stack(FADING, bias=1.0))
    assert (finding.kind, finding.layer, finding.severity) == ("vanishing-signal", "d0", "severe")
    assert finding.measured.value == pytest.approx(0.3**15, rel=1e-3)
    assert "a factor of 0.3 a layer" in finding.summary
    assert "1.4 in d0, and by 2e-08 in d15 (16 layers)" in finding.summary
    assert 'kernel_initializer="he_normal"' in finding.cure
    assert "d15" in finding.follows


def test_how_much_is_enough() -> None:
    assert vanishing(stack(0.4 ** np.arange(8))) == []  # 1.6e-3
    (finding,) = vanishing(stack(0.2 ** np.arange(8)))  # 1.3e-5, and still told apart
    assert finding.severity == "warning"
    (finding,) = vanishing(stack(0.35 ** np.arange(8), bias=1.0))  # 6e-4, beside a bias
    assert finding.severity == "severe"


def test_a_fall_that_a_later_layer_makes_good_is_none() -> None:
    assert vanishing(stack([*FADING, 1.0])) == []
    assert vanishing(stack([*FADING, 1.0], normalised=[16])) == []


def test_no_fall_goes_through_a_normalisation() -> None:
    assert vanishing(stack(FADING[:12], normalised=[3, 6, 9])) == []


def test_one_weak_layer_is_no_fading_signal() -> None:
    assert vanishing(stack([1, 1, 1, 1e-8, 1e-8, 1e-8])) == []


def test_what_underflows_in_the_end_has_faded() -> None:
    (finding,) = vanishing(stack([*(1e-6 ** np.arange(7)), 0.0, 0.0]))
    assert finding.layer == "d0"


def test_a_task_that_is_solved_has_a_signal() -> None:
    model = stack(FADING)
    assert vanishing(replace(model, answers=SOLVED)) == []
    assert len(vanishing(replace(model, answers=FAILING))) == 1


def test_gradients_that_fade() -> None:
    model = stack(LEVEL, 0.2 ** np.arange(8)[::-1], activation="sigmoid")
    (finding,) = vanishing(model)
    assert (finding.layer, finding.view, finding.severity) == ("d0", "weights", "warning")
    assert finding.measured.value == pytest.approx(0.2**7)
    assert "a factor of 0.2 a layer" in finding.summary
    assert "Exchange the sigmoid" in finding.cure
    assert finding.samples == 64
    assert exploding(model) == []


def test_a_solved_task_has_small_gradients_everywhere() -> None:
    assert vanishing(stack(LEVEL, 1e-7 * np.ones(8))) == []
    assert vanishing(stack(LEVEL, [np.nan, 1e-3, 1, 1, 0, 1, 1, 1])) == []


def test_saturated_layers_are_told_as_such() -> None:
    model = stack(LEVEL, 0.1 ** np.arange(8)[::-1], activation="tanh")

    def at_an_end(each: LayerFacts) -> LayerFacts:
        values = np.sign(RNG.normal(size=(64, 8))).astype(np.float32)
        return replace(each, outputs=output_measures(values, ends=(-1.0, 1.0)))

    layers = {path: at_an_end(each) for path, each in model.layers.items()}
    assert vanishing(replace(model, layers=layers)) == []


def test_a_growing_stack() -> None:
    (finding,) = exploding(stack(4.0 ** np.arange(12)))
    assert (finding.layer, finding.severity) == ("d0", "severe")
    assert "a factor of 4 a layer" in finding.summary
    assert exploding(stack(3.0 ** np.arange(8))) == []
    assert exploding(replace(stack(4.0 ** np.arange(12)), answers=SOLVED)) == []


def test_what_overflows_in_the_end_is_explained() -> None:
    model = stack(100.0 ** np.arange(8))
    broken = layer("d8", np.full((64, 8), np.inf), "d7", output=True)
    signal = model.signal
    assert signal is not None
    signal = replace(
        signal,
        layers=(*signal.layers, "d8"),
        forward=(*signal.forward, np.nan),
        normalised=(*signal.normalised, False),
    )
    model = replace(model, layers={**model.layers, "d8": broken}, signal=signal)
    (finding,) = judge(model)
    assert (finding.kind, finding.layer, finding.severity) == ("exploding-signal", "d0", "severe")
    assert "it overflows" in finding.summary
    assert "d8" in finding.follows


def test_gradients_that_grow() -> None:
    (finding,) = exploding(stack(LEVEL, 5.0 ** np.arange(8)[::-1]))
    assert (finding.layer, finding.view) == ("d0", "weights")
    assert finding.measured.value == pytest.approx(5.0**7)
    # Of a signal that has faded the gradients say nothing.
    assert exploding(stack(0.1 ** np.arange(8), 5.0 ** np.arange(8)[::-1])) == []


def test_nothing_is_said_where_nothing_was_measured() -> None:
    model = facts(layer("d", RNG.normal(size=(64, 8))))
    assert vanishing(model) == exploding(model) == []
