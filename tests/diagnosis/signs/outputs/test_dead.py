"""What is dead, what is rare, and what to do first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts
from cnnviz_widgets.diagnosis.judge import judge
from cnnviz_widgets.diagnosis.measurements.training.trials import Fit, Trial
from cnnviz_widgets.diagnosis.measurements.weight_measures import weight_measures
from cnnviz_widgets.diagnosis.signs.outputs.dead import Dead

from ..layers import LEARNT, RNG, SOLVED, facts, firing, kinds, layer, only


def test_ten_living_units_do_not_call_fifty_four_rare() -> None:
    values = np.zeros((32, 64))
    values[np.arange(10), np.arange(10)] = 1  # ten units, each on one sample
    found = only(facts(layer("dense", values), samples=32), "dead")
    assert found.severity == "warning"  # nothing shows that it is missed


@pytest.mark.parametrize("silent", [640, 784])
def test_the_papers_share_of_dead_units_is_never_a_note(silent: int) -> None:
    # The worst case: all that fire do so rarely, so that silence alone says least.
    values = firing(np.full(1600 - silent, 0.03), silent)
    silent_now = int((values == 0).all(axis=0).sum())
    found = only(facts(layer("dense", values)), "dead")
    assert found.measured.value == silent_now / 1600
    assert found.severity != "note"
    assert "at 95 % confidence" in found.limits
    assert "rare rather than dead" in found.limits


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "hard_sigmoid", "softplus"])
def test_what_underflows_is_not_dead(activation: str) -> None:
    ends = (0.0, 1.0) if "sigmoid" in activation else (None, None)
    hidden = layer("hidden", firing(np.full(8, 0.9), 8), activation=activation, ends=ends)
    assert "dead" not in kinds(facts(hidden))
    assert "dead" in kinds(facts(layer("hidden", firing(np.full(8, 0.9), 8))))


def with_biases(each: LayerFacts, low: float) -> LayerFacts:
    """The layer with biases of `low` where it is silent, over kernels of norm 1."""
    silent = each.outputs.measures.dead
    kernel = np.eye(silent.size, dtype=np.float32)
    bias = np.where(silent, low, 0.1).astype(np.float32)
    return replace(each, weights=(weight_measures(kernel, bias),))


def test_the_learning_rate_is_blamed_only_for_biases_far_below_zero_in_several_layers() -> None:
    values = firing(np.full(10, 0.9), 10)
    first, second = layer("a", values, low=True), layer("b", values, "a", low=True)
    driven = [with_biases(each, -9.0) for each in (first, second)]
    both = judge(replace(facts(*driven), input_magnitude=1.0))
    assert [finding.layer for finding in both] == ["a", "b"]
    assert all(finding.cure.startswith("Lower the learning rate") for finding in both)
    (alone,) = judge(replace(facts(driven[0]), input_magnitude=1.0))
    assert "set these to 0" in alone.cure
    shallow = [with_biases(each, -0.5) for each in (first, second)]
    for finding in judge(replace(facts(*shallow), input_magnitude=1.0)):
        assert "learning rate" not in finding.cure


def test_the_inputs_come_first_in_the_first_layer_alone() -> None:
    values = firing(np.full(10, 0.9), 10)
    first, second = layer("a", values, low=True), layer("b", values, "a", low=True)
    assert judge(facts(first))[0].cure.startswith("Check the range of the inputs")
    healthy = layer("a", firing(np.full(20, 0.9), 0), low=True)
    assert "inputs" not in judge(facts(healthy, second))[0].cure


@pytest.mark.parametrize(
    ("then", "severity", "says"),
    [
        (Fit(0.6, LEARNT.gains, 60), "note", "They are not missed"),
        (Fit(2.3, (0.1, -0.1) * 4, 8), "warning", "They may be missed"),
    ],
)
def test_the_trial_decides_whether_silent_units_are_missed(
    then: Fit, severity: str, says: str
) -> None:
    model = facts(layer("dense", firing(np.full(20, 0.9), 30)))
    trial = Trial(0.5, 64, 4, LEARNT, then)
    finding = only(replace(model, thinned={"dense": trial}), "dead")
    assert finding.severity == severity
    assert says in finding.summary
    assert f"60 of 64 right → {then.right}" in finding.summary


def test_without_anything_learnt_spared_units_are_no_comfort() -> None:
    chance = Fit(2.3, (0.1, -0.1) * 4, 6)
    model = facts(layer("dense", firing(np.full(20, 0.9), 30)))
    trial = Trial(0.5, 64, 4, chance, chance)
    assert only(replace(model, thinned={"dense": trial}), "dead").severity == "severe"


def test_where_the_task_is_solved_dead_units_are_spare_ones() -> None:
    model = replace(facts(layer("dense", firing(np.full(20, 0.9), 30))), answers=SOLVED)
    finding = only(model, "dead")
    assert finding.severity == "note"
    assert "the task is solved" in finding.cure
    spared = {"dense": Trial(0.5, 64, 0, LEARNT, LEARNT)}
    assert "Nothing to do: 20 units of" in only(replace(model, thinned=spared), "dead").cure


@pytest.mark.parametrize(("dead", "severity"), [(24, "note"), (34, "warning"), (39, "warning")])
def test_most_of_a_layer_is_missed_though_the_task_is_solved(dead: int, severity: str) -> None:
    living = layer("dense", firing(np.full(40 - dead, 0.9), dead))
    fallen = Trial(0.5, 64, 4, LEARNT, Fit(2.3, (0.1, -0.1) * 4, 6))
    model = replace(facts(living), answers=SOLVED, thinned={"dense": fallen})
    assert only(model, "dead").severity == severity
    # Of few living ones none can be spared for a trial.
    assert only(replace(model, thinned={}), "dead").severity == severity
    spared = Trial(0.5, 64, 0, LEARNT, LEARNT)
    assert only(replace(model, thinned={"dense": spared}), "dead").severity == "note"
    assert only(facts(living), "dead").severity != "note"


def test_a_shared_layer_is_told_once() -> None:
    silent, other = firing(np.full(10, 0.9), 10), firing(np.full(12, 0.9), 8)
    one, two = layer("trunk/dense", silent, low=True), layer("trunk:1/dense", other, low=True)
    finding = only(facts(one, two), "dead")
    assert (finding.layer, finding.follows) == ("trunk/dense", ("trunk:1/dense",))
    assert finding.channels == tuple(range(8))  # silent in both


def test_what_leads_into_a_gate_is_a_note() -> None:
    signal = layer("signal", firing(np.full(8, 0.9), 0))
    squeezed = layer("squeezed", firing(np.full(4, 0.9), 4), "signal")
    gate = layer("gate", firing(np.full(8, 0.9), 0), "squeezed", activation="sigmoid")
    product = layer("product", firing(np.full(8, 0.9), 0), "signal", "gate", role="other")
    assert only(facts(signal, squeezed, gate, product), "dead").severity == "note"
    assert only(facts(signal, squeezed, gate), "dead").severity == "warning"


def test_a_part_that_no_loss_misses_is_a_note() -> None:
    third = layer("dense", firing(np.full(20, 0.9), 10))
    assert only(facts(third), "dead").severity == "note"
    fallen = Fit(2.3, (0.1, -0.1) * 4, 8)
    missed = {"dense": Trial(0.5, 64, 4, LEARNT, fallen)}
    assert only(replace(facts(third), thinned=missed), "dead").severity == "warning"


def test_weights_of_zero_are_said_so() -> None:
    zero = layer("dense", np.zeros((64, 8)))
    zero = replace(zero, weights=(weight_measures(np.zeros((20, 8), np.float32), None),))
    finding = only(facts(zero), "dead")
    assert (finding.severity, finding.channels) == ("severe", ())
    assert "weights are all 0" in finding.cure


@pytest.mark.parametrize(("silent", "severity"), [(40, "note"), (64, "severe")])
def test_before_any_training_only_a_whole_dead_layer_is_wrong(silent: int, severity: str) -> None:
    values = RNG.uniform(0, 1, (64, 64))
    values[:, :silent] = 0
    untrained = replace(facts(layer("dense", values)), untrained=True)
    assert [each.severity for each in Dead().findings(untrained)] == [severity]
