"""A function that calls a live model and is traced once, given and giving arrays.

It loads TensorFlow, and is imported only where TensorFlow is Keras' backend.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ....runtime.call_stack import surely
from ....runtime.interrupts import interrupts_kept
from ...keras_compat.scopes import same_scopes
from ...reading.call_recorder import ModelCallError


class PassFunction:
    """A traced function, or one that runs as it stands, given and giving arrays.

    Parameters
    ----------
    make : callable
        Given how many rows a batch has, or None for any number, makes the function of tensors.
    specs : sequence of tf.TensorSpec
        Of the function's arguments; of those that have a row a sample the first axis is None.
    samples : int
        Rows of a batch that the model takes, if it does not take any number.

    Attributes
    ----------
    rows : int or None
        So many rows the model takes at once; None: any number, as far as is known.
    """

    def __init__(
        self, make: Callable[[int | None], Any], specs: Sequence[Any], samples: int
    ) -> None:
        self._make = make
        self._specs = specs
        self._samples = samples
        self.rows: int | None = None
        try:
            self._function = make(None)
        except ModelCallError:
            self._function, self.rows = make(samples), samples

    def __call__(self, *arrays: Any) -> list[NDArray[Any]]:
        """What the function returns, each as an array.

        Parameters
        ----------
        *arrays : array
            One for each of the specs; all that have a row a sample of the same number of rows.

        Returns
        -------
        list of ndarray
            Each with as many rows as were given.

        Raises
        ------
        ModelCallError
            The model's call raises.
        MemoryError
            There is not enough memory.
        """
        given = [np.asarray(array) for array in arrays]
        if self.rows is None:
            try:
                return self._run(self._function, given)
            except ModelCallError:
                count = self._count(given)
                if count == self._samples:
                    raise
            # A model that only takes batches of one length may show it no sooner than now.
            function = self._make(self._samples)
            results = self._in_pieces(function, given, self._samples)
            self._function, self.rows = function, self._samples
            return results
        return self._in_pieces(self._function, given, self.rows)

    def _in_pieces(
        self, function: Any, given: Sequence[NDArray[Any]], rows: int
    ) -> list[NDArray[Any]]:
        """Run it on so many rows at once, fewer being filled up with the last one."""
        pieces = []
        for first in range(0, self._count(given), rows):
            piece = [
                _filled(array[first : first + rows], rows) if _is_batch(spec) else array
                for spec, array in zip(self._specs, given, strict=True)
            ]
            pieces.append(self._run(function, piece))
        return [np.concatenate(parts)[: self._count(given)] for parts in zip(*pieces, strict=True)]

    def _run(self, function: Any, given: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        return run_traced(function, self._specs, given)

    def _count(self, given: Sequence[NDArray[Any]]) -> int:
        return next(
            len(array) for spec, array in zip(self._specs, given, strict=True) if _is_batch(spec)
        )


def run_traced(
    function: Any, specs: Sequence[Any], given: Sequence[NDArray[Any]]
) -> list[NDArray[Any]]:
    """What a traced function, or one that runs as it stands, returns for arrays.

    Raises
    ------
    ModelCallError
        The model's call raises.
    MemoryError
        There is not enough memory.
    """
    tensors = [
        tf.convert_to_tensor(array, spec.dtype) for array, spec in zip(given, specs, strict=True)
    ]
    interrupts = interrupts_kept()
    try:
        with surely(interrupts), interrupts:
            return [np.asarray(each) for each in keras.tree.flatten(function(*tensors))]
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError(f"no memory for a pass on this batch: {error}") from error
    except tf.errors.OpError as error:
        raise ModelCallError(
            f"the model's call raised {type(error).__name__}: {error.message}"
        ) from error


def traced(body: Callable[..., Any], specs: Sequence[Any]) -> Any:
    """A function of tensors that calls a model, traced; nothing of the trace stays in Keras."""
    function = tf.function(body, autograph=False)
    scopes, interrupts = same_scopes(), interrupts_kept()
    with surely(scopes, interrupts), scopes, interrupts:
        return function.get_concrete_function(*specs)


def with_rows(spec: Any, rows: int | None) -> Any:
    """A spec in which the length of the batch, where it is one, is a number or any."""
    return tf.TensorSpec((rows, *spec.shape[1:]), spec.dtype) if _is_batch(spec) else spec


def tensor_type(array: NDArray[Any]) -> Any:
    """The type of the tensor that an array becomes."""
    return tf.string if array.dtype.kind in "SU" else tf.as_dtype(array.dtype)


def _is_batch(spec: Any) -> bool:
    return bool(spec.shape.rank) and spec.shape[0] is None


def _filled(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """The same with its last row repeated up to a number of rows."""
    missing = rows - len(array)
    return array if not missing else np.concatenate([array, np.repeat(array[-1:], missing, 0)])
