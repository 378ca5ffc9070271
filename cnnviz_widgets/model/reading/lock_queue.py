"""Who waits for whom: threads that want a model's lock, and those that train and give way.

All of it concerns several locks at once: so it stands here once for all of them, under one guard.

Was it all needed? One turnstile for the whole process, that a thread holds while it is inside any
model and that training threads stand still for at their batch ends, needs no graph of who waits
for whom. It was tried (26 November 2026) and passed every test of the lock, of live threads and of
the monitor but one, in which two threads are inside two models at once. That one is what a user
has: with two inspectors, a click on the second, 4 ms beside a diagnosis of the first model, waited
for that diagnosis to end, 72 to 590 ms for a model of three convolutions, and so did each update
of a second training. It would have saved 42 lines.
"""

from __future__ import annotations

import threading
import weakref
from types import FrameType

from ...runtime.call_stack import Call, CallLock, is_under_way

# Guards all that is told here. It is held for moments only, and is re-entrant because collecting
# garbage may run anyone's code.
guard = CallLock()


class LockState:
    """Who has a model's lock, and who trains the model; all under the guard.

    Attributes
    ----------
    holds : list of Call
        The calls of one thread that have the lock.
    trainer : Thread or None
    calls : dict of int to Call
        Those in which it trains, by the ``id`` of their frames.
    """

    def __init__(self) -> None:
        self.holds: list[Call] = []
        self.trainer: threading.Thread | None = None
        self.calls: dict[int, Call] = {}

    @property
    def holder(self) -> int | None:
        """The thread that has the lock; what belongs to a call that is over is no more held."""
        for hold in reversed(self.holds):
            if hold.under_way:
                return hold.thread.ident
        self.holds.clear()
        return None

    def held_by_other(self, me: int) -> bool:
        """Whether a thread other than this has the lock."""
        return self.holder not in (None, me)

    def trained_by(self) -> int | None:
        """The thread that trains the model: it is alive, and in the middle of the call."""
        trainer = self.trainer
        if trainer is None:
            return None
        if is_under_way(trainer, self.is_call):
            return trainer.ident
        self.trainer = None
        self.calls.clear()
        return None

    def is_call(self, frame: FrameType) -> bool:
        """Whether it is trained in the call of this frame."""
        call = self.calls.get(id(frame))
        return call is not None and call.is_of(frame)


class Bell:
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


class Wish(Bell):
    """A thread's wish for a lock, in a call that ends when it is granted or given up."""

    def __init__(self, call: Call, lock: LockState) -> None:
        super().__init__(call)
        self.lock = lock
        # How a training thread waits until this wish is granted, if one does.
        self.let_in_by: Bell | None = None

    def withdraw(self) -> None:
        """The wish is granted, or given up."""
        with guard:
            if self in wishes:
                wishes.remove(self)
                ring_all()


known: weakref.WeakSet[LockState] = weakref.WeakSet()
"""All locks that there are."""
wishes: list[Wish] = []
"""Of the threads that wait, the first that came first."""
giving: dict[int, Bell] = {}
"""The training threads that are giving way."""


def forget_ended() -> None:
    """Forget who was interrupted while he waited; under the guard."""
    wishes[:] = [wish for wish in wishes if wish.call.under_way]
    for me in [me for me, bell in giving.items() if not bell.call.under_way]:
        del giving[me]


def ring_all() -> None:
    """Have everyone that waits look again; under the guard."""
    for bell in (*wishes, *giving.values()):
        bell.ring()


def wish_of(thread: int) -> Wish | None:
    """What a thread waits for; under the guard."""
    return next((wish for wish in wishes if wish.thread == thread), None)


def waits_for(lock: LockState, me: int) -> bool:
    """Whether the holder of a lock waits, himself or at the end of a chain, for `me`."""
    seen = set[int]()
    while True:
        holder = lock.holder
        if holder is None or holder in seen:
            return False
        if holder == me:
            return True
        seen.add(holder)
        wish = wish_of(holder)
        if wish is None:
            return False
        lock = wish.lock


def stands_still_for(trainer: int, thread: int) -> bool:
    """Whether a training thread stands still until `thread` has had what it wants.

    It may do so by way of others: whom it lets in may wait for a model that a third one reads.
    """
    gives = giving.get(trainer)
    if gives is None and wish_of(trainer) is None:
        return False
    pending: list[int | None] = [trainer]
    if gives is not None:
        pending += [wish.thread for wish in wishes if wish.let_in_by is gives]
    reached: set[int] = set()
    while pending:
        one = pending.pop()
        if one is None or one in reached:
            continue
        reached.add(one)
        # It waits for what it trains to be back, and for what it wants.
        pending += [lock.holder for lock in known if lock.trained_by() == one]
        wish = wish_of(one)
        if wish is not None:
            pending += [wish.lock.holder, wish.lock.trained_by()]
    return thread in reached
