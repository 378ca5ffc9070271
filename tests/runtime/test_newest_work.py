"""One thing at a time: the newest goes on, what it replaces ends without a word."""

from __future__ import annotations

import threading
import time

import pytest

from cnnviz_widgets.runtime.newest_work import NewestWork, Superseded, Turn


def test_what_is_begun_later_supersedes_what_went_on() -> None:
    told: list[str] = []
    begun, errors = threading.Event(), list[Exception]()
    work = NewestWork(errors.append)

    def endless(turn: Turn) -> None:
        begun.set()
        while True:
            turn.look()
            time.sleep(0.001)

    work.begin(endless)
    assert begun.wait(10) and work.turn is not None and not work.wait(0.01)
    work.begin(lambda turn: turn.tell(lambda: told.append("newer")))
    assert work.wait(10)
    assert (told, errors, work.turn) == (["newer"], [], None)


def test_what_is_superseded_can_tell_nothing() -> None:
    told, refused = list[str](), threading.Event()
    go_on, work = threading.Event(), NewestWork(lambda error: None)

    def late(turn: Turn) -> None:
        go_on.wait(10)
        try:
            turn.tell(lambda: told.append("late"))
        except Superseded:
            refused.set()
            raise

    work.begin(late)
    work.end()
    go_on.set()
    assert refused.wait(10) and told == []
    assert work.wait()


def test_what_it_raises_goes_to_whom_it_concerns() -> None:
    errors: list[Exception] = []
    work = NewestWork(errors.append)

    def fails(turn: Turn) -> None:
        raise ValueError("no such thing")

    work.begin(fails)
    assert work.wait(10)
    assert [str(error) for error in errors] == ["no such thing"]
    work.begin(lambda turn: None)
    assert work.wait(10) and len(errors) == 1


@pytest.mark.parametrize("seconds", [None, 0.0, 1.0])
def test_of_nothing_there_is_nothing_to_wait_for(seconds: float | None) -> None:
    assert NewestWork(lambda error: None).wait(seconds)


@pytest.mark.parametrize("before", [True, False])
def test_an_interrupt_while_it_is_begun_leaves_nothing_that_goes_on(
    before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, done, work = threading.Thread.start, list[str](), NewestWork(lambda error: None)

    def interrupted(thread: threading.Thread) -> None:
        if not before:
            start(thread)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            work.begin(lambda turn: done.append("lost"))
    assert work.turn is None and work.wait(10)
    work.begin(lambda turn: done.append("next"))
    assert work.wait(10) and work.turn is None
    for thread in threading.enumerate():
        if thread.name == "cnnviz-newest-work":
            thread.join(10)
    assert done == ["next"]
