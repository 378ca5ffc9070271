"""Which rows of a matrix can be points, and their values as all that follows reads them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats, Indices, checked_values, frozen

BLOCK_ITEMS = 1 << 22
"""So many distances are held at a time: 32 MB."""


class PointRows(NamedTuple):
    """The rows that can be points.

    Attributes
    ----------
    values : ndarray of float64, shape (point, feature)
        Centred, and divided by their greatest magnitude: no square of them overflows.
    numbers : ndarray of int, shape (point,)
        The row that each point is.
    """

    values: Floats
    numbers: Indices


def point_rows(values: ArrayLike) -> PointRows:
    """The rows without NaN or infinity.

    Parameters
    ----------
    values : array_like, shape (row, feature)

    Raises
    ------
    TypeError, ValueError
        As `checked_values`; no matrix.
    """
    array = checked_values(values)
    if array.ndim != 2:
        raise ValueError(f"values must have shape (row, feature); got shape {array.shape}")
    floats = array.astype(np.float64)
    numbers = np.flatnonzero(np.isfinite(floats).all(axis=1))
    floats = floats if len(numbers) == len(floats) else floats[numbers]
    peak = np.abs(floats).max(initial=0.0)
    if peak > 0:
        # Two steps: the least numbers' reciprocal is infinite.
        floats = np.ldexp(floats, -np.frexp(peak)[1])
        floats -= floats.mean(axis=0)
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
