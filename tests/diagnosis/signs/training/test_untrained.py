"""Models that are as they were drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.measurements.training.optimisation import Optimisation
from cnnviz_widgets.diagnosis.measurements.weight_movement import WeightMovement

from ..answers import FAILING, SOLVED
from ..layers import facts, kinds, only, weighted

KERNEL = np.random.default_rng(0).normal(size=(8, 8))
STILL = WeightMovement(np.nan, 8, 8, 0.6, 64, 0.0)


def model(drift: float = 0.0, p_value: float = 0.6, **others: object) -> ModelFacts:
    moved = replace(STILL, drift=drift, p_value=p_value)
    made = facts(*(weighted(name, KERNEL, movement=moved) for name in ("first", "second")))
    return replace(made, untrained=not moved.learnt, **others)  # type: ignore[arg-type]


def test_a_fresh_network_is_no_fault() -> None:
    finding = only(model(), "untrained")
    assert (finding.severity, finding.layer) == ("note", "")
    assert "every bias is what it began as" in finding.summary
    assert "model.fit" in finding.cure


def test_a_rate_that_is_too_small_is_named() -> None:
    slow = model(3e-6, optimisation=Optimisation(1e-7, 900), answers=FAILING)
    finding = only(slow, "untrained")
    assert finding.severity == "severe"
    assert "in 900 steps" in finding.summary
    assert finding.measured.value == 3e-6
    assert "which is 1e-07" in finding.cure


def test_what_was_begun_without_effect_is_a_warning() -> None:
    finding = only(model(1e-3, optimisation=Optimisation(0.01, 3)), "untrained")
    assert finding.severity == "warning"
    assert "(it is 0.01)" in finding.cure
    assert only(model(answers=FAILING), "untrained").severity == "warning"


@pytest.mark.parametrize(
    "trained",
    [
        model(0.2),
        model(0.05),
        model(0.0, 1e-4),
        model(answers=SOLVED),
        model(0.05, 1e-4, answers=FAILING),
        model(0.2, answers=FAILING),
    ],
)
def test_trained_networks_are_not_accused(trained: ModelFacts) -> None:
    assert "untrained" not in kinds(trained)


def test_hardly_trained_counts_where_the_answers_are_poor() -> None:
    assert only(model(0.05, answers=FAILING), "untrained").severity == "severe"


def test_a_layer_that_has_learnt_clears_all() -> None:
    one = model(1e-3, answers=FAILING)
    learnt = weighted("third", KERNEL, movement=replace(STILL, drift=2.0))
    more = replace(one, layers={**one.layers, "third": learnt}, untrained=False)
    assert "untrained" not in kinds(more)
