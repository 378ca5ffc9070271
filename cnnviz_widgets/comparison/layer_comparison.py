"""One layer at two moments, or a layer of each of two models: what changed, and how much."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import Floats, Indices, frozen
from ..records.cached_property import cached_property
from ..records.layer_picture import LayerPicture, counted
from ..records.snapshot import picture_values
from ..records.survey.layer_summary import RARE
from .channel_matching import ChannelMatch, MatchedBy, index_match, match_channels
from .distribution_shift import distribution_shift

# Of a channel that is not finite on one side only: as far as a cosine distance reaches.
_UTTERLY = 2.0

_Sides: TypeAlias = tuple[LayerPicture, LayerPicture]


class LayerChange(NamedTuple):
    """The few numbers of a layer's comparison.

    Attributes
    ----------
    path_a, path_b : str
        Of the layer, and of its partner.
    channels_a, channels_b : int
    change : float
        The mean over the pairs of how much each changed, 0 to 2; NaN where the maps cannot be
        compared. See `LayerComparison.change`.
    shift : float
        The mean over the pairs of their distribution shift, 0 to 1, where the maps cannot be
        compared; else NaN: all densities of a large model take far longer than its maps.
    dead_a, dead_b : int
        Channels that are zero on every sample.
    nonfinite_a, nonfinite_b : int
        Channels that hold NaN or infinity.
    as_asked : bool
        Whether channels are matched as was asked for; else by their number, and the change of
        two models' layers then says little.
    died, woke : int
        Pairs of which only the second channel is zero on every sample, and only the first.
    saturated_a, saturated_b : float
        Channels that are stuck at an end of their activation; NaN where that is not known, as of
        all that was not surveyed.
    samples_a, samples_b : int
        On how many samples each side's counts and distributions rest.
    """

    path_a: str
    path_b: str
    channels_a: int
    channels_b: int
    change: float
    shift: float
    dead_a: int
    dead_b: int
    nonfinite_a: int
    nonfinite_b: int
    as_asked: bool
    died: int
    woke: int
    saturated_a: float
    saturated_b: float
    samples_a: int
    samples_b: int


@dataclass(frozen=True, eq=False)
class LayerComparison:
    """Two records whose channels are matched, and what changed from one to the other.

    Attributes
    ----------
    a, b : LayerRecord
        Live or kept.
    match : ChannelMatch
        Which channel of `b` is which of `a`. Arrays below have one entry for each of its pairs.
    by : {'index', 'similarity'}
        How they were to be matched.
    """

    a: LayerPicture
    b: LayerPicture
    match: ChannelMatch
    by: MatchedBy

    @classmethod
    def of(
        cls,
        a: LayerPicture,
        b: LayerPicture,
        by: MatchedBy = "index",
        *,
        same_samples: bool = True,
    ) -> LayerComparison:
        """Compare two records.

        Parameters
        ----------
        a, b : LayerRecord
            Live or kept; where one is kept, the maps are compared as they are drawn. Where they
            rest on different samples of the same inputs, maps of those that both have are.
        by : {'index', 'similarity'}
            How channels are matched, see `match_channels`.
        same_samples : bool
            Whether both answered to the same samples. Else there is no distance of maps, and
            channels are matched by index.

        Raises
        ------
        ValueError
            Another `by`.
        """
        if same_samples:
            maps = _maps(a, b)
            rows_a, rows_b = common_rows(a, b, len(maps.a), len(maps.b))
            are_all = rows_a.size == len(maps.a) and rows_b.size == len(maps.b)
            if are_all and maps.how is None:
                return cls(a, b, match_channels(maps.a, maps.b, by), by)
            note = "The two looks have no sample in common: only their distributions are compared."
            if not rows_a.size:
                return cls(a, b, index_match(a.n_channels, b.n_channels, note), by)
            maps = _Maps(maps.a[rows_a], maps.b[rows_b], maps.how)
            match = match_channels(maps.a, maps.b, by)
            count = counted(rows_a.size, "sample")
            note = f"Maps are compared on the {count} that both looks rest on."
            if maps.how is not None:
                match = _without_rare(match, (a, b), maps)
                note = f"Maps are compared on {count} that both have kept{maps.how}."
            return cls(a, b, replace(match, note=f"{note} {match.note}".rstrip()), by)
        note = (
            "The two were shown different inputs: channels are matched by their number, and "
            "only their distributions are compared."
        )
        return cls(a, b, index_match(a.n_channels, b.n_channels, note), "index")

    @cached_property
    def shift(self) -> Floats:
        """How far the values' distribution moved, 0 to 1: see `distribution_shift`."""
        return distribution_shift(self.a.density, self.b.density, self.match.pairs)

    @cached_property
    def zero_share(self) -> Floats:
        """Share of exact zeros among the values, shape (pair, 2): of `a`, of `b`."""
        return self._each("zero_share")

    @cached_property
    def dead(self) -> NDArray[np.bool_]:
        """Whether every value is zero, shape (pair, 2)."""
        return self._each("dead")

    @cached_property
    def nonfinite(self) -> NDArray[np.bool_]:
        """Whether any value is NaN or infinite, shape (pair, 2)."""
        return self._each("nonfinite")

    @cached_property
    def saturated(self) -> NDArray[np.bool_] | None:
        """Whether it is stuck at an end of its activation, (pair, 2); None where not known."""
        of_a, of_b = self.a.saturated, self.b.saturated
        if of_a is None or of_b is None:
            return None
        pairs = self.match.pairs
        return frozen(np.column_stack((of_a[pairs[:, 0]], of_b[pairs[:, 1]])))

    @cached_property
    def class_means(self) -> Floats | None:
        """The mean on each class, shape (pair, class, 2); None where not both know the classes."""
        of_a, of_b = self.a.class_means, self.b.class_means
        if of_a is None or of_b is None or of_a.shape[1] != of_b.shape[1]:
            return None
        pairs = self.match.pairs
        return frozen(np.stack((of_a[pairs[:, 0]], of_b[pairs[:, 1]]), axis=-1))

    @cached_property
    def change(self) -> Floats:
        """How much each pair changed, 0 (not at all) to 2.

        The cosine distance of the maps [WL20 Eq. 1], with two exceptions: a channel that is
        zero in both has not changed (0), and one that is finite in one only has utterly (2).
        NaN where neither is finite, or the maps cannot be compared.
        """
        change = self.match.distance.copy()
        known = ~np.isnan(change)
        change[known & self.dead.all(axis=1)] = 0.0
        change[self.nonfinite[:, 0] != self.nonfinite[:, 1]] = _UTTERLY
        return frozen(change)

    @cached_property
    def order(self) -> Indices:
        """The pairs, what changed most first.

        By `change`, equal ones by `shift`, and equal ones again by number; what is not known
        comes last.
        """
        number = np.arange(len(self.match.pairs))
        return frozen(np.lexsort((number, _last(self.shift), _last(self.change))))

    @property
    def summary(self) -> LayerChange:
        """The comparison in a few numbers."""
        before, after = self.a.measures, self.b.measures
        change = _mean(self.change)
        return LayerChange(
            self.a.path,
            self.b.path,
            self.a.n_channels,
            self.b.n_channels,
            change,
            _mean(self.shift) if math.isnan(change) else math.nan,
            int(before.dead.sum()),
            int(after.dead.sum()),
            int(before.nonfinite.sum()),
            int(after.nonfinite.sum()),
            self.match.by == self.by,
            died=int((~self.dead[:, 0] & self.dead[:, 1]).sum()),
            woke=int((self.dead[:, 0] & ~self.dead[:, 1]).sum()),
            saturated_a=_count(self.a.saturated),
            saturated_b=_count(self.b.saturated),
            samples_a=before.n_samples,
            samples_b=after.n_samples,
        )

    def _each(self, measure: str) -> NDArray[Any]:
        of_a, of_b = (getattr(record.measures, measure) for record in (self.a, self.b))
        pairs = self.match.pairs
        return frozen(np.column_stack((of_a[pairs[:, 0]], of_b[pairs[:, 1]])))


