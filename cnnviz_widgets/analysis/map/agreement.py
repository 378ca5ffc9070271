"""How far two groupings of the same channels agree, and how far one holds on other samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ...validation.arrays import number_array
from ...validation.scalars import whole_number
from ..arrays import Floats, Integers
from .checked_rows import group_numbers
from .class_rows import checked_classes

UNCERTAIN = 0.6
"""A group of less stability is no group of the network, but of the samples [Hennig 2007]."""

Regroup = Callable[[Floats], Integers]
"""Groups (C,) of class profiles (C, classes)."""


def adjusted_rand(first: ArrayLike, second: ArrayLike) -> float:
    """The share of pairs on which two groupings agree, beyond chance [Hubert and Arabie 1985].

    Parameters
    ----------
    first, second : array_like of int, shape (C,)
        The group of each channel; −1 counts as a group, too.

    Returns
    -------
    float
        1 for the same groups, whatever their numbers; 0 on average for groups by chance.

    Raises
    ------
    TypeError, ValueError
        No whole numbers from −1 on, or not as many in both.
    """
    one = group_numbers("first", first)
    other = group_numbers("second", second, one.size)
    table = _shared(one, other)
    together = _pairs(table).sum()
    in_one, in_other = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    everything = _pairs(np.array(float(one.size)))
    chance = in_one * in_other / everything if everything else 0.0
    most = (in_one + in_other) / 2
    # All in one group, or each alone, in both.
    if most == chance:
        return 1.0
    return float((together - chance) / (most - chance))


def redrawn_groups(
    values: ArrayLike,
    classes: ArrayLike,
    regroup: Regroup,
    *,
    draws: int = 20,
    seed: int = 0,
) -> Integers:
    """The groups that come about on samples drawn again, with replacement.

    Parameters
    ----------
    values : array_like, shape (N, C)
        What each sample makes of each channel; finite.
    classes : array_like of int, shape (N,)
        The class of each sample, or −1. Where each sample is a column of its own: its number.
    regroup : callable
        From class profiles (C, class) to groups (C,). Classes of which a draw has no sample are
        left out of its profiles.
    draws : int
        From 1 on.
    seed : int
        Of the draws.

    Returns
    -------
    ndarray of int64, shape (draws, C)

    Raises
    ------
    TypeError, ValueError
        No such values or classes, no class at all, or no such number.
    """
    matrix = number_array("values", values)
    if matrix.ndim != 2:
        raise ValueError(f"values must have shape (sample, channel); got {matrix.shape}")
    numbers = checked_classes(classes, len(matrix))
    if not (numbers >= 0).any():
        raise ValueError("classes must hold a class at least; got none but −1")
    draws, seed = whole_number("draws", draws, 1), whole_number("seed", seed, 0)
    known = np.flatnonzero(numbers >= 0)
    matrix = matrix[known].astype(np.float64)
    in_class = (numbers[known] == np.unique(numbers[known])[:, None]).astype(np.float64)
    random = np.random.default_rng(seed)
    groups = np.empty((draws, matrix.shape[1]), np.int64)
    for draw in groups:
        times = np.bincount(random.integers(known.size, size=known.size), minlength=known.size)
        sizes = in_class @ times
        present = sizes > 0
        profiles = ((in_class[present] * times) @ matrix / sizes[present, None]).T
        draw[:] = group_numbers("what regroup returned", regroup(profiles), matrix.shape[1])
    return groups


def group_stability(
    values: ArrayLike,
    classes: ArrayLike,
    groups: ArrayLike,
    regroup: Regroup,
    *,
    draws: int = 20,
    seed: int = 0,
) -> Floats:
    """How well each group is found again on samples drawn again.

    Parameters
    ----------
    values, classes, regroup, draws, seed
        As of `redrawn_groups`, for the same channels.
    groups : array_like of int, shape (C,)
        −1 for channels in none.

    Returns
    -------
    ndarray of float64, shape (k,)
        As `mean_jaccard`; below `UNCERTAIN` a group should not be relied on.
    """
    redrawn = redrawn_groups(values, classes, regroup, draws=draws, seed=seed)
    return mean_jaccard(groups, redrawn)


def mean_jaccard(groups: ArrayLike, redrawn: ArrayLike) -> Floats:
    """Of each group the overlap with the group most like it, on average over other groupings.

    The overlap of two sets is the size of what they share over that of both together. It is taken
    rather than the adjusted Rand index of a group against the rest, as it does not depend on how
    many other channels there are, and as its bounds are known: a group below 0.6 should not be
    relied on, one above 0.75 is there [Hennig 2007; `clusterboot` of the R package fpc].

    Parameters
    ----------
    groups : array_like of int, shape (C,)
        −1 for channels in none.
    redrawn : array_like of int, shape (draws, C)
        Such as `redrawn_groups`; numbers need not be those of `groups`.

    Returns
    -------
    ndarray of float64, shape (k,)
        0 to 1, by group number; NaN for a number below the largest that no channel has.

    Raises
    ------
    TypeError, ValueError
        No whole numbers from −1 on, or not as many.
    """
    numbers = group_numbers("groups", groups)
    count = int(numbers.max(initial=-1)) + 1
    total = np.zeros(count)
    others = [group_numbers("redrawn", each, numbers.size) for each in np.asarray(redrawn)]
    inside = numbers >= 0
    for other in others:
        shared = _shared(numbers[inside], other[inside], count)
        sizes, those = shared.sum(axis=1, keepdims=True), shared.sum(axis=0, keepdims=True)
        with np.errstate(invalid="ignore"):
            total += (shared / (sizes + those - shared)).max(axis=1, initial=0.0)
    absent = np.bincount(numbers[inside], minlength=count) == 0
    return np.where(absent, np.nan, total / max(len(others), 1))


def overall_stability(groups: ArrayLike, redrawn: ArrayLike) -> float:
    """How well all groups together are found again: their mean adjusted Rand index.

    Parameters
    ----------
    groups : array_like of int, shape (C,)
        −1 for channels in none, which do not count.
    redrawn : array_like of int, shape (draws, C)
        Such as `redrawn_groups`.

    Raises
    ------
    TypeError, ValueError
        As `mean_jaccard`.
    """
    numbers = group_numbers("groups", groups)
    inside = numbers >= 0
    others = [group_numbers("redrawn", each, numbers.size) for each in np.asarray(redrawn)]
    return float(np.mean([adjusted_rand(numbers[inside], other[inside]) for other in others]))


def _shared(first: Integers, second: Integers, count: int = 0) -> Floats:
    """How many channels each pair of groups shares; `count` rows, or one a group that there is."""
    rows = first if count else np.unique(first, return_inverse=True)[1]
    names, columns = np.unique(second, return_inverse=True)
    width = max(names.size, 1)
    height = count or int(rows.max(initial=-1)) + 1
    cells = np.bincount(rows * width + columns, minlength=height * width)
    return cells.reshape(height, width).astype(np.float64)


def _pairs(sizes: Floats) -> Floats:
    return sizes * (sizes - 1) / 2
