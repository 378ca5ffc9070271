"""Whether what a widget sends is what `wire_schema` says of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import numpy as np


def misfits(value: Any, hint: Any, where: str, met: set[type]) -> Iterator[str]:
    """Where a value is not what the schema says of it; `met` gets the payloads that are in it."""
    if is_typeddict(hint):
        return _payload(value, hint, where, met)
    return _CHECKS.get(get_origin(hint), _plain)(value, hint, where, met)


def _payload(value: Any, payload: Any, where: str, met: set[type]) -> Iterator[str]:
    hints = get_type_hints(payload, include_extras=True)
    if not isinstance(value, dict):
        yield f"{where} is {value!r}, not {payload.__name__}"
    elif not payload.__required_keys__ <= value.keys() <= hints.keys():
        yield f"{where} has the keys {sorted(value)}, not those of {payload.__name__}"
    else:
        met.add(payload)
        for key, each in value.items():
            yield from misfits(each, hints[key], f"{where}.{key}", met)


def _bytes(value: Any, hint: Any, where: str, _met: set[type]) -> Iterator[str]:
    _, numbers = get_args(hint)
    if not isinstance(value, bytes) or len(value) % np.dtype(numbers).itemsize:
        yield f"{where} holds no numbers of {numbers}"


def _word(value: Any, hint: Any, where: str, _met: set[type]) -> Iterator[str]:
    if value not in get_args(hint):
        yield f"{where} is {value!r}, none of {get_args(hint)}"


def _several(value: Any, hint: Any, where: str, met: set[type]) -> Iterator[str]:
    if not isinstance(value, (list, tuple)):
        yield f"{where} is {value!r}, no list"
        return
    kinds = get_args(hint) if get_origin(hint) is tuple else get_args(hint) * len(value)
    if len(value) != len(kinds):
        yield f"{where} is {value!r}, not {len(kinds)} values"
    for number, (each, kind) in enumerate(zip(value, kinds, strict=False)):
        yield from misfits(each, kind, f"{where}[{number}]", met)


def _by_name(value: Any, hint: Any, where: str, met: set[type]) -> Iterator[str]:
    for name, each in value.items():
        yield from misfits(each, get_args(hint)[1], f"{where}[{name!r}]", met)


def _one_of(value: Any, hint: Any, where: str, met: set[type]) -> Iterator[str]:
    if all(any(misfits(value, kind, where, met)) for kind in get_args(hint)):
        yield f"{where} is {value!r}, not {hint}"


def _plain(value: Any, kind: Any, where: str, _met: set[type]) -> Iterator[str]:
    """A plain value, as JSON has it: True is no number, and NaN is none."""
    kinds = (int, float) if kind is float else (kind,)
    if type(value) not in kinds or (kind is float and not math.isfinite(value)):
        yield f"{where} is {value!r}, not {kind.__name__}"


_CHECKS: dict[Any, Callable[[Any, Any, str, set[type]], Iterator[str]]] = {
    Annotated: _bytes,
    Literal: _word,
    Union: _one_of,
    UnionType: _one_of,
    dict: _by_name,
    list: _several,
    tuple: _several,
}
