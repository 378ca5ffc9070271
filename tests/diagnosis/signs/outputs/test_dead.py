"""What is dead, what is rare, and what to do first."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.judge import judge

from ..layers import facts, firing, kinds, layer, only


def test_ten_living_units_do_not_call_fifty_four_rare() -> None:
    values = np.zeros((32, 64))
    values[np.arange(10), np.arange(10)] = 1  # ten units, each on one sample
    found = only(facts(layer("dense", values), samples=32), "dead")
    assert found.severity == "severe"


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


def test_the_learning_rate_comes_first_where_several_layers_have_died() -> None:
    values = firing(np.full(10, 0.9), 10)
    first, second = layer("a", values, low=True), layer("b", values, "a", low=True)
    both = judge(facts(first, second))
    assert [finding.layer for finding in both] == ["a", "b"]
    assert all(finding.cure.startswith("Lower the learning rate") for finding in both)
    assert judge(facts(first))[0].cure.startswith("Check the input data")
    healthy = layer("a", firing(np.full(20, 0.9), 0), low=True)
    assert "input data" not in judge(facts(healthy, second))[0].cure
