"""An error in the words that the page shows."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


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


class Reporting:
    """The page says what goes on; an error stays there, and goes on to the caller.

    Parameters
    ----------
    head : Widget
        With a trait `error`, which the page shows.
    work : str
        What an interrupt interrupts.
    silence : callable
        Takes away the word of progress.
    """

    def __init__(self, head: Any, work: str, silence: Callable[[], None]) -> None:
        self._head = head
        self._work = work
        self._silence = silence

    def __enter__(self) -> None:
        self._head.error = ""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            interrupted = f"{self._work} was interrupted; what is shown is from before"
            self._head.error = told(error, interrupted)
        self._silence()


@contextmanager
def told_in_page(head: Any) -> Iterator[None]:
    """For requests from the page: no caller is there to see an error but the reader.

    Parameters
    ----------
    head : Widget
        With a trait `error`, which the page shows.
    """
    try:
        yield
    except Exception as error:
        head.error = told(error)
        head.log.error("".join(traceback.format_exception(error)))
