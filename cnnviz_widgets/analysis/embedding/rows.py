"""Which rows of a matrix can be points, and their values as all that follows reads them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats, Indices, checked_values, frozen

BLOCK_ITEMS = 1 << 22
"""So many distances are held at a time: 32 MB."""

# What is equal in exact arithmetic differs by a few roundings once it is computed.
_ROUNDINGS = 8


class PointRows(NamedTuple):
    """The rows that can be points.

    Attributes
    ----------
    values : ndarray of float64, shape (point, feature)
        Centred, and divided by their greatest magnitude: no square of them overflows. A feature
        in which rows differ by no more than rounding is 0 in all of them.
    numbers : ndarray of int, shape (point,)
        The row that each point is.
    """

    values: Floats
    numbers: Indices


def rounding_of(dtype: np.dtype[Any]) -> float:
    """The relative error of numbers of a type: of halves and singles their own, else of doubles."""
    if dtype.kind in "biu" or dtype.itemsize >= 8:
        return float(np.finfo(np.float64).eps)
    # bfloat16, which NumPy does not know, has as many bits for it as these numbers say.
    return float(np.finfo(dtype).eps) if dtype.kind == "f" else 2.0**-7


def point_rows(values: ArrayLike, rounding: float | None = None) -> PointRows:
    """The rows without NaN or infinity.

    Parameters
    ----------
    values : array_like, shape (row, feature)
    rounding : float, optional
        The relative error of what the values were made of; by default that of their own type.

    Raises
    ------
    TypeError, ValueError
        As `checked_values`; no matrix.
    """
    array = checked_values(values)
    if array.ndim != 2:
        raise ValueError(f"values must have shape (row, feature); got shape {array.shape}")
    rounding = rounding_of(array.dtype) if rounding is None else rounding
    floats = array.astype(np.float64)
    numbers = np.flatnonzero(np.isfinite(floats).all(axis=1))
    floats = floats if len(numbers) == len(floats) else floats[numbers]
    peak = np.abs(floats).max(initial=0.0)
    if peak > 0:
        # Two steps: the least numbers' reciprocal is infinite.
        floats = np.ldexp(floats, -np.frexp(peak)[1])
        low, high = floats.min(axis=0), floats.max(axis=0)
        size = np.maximum(np.abs(low), np.abs(high))
        floats -= floats.mean(axis=0)
        floats[:, high - low <= _ROUNDINGS * rounding * size] = 0.0
    return PointRows(frozen(floats), frozen(numbers))


def unit_rows(values: Floats) -> Floats:
    """Each row divided by its length: distances are then those of the angles between rows.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        A row of zeros stays one.
    """
    peak = np.abs(values).max(axis=1, keepdims=True, initial=0.0)
    scaled = np.divide(values, peak, out=np.zeros_like(values), where=peak > 0)
    length = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))[:, np.newaxis]
    directions: Floats = np.divide(scaled, length, out=np.zeros_like(values), where=length > 0)
    return directions