def common_rows(
    a: LayerPicture, b: LayerPicture, rows_a: int, rows_b: int
) -> tuple[Indices, Indices]:
    """The rows of two pictures, of so many rows each, that are of the same samples.

    Where neither record is of a choice of samples all rows are: what they are of is not known.
    """
    if a.samples is None and b.samples is None:
        return np.arange(rows_a), np.arange(rows_b)
    of_a, of_b = a.sample_numbers[:rows_a], b.sample_numbers[:rows_b]
    _, in_a, in_b = np.intersect1d(of_a, of_b, assume_unique=True, return_indices=True)
    return in_a, in_b


def most_changed(changes: list[LayerChange]) -> list[LayerChange]:
    """Layers by their change, then by their shift, the most first; unknown ones last.

    Those that could not be matched as asked come after all others. Equal ones keep their order.
    """
    otherwise = np.array([not layer.as_asked for layer in changes], dtype=np.float64)
    change, shift = (
        np.array([getattr(layer, name) for layer in changes]) for name in ("change", "shift")
    )
    order = np.lexsort((_last(shift), _last(change), otherwise))
    return [changes[i] for i in order]


def _last(values: Floats) -> Floats:
    """Keys that sort the greatest value first and NaN last."""
    keys: Floats = np.where(np.isnan(values), np.inf, -values)
    return keys


def _count(channels: NDArray[np.bool_] | None) -> float:
    return math.nan if channels is None else int(channels.sum())


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


class _Maps(NamedTuple):
    """Values of both, and what they are of each sample as `ComparedValues` has it."""

    a: NDArray[Any]
    b: NDArray[Any]
    how: str | None


def _maps(a: LayerPicture, b: LayerPicture) -> _Maps:
    """The values of both; as they are drawn, where one of them has kept nothing else."""
    one, other = a.values_beside(b), b.values_beside(a)
    if one.values is None or other.values is None:
        return _Maps(picture_values(a), picture_values(b), None)
    return _Maps(one.values, other.values, one.how if other.how is None else other.how)


def _without_rare(match: ChannelMatch, sides: _Sides, maps: _Maps) -> ChannelMatch:
    """No distance of a living channel that is hardly ever other than zero among a few values."""
    unknown = np.zeros(len(match.pairs), dtype=np.bool_)
    dead = np.zeros_like(unknown)
    for at, (side, values) in enumerate(zip(sides, (maps.a, maps.b), strict=True)):
        channels = match.pairs[:, at]
        fires = np.count_nonzero(values.reshape(-1, values.shape[-1]), axis=0)[channels]
        unknown |= fires < RARE
        dead |= side.measures.dead[channels]
    # How far a channel has come that is zero on all samples is known.
    unknown &= ~dead
    if not unknown.any():
        return match
    count = int(unknown.sum())
    note = (
        f"Of {counted(count, 'pair')} too few of these values are other than zero: "
        f"{'its' if count == 1 else 'their'} distributions alone are compared."
    )
    distance = frozen(np.where(unknown, np.nan, match.distance))
    return replace(match, distance=distance, note=" ".join(filter(None, [match.note, note])))
