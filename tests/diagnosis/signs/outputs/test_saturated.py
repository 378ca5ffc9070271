"""What is at the ends of its range, and logits that have exploded."""

from __future__ import annotations

import numpy as np

from ..layers import RNG, facts, kinds, layer, only


def test_an_underflowed_sigmoid_is_saturated_and_softplus_constant() -> None:
    values = np.concatenate((np.zeros((64, 8)), RNG.uniform(0.2, 0.8, (64, 8))), axis=1)
    sigmoid = layer("hidden", values, activation="sigmoid", ends=(0.0, 1.0))
    assert kinds(facts(sigmoid)) == ["saturated"]
    assert kinds(facts(layer("hidden", values, activation="softplus"))) == ["constant"]


def test_classes_at_exactly_zero_tell_of_exploded_logits() -> None:
    sure = np.eye(10)[RNG.integers(0, 5, 64)]
    found = only(facts(layer("head", sure, activation="softmax", output=True)), "saturated")
    assert "exploded" in found.summary
    assert "LeakyReLU" not in found.cure
    assert found.channels == (5, 6, 7, 8, 9)
    unsure = np.maximum(sure, RNG.uniform(1e-9, 1e-8, sure.shape))
    assert kinds(facts(layer("head", unsure, activation="softmax", output=True))) == []
