"""Values that recur, tails that reach far, values on few points: what a plain curve would smear.

Most channels have none of it. Signs of it are looked for in the counts; channels that show one are
looked at closely, with their values sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, Floats, Integers, count_true, in_type_of
from .bounds import UNBOUNDED, Bounds
from .counting import CELLS, cell_of
from .curve_drawing import DensityDraft, draw_curves, trapezium_weights
from .smoothing import (
    FINEST,
    LEAST_FOR_CURVE,
    CountedValues,
    abrupt_ends,
    padding,
    rounding_of,
    smoothed,
)
from .types import DensityStyle

# A value is an atom if at least this share, and this number, of a channel's values equal it.
_ATOM_SHARE, _ATOM_COUNT = 0.01, 3
# Where tails are heavy the grid is to hold all but this share of the values at each end …
_TAIL_SHARE = 0.001
# … and they are heavy if without them the range shrinks to less than this part of itself.
_HEAVY_BELOW = 0.5
# Where these values reach no farther than this part of the range of the others, that is no tail.
_NO_TAIL = 0.05
# Whole numbers up to here are counts, levels or codes; beyond, floats are whole by themselves.
_WHOLE_UP_TO = 65_536
# Few distinct numbers fill few cells: a reason to look closely.
_FEW_CELLS = 32


def looks_whole(rows: FloatArray, peak: Floats) -> NDArray[np.bool_]:
    """Which channels hold whole numbers, as far as a few values tell."""
    few = rows[:: max(1, len(rows) // 64)]
    whole: NDArray[np.bool_] = (few == np.rint(few)).all(axis=0) & (few != 0).any(axis=0)
    return whole & (peak <= _WHOLE_UP_TO)


def looks_uneven(counted: CountedValues, n: Integers) -> NDArray[np.bool_]:
    """Which channels may have few distinct values or heavy tails."""
    filled = np.count_nonzero(counted.counts, axis=1)
    uneven: NDArray[np.bool_] = filled <= np.minimum(_FEW_CELLS, n / 2)
    trimmed = np.floor(_TAIL_SHARE * n)[:, None]
    if trimmed.any():
        # To see a range halved, an eighth of the cells is fine enough.
        coarse = np.add.reduceat(counted.counts, np.arange(0, CELLS, 8), axis=1)
        below = np.cumsum(coarse, axis=1)
        inner_cells = (
            (below < n[:, None] - trimmed).sum(axis=1) - (below <= trimmed).sum(axis=1) + 1
        )
        part = inner_cells / coarse.shape[1]
        uneven |= part * (counted.stop - counted.start) < _HEAVY_BELOW * (
            counted.high - counted.low
        )
    return uneven


def recurs_at_an_end(rows: FloatArray, counted: CountedValues, n: Integers) -> NDArray[np.bool_]:
    """Which channels have an atom at their least or greatest value."""
    enough = np.maximum(_ATOM_COUNT, _ATOM_SHARE * n)
    recur = np.zeros(n.size, dtype=np.bool_)
    everyone = np.arange(n.size)
    for bound, inwards in ((counted.low, 1), (counted.high, -1)):
        cell = cell_of(bound, counted.start, counted.stop, rows)
        # An atom makes its cell stand out; only then is it worth comparing the values.
        inner = counted.counts[everyone, np.clip(cell + inwards, 0, CELLS - 1)]
        some = np.flatnonzero(counted.counts[everyone, cell] - inner >= enough / 2)
        if some.size:
            equal = rows[:, counted.channels[some]] == in_type_of(bound[some], rows)
            recur[some] |= count_true(equal) >= enough[some]
    return recur


class _Piece(NamedTuple):
    """What a close look leaves to smooth of one channel: `CountedValues`, and more."""

    counts: Floats
    start: float
    stop: float
    low: float
    high: float
    ends: tuple[bool, bool]
    first: float
    last: float
    smooth_part: float  # of the channel's values other than zero, the part that is no atom
    outside_part: float  # … and that which is left out because the tails are heavy
    cut: tuple[bool, bool]  # … at either end
    grainy: bool  # whether values recur so often that a very fine bandwidth means a lattice


@dataclass(frozen=True, eq=False)
class _Channel:
    """One channel's values other than zero, sorted."""

    number: int
    ordered: Floats
    distinct: Floats  # each once
    recurring: NDArray[np.bool_]  # which of them are atoms
    shares: Floats  # those of the atoms, among all the channel's values
    has_zeros: bool

    @property
    def atoms(self) -> Floats:
        return self.distinct[self.recurring]


