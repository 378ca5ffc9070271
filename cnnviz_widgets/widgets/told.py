"""An error in the words that the page shows."""

from __future__ import annotations


def told(error: BaseException, interrupted: str = "interrupted") -> str:
    """The error's class and what it says.

    Parameters
    ----------
    interrupted : str
        What to say of an interrupt from the keyboard, which says nothing itself.
    """
    text = str(error).strip()
    if isinstance(error, KeyboardInterrupt):
        text = interrupted
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
