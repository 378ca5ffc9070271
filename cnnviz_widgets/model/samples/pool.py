"""A larger pool of samples, of which some are chosen to be shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from ...runtime.progress import Progress
from ...validation.arrays import indices, number_array
from ...validation.messages import described
from ..reading.inputs import batches_of, elements_of, is_batch, prepare

Array: TypeAlias = NDArray[Any]

MOST_SAMPLES = 10_000
"""Samples of a pool that are looked at, the first ones."""

MOST_BYTES = 2**30
"""Bytes of a dataset that are held in memory."""

# What tf.data says of a dataset that never ends.
_INFINITE = -1


class Pool:
    """Samples to choose from, with what the model should answer to each.

    A dataset is read when its samples are first asked for, and held from then on: at most
    `MOST_SAMPLES`, and `MOST_BYTES`. Arrays are not copied.

    Parameters
    ----------
    model : keras.Model
    pool : array, (inputs, targets), tf.data.Dataset or keras.utils.PyDataset
        A tuple is of inputs and targets, a third thing in it is ignored; a list or dict is the
        inputs of a model with several. Datasets yield batches of x or of (x, y).
    most : int or None
        So many samples are looked at; None: all of arrays.

    Raises
    ------
    TypeError
        It is used up by being read, or holds no numbers.
    ValueError
        It never ends, is empty, does not fit the model, or has another number of targets.
    """

    def __init__(self, model: Any, pool: Any, most: int | None = MOST_SAMPLES) -> None:
        self._most = sys.maxsize if most is None else most
        batches = batches_of(pool, "pool")
        # A dataset: each reading begins anew.
        self._dataset = None if batches is None else pool
        self._is_cut = False
        self._inputs: Any = None
        self.targets: Array | None = None
        if batches is not None:
            refuse_endless(pool)
            first = next(iter(elements_of(batches, "pool")), None)
            if first is None:
                raise ValueError("the pool is empty: it yields no batch")
            inputs, targets = _parts(first)
        else:
            inputs, targets = given_arrays(pool)
            self._take(inputs, targets)
        self.has_targets = targets is not None
        _check_fit(model, inputs)

    @property
    def is_read(self) -> bool:
        """Whether its samples are at hand."""
        return self._inputs is not None

    @property
    def size(self) -> int:
        """How many samples there are to choose from; 0 before a dataset has been read."""
        return min(_length(self._inputs), self._most) if self.is_read else 0

    @property
    def note(self) -> str:
        """``"first 10,000"`` where it has more than are looked at; else ""."""
        return f"first {self.size:,}" if self._is_cut else ""

    def read(self, progress: Progress) -> None:
        """Have its samples at hand; a dataset is read now, if it was not before.

        Raises
        ------
        ValueError
            The dataset fails, or yields batches that do not belong together.
        """
        if self.is_read:
            return
        parts: list[tuple[Any, Any]] = []
        taken = size = 0
        is_cut = False
        for element in elements_of(batches_of(self._dataset, "pool") or (), "pool"):
            if taken >= MOST_SAMPLES or size >= MOST_BYTES:
                is_cut = True
                break
            part = _parts(element)
            parts.append(part)
            taken += _length(part[0])
            size += sum(each.nbytes for each in keras.tree.flatten(part[0]))
            progress(min(1.0, taken / MOST_SAMPLES), f"reading the pool, {taken:,} samples")
        if not parts:
            raise ValueError("the pool is empty: it yields no batch")
        inputs = _stacked([part[0] for part in parts])
        targets = None
        if self.has_targets:
            targets = _stacked([part[1] for part in parts])
        self._take(inputs, targets)
        self._is_cut = is_cut or taken > MOST_SAMPLES
        self._dataset = None

    @property
    def samples(self) -> Any:
        """All of its samples, once they are read: (inputs, targets), or inputs without targets."""
        inputs = keras.tree.map_structure(lambda each: each[: self.size], self._inputs)
        return inputs if self.targets is None else (inputs, self.targets)

    def take(self, numbers: Any) -> tuple[Any, Array | None]:
        """Some of its samples, as the model's inputs, and their targets.

        Parameters
        ----------
        numbers : sequence of int
        """
        rows = indices("numbers", numbers, self.size)
        inputs = keras.tree.map_structure(lambda each: np.asarray(each[rows]), self._inputs)
        return inputs, None if self.targets is None else self.targets[rows]

    def _take(self, inputs: Any, targets: Any) -> None:
        lengths = {len(each) for each in keras.tree.flatten(inputs)}
        if 0 in lengths:
            raise ValueError("the pool is empty: it holds no samples")
        if targets is not None:
            targets = number_array("the pool's targets", targets)
            if targets.ndim == 0 or {len(targets)} != lengths:
                raise ValueError(
                    f"the pool's targets must have one entry for each of its "
                    f"{max(lengths):,} samples; got shape {targets.shape}"
                )
            targets = targets[: self._most]
        self._inputs, self.targets = inputs, targets
        self._is_cut = max(lengths) > self._most


def refuse_endless(dataset: Any, name: str = "the pool") -> None:
    """Refuse a dataset that says that it never ends.

    Raises
    ------
    ValueError
    """
    cardinality: Callable[[], Any] | None = getattr(dataset, "cardinality", None)
    if isinstance(dataset, keras.utils.PyDataset):
        endless = dataset.num_batches is None
    else:
        endless = cardinality is not None and int(cardinality()) == _INFINITE
    if endless:
        raise ValueError(
            f"{name} never ends: give so many batches of it, for instance "
            f"{name.split()[-1]}.take(100); got {described(dataset)}"
        )


def given_arrays(pool: Any, name: str = "pool") -> tuple[Any, Any]:
    """Inputs and targets of what is no dataset.

    Parameters
    ----------
    pool : array, (inputs, targets), or list or dict of array
    name : str
        What an error message calls it.

    Raises
    ------
    TypeError, ValueError
        It holds no samples.
    """
    if isinstance(pool, tuple):
        if len(pool) not in (2, 3):
            raise ValueError(
                f"{name} must be inputs, or a tuple (inputs, targets); got a tuple of "
                f"{len(pool)}: several inputs are a list"
            )
        inputs, targets = pool[0], pool[1]
    else:
        inputs, targets = pool, None
    if inputs is None or isinstance(inputs, str | bytes | type):
        raise TypeError(
            f"{name} must be arrays, (inputs, targets), a tf.data.Dataset or a "
            f"keras.utils.PyDataset; got {described(pool)}"
        )
    if _is_nest(inputs):
        return keras.tree.map_structure(lambda each: _sliceable(each, name), inputs), targets
    return _sliceable(inputs, name), targets


def _is_nest(inputs: Any) -> bool:
    """Whether these are the arrays of several inputs, not the numbers of one."""
    parts = inputs.values() if isinstance(inputs, dict) else inputs
    kinds = isinstance(inputs, dict | list)
    return kinds and len(inputs) > 0 and all(getattr(each, "ndim", 0) > 0 for each in parts)


def _sliceable(value: Any, name: str) -> Array:
    array = np.asarray(value)
    in_pieces = array.dtype == object and array.size and np.ndim(array.flat[0])
    if hasattr(value, "to_tensor") or in_pieces:
        raise TypeError(
            f"{name} must hold arrays of samples of one shape; got {described(value)} of samples "
            "of different lengths: keras.utils.pad_sequences makes one array of them"
        )
    if array.ndim == 0:
        raise TypeError(f"{name} must hold arrays of samples; got {described(value)}")
    return array


def _parts(element: Any) -> tuple[Any, Any]:
    """A batch of a dataset as arrays: its inputs, and its targets if it has any."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(element)
    flat = keras.tree.flatten(x)
    if not flat or any(not is_batch(value) for value in flat):
        raise ValueError(
            "the pool's elements must be batches of dense tensors, for instance pool.batch(16); "
            f"got {x!r:.200}"
        )
    if y is not None and len(keras.tree.flatten(y)) != 1:
        y = None  # of several outputs: which one is judged is not the pool's to say
    arrays = keras.tree.map_structure(np.asarray, x)
    return arrays, None if y is None else np.asarray(keras.tree.flatten(y)[0])


def _stacked(parts: list[Any]) -> Any:
    columns = zip(*(keras.tree.flatten(part) for part in parts), strict=True)
    try:
        flat = [np.concatenate(column)[:MOST_SAMPLES] for column in columns]
    except ValueError as error:
        raise ValueError(f"the pool's batches do not stack: {error}") from error
    return keras.tree.pack_sequence_as(parts[0], flat)


def _check_fit(model: Any, inputs: Any) -> None:
    """Refuse samples that the model cannot be called on, by the first of them."""
    try:
        prepare(model, keras.tree.map_structure(lambda each: each[:1], inputs), None)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"the pool does not fit the model: {error}") from error


def _length(inputs: Any) -> int:
    arrays: Iterable[Array] = keras.tree.flatten(inputs)
    return len(next(iter(arrays)))
