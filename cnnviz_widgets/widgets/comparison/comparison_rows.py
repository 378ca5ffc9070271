"""The rows of a comparison's lists, and what is to be known of its grids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...analysis.arrays import Floats
from ...comparison.layer_comparison import LayerChange, LayerComparison
from ...comparison.side_by_side import SideBySide
from ..views.channel_names import channel_name


def layer_row(change: LayerChange, kind: str) -> dict[str, Any]:
    """A pair of layers as the page's `comparison/rows.ts` reads it."""
    return {
        "path": change.path_a,
        "partner": change.path_b,
        "kind": kind,
        "channels": [change.channels_a, change.channels_b],
        "change": _number(change.change),
        "shift": _number(change.shift),
        "dead": [change.dead_a, change.dead_b],
        "nonfinite": [change.nonfinite_a, change.nonfinite_b],
        "turned": [change.died, change.woke],
        "saturated": [_number(change.saturated_a), _number(change.saturated_b)],
        "as_asked": change.as_asked,
    }


def pair_row(compared: LayerComparison, number: int, class_names: Sequence[str]) -> dict[str, Any]:
    """A pair as the page's `comparison/rows.ts` reads it."""
    channels, stuck = compared.match.pairs[number].tolist(), compared.saturated
    return {
        "number": number,
        "channels": channels,
        "names": [channel_name(channel, class_names) for channel in channels],
        "distance": _number(compared.match.distance[number]),
        "shift": _number(compared.shift[number]),
        "zeros": compared.zero_share[number].tolist(),
        "dead": compared.dead[number].tolist(),
        "nonfinite": compared.nonfinite[number].tolist(),
        "saturated": [False, False] if stuck is None else stuck[number].tolist(),
    }


def notes_on(compared: LayerComparison, side: SideBySide, one: str, other: str) -> list[str]:
    """How the columns stand, and what is not shown, in sentences."""
    match = compared.match
    order = f"Columns of both grids stand in the leaf order of {one}."
    if match.by == "similarity":
        order = (
            "Channels are matched by what they show, so that the distances of all pairs together "
            f"are the least possible. Columns stand in the leaf order of {one}; the column at "
            f"the same place in {other} is the partner, under its own number."
        )
    bases = compared.a.basis, compared.b.basis
    rest = f"{bases[0]} on the left and {bases[1]} on the right"
    if bases[0] == bases[1]:
        rest = f"{bases[0]} on either side"
    notes = [f"Health and densities rest on {rest}.", order]
    for title, only in ((one, match.only_a), (other, match.only_b)):
        if only.size:
            notes.append(
                f"{only.size:,} channel{' has' if only.size == 1 else 's have'} no partner in "
                f"{other if title == one else one}: to the right of the others in {title}."
            )
    if side.omitted:
        notes.append(f"The grids leave out {side.omitted:,} of {len(match.pairs):,} pairs.")
    return [*notes, match.note] if match.note else notes


def class_words(compared: LayerComparison) -> list[str]:
    """Of each pair the class on which its mean moved most; [] where classes are not known."""
    means = compared.class_means
    if means is None:
        return []
    moved = np.abs(means[..., 1] - means[..., 0])
    # A channel that has no finite value on a class says nothing of it.
    most = np.where(np.isnan(moved), -1.0, moved).argmax(axis=1)
    return [
        "" if np.isnan(moved[pair, at]) else f"mean on class {at}: {_from_to(means[pair, at])}"
        for pair, at in enumerate(most.tolist())
    ]


def _from_to(values: Floats) -> str:
    before, after = (f"{value:.3g}" for value in values.tolist())
    return before if before == after else f"{before} → {after}"


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else float(value)
