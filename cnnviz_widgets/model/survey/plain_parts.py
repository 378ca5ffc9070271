"""Values and functions as what can be written down: equal in every process if they are equal."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from ..keras_compat.layers import is_of_keras


def plain(value: Any) -> Any:
    """A value as JSON has it; of what has no such form its kind, of a function its code."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        each_of = [plain(each) for each in value]
        # A set's order is another one in each process.
        return sorted(each_of, key=short) if isinstance(value, (set, frozenset)) else each_of
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (np.generic, np.ndarray)) and value.dtype.kind != "O":
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return [str(value.dtype), list(value.shape), digest]
    if isinstance(value, CodeType):
        return [value.co_code.hex(), list(value.co_names), plain(value.co_consts)]
    kind = value if isinstance(value, (type, FunctionType)) else type(value)
    return [f"{kind.__module__}.{kind.__qualname__}", code_of(value)]


def short(value: Any) -> str:
    """A digest of the plain form of a value."""
    return hashlib.sha256(json.dumps(plain(value), sort_keys=True).encode()).hexdigest()


def users_function(value: Any) -> FunctionType | None:
    """The user's own function in what may be one, in a wrapper of it, or a part of one; or None."""
    while isinstance(value, functools.partial):
        value = value.func
    value = inspect.unwrap(value) if callable(value) else value
    if not isinstance(value, FunctionType) or not value.__module__ or is_of_keras(value):
        return None
    return value


def code_of(value: Any, owner: type | None = None) -> str:
    """A digest of the code of a user's function and of what it calls in the same package.

    Parameters
    ----------
    value : callable
        Of anything else, and of what is Keras' own, it is "".
    owner : type, optional
        The class that it is a method of: what it calls may be, too.
    """
    first = users_function(value)
    if first is None:
        return ""
    bound = []
    while isinstance(value, functools.partial):
        bound += [value.args, value.keywords]
        value = value.func
    found = [first]
    for function in found:
        # It grows on the way: each function that is called is looked at in its turn.
        found += [each for each in _called(function, owner) if not _is_among(each, found)]
    codes = [
        [each.__code__, each.__defaults__, each.__kwdefaults__, _closed_over(each)]
        for each in found
    ]
    return short([codes, bound])


def _is_among(function: FunctionType, others: list[FunctionType]) -> bool:
    return any(function is other for other in others)


def _closed_over(function: FunctionType) -> list[Any]:
    """The numbers and texts of its surroundings that a function holds on to."""
    values: list[Any] = []
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:
            values.append(None)  # it has none yet
    return [value for value in values if isinstance(value, (bool, int, float, str))]


def _called(function: FunctionType, owner: type | None) -> Iterator[FunctionType]:
    """The functions beside a function whose names it uses."""
    for name in _names(function.__code__):
        for place in (function.__globals__.get(name), getattr(owner, name, None)):
            other = users_function(place)
            if other is not None and _package(other) == _package(function):
                yield other


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _package(function: FunctionType) -> str:
    return function.__module__.partition(".")[0]
