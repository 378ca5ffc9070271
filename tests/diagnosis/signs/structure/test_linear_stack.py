"""Layers of weights with nothing between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts
from cnnviz_widgets.diagnosis.measurements.weight_measures import weight_measures

from ..answers import FAILING, SOLVED
from ..layers import facts, kinds, layer, only

RNG = np.random.default_rng(0)


def dense(name: str, sizes: tuple[int, int], *parents: str, **others: Any) -> LayerFacts:
    """A layer of weights; linear where nothing else is said."""
    kernel = RNG.normal(size=sizes).astype(np.float32)
    made = layer(name, RNG.normal(size=(64, sizes[1])), *parents, activation=None)
    return replace(
        made,
        weights=(weight_measures(kernel, None),),
        **{"mixes": True, "linear": True, **others},
    )


def carrier(name: str, units: int, *parents: str, **others: Any) -> LayerFacts:
    made = layer(name, RNG.normal(size=(64, units)), *parents, activation=None, role="other")
    return replace(made, **{"linear": True, **others})


A, B = dense("a", (8, 16)), dense("b", (16, 16), "a")
LAST = dense("last", (16, 4), "b", output=True, linear=False)
BENT = {"linear": False}


def test_a_network_that_is_linear() -> None:
    network = facts(A, B, LAST)
    finding = only(network, "linear-stack")
    assert (finding.severity, finding.layer) == ("warning", "a")
    assert "2 hidden layers" in finding.summary
    assert "one linear function" in finding.summary
    assert only(replace(network, answers=FAILING), "linear-stack").severity == "severe"
    assert only(replace(network, answers=SOLVED), "linear-stack").severity == "warning"


def test_one_pair_is_a_note() -> None:
    bent = replace(A, **BENT)
    finding = only(facts(bent, B, LAST), "linear-stack")
    assert (finding.severity, finding.layer) == ("note", "b")
    assert "b and last" in finding.summary


def test_most_of_the_layers() -> None:
    layers = [replace(A, **BENT), B, dense("c", (16, 16), "b")]
    layers.append(replace(LAST, parents=("c",)))
    assert only(facts(*layers), "linear-stack").severity == "warning"
    assert only(replace(facts(*layers), answers=SOLVED), "linear-stack").severity == "note"


def test_nothing_but_max_pooling() -> None:
    pool = replace(carrier("pool", 16, "a", **BENT), kind="MaxPooling2D")
    layers = A, pool, replace(B, parents=("pool",)), LAST
    finding = only(facts(*layers), "linear-stack")
    assert "max pooling" in finding.summary
    assert finding.severity == "warning"
    assert only(replace(facts(*layers), answers=SOLVED), "linear-stack").severity == "note"


@pytest.mark.parametrize(
    "between", [(), (carrier("x", 16, "b"),), (carrier("x", 16, "b"), carrier("y", 64, "x"))]
)
def test_what_hands_on_bends_nothing(between: tuple[LayerFacts, ...]) -> None:
    last = replace(LAST, parents=(between[-1].path if between else "b",))
    assert "linear-stack" in kinds(facts(A, B, *between, last))


@pytest.mark.parametrize(
    "layers",
    [
        (replace(A, **BENT), replace(B, **BENT), LAST),
        # A code: 2 between 16 and 16.
        (replace(A, **BENT), dense("b", (16, 2), "a"), dense("last", (2, 16), "b", output=True)),
        # Normalised by each sample's own values, or pooled by maxima.
        (
            replace(A, **BENT),
            B,
            carrier("x", 16, "b", **BENT),
            replace(LAST, parents=("x",)),
        ),
        # Channel by channel, then across.
        (replace(A, channelwise=True, mixes=False), replace(LAST, parents=("a",))),
        # Something else reads it, too.
        (
            replace(A, **BENT),
            B,
            carrier("x", 16, "a", "b", **BENT),
            replace(LAST, parents=("b",)),
        ),
        # It reads more than that.
        (replace(A, **BENT), B, replace(LAST, reads_unlisted=True)),
        (replace(A, output=True),),
        (replace(B, parents=(), **BENT), replace(A, parents=("b",), weights=()), LAST),
    ],
)
def test_what_is_none(layers: tuple[LayerFacts, ...]) -> None:
    assert "linear-stack" not in kinds(facts(*layers))
