"""One thread at a time touches a model, and the one that trains it lets the others in between.

DESIGN decision 7. A thread that trains a model *occupies* its lock from its first step to its
last, and hands it over at the end of a batch to those that wait (`ModelLock.give_way`). Keras
tells no one that ``fit`` was interrupted, so an occupation is no promise to call `leave`: it lasts
as long as the call that trains is on its thread's stack, which anyone can see. An interrupt may
come anywhere else, too: so whoever has a lock, wants one or gives way does so as long as the call
in which that happens, see `call_stack`.
"""

from __future__ import annotations

import math
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from types import FrameType, TracebackType
from typing import Any

from ...runtime.call_stack import Call, OpenCall, call_of_context, is_under_way
from ...validation.messages import described
from . import lock_queue
from .lock_queue import Bell, LockState, Wish, giving, guard, known, wishes

# Bells ring when something has changed. A thread that ends, or is interrupted, rings none: so
# whoever waits looks around himself this often, in seconds.
_LOOK_AROUND = 0.05

_locks: weakref.WeakKeyDictionary[Any, ModelLock] = weakref.WeakKeyDictionary()


def model_lock(model: Any) -> ModelLock:
    """The lock to hold while touching this model; the same for every probe and monitor of it.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    ModelLock
        To be used as a context: ``with model_lock(model): …``.
    """
    try:
        lock = _locks.get(model)
    except TypeError:
        raise TypeError(f"model must be a Keras model; got {described(model)}") from None
    if lock is None:
        with guard:
            # Another thread may have made it since.
            lock = _locks.get(model)
            if lock is None:
                lock = _locks[model] = ModelLock()
    return lock