def draw_closely(draft: DensityDraft, rows: FloatArray, channels: Integers, bounds: Bounds) -> None:
    """Enter the channels that have atoms, heavy tails, or values on few points."""
    smooth: list[tuple[_Channel, _Piece]] = []
    for number in channels.tolist():
        channel = _sorted(rows[:, number], number, draft.zero_share[number])
        for value, share in zip(channel.atoms.tolist(), channel.shares.tolist(), strict=True):
            draft.add_atom(number, value, share)
        piece = _piece(channel, bounds)
        if piece is None:
            draft.style[number] = DensityStyle.BARS
        else:
            smooth.append((channel, piece))
    if smooth:
        _draw_pieces(
            draft, [channel for channel, _ in smooth], [piece for _, piece in smooth], bounds
        )


def _sorted(column: FloatArray, number: int, zero_share: float) -> _Channel:
    ordered = np.sort(column[column != 0]).astype(np.float64)
    distinct, counts = np.unique_counts(ordered)
    recurring = counts >= max(_ATOM_COUNT, _ATOM_SHARE * ordered.size)
    shares = counts[recurring] / ordered.size * (1 - zero_share)
    return _Channel(number, ordered, distinct, recurring, shares, bool(zero_share > 0))


def _draw_pieces(
    draft: DensityDraft, channels: list[_Channel], pieces: list[_Piece], bounds: Bounds
) -> None:
    """Draw a curve of what of each channel is smooth, and its atoms; bars of a lattice."""
    chosen = np.array([channel.number for channel in channels])
    nonzero = 1 - draft.zero_share[chosen]
    counted = _of_pieces(chosen, pieces, nonzero)
    series, bandwidth = smoothed(counted)
    edges = _edges(channels, pieces, abrupt_ends(counted, bandwidth))
    sharp = np.isfinite(edges).any(axis=1)
    if sharp.any():
        for at in np.flatnonzero(sharp):
            narrower = _piece(channels[at], bounds, (edges[at, 0], edges[at, 1]))
            assert narrower is not None  # it has the values that it had
            pieces[at] = narrower
        counted = _of_pieces(chosen, pieces, nonzero)
        series, bandwidth = smoothed(counted)
    finest = FINEST * (counted.high - counted.low)
    # A hard edge or a narrow peak of values that do not recur is as sharp as a curve can be;
    # of values that recur, the method has found the lattice they lie on.
    lattice = (bandwidth < finest) & np.array([piece.grainy for piece in pieces])
    draft.style[chosen[lattice]] = DensityStyle.BARS
    bandwidth = np.maximum(bandwidth, finest)
    draw_curves(draft, counted.some(~lattice), series[~lattice], bandwidth[~lattice])
    draft.outside_share[chosen] = np.where(
        lattice, 0.0, np.array([piece.outside_part for piece in pieces]) * nonzero
    )
    for channel, as_bars in zip(channels, lattice, strict=True):
        if not as_bars:
            _add_atoms(draft, channel)


def _edges(channels: list[_Channel], pieces: list[_Piece], edges: Floats) -> Floats:
    """Those of the abrupt ends at which the values themselves stop."""
    for edge, channel, piece in zip(edges, channels, pieces, strict=True):
        # Where a tail was cut off it ends abruptly, but values do not; nor do they before an atom.
        if piece.cut[0] or (channel.atoms < piece.low).any():
            edge[0] = -np.inf
        if piece.cut[1] or (channel.atoms > piece.high).any():
            edge[1] = np.inf
    return edges


