"""Work beside the caller's thread, of which the newest goes on and the others end."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable

from .call_stack import CallLock, surely


class Superseded(Exception):
    """The work is asked for no more: it ends without a word."""


class Turn:
    """What a piece of work is given: whether it is still asked for, and a way to tell.

    Parameters
    ----------
    owner : NewestWork
    """

    def __init__(self, owner: NewestWork) -> None:
        self._owner = owner

    def look(self) -> None:
        """Go on.

        Raises
        ------
        Superseded
            Newer work was begun, or all work was ended.
        """
        if self._owner.turn is not self:
            raise Superseded

    def tell(self, say: Callable[[], object]) -> None:
        """Say something, unless the work is superseded: nothing newer begins meanwhile.

        Raises
        ------
        Superseded
            As `look`.
        """
        lock = self._owner.lock
        with surely(lock), lock:
            self.look()
            say()


class NewestWork:
    """Does one thing at a time in a thread of its own.

    Attributes
    ----------
    turn : Turn or None
        Of the work that goes on; None where none does.
    lock : CallLock
        Held while work tells something, and while other work is begun.

    Parameters
    ----------
    failed : callable
        Takes what work raises: nobody else is there to see it.
    """

    def __init__(self, failed: Callable[[Exception], object]) -> None:
        self.turn: Turn | None = None
        self.lock = CallLock()
        self._failed = failed
        self._thread: threading.Thread | None = None

    def begin(self, work: Callable[[Turn], object]) -> None:
        """Do this from now on, and end what was done before as soon as it looks.

        Parameters
        ----------
        work : callable
            Calls `Turn.look` often.
        """
        turn = Turn(self)
        # What is sent to the page says to which request it belongs.
        context = contextvars.copy_context()

        def run() -> None:
            context.run(self._run, work, turn)

        thread = threading.Thread(target=run, name="cnnviz-newest-work", daemon=True)
        with surely(self.lock), self.lock:
            # First of all: an interrupt in between leaves a thread without a turn, which ends by
            # itself, and no turn without a thread, which nobody would end.
            thread.start()
            self._thread = thread
            self.turn = turn

    def end(self) -> None:
        """Ask for nothing any more."""
        with surely(self.lock), self.lock:
            self.turn = None
            self._thread = None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the newest work is done.

        Parameters
        ----------
        seconds : float, optional
            No longer than this.

        Returns
        -------
        bool
            Whether it is done.
        """
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)
            return not thread.is_alive()
        return True

    def _run(self, work: Callable[[Turn], object], turn: Turn) -> None:
        try:
            # Not before whoever begins it is done.
            turn.tell(lambda: None)
            work(turn)
        except Superseded:
            return
        except Exception as error:
            if self.turn is turn:
                self._failed(error)
        finally:
            with surely(self.lock), self.lock:
                if self.turn is turn:
                    self.turn = None
