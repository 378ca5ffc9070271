"""Single-linkage clustering of channels by cosine distance [WL20 §1.1.1, Eq. 1]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.rules import optional_function, real_number, whole_number
from ..arrays import Floats, Indices, checked_values, frozen, row_blocks
from .leaf_order import Forks, arranged, checked_order
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
# Products of a matrix with itself add in an order of their own: exact duplicates of 10⁶ values
# were found up to 4e-15 apart.
_ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class ChannelTree:
    """Channels joined by single linkage; all arrays read-only.

    Below, k counts the channels that are finite throughout, all-zero ones among them.

    Attributes
    ----------
    Z : ndarray of float64, shape (k − 1, 4)
        The merges by ascending height, a linkage matrix as SciPy defines it over `items`: the
        two clusters joined (the left one first), the height, the number of channels below.
    items : ndarray of int, shape (k,)
        The channels clustered, ascending: leaf i of `Z` is channel ``items[i]``.
    order : ndarray of int, shape (k,)
        The channels from left to right, so that no two branches cross; all-zero ones last.
    zero : ndarray of int
        The channels that are zero throughout, ascending. They are at distance 2 from every
        other channel, zero or not, and so are joined last, at 2.
    nonfinite : ndarray of int
        The channels that hold NaN or infinity, ascending. They are not clustered.
    spans : ndarray of int, shape (k − 1, 2)
        Each merge's channels are ``order[start:stop]``.
    splits : ndarray of int, shape (k − 1,)
        Where in `order` its right branch begins.
    n_channels : int
        All channels, clustered or not.
    """

    Z: Floats
    items: Indices
    order: Indices
    zero: Indices
    nonfinite: Indices
    spans: Indices
    splits: Indices
    n_channels: int

    @property
    def heights(self) -> Floats:
        """The merges' cosine distances, ascending, 0 to 2, shape (k − 1,)."""
        return self.Z[:, 2]

    @property
    def columns(self) -> Indices:
        """Every channel once: `order`, then `nonfinite`; shape (n_channels,)."""
        return frozen(np.concatenate((self.order, self.nonfinite)))

    def cut(self, height: float) -> Indices:
        """The cluster of each channel when the tree is cut at a height.

        Parameters
        ----------
        height : float
            A cosine distance. Merges at this very height stay joined.

        Returns
        -------
        ndarray of int, shape (n_channels,)
            Cluster numbers from 0, from left to right in `order`; −1 for non-finite channels.

        Raises
        ------
        ValueError
            `height` is NaN.
        """
        height = real_number("height", height, what="(a cosine distance, 0 to 2)", finite=False)
        begins = np.zeros(self.order.size, dtype=np.intp)
        begins[self.splits[self.heights > height]] = 1
        labels = np.full(self.n_channels, -1, dtype=np.intp)
        labels[self.order] = np.cumsum(begins)
        return frozen(labels)

    def members(self, merge: int) -> Indices:
        """The channels that a merge joins, in the order of the leaves.

        Parameters
        ----------
        merge : int
            A row of `Z`.

        Raises
        ------
        ValueError
            There is no such row.
        """
        merge = whole_number("merge", merge)
        if not 0 <= merge < len(self.spans):
            raise ValueError(f"merge must be 0 to {len(self.spans) - 1}, a row of Z; got {merge}")
        start, stop = self.spans[merge]
        return self.order[start:stop]

    @property
    def gaps(self) -> Floats:
        """The height at which each leaf but the first meets the one before, shape (k − 1,)."""
        gaps = np.empty(self.splits.size)
        gaps[self.splits - 1] = self.heights
        return frozen(gaps)

    def near(self, order: ArrayLike) -> ChannelTree:
        """The same tree with its forks turned, so that channels stay where they were.

        A tree says which channels are joined and how high, not which of two branches stands on
        the left. Here that is chosen so that as few pairs of channels as possible stand the
        other way round than in an earlier order: Kendall's distance of the two is the least.

        Parameters
        ----------
        order : array_like of int
            An earlier `order`, or `columns`, of the same channels. Channels that it lacks come
            after those it has, as they stand now; those that have no leaf now do not matter.

        Returns
        -------
        ChannelTree
            With the heights and clusters of this one at any cut, and all-zero channels last, in
            the earlier order, too. Merges at one and the same height may be taken in another
            order, as they are no less right.

        Raises
        ------
        TypeError
            `order` holds anything but whole numbers.
        ValueError
            It is no list of channels of this tree, each at most once.

        Notes
        -----
        Whether two channels stand the other way round is up to the one fork at which they meet;
        so each fork is turned, or not, by the pairs that meet there, and the sum is the least.
        More than two branches that meet at one height may stand in any order, not only in those
        that turning forks gives: they are sorted by the mean of their earlier places first,
        which is exact for single channels (duplicates), and then forks are turned.
        """
        earlier = checked_order(order, self.n_channels)
        k = self.order.size
        place = np.zeros(self.n_channels, dtype=np.intp)
        place[self.order] = earlier.size + np.arange(k)
        place[earlier] = np.arange(earlier.size)
        alive, zero = self.order[: k - self.zero.size], self.order[k - self.zero.size :]
        # The merges that join zero channels are the last.
        below = slice(max(0, alive.size - 1))
        start, stop = self.spans[below].T
        forks = Forks(start, self.splits[below], stop, self.heights[below])
        leaves, gaps = arranged(place[alive], forks)
        return join_in_order(
            np.concatenate((alive[leaves], zero[np.argsort(place[zero])])),
            np.concatenate((gaps, np.full(self.splits.size - gaps.size, 2.0))),
            n_zero=zero.size,
            nonfinite=self.nonfinite,
            n_channels=self.n_channels,
        )


