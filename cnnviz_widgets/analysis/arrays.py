"""What `analysis` accepts as a layer's values, and how it walks over them.

Every measure takes an array whose last axis counts the items it describes (channels,
features, filters). Here the one check of such an array, the one rule for its number type,
and the one way to pass over it in pieces, so that nothing needs a second copy of a layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation.arrays import number_array

FloatArray: TypeAlias = NDArray[np.float32] | NDArray[np.float64]
Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int64]
Indices: TypeAlias = NDArray[np.intp]

CHUNK_ROWS = 248
"""So many rows fit the cache, and are no more than the 255 that bytes count."""

# About as many values a block as fit a core's own cache, and enough rows for the cost of a
# call to be spread over many values of each channel.
_BLOCK_VALUES = 1 << 18
_BLOCK_ROWS = 32
# Rows of fewer columns are short.
_WIDE = 256


def checked_values(values: ArrayLike, *, name: str = "values") -> NDArray[Any]:
    """`values` as an array of real numbers with at least one channel, not yet converted.

    Parameters
    ----------
    values : array_like, shape (..., channel)
        Real numbers of any NumPy type, or of an extension type such as bfloat16.
    name : str
        What an error message calls them.

    Returns
    -------
    ndarray, shape (..., channel)
        The same memory where `values` was an array already.

    Raises
    ------
    TypeError
        The values are complex, text, dates, records or objects.
    ValueError
        A single number, an array without values, or rows of different lengths.
    """
    array = number_array(name, values)
    if array.ndim == 0:
        raise ValueError(
            f"{name} must have shape (..., channel) with at least one axis; got a single number, "
            f"{array}"
        )
    if array.size == 0:
        raise ValueError(
            f"{name} must hold at least one value per channel and at least one channel; "
            f"got shape {array.shape}"
        )
    return array


def as_floats(array: NDArray[Any]) -> FloatArray:
    """`array` in the narrowest of float32 and float64 that holds its values.

    float32 and float64 pass through uncopied. Halves, bfloat16, booleans and integers of at
    most 16 bits become float32, which holds each of them exactly; wider integers and extended
    floats become float64.
    """
    dtype = array.dtype
    if dtype.kind == "f" and dtype.itemsize in (4, 8):
        return array.astype(dtype.newbyteorder("="), copy=False)
    if dtype.kind in "iuf" and dtype.itemsize > 2:
        return array.astype(np.float64)
    return array.astype(np.float32)


def row_blocks(array: NDArray[Any], multiple: int = 1) -> Iterator[FloatArray]:
    """The values of `array` as a sequence of C-contiguous matrices (rows, channel) of floats.

    Parameters
    ----------
    array : ndarray, shape (..., channel)
        In any memory order. Only one block at a time is copied, and none when `array` is
        contiguous and of a float type already: do not write into a block.
    multiple : int
        Every block but the last of a run of rows has a multiple of this many rows.
    """
    channels = array.shape[-1]
    if array.ndim < 3 or array.flags.c_contiguous:
        runs: Iterator[NDArray[Any]] = iter((array.reshape(-1, channels),))
    else:
        # Reshaping the whole of a moved-axis view would copy the whole layer.
        per_entry = array[0].size
        step = max(1, _BLOCK_VALUES // per_entry)
        runs = (array[i : i + step].reshape(-1, channels) for i in range(0, array.shape[0], step))
    rows = max(_BLOCK_ROWS, _BLOCK_VALUES // channels) // multiple * multiple or multiple
    for run in runs:
        for i in range(0, run.shape[0], rows):
            block = as_floats(run[i : i + rows])
            yield block if block.flags.c_contiguous else block.copy(order="C")


def row_chunks(rows: FloatArray) -> Iterator[FloatArray]:
    """A matrix, `CHUNK_ROWS` rows at a time; not copied."""
    return (rows[i : i + CHUNK_ROWS] for i in range(0, len(rows), CHUNK_ROWS))


def in_type_of(numbers: Floats, values: FloatArray) -> FloatArray:
    """`numbers` in the type of `values`, so that no arithmetic converts the values."""
    return numbers if values.dtype == np.float64 else numbers.astype(np.float32)


def count_true(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many entries of each column of `mask`, shape (rows, columns), are true."""
    folds = _WIDE // mask.shape[1] if mask.shape[1] else 0
    if 2 <= folds <= mask.shape[0] and mask.flags.c_contiguous:
        # Short rows side by side, as long ones add up several times faster.
        whole = mask.shape[0] // folds * folds
        wide = count_true(mask[:whole].reshape(-1, folds * mask.shape[1]))
        counts: NDArray[np.int64] = wide.reshape(folds, -1).sum(axis=0)
        return counts + count_true(mask[whole:])
    # Bytes add up several times faster than 64-bit numbers, and 255 of them cannot overflow.
    counts = np.zeros(mask.shape[1], dtype=np.int64)
    ones = mask.view(np.uint8)
    for i in range(0, mask.shape[0], 255):
        counts += np.add.reduce(ones[i : i + 255], axis=0, dtype=np.uint8)
    return counts


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """`array` itself, made read-only: results are records, and records do not change."""
    array.setflags(write=False)
    return array
