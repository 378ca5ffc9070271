"""Counting values in cells that fit each channel, so that any quantile can be told afterwards.

A channel's cells are equal steps about a point, or steps of a sixteenth of an octave away from it.
Which, and about which point, is chosen by the first samples and then fixed. Values farther out than
any before widen the cells: pairs of equal cells join, octaves nearest the point fall together. That
has an end, so that a single value far out does not throw all others into one cell: what lies
farther is counted in the outermost cells. What comes out depends on the values alone, not on their
order, and counts of two parts add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays import Indices, Integers, count_true, frozen

REACH = 512
"""Cells on either side of the middle one."""

CELLS = 2 * REACH + 1
"""Cells of a channel."""

# Steps of an octave: four bits of the mantissa.
_BITS = 4
_OCTAVES = REACH >> _BITS
_MANTISSA, _BIAS = 23, 127
# Octaves below are of numbers that float32 holds with fewer bits; none lies above.
LEAST_EXPONENT, MOST_EXPONENT = _OCTAVES - _BIAS + 1, 128
# How far cells may be widened: equal ones to eight times the width, octaves by a quarter of them.
_EQUAL_WIDER, _OCTAVES_WIDER = 3, _OCTAVES // 4

# So many values are counted at a time: all that is worked out on the way fits a cache.
_COUNTED_TOGETHER = 1 << 18

# The first samples' channels are tried so many at a time, which fit a cache; by so many values,
# which tell one rule from another well enough.
_TRIED_TOGETHER, _TRIED_BY = 64, 128

Singles = NDArray[np.float32]
Counts: TypeAlias = NDArray[np.uint16] | NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class CellRule:
    """How each channel's values are counted; arrays of shape (channel,), read-only.

    Attributes
    ----------
    octaves : ndarray of bool
        Whether cells grow by octaves away from `centre`; else they are equal.
    centre : ndarray of float32
        The point about which they lie.
    exponent : ndarray of int16
        The least it may be: of equal cells, 2 ** exponent is the width; of octaves, all distances
        below that are told apart from farther ones.
    """

    octaves: NDArray[np.bool_]
    centre: Singles
    exponent: NDArray[np.int16]

    @property
    def widest(self) -> NDArray[np.int16]:
        """The greatest exponent that cells may be widened to, shape (channel,)."""
        wider = np.where(self.octaves, _OCTAVES_WIDER, _EQUAL_WIDER).astype(np.int16)
        most: NDArray[np.int16] = np.minimum(self.exponent + wider, np.int16(MOST_EXPONENT))
        return most

    def some(self, channels: Indices) -> CellRule:
        """That of some channels."""
        return CellRule(self.octaves[channels], self.centre[channels], self.exponent[channels])

    @classmethod
    def chosen_by(cls, rows: Singles) -> CellRule:
        """The rule that tells most values of the first samples apart.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, C)
            Zeros and what is not finite are no matter.
        """
        parts = [
            _best_rule(rows[:, first : first + _TRIED_TOGETHER])
            for first in range(0, rows.shape[1], _TRIED_TOGETHER)
        ]
        names = ("octaves", "centre", "exponent")
        return cls(
            *(frozen(np.concatenate([getattr(part, name) for part in parts])) for name in names)
        )


@dataclass(eq=False)
class ValueCells:
    """How many values lie in each cell of each channel.

    Attributes
    ----------
    rule : CellRule
    exponent : ndarray of int16, shape (channel,)
        As in the rule, or more where values lie farther out.
    counts : ndarray of uint16 or uint32, shape (channel, CELLS)
        Of the values other than zero; in the wider type once the narrower one may not hold them.
    most : int
        No channel has more values: cells, however far they are widened, hold no more.
    """

    rule: CellRule
    exponent: NDArray[np.int16]
    counts: Counts
    most: int

    @classmethod
    def empty(cls, rule: CellRule) -> ValueCells:
        """Of no values."""
        channels = rule.centre.size
        return cls(rule, rule.exponent.copy(), np.zeros((channels, CELLS), dtype=np.uint16), 0)

    @classmethod
    def of_counts(
        cls, rule: CellRule, exponent: NDArray[np.int16], counts: NDArray[Any]
    ) -> ValueCells:
        """Of counts in any type."""
        most = int(counts.sum(axis=1, dtype=np.int64).max(initial=0))
        if most <= np.iinfo(np.uint16).max:
            return cls(rule, exponent, counts.astype(np.uint16), most)
        return cls(rule, exponent, counts.astype(np.uint32), most)

    def add(self, rows: Singles, within: tuple[Singles, Singles] | None = None) -> None:
        """Count more values in place; zeros and what is not finite are left out.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, C)
        within : (ndarray, ndarray) of float32, shape (C,) each, optional
            Where that is known of rows that are all finite: between which values they lie.
        """
        self.most += len(rows)
        self.counts = _with_room(self.counts, self.most)
        # Channels of one kind together: what is done to them all is quicker than by a choice.
        for octaves in (False, True):
            channels = np.flatnonzero(self.rule.octaves == octaves)
            if not channels.size:
                continue
            some = rows if channels.size == rows.shape[1] else np.take(rows, channels, axis=1)
            step = max(1, _COUNTED_TOGETHER // channels.size)
            for first in range(0, len(rows), step):
                block: Singles = some[first : first + step].astype(np.float32, copy=False)
                if within is None:
                    self._add(*_finite(block), channels)
                else:
                    self._add(block, within[0][channels], within[1][channels], channels)

    def merged(self, other: ValueCells) -> ValueCells:
        """Of the values of both."""
        both = [
            replace(each, exponent=each.exponent.copy(), counts=each.counts.copy())
            for each in (self, other)
        ]
        for each in both:
            each.widen(np.maximum(self.exponent, other.exponent))
        most = self.most + other.most
        counts = _with_room(both[0].counts, most)
        return replace(both[0], counts=np.add(counts, both[1].counts, out=counts), most=most)

    def _add(self, rows: Singles, low: Singles, high: Singles, channels: Indices) -> None:
        """Count values of some channels, whose cells are of one kind."""
        rule = self.rule.some(channels)
        left_out = rows == 0
        zeros = count_true(left_out)
        # Subtracting and rounding keep an order: farthest are the least and the greatest.
        ends = _distances(np.stack([low, high, np.zeros_like(low)]), rule)
        distance = _distances(rows, rule)
        self._reach(distance, left_out, _peaks(ends[:2]), channels)
        exponent = self.exponent[channels]
        indices = _octave_steps if rule.octaves[0] else _equal_steps
        # What is left out is counted with the rest and taken off again: quicker than by a mask.
        index = indices(distance, exponent, channels * CELLS)
        np.add.at(self.counts.reshape(-1), index.reshape(-1), self.counts.dtype.type(1))
        cell = indices(ends[2:], exponent, np.zeros_like(channels))[0]
        self.counts[channels, cell] -= zeros.astype(self.counts.dtype)

    def _reach(
        self, distance: Singles, left_out: NDArray[np.bool_], peaks: Singles, channels: Indices
    ) -> None:
        """Widen the cells where a value lies beyond them; one that is left out may."""
        rule = self.rule.some(channels)
        needed = np.minimum(_needed(peaks, rule), rule.widest)
        far = np.flatnonzero(needed > self.exponent[channels])
        if not far.size:
            return
        rule = rule.some(far)
        peaks = _peaks(np.where(left_out[:, far], np.float32(0), distance[:, far]))
        needed = np.minimum(_needed(peaks, rule), rule.widest)
        exponent = self.exponent.copy()
        reached = exponent[channels[far]]
        exponent[channels[far]] = np.where(peaks > 0, np.maximum(reached, needed), reached)
        self.widen(exponent)

    def widen(self, exponent: NDArray[np.int16]) -> None:
        """Give way to values farther out, in place: join cells until `exponent` is reached."""
        steps = np.maximum(exponent - self.exponent, 0)
        for octaves, step in {*zip(self.rule.octaves.tolist(), steps.tolist(), strict=True)}:
            if step:
                channels = np.flatnonzero((steps == step) & (self.rule.octaves == octaves))
                join = _joined_octaves if octaves else _joined_pairs
                self.counts[channels] = join(self.counts[channels], step)
        np.maximum(self.exponent, exponent, out=self.exponent)

    def edges(self) -> NDArray[np.float64]:
        """Between which distances from the centre the cells lie, shape (channel, CELLS + 1).

        The outermost cells have no end.
        """
        places = np.arange(-REACH, REACH + 2, dtype=np.float64)
        equal = places * np.exp2(self.exponent.astype(np.float64))[:, None]
        # Cell 0 lies between the two least distances that are told apart.
        outwards = np.arange(REACH + 1)
        octave, step = np.divmod(outwards, 1 << _BITS)
        base = (1 + step / (1 << _BITS)) * np.exp2(octave.astype(np.float64))
        far = base * np.exp2(self.exponent.astype(np.float64) - _OCTAVES)[:, None]
        grown = np.concatenate([-far[:, ::-1], far], axis=1)
        edges = np.where(self.rule.octaves[:, None], grown, equal)
        edges[:, 0], edges[:, -1] = -np.inf, np.inf
        return edges


def _with_room(counts: Counts, most: int) -> Counts:
    """Counts, those given if their type holds numbers up to `most`."""
    return counts if most <= np.iinfo(counts.dtype).max else counts.astype(np.uint32)


def _finite(rows: Singles) -> tuple[Singles, Singles, Singles]:
    """Rows with 0 instead of what is not finite, and between which values they lie."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    if not (np.isfinite(low) & np.isfinite(high)).all():
        rows = np.where(np.isfinite(rows), rows, np.float32(0))
        low, high = rows.min(axis=0), rows.max(axis=0)
    return rows, low, high


