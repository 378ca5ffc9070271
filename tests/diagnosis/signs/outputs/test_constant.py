"""Outputs that are the same for every sample."""

from __future__ import annotations

import numpy as np

from ..layers import RNG, facts, layer, only


def test_a_collapsed_classifier_is_not_advised_like_a_gan() -> None:
    same = np.full((64, 10), 0.1) + 1e-6 * RNG.normal(size=(64, 10))
    head = layer("head", same, activation="softmax", output=True)
    assert "GAN" not in only(facts(head), "constant").cure
