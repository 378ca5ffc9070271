"""A function that calls a live model and is traced once, given and giving arrays.

It loads TensorFlow, and is imported only where TensorFlow is Keras' backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ....runtime.call_stack import surely
from ....runtime.interrupts import interrupts_kept
from ...reading.call_recorder import ModelCallError


class PassFunction:
    """A traced function, or one that runs as it stands, given and giving arrays.

    Attributes
    ----------
    rows : int or None
        So many rows it takes at once, fewer being filled up with the last one; None: any number.
    """

    def __init__(self, function: Any, specs: Sequence[Any], rows: int | None) -> None:
        self._function = function
        self._specs = specs
        self.rows = rows

    def __call__(self, *arrays: Any) -> list[NDArray[Any]]:
        """What the function returns, each as an array.

        Parameters
        ----------
        *arrays : array
            One for each of the function's specs. Those that have a row a sample have the same
            number of them.

        Returns
        -------
        list of ndarray
            Of those that are no single numbers as many rows as were given.

        Raises
        ------
        ModelCallError
            The model's call raises.
        MemoryError
            There is not enough memory.
        """
        tensors, count = [], None
        for spec, array in zip(self._specs, arrays, strict=True):
            value = np.asarray(array)
            if _is_batch(spec):
                count = len(value)
                value = _filled(value, self.rows)
            tensors.append(tf.convert_to_tensor(value, spec.dtype))
        interrupts = interrupts_kept()
        try:
            with surely(interrupts), interrupts:
                results = [
                    np.asarray(each) for each in keras.tree.flatten(self._function(*tensors))
                ]
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryError(f"no memory for a pass on this batch: {error}") from error
        except tf.errors.OpError as error:
            raise ModelCallError(
                f"the model's call raised {type(error).__name__}: {error.message}"
            ) from error
        return [each[:count] if each.ndim else each for each in results]


def _is_batch(spec: Any) -> bool:
    return bool(spec.shape.rank) and spec.shape[0] is None


def with_rows(spec: Any, rows: int) -> Any:
    """A spec in which the length of the batch, where it is one, is a number."""
    return tf.TensorSpec((rows, *spec.shape[1:]), spec.dtype) if _is_batch(spec) else spec


def _filled(array: NDArray[Any], rows: int | None) -> NDArray[Any]:
    """The same with its last row repeated up to a number of rows."""
    missing = 0 if rows is None else rows - len(array)
    return array if missing <= 0 else np.concatenate([array, np.repeat(array[-1:], missing, 0)])
