"""Channels that do the same, found by what they answer and not by their kernels.

In a deep layer a filter that is another one turned reads its inputs in another order, so that the
kernels are not alike. What they answer is: channel j to a picture that is turned, turned back, as
channel i to the picture as it is. Each symmetry takes one forward pass and, for each shift, one
product of all channels with all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....analysis.channel.chance_level import FEWEST_PAIRS, chance_level, mixtures
from ....analysis.channel.likeness import (
    FEWEST_ACTIVE,
    BestLikeness,
    Window,
    standardised,
    ways,
)
from ....analysis.channel.symmetries import IDENTITY, Symmetry, symmetries_of
from ....analysis.spreading import evenly
from ....records.channel.redundancy import EQUAL, MOST_PAIRS, AlikePair, Null, Redundancy
from ....validation.keywords import checked_keywords
from ....validation.objects import instance
from ....validation.scalars import flag, whole_number
from ...layers.layer_info import LayerInfo
from ...reading.model_lock import model_lock
from ...reading.probe import ModelProbe
from ..fresh_model import NoReference, fresh_probe
from .partial_pass import PartialPass, mapped_inputs, part_of

LEVEL = 0.05
"""The rate at which a layer of channels that are alike by chance has a pair that stands out."""

MOST_CHANNELS = 4096
"""Channels that can be compared: all pairs of more take a gigabyte."""

# Mixtures, or channels taken on different samples, that a null is told from; and how often.
_IN_NULL, _MOST_ROUNDS = 64, 12
# Freshly initialised networks, where one has too few pairs.
_MOST_FRESH = 3
# Without any pair that stands out so many of the most alike are told.
_FEW_PAIRS = 20


@checked_keywords
def redundant(
    probe: ModelProbe,
    path: str,
    *,
    samples: int = 64,
    shift: int = 1,
    fresh: bool = True,
    seed: int = 0,
) -> Redundancy:
    """Find channels of a layer that answer alike, one turned, mirrored or shifted.

    All pairs are compared over the symmetries that the inputs and the layer's map allow: 8 where
    both are square, 4 where they are not, 2 of sequences, and only as they are where the layer has
    no positions. Which likeness is more than chance is told by nulls that go through the same
    search; the strictest counts.

    Parameters
    ----------
    probe : ModelProbe
    path : str
        Of a layer output with channels.
    samples : int
        At most this many of the probe's, evenly spread.
    shift : int
        How far one channel's answers may lie beside another's, in positions of the layer's map.
    fresh : bool
        Whether the same architecture is freshly initialised, as one of the nulls: it takes as many
        passes again.
    seed : int
        Of the nulls.

    Returns
    -------
    Redundancy

    Raises
    ------
    ValueError
        There is no such layer, it has no channels, or more than `MOST_CHANNELS` of them.
    ModelCallError
        The model's call raises, or calls this layer only in compiled code.
    """
    whole_number("samples", samples, 2, "of samples")
    whole_number("shift", shift, 0, "of positions")
    whole_number("seed", seed, 0)
    flag("fresh", fresh)
    model = instance("probe", probe, ModelProbe).model
    rng = np.random.default_rng(seed)
    with model_lock(model):
        info = probe.info(path)
        search = _Search(probe, info, samples, shift)
        live = search.sorted_channels()
        own = search.found(rng, live.compared)
    nulls, notes = own.nulls, [*search.notes]
    count = live.compared.size
    if fresh and count > 1:
        found, why = _fresh_null(probe, info, search, count, seed)
        nulls += found
        notes += why
    nulls.sort(key=lambda null: -null.level)
    level = min(nulls[0].level, EQUAL) if nulls else EQUAL
    pairs = _pairs(own.likeness, live.compared, search, level)
    standing_out = int((own.likeness.pairs > level).sum())
    return Redundancy(
        path=info.path,
        channels=info.channels or 0,
        samples=search.samples,
        compared=_numbers(live.compared),
        silent=_numbers(live.silent),
        constant=_numbers(live.constant),
        seldom=_numbers(live.seldom),
        nonfinite=_numbers(live.nonfinite),
        pairs=pairs,
        standing_out=standing_out,
        nulls=tuple(nulls),
        symmetries=search.symmetries,
        shift=max((max(map(abs, way), default=0) for way in search.window.shifts), default=0),
        notes=tuple(notes),
    )


class _Sorted(NamedTuple):
    """A layer's channels by whether they can be compared."""

    compared: Indices
    silent: Indices
    constant: Indices
    seldom: Indices
    nonfinite: Indices


class _Found(NamedTuple):
    likeness: BestLikeness
    nulls: list[Null]


