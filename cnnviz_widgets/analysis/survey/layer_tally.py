"""Everything that is added up of one layer; parts of the data merge into the same as the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Integers, Singles, count_true
from .batch_parts import Asked, BatchParts
from .channel_rule import ChannelRule
from .exact_sums import split_terms
from .kept_samples import IN_ROWS, POOLED, Arrays, KeptSamples
from .row_products import FARTHEST, RowProducts
from .strongest import Strongest
from .value_cells import ValueCells

GRAM_CHANNELS = 512
"""Layers of no more channels have the inner products of all their rows added up."""

NO_LABEL = -1
"""Instead of a class, where a sample's is not known."""


@dataclass(eq=False)
class LayerTally:
    """What has been added up of one layer of C channels, by a rule; K classes, or none.

    Attributes
    ----------
    rule : ChannelRule
    samples, values : int
        How many samples were seen, and values of each channel, those not finite among them.
    zeros, nonfinite : ndarray of int64, shape (C,)
        Values that are exactly zero, and NaN or infinite.
    active, fired, faulty : ndarray of int64, shape (C,)
        Samples with any value other than zero, above zero, and not finite.
    low, high : ndarray of float32, shape (C,)
        Of the finite values; infinity and minus infinity where there is none.
    sums, squares : ndarray of float64, shape (2, C)
        Of the finite values in the rule's unit, squares about its centre, divided by a sample's
        positions: in two parts, as `split_terms` makes them.
    cells : ValueCells
    top, bottom : Strongest
        `bottom` by values of the other sign.
    class_samples : ndarray of int64, shape (K,)
    class_fired : ndarray of int64, shape (K, C)
    class_sums : ndarray of float64, shape (2, K, C)
        Of each sample's mean over its places, in the rule's unit.
    class_known : ndarray of int64, shape (K, C)
        Samples with such a mean: all but those without a finite value.
    products : RowProducts or None
        None in layers of more than `GRAM_CHANNELS`.
    kept : KeptSamples
        ``pooled`` (k, C), the means over places, and ``label`` (k,).
    kept_rows : KeptSamples
        ``rows`` (k, m, C).
    """

    rule: ChannelRule
    samples: int
    values: int
    zeros: Integers
    nonfinite: Integers
    active: Integers
    fired: Integers
    faulty: Integers
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    sums: Floats
    squares: Floats
    cells: ValueCells
    top: Strongest
    bottom: Strongest
    class_samples: Integers
    class_fired: Integers
    class_sums: Floats
    class_known: Integers
    products: RowProducts | None
    kept: KeptSamples
    kept_rows: KeptSamples

    @classmethod
    def empty(cls, rule: ChannelRule, classes: int, rows: int) -> LayerTally:
        """Of no sample.

        Parameters
        ----------
        rule : ChannelRule
        classes : int
            0 where no labels are known.
        rows : int
            How many rows a sample has: the m of `BatchParts`.
        """
        channels = rule.channels
        none = np.zeros(channels, dtype=np.int64)
        of_classes = np.zeros((classes, channels), dtype=np.int64)
        gram = channels <= GRAM_CHANNELS
        nobody = np.zeros(0, dtype=np.int64)
        pooled: Arrays = {"pooled": np.zeros((0, channels), dtype=np.float32), "label": nobody}
        in_rows = {"rows": np.zeros((0, rows, channels), dtype=np.float32)}
        return cls(
            rule=rule,
            samples=0,
            values=0,
            zeros=none.copy(),
            nonfinite=none.copy(),
            active=none.copy(),
            fired=none.copy(),
            faulty=none.copy(),
            low=np.full(channels, np.inf, dtype=np.float32),
            high=np.full(channels, -np.inf, dtype=np.float32),
            sums=np.zeros((2, channels)),
            squares=np.zeros((2, channels)),
            cells=ValueCells.empty(rule.cells),
            top=Strongest.none(channels),
            bottom=Strongest.none(channels),
            class_samples=np.zeros(classes, dtype=np.int64),
            class_fired=of_classes.copy(),
            class_sums=np.zeros((2, classes, channels)),
            class_known=of_classes.copy(),
            products=RowProducts.of_none(channels) if gram else None,
            kept=KeptSamples(nobody, pooled, POOLED),
            kept_rows=KeptSamples(nobody, in_rows, IN_ROWS),
        )

    @property
    def asked(self) -> Asked:
        """Of which samples the places are wanted from now on."""
        return Asked(self.top.values[-1].copy(), -self.bottom.values[-1])

    def add(self, parts: BatchParts, numbers: Integers, labels: Integers) -> None:
        """Take in a batch, in place.

        Parameters
        ----------
        parts : BatchParts
        numbers : ndarray of int64, shape (B,)
        labels : ndarray of int64, shape (B,)
            `NO_LABEL` where it is not known.

        Raises
        ------
        ValueError
            The samples have other axes than those before; then nothing is taken in.
        """
        if parts.axes != self.rule.axes:
            raise ValueError(
                f"samples with axes {parts.axes} cannot be added to those with axes "
                f"{self.rule.axes}"
            )
        # Mostly all values are finite: then there is nothing to be counted sample by sample.
        whole = not parts.nonfinite.any()
        counted = parts.positions if whole else parts.positions - parts.nonfinite.astype(np.int64)
        # Scales are powers of two, whose inverse is exact.
        sums = parts.sums * (1 / self.rule.scale)
        means = sums / np.maximum(counted, 1)
        fires = parts.high > 0
        self.samples += len(numbers)
        self.values += len(numbers) * parts.positions
        self.zeros += parts.zeros.sum(axis=0, dtype=np.int64)
        self.active += count_true(parts.zeros < parts.positions)
        self.fired += count_true(fires)
        if not whole:
            self.nonfinite += parts.nonfinite.sum(axis=0, dtype=np.int64)
            self.faulty += count_true(parts.nonfinite > 0)
        # Zeros of either sign are equal: which of them is the least would hang on the order.
        low, high = parts.low + np.float32(0), parts.high + np.float32(0)
        least, greatest = low.min(axis=0), high.max(axis=0)
        np.minimum(self.low, least, out=self.low)
        np.maximum(self.high, greatest, out=self.high)
        self._add_moments(parts, sums, means, counted)
        self.top.add(high, numbers, parts.high_at)
        self.bottom.add(np.float32(0) - low, numbers, parts.low_at)
        self._add_classes(
            labels, means, fires, None if whole else parts.nonfinite < parts.positions
        )
        self._add_rows(parts.rows, numbers, (least, greatest) if whole else None)
        entering = self.kept.entering(numbers)
        pooled = (means[entering] * self.rule.scale).astype(np.float32)
        self.kept.add(numbers[entering], {"pooled": pooled, "label": labels[entering]})

    def merged(self, other: LayerTally) -> LayerTally:
        """Of the samples of both, by one and the same rule; neither changes."""
        mine, theirs = vars(self), vars(other)
        parts: dict[str, Any] = {name: mine[name] + theirs[name] for name in _ADDED}
        parts |= {name: mine[name].merged(theirs[name]) for name in _MERGED}
        return LayerTally(
            rule=self.rule,
            low=np.minimum(self.low, other.low),
            high=np.maximum(self.high, other.high),
            products=_both(self.products, other.products),
            **parts,
        )

    def _add_moments(
        self, parts: BatchParts, sums: Floats, means: Floats, counted: int | Integers
    ) -> None:
        inverse = 1 / self.rule.scale
        # Of all a sample's positions together, so that terms are about 1.
        share = 1 / parts.positions
        self.sums += split_terms(sums * share).sum(axis=1)
        away = means - self.rule.centre * inverse
        away *= away
        away *= counted
        squares = parts.squares * inverse
        squares *= inverse
        squares += away
        squares *= share
        self.squares += split_terms(squares).sum(axis=1)

    def _add_classes(
        self,
        labels: Integers,
        means: Floats,
        fires: NDArray[np.bool_],
        known: NDArray[np.bool_] | None,
    ) -> None:
        """`known` are those with a mean; None: all."""
        if not len(self.class_samples):
            return
        present, samples = np.unique_counts(labels[labels != NO_LABEL])
        # Sums of few whole numbers, which float32 holds, and sums that are exact as it is.
        member = (labels == present[:, None]).astype(np.float32)
        self.class_samples[present] += samples
        self.class_fired[present] += (member @ fires).astype(np.int64)
        in_class = samples[:, None] if known is None else (member @ known).astype(np.int64)
        self.class_known[present] += in_class
        self.class_sums[:, present] += member.astype(np.float64) @ split_terms(means)

    def _add_rows(
        self, rows: NDArray[np.float32], numbers: Integers, within: tuple[Singles, Singles] | None
    ) -> None:
        """`within` are the least and the greatest values, where all are finite."""
        channels = rows.shape[-1]
        self.cells.add(rows.reshape(-1, channels), within)
        if self.products is not None:
            finite = rows
            if within is None:
                finite = np.where(np.isfinite(rows), rows, np.float32(0))
            with np.errstate(over="ignore"):
                scaled = np.ldexp(finite, -self.rule.unit.astype(np.int32))
            np.clip(scaled, -FARTHEST, FARTHEST, out=scaled)
            self.products.add(numbers, scaled)
        entering = self.kept_rows.entering(numbers)
        self.kept_rows.add(numbers[entering], {"rows": rows[entering]})


_ADDED = (
    "samples",
    "values",
    "zeros",
    "nonfinite",
    "active",
    "fired",
    "faulty",
    "sums",
    "squares",
    "class_samples",
    "class_fired",
    "class_sums",
    "class_known",
)
_MERGED = ("cells", "top", "bottom", "kept", "kept_rows")


def _both(one: RowProducts | None, other: RowProducts | None) -> RowProducts | None:
    return None if one is None or other is None else one.merged(other)
