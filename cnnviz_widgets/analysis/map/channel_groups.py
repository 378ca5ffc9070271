"""Channels that go together: groups by what they answer to, and groups that outlive a training.

All functions number groups from 0 on by their first channel, leave none empty, never part channels
whose rows are equal, and so give fewer groups than asked for where fewer rows differ.
`warm_groups` alone keeps the numbers it is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from ...validation.arrays import number_array
from ...validation.objects import mapping
from ...validation.scalars import index_below, real_number, whole_number
from ..arrays import Floats, Integers
from ..clustering.channel_tree import ChannelTree
from .checked_rows import finite_rows, group_numbers
from .k_means import ROUNDING, first_least, seeded, settled, spread
from .mean_shift import densest

_FEW_CHANNELS = 3
_LEAST_GROUPS, _MOST_GROUPS = 2, 8
# In many columns each is narrow, and has room for fewer boxes above one another.
_MANY_COLUMNS, _MOST_IN_MANY = 14, 6
# In float32 the spread of a row of equal numbers is seldom 0, but below this share of them.
CONSTANT = 1e-5
# Squared distances are told apart by this share of the largest: products of matrices add up in an
# order of their own on each machine, and what is equal is to come out equal.
_GRID = 2.0**-40


def default_count(channels: int, columns: int) -> int:
    """Into how many groups the channels of a column of the map come, where nobody has said.

    Parameters
    ----------
    channels : int
        Of the column, without silent and constant ones.
    columns : int
        Of the whole map.

    Returns
    -------
    int
        The square root of the channels, 2 to 8, in a map of more than 14 columns 2 to 6. Up to
        three channels stay apart.
    """
    channels = whole_number("channels", channels, 0)
    columns = whole_number("columns", columns, 0)
    if channels <= _FEW_CHANNELS:
        return channels
    most = _MOST_IN_MANY if columns > _MANY_COLUMNS else _MOST_GROUPS
    return min(max(round(math.sqrt(channels)), _LEAST_GROUPS), most)


def standard_rows(profiles: ArrayLike) -> Floats:
    """Each row with mean 0 and standard deviation 1: what a channel prefers, not how strongly.

    Parameters
    ----------
    profiles : array_like, shape (channel, column)
        Finite numbers, such as means by class.

    Returns
    -------
    ndarray of float64, shape (channel, column)
        A row of zeros for one that is constant: whose standard deviation is at most 1e-5 of its
        largest value.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers.
    """
    rows = _scaled(finite_rows("profiles", profiles), axis=1)
    rows -= rows.mean(axis=1, keepdims=True)
    deviation = rows.std(axis=1, keepdims=True)
    varies = deviation > CONSTANT
    return np.where(varies, rows / np.where(varies, deviation, 1), 0)


def ward_groups(rows: ArrayLike, count: int) -> Integers:
    """Groups by Ward's linkage, cut where there are `count` of them.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite, such as `standard_rows`.
    count : int
        From 1 on.

    Returns
    -------
    ndarray of int64, shape (C,)

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or no such count.
    """
    matrix, count = finite_rows("rows", rows), whole_number("count", count, 1)
    if len(matrix) < 2:
        return np.zeros(len(matrix), np.int64)
    squares = _squares(_scaled(matrix))
    merges = linkage(np.sqrt(squareform(squares, checks=False)), "ward")
    return _cut(merges, np.ones(len(matrix), np.bool_), count)


def k_means_groups(rows: ArrayLike, count: int, *, seed: int = 0, starts: int = 4) -> Integers:
    """Groups by k-means, the closest of several starts.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite, such as `standard_rows`.
    count : int
        From 1 on.
    seed : int
        Of the random starts.
    starts : int
        From 1 on.

    Returns
    -------
    ndarray of int64, shape (C,)

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or no such count, seed or number of starts.
    """
    matrix, count = finite_rows("rows", rows), whole_number("count", count, 1)
    seed, starts = whole_number("seed", seed, 0), whole_number("starts", starts, 1)
    return _k_means(matrix, count, seed, starts)


def mean_shift_groups(rows: ArrayLike, *, quantile: float = 0.2, most: int = 8) -> Integers:
    """Groups about the places where rows are densest; how many is up to the rows.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite, such as `standard_rows`.
    quantile : float
        A row is near another within the distance that, on average, holds this share of the rows;
        0 to 1.
    most : int
        Of more places the fullest are taken.

    Returns
    -------
    ndarray of int64, shape (C,)

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or no such quantile or number.
    """
    matrix, most = finite_rows("rows", rows), whole_number("most", most, 1)
    quantile = real_number("quantile", quantile, 0, 1)
    n = len(matrix)
    if n < 2:
        return np.zeros(n, np.int64)
    matrix = _scaled(matrix)
    matrix -= matrix.mean(axis=0)
    squares = _squares(matrix)
    # Itself counts, so that a second one is needed.
    neighbours = min(max(int(n * quantile), 2), n)
    width = np.sqrt(np.partition(squares, neighbours - 1, axis=1)[:, neighbours - 1]).mean()
    peaks, _ = densest(matrix, squares, float(width))
    peaks = peaks[:most]
    apart = np.einsum("ij,ij->i", peaks, peaks) - 2 * (matrix @ peaks.T)
    return _renumbered(first_least(apart, ROUNDING * float(squares.max())))


def tree_groups(
    tree: ChannelTree | ArrayLike, count: int, *, living: ArrayLike | None = None
) -> Integers:
    """The groups that a tree falls into when it is cut where there are `count` of them.

    Parameters
    ----------
    tree : ChannelTree or array_like, shape (C − 1, 4)
        The inspector's own tree, or a linkage as SciPy defines it.
    count : int
        From 1 on.
    living : array_like of bool, shape (C,), optional
        The channels to be grouped, such as all but silent and constant ones. By default all; of a
        `ChannelTree` those that are neither zero nor non-finite, which never are.

    Returns
    -------
    ndarray of int64, shape (C,)
        −1 for channels that are not to be grouped.

    Raises
    ------
    TypeError, ValueError
        No tree, no such count, or not a bool for each channel.
    """
    count = whole_number("count", count, 1)
    if isinstance(tree, ChannelTree):
        channels, items, merges = tree.n_channels, tree.items, tree.Z
    else:
        merges = number_array("tree", tree).astype(np.float64)
        if merges.ndim != 2 or merges.shape[1] != 4:
            raise ValueError(
                "tree must be a ChannelTree or a linkage of shape (channels − 1, 4); got shape "
                f"{merges.shape}"
            )
        channels = len(merges) + 1
        items = np.arange(channels)
    alive = _each_channel("living", living, channels)
    if isinstance(tree, ChannelTree):
        alive[tree.zero] = False
    groups = np.full(channels, -1, np.int64)
    groups[items] = _cut(merges, alive[items], count)
    return groups


def warm_groups(
    rows: ArrayLike, previous: ArrayLike, *, pinned: Mapping[int, int], count: int
) -> Integers:
    """Groups that go on from the last ones: k-means started from their members.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite, such as `standard_rows`.
    previous : array_like of int, shape (C,)
        The last group of each; −1 for one that was silent or constant. It comes to the nearest.
    pinned : mapping of int to int
        The group of each channel that is to stay in it, whatever it answers to. Such channels do
        not move the centre of their group; a group of nothing else gets no others.
    count : int
        Where fewer groups are left, others begin at the channels that are farthest from the
        centre of theirs. More than these, as after an edit, are kept.

    Returns
    -------
    ndarray of int64, shape (C,)
        Numbers as in `previous` and `pinned`; a new group has the lowest that is free.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, no group for each row, or a pin of a row that there is not.
    """
    matrix, count = finite_rows("rows", rows), whole_number("count", count, 1)
    groups = group_numbers("previous", previous, len(matrix))
    stays = np.zeros(len(matrix), np.bool_)
    for channel, group in mapping("pinned", pinned, "channels to groups").items():
        at = index_below("a channel of pinned", channel, len(matrix))
        stays[at], groups[at] = True, whole_number("a group of pinned", group, 0)
    matrix = _scaled(matrix)
    if stays.all():
        return groups
    matrix -= matrix[~stays].mean(axis=0)
    if (groups[~stays] < 0).all():
        # Nothing to go on from.
        used = np.unique(groups[stays])
        fresh = _k_means(matrix[~stays], max(1, count - used.size), seed=0, starts=4)
        groups[~stays] = np.setdiff1d(np.arange(used.size + len(matrix)), used)[fresh]
    return settled(matrix, groups, count, stays)


def _k_means(matrix: Floats, count: int, seed: int, starts: int) -> Integers:
    if not len(matrix):
        return np.zeros(0, np.int64)
    matrix = _scaled(matrix)
    matrix -= matrix.mean(axis=0)
    random = np.random.default_rng(seed)
    best, least = np.zeros(len(matrix), np.int64), math.inf
    for _ in range(starts):
        groups = settled(matrix, seeded(matrix, count, random), count)
        squares = spread(matrix, groups)
        if squares < least * (1 - 1e-9):
            best, least = groups, squares
    return _renumbered(best)


def _scaled(rows: Floats, axis: int | None = None) -> Floats:
    """Rows divided by the largest of each, or of all, so that no square leaves the range."""
    largest = np.abs(rows).max(axis=axis, keepdims=True, initial=0.0)
    scaled: Floats = rows / np.where(largest > 0, largest, 1)
    return scaled


def _squares(rows: Floats) -> Floats:
    """Squared distances of the rows from one another: equal ones come out equal, 0 as 0."""
    centred = rows - rows.mean(axis=0)
    products = centred @ centred.T
    lengths = products.diagonal().copy()
    squares: Floats = np.multiply(products, -2, out=products)
    squares += lengths
    squares += lengths[:, None]
    # A power of two: what is computed from multiples of it does not depend on which one it is.
    unit = 2.0 ** np.frexp(squares.max(initial=0.0))[1] * _GRID
    np.rint(np.divide(squares, unit, out=squares), out=squares)
    squares = np.maximum(np.multiply(squares, unit, out=squares), 0, out=squares)
    np.fill_diagonal(squares, 0)
    return squares


def _cut(merges: Floats, living: NDArray[np.bool_], count: int) -> Integers:
    """The living leaves below the highest merges that part living ones; −1 for the others.

    Parameters
    ----------
    merges : ndarray, shape (n − 1, 4), for n = 0 empty
        A linkage as SciPy defines it; what is joined at 0 is never parted.
    living : ndarray of bool, shape (n,)
    """
    n = living.size
    if not living.any():
        return np.full(n, -1, np.int64)
    pairs = merges[:, :2].astype(np.intp).tolist()
    below = living.astype(np.intp).tolist()
    parts = []
    for left, right in pairs:
        parts.append(below[left] > 0 and below[right] > 0)
        below.append(below[left] + below[right])
    able = np.flatnonzero(np.array(parts, np.bool_) & (merges[:, 2] > 0))
    undone = set(able[able.size - min(count - 1, able.size) :].tolist())
    root = list(range(n + len(pairs)))
    for merge in range(len(pairs) - 1, -1, -1):
        if merge not in undone:
            for child in pairs[merge]:
                root[child] = root[n + merge]
    groups = np.full(n, -1, np.int64)
    groups[living] = _renumbered(np.array(root[:n])[living])
    return groups


def _renumbered(groups: NDArray[Any]) -> Integers:
    """Groups numbered from 0 on by their first row."""
    _, first, at = np.unique(groups, return_index=True, return_inverse=True)
    number = np.empty(first.size, np.int64)
    number[np.argsort(first)] = np.arange(first.size)
    return number[at]


def _each_channel(name: str, value: ArrayLike | None, channels: int) -> NDArray[np.bool_]:
    """True or False for each channel; True for all where nothing is said."""
    if value is None:
        return np.ones(channels, np.bool_)
    array = number_array(name, value)
    if array.dtype.kind != "b" or array.shape != (channels,):
        raise ValueError(
            f"{name} must be True or False for each of {channels:,} channels; got shape "
            f"{array.shape} of dtype {array.dtype}"
        )
    return array.copy()
