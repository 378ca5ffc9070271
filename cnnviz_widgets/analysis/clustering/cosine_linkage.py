"""Clustering of channels by cosine distance [WL20 §1.1.1, Eq. 1], single linkage by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...runtime.progress import no_progress
from ...validation.objects import optional_function
from ..arrays import Floats, Indices, checked_values, row_blocks
from .chain_linkage import ROUNDING, Linkage, chain_path, checked_linkage
from .channel_tree import ZERO_DISTANCE, ChannelTree, join_in_order
from .spanning_tree import boruvka_edges, prim_path, prim_path_of_rows, tree_path

# Up to here the Gram matrix, 134 MB at most, is the quicker way for layers of many values a
# channel (1.6 times at 4,096 × 784); at 8,192 the tiles are level with it there, and four times
# quicker at 64 values.
GRAM_ITEMS = 4096
# Many channels of few values, as a `Flatten` has on some samples: their matrix is many
# times what it is made from, and of 2,048 with 16 values takes 5 times as long as the walk alone.
_FEW_VALUES, _MANY_ITEMS = 64, 512
# Blocks of this many values, 2 MB in float64, stay in the cache on their way into the product.
_GRAM_BLOCK = 1 << 18
# Products of fewer multiplications than these OpenBLAS makes in the thread that asks for them.
# Where channels are few they are made so: others would be called in for each, and then spin on.
_ALONE = 1 << 18
_LEAST_ROWS_ALONE = 64
# Between these, a sum of squares lost nothing to overflow or underflow that would show.
_SQUARES_FROM, _SQUARES_TO = 1e-280, 1e280


def cosine_linkage(
    values: ArrayLike,
    *,
    linkage: Linkage = "single",
    progress: Callable[[float], None] | None = None,
) -> ChannelTree:
    """Cluster channels by the cosine distance of their values [WL20 Eq. 1].

    The distance of two channels is 1 − ⟨A, B⟩ / (‖A‖ ‖B‖) over all their values, from 0 (same
    direction) to 2 (opposite). An early merge means similar channels; a late one, distinct.

    Parameters
    ----------
    values : array_like, shape (..., channel)
        Real numbers of any type; the last axis counts the channels, all others their values.
    linkage : {'single', 'average', 'complete', 'ward'}
        How far apart two groups are: as their most similar channels (the paper's), as all pairs
        on average, as their least similar channels, or by Ward's criterion.
    progress : callable, optional
        Called now and then with the fraction of the work that is done, 0 to 1. What it raises
        ends the work, as an interrupt from the keyboard does.

    Returns
    -------
    ChannelTree
        Without merges where fewer than two channels are finite.

    Raises
    ------
    TypeError
        `values` are complex, text, dates or objects.
    ValueError
        `values` is a single number, or holds no channel or no value per channel; no such linkage;
        more than 4,096 channels for another linkage than 'single'.

    Notes
    -----
    Everything is summed in float64, whatever the type of `values`: heights are right to 1e-14,
    and those below that, which rounding cannot tell from 0, are given as 0. Directions an angle
    of φ apart, in radians, have distance φ² / 2; so angles from 1.5e-7 on are seen, about what
    float32 values can hold. The scale of a channel does not matter, from denormal numbers to
    the largest.

    Ward's criterion is of Euclidean geometry. It is taken on the channels as unit vectors, where
    the squared distance of two is twice their cosine distance; heights are those of SciPy, in
    Euclidean units: √(2 · cosine distance) for two channels, and more than 2 for large groups
    far apart. An all-zero channel has no direction and cannot be such a vector. By definition it
    is at cosine distance 2 from every other, zero or not, and so it joins last: at 2 for all
    linkages, the Euclidean distance of opposite vectors, too; for Ward at the height of the
    merge before, where that is more.

    Memory beyond `values`: for n channels up to 4,096 the Gram matrix, 8 n² bytes, and twice as
    much again while it is summed or clustered; above that, by single linkage only, 16 bytes a
    value and 0.012 n² bytes.
    """
    array = checked_values(values)
    checked_linkage(linkage)
    if linkage != "single" and array.shape[-1] > GRAM_ITEMS:
        raise ValueError(
            f"linkage {linkage!r} needs all distances at once, of at most {GRAM_ITEMS:,} "
            f"channels; got {array.shape[-1]:,}: linkage 'single' does without"
        )
    report = optional_function("progress", progress) or no_progress
    # NaN, infinity and squares out of range are looked for after the fact.
    with np.errstate(all="ignore"):
        if linkage == "single":
            tree = _tree(_way(array)(array, report))
        else:
            tree = _tree(_chain(array, linkage, report), linkage)
    report(1.0)
    return tree


def product_linkage(
    products: Floats, *, zero: Indices, nonfinite: Indices, linkage: Linkage = "single"
) -> ChannelTree:
    """Cluster channels by the cosine distance that their inner products tell [WL20 Eq. 1].

    Parameters
    ----------
    products : ndarray of float64, shape (channel, channel)
        The inner product of each channel with each: squares of lengths on the diagonal.
    zero : ndarray of int
        Channels that are to stand as all-zero ones do: at distance 2 from every other.
    nonfinite : ndarray of int
        Channels that are not to be clustered; none of them among `zero`.
    linkage : {'single', 'average', 'complete', 'ward'}

    Returns
    -------
    ChannelTree
        Heights are as exact as the products: those of equal channels may not be 0.
    """
    apart = np.union1d(zero, nonfinite)
    usable = np.setdiff1d(np.arange(len(products)), apart)
    if not usable.size:
        return _tree(_Walk(usable, np.empty(0), zero, nonfinite), linkage)
    gram = products[np.ix_(usable, usable)]
    inverse = 1 / np.sqrt(gram.diagonal())
    if linkage == "single":
        path, similarity = prim_path(gram, inverse)
        return _tree(_Walk(usable[path], _distances(similarity), zero, nonfinite))
    path, heights = chain_path(gram, inverse, linkage)
    return _tree(_Walk(usable[path], heights, zero, nonfinite), linkage)


def _way(array: NDArray[Any]) -> Callable[[NDArray[Any], Callable[[float], None]], _Walk]:
    """How so many channels of so many values are best visited."""
    channels = array.shape[-1]
    if channels > GRAM_ITEMS:
        return _walk_tiles
    few = array.size // channels <= _FEW_VALUES
    return _walk_rows if few and channels >= _MANY_ITEMS else _walk_gram


class _Walk(NamedTuple):
    """The channels that have a direction, as visited, and the length of each step."""

    path: Indices
    steps: Floats
    zero: Indices
    nonfinite: Indices


def _walk_gram(array: NDArray[Any], report: Callable[[float], None]) -> _Walk:
    """Visit the channels by their Gram matrix."""
    gram, usable, zero, nonfinite = _directed(array, report)
    if not usable.size:
        return _Walk(usable, np.empty(0), zero, nonfinite)
    path, similarity = prim_path(gram, 1 / np.sqrt(gram.diagonal()))
    return _Walk(usable[path], _distances(similarity), zero, nonfinite)


def _chain(array: NDArray[Any], linkage: Linkage, report: Callable[[float], None]) -> _Walk:
    """The leaves of another tree than that of single linkage."""
    gram, usable, zero, nonfinite = _directed(array, report)
    if not usable.size:
        return _Walk(usable, np.empty(0), zero, nonfinite)
    path, heights = chain_path(gram, 1 / np.sqrt(gram.diagonal()), linkage)
    return _Walk(usable[path], heights, zero, nonfinite)


def _distances(similarity: Floats) -> Floats:
    steps = np.clip(1.0 - similarity, 0.0, 2.0)
    return np.where(steps < ROUNDING, 0.0, steps)


def _directed(
    array: NDArray[Any], report: Callable[[float], None]
) -> tuple[Floats, Indices, Indices, Indices]:
    """The Gram matrix of the channels that have a direction; which these are, and the others."""
    gram = _gram(array, None, report)
    # A square out of range may come of a channel that is zero, not finite, or merely far from
    # 1 in scale. Only its greatest value can tell.
    squares = gram.diagonal()
    doubtful = np.flatnonzero(~((squares > _SQUARES_FROM) & (squares < _SQUARES_TO)))
    peak = np.ones(len(gram))
    peak[doubtful] = _peaks(array, doubtful)
    usable, zero, nonfinite = _sorted_by_peak(peak)
    far = np.intersect1d(doubtful, usable)
    if far.size:
        exponent = np.zeros(len(gram), dtype=np.int32)
        exponent[far] = np.frexp(peak[far])[1]
        gram = _gram(array, exponent, report)
    if usable.size < len(gram):
        gram = gram[np.ix_(usable, usable)]
    return gram, usable, zero, nonfinite


def _gram(
    array: NDArray[Any], exponent: NDArray[np.int32] | None, report: Callable[[float], None]
) -> Floats:
    """Inner products of the channels, each channel divided by 2 ** `exponent` if that is given."""
    channels = array.shape[-1]
    rows = array.size // channels
    gram: Floats | None = None
    done = 0
    some = _ALONE // (channels * channels)
    alone = some >= _LEAST_ROWS_ALONE
    # Each block costs a pass over the whole matrix as well: it should not be the smaller.
    multiple = some if alone else max(1, max(_GRAM_BLOCK, channels * channels) // channels)
    for block in row_blocks(array, multiple):
        step = some if alone else len(block)
        for i in range(0, len(block), step):
            wide = block[i : i + step].astype(np.float64, copy=False)
            if exponent is not None:
                wide = np.ldexp(wide, -exponent)
            # A matrix times itself is another routine, which shares much smaller products.
            other = wide.copy() if alone else wide
            part = wide.T @ other
            gram = part if gram is None else np.add(gram, part, out=gram)
        done += len(block)
        report(done / rows)
    assert gram is not None  # checked_values lets no empty array through
    return gram


def _walk_rows(array: NDArray[Any], report: Callable[[float], None]) -> _Walk:
    """Visit the channels by themselves, where each has few values."""
    peak = _peaks(array, np.arange(array.shape[-1]))
    usable, zero, nonfinite = _sorted_by_peak(peak)
    if not usable.size:
        return _Walk(usable, np.empty(0), zero, nonfinite)
    path, similarity = prim_path_of_rows(_unit_rows(array, usable, np.frexp(peak[usable])[1]))
    return _Walk(usable[path], _distances(similarity), zero, nonfinite)


def _walk_tiles(array: NDArray[Any], report: Callable[[float], None]) -> _Walk:
    """Visit the channels along a tree that needs no Gram matrix."""
    peak = _peaks(array, np.arange(array.shape[-1]))
    usable, zero, nonfinite = _sorted_by_peak(peak)
    if not usable.size:
        return _Walk(usable, np.empty(0), zero, nonfinite)
    exponent = np.frexp(peak[usable])[1]
    # Not given a name here: Borůvka lays the items out anew and lets go of these.
    edges = boruvka_edges(_unit_rows(array, usable, exponent), report)
    path, similarity = tree_path(*edges)
    return _Walk(usable[path], _distances(similarity), zero, nonfinite)


def _unit_rows(array: NDArray[Any], usable: Indices, exponent: NDArray[np.int32]) -> Floats:
    """The usable channels as rows of norm 1."""
    units = np.empty((usable.size, array.size // array.shape[-1]))
    done = 0
    for block in row_blocks(array):
        scaled = np.ldexp(block[:, usable].astype(np.float64, copy=False), -exponent)
        units[:, done : done + len(block)] = scaled.T
        done += len(block)
    units /= np.sqrt(np.einsum("ij,ij->i", units, units))[:, None]
    return units


def _peaks(array: NDArray[Any], channels: Indices) -> Floats:
    """The greatest magnitude in each of the given channels; not finite where a value is not."""
    peak = np.zeros(channels.size)
    if channels.size:
        for block in row_blocks(array):
            some = block[:, channels]
            # Both pass NaN on.
            np.maximum(peak, some.max(axis=0), out=peak)
            np.maximum(peak, -some.min(axis=0), out=peak)
    return peak


def _sorted_by_peak(peak: Floats) -> tuple[Indices, Indices, Indices]:
    """Which channels have a direction, which are zero, and which are not finite."""
    finite = np.isfinite(peak)
    return (
        np.flatnonzero(finite & (peak > 0)),
        np.flatnonzero(peak == 0),
        np.flatnonzero(~finite),
    )


def _tree(walk: _Walk, linkage: Linkage = "single") -> ChannelTree:
    """The tree of a walk, with the zero channels joined to it at 2, or higher where it is."""
    path, steps, zero, nonfinite = walk
    order = np.concatenate((path, zero))
    gaps = np.full(max(0, order.size - 1), steps.max(initial=ZERO_DISTANCE))
    gaps[: steps.size] = steps
    return join_in_order(
        order,
        gaps,
        n_zero=zero.size,
        nonfinite=nonfinite,
        n_channels=order.size + nonfinite.size,
        linkage=linkage,
    )
