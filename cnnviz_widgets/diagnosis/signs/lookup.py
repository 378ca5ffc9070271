"""From the names of the registry to the signs themselves."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from .base import Sign
from .registry import SIGNS


def sign_of(kind: str) -> Sign:
    """The sign of a kind; it is loaded when first asked for.

    Raises
    ------
    KeyError
        No such kind.
    """
    return _loaded(SIGNS[kind])


def signs() -> tuple[Sign, ...]:
    """All signs, in their order."""
    return tuple(map(sign_of, SIGNS))


@cache
def _loaded(place: str) -> Sign:
    module, _, name = place.partition(":")
    sign: Sign = getattr(import_module(module, __package__), name)()
    return sign
