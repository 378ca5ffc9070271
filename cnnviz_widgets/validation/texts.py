"""Strings: texts, words of a choice, names of layers, paths."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from .messages import described, listed


def text(name: str, value: Any) -> str:
    """A string.

    Raises
    ------
    TypeError
        Anything else.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string; got {described(value)}")
    return value


def texts(name: str, value: Any) -> list[str]:
    """Several strings in an order of their own.

    Raises
    ------
    TypeError
        One string, a mapping, a set, or something else than strings in it.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be several strings, not one: [{value!r}]")
    ordered = isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, (bytes, range))
    if not ordered or (isinstance(value, np.ndarray) and value.ndim != 1):
        raise TypeError(f"{name} must be a list of strings; got {described(value)}")
    for number, each in enumerate(value):
        if not isinstance(each, str):
            raise TypeError(
                f"{name} must be a list of strings; got {described(each)} as number {number}"
            )
    return [str(each) for each in value]


def one_of(name: str, value: Any, choices: Collection[str]) -> str:
    """One of a few words.

    Raises
    ------
    ValueError
        None of them.
    """
    if not isinstance(value, str) or value not in choices:
        few = len(choices) < 3
        words = " or ".join(map(repr, choices)) if few else listed(choices)
        raise ValueError(
            f"{name} must be {'' if few else 'one of '}{words}; got {described(value)}"
        )
    return value


def known_layer(path: Any, known: Iterable[str], why: str = "") -> str:
    """The path of one of these layers.

    Parameters
    ----------
    why : str
        What the layers are that may be named, where these are not all: "kept in pictures".

    Raises
    ------
    ValueError
        There is none; the closest ones are named.
    """
    paths = list(dict.fromkeys(known))
    if isinstance(path, str) and path in paths:
        return path
    if not isinstance(path, str):
        raise ValueError(
            f"a layer is named by its path, a string such as {paths[0] if paths else ''!r}; got "
            f"{described(path)}"
        )
    # The last name counts most: users leave out the model a layer is inside of.
    close = [other for other in paths if other.rpartition("/")[2] == path.rpartition("/")[2]]
    close += get_close_matches(path, paths, 5, 0.4)
    close = list(dict.fromkeys(close))[:5] or paths[:5]
    named = f"the closest are {', '.join(map(repr, close))}" if close else "there is none at all"
    raise ValueError(f"there is no layer {path!r}{f' {why}' if why else ''}; {named}")


def path_of(name: str, value: Any, what: str = "a folder, such as 'history'") -> str:
    """Where a file or folder is.

    Parameters
    ----------
    what : str
        What it is the path of, with an example.

    Raises
    ------
    TypeError, ValueError
        No path, an empty one, or one that no system knows.
    """
    if not isinstance(value, (str, os.PathLike)) or isinstance(os.fspath(value), bytes):
        raise TypeError(f"{name} must be a path, a string or a Path; got {described(value)}")
    path = os.fspath(value)
    try:
        known = bool(path.strip()) and b"\0" not in os.fsencode(path)
    except UnicodeError:  # half a letter
        known = False
    if not known:
        raise ValueError(f"{name} must be the path of {what}; got {path!r}")
    return str(path)
