"""What each channel makes of each class, and such rows as a picture shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.arrays import number_array
from ...validation.scalars import whole_number
from ..arrays import Floats, Integers
from .checked_rows import group_numbers


def checked_classes(classes: ArrayLike, samples: int, count: int | None = None) -> Integers:
    """The class of each sample, −1 where it is not known.

    Raises
    ------
    TypeError, ValueError
        No whole numbers from −1 on, not one a sample, or one that there is not.
    """
    numbers = group_numbers("classes", classes, samples)
    if count is not None and numbers.size and numbers.max() >= count:
        raise ValueError(f"classes must be below {count:,}; got {numbers.max():,}")
    return numbers


def class_means(values: ArrayLike, classes: ArrayLike, count: int) -> Floats:
    """The mean of each channel over the samples of each class.

    Parameters
    ----------
    values : array_like, shape (N, C)
        A number for each sample and channel, such as the mean over positions.
    classes : array_like of int, shape (N,)
        0 to `count` − 1; −1 for a sample that counts for none.
    count : int
        How many classes there are.

    Returns
    -------
    ndarray of float64, shape (C, count)
        NaN in the column of a class without a sample. A value that is not finite spoils the mean
        of its own channel and class alone.

    Raises
    ------
    TypeError, ValueError
        No matrix of numbers, or no class for each sample.
    """
    matrix = number_array("values", values)
    if matrix.ndim != 2:
        raise ValueError(f"values must have shape (sample, channel); got {matrix.shape}")
    count = whole_number("count", count, 0, "of classes")
    numbers = checked_classes(classes, len(matrix), count)
    means = np.full((matrix.shape[1], count), np.nan)
    # Infinities of both signs make NaN, as they should.
    with np.errstate(invalid="ignore"):
        for number in np.unique(numbers[numbers >= 0]):
            means[:, number] = matrix[numbers == number].mean(axis=0, dtype=np.float64)
    return means


def shown_rows(rows: ArrayLike) -> NDArray[np.uint8]:
    """Each row from 0 at its least value to 255 at its largest.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Such as `class_means`. What is not finite does not count for the least and the largest.

    Returns
    -------
    ndarray of uint8, shape (C, column)
        0 for NaN and throughout a constant row; infinities at the ends.

    Raises
    ------
    TypeError, ValueError
        No matrix of numbers.
    """
    matrix: NDArray[Any] = number_array("rows", rows)
    if matrix.ndim != 2:
        raise ValueError(f"rows must have shape (channel, column); got {matrix.shape}")
    # Halved, so that no difference leaves the range.
    wide = matrix.astype(np.float64) / 2
    finite = np.isfinite(wide)
    least = np.where(finite, wide, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    largest = np.where(finite, wide, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    varies = largest > least
    low, span = np.where(varies, least, 0), np.where(varies, largest - least, 1)
    share = np.where(np.isnan(wide) | ~varies, 0, (wide - low) / span)
    shown: NDArray[np.uint8] = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    return shown
