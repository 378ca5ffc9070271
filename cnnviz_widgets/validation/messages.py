"""What was given, and what it may have been meant for, in the words of an error message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

import numpy as np

# Longer ones are cut in a message: a whole array tells less than its shape.
_LONGEST_TEXT = 80
_MOST_LISTED = 12


def described(value: object) -> str:
    """What was given, short enough for the end of a sentence."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    text = repr(value)
    if len(text) > _LONGEST_TEXT or " at 0x" in text:
        return f"a {type(value).__module__}.{type(value).__qualname__}".replace("builtins.", "")
    return text


def closest(name: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The known names that are spelt most like one; [] where none is."""
    return get_close_matches(name, list(known), count, 0.5)


def listed(names: Collection[str]) -> str:
    """The first few of some names, and how many more there are."""
    first = list(names)[:_MOST_LISTED]
    more = len(names) - len(first)
    return ", ".join(map(repr, first)) + (f" and {more} more" if more else "")


def percent(share: float) -> str:
    """``49 %``; with a decimal where it would read as 0 or 100 and is not."""
    value = 100 * share
    if value in (0, 100) or 1 <= value < 99 or value > 100:
        return f"{value:,.0f} %"
    if value > 99.95:
        return "over 99.9 %"
    return f"{value:.1f} %" if value >= 0.05 else f"{value:.2g} %"
