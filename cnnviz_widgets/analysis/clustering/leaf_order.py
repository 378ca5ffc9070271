"""Which way the forks of a tree are turned, so that its leaves stand as they stood before.

Two leaves stand left and right of each other as the one fork at which they meet has it. So the
pairs of leaves that stand the other way round than before are counted fork by fork, each fork is
turned by its own count alone, and the sum over all pairs, Kendall's distance, is the least.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.arrays import indices
from ..arrays import Floats, Indices


class Forks(NamedTuple):
    """The forks over leaves in a row, each joining ``[start, split)`` and ``[split, stop)``.

    By ascending height; forks of one height that lie in each other from left to right, the
    innermost first. Arrays of shape (fork,).
    """

    start: Indices
    split: Indices
    stop: Indices
    height: Floats


def checked_order(order: ArrayLike, n_channels: int) -> Indices:
    """An earlier order of channels as indices.

    Parameters
    ----------
    order : array_like of int, shape (n,)
        Channels, each at most once; it may be empty.
    n_channels : int
        How many channels there are.

    Raises
    ------
    TypeError
        Not whole numbers.
    ValueError
        Not one axis, a channel that does not exist, or one given twice.
    """
    channels = indices("order", order, n_channels)
    counts = np.bincount(channels, minlength=1)
    if counts.max() > 1:
        raise ValueError(f"order must hold each channel at most once; got {counts.argmax()} twice")
    return channels


def arranged(place: Indices, forks: Forks) -> tuple[Indices, Floats]:
    """Leaves as they stand nearest to where they stood before, and the gaps between them then.

    Parameters
    ----------
    place : ndarray of int, shape (n,)
        The earlier place of each leaf; all different.
    forks : Forks
        The n − 1 forks over the leaves.

    Returns
    -------
    leaves : ndarray of int, shape (n,)
        Which leaf stands in each place now.
    gaps : ndarray, shape (n − 1,), for n = 0 empty
        The height at which each of them but the first meets the one before.
    """
    leaves = np.arange(place.size)
    if (forks.height[1:] == forks.height[:-1]).any():
        leaves, forks = _level_branches_sorted(place, forks)
    turned = _to_turn(place[leaves], forks)
    start, split, stop, height = forks
    left, right = split - start, stop - split
    # The branch that comes to stand on the right moves by the length of the other.
    moves = np.where(turned, right, left)
    begin, end = np.where(turned, start, split), np.where(turned, split, stop)
    position = _positions(begin, end, moves, leaves.size)
    gaps = np.empty(height.size)
    gaps[_first_place(position, start, stop) + moves - 1] = height
    order = np.empty_like(leaves)
    order[position] = leaves
    return order, gaps


def _positions(begin: Indices, end: Indices, moves: Indices, n: int) -> Indices:
    """Where each of n leaves comes to stand: the sum of the moves of the runs that hold it."""
    steps = np.zeros(n + 1, dtype=np.intp)
    np.add.at(steps, begin, moves)
    np.subtract.at(steps, end, moves)
    return np.cumsum(steps[:n])


def _first_place(position: Indices, start: Indices, stop: Indices) -> Indices:
    """The first place of each run, whose leaves come to stand side by side in some order."""
    sums = np.concatenate(([0], np.cumsum(position)))
    size = stop - start
    first: Indices = (sums[stop] - sums[start] - size * (size - 1) // 2) // size
    return first


def _level_branches_sorted(place: Indices, forks: Forks) -> tuple[Indices, Forks]:
    """Branches that meet at one height sorted by the mean of their earlier places.

    A fork of two branches is sorted with the rest; whether that is right is seen to later.
    """
    # Forks of one height that lie in each other begin at the same leaf.
    together = np.lexsort((forks.height, forks.start))
    start, split, stop = (part[together] for part in forks[:3])
    height = forks.height[together]
    new = np.ones(start.size, dtype=np.bool_)
    new[1:] = (start[1:] != start[:-1]) | (height[1:] != height[:-1])
    group = np.cumsum(new) - 1
    # Each adds the branch on its right; the innermost has the first one on its left.
    begin, end = np.concatenate((start[new], split)), np.concatenate((split[new], stop))
    of_group = np.concatenate((group[new], group))
    sums = np.concatenate(([0], np.cumsum(place)))
    by_place = np.lexsort(((sums[end] - sums[begin]) / (end - begin), of_group))
    begin, end, of_group = begin[by_place], end[by_place], of_group[by_place]

    size = end - begin
    before = np.cumsum(size) - size
    first = np.searchsorted(of_group, np.arange(of_group[-1] + 1))
    offset = before - before[first][of_group]
    position = _positions(begin, end, offset, place.size)
    leaves = np.empty_like(position)
    leaves[position] = np.arange(place.size)

    last = np.append(np.flatnonzero(new)[1:], start.size) - 1
    group_start = _first_place(position, start[last], stop[last])[group]
    others = np.delete(np.arange(size.size), first)
    new_split = group_start + offset[others]
    return leaves, Forks(group_start, new_split, new_split + size[others], height)


def _to_turn(place: Indices, forks: Forks) -> NDArray[np.bool_]:
    """Which forks have more pairs of leaves the other way round than before than not."""
    start, split, stop, _ = forks
    if not start.size:
        return np.zeros(0, dtype=np.bool_)
    left, right = split - start, stop - split
    # Each leaf of the smaller branch is compared with the larger one: n log n / 2 questions.
    from_left = left <= right
    asking = np.minimum(left, right)
    fork = np.repeat(np.arange(start.size), asking)
    first = np.cumsum(asking) - asking
    leaf = np.where(from_left, start, split)[fork] + np.arange(fork.size) - first[fork]
    low, high = np.where(from_left, split, start), np.where(from_left, stop, split)
    rank = np.argsort(np.argsort(place))
    smaller = np.add.reduceat(_count_smaller(rank, low[fork], high[fork], rank[leaf]), first)
    inverted = np.where(from_left, smaller, left * right - smaller)
    turned: NDArray[np.bool_] = 2 * inverted > left * right
    return turned


def _count_smaller(rank: Indices, start: Indices, stop: Indices, limit: Indices) -> Indices:
    """How many of ``rank[start:stop]`` are smaller than `limit`, for many such questions at once.

    The ranks, 0 to n − 1, are sorted bit by bit from the highest, as a wavelet matrix: where a
    question's limit has the bit, all those that lack it are smaller, and are counted; the search
    goes on among those that agree with the limit so far.
    """
    counts = np.zeros_like(start)
    for bit in reversed(range(int(rank.size - 1).bit_length())):
        has = (rank >> bit & 1).astype(np.bool_)
        lacking = np.concatenate(([0], np.cumsum(~has)))
        below_start, below_stop = lacking[start], lacking[stop]
        asks = (limit >> bit & 1).astype(np.bool_)
        counts += np.where(asks, below_stop - below_start, 0)
        start = np.where(asks, lacking[-1] + start - below_start, below_start)
        stop = np.where(asks, lacking[-1] + stop - below_stop, below_stop)
        rank = np.concatenate((rank[~has], rank[has]))
    return counts
