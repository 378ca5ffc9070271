"""Keywords that a function does not take, refused with the one that may have been meant."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from .messages import closest, listed

P = ParamSpec("P")
T = TypeVar("T")


def known_keywords(of: str, given: Iterable[str], known: Collection[str]) -> None:
    """Refuse keywords that there are not, and name the one that may have been meant.

    Raises
    ------
    TypeError
        There is one.
    """
    for name in given:
        if name in known:
            continue
        near = closest(name, known)
        hint = f"did you mean {near[0]!r}?" if near else f"it takes {listed(sorted(known))}"
        raise TypeError(f"{of} takes no argument {name!r}; {hint}")


def checked_keywords(function: Callable[P, T]) -> Callable[P, T]:
    """Refuse keywords that a function does not take, as `known_keywords` does."""
    known = frozenset(inspect.signature(function).parameters) - {"self"}
    name = function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def checked(*args: P.args, **keywords: P.kwargs) -> T:
        known_keywords(name, keywords, known)
        return function(*args, **keywords)

    return checked