class _Search:
    """The passes over one layer of one model, on turned inputs."""

    def __init__(self, probe: ModelProbe, info: LayerInfo, samples: int, shift: int) -> None:
        self.probe = probe
        count = info.channels or 0
        if count > MOST_CHANNELS:
            raise ValueError(
                f"layer '{info.path}' has {count:,} channels; at most {MOST_CHANNELS:,} can be "
                "compared each with each"
            )
        rows = evenly(probe.samples, samples)
        self.samples = len(rows)
        self._inputs = mapped_inputs(probe.inputs, lambda array: array[rows])
        shape = _spatial(info)
        self.symmetries, self.notes = _symmetries(self._inputs, info, shape)
        self.reach = shift
        self.window = Window(shape, shift, self.samples, count)
        passes = len(self.symmetries) * self.samples
        self._pass = PartialPass(probe, info.path, samples=passes)
        self._input_axes = _axes(info)
        self._turned = self.symmetries != (IDENTITY,)
        self._rank = len(info.output_shape)

    def maps(self, symmetry: Symmetry) -> Iterator[NDArray[np.float32]]:
        """The layer's maps of turned inputs, turned back; a few samples at a time."""

        def turned(array: NDArray[np.generic]) -> NDArray[np.generic]:
            if not self._turned or array.ndim != self._rank:
                return array
            return np.ascontiguousarray(symmetry.applied(array, self._input_axes))

        whole = mapped_inputs(self._inputs, turned)
        for start in range(0, self.samples, self._pass.batch):
            inputs = part_of(whole, start, start + self._pass.batch)
            yield symmetry.undone(self._pass.layer(inputs), self.window.axes)

    def sorted_channels(self) -> _Sorted:
        """Which channels can be compared, by the inputs as they are."""
        low = high = finite = None
        rows = []
        for maps in self.maps(IDENTITY):
            flat = maps.reshape(-1, maps.shape[-1])
            ends = flat.min(axis=0), flat.max(axis=0)
            low = ends[0] if low is None else np.minimum(low, ends[0])
            high = ends[1] if high is None else np.maximum(high, ends[1])
            here = np.isfinite(flat).all(axis=0)
            finite = here if finite is None else finite & here
            rows.append(self.window.rows(maps, self.window.shifts[0]))
        assert low is not None
        assert high is not None
        assert finite is not None
        _, active = standardised(np.concatenate(rows))
        flat = finite & (low == high)
        compared = finite & ~flat & (active >= FEWEST_ACTIVE)
        return _Sorted(
            *map(
                np.flatnonzero,
                (
                    compared,
                    flat & (low == 0),
                    flat & (low != 0),
                    finite & ~flat & ~compared,
                    ~finite,
                ),
            )
        )

    def found(self, rng: np.random.Generator, compared: Indices) -> _Found:
        """The likeness of all pairs, and what the layer's own values tell of chance."""
        count = compared.size
        likeness = BestLikeness(count)
        if count < 2:
            return _Found(likeness, [])
        nulls: list[_Permuted | _Mixtures] = [
            _Permuted(self.samples, count, rng),
            _Mixtures(count, rng),
        ]
        for first, other in self.rows(compared):
            likeness.add(standardised(first)[0], standardised(other)[0])
            for null in nulls:
                null.add(first, other)
        comparisons = likeness.pairs.size
        told = (null.null(comparisons) for null in nulls)
        return _Found(likeness, [null for null in told if null is not None])

    def likeness(self, compared: Indices) -> BestLikeness:
        """The likeness of all pairs alone."""
        likeness = BestLikeness(compared.size)
        for first, other in self.rows(compared):
            likeness.add(standardised(first)[0], standardised(other)[0])
        return likeness

    def rows(self, compared: Indices) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """For each symmetry and shift the answers as they are, and those to be compared."""
        window = self.window
        first = None
        for symmetry in self.symmetries:
            parts: list[list[NDArray[np.float32]]] = [[] for _ in window.shifts]
            for maps in self.maps(symmetry):
                for part, shift in zip(parts, window.shifts, strict=True):
                    part.append(window.rows(maps, shift)[:, compared])
            for part in parts:
                other = np.concatenate(part)
                first = other if first is None else first
                yield first, other


class _Permuted:
    """Pairs of one channel on a sample and another one on another sample."""

    def __init__(self, samples: int, channels: int, rng: np.random.Generator) -> None:
        self._samples = samples
        self._columns = np.sort(rng.permutation(channels)[:_IN_NULL])
        pairs = self._columns.size * (self._columns.size - 1) // 2
        rounds = min(_MOST_ROUNDS, math.ceil(5 * FEWEST_PAIRS / pairs))
        # Each round another order in which no sample meets itself.
        orders = [rng.permutation(samples) for _ in range(rounds)]
        self._partners = [(order, np.roll(order, 1)) for order in orders]
        self._likeness = [BestLikeness(self._columns.size) for _ in orders]

    def add(self, first: NDArray[np.float32], other: NDArray[np.float32]) -> None:
        first, other = (standardised(rows[:, self._columns])[0] for rows in (first, other))
        shape = (self._samples, -1, self._columns.size)
        for (mine, theirs), likeness in zip(self._partners, self._likeness, strict=True):
            a = first.reshape(shape)[mine].reshape(first.shape)
            b = other.reshape(shape)[theirs].reshape(other.shape)
            likeness.add(a, b)

    def null(self, comparisons: int) -> Null | None:
        return _null("permuted", [each.pairs for each in self._likeness], comparisons)


