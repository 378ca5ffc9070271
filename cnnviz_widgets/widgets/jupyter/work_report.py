"""Word of work that takes long, in the page and in the running cell, and of how it failed."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from ...runtime.call_stack import meanwhile
from .cell_progress import CellProgress
from .error_text import error_text


class WorkReport:
    """Says how far the work of a widget is, and what became of it.

    Parameters
    ----------
    head : Widget
        For the page: with a trait `error`, and a method `show_progress(share, message)`.
    noun : str
        What an interrupt interrupts, such as ``"the reading"``.

    Attributes
    ----------
    cell : CellProgress or None
        Where progress goes in the running cell, while it does.
    """

    def __init__(self, head: Any, noun: str) -> None:
        self.head = head
        self.cell: CellProgress | None = None
        self._noun = noun

    def progress(self, share: float, message: str) -> None:
        """How far the work is: 0 to 1, or below 0 where that is not known."""
        self.head.show_progress(share, message)
        if self.cell is not None:
            self.cell.tell(share, message)

    def done(self) -> None:
        """Take the word of progress away."""
        self.progress(-1.0, "")

    def reported(self, noun: str | None = None) -> ErrorReport:
        """A context in which the work is done; `noun`: what it is called, where not as usual."""
        return ErrorReport(self.head, self._noun if noun is None else noun, self.done)

    def in_cell(self) -> tuple[CellProgress, meanwhile]:
        """Contexts in which progress goes to the running cell, too."""
        cell = CellProgress()
        return cell, meanwhile(self, "cell", cell)


class ErrorReport:
    """The page says what goes on; an error stays there, and goes on to the caller.

    Parameters
    ----------
    head : Widget
        With a trait `error`, which the page shows.
    noun : str
        What an interrupt interrupts.
    done : callable
        Takes away the word of progress.
    """

    def __init__(self, head: Any, noun: str, done: Callable[[], None]) -> None:
        self._head = head
        self._noun = noun
        self._done = done

    def __enter__(self) -> None:
        self._head.error = ""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            interrupted = f"{self._noun} was interrupted; what is shown is from before"
            self._head.error = error_text(error, interrupted)
        self._done()
