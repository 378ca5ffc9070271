"""What the user says of the samples: targets, labels, and the names that the rows get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def checked_targets(targets: ArrayLike | None, samples: int) -> NDArray[Any] | None:
    """The targets of the samples in use.

    Parameters
    ----------
    targets : array_like, shape (at least samples, ...), or None
    samples : int

    Raises
    ------
    ValueError
        There are fewer targets than samples.
    """
    if targets is None:
        return None
    array = np.asarray(targets)
    if array.ndim == 0 or len(array) < samples:
        raise ValueError(
            f"targets must have one entry for each of the {samples} samples; "
            f"got shape {array.shape}"
        )
    return array[:samples]


def row_names(samples: NDArray[np.integer[Any]], names: Sequence[str]) -> list[str]:
    """What rows are called that show samples of these numbers.

    Parameters
    ----------
    samples : ndarray of int
    names : sequence of str
        Of all samples; one that has none is called by its number.
    """
    return [names[number] if number < len(names) else str(number) for number in samples.tolist()]


def sample_names(
    labels: Sequence[int | str] | None,
    targets: NDArray[Any] | None,
    class_names: Sequence[str] | None,
    samples: int,
) -> list[str]:
    """A name for each sample, from labels or whole-number targets; [] without either.

    Raises
    ------
    ValueError
        Labels that are neither whole numbers nor names, too few of them, or one that
        `class_names` does not have.
    """
    if labels is None:
        if targets is None or targets.ndim != 1 or targets.dtype.kind not in "iu":
            return []
        labels = targets.tolist()
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.dtype.kind not in "iubUO":
        raise ValueError(
            "labels must be whole numbers or names, of shape (samples,); got "
            f"{array.dtype} of shape {array.shape}"
            + (" (of one-hot labels take labels.argmax(-1))" if array.ndim == 2 else "")
        )
    given = array.tolist()
    if len(given) < samples:
        raise ValueError(
            f"labels must name each of the {samples} samples; got {len(given)} of them"
        )
    names = []
    for label in given[:samples]:
        if isinstance(label, str) or class_names is None:
            names.append(str(label))
            continue
        index = int(label)
        if not 0 <= index < len(class_names):
            raise ValueError(
                f"label {label} is no index of class_names, which has {len(class_names)} "
                f"name{'' if len(class_names) == 1 else 's'}"
            )
        names.append(str(class_names[index]))
    return names
