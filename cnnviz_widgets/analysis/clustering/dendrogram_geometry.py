"""The shape of a dendrogram: where a canvas draws its forks, and what lies below each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import SupportsIndex

import numpy as np

from ...validation.objects import instance
from ...validation.scalars import whole_number
from ..arrays import Floats, Indices, frozen
from ..spreading import evenly
from .channel_tree import ChannelTree, close_gaps


@dataclass(frozen=True, eq=False)
class DendrogramGeometry:
    """Forks over a row of n columns, m = n − 1 of them by ascending height (none for n = 0).

    A fork is drawn as two stems, from the heights of its feet up to its own, and the bar that
    joins them. x counts columns: the leaf in column i stands at i + 0.5. All arrays read-only.

    Attributes
    ----------
    columns : ndarray of int, shape (n,)
        The channel drawn in each column, from left to right.
    runs : ndarray of int, shape (n, 2)
        Each column stands for the leaves ``tree.order[start:stop]``, itself among them.
    feet : ndarray of float, shape (m, 2)
        x of the left and of the right stem.
    heights : ndarray of float, shape (m, 3)
        y: the height at the left stem's foot, at the right one's, and at the bar.
    span : ndarray of int, shape (m, 2)
        All leaves below the fork, drawn or not: ``tree.order[start:stop]``.
    split : ndarray of int, shape (m,)
        The fork closes the gap between the columns ``split − 1`` and ``split``: cut at a height,
        the columns fall apart at the splits of the forks above it.
    zero_columns : int
        So many columns at the right end show channels that are zero throughout.
    total : int
        The leaves of the whole tree.
    """

    columns: Indices
    runs: Indices
    feet: Floats
    heights: Floats
    span: Indices
    split: Indices
    zero_columns: int
    total: int


def dendrogram_geometry(
    tree: ChannelTree, max_leaves: SupportsIndex | None = None
) -> DendrogramGeometry:
    """What it takes to draw a tree, whole or reduced to some of its leaves.

    Parameters
    ----------
    tree : ChannelTree
        The channels' tree. Non-finite channels are not part of the drawing.
    max_leaves : int, optional
        Draw at most so many columns: leaves spread evenly over the order, each for the run of
        neighbours around it. Two columns or more always show both an all-zero channel and
        one that is not, where the tree has both; a single column shows one that is not.

    Returns
    -------
    DendrogramGeometry

    Raises
    ------
    TypeError
        `max_leaves` is not a whole number.
    ValueError
        `max_leaves` leaves no column to a tree that has leaves.

    Notes
    -----
    Two leaves of a tree meet at the widest gap between them in leaf order.
    A reduced tree keeps, between two leaves drawn, the widest gap: its forks are forks of the
    whole tree at their exact heights, and the runs part just where those forks do.
    """
    instance("tree", tree, ChannelTree, "cosine_linkage(values) gives one")
    total = tree.order.size
    limit = total if max_leaves is None else whole_number("max_leaves", max_leaves)
    if limit < min(1, total):
        raise ValueError(f"max_leaves must be at least 1 for a tree of {total} leaves; got {limit}")
    gaps = tree.gaps
    drawn = representatives(total, tree.zero.size, min(limit, total))
    zero_columns = int(np.count_nonzero(drawn >= total - tree.zero.size))
    parts = _widest_gaps(gaps, drawn)
    if 0 < zero_columns < drawn.size:
        # Among gaps of 2 this is the one that matters: no run is zero and non-zero at once.
        parts[-zero_columns] = total - tree.zero.size
    bounds = np.concatenate(([0], parts, [total])) if total else np.zeros(1, dtype=np.intp)
    runs = np.stack((bounds[:-1], bounds[1:]), axis=1)

    merges = close_gaps(gaps[parts - 1])
    x = (np.arange(drawn.size) + 0.5).tolist()
    feet = []
    for left, right in merges.children.tolist():
        feet.append((x[left], x[right]))
        x.append((x[left] + x[right]) / 2)
    top = np.concatenate((np.zeros(drawn.size), merges.heights))
    return DendrogramGeometry(
        columns=frozen(tree.order[drawn]),
        runs=frozen(runs),
        feet=frozen(np.array(feet).reshape(-1, 2)),
        heights=frozen(np.column_stack((top[merges.children], merges.heights))),
        span=frozen(bounds[merges.spans]),
        split=frozen(merges.splits),
        zero_columns=zero_columns,
        total=total,
    )


def representatives(total: int, n_zero: int, limit: int) -> Indices:
    """The places in the order that are drawn, `limit` of them, both kinds among them."""
    zero = round(limit * n_zero / total) if total else 0
    if 0 < n_zero < total:
        zero = min(max(zero, 1), limit - 1)
    n_other = total - n_zero
    return np.concatenate((evenly(n_other, limit - zero), n_other + evenly(n_zero, zero)))


def _widest_gaps(gaps: Floats, drawn: Indices) -> Indices:
    """For each two neighbours drawn, the leaf right of the widest gap between them."""
    ends = drawn.tolist()
    return np.array(
        [start + 1 + int(gaps[start:stop].argmax()) for start, stop in pairwise(ends)],
        dtype=np.intp,
    )
