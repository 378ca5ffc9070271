"""An error in the words that the page shows."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Refusal(ValueError):
    """What cannot be done now, in words for the reader: the page shows them and nothing else."""


def error_text(error: BaseException, interrupted: str = "interrupted") -> str:
    """The error's class and what it says; of a refusal what it says.

    Parameters
    ----------
    interrupted : str
        What to say of an interrupt from the keyboard, which says nothing itself.
    """
    text = str(error).strip()
    if isinstance(error, KeyboardInterrupt):
        text = interrupted
    if isinstance(error, Refusal):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def logged_error(widget: Any, error: Exception) -> str:
    """The error in the words that the page shows; where it was raised goes to the widget's log."""
    if not isinstance(error, Refusal):
        widget.log.error("".join(traceback.format_exception(error)))
    return error_text(error)


@contextmanager
def error_in_page(head: Any) -> Iterator[None]:
    """For requests from the page: no caller is there to see an error but the reader.

    Parameters
    ----------
    head : Widget
        With a trait `error`, which the page shows.
    """
    try:
        yield
    except Exception as error:
        head.error = logged_error(head, error)
