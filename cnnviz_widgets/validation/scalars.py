"""Single numbers, True or False, and a few words that stand for a number."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Collection
from typing import Any

import numpy as np

from .messages import described


def whole_number(name: str, value: Any, least: int | None = None, what: str = "") -> int:
    """A whole number; numbers of NumPy are, True and 3.0 are not.

    Parameters
    ----------
    least : int, optional
        The least that it may be.
    what : str
        What it counts, such as "of bytes".

    Raises
    ------
    TypeError, ValueError
        Another kind, or less than `least`.
    """
    expected = f"a whole number{f' {what}' if what else ''}"
    expected += "" if least is None else f", {least:,} or more"
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be {expected}; got {described(value)}")
    try:
        number = operator.index(value)
    except TypeError:  # an array of several
        raise TypeError(f"{name} must be {expected}; got {described(value)}") from None
    if least is not None and number < least:
        raise ValueError(f"{name} must be {expected}; got {number}")
    return number


def word_or_count(name: str, value: Any, words: Collection[str], what: str) -> str | int:
    """One of a few words, or a whole number from 1 on.

    Parameters
    ----------
    what : str
        What the number counts, such as "of batches".

    Raises
    ------
    TypeError, ValueError
        Anything else; a word that is none of them is a ValueError.
    """
    if isinstance(value, str) and value in words:
        return value
    try:
        return whole_number(name, value, 1, what)
    except (TypeError, ValueError) as error:
        kind = ValueError if isinstance(value, str) else type(error)
        raise kind(
            f"{name} must be {', '.join(map(repr, words))} or a whole number {what}, 1 or more; "
            f"got {described(value)}"
        ) from None


def real_number(
    name: str,
    value: Any,
    least: float = -math.inf,
    most: float = math.inf,
    what: str = "",
    *,
    finite: bool = True,
    expected: str = "",
) -> float:
    """A finite real number within bounds.

    Parameters
    ----------
    least, most : float
        The bounds, themselves allowed where they are finite.
    what : str
        What it is, such as "of seconds".
    finite : bool
        False: infinity is allowed, too.
    expected : str
        What is expected in words, where these are not enough.

    Raises
    ------
    TypeError, ValueError
        Another kind, NaN, infinity, or out of bounds.
    """
    if not expected:
        unbounded = finite and math.isinf(least) and math.isinf(most)
        expected = f"a {'finite ' * unbounded}number{f' {what}' if what else ''}"
        if math.isfinite(most):
            expected += f" from {least:g} to {most:g}"
        elif math.isfinite(least):
            expected += f", {least:g} or more"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be {expected}; got {described(value)}")
    number = _as_float(value)
    if not least <= number <= most or (finite and math.isinf(number)):
        raise ValueError(f"{name} must be {expected}; got {described(value)}")
    return number


def a_number(name: str, value: Any) -> float:
    """Any real number, NaN and infinity among them.

    Raises
    ------
    TypeError
        Another kind.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; got {described(value)}")
    return _as_float(value)


def _as_float(value: Any) -> float:
    """The number as a float; one that is too large for any is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def flag(name: str, value: Any) -> bool:
    """True or False: a word such as "no" would count as true.

    Raises
    ------
    TypeError
        Anything else.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {described(value)}")
    return bool(value)


def index_below(name: str, value: Any, count: int) -> int:
    """A whole number from 0 up to `count`, itself left out.

    Raises
    ------
    TypeError, ValueError
        It is none.
    """
    number = whole_number(name, value, 0)
    if number >= count:
        raise ValueError(f"{name} must be below {count:,}; got {number:,}")
    return number
