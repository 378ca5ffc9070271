"""What lasts as long as a call is on its thread's stack, whatever ends that call.

An interrupt from the keyboard may come between any two steps of the main thread: also where a
context has been entered and its exit is not yet certain to be called, and inside that exit. Two
means against what it would leave behind stand here. `Call` says whether a call is still under way,
which anyone can see: what belongs to a call needs nobody to give it back. And what has to be put
back at once is put back twice, by `surely`.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, Protocol

# Calls that may be left and gone on with later: that they are on no stack does not end them.
_RESUMABLE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
# A stack is looked at so often, where it moved under the look.
_LOOKS = 10
# Tries to have a lock at once before each further one waits, and seconds of that wait.
_TRIES, _WAIT = 50, 1e-3


class Call:
    """A call of the calling thread, to be told from outside whether it is over.

    It holds neither the frame nor what that has: after an interrupt these would live as long as
    the traceback. An address may be given to another frame, but not while the call is under way.

    Parameters
    ----------
    frame : frame
        On the stack of the calling thread.

    Attributes
    ----------
    thread : threading.Thread
    """

    __slots__ = ("_code", "_frame", "thread")

    def __init__(self, frame: FrameType) -> None:
        self.thread = threading.current_thread()
        self._frame = id(frame)
        self._code: weakref.ref[CodeType] = weakref.ref(frame.f_code)

    @property
    def under_way(self) -> bool:
        """Whether the call is on its thread's stack now."""
        return is_under_way(self.thread, self.is_of)

    def is_of(self, frame: FrameType) -> bool:
        """Whether this is the call that `frame` is of."""
        return id(frame) == self._frame and self._code() is frame.f_code


class OpenCall(Call):
    """A call that whoever began it must say the end of; it is over at the latest with its thread.

    For a context entered by a generator or a coroutine, which may be left while it has something,
    or on behalf of another call, as by `contextlib.ExitStack`.
    """

    __slots__ = ()

    @property
    def under_way(self) -> bool:
        """Whether the thread is."""
        return self.thread.is_alive()


def caller_of_context(frame: FrameType) -> FrameType:
    """Who entered the context that a generator makes, in whose frame, or deeper, this is asked.

    The generator and what `contextlib` runs it by are left out.
    """
    caller: FrameType | None = frame
    while caller is not None and _is_on_behalf(caller):
        caller = caller.f_back
    return caller or frame


def _is_on_behalf(frame: FrameType) -> bool:
    lasts = frame.f_code.co_flags & _RESUMABLE
    return bool(lasts) or frame.f_globals.get("__name__") == contextlib.__name__


def call_of_context(frame: FrameType) -> Call:
    """The call to which a context belongs that `frame` has just entered."""
    return (OpenCall if _is_on_behalf(frame) else Call)(frame)


def is_under_way(thread: threading.Thread, matches: Callable[[FrameType], bool]) -> bool:
    """Whether one of the calls that are under way in a thread matches.

    Parameters
    ----------
    thread : threading.Thread
        Any; that of the caller, too.
    matches : callable
        Given each call's frame, the innermost first.
    """
    here = thread.ident == threading.get_ident()
    for _ in range(_LOOKS):
        frame = sys._getframe(1) if here else _frame_of(thread)
        outermost = None
        while frame is not None:
            if matches(frame):
                return True
            outermost, frame = frame, frame.f_back
        # A generator that another thread leaves meanwhile no longer knows who called it.
        if here or outermost is None or not outermost.f_code.co_flags & _RESUMABLE:
            break
    return False


