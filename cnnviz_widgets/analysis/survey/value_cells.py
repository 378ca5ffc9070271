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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Indices, Integers, frozen

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

Singles = NDArray[np.float32]


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

    @classmethod
    def chosen_by(cls, rows: Singles) -> CellRule:
        """The rule that tells most values of the first samples apart.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, C)
            Zeros and what is not finite are no matter.
        """
        shown = np.where(np.isfinite(rows) & (rows != 0), rows, np.nan)
        shown[:, np.isnan(shown).all(axis=0)] = 0
        low, high = np.nanmin(shown, axis=0), np.nanmax(shown, axis=0)
        middle = (low / 2 + high / 2).astype(np.float32)
        # In float64, as the sum of the two in the middle may be out of float32's range.
        median = np.nanmedian(shown.astype(np.float64), axis=0).astype(np.float32)
        nothing = np.zeros_like(middle)
        rules = [
            _fitting(shown, octaves, centre)
            for octaves, centre in ((False, middle), (True, nothing), (True, median))
        ]
        # The chance that two of the values lie in one cell.
        crowding = [np.square(_counts(shown, rule)).sum(axis=1) for rule in rules]
        best = np.argmin(crowding, axis=0)
        return cls(
            *(
                frozen(np.choose(best, [getattr(rule, name) for rule in rules]))
                for name in ("octaves", "centre", "exponent")
            )
        )


@dataclass(frozen=True, eq=False)
class ValueCells:
    """How many values lie in each cell of each channel.

    Attributes
    ----------
    rule : CellRule
    exponent : ndarray of int16, shape (channel,)
        As in the rule, or more where values lie farther out.
    counts : ndarray of uint32, shape (channel, CELLS)
        Of the values other than zero.
    """

    rule: CellRule
    exponent: NDArray[np.int16]
    counts: NDArray[np.uint32]

    @classmethod
    def empty(cls, rule: CellRule) -> ValueCells:
        """Of no values."""
        channels = rule.centre.size
        return cls(rule, rule.exponent.copy(), np.zeros((channels, CELLS), dtype=np.uint32))

    def add(self, rows: Singles) -> None:
        """Count more values in place; zeros and what is not finite are left out.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, C)
        """
        left_out = rows == 0
        if not np.isfinite(rows).all():
            left_out |= ~np.isfinite(rows)
        # What is left out is put in the middle, counted with the rest, and taken off again.
        distance = _distances(np.where(left_out, self.rule.centre, rows), self.rule)
        needed = np.minimum(_needed(distance, self.rule), self.rule.widest)
        if (needed > self.exponent).any():
            self.widen(np.maximum(self.exponent, needed))
        index = _indices(distance, self.rule, self.exponent)
        index += np.arange(rows.shape[1]) * CELLS
        np.add.at(self.counts.reshape(-1), index.reshape(-1), np.uint32(1))
        self.counts[:, REACH] -= np.count_nonzero(left_out, axis=0).astype(np.uint32)

    def merged(self, other: ValueCells) -> ValueCells:
        """Of the values of both."""
        exponent = np.maximum(self.exponent, other.exponent)
        both = [
            replace(each, exponent=each.exponent.copy(), counts=each.counts.copy())
            for each in (self, other)
        ]
        for each in both:
            each.widen(exponent)
        return replace(both[0], counts=both[0].counts + both[1].counts)

    def widen(self, exponent: NDArray[np.int16]) -> None:
        """Give way to values farther out, in place: join cells until `exponent` is reached."""
        for channel in np.flatnonzero(exponent > self.exponent):
            steps = int(exponent[channel]) - int(self.exponent[channel])
            places = np.arange(-REACH, REACH + 1)
            if self.rule.octaves[channel]:
                nearer = np.maximum(np.abs(places) - (steps << _BITS), 0)
                places = np.sign(places) * nearer
            else:
                places >>= min(steps, 31)
            counts = np.bincount(places + REACH, self.counts[channel], CELLS)
            self.counts[channel] = counts.astype(np.uint32)
            self.exponent[channel] = exponent[channel]

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


def _distances(rows: Singles, rule: CellRule) -> Singles:
    limit = np.finfo(np.float32).max
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.subtract(rows, rule.centre, dtype=np.float32)
    return np.clip(distance, -limit, limit, out=distance)


def _needed(distance: Singles, rule: CellRule) -> NDArray[np.int16]:
    """The least exponent with which the farthest value has a cell."""
    peak = np.maximum(distance.max(axis=0), -distance.min(axis=0))
    _, exponent = np.frexp(peak)  # the peak is below 2 ** exponent
    wide = np.where(rule.octaves, exponent, exponent - (REACH.bit_length() - 1))
    least: NDArray[np.int16] = np.clip(wide, LEAST_EXPONENT, MOST_EXPONENT).astype(np.int16)
    return least


def _indices(distance: Singles, rule: CellRule, exponent: NDArray[np.int16]) -> Indices:
    """The cell of each value."""
    some = np.flatnonzero(rule.octaves)
    if some.size == rule.octaves.size:
        return _octave_steps(distance, exponent)
    # Steps of width infinity are none: their columns are filled in afterwards.
    scale = np.exp2(-exponent.astype(np.float32))
    scale[some] = 0
    scaled = distance * scale
    np.clip(np.floor(scaled, out=scaled), -REACH, REACH, out=scaled)
    index = scaled.astype(np.intp)
    index += REACH
    if some.size:
        index[:, some] = _octave_steps(distance[:, some], exponent[some])
    return index


def _octave_steps(distance: Singles, exponent: NDArray[np.int16]) -> Indices:
    bits = np.ascontiguousarray(distance).view(np.int32)
    lowest = (exponent.astype(np.int32) - _OCTAVES + _BIAS) << _BITS
    far = ((bits & 0x7FFFFFFF) >> (_MANTISSA - _BITS)) - lowest + 1
    np.clip(far, 0, REACH, out=far)
    np.negative(far, out=far, where=bits < 0)
    index = far.astype(np.intp)
    index += REACH
    return index


def _fitting(rows: Singles, octaves: bool, centre: Singles) -> CellRule:
    """The rule with the finest cells that hold these values."""
    every = np.full(centre.size, octaves)
    rule = CellRule(every, centre, np.zeros(centre.size, dtype=np.int16))
    known = np.where(np.isnan(rows), centre, rows)
    return replace(rule, exponent=_needed(_distances(known, rule), rule))


def _counts(rows: Singles, rule: CellRule) -> Any:
    cells = ValueCells.empty(rule)
    cells.add(rows)
    return cells.counts.astype(np.float64)


def counted_values(cells: ValueCells) -> Integers:
    """How many values each channel's cells hold, shape (channel,)."""
    return np.asarray(cells.counts.sum(axis=1, dtype=np.int64))
