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
from typing import Any, ClassVar

from ...runtime.call_stack import Call, CallLock, OpenCall, call_of_context, is_under_way
from ...validation.messages import described

# Bells ring when something has changed. A thread that ends, or is interrupted, rings none: so
# whoever waits looks around himself this often, in seconds.
_LOOK_AROUND = 0.05

_locks: weakref.WeakKeyDictionary[Any, ModelLock] = weakref.WeakKeyDictionary()
# Guards all that all locks know: who waits for whom concerns several of them at once. It is held
# for moments only, and is re-entrant because collecting garbage may run anyone's code.
_guard = CallLock()


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
        with _guard:
            # Another thread may have made it since.
            lock = _locks.get(model)
            if lock is None:
                lock = _locks[model] = ModelLock()
    return lock


class _Bell:
    """Wakes one thread. A bare lock: an interrupt cannot leave it in between, as it can an Event.

    Parameters
    ----------
    call : Call
        That in which the thread waits for it.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.thread = threading.get_ident()
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """Wake the thread, or keep it from falling asleep; under the guard."""
        if self._lock.locked():
            self._lock.release()

    def wait(self, seconds: float) -> None:
        """Sleep until the bell rings, or for so long."""
        self._lock.acquire(timeout=max(seconds, 0.0))


class _Wish(_Bell):
    """A thread's wish for a lock, in a call that ends when it is granted or given up."""

    def __init__(self, call: Call, lock: ModelLock) -> None:
        super().__init__(call)
        self.lock = lock
        # How a training thread waits until this wish is granted, if one does.
        self.let_in_by: _Bell | None = None

    def withdraw(self) -> None:
        """The wish is granted, or given up."""
        with _guard:
            if self in ModelLock._wishes:
                ModelLock._wishes.remove(self)
                _ring_all()


