"""Penalties that leave the task no room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts, ModelFacts
from cnnviz_widgets.diagnosis.measurements.training.penalties import Penalties, Penalty, Source

from ..answers import FAILING, SOLVED
from ..layers import facts, kinds, layer, only, weighted

RNG = np.random.default_rng(0)
GLOROT = np.sqrt(2 / 64)
"""Standard deviation of a new kernel from 32 to 32."""


def model(*layers: LayerFacts, part: tuple[str, Source, float], **others: object) -> ModelFacts:
    parts = tuple(Penalty(name, *part[1:]) for name in part[0].split(" "))
    made = replace(facts(*layers), penalties=Penalties(parts, 2.0), input_magnitude=1.0)
    return replace(made, **others)  # type: ignore[arg-type]


def dense(name: str, width: float) -> LayerFacts:
    return weighted(name, width * GLOROT * RNG.normal(size=(32, 32)))


def of_weights(first: float, second: float, value: float = 0.1, **others: object) -> ModelFacts:
    layers = dense("first", first), dense("second", second)
    return model(*layers, part=("first second", "weights", value), **others)


def test_kernels_drawn_in() -> None:
    finding = only(of_weights(0.05, 0.1, answers=FAILING), "penalty-dominates")
    assert (finding.severity, finding.layer, finding.view) == ("severe", "", "weights")
    assert finding.measured.value == pytest.approx(0.1, rel=0.1)
    assert "first and second" in finding.summary
    assert "penalties 0.2, loss of the answers 2" in finding.summary


@pytest.mark.parametrize(
    ("healthy", "is_told"),
    [
        (of_weights(0.05, 0.05, answers=SOLVED), False),
        (of_weights(0.05, 0.05), False),
        (of_weights(0.01, 0.01), True),
        (of_weights(0.01, 1.0), False),
        (of_weights(0.5, 0.8, answers=FAILING), False),
        (of_weights(0.5, 0.8, value=5.0, answers=SOLVED), False),
        (of_weights(0.5, 0.8, value=5.0), False),
        (of_weights(0.01, 0.01, answers=FAILING, untrained=True), False),
        (of_weights(0.01, 0.01, answers=FAILING, penalties=None), False),
    ],
)
def test_what_counts(healthy: ModelFacts, is_told: bool) -> None:
    assert ("penalty-dominates" in kinds(healthy)) == is_told


def test_sums_beside_poor_answers_are_a_warning() -> None:
    finding = only(of_weights(0.5, 0.8, value=5.0, answers=FAILING), "penalty-dominates")
    assert finding.severity == "warning"
    assert finding.measured.value == 10
    assert finding.reference is not None
    assert finding.reference.value == 2
    assert "train once without" in finding.limits


def test_half_solved_is_poor_where_much_of_the_loss_is_left() -> None:
    half = replace(SOLVED, loss=1.0)
    assert only(of_weights(0.1, 0.15, answers=half), "penalty-dominates").severity == "warning"


def test_silenced_outputs() -> None:
    values = np.zeros((64, 8))
    values[:, 0] = 1e-4
    silent = model(layer("mid", values), part=("mid", "outputs", 0.001), answers=FAILING)
    finding = only(silent, "penalty-dominates")
    assert (finding.severity, finding.layer) == ("severe", "mid")
    assert "88 % of its units are dead" in finding.summary
    loud = model(layer("mid", RNG.random((64, 8))), part=("mid", "outputs", 0.5), answers=FAILING)
    assert "penalty-dominates" not in kinds(loud)


def latents(spread: float, own: str = "sample") -> ModelFacts:
    encoder = layer("encoder", RNG.random((64, 16)))
    mean, log = (
        replace(
            layer(name, 1.0 + spread * RNG.normal(size=(64, 2)), "encoder", activation=None),
            mixes=True,
            linear=True,
        )
        for name in ("mean", "log_variance")
    )
    sample = layer("sample", RNG.normal(size=(64, 2)), "mean", "log_variance", role="other")
    return model(encoder, mean, log, sample, part=(own, "own", 1e-4))


@pytest.mark.parametrize("own", ["sample", ""])
def test_latents_that_carry_nothing(own: str) -> None:
    finding = only(latents(0.01, own), "penalty-dominates")
    assert (finding.severity, finding.layer) == ("severe", "mean")
    assert "mean and log_variance" in finding.summary
    assert finding.measured.value < 0.02
    assert "penalty-dominates" not in kinds(latents(0.5, own))
