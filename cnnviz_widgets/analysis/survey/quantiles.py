"""Quantiles of a channel from its counted cells, with values that recur exactly kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Indices, Integers
from .layer_tally import LayerTally
from .value_cells import CELLS

# A value recurs if at least this share, and this number, of the kept ones equal it.
_ATOM_SHARE, _ATOM_COUNT = 0.01, 3


@dataclass(frozen=True, eq=False)
class Distribution:
    """How one channel's finite values are distributed: a broken line with steps.

    Attributes
    ----------
    values, shares : ndarray of float64, shape (n,)
        Both ascending: at `values[i]` lies the share `shares[i]`. Where a value recurs the line
        rises at one point. Empty for a channel without a finite value.
    resolution : float
        The largest share in one cell, values that recur left out: a quantile's rank is told no
        finer than that.
    """

    values: Floats
    shares: Floats
    resolution: float

    def quantile(self, q: Floats) -> Floats:
        """The values below which shares `q` lie; NaN of a channel without a finite value."""
        if not self.values.size:
            return np.full(q.shape, np.nan)
        inside = np.interp(q, self.shares, self.values)
        # Where several values have one share, those at the ends are the ones that were seen.
        return np.where(q <= 0, self.values[0], np.where(q >= 1, self.values[-1], inside))

    def share_between(self, low: float, high: float) -> float:
        """The share of values from `low` to `high`, both included; NaN without a finite value."""
        if not self.values.size:
            return float("nan")
        return max(self._share_to(high, "right") - self._share_to(low, "left"), 0.0)

    def _share_to(self, value: float, side: Literal["left", "right"]) -> float:
        """The share below a value, of which a step there counts on its left or right side."""
        at = int(np.searchsorted(self.values, value, side=side))
        if at in (0, self.values.size):
            return 0.0 if at == 0 else 1.0
        ends, shares = self.values[at - 1 : at + 1], self.shares[at - 1 : at + 1]
        return float(np.interp(value, ends, shares))


def distributions(tally: LayerTally) -> tuple[Distribution, ...]:
    """The distribution of each channel's finite values."""
    edges = tally.rule.cells.centre[:, None] + tally.cells.edges()
    edges = np.clip(edges, tally.low[:, None], tally.high[:, None])
    finite = tally.values - tally.nonfinite
    rows = tally.kept_rows.arrays["rows"].reshape(-1, tally.rule.channels)
    ends = np.stack([tally.low, tally.high], axis=1).astype(np.float64)
    return tuple(
        _distribution(
            ends[channel],
            edges[channel],
            tally.cells.counts[channel],
            rows[:, channel],
            tally.zeros[channel] / finite[channel] if finite[channel] else np.nan,
        )
        for channel in range(tally.rule.channels)
    )


@dataclass(frozen=True, eq=False)
class _Recurring:
    """The values other than zero that recur among those kept of one channel."""

    values: Floats
    counts: Integers
    cells: Indices  # the cell of each
    beside: Integers  # how many of all kept values are in its cell

    @classmethod
    def among(cls, kept: NDArray[np.float32], edges: Floats) -> _Recurring:
        """Those among the values kept, by the edges of the channel's cells."""
        shown = kept[np.isfinite(kept) & (kept != 0)]
        distinct, counts = np.unique_counts(shown)
        recurs = counts >= max(_ATOM_COUNT, _ATOM_SHARE * shown.size)
        values = distinct[recurs].astype(np.float64)
        cells = _cells_of(values, edges)
        filled = np.bincount(_cells_of(shown, edges), minlength=CELLS)
        return cls(values, counts[recurs], cells, filled[cells])


def _cells_of(values: NDArray[np.floating], edges: Floats) -> Indices:
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, CELLS - 1)


def _distribution(
    ends: Floats,
    edges: Floats,
    counts: NDArray[np.uint32],
    kept: NDArray[np.float32],
    zero_share: float,
) -> Distribution:
    if np.isnan(zero_share):
        return Distribution(np.empty(0), np.empty(0), 0.0)
    total = int(counts.sum(dtype=np.int64))
    if total:
        smooth = counts / total * (1 - zero_share)
        steps = _atom_shares(smooth, _Recurring.among(kept, edges))
    else:
        # None but zeros was drawn: of the others no more is known than between what they lie.
        edges, smooth, steps = ends, np.array([1 - zero_share]), {}
    if zero_share > 0:
        steps[0.0] = float(zero_share)
    line = _with_steps(edges, smooth, steps)
    # The ends may be values that were not drawn, outside of all cells.
    return Distribution(
        np.concatenate([ends[:1], line.values, ends[1:]]),
        np.concatenate([[0.0], np.minimum(np.maximum.accumulate(line.shares), 1.0), [1.0]]),
        line.resolution,
    )


def _atom_shares(smooth: Floats, atoms: _Recurring) -> dict[float, float]:
    """The share of each value that recurs, which is taken out of its cell.

    It has that part of its cell which it has of the values kept there. What the cell has more than
    those beside it would be too much where values crowd about it, too, as about what a layer puts
    out where it sees next to nothing.
    """
    parts = atoms.counts / atoms.beside
    shares = parts * smooth[atoms.cells]
    np.subtract.at(smooth, atoms.cells, shares)
    return dict(zip(atoms.values.tolist(), shares.tolist(), strict=True))


def _with_steps(edges: Floats, smooth: Floats, steps: dict[float, float]) -> Distribution:
    """The line through the cells' edges, raised at each step."""
    below = np.concatenate([[0.0], np.cumsum(smooth)])
    at = np.array(sorted(steps))
    heights = np.array([steps[value] for value in at.tolist()])
    before = np.interp(at, edges, below)
    # Each step is two points: where it begins, and where it ends.
    values = np.concatenate([edges, at, at])
    risen = np.concatenate([[0.0], np.cumsum(heights)])
    shares = np.concatenate(
        [
            below + risen[np.searchsorted(at, edges, side="left")],
            before + risen[:-1],
            before + risen[1:],
        ]
    )
    order = np.lexsort((shares, values))
    return Distribution(values[order], shares[order], float(smooth.max()))
