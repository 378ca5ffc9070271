"""Arrays of numbers, and what some of them count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .messages import described


def as_array(name: str, value: Any) -> NDArray[Any]:
    """Anything that NumPy can make an array of.

    Raises
    ------
    TypeError, ValueError
        It holds something else, or lists of different lengths.
    """
    if value is None or callable(value) or isinstance(value, (Mapping, set, frozenset)):
        raise TypeError(f"{name} must be an array of numbers; got {described(value)}")
    refuse_masked(name, value)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array of numbers, all rows of one length; got "
            f"{described(value)} ({error})"
        ) from error
    except Exception as error:  # whatever its own way to become an array raises
        raise TypeError(
            f"{name} must be an array of numbers; got {described(value)} ({error})"
        ) from error


def refuse_masked(name: str, value: Any) -> None:
    """Refuse an array of which some values are masked: what stands there is none of the data.

    Raises
    ------
    TypeError
        It is one.
    """
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise TypeError(
            f"{name} must be an array without masked values, such as filled(…) gives; got "
            f"{value.mask.sum():,} masked ones in {described(value)}"
        )


def number_array(name: str, value: Any) -> NDArray[Any]:
    """An array of real numbers.

    Raises
    ------
    TypeError, ValueError
        As `as_array`; also for complex numbers, text, dates and objects.
    """
    array = as_array(name, value)
    # bfloat16 and the 8-bit floats are unstructured 'void' to NumPy; real void is no number.
    small = array.dtype.kind == "V" and array.dtype.names is None and array.dtype.type != np.void
    if array.dtype.kind not in "biuf" and not small:
        raise TypeError(
            f"{name} must be real numbers (floating, integer or boolean); got "
            f"{described(value)} of dtype {array.dtype}"
        )
    return array


def indices(name: str, value: Any, count: int) -> NDArray[np.intp]:
    """Numbers of things that there are `count` of, in a row; it may be empty.

    Raises
    ------
    TypeError, ValueError
        No whole numbers, no single row of them, or one that there is not.
    """
    limits = f"between 0 and {count - 1}" if count > 1 else "and 0 is the only one"
    expected = f"{name} must be whole numbers {limits if count else 'and there is none'}"
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{expected}; got {described(value)}")
    given = value if hasattr(value, "__array__") or not isinstance(value, Iterable) else [*value]
    array = as_array(name, given)
    if array.ndim != 1:
        raise ValueError(f"{expected}, in one row; got shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{expected}; got {described(value)} of dtype {array.dtype}")
    outside = array[(array < 0) | (array >= count)]
    if outside.size:
        raise ValueError(f"{expected}; got {outside[0]}")
    return array.astype(np.intp)


def one_for_each(name: str, array: NDArray[Any], samples: int) -> NDArray[Any]:
    """An array with an entry for each of the samples in use, at the least; those, the first ones.

    Raises
    ------
    ValueError
        There are fewer.
    """
    if array.ndim == 0 or len(array) < samples:
        given = f"shape {array.shape}" if array.ndim else f"the single {array.item()!r}"
        raise ValueError(
            f"{name} must have one entry for each of the {samples} samples; got {given}"
        )
    return array[:samples]


def ascending_steps(name: str, value: Any) -> NDArray[np.int64]:
    """Training steps: whole numbers from 0 on, each more than the one before.

    Raises
    ------
    TypeError, ValueError
        Something else.
    """
    array = number_array(name, value)
    if array.ndim != 1:
        raise ValueError(
            f"{name} must be one-dimensional; got the shape {array.shape} of {described(value)}"
        )
    if array.dtype.kind == "b":
        raise TypeError(f"{name} must be whole numbers; got {described(value)}")
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.trunc(array))).all():
        raise ValueError(f"{name} must be whole numbers from 0 on; got {array}")
    # Unsigned numbers would wrap around where they descend.
    steps = array.astype(np.int64)
    if steps.size and (steps[0] < 0 or (np.diff(steps) <= 0).any()):
        raise ValueError(f"{name} must ascend from 0 or more; got {array}")
    return steps