class Merges(NamedTuple):
    """Runs of leaves joined pairwise until one is left; m merges by ascending height.

    Attributes
    ----------
    children : ndarray of int, shape (m, 2)
        The left and the right cluster; leaves are numbered 0 to m, merge i is m + 1 + i.
    spans : ndarray of int, shape (m, 2)
        The first leaf below, and the one after the last.
    splits : ndarray of int, shape (m,)
        The first leaf of the right cluster: the gap closed lies just left of it.
    heights : ndarray of float, shape (m,)
        The gap's width.
    """

    children: Indices
    spans: Indices
    splits: Indices
    heights: Floats


def close_gaps(gaps: Floats) -> Merges:
    """The tree of leaves in a row, of which neighbours are joined over ever wider gaps.

    Any single-linkage tree has this form once its leaves are in order: two leaves meet at the
    widest gap between them.

    Parameters
    ----------
    gaps : ndarray, shape (m,)
        The distance of each leaf but the first from the one before. Equal gaps are closed from
        left to right.
    """
    m = gaps.size
    by_width = np.argsort(gaps, kind="stable")
    # Kept right at both ends of each run only, which is where it meets the next.
    cluster = list(range(m + 1))
    other_end = list(range(m + 1))
    rows = []
    for merge, gap in enumerate(by_width.tolist(), start=m + 1):
        first, last = other_end[gap], other_end[gap + 1]
        rows.append((cluster[gap], cluster[gap + 1], first, last + 1))
        cluster[first] = cluster[last] = merge
        other_end[first], other_end[last] = last, first
    table = np.array(rows, dtype=np.intp).reshape(m, 4)
    return Merges(table[:, :2], table[:, 2:], by_width + 1, gaps[by_width])


