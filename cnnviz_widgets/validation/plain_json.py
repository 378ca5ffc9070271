"""JSON that anybody may have written: read in bounded memory, and its values by their types.

Each reader of a value raises ValueError that says what stands there and what was expected.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MOST_BYTES = 16 * 2**20
"""A longer text is not read."""

# Python's objects take some 60 bytes a list, however short its text is.
_MOST_LISTS = 500_000
MOST_WHOLE = 2**63 - 1
_LONGEST_NAME = 2**16


def parsed(raw: bytes) -> Any:
    """The value of a text in UTF-8.

    Raises
    ------
    ValueError
        It is no JSON, too long, or holds what cannot be sent to a page: NaN, half letters.
    """
    if len(raw) > MOST_BYTES:
        raise ValueError(f"it is longer than {MOST_BYTES / 2**20:,.0f} MB")
    if raw.count(b"[") + raw.count(b"{") > _MOST_LISTS:
        raise ValueError("it has too many parts")
    try:
        # Some editors put a mark before the text.
        value = json.loads(raw.decode("utf-8-sig"), parse_constant=_refused)
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    except UnicodeError as error:
        raise ValueError("it holds what is no text") from error
    except (json.JSONDecodeError, _NoJson):
        raise
    except ValueError as error:  # Python's own advice would be to read numbers of any length
        raise ValueError("it holds a number of too many digits") from error
    return value


class _NoJson(ValueError):
    """A word that Python takes for JSON."""


def _refused(word: str) -> NoReturn:
    raise _NoJson(f"{word} is no JSON")


def mapping(value: Any, name: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {brief(value)}, no object")
    return value


def part(of: dict[str, Any], name: str) -> Any:
    """What an object has under a name."""
    if name not in of:
        raise ValueError(f"{name!r} is missing")
    return of[name]


def sequence(value: Any, name: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise ValueError(f"{name} is {brief(value)}, no list")
    return value


def text(value: Any, name: str) -> str:
    """A text, not of book length."""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise ValueError(f"{name} is {brief(value)}, no text")
    return value


def whole(value: Any, name: str, least: int = 0) -> int:
    """A whole number that 64 bits hold."""
    if type(value) is not int or not least <= value <= MOST_WHOLE:
        raise ValueError(f"{name} is {brief(value)}, no whole number from {least} on")
    return value


def number(value: Any, name: str) -> float:
    """A number as `plain_number` writes it."""
    if value is None:
        return math.nan
    if value in ("Infinity", "-Infinity"):
        return float(value)
    if type(value) is not int and type(value) is not float:
        raise ValueError(f"{name} is {brief(value)}, no number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is {brief(value)}, which is too large") from None


def plain_number(value: float) -> float | str | None:
    """A number as JSON knows it: NaN is null, infinity a text."""
    value = float(value)
    if math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def brief(value: Any) -> str:
    """A value for a message, of a line's length."""
    try:
        literal = repr(value)
    except (RecursionError, ValueError):  # Python writes no number of 4,300 digits
        return f"a {type(value).__name__}"
    return literal if len(literal) <= 60 else f"{literal[:57]}…"