def _joined_pairs(counts: Counts, steps: int) -> Counts:
    """Counts in equal cells of twice the width, so many times."""
    for _ in range(min(steps, CELLS.bit_length())):
        joined = np.zeros_like(counts)
        # Cell 0 takes that above it, cell -1 the two below: the last has no other.
        first, last = REACH // 2, REACH + REACH // 2
        np.add(counts[:, :-1:2], counts[:, 1::2], out=joined[:, first:last])
        joined[:, last] = counts[:, -1]
        counts = joined
    return counts


def _joined_octaves(counts: Counts, steps: int) -> Counts:
    """Counts in octaves of which so many nearest the centre have fallen together."""
    fallen = min(steps << _BITS, REACH)
    joined = np.zeros_like(counts)
    joined[:, fallen:REACH] = counts[:, : REACH - fallen]
    near = counts[:, REACH - fallen : REACH + fallen + 1]
    joined[:, REACH] = near.sum(axis=1, dtype=counts.dtype)
    joined[:, REACH + 1 : CELLS - fallen] = counts[:, REACH + fallen + 1 :]
    return joined


def _distances(rows: Singles, rule: CellRule) -> Singles:
    limit = np.finfo(np.float32).max
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.subtract(rows, rule.centre, dtype=np.float32)
    return np.clip(distance, -limit, limit, out=distance)


