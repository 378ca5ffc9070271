"""How far some work is, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float, str], None]
"""Called now and then with the share that is done, 0 to 1, and what is being done."""


def no_progress(share: float, message: str = "") -> None:
    """Stand in for a callback that was not given."""
