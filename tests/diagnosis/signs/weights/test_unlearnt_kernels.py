"""Weights that look like random numbers: of convolutions, of dense layers, and of others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.measurements.training.trials import Fit, Trial
from cnnviz_widgets.diagnosis.measurements.weight_movement import WeightMovement
from cnnviz_widgets.diagnosis.signs.lookup import sign_of

from ..layers import LEARNT, RNG, SOLVED, facts, kinds, only, weighted

SHAPES = {"concentrated-forks": (10, 3, 3, 40), "noisy-weights": (90, 40)}
CHANCE = Fit(2.31, (0.1, -0.1) * 4, 8)


def random(kind: str) -> np.ndarray:
    # A few in a hundred lie outside what shuffling makes of them: always the same ones, then.
    return np.random.default_rng(7).normal(size=SHAPES[kind])


def grouped(kind: str) -> np.ndarray:
    """Each output like one of eight."""
    *inputs, outputs = SHAPES[kind]
    shared = RNG.normal(size=(*inputs, 8))[..., np.arange(outputs) % 8]
    return shared + 0.3 * RNG.normal(size=SHAPES[kind])


def tried(kind: str, now: Fit | None, then: Fit | None) -> ModelFacts:
    """A layer of random weights, and what came of other random orders of them."""
    trial = Trial(0.4, 64, 9, now, then)
    return replace(
        facts(weighted("layer", random(kind))), without_weight={("layer", "kernel"): trial}
    )


@pytest.mark.parametrize("kind", SHAPES)
def test_random_weights_are_put_on_trial(kind: str) -> None:
    model = facts(weighted("layer", random(kind)))
    assert sign_of(kind).on_trial(model) == [("layer", "kernel")]
    finding = only(model, kind)
    assert (finding.severity, finding.view, finding.weight) == ("note", "weights", "kernel")
    assert "was not tried" in finding.limits
    assert finding.reference is not None
    assert "random order" in finding.reference.name
    assert finding.evidence is not None
    assert finding.evidence.reference


@pytest.mark.parametrize("kind", SHAPES)
def test_where_the_order_matters_something_was_learnt(kind: str) -> None:
    assert kinds(tried(kind, LEARNT, CHANCE)) == []


@pytest.mark.parametrize("kind", SHAPES)
def test_where_it_does_no_harm_nothing_was(kind: str) -> None:
    finding = only(tried(kind, LEARNT, replace(LEARNT, loss=0.49)), kind)
    assert (finding.severity, finding.limits) == ("warning", "")
    assert "loss 0.5 → 0.49" in finding.summary
    right = replace(LEARNT, gains=(), right=60, right_gains=(0.5,) * 8)
    told = only(tried(kind, right, replace(right, right=59)), kind).summary
    assert "60 of 64 right → 59)" in told
    assert (finding.measured.value, finding.samples) == (0.49, 64)
    solved = replace(tried(kind, LEARNT, LEARNT), answers=SOLVED)
    assert only(solved, kind).severity == "note"


@pytest.mark.parametrize("kind", SHAPES)
def test_without_anything_to_lose_only_the_odd_one_out_is_told(kind: str) -> None:
    model = tried(kind, CHANCE, CHANCE)
    finding = only(model, kind)
    assert finding.severity == "note"
    assert "no better than chance" in finding.limits
    beside = weighted("other", grouped(kind))
    odd = replace(model, layers={**model.layers, "other": beside})
    finding = only(odd, kind)
    assert (finding.layer, finding.severity) == ("layer", "warning")
    assert "all other weights" in finding.limits


@pytest.mark.parametrize("kind", SHAPES)
def test_without_targets_it_cannot_be_told(kind: str) -> None:
    finding = only(tried(kind, None, None), kind)
    assert finding.severity == "note"
    assert "cannot be told without targets" in finding.limits
    assert "by 40 %" in finding.limits


def test_what_was_left_untried_is_not_told() -> None:
    kind = "noisy-weights"
    model = facts(weighted("a", random(kind)), weighted("b", random(kind)))
    learnt = {("a", "kernel"): Trial(0.4, 64, 9, LEARNT, CHANCE)}
    assert kinds(replace(model, without_weight=learnt)) == []


@pytest.mark.parametrize("kind", SHAPES)
def test_what_has_learnt_something_in_common_is_not_accused(kind: str) -> None:
    model = facts(weighted("layer", grouped(kind)))
    assert kinds(model) == []
    assert sign_of(kind).on_trial(model) == []


def test_what_has_no_order_to_see_is_accused_by_a_trial_alone() -> None:
    pointwise = random("noisy-weights").reshape(90, 1, 1, 40)
    model = facts(weighted("layer", pointwise))
    assert kinds(model) == []
    assert sign_of("concentrated-forks").on_trial(model) == [("layer", "kernel")]
    spared = {("layer", "kernel"): Trial(0.4, 64, 9, LEARNT, LEARNT)}
    assert kinds(replace(model, without_weight=spared)) == ["concentrated-forks"]


@pytest.mark.parametrize("kind", SHAPES)
def test_what_may_just_not_have_moved_far_is_said_so(kind: str) -> None:
    little = WeightMovement(np.nan, 0, 40, 0.5, 3600)
    finding = only(facts(weighted("layer", random(kind), movement=little)), kind)
    assert finding.severity == "note"
    assert "as they were drawn" in finding.limits


@pytest.mark.parametrize("kind", SHAPES)
def test_doubt_about_many_layers_is_told_once(kind: str) -> None:
    layers = [weighted(name, random(kind)) for name in "abcd"]
    finding = only(facts(*layers), kind)
    assert finding.follows == ("b", "c", "d")


@pytest.mark.parametrize("kind", SHAPES)
def test_untrained_networks_are_not_held_to_it(kind: str) -> None:
    model = replace(facts(weighted("layer", random(kind))), untrained=True, traceless=True)
    assert kinds(model) == ["untrained"]
    assert sign_of(kind).on_trial(model) == []