def _peaks(distance: Singles) -> Singles:
    peaks: Singles = np.maximum(distance.max(axis=0), -distance.min(axis=0))
    return peaks


def _needed(peaks: Singles, rule: CellRule) -> NDArray[np.int16]:
    """The least exponent with which the farthest value has a cell; as of 1 where that is 0."""
    _, exponent = np.frexp(peaks)  # the peak is below 2 ** exponent
    wide = np.where(rule.octaves, exponent, exponent - (REACH.bit_length() - 1))
    least: NDArray[np.int16] = np.clip(wide, LEAST_EXPONENT, MOST_EXPONENT).astype(np.int16)
    return least


def _equal_steps(distance: Singles, exponent: NDArray[np.int16], first: Indices) -> Indices:
    """The place of each value's cell, where those of its channel begin at `first`."""
    # Zeros, which are not counted, may lie that far out.
    with np.errstate(over="ignore"):
        scaled = distance * np.exp2(-exponent.astype(np.float32))
    np.floor(scaled, out=scaled)
    np.clip(scaled, -REACH, REACH, out=scaled)
    index = scaled.astype(np.intp)
    index += first + REACH
    return index


def _octave_steps(distance: Singles, exponent: NDArray[np.int16], first: Indices) -> Indices:
    """The same of cells that grow by octaves."""
    bits = np.ascontiguousarray(distance).view(np.int32)
    lowest = (exponent.astype(np.int32) - _OCTAVES + _BIAS) << _BITS
    far = ((bits & 0x7FFFFFFF) >> (_MANTISSA - _BITS)) - lowest + 1
    np.clip(far, 0, REACH, out=far)
    # Negated where the sign's bit is set, in two's complement: quicker than by a mask.
    below = bits >> 31
    far ^= below
    far -= below
    index = far.astype(np.intp)
    index += first + REACH
    return index


