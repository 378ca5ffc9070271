"""Weights that stay while others move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz_widgets.diagnosis.measurements.weight_movement import WeightMovement

from ..layers import RNG, SOLVED, facts, kinds, only, weighted

MOVED = WeightMovement(np.nan, 0, 8, 0.0, 160)
DRAWN = WeightMovement(np.nan, 8, 8, 0.7, 160)
# Since an earlier moment.
STILL, CHANGED = replace(MOVED, change=0.0), replace(MOVED, change=0.3)
# Five of eight directions have something in common.
KERNEL = RNG.normal(size=(20, 3)) @ RNG.normal(size=(3, 8))


def test_weights_that_lie_as_they_were_drawn_are_told_while_others_have_moved() -> None:
    model = facts(weighted("a", KERNEL, movement=MOVED), weighted("b", KERNEL, movement=DRAWN))
    finding = only(model, "frozen")
    assert (finding.layer, finding.measured.value, finding.reference) == ("b", 0.7, None)
    assert "all 8 numbers that began at one value" in finding.summary
    assert "earlier" in finding.limits


def test_nothing_is_frozen_where_nothing_has_moved() -> None:
    layers = [weighted(path, KERNEL, movement=DRAWN) for path in "ab"]
    assert "frozen" not in kinds(facts(*layers))
    moving = facts(weighted("a", KERNEL, movement=MOVED), layers[1])
    assert "frozen" not in kinds(replace(moving, untrained=True))


def test_an_earlier_moment_is_certain_and_layers_that_are_meant_to_stay_are_left_alone() -> None:
    moved = weighted("a", KERNEL, movement=CHANGED)
    finding = only(facts(moved, weighted("b", KERNEL, movement=STILL)), "frozen")
    assert (finding.layer, finding.measured.value, finding.limits) == ("b", 0.0, "")
    assert finding.reference is not None
    assert finding.reference.value == 0.3
    meant = weighted("b", KERNEL, movement=STILL, trainable=False)
    assert "frozen" not in kinds(facts(moved, meant))


def test_the_cure_of_a_layer_that_does_not_train_is_to_let_it() -> None:
    moved = weighted("a", KERNEL, movement=MOVED)
    fixed = weighted("b", KERNEL, movement=DRAWN, trainable=False)
    assert only(facts(moved, fixed), "frozen").cure.startswith(
        "If it is meant to learn, set trainable"
    )


def test_a_shift_that_a_normalisation_undoes_says_nothing() -> None:
    # A bias before a BatchNormalization has no gradient: it stays 0 however the kernel learns.
    moved = weighted("a", KERNEL, movement=MOVED)
    still = replace(weighted("b", KERNEL, movement=DRAWN), activation=None)
    norm = replace(weighted("n", KERNEL), parents=("b",), normalises=True)
    assert "frozen" not in kinds(facts(moved, still, norm))
    assert "frozen" in kinds(facts(moved, replace(still, activation="relu"), norm))


def test_the_bias_of_keys_has_no_gradient() -> None:
    moved = weighted("a", KERNEL, movement=MOVED)
    key = weighted("mha/key", KERNEL, movement=DRAWN)
    block = replace(weighted("mha", KERNEL), weights=(), kind="MultiHeadAttention")
    assert "frozen" not in kinds(facts(moved, key, block))
    assert "frozen" in kinds(facts(moved, key))


def test_a_layer_that_should_train_is_told_though_the_task_is_solved() -> None:
    moved = weighted("a", KERNEL, movement=MOVED)
    model = facts(moved, weighted("b", KERNEL, movement=DRAWN))
    assert only(replace(model, answers=SOLVED), "frozen").severity == "warning"
    fixed = facts(moved, weighted("b", KERNEL, movement=DRAWN, trainable=False))
    assert only(replace(fixed, answers=SOLVED), "frozen").severity == "note"


def test_one_number_may_stay_by_chance() -> None:
    moved = weighted("a", KERNEL, movement=MOVED)
    one = weighted("b", KERNEL, movement=WeightMovement(np.nan, 1, 1, 1.0, 1))
    assert "frozen" not in kinds(facts(moved, one))


def test_among_many_layers_a_small_p_value_is_chance() -> None:
    # Of 50 layers one lies below 0.01 by chance in 4 of 10 cases: nothing has moved here.
    low = replace(DRAWN, p_value=0.005)
    layers = [weighted(f"a{k}", KERNEL, movement=DRAWN) for k in range(49)]
    assert "frozen" not in kinds(facts(weighted("b", KERNEL, movement=low), *layers))


def test_a_trained_backbone_that_is_kept_fixed_is_none() -> None:
    moved = weighted("a", KERNEL, movement=MOVED)
    backbone = weighted("b", KERNEL, movement=MOVED, trainable=False)
    assert "frozen" not in kinds(facts(moved, backbone))