def cosine_linkage(
    values: ArrayLike, *, progress: Callable[[float], None] | None = None
) -> ChannelTree:
    """Cluster channels by the cosine distance of their values, single linkage [WL20 Eq. 1].

    The distance of two channels is 1 − ⟨A, B⟩ / (‖A‖ ‖B‖) over all their values, from 0 (same
    direction) to 2 (opposite). An early merge means similar channels; a late one, distinct.

    Parameters
    ----------
    values : array_like, shape (..., channel)
        Real numbers of any type; the last axis counts the channels, all others their values.
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
        `values` is a single number, or holds no channel or no value per channel.

    Notes
    -----
    Everything is summed in float64, whatever the type of `values`: heights are right to 1e-14,
    and those below that, which rounding cannot tell from 0, are given as 0. Directions an angle
    of φ apart, in radians, have distance φ² / 2; so angles from 1.5e-7 on are seen, about what
    float32 values can hold. The scale of a channel does not matter, from denormal numbers to
    the largest.

    Memory beyond `values`: for n channels up to 4,096 the Gram matrix, 8 n² bytes, and twice as
    much again while it is summed; above that 16 bytes a value and 0.012 n² bytes.
    """
    array = checked_values(values)
    report = optional_function("progress", progress) or _ignore
    # NaN, infinity and squares out of range are looked for after the fact.
    with np.errstate(all="ignore"):
        path, similarity, zero, nonfinite = _way(array)(array, report)
    tree = _tree(path, similarity, zero, nonfinite)
    report(1.0)
    return tree


def _way(array: NDArray[Any]) -> Callable[[NDArray[Any], Callable[[float], None]], _Walk]:
    """How so many channels of so many values are best visited."""
    channels = array.shape[-1]
    if channels > GRAM_ITEMS:
        return _walk_tiles
    few = array.size // channels <= _FEW_VALUES
    return _walk_rows if few and channels >= _MANY_ITEMS else _walk_gram


def _ignore(fraction: float) -> None:
    """Stand in for a progress callback that was not given."""


class _Walk(NamedTuple):
    """The channels that have a direction, as visited, and the cosine of each step."""

    path: Indices
    similarity: Floats
    zero: Indices
    nonfinite: Indices


def _walk_gram(array: NDArray[Any], report: Callable[[float], None]) -> _Walk:
    """Visit the channels by their Gram matrix."""
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
    if not usable.size:
        return _Walk(usable, np.empty(0), zero, nonfinite)
    path, similarity = prim_path(gram, 1 / np.sqrt(gram.diagonal()))
    return _Walk(usable[path], similarity, zero, nonfinite)


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
    return _Walk(usable[path], similarity, zero, nonfinite)


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
    return _Walk(usable[path], similarity, zero, nonfinite)


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


def _tree(path: Indices, similarity: Floats, zero: Indices, nonfinite: Indices) -> ChannelTree:
    """The tree of a walk, with the zero channels joined to it at 2."""
    order = np.concatenate((path, zero))
    gaps = np.full(max(0, order.size - 1), 2.0)
    steps = np.clip(1.0 - similarity, 0.0, 2.0)
    gaps[: steps.size] = np.where(steps < _ROUNDING, 0.0, steps)
    return join_in_order(
        order,
        gaps,
        n_zero=zero.size,
        nonfinite=nonfinite,
        n_channels=order.size + nonfinite.size,
    )


def join_in_order(
    order: Indices, gaps: Floats, *, n_zero: int, nonfinite: Indices, n_channels: int
) -> ChannelTree:
    """The tree of channels in leaf order with the gaps between them: all that a tree consists of.

    Parameters
    ----------
    order : ndarray of int, shape (k,)
        As `ChannelTree.order`.
    gaps : ndarray, shape (k − 1,), for k = 0 empty
        As `ChannelTree.gaps`.
    n_zero : int
        So many channels at the end of `order` are zero throughout.
    nonfinite : ndarray of int
    n_channels : int
    """
    items = np.sort(order)
    merges = close_gaps(gaps)
    # From places in the order to places in `items`; merges keep their numbers.
    place = np.concatenate((np.searchsorted(items, order), order.size + np.arange(gaps.size)))
    Z = np.empty((gaps.size, 4))
    Z[:, :2] = place[merges.children]
    Z[:, 2] = merges.heights
    Z[:, 3] = merges.spans[:, 1] - merges.spans[:, 0]
    return ChannelTree(
        Z=frozen(Z),
        items=frozen(items),
        order=frozen(order),
        zero=frozen(np.sort(order[order.size - n_zero :])),
        nonfinite=frozen(nonfinite),
        spans=frozen(merges.spans),
        splits=frozen(merges.splits),
        n_channels=n_channels,
    )
