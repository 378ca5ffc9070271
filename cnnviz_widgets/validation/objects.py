"""Things of a class, functions, and containers of either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from .messages import described

T = TypeVar("T")


def instance(name: str, value: Any, kind: type[T], hint: str = "") -> T:
    """Something of a class.

    Parameters
    ----------
    hint : str
        Where one is to be had, such as "compare(a, b) makes one".

    Raises
    ------
    TypeError
        Something else, or the class itself.
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        where = f"; {hint}" if hint else ""
        raise TypeError(f"{name} must be {article} {kind.__name__}; got {described(value)}{where}")
    return value


def optional(name: str, value: T | None, kind: type[T], hint: str = "") -> T | None:
    """Something of a class, as `instance` has it, or None."""
    return None if value is None else instance(name, value, kind, hint)


def optional_function(name: str, value: T) -> T:
    """Something to call, or None.

    Raises
    ------
    TypeError
        Anything else.
    """
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function or None; got {described(value)}")
    return value


def mapping(name: str, value: Any, what: str) -> Mapping[Any, Any]:
    """A mapping, such as a dict.

    Parameters
    ----------
    what : str
        Of what to what: "a layer's path to its measures".

    Raises
    ------
    TypeError
        Anything else.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict from {what}; got {described(value)}")
    return value


def several(name: str, value: Any, what: str) -> list[Any]:
    """Several things, in any container; of a mapping its keys.

    Parameters
    ----------
    what : str
        What they are, such as "paths of layers".

    Raises
    ------
    TypeError
        A string, or nothing that holds others.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be several {what}, not one: [{value!r}]")
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be several {what}; got {described(value)}")
    return list(value)


def each_instance(name: str, value: Any, kind: type[T]) -> list[T]:
    """Several things of a class.

    Raises
    ------
    TypeError
        No several, or something else among them.
    """
    each_of = several(name, value, f"{kind.__name__}s")
    return [instance(f"each of {name}", each, kind) for each in each_of]
