"""What the functions of the map accept: rows of finite numbers, and a group for each channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...validation.arrays import number_array
from ...validation.messages import described
from ..arrays import Floats, Integers


def finite_rows(name: str, value: Any) -> Floats:
    """A matrix of finite numbers in float64: a row a channel, of which there may be none.

    Raises
    ------
    TypeError
        No real numbers.
    ValueError
        Not two axes, no column, or a row with NaN or infinity: channels that are not finite belong
        to no group and have no place in an order, and have to be left out before.
    """
    array = number_array(name, value)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"{name} must have shape (channel, column) with a column at least; got shape "
            f"{array.shape}"
        )
    rows: Floats = array.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if bad.size:
        raise ValueError(
            f"{name} must be finite; got {bad.size:,} of {len(rows):,} rows with NaN or infinity, "
            f"the first of them row {bad[0]}: leave them out"
        )
    return rows


def group_numbers(name: str, value: Any, count: int | None = None) -> Integers:
    """The number of each channel's group, or −1 for one that is in none.

    Parameters
    ----------
    count : int, optional
        How many channels there are.

    Raises
    ------
    TypeError, ValueError
        No whole numbers from −1 on in a single row, or not as many.
    """
    expected = f"{name} must be whole numbers from −1 on, in one row"
    array = number_array(name, value)
    if array.ndim != 1:
        raise ValueError(f"{expected}; got shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{expected}; got {described(value)} of dtype {array.dtype}")
    if count is not None and array.size != count:
        raise ValueError(f"{expected} of {count:,}; got {array.size:,}")
    numbers: Integers = array.astype(np.int64)
    if numbers.size and numbers.min() < -1:
        raise ValueError(f"{expected}; got {numbers.min()}")
    return numbers
