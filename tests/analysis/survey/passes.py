"""Passes over arrays that stand for a layer's outputs: in any order, batches and parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz_widgets.analysis.survey.batch_parts import Asked, BatchParts, batch_parts
from cnnviz_widgets.analysis.survey.channel_rule import ChannelRule
from cnnviz_widgets.analysis.survey.layer_tally import NO_LABEL, LayerTally
from cnnviz_widgets.analysis.survey.sample_hash import place_draws
from cnnviz_widgets.analysis.survey.tally_arrays import tally_arrays

ROWS = 16
FIRST = 64
Values = NDArray[Any]


def everything(channels: int) -> Asked:
    return Asked(np.full(channels, -np.inf, "f4"), np.full(channels, np.inf, "f4"))


def parts_of(values: Values, numbers: Values, asked: Asked, rows: int = ROWS) -> BatchParts:
    return batch_parts(values[numbers], place_draws(numbers, rows), asked)


def rule_of(values: Values, rows: int = ROWS) -> ChannelRule:
    numbers = np.arange(min(FIRST, len(values)))
    return ChannelRule.chosen_by(parts_of(values, numbers, everything(values.shape[-1]), rows))


def empty(values: Values, classes: int = 0, rows: int = ROWS, rule: Any = None) -> LayerTally:
    positions = int(np.prod(values.shape[1:-1]))
    return LayerTally.empty(rule or rule_of(values, rows), classes, min(rows, positions))


def add(
    tally: LayerTally,
    values: Values,
    batches: Sequence[Values],
    labels: Values | None = None,
    rows: int = ROWS,
) -> LayerTally:
    """Go on with samples, a batch after the other, in whatever order they come."""
    for numbers in batches:
        asked = replace(tally.asked, level=True)
        of = np.full(len(numbers), NO_LABEL) if labels is None else labels[numbers]
        tally.add(parts_of(values, numbers, asked, rows), numbers, of)
    return tally


def in_order(first: int, last: int, batch: int = 50) -> list[Values]:
    return [np.arange(at, min(at + batch, last)) for at in range(first, last, batch)]


def whole(
    values: Values, classes: int = 0, labels: Values | None = None, rows: int = ROWS
) -> LayerTally:
    """One pass over all samples, in order."""
    return add(
        empty(values, classes, rows), values, in_order(0, len(values)), labels=labels, rows=rows
    )


def bits(tally: LayerTally) -> dict[str, bytes]:
    """All that is added up, but for what still waits as that is the same only once it is added."""
    arrays = tally_arrays(tally)
    arrays.pop("waiting_numbers", None), arrays.pop("waiting_rows", None)
    arrays.pop("gram", None)
    if tally.products is not None:
        arrays["gram"] = tally.products.total()
    return {name: np.ascontiguousarray(array).tobytes() for name, array in arrays.items()}
