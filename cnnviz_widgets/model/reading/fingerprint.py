"""Telling whether a model is still the one that was traced.

A compiled function reads the present values of the weights, so training needs no new trace.
Anything else that a layer's call may depend on does: another layer, another activation, another
rate, another data type. All attributes of all layers are compared, but for those in which Keras
keeps its books while a model is called, compiled and trained.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..keras_compat.layers import is_book
from ..layers.call_order import parts


class _Same:
    """Equal to another only when both hold the very same object.

    It keeps the object alive: a bare ``id`` may be given to a new one.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    __hash__ = None  # type: ignore[assignment]


Fingerprint = list[tuple[_Same, Any, dict[str, Any]]]


def fingerprint(model: Any) -> Fingerprint:
    """What the model's graph depends on; equal to a later one as long as nothing of it changed.

    Changes inside an object that an attribute refers to, other than a list, tuple, dict, set or
    NumPy array, are not seen.
    """
    return [
        (
            _Same(layer),
            _Same(type(layer).call),
            {name: _token(value) for name, value in vars(layer).items() if not is_book(name)},
        )
        for layer in parts(model)
    ]


def _token(value: Any, depth: int = 4) -> Any:
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        # By its text: 1, 1.0 and True are equal and not the same, NaN is not equal to itself.
        return (type(value).__name__, repr(value))
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        content = np.ascontiguousarray(value).view(np.uint8) if value.size else value
        return (value.shape, str(value.dtype), hashlib.sha1(content.data).hexdigest())
    if depth:
        if isinstance(value, dict):
            return [(_token(k, depth - 1), _token(v, depth - 1)) for k, v in value.items()]
        if isinstance(value, (list, tuple, set, frozenset)):
            return (type(value).__name__, [_token(item, depth - 1) for item in value])
    return _Same(value)
