"""Interrupts where the keyboard's could come: between any two steps of the calling thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import cnnviz_widgets

PACKAGE = Path(cnnviz_widgets.__file__).parent


class Place(NamedTuple):
    """Where an interrupt may come: in a file, at an event of its trace."""

    file: str
    function: str
    line: int
    event: str
    step: int


class Events:
    """Follows the calling thread through some of the package's files.

    Parameters
    ----------
    files : collection of str
        Paths, from the package on or absolute, of the files that are followed.
    steps : bool
        Each bytecode is an event, not only each line and each call's beginning and end.
    at : Place, optional
        Where to raise `KeyboardInterrupt`.
    time : int
        At which of its visits to that place.

    Attributes
    ----------
    visits : dict of Place to int
        How often each place was passed; none where `at` is given.
    raised : bool
        Whether the interrupt has come.
    """

    def __init__(
        self,
        files: Collection[str],
        *,
        steps: bool = False,
        at: Place | None = None,
        time: int = 1,
    ) -> None:
        # A file that has moved would be followed no more, and nobody would notice.
        assert not [name for name in files if not (PACKAGE / name).is_file()]
        self.visits: dict[Place, int] = {}
        self._files = files
        self._steps = steps
        self._at = at
        self._visits_left = time
        self._names: dict[str, str | None] = {}
        self.raised = False

    def _followed(self, path: str) -> str | None:
        if path not in self._names:
            name = path.removeprefix(f"{PACKAGE}/")
            self._names[path] = name if name in self._files else None
        return self._names[path]

    def _count(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Trace function that notes each place."""
        name = self._followed(frame.f_code.co_filename)
        if name is None:
            return None
        if event == "call" and self._steps:
            frame.f_trace_opcodes = True
        step = frame.f_lasti if event == "opcode" else -1
        place = Place(name, frame.f_code.co_name, frame.f_lineno, event, step)
        self.visits[place] = self.visits.get(place, 0) + 1
        return self._count

    def _raise(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Trace function for one place: Python calls it for all calls of all code, so it looks at
        the function's name first."""
        at = self._at
        assert at is not None
        code = frame.f_code
        if code.co_name != at.function or self._followed(code.co_filename) != at.file:
            return None
        if event == "call" and self._steps:
            frame.f_trace_opcodes = True
        if frame.f_lineno == at.line and event == at.event:
            if event != "opcode" or frame.f_lasti == at.step:
                self._visits_left -= 1
            if not self._visits_left and not self.raised:
                self.raised = True
                raise KeyboardInterrupt
        return self._raise

    @contextmanager
    def followed(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._count if self._at is None else self._raise)
        try:
            yield
        finally:
            sys.settrace(before)


def interrupted_everywhere(
    work: Callable[[], object],
    files: Collection[str],
    *,
    steps: bool = False,
    last: bool = True,
) -> Iterator[tuple[Place, BaseException]]:
    """Do the work again and again, each time with one interrupt, at each place that it passes.

    At each, the interrupt comes at the first visit, and if so wished at the last one of an
    undisturbed run.

    Yields
    ------
    (Place, BaseException)
        After each, with the exception that came out: its traceback holds all frames. None comes
        out where Python itself was closing a generator.
    """
    whole = Events(files, steps=steps)
    with whole.followed():
        work()
    for place, visits in whole.visits.items():
        for time in sorted({1, visits if last else 1}):
            events = Events(files, steps=steps, at=place, time=time)
            try:
                with events.followed():
                    work()
            except BaseException as error:
                yield place, error


def in_process_of_its_own(function: Callable[[int], object], tries: int = 3) -> None:
    """Call a function of a test module with a number, in another process.

    TensorFlow's own code may crash of an interrupt, also without this package: then another try,
    with another number.
    """
    code = f"from {function.__module__} import {function.__name__} as f; f({{}})"
    for number in range(tries):
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", code.format(number)],
            cwd=Path(__file__).parents[1],
            text=True,
            capture_output=True,
        )
        innermost = done.stderr.partition("(most recent call first):\n")[2].partition("\n")[0]
        crashed = done.returncode in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
        if not (crashed and f"{os.sep}tensorflow{os.sep}" in innermost):
            break
    assert done.returncode == 0, done.stderr


class Alarm:
    """Interrupts the main thread by a real signal, once, after so many seconds of its work."""

    def __init__(self) -> None:
        self._armed = False

    def interrupt(self, work: Callable[[], object], seconds: float) -> BaseException | None:
        """Do the work; the exception that came out of it, if it was interrupted."""
        before = signal.signal(signal.SIGALRM, self._ring)
        try:
            self._armed = True
            signal.setitimer(signal.ITIMER_REAL, seconds)
            work()
            self._armed = False
        except BaseException as error:
            if self._armed:
                raise
            # TensorFlow's own code makes a SystemError of some interrupts.
            return error
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return None

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._armed:
            self._armed = False
            signal.raise_signal(signal.SIGINT)