class ModelLock:
    """A re-entrant lock that a training thread occupies and lends out between two batches.

    A wait never lasts beyond what it waits for: not when the thread that has the lock ends
    without a word, nor when training is interrupted, nor when two threads each hold what the
    other wants; then one of them is refused. While a thread waits, for its turn to come or for
    those it lets in, the models that it trains can be had by all that it waits for: so loops that
    train several models, such as those of a GAN, come to no standstill.
    """

    _known: ClassVar[weakref.WeakSet[ModelLock]] = weakref.WeakSet()
    _wishes: ClassVar[list[_Wish]] = []
    # The training threads that are giving way.
    _giving: ClassVar[dict[int, _Bell]] = {}

    def __init__(self) -> None:
        # The calls of one thread that have the lock, and those that train, by their frames.
        self._holds: list[Call] = []
        self._trainer: threading.Thread | None = None
        self._calls: dict[int, Call] = {}
        with _guard:
            self._known.add(self)

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
        with _guard:
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
        wish = _Wish(Call(sys._getframe()), self)
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
        with _guard:
            if hold in self._holds:
                self._holds.remove(hold)
                if self._holder is None:
                    _ring_all()

    def _taken(self, hold: Call, wish: _Wish) -> bool:
        """Take the lock if it can be had; else the wish is known to all from now on."""
        me = wish.thread
        with _guard:
            _forget_ended()
            if self._holder == me or (self._is_free_for(me) and not self._is_others_turn(wish)):
                self._holds.append(hold)
                wish.withdraw()
                return True
            if self._waits_for(me):
                raise TimeoutError(
                    "this thread wants a model that another one holds, which waits for a model "
                    "that this one holds"
                )
            if wish not in self._wishes:
                self._wishes.append(wish)
                # Whom a training thread waits for is let in at once, by a second look.
                wish.ring()
            return False

    def _leave_context(self, frame: FrameType) -> None:
        """The context is over that this frame has entered, or has had entered by another."""
        with _guard:
            mine = [hold for hold in self._holds if hold.is_of(frame)]
            if not mine and isinstance(call_of_context(frame), OpenCall):
                mine = self._open_holds()
            if mine:
                self.exit(mine[-1])

    def _open_holds(self) -> list[Call]:
        me = threading.current_thread()
        return [hold for hold in self._holds if hold.thread is me and isinstance(hold, OpenCall)]

    # Training -------------------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """Whether a thread other than the caller's trains the model at this moment."""
        with _guard:
            return self._trained_by() not in (None, threading.get_ident())

    @property
    def wanted(self) -> bool:
        """Whether a thread waits for this or any other model's lock; costs next to nothing."""
        return bool(self._wishes)

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
        thread = threading.current_thread()
        if self._trainer is thread and self._is_call(frame):
            return
        self._refuse_second()
        with self, _guard:
            # While this one waited a third may have begun.
            self._refuse_second()
            under_way = {at: call for at, call in self._calls.items() if call.under_way}
            self._calls = {**under_way, id(frame): Call(frame)}
            self._trainer = thread

    def leave(self, frame: FrameType | None = None) -> None:
        """The calling thread trains the model no more.

        Parameters
        ----------
        frame : frame, optional
            Only the call of this frame is over; by default all are.
        """
        with _guard:
            if self._trainer is not threading.current_thread():
                return
            if frame is None:
                self._calls.clear()
            else:
                self._calls.pop(id(frame), None)
            if not self._calls:
                self._trainer = None
            _ring_all()

    def occupied(self) -> bool:
        """Whether the calling thread trains the model."""
        if self._trainer is not threading.current_thread():
            return False
        return is_under_way(self._trainer, self._is_call)

    def give_way(self) -> None:
        """Let all threads that wait have the model now, one after the other, then go on.

        With it every other model that the calling thread trains is lent out, too: a reader may
        want several. Those that come to wait meanwhile have their turn the next time. Nothing
        happens in a thread that trains nothing, or that itself holds a lock.
        """
        if not self._wishes:
            return
        me = threading.get_ident()
        with _guard:
            mine = [lock for lock in self._known if lock._trained_by() == me]
            if any(lock._holder == me for lock in self._known):
                return
            _forget_ended()
            let_in = [wish for wish in self._wishes if wish.lock in mine and wish.thread != me]
            if not let_in:
                return
            bell = _Bell(Call(sys._getframe()))
        try:
            with _guard:
                self._giving[me] = bell
                for wish in let_in:
                    wish.let_in_by = bell
                _ring_all()
            while _any_lent(mine, me) or any(wish in self._wishes for wish in let_in):
                bell.wait(_LOOK_AROUND)
        finally:
            try:
                # After an interrupt no more are let in, but who is inside comes to an end.
                for wish in let_in:
                    wish.let_in_by = None
                while _any_lent(mine, me):
                    bell.wait(_LOOK_AROUND)
            finally:
                with _guard:
                    self._giving.pop(me, None)

    # Who waits for whom; all under the guard -----------------------------------------------

    def _is_free_for(self, me: int) -> bool:
        if self._held_by_other(me):
            return False
        # What this thread trains is lent out while it waits, and must be back first.
        if any(lock._trained_by() == me and lock._held_by_other(me) for lock in self._known):
            return False
        trainer = self._trained_by()
        return trainer is None or trainer == me or _awaits(trainer, me)

    def _is_others_turn(self, wish: _Wish) -> bool:
        """First come, first served: else who comes back at once would always be the first."""
        for other in self._wishes:
            if other is wish:
                return False
            if other.lock is self and self._is_free_for(other.thread):
                return True
        return False

    @property
    def _holder(self) -> int | None:
        """The thread that has the lock; what belongs to a call that is over is no more held."""
        for hold in reversed(self._holds):
            if hold.under_way:
                return hold.thread.ident
        self._holds.clear()
        return None

    def _held_by_other(self, me: int) -> bool:
        """Whether a thread other than this has the lock."""
        return self._holder not in (None, me)

    def _trained_by(self) -> int | None:
        """The thread that trains the model: it is alive, and in the middle of the call."""
        trainer = self._trainer
        if trainer is None:
            return None
        if is_under_way(trainer, self._is_call):
            return trainer.ident
        self._trainer = None
        self._calls.clear()
        return None

    def _is_call(self, frame: FrameType) -> bool:
        call = self._calls.get(id(frame))
        return call is not None and call.is_of(frame)

    def _refuse_second(self) -> None:
        if self.training:
            raise RuntimeError(
                "another thread trains this model already; two at a time cannot be followed"
            )

    def _waits_for(self, me: int) -> bool:
        """Whether the owner of this lock waits, himself or at the end of a chain, for `me`."""
        lock, seen = self, set[int]()
        while True:
            holder = lock._holder
            if holder is None or holder in seen:
                return False
            if holder == me:
                return True
            seen.add(holder)
            wish = next((wish for wish in self._wishes if wish.thread == holder), None)
            if wish is None:
                return False
            lock = wish.lock

    def _why_not_had(self, timeout: float | None) -> str:
        with _guard:
            reason = "another thread " + ("trains" if self._trained_by() else "holds") + " it"
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


def _forget_ended() -> None:
    """Forget who was interrupted while he waited; under the guard."""
    ended = [wish for wish in ModelLock._wishes if not wish.call.under_way]
    for wish in ended:
        ModelLock._wishes.remove(wish)
    over = [me for me, bell in ModelLock._giving.items() if not bell.call.under_way]
    for me in over:
        del ModelLock._giving[me]


def _ring_all() -> None:
    """Have everyone that waits look again; under the guard."""
    for bell in (*ModelLock._wishes, *ModelLock._giving.values()):
        bell.ring()


def _any_lent(locks: Iterable[ModelLock], me: int) -> bool:
    with _guard:
        return any(lock._held_by_other(me) for lock in locks)


def _awaits(trainer: int, thread: int) -> bool:
    """Whether a training thread stands still until `thread` has had what it wants.

    It may do so by way of others: whom it lets in may wait for a model that a third one reads.
    """
    wishes = {wish.thread: wish for wish in ModelLock._wishes}
    giving = ModelLock._giving.get(trainer)
    if giving is None and trainer not in wishes:
        return False
    pending: list[int | None] = [trainer]
    if giving is not None:
        pending += [wish.thread for wish in ModelLock._wishes if wish.let_in_by is giving]
    found: set[int] = set()
    while pending:
        one = pending.pop()
        if one is None or one in found:
            continue
        found.add(one)
        # It waits for what it trains to be back, and for what it wants.
        pending += [lock._holder for lock in ModelLock._known if lock._trained_by() == one]
        if one in wishes:
            pending += [wishes[one].lock._holder, wishes[one].lock._trained_by()]
    return thread in found