class _Mixtures:
    """Pairs of random directions in which each channel has the same say."""

    def __init__(self, channels: int, rng: np.random.Generator) -> None:
        self._channels, self._rng = channels, rng
        self._weights: NDArray[np.float32] | None = None
        self._likeness = BestLikeness(_IN_NULL)

    def add(self, first: NDArray[np.float32], other: NDArray[np.float32]) -> None:
        if self._weights is None:
            spread = first.std(axis=0, dtype=np.float64)
            self._weights = mixtures(spread, _IN_NULL, self._rng).astype(np.float32)
        pair = (standardised(rows @ self._weights)[0] for rows in (first, other))
        self._likeness.add(*pair)

    def null(self, comparisons: int) -> Null | None:
        return _null("mixtures", [self._likeness.pairs], comparisons)


def _fresh_null(
    probe: ModelProbe, info: LayerInfo, search: _Search, count: int, seed: int
) -> tuple[list[Null], list[str]]:
    """The null of the same network freshly initialised, or why there is none."""
    found: list[NDArray[np.float32]] = []
    pairs = 0
    for number in range(_MOST_FRESH):
        try:
            other = fresh_probe(probe, [info.path], seed=seed + number)
        except NoReference as error:
            return [], [f"There is no freshly initialised network to compare with: {error}."]
        with model_lock(other.model):
            own = _Search(other, other.info(info.path), search.samples, search.reach)
            likeness = own.likeness(own.sorted_channels().compared)
        found.append(likeness.pairs)
        pairs += likeness.pairs.size
        if pairs >= FEWEST_PAIRS:
            break
    null = _null("fresh", found, count * (count - 1) // 2)
    if null is None:
        return [], ["Of freshly initialised networks there are too few pairs to tell chance by."]
    return [null], []


def _null(name: str, found: Sequence[NDArray[np.float32]], comparisons: int) -> Null | None:
    pairs = np.concatenate(found)
    if pairs.size < FEWEST_PAIRS:
        return None
    level = chance_level(pairs, comparisons, LEVEL)
    return Null(name, level, float(pairs.max()), pairs.size)


def _pairs(
    likeness: BestLikeness, compared: Indices, search: _Search, level: float
) -> tuple[AlikePair, ...]:
    """The pairs to be told of, the most alike first."""
    values = likeness.values
    standing_out = int((values > level).sum())
    most = min(standing_out or _FEW_PAIRS, MOST_PAIRS, compared.size * (compared.size - 1) // 2)
    known = ways(search.symmetries, search.window)
    order = np.argsort(-values, axis=None, kind="stable")[:most]
    pairs = []
    for i, j in zip(*np.unravel_index(order, values.shape), strict=True):
        symmetry, shift = known[likeness.way[i, j]]
        first, second = int(compared[i]), int(compared[j])
        value = float(values[i, j])
        pairs.append(AlikePair(first, second, symmetry, shift, value, value > level))
    return tuple(pairs)


def _symmetries(
    inputs: object, info: LayerInfo, shape: tuple[int, ...]
) -> tuple[tuple[Symmetry, ...], list[str]]:
    """The symmetries that all inputs with such positions and the layer's map have."""
    if not shape:
        return (IDENTITY,), ["The layer has no positions: its channels are compared as they are."]
    rank = len(info.output_shape)
    turned = [
        array for array in keras.tree.flatten(inputs) if array.ndim == rank and _is_real(array)
    ]
    if not turned:
        return (IDENTITY,), [
            f"No input has rows and columns as the layer has: its {info.channels} channels are "
            "compared unturned."
        ]
    axes = _axes(info)
    sizes = [shape, *(tuple(array.shape[axis] for axis in axes) for array in turned)]
    common = [set(symmetries_of(size)) for size in sizes]
    chosen = [each for each in symmetries_of(shape) if all(each in other for other in common)]
    return tuple(chosen), []


def _is_real(array: NDArray[np.generic]) -> bool:
    return array.dtype.kind in "fu"


def _axes(info: LayerInfo) -> tuple[int, ...]:
    """The axes of the positions in the layer's output, and so in inputs of its rank."""
    rank = len(info.output_shape)
    channel = (info.channel_axis or -1) % rank
    return tuple(axis for axis in range(1, rank) if axis != channel)


def _spatial(info: LayerInfo) -> tuple[int, ...]:
    return tuple(int(info.output_shape[axis] or 0) for axis in _axes(info))


def _numbers(channels: Indices) -> tuple[int, ...]:
    return tuple(channels.tolist())
