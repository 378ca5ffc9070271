"""One thread at a time touches a model, and the one that trains it lets the others in between.

DESIGN decision 7. A thread that trains a model *occupies* its lock from its first step to its
last, and hands it over at the end of a batch to those that wait (`ModelLock.give_way`). Keras
tells no one that ``fit`` was interrupted, so an occupation is no promise to call `leave`: it lasts
as long as the call that trains is on its thread's stack, which anyone can see.
"""

from __future__ import annotations

import math
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, TracebackType
from typing import Any, ClassVar

from ..analysis.validation import described

# Bells ring when something has changed. A thread that ends, or is interrupted, rings none: so
# whoever waits looks around himself this often, in seconds.
_LOOK_AROUND = 0.05

_locks: weakref.WeakKeyDictionary[Any, ModelLock] = weakref.WeakKeyDictionary()
# Guards all that all locks know: who waits for whom concerns several of them at once. It is held
# for moments only, and is re-entrant because collecting garbage may run anyone's code.
_guard = threading.RLock()


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
        weakref.ref(model)
    except TypeError:
        raise TypeError(f"model must be a Keras model; got {described(model)}") from None
    with _guard:
        lock = _locks.get(model)
        if lock is None:
            lock = _locks[model] = ModelLock()
        return lock


class _Bell:
    """Wakes one thread. A bare lock: an interrupt cannot leave it in between, as it can an Event.

    Parameters
    ----------
    thread : int
        Identifier of the thread that it wakes.
    """

    def __init__(self, thread: int) -> None:
        self.thread = thread
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
    """A thread's wish for a lock."""

    def __init__(self, thread: int, lock: ModelLock) -> None:
        super().__init__(thread)
        self.lock = lock
        # The training thread that waits until this wish is granted, if one does.
        self.let_in_by: int | None = None

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
        self._owner: threading.Thread | None = None
        self._depth = 0
        self._trainer: threading.Thread | None = None
        # Calls that train, by the address of their frame. The frame itself would keep all that
        # the call has, the model too, alive after an interrupt; an address may be given to
        # another frame, but not to one that runs the same code without training the same model.
        self._calls: dict[int, weakref.ref[CodeType]] = {}
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
        thread = threading.current_thread()
        if self._owner is thread:
            self._depth += 1
            return
        me = threading.get_ident()
        limit = None if timeout is None else time.monotonic() + timeout
        wish = _Wish(me, self)
        try:
            while not self._taken(thread, wish):
                left = math.inf if limit is None else limit - time.monotonic()
                if left <= 0:
                    raise TimeoutError(self._why_not_had(timeout))
                wish.wait(min(left, _LOOK_AROUND))
            wish.withdraw()
        except BaseException:
            wish.withdraw()
            # An interrupt may come when the lock is had already.
            if self._owner is thread:
                self.release()
            raise

    def release(self) -> None:
        """Give back what `acquire` gave.

        Raises
        ------
        RuntimeError
            This thread does not have the lock.
        """
        with _guard:
            if self._owner is not threading.current_thread():
                raise RuntimeError("this thread does not hold the lock that it gives back")
            self._depth -= 1
            if not self._depth:
                self._owner = None
                _ring_all()

    def __enter__(self) -> ModelLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hold the lock, if it can be had within so many seconds.

        Raises
        ------
        TimeoutError
            As `acquire`.
        """
        self.acquire(seconds)
        try:
            yield
        finally:
            self.release()

    def _taken(self, thread: threading.Thread, wish: _Wish) -> bool:
        """Take the lock if it can be had; else the wish is known to all from now on."""
        with _guard:
            if self._is_free_for(wish.thread) and not self._is_others_turn(wish):
                self._depth = 1
                self._owner = thread
                return True
            if self._waits_for(wish.thread):
                raise TimeoutError(
                    "this thread wants a model that another one holds, which waits for a model "
                    "that this one holds"
                )
            if wish not in self._wishes:
                self._wishes.append(wish)
                # Whom a training thread waits for is let in at once, by a second look.
                wish.ring()
            return False

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
            under_way = {id(call) for call in _stack(sys._getframe())}
            for call in self._calls.keys() - under_way:
                del self._calls[call]
            self._calls[id(frame)] = weakref.ref(frame.f_code)
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
        return any(map(self._is_call, _stack(sys._getframe())))

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
            let_in = [wish for wish in self._wishes if wish.lock in mine and wish.thread != me]
            if not let_in:
                return
            bell = _Bell(me)
        try:
            with _guard:
                self._giving[me] = bell
                for wish in let_in:
                    wish.let_in_by = me
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
        return None if self._owner is None else self._owner.ident

    def _held_by_other(self, me: int) -> bool:
        """Whether a thread other than this has the lock; one that has ended has nothing."""
        owner = self._owner
        if owner is None or owner.ident == me:
            return False
        if not owner.is_alive():
            self._owner, self._depth = None, 0
            return False
        return True

    def _trained_by(self) -> int | None:
        """The thread that trains the model: it is alive, and in the middle of the call."""
        trainer = self._trainer
        if trainer is None:
            return None
        # The thread itself knows its stack; of the others Python has to be asked.
        ident = trainer.ident
        here = ident == threading.get_ident()
        frame = sys._getframe() if here else sys._current_frames().get(ident or 0)
        if any(map(self._is_call, _stack(frame))):
            return ident
        self._trainer = None
        self._calls.clear()
        return None

    def _is_call(self, frame: FrameType) -> bool:
        code = self._calls.get(id(frame))
        return code is not None and code() is frame.f_code

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


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    """The calls that are under way, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


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
    if trainer not in ModelLock._giving and trainer not in wishes:
        return False
    pending: list[int | None] = [trainer]
    pending += [wish.thread for wish in ModelLock._wishes if wish.let_in_by == trainer]
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