def _best_rule(rows: Singles) -> CellRule:
    """Of each channel the rule, among a few, by which fewest values share their cell."""
    known = np.isfinite(rows) & (rows != 0)
    low = np.min(rows, axis=0, where=known, initial=np.inf)
    high = np.max(rows, axis=0, where=known, initial=-np.inf)
    none = low > high
    low[none], high[none] = 0, 0
    middle = (low / 2 + high / 2).astype(np.float32)
    step = -(-len(rows) // _TRIED_BY)
    # A line a channel; NaN comes last.
    ordered = np.where(known[::step], rows[::step], np.nan).T.copy()
    ordered.sort(axis=1)
    count = count_true(known[::step])
    last, channels = np.maximum(count, 1) - 1, np.arange(len(ordered))
    ordered[count == 0, 0] = 0
    # In float64, as the sum of the two in the middle may be out of float32's range.
    halves = ordered[channels, [last // 2, (last + 1) // 2]].astype(np.float64)
    median = halves.mean(axis=0).astype(np.float32)
    rules = [
        _fitting(low, high, octaves, centre)
        for octaves, centre in ((False, middle), (True, np.zeros_like(middle)), (True, median))
    ]
    # The chance that two of the values lie in one cell.
    shown = np.where(np.isnan(ordered), np.float32(0), ordered)
    crowding = [_crowding(shown, count, rule) for rule in rules]
    best = np.argmin(crowding, axis=0)
    return CellRule(
        *(
            np.choose(best, [getattr(rule, name) for rule in rules])
            for name in ("octaves", "centre", "exponent")
        )
    )


def _fitting(low: Singles, high: Singles, octaves: bool, centre: Singles) -> CellRule:
    """The rule with the finest cells that hold values from `low` to `high`."""
    every = np.full(centre.size, octaves)
    rule = CellRule(every, centre, np.zeros(centre.size, dtype=np.int16))
    return replace(rule, exponent=_needed(_peaks(_distances(np.stack([low, high]), rule)), rule))


def _crowding(ordered: Singles, count: Integers, rule: CellRule) -> Integers:
    """How many pairs of the values lie in one cell, by a rule whose cells are of one kind.

    `ordered` has a line for each channel, whose first `count` values ascend.
    """
    indices = _octave_steps if rule.octaves[0] else _equal_steps
    cells = indices(_distances(ordered.T, rule), rule.exponent, np.zeros_like(count)).T
    # What shares a cell lies side by side: where does each cell begin, and the rest of a line?
    places = np.arange(cells.shape[1])
    begins = np.ones(cells.shape, dtype=np.bool_)
    begins[:, 1:] = (cells[:, 1:] != cells[:, :-1]) | (places[1:] == count[:, None])
    first = np.flatnonzero(begins)
    run = np.diff(first, append=cells.size)
    line, place = np.divmod(first, cells.shape[1])
    run[place >= count[line]] = 0
    return np.bincount(line, weights=run * run, minlength=len(cells)).astype(np.int64)


def counted_values(cells: ValueCells) -> Integers:
    """How many values each channel's cells hold, shape (channel,)."""
    return np.asarray(cells.counts.sum(axis=1, dtype=np.int64))
