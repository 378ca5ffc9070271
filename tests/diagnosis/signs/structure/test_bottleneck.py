"""Layers of one unit inside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz_widgets.diagnosis.facts import LayerFacts

from ..answers import FAILING, SOLVED
from ..layers import facts, kinds, layer, only

RNG = np.random.default_rng(0)


def some(name: str, units: int, *parents: str, output: bool = False) -> LayerFacts:
    return layer(name, RNG.normal(size=(64, units)), *parents, activation=None, output=output)


FIRST, ONE = some("first", 8), some("one", 1, "first")
LAST = some("last", 4, "one", output=True)


def test_one_unit_inside() -> None:
    finding = only(facts(FIRST, ONE, LAST), "bottleneck")
    assert (finding.severity, finding.layer) == ("warning", "one")
    assert "as one number" in finding.summary
    solved = replace(facts(FIRST, ONE, LAST), answers=SOLVED)
    assert only(solved, "bottleneck").severity == "note"
    failing = replace(facts(FIRST, ONE, LAST), answers=FAILING)
    assert only(failing, "bottleneck").severity == "severe"


def test_a_map_in_one_channel_may_be_enough() -> None:
    picture = layer("one", RNG.normal(size=(64, 4, 4, 1)), "first", activation=None)
    finding = only(facts(FIRST, picture, LAST), "bottleneck")
    assert finding.severity == "note"
    assert "16 numbers" in finding.summary


def test_outputs_gates_and_side_branches_are_none() -> None:
    answer = some("one", 1, "first", output=True)
    bounded = some("bounded", 1, "one", output=True)
    wide = some("wide", 4, "first", "one", output=True)
    given = replace(LAST, reads_unlisted=True)
    side = some("other", 4, "first", output=True)
    for layers in (
        (FIRST, answer),
        (FIRST, ONE, bounded),
        (FIRST, ONE, wide),
        (FIRST, ONE, given),
        (FIRST, ONE, LAST, side),
    ):
        assert "bottleneck" not in kinds(facts(*layers))
