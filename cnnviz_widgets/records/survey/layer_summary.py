"""What a survey of many samples says of one layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...analysis.arrays import Floats, Integers, frozen
from ...analysis.channel_measures import ChannelMeasures
from ...analysis.clustering.chain_linkage import Linkage, checked_linkage
from ...analysis.clustering.channel_tree import ChannelTree
from ...analysis.clustering.cosine_linkage import cosine_linkage, product_linkage
from ...analysis.density.bounds import UNBOUNDED, Bounds
from ...analysis.density.channel_density import channel_density
from ...analysis.density.types import ChannelDensity
from ...analysis.survey.layer_tally import LayerTally
from ...analysis.survey.quantiles import Distribution, distributions
from ...analysis.survey.shares import ClassLift, class_lift
from ...analysis.survey.value_cells import counted_values
from ...validation.arrays import number_array
from ..cached_property import cached_property
from ..points.sample_means import SampleMeans
from .strongest_samples import StrongestSamples

RARE = 16
"""A channel of which fewer values other than zero were drawn is too rare to be placed in a tree."""

# Curves rest on so many quantiles of a channel, and of a layer together.
_MOST_POINTS, _LEAST_POINTS, _LAYER_POINTS = 16_384, 2048, 1 << 22


@dataclass(frozen=True, eq=False)
class LayerSummary:
    """One layer on all samples of a survey; C channels, each with P values a sample; read-only.

    Attributes
    ----------
    path : str
        The layer's path in its model.
    tally : LayerTally
        What was added up. Not to be changed.
    bounds : (float, float)
        The least and the greatest value that the layer can put out, as far as that is known.
    kind : str
        Name of the layer's class; "" where it is not known.
    ends : (float or None, float or None)
        The ends of its activation at which a channel can be stuck; None for one that is none.
    """

    path: str
    tally: LayerTally
    bounds: Bounds = UNBOUNDED
    kind: str = ""
    ends: tuple[float | None, float | None] = (None, None)

    def __repr__(self) -> str:
        zero = int(self.dead.sum())
        return (
            f"<LayerSummary of {self.path!r}: {self.channels:,} channels on {self.samples:,} "
            f"samples, {zero:,} of them zero throughout>"
        )

    @property
    def channels(self) -> int:
        """How many channels the layer has: C."""
        return self.tally.rule.channels

    @property
    def samples(self) -> int:
        """How many samples were seen."""
        return self.tally.samples

    @property
    def axes(self) -> tuple[int, ...]:
        """The lengths of a sample's axes without the channels; P is their product."""
        return self.tally.rule.axes

    @cached_property
    def values(self) -> Integers:
        """How many values each channel has, those not finite among them, shape (C,)."""
        return frozen(np.full(self.channels, self.tally.values, dtype=np.int64))

    @property
    def zeros(self) -> Integers:
        """How many values are exactly zero, shape (C,)."""
        return frozen(self.tally.zeros.view())

    @property
    def nonfinite(self) -> Integers:
        """How many values are NaN or infinite, shape (C,)."""
        return frozen(self.tally.nonfinite.view())

    @property
    def fired(self) -> Integers:
        """On how many samples any value is above zero, shape (C,)."""
        return frozen(self.tally.fired.view())

    @cached_property
    def low(self) -> Floats:
        """The least finite value, in its own unit, shape (C,); NaN where there is none."""
        return self._known(self.tally.low)

    @cached_property
    def high(self) -> Floats:
        """The greatest finite value, shape (C,); NaN where there is none."""
        return self._known(self.tally.high)

    @cached_property
    def mean(self) -> Floats:
        """The mean of the finite values, shape (C,); NaN where there is none."""
        tally, rule = self.tally, self.tally.rule
        total = tally.sums.sum(axis=0) * rule.scale * self._positions
        mean = self._known(total / np.maximum(self._finite, 1))
        return frozen(np.where(self.low == self.high, self.low, mean))

    @cached_property
    def std(self) -> Floats:
        """The population's standard deviation of the finite values, shape (C,); NaN without any."""
        tally, rule = self.tally, self.tally.rule
        squares = tally.squares.sum(axis=0) * self._positions / np.maximum(self._finite, 1)
        away = (self.mean - rule.centre) / rule.scale
        std = np.sqrt(np.maximum(squares - away * away, 0)) * rule.scale
        return frozen(np.where(self.low == self.high, 0.0, self._known(std)))

    @cached_property
    def strongest(self) -> StrongestSamples:
        """The nine samples with the greatest values of each channel, and where in them."""
        return StrongestSamples.of(self.tally.top, self.axes, 1)

    @cached_property
    def weakest(self) -> StrongestSamples:
        """The nine samples with the least values of each channel, and where in them."""
        return StrongestSamples.of(self.tally.bottom, self.axes, -1)

    @cached_property
    def sample_means(self) -> SampleMeans:
        """Up to 512 samples drawn from all, with the mean of each channel on each."""
        return SampleMeans.of(self.tally.kept, self.samples)

    @property
    def class_samples(self) -> Integers:
        """How many samples there were of each class, shape (classes,)."""
        return frozen(self.tally.class_samples.view())

    @cached_property
    def class_means(self) -> Floats:
        """The mean over each class's samples and places, shape (C, classes); NaN without any.

        Of samples' means over their finite values: each sample counts once.
        """
        tally = self.tally
        known = tally.class_known.T
        sums = tally.class_sums.sum(axis=0).T * tally.rule.scale[:, None]
        means = np.where(known > 0, sums / np.maximum(known, 1), np.nan)
        return frozen(means)

    @property
    def class_fired(self) -> Integers:
        """On how many of each class's samples it fires, shape (C, classes)."""
        return frozen(self.tally.class_fired.T)

    @cached_property
    def class_lift(self) -> ClassLift:
        """How many times as often each channel fires on a class as on all, with 95 % intervals."""
        return class_lift(self.class_fired, self.class_samples)

    @property
    def nonzero_samples(self) -> Integers:
        """On how many samples each channel is anywhere not zero, shape (C,)."""
        return frozen(self.tally.active.view())

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Whether every value of each channel is exactly zero, shape (C,)."""
        return np.asarray(self.zeros == self.tally.values)

    @cached_property
    def rare(self) -> NDArray[np.bool_]:
        """Which living channels are too seldom other than zero to be placed in the tree, (C,)."""
        return frozen(~self.dead & (self._drawn < RARE))

    @cached_property
    def measures(self) -> ChannelMeasures:
        """The same numbers as those of a layer's own values."""
        n_values = self.tally.values
        equal = (self.low == self.high) & (self.low != 0) & (self.nonfinite == 0)
        return ChannelMeasures(
            minimum=self.low,
            maximum=self.high,
            mean=self.mean,
            std=self.std,
            zero_share=frozen(self.zeros / n_values),
            nonfinite_share=frozen(self.nonfinite / n_values),
            dead=frozen(self.dead),
            constant=frozen(equal & (n_values > 1)),
            nonfinite=frozen(self.nonfinite > 0),
            n_values=n_values,
            n_samples=self.samples,
        )

    @cached_property
    def resolution(self) -> Floats:
        """How finely the rank of a quantile is told: the largest share in one cell, shape (C,).

        Values that recur exactly are left out: they are told apart.
        """
        return frozen(np.array([each.resolution for each in self._distributions]))

    def quantile(self, q: ArrayLike) -> Floats:
        """Quantiles of each channel's finite values.

        Parameters
        ----------
        q : float or array_like
            Shares, 0 to 1.

        Returns
        -------
        ndarray of float64, shape (C, …)
            The axes of `q` come last. NaN for a channel without a finite value.

        Raises
        ------
        ValueError
            A share is not from 0 to 1.
        """
        shares = np.asarray(number_array("q", q), dtype=np.float64)
        if not ((shares >= 0) & (shares <= 1)).all():
            raise ValueError(f"q must be shares from 0 to 1; got {q!r:.80}")
        rows = [each.quantile(shares.reshape(-1)) for each in self._distributions]
        return np.stack(rows).reshape(self.channels, *shares.shape)

    def share_between(self, low: float, high: float) -> Floats:
        """The share of each channel's finite values from `low` to `high`, shape (C,).

        Both are included. As exact as `resolution`; NaN for a channel without a finite value.
        """
        return np.array([each.share_between(low, high) for each in self._distributions])

    @property
    def evenly_spaced(self) -> Floats:
        """Evenly spaced quantiles, which stand for the values themselves, shape (q, C)."""
        most = _LAYER_POINTS // self.channels
        count = min(max(min(most, _MOST_POINTS), _LEAST_POINTS), max(self.tally.values, 1))
        return self.quantile((np.arange(count) + 0.5) / count).T

    @cached_property
    def density(self) -> ChannelDensity:
        """How each channel's values are distributed: drawn from evenly spaced quantiles."""
        drawn = channel_density(self.evenly_spaced, bounds=self.bounds)
        measures = self.measures
        return replace(
            drawn,
            zero_share=measures.zero_share,
            nonfinite_share=measures.nonfinite_share,
        )

    def tree(self, linkage: Linkage = "single") -> ChannelTree:
        """Which channels are alike [WL20 Eq. 1], on the rows drawn from all samples.

        Parameters
        ----------
        linkage : {'single', 'average', 'complete', 'ward'}

        Returns
        -------
        ChannelTree
            Channels that are `rare` stand with those that are zero throughout.
        """
        checked_linkage(linkage)
        broken = self.nonfinite > 0
        apart = ~broken & (self._drawn < RARE)
        tally = self.tally
        if tally.products is not None:
            return product_linkage(
                tally.products.total(),
                zero=np.flatnonzero(apart),
                nonfinite=np.flatnonzero(broken),
                linkage=linkage,
            )
        # Sums over them round by their order.
        rows = tally.kept_rows.ordered().arrays["rows"].reshape(-1, self.channels).copy()
        rows[:, apart] = 0
        rows[:, broken] = np.nan
        return cosine_linkage(rows, linkage=linkage)

    @cached_property
    def _distributions(self) -> tuple[Distribution, ...]:
        return distributions(self.tally)

    @cached_property
    def _drawn(self) -> Integers:
        """How many values other than zero were drawn of each channel where its tree rests."""
        tally = self.tally
        if tally.products is not None:
            return counted_values(tally.cells)
        rows = tally.kept_rows.arrays["rows"].reshape(-1, self.channels)
        return np.asarray(np.count_nonzero(rows, axis=0))

    @property
    def _positions(self) -> int:
        return int(np.prod(self.axes, dtype=np.int64))

    @property
    def _finite(self) -> Integers:
        return self.tally.values - self.nonfinite

    def _known(self, numbers: NDArray[np.floating]) -> Floats:
        return frozen(np.where(self._finite > 0, numbers, np.nan).astype(np.float64))
