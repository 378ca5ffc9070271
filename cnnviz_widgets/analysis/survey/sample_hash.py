"""Choices at random that hang on a sample's number alone: not on batch, order, process or restart.

The hash is splitmix64 (Steele, Lea and Flood 2014): every bit of a number stirs all 64.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Integers

Hashes: TypeAlias = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def hashed(numbers: Integers, salt: int) -> Hashes:
    """A 64-bit hash of each number, another one for each salt, shape (n,)."""
    with np.errstate(over="ignore"):
        bits = numbers.astype(np.uint64) + np.uint64(salt + 1) * _STEP
        bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
        bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
        return bits ^ (bits >> np.uint64(31))


def place_draws(numbers: Integers, count: int) -> Floats:
    """`count` draws from [0, 1) for each number, one in each of `count` equal strata, ascending.

    Multiplied by a number of positions and rounded down they are places of the sample.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
    count : int

    Returns
    -------
    ndarray of float64, shape (n, count)
    """
    draws = [(hashed(numbers, salt) >> np.uint64(11)) / 2.0**53 for salt in range(count)]
    return np.asarray((np.arange(count) + np.stack(draws, axis=1)) / count)


def places_of(draws: Floats, positions: int) -> Integers:
    """The places among so many positions that draws stand for; all, where there are no more.

    Parameters
    ----------
    draws : ndarray, shape (n, count)
        As `place_draws` gives them.
    positions : int

    Returns
    -------
    ndarray of int, shape (n, min(count, positions))
    """
    if positions <= draws.shape[1]:
        return np.tile(np.arange(positions), (len(draws), 1))
    return np.minimum((draws * positions).astype(np.int64), positions - 1)
