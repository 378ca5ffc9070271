"""Outputs that are the same for every sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz_widgets.diagnosis.facts import LayerFacts
from cnnviz_widgets.diagnosis.signs.outputs.constant import Constant

from ..layers import RNG, SOLVED, facts, kinds, layer, only


def test_a_collapsed_classifier_is_not_advised_like_a_gan() -> None:
    same = np.full((64, 10), 0.1) + 1e-6 * RNG.normal(size=(64, 10))
    head = layer("head", same, activation="softmax", output=True)
    assert "GAN" not in only(facts(head), "constant").cure


def still(path: str, count: int, *parents: str, **options: Any) -> LayerFacts:
    """A layer of eight channels, the first `count` of which are the same for every sample."""
    values = RNG.uniform(0.2, 0.8, (64, 8))
    values[:, :count] = values[0, :count]
    return layer(path, values, *parents, activation="leaky_relu", **options)


def test_units_that_stay_are_told_with_what_to_do() -> None:
    found = only(facts(still("a", 4)), "constant")
    assert (found.severity, found.channels) == ("severe", (0, 1, 2, 3))
    assert "learning rate" not in found.cure
    assert only(replace(facts(still("a", 4)), answers=SOLVED), "constant").severity == "note"


def test_a_gate_may_stay_where_it_is() -> None:
    signal = still("signal", 0)
    gate = replace(still("gate", 6, "signal"), activation="sigmoid")
    wider = replace(still("wide", 0, "gate", role="other"), activation=None)
    product = replace(still("product", 0, "signal", "wide"), kind="Multiply", role="other")
    found = only(facts(signal, gate, wider, product), "constant")
    assert (found.layer, found.severity) == ("gate", "note")
    assert "gate" in found.limits
    added = replace(product, kind="Add")
    assert only(facts(signal, gate, wider, added), "constant").severity == "severe"


def test_tables_and_masks_are_made_to_stay() -> None:
    signal = still("signal", 0)
    table = replace(still("table", 8), reads_inputs=False)
    assert kinds(facts(signal, table, still("sum", 0, "signal", "table"))) == []
    # It takes the shape of its input and puts out a table of its own.
    position = still("position", 8)
    total = replace(still("sum", 0, "position"), reads_unlisted=True)
    assert kinds(facts(signal, position, total)) == []
    alone = still("sum", 0, "position")
    assert "constant" in kinds(facts(position, alone))


def test_what_stays_before_any_training_is_a_note() -> None:
    untrained = replace(facts(still("a", 8)), untrained=True)
    assert [each.severity for each in Constant().findings(untrained)] == ["note"]
