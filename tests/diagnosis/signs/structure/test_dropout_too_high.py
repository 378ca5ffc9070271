"""Dropout that leaves too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..layers import facts, kinds, layer, only

RNG = np.random.default_rng(0)


def test_by_its_rate() -> None:
    plain = layer("drop", RNG.normal(size=(64, 8)), role="other", activation=None)
    assert "dropout-too-high" not in kinds(facts(plain, replace(plain, dropout=0.5)))
    finding = only(facts(replace(plain, dropout=0.9)), "dropout-too-high")
    assert (finding.severity, finding.layer, finding.samples) == ("warning", "drop", 0)
    assert "90 % of its units" in finding.summary
    assert "10 %" in finding.summary
