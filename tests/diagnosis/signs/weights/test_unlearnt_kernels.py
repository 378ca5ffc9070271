"""Kernels that have no more in common than random numbers: of convolutions, and of dense layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.weight_movement import WeightMovement

from ..layers import RNG, facts, kinds, only, weighted

SHAPES = {"concentrated-forks": (10, 3, 3, 40), "noisy-weights": (90, 40)}


def random(kind: str) -> np.ndarray:
    # A few in a hundred lie outside what shuffling makes of them: always the same ones, then.
    return np.random.default_rng(7).normal(size=SHAPES[kind])


def grouped(kind: str) -> np.ndarray:
    """Each output like one of eight."""
    *inputs, outputs = SHAPES[kind]
    shared = RNG.normal(size=(*inputs, 8))[..., np.arange(outputs) % 8]
    return shared + 0.3 * RNG.normal(size=SHAPES[kind])


@pytest.mark.parametrize("kind", SHAPES)
def test_random_kernels_are_told_by_their_shape(kind: str) -> None:
    finding = only(facts(weighted("layer", random(kind))), kind)
    assert (finding.severity, finding.view, finding.weight) == ("warning", "weights", "kernel")
    assert finding.reference is not None
    assert "shuffled" in finding.reference.name
    assert finding.evidence is not None
    assert finding.evidence.reference


@pytest.mark.parametrize("kind", SHAPES)
def test_what_has_learnt_something_in_common_is_not(kind: str) -> None:
    assert kinds(facts(weighted("layer", grouped(kind)))) == []


@pytest.mark.parametrize("kind", SHAPES)
def test_what_may_just_not_have_moved_far_is_a_note(kind: str) -> None:
    little = WeightMovement(np.nan, 0, 40, 0.5, 3600)
    finding = only(facts(weighted("layer", random(kind), movement=little)), kind)
    assert finding.severity == "note"
    assert "as they were drawn" in finding.limits


@pytest.mark.parametrize("kind", SHAPES)
def test_untrained_networks_are_not_held_to_it(kind: str) -> None:
    model = facts(weighted("layer", random(kind)))
    assert kinds(replace(model, untrained=True, traceless=True)) == ["untrained"]
