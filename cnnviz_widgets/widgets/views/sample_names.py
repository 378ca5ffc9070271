"""What the user says of the samples: labels, and the names that the rows get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...validation.arrays import as_array, one_for_each
from ...validation.messages import described
from ...validation.texts import texts


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
    targets: Any,
    class_names: Sequence[str] | None,
    samples: int,
    name: str = "labels",
) -> list[str]:
    """A name for each sample, from labels or whole-number targets; [] without either.

    Parameters
    ----------
    labels : sequence of int or str, optional
    targets : ndarray, optional
    class_names : sequence of str, optional
        Names that whole numbers count.
    samples : int
        How many there are.
    name : str
        What an error message calls the labels.

    Raises
    ------
    TypeError, ValueError
        Labels that are neither whole numbers nor names, too few of them, or one that
        `class_names` does not have; class names that are no list of strings.
    """
    if class_names is not None:
        class_names = texts("class_names", class_names)
    if labels is None:
        numbered = isinstance(targets, np.ndarray) and targets.dtype.kind in "iu"
        if not numbered or targets.ndim != 1:
            return []
        labels = targets.tolist()
    array = as_array(name, labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.dtype.kind not in "iubUO":
        raise ValueError(
            f"{name} must be whole numbers or names, of shape (samples,); got {described(labels)}, "
            f"{array.dtype} of shape {array.shape}"
            + (f" (of one-hot {name} take {name}.argmax(-1))" if array.ndim == 2 else "")
        )
    names = []
    for label in one_for_each(name, array, samples).tolist():
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
