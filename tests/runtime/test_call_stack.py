"""What lasts as long as a call, seen from its own thread and from others."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from cnnviz_widgets.runtime.call_stack import (
    Call,
    CallLock,
    OpenCall,
    afterwards,
    call_of_context,
    is_under_way,
    meanwhile,
    surely,
)

PATIENCE = 60.0


def elsewhere(ask: Callable[[], Any]) -> Any:
    """What another thread finds."""
    found: list[Any] = []
    other = threading.Thread(target=lambda: found.append(ask()), daemon=True)
    other.start()
    other.join(PATIENCE)
    assert found, "another thread waits"
    return found[0]


def can_have(lock: CallLock) -> bool:
    def have() -> bool:
        with lock:
            return True

    return bool(elsewhere(have))


def test_a_call_is_under_way_until_it_returns() -> None:
    def work() -> Call:
        call = Call(sys._getframe())
        assert call.under_way
        assert elsewhere(lambda: call.under_way)
        return call

    call = work()
    assert not call.under_way
    assert not elsewhere(lambda: call.under_way)


def test_a_call_that_raised_is_over_though_its_traceback_is_held() -> None:
    calls: list[Call] = []

    def work() -> None:
        calls.append(Call(sys._getframe()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as held:
        work()
    assert held.value.__traceback__ is not None
    assert not calls[0].under_way
    assert not elsewhere(lambda: calls[0].under_way)


def test_a_generator_is_left_with_what_it_has() -> None:
    @contextmanager
    def made() -> Iterator[Call]:
        yield call_of_context(sys._getframe())

    with made() as call:
        assert isinstance(call, OpenCall)
        assert elsewhere(lambda: call.under_way)


def test_a_lock_is_free_when_the_call_is_over_that_has_it() -> None:
    lock = CallLock()

    def work() -> None:
        lock.__enter__()
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            work()
        assert can_have(lock)
        with lock, lock:
            pass
        assert can_have(lock)


def test_one_thread_at_a_time() -> None:
    lock = CallLock()
    inside: list[int] = []

    def work() -> None:
        for number in range(300):
            with lock:
                with lock:
                    inside.append(number)
                assert len(inside) == 1
                inside.pop()
            if number % 7 == 0:
                leave_it_locked()

    def leave_it_locked() -> None:
        lock.__enter__()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    failed: list[object] = []
    before, threading.excepthook = threading.excepthook, failed.append
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    finally:
        threading.excepthook = before
    assert not failed
    assert not any(thread.is_alive() for thread in threads)


def test_a_stack_of_contexts_holds_it_until_it_is_closed() -> None:
    lock, tried = CallLock(), threading.Event()
    with ExitStack() as stack:
        stack.enter_context(lock)
        other = threading.Thread(target=lambda: (lock.__enter__(), tried.set()), daemon=True)
        other.start()
        assert not tried.wait(0.05)
    assert tried.wait(PATIENCE)


class Exits:
    """A context whose exit is interrupted the first time, after or before its work."""

    def __init__(self) -> None:
        self.times = 0

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        self.times += 1
        if self.times == 1:
            raise KeyboardInterrupt


def test_what_is_interrupted_at_its_exit_is_left_once_more() -> None:
    exits = Exits()
    with pytest.raises(KeyboardInterrupt), surely(exits), exits:
        pass
    assert exits.times == 2


def test_an_error_of_the_work_makes_nothing_be_left_twice() -> None:
    times: list[int] = []
    once = afterwards(lambda: times.append(1))
    with pytest.raises(ZeroDivisionError), surely(once), once:
        raise ZeroDivisionError
    assert times == [1]


def test_an_attribute_has_its_value_again() -> None:
    owner = SimpleNamespace(name="before")
    other = meanwhile(owner, "name", "other")
    with pytest.raises(KeyboardInterrupt), surely(other), other:
        assert owner.name == "other"
        raise KeyboardInterrupt
    assert owner.name == "before"


def test_who_comes_first_is_served_first() -> None:
    """A thread that takes the lock again and again keeps no other from it."""
    lock, done = CallLock(), threading.Event()
    times = [0]

    def greedy() -> None:
        while not done.is_set():
            with lock:
                times[0] += 1
                time.sleep(1e-4)  # others run now, and find it taken

    other = threading.Thread(target=greedy, daemon=True)
    other.start()
    between = []
    try:
        for _ in range(60):
            before = times[0]
            with lock:
                between.append(times[0] - before)
    finally:
        done.set()
        other.join(PATIENCE)
    # Until this thread has asked, the other may take it some times.
    assert sum(between) <= 10 * len(between)


@pytest.mark.parametrize("collects", [True, False])
def test_no_garbage_is_collected_while_other_threads_are_listed(
    collects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finalizer that ran then could leave two threads waiting for each other for ever."""
    frames, seen, done = sys._current_frames, [], threading.Event()

    def listed() -> dict[int, Any]:
        seen.append(gc.isenabled())
        return frames()

    monkeypatch.setattr(sys, "_current_frames", listed)
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        if not collects:
            gc.disable()
        assert is_under_way(other, lambda frame: frame.f_code.co_name == "wait")
        assert gc.isenabled() is collects
    finally:
        gc.enable()
        done.set()
        other.join()
    assert seen == [False]
