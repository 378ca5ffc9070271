"""How large an output is beside what is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnnviz_widgets.diagnosis.signs.outputs.near_zero import gain

from ..layers import RNG, facts, layer


def test_a_normalisation_is_not_measured_by_what_it_reads() -> None:
    loud = layer("conv", RNG.normal(scale=400, size=(64, 8)))
    usual = layer("norm", RNG.normal(size=(64, 8)), "conv", activation=None)
    model = facts(loud, replace(usual, normalises=True))
    assert gain(model, model.layers["norm"]) == pytest.approx(1, rel=0.1)
    # A dense layer that puts out as little of what it reads is all but mute.
    assert gain(facts(loud, usual), usual) == pytest.approx(1 / 400, rel=0.2)
