"""The tensors of numbers in what layers are given and return."""

from __future__ import annotations

import weakref
from typing import Any, TypeAlias

import keras

PlacedTensor: TypeAlias = tuple[tuple[int | str, ...], Any]
"""A tensor behind its place in a nested structure."""


def is_tensor(value: Any) -> bool:
    """Whether `value` is a dense tensor of numbers, of whichever backend."""
    return (
        hasattr(value, "shape")
        and hasattr(value, "dtype")
        and bool(keras.ops.is_tensor(value))
        and not hasattr(value, "values")  # sparse
        and not hasattr(value, "row_splits")  # ragged
        and _is_numeric(value)
    )


def _is_numeric(tensor: Any) -> bool:
    try:
        name: str = keras.backend.standardize_dtype(tensor.dtype)
    except ValueError:
        return False
    return name.startswith(("float", "bfloat", "int", "uint", "bool"))


def is_floating(tensor: Any) -> bool:
    """Whether a tensor holds floating-point numbers."""
    return "float" in keras.backend.standardize_dtype(tensor.dtype)


def tensors_in(structure: Any) -> list[PlacedTensor]:
    """The tensors of a nested structure, each with its place in it."""
    return [
        (tuple(place), value)
        for place, value in keras.tree.flatten_with_path(structure)
        if is_tensor(value)
    ]


def all_among(outputs: list[PlacedTensor], inner: list[weakref.ref[Any]]) -> bool:
    """Whether all of these are the very tensors that calls inside returned."""
    seen = [reference() for reference in inner]
    return all(any(tensor is other for other in seen) for _, tensor in outputs)