def _add_atoms(draft: DensityDraft, channel: _Channel) -> None:
    """Add a channel's atoms to its curve, each a bar one cell wide."""
    grid = draft.grid[channel.number]
    area = trapezium_weights(grid[:1], grid[-1:], grid.size)[0]
    place = (channel.atoms - grid[0]) / (grid[-1] - grid[0]) * (grid.size - 1)
    nearest = np.rint(place).astype(np.intp)
    np.add.at(draft.density[channel.number], nearest, channel.shares / area[nearest])


def _of_pieces(chosen: Integers, pieces: list[_Piece], nonzero: Floats) -> CountedValues:
    return CountedValues(
        channels=chosen,
        counts=np.stack([piece.counts for piece in pieces]),
        start=np.array([piece.start for piece in pieces]),
        stop=np.array([piece.stop for piece in pieces]),
        low=np.array([piece.low for piece in pieces]),
        high=np.array([piece.high for piece in pieces]),
        ends=np.array([piece.ends for piece in pieces]),
        mass=np.array([piece.smooth_part for piece in pieces]) * nonzero,
        first=np.array([piece.first for piece in pieces]),
        last=np.array([piece.last for piece in pieces]),
    )


def _piece(channel: _Channel, bounds: Bounds, edges: Bounds = UNBOUNDED) -> _Piece | None:
    """What of one channel can be smoothed; None where nothing.

    `edges` are where its values stop abruptly.
    """
    ordered, distinct, has_zeros = channel.ordered, channel.distinct, channel.has_zeros
    if (distinct == np.rint(distinct)).all() and np.abs(distinct).max() <= _WHOLE_UP_TO:
        return None
    atoms = channel.atoms
    rest = ordered[~np.isin(ordered, atoms)]
    n = rest.size
    if n < LEAST_FOR_CURVE:
        return None
    below, above = _tails(rest)
    inner = rest[below : n - above]
    low, high = float(inner[0]), float(inner[-1])
    span = high - low
    if span <= rounding_of(np.array(max(abs(low), abs(high)))):
        return None

    pad = float(padding(np.array(inner.size))) * span
    bottom = max(_end(ordered, atoms, has_zeros, bounds[0]), edges[0])
    top = min(-_end(-ordered[::-1], -atoms[::-1], has_zeros, -bounds[1]), edges[1])
    at_start, at_stop = low - bottom < pad, top - high < pad
    start = bottom if at_start else low - pad
    stop = top if at_stop else high + pad
    if atoms.size and (atoms[0] < start or atoms[-1] > stop):
        # Too far away for one grid to show both it and a curve.
        return None
    cells = start + (stop - start) / CELLS * np.arange(1, CELLS)
    up_to = np.concatenate([[0], np.searchsorted(inner, cells), [inner.size]])
    # Zeros belong on the grid where they are an end of it.
    zero = [0.0] if has_zeros and 0.0 in (start, stop) else []
    return _Piece(
        counts=np.diff(up_to).astype(np.float64),
        start=start,
        stop=stop,
        low=low,
        high=high,
        ends=(at_start, at_stop),
        first=min([low, *atoms[:1].tolist(), *zero]),
        last=max([high, *atoms[-1:].tolist(), *zero]),
        smooth_part=n / ordered.size,
        outside_part=(below + above) / ordered.size,
        cut=(below > 0, above > 0),
        grainy=distinct.size - atoms.size < n / 2,
    )


def _tails(ordered: Floats) -> tuple[int, int]:
    """How many values to leave out below and above, lest heavy tails flatten the rest."""
    trimmed = int(_TAIL_SHARE * ordered.size)
    low, high = ordered[trimmed], ordered[-1 - trimmed]
    if high - low >= _HEAVY_BELOW * (ordered[-1] - ordered[0]):
        return 0, 0
    short = _NO_TAIL * (high - low)
    below = trimmed if low - ordered[0] > short else 0
    above = trimmed if ordered[-1] - high > short else 0
    return below, above


def _end(ordered: Floats, atoms: Floats, has_zeros: bool, bound: float) -> float:
    """Where values end below: at an atom below all else, at zero, or at the layer's bound."""
    if atoms.size and atoms[0] == ordered[0]:
        return float(atoms[0])
    return 0.0 if has_zeros and ordered[0] > 0 else min(float(ordered[0]), bound)