class ModelLock:
    """A re-entrant lock that a training thread occupies and lends out between two batches.

    A wait never lasts beyond what it waits for: not when the thread that has the lock ends
    without a word, nor when training is interrupted, nor when two threads each hold what the
    other wants; then one of them is refused. While a thread waits, for its turn to come or for
    those it lets in, the models that it trains can be had by all that it waits for: so loops that
    train several models, such as those of a GAN, come to no standstill.
    """

    def __init__(self) -> None:
        self._state = LockState()
        with guard:
            known.add(self._state)

    # Holding it -----------------------------------------------------------------------------

    def acquire(self, timeout: float | None = None) -> None:
        """Have the lock until `release`; at once for a thread that has it, or trains the model.

        While another thread trains the model the lock comes at the end of a batch.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; by default as long as it takes.

        Raises
        ------
        TimeoutError
            The time is over; or waiting is of no use, as the thread that has the lock waits for
            one that this thread has.
        """
        self.enter(OpenCall(sys._getframe()), timeout)

    def release(self) -> None:
        """Give back what `acquire` gave.

        Raises
        ------
        RuntimeError
            This thread does not have the lock.
        """
        with guard:
            mine = self._open_holds()
            if not mine:
                raise RuntimeError("this thread does not hold the lock that it gives back")
            self.exit(mine[-1])

    def __enter__(self) -> ModelLock:
        self.enter(call_of_context(sys._getframe(1)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave_context(sys._getframe(1))

    def within(self, seconds: float) -> _Within:
        """Hold the lock, if it can be had within so many seconds.

        Returns
        -------
        context manager

        Raises
        ------
        TimeoutError
            As `acquire`, when the context is entered.
        """
        return _Within(self, seconds)

    def enter(self, hold: Call, timeout: float | None = None) -> None:
        """Have the lock until `exit`, or until a call is over: for contexts that hold it, too.

        Parameters
        ----------
        hold : Call
            Of the calling thread.
        timeout : float, optional
            As `acquire`, also for what it raises.
        """
        limit = None if timeout is None else time.monotonic() + timeout
        wish = Wish(Call(sys._getframe()), self._state)
        try:
            while not self._taken(hold, wish):
                left = math.inf if limit is None else limit - time.monotonic()
                if left <= 0:
                    raise TimeoutError(self._why_not_had(timeout))
                wish.wait(min(left, _LOOK_AROUND))
        except BaseException:
            wish.withdraw()
            # An interrupt may come when the lock is had already.
            self.exit(hold)
            raise

    def exit(self, hold: Call) -> None:
        """The call no longer has the lock; may be said twice."""
        with guard:
            if hold in self._state.holds:
                self._state.holds.remove(hold)
                if self._state.holder is None:
                    lock_queue.ring_all()

    def _taken(self, hold: Call, wish: Wish) -> bool:
        """Take the lock if it can be had; else the wish is known to all from now on."""
        me = wish.thread
        with guard:
            lock_queue.forget_ended()
            state = self._state
            if state.holder == me or (_is_free(state, me) and not _is_others_turn(wish)):
                state.holds.append(hold)
                wish.withdraw()
                return True
            if lock_queue.waits_for(state, me):
                raise TimeoutError(
                    "this thread wants a model that another one holds, which waits for a model "
                    "that this one holds"
                )
            if wish not in wishes:
                wishes.append(wish)
                # Whom a training thread waits for is let in at once, by a second look.
                wish.ring()
            return False

    def _leave_context(self, frame: FrameType) -> None:
        """The context is over that this frame has entered, or has had entered by another."""
        with guard:
            mine = [hold for hold in self._state.holds if hold.is_of(frame)]
            if not mine and isinstance(call_of_context(frame), OpenCall):
                mine = self._open_holds()
            if mine:
                self.exit(mine[-1])

    def _open_holds(self) -> list[Call]:
        me = threading.current_thread()
        holds = self._state.holds
        return [hold for hold in holds if hold.thread is me and isinstance(hold, OpenCall)]

    # Training -------------------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """Whether a thread other than the caller's trains the model at this moment."""
        with guard:
            return self._state.trained_by() not in (None, threading.get_ident())

    @property
    def wanted(self) -> bool:
        """Whether a thread waits for this or any other model's lock; costs next to nothing."""
        return bool(wishes)

    def occupy(self, frame: FrameType) -> None:
        """The calling thread trains the model, for as long as `frame` is on its stack.

        Costs next to nothing where that is known. A thread that reads the model is waited for.

        Parameters
        ----------
        frame : frame
            Of the call that trains: of ``fit``, or of the function that has the loop.

        Raises
        ------
        RuntimeError
            Another thread trains the model.
        """
        thread, state = threading.current_thread(), self._state
        if state.trainer is thread and state.is_call(frame):
            return
        self._refuse_second()
        with self, guard:
            # While this one waited a third may have begun.
            self._refuse_second()
            under_way = {at: call for at, call in state.calls.items() if call.under_way}
            state.calls = {**under_way, id(frame): Call(frame)}
            state.trainer = thread

    def leave(self, frame: FrameType | None = None) -> None:
        """The calling thread trains the model no more.

        Parameters
        ----------
        frame : frame, optional
            Only the call of this frame is over; by default all are.
        """
        with guard:
            state = self._state
            if state.trainer is not threading.current_thread():
                return
            if frame is None:
                state.calls.clear()
            else:
                state.calls.pop(id(frame), None)
            if not state.calls:
                state.trainer = None
            lock_queue.ring_all()

    def occupied(self) -> bool:
        """Whether the calling thread trains the model."""
        state = self._state
        if state.trainer is not threading.current_thread():
            return False
        return is_under_way(state.trainer, state.is_call)

    def give_way(self) -> None:
        """Let all threads that wait have the model now, one after the other, then go on.

        With it every other model that the calling thread trains is lent out, too: a reader may
        want several. Those that come to wait meanwhile have their turn the next time. Nothing
        happens in a thread that trains nothing, or that itself holds a lock.
        """
        if not wishes:
            return
        me = threading.get_ident()
        with guard:
            mine = [lock for lock in known if lock.trained_by() == me]
            if any(lock.holder == me for lock in known):
                return
            lock_queue.forget_ended()
            let_in = [wish for wish in wishes if wish.lock in mine and wish.thread != me]
            if not let_in:
                return
            bell = Bell(Call(sys._getframe()))
        try:
            with guard:
                giving[me] = bell
                for wish in let_in:
                    wish.let_in_by = bell
                lock_queue.ring_all()
            while _any_lent(mine, me) or any(wish in wishes for wish in let_in):
                bell.wait(_LOOK_AROUND)
        finally:
            try:
                # After an interrupt no more are let in, but who is inside comes to an end.
                for wish in let_in:
                    wish.let_in_by = None
                while _any_lent(mine, me):
                    bell.wait(_LOOK_AROUND)
            finally:
                with guard:
                    giving.pop(me, None)

    def _refuse_second(self) -> None:
        if self.training:
            raise RuntimeError(
                "another thread trains this model already; two at a time cannot be followed"
            )

    def _why_not_had(self, timeout: float | None) -> str:
        with guard:
            reason = "another thread " + ("trains" if self._state.trained_by() else "holds") + " it"
        return f"the model could not be had within {timeout} s: {reason}"


class _Within:
    """The context of `ModelLock.within`."""

    def __init__(self, lock: ModelLock, seconds: float) -> None:
        self._lock = lock
        self._seconds = seconds
        self._call: Call | None = None

    def __enter__(self) -> None:
        self._call = call_of_context(sys._getframe(1))
        self._lock.enter(self._call, self._seconds)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._call is not None:
            self._lock.exit(self._call)


def _is_free(lock: LockState, me: int) -> bool:
    """Whether nothing but another's turn keeps a thread from having the lock; under the guard."""
    if lock.held_by_other(me):
        return False
    # What this thread trains is lent out while it waits, and must be back first.
    if any(other.trained_by() == me and other.held_by_other(me) for other in known):
        return False
    trainer = lock.trained_by()
    return trainer is None or trainer == me or lock_queue.stands_still_for(trainer, me)


def _is_others_turn(wish: Wish) -> bool:
    """First come, first served: else who comes back at once would always be the first."""
    for other in wishes:
        if other is wish:
            return False
        if other.lock is wish.lock and _is_free(other.lock, other.thread):
            return True
    return False


def _any_lent(locks: Iterable[LockState], me: int) -> bool:
    with guard:
        return any(lock.held_by_other(me) for lock in locks)