def _frame_of(thread: threading.Thread) -> FrameType | None:
    """The innermost frame of another thread; None once it has ended.

    CPython holds its list of threads meanwhile (3.11.7 does). Were garbage collected then, a
    finalizer could let another thread run, and one that begins a third waits for that list for
    ever, with the interpreter in its hands: both would stand still.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames().get(thread.ident or 0)
    finally:
        if collects:
            gc.enable()


class CallLock:
    """A re-entrant lock that is free as soon as the call that took it is over.

    It is used as a context. Whatever an interrupt leaves out, no other thread waits for ever. Who
    comes first is served first: a thread that takes it again and again keeps none of the others
    from it.
    """

    def __init__(self) -> None:
        # Who has the lock, at "holder". Setting that, if nobody has, is one step of Python's.
        self._state: dict[str, Any] = {}
        self._waiting: deque[Call] = deque()

    def __enter__(self) -> CallLock:
        frame = sys._getframe(1)
        me = call_of_context(frame)
        if not self._taken(frame, me):
            self._waiting.append(me)
            try:
                tries = 0
                while not self._taken(frame, me):
                    tries += 1
                    time.sleep(0 if tries < _TRIES else _WAIT)
            finally:
                with contextlib.suppress(ValueError):  # over, as another thread saw it
                    self._waiting.remove(me)
        return self

    def _taken(self, frame: FrameType, me: Call) -> bool:
        """Take the lock, if the thread has it or it is free and nobody came before."""
        state = self._state
        holder: Call | None = state.get("holder")
        if holder is None:
            if not self._is_turn_of(me):
                return False
            holder = state.setdefault("holder", me)
            if holder is me:
                state["depth"] = 0
                return True
        if not holder.under_way:
            # All that see it go on to the same new state, and leave the old one as it is: so no
            # two of them can take the lock from the one that is over.
            self._state = state.setdefault("next", {})
        elif holder.thread is me.thread:
            if _leaves(frame, holder):
                state["depth"] = state.get("depth", 0) + 1
            return True
        return False

    def _is_turn_of(self, me: Call) -> bool:
        while self._waiting:
            first = self._waiting[0]
            if first is me:
                return True
            if first.under_way:
                return False
            with contextlib.suppress(ValueError):  # another thread saw it, too
                self._waiting.remove(first)
        return True

    def __exit__(self, *exception: object) -> None:
        state = self._state
        holder: Call | None = state.get("holder")
        # A context inside that of another call gives nothing back.
        if holder is None or not _leaves(sys._getframe(1), holder):
            return
        if state.get("depth"):
            state["depth"] -= 1
        else:
            del state["holder"]


def _leaves(frame: FrameType, holder: Call) -> bool:
    """Whether a context that this frame leaves can be the one that the holder has entered."""
    if isinstance(holder, OpenCall):
        return _is_on_behalf(frame) and holder.thread is threading.current_thread()
    return holder.is_of(frame)


class Reversible(Protocol):
    """A context whose exit can be called twice, and without the context having been entered.

    Contexts that look at the stack do so from their own `__enter__` and `__exit__`, which the
    ``with`` line calls: a base class with a frame of its own in between would be taken for it.
    """

    def __enter__(self) -> object: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any, /) -> None: ...


class surely:
    """Have contexts left once more, should an interrupt have come into their being left.

    They stand behind it in the same ``with`` line, by their names:

    >>> with surely(recorded), recorded:
    ...     model(inputs)

    Entering this does nothing, so that there is nothing to be lost on the way in.

    Parameters
    ----------
    *contexts : Reversible
    """

    def __init__(self, *contexts: Reversible) -> None:
        self._contexts = contexts

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        # An exception of another kind comes from what the contexts are for, and not from them.
        if error is None or isinstance(error, Exception):
            return
        for context in reversed(self._contexts):
            context.__exit__(kind, error, trace)


class meanwhile:
    """Have an attribute another value while the context lasts; with `surely`, whatever comes.

    Parameters
    ----------
    owner : object
    name : str
        Of an attribute that it has.
    value : object
    """

    def __init__(self, owner: Any, name: str, value: object) -> None:
        self._owner, self._name, self._value = owner, name, value
        self._before = getattr(owner, name)

    def __enter__(self) -> None:
        setattr(self._owner, self._name, self._value)

    def __exit__(self, *exception: object) -> None:
        setattr(self._owner, self._name, self._before)


class afterwards:
    """Have something done when the context is left; with `surely`, whatever comes.

    Parameters
    ----------
    do : callable
        What it does it can do twice.
    """

    def __init__(self, do: Callable[[], object]) -> None:
        self._do = do

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        self._do()
