"""Weights spread evenly over a wide range."""

from __future__ import annotations

import numpy as np
import pytest

from ..layers import RNG, facts, kinds, only, weighted


def uniform(times: float) -> np.ndarray:
    """A kernel so many times as wide as Glorot's initialisation."""
    limit = times * np.sqrt(6 / (200 + 80))
    return RNG.uniform(-limit, limit, (200, 80))


def test_wide_and_uniform_weights_are_told() -> None:
    finding = only(facts(weighted("dense", uniform(5))), "wide-uniform-weights")
    assert finding.measured.value == pytest.approx(5, rel=0.03)
    assert (finding.view, finding.samples, finding.severity) == ("weights", 0, "warning")


def test_neither_wide_nor_uniform_is_enough() -> None:
    assert "wide-uniform-weights" not in kinds(facts(weighted("dense", uniform(1))))
    wide = 5 * np.sqrt(2 / 280) * RNG.normal(size=(200, 80))
    assert "wide-uniform-weights" not in kinds(facts(weighted("dense", wide)))
