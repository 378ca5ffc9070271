"""Class numbers of samples, from labels in whatever form they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Integers
from ....analysis.survey.layer_tally import NO_LABEL
from ....validation.arrays import number_array

GIVEN_TWICE = "labels are given twice: with the data, and as labels"
"""What is said of that."""

MOST_CLASSES = 10_000
"""Labels of more classes are refused: they are no classes."""


def class_numbers(labels: Any, classes: int, numbers: Integers) -> Integers:
    """The class of each sample.

    Parameters
    ----------
    labels : array_like, shape (n,), (n, 1) or (n, classes)
        Whole numbers from 0 on; or one-hot rows, of which the place of the 1 counts.
    classes : int
        How many there are.
    numbers : ndarray of int, shape (n,)
        The samples' numbers, for the message.

    Raises
    ------
    TypeError, ValueError
        They are no labels of so many classes for so many samples.
    """
    array = as_labels(labels)
    if len(array) != len(numbers):
        raise ValueError(
            f"labels must have one entry for each sample; got {len(array):,} for "
            f"{len(numbers):,} samples from number {numbers[0]:,} on"
        )
    wrong = np.flatnonzero((array < 0) | (array >= classes))
    if wrong.size:
        first = int(wrong[0])
        raise ValueError(
            f"labels must be 0 to {classes - 1}; sample {numbers[first]:,} has {array[first]}"
        )
    return array


def as_labels(labels: Any) -> Integers:
    """Labels as one whole number a sample, whatever their range, shape (n,).

    Raises
    ------
    TypeError, ValueError
        They are none.
    """
    array = number_array("labels", labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and _is_one_hot(array):
        return np.asarray(array.argmax(axis=1), dtype=np.int64)
    if array.ndim != 1:
        raise ValueError(
            f"labels must be one number a sample, or one-hot rows; got shape {array.shape}"
        )
    whole: Integers = array.astype(np.int64)
    if array.size and not (whole == array).all():
        raise ValueError(f"labels must be whole numbers; got {array[whole != array][0]}")
    return whole


def given_labels(targets: Any, labels: Any) -> Integers | None:
    """Labels that were given apart, or the targets in the data where they are labels.

    Raises
    ------
    TypeError, ValueError
        Both were given, or `labels` are none.
    """
    if labels is None:
        is_labels = targets is not None and looks_like_labels(targets)
        return as_labels(targets) if is_labels else None
    if targets is not None:
        raise ValueError(GIVEN_TWICE)
    return as_labels(labels)


def looks_like_labels(targets: Any) -> bool:
    """Whether a dataset's targets are classes, and not numbers or pictures to be met."""
    array = np.asarray(targets)
    if array.dtype.kind not in "buif" or not array.size:
        return False
    if array.ndim == 2 and array.shape[1] > 1:
        return _is_one_hot(array)
    if array.ndim > 2:
        return False
    return bool((array == np.floor(array)).all() and (array >= 0).all())


def no_labels(count: int) -> Integers:
    """For samples of which none is known."""
    return np.full(count, NO_LABEL, dtype=np.int64)


def _is_one_hot(array: NDArray[Any]) -> bool:
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())
