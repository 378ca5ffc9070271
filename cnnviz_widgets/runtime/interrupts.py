"""That an interrupt from the keyboard stays one, whatever other people's code makes of it.

Code in C that an interrupt reaches, such as TensorFlow's, may end in some other error: a
``SystemError`` caused by it, or one that says nothing of it. Taken for an error of the model, the
user's wish to stop would be lost.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


class interrupts_kept:
    """Have an interrupt that comes while the context lasts leave it as a ``KeyboardInterrupt``.

    In the main thread, which is where interrupts come, it is noted as it comes. An exception that
    has one behind it counts in any thread.
    """

    def __init__(self) -> None:
        self._noting: _Noting | None = None
        self._earlier: BaseException | None = None

    def __enter__(self) -> None:
        # What is being handled already has nothing to do with what is raised in here.
        self._earlier = sys.exc_info()[1]
        handler = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(handler):
            self._noting = _Noting(handler)
            signal.signal(signal.SIGINT, self._noting)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        came = False
        if self._noting is not None:
            self._noting.remove()
            came = self._noting.came
        if error is not None and not isinstance(error, Exception):
            return
        if came or any(
            isinstance(each, KeyboardInterrupt) for each in behind(error, self._earlier)
        ):
            raise KeyboardInterrupt from error


class interrupts_later:
    """Put off an interrupt from the keyboard until the context ends: its work is done whole.

    For short work in the main thread, which is where interrupts come; elsewhere it does nothing.
    """

    def __init__(self) -> None:
        self._handler: Any = None
        self._came = False

    def __enter__(self) -> None:
        handler = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(handler):
            self._handler = handler
            signal.signal(signal.SIGINT, self._note)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        if self._came:
            raise KeyboardInterrupt from error

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came = True


def behind(error: BaseException | None, earlier: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that it comes from, as far as an earlier one."""
    waiting: list[BaseException | None] = [error]
    seen: list[BaseException | None] = [earlier]
    while waiting:
        one = waiting.pop()
        if one is not None and not any(one is other for other in seen):
            seen.append(one)
            waiting += [one.__context__, one.__cause__]
            yield one


class _Noting:
    """Takes the place of a handler until the first interrupt, which the handler gets all the same.

    So nothing is left to be put back by whom the interrupt keeps from it.

    Parameters
    ----------
    handler : callable

    Attributes
    ----------
    came : bool
        Whether there was an interrupt, which the handler has raised.
    """

    def __init__(self, handler: Callable[[int, FrameType | None], Any]) -> None:
        self._handler = handler
        self.came = False

    def __call__(self, number: int, frame: FrameType | None) -> Any:
        self.remove()
        try:
            return self._handler(number, frame)
        except KeyboardInterrupt:
            self.came = True
            raise

    def remove(self) -> None:
        """Give the handler its place back, unless somebody else has it by now."""
        if signal.getsignal(signal.SIGINT) is self:
            signal.signal(signal.SIGINT, self._handler)
