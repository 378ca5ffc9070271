"""Parts of objects that threads ask for at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from cnnviz_widgets.records.cached_property import cached_property


class Meeting:
    """Its part is there when two threads are in the middle of computing one."""

    def __init__(self, barrier: Barrier) -> None:
        self.barrier = barrier
        self.computed = 0

    @cached_property
    def part(self) -> object:
        """A new object at each computation."""
        self.barrier.wait(timeout=20)
        self.computed += 1
        return object()


def test_a_part_is_computed_once() -> None:
    one = Meeting(Barrier(1))
    assert one.part is one.part
    assert one.computed == 1
    assert Meeting.part.__doc__ == "A new object at each computation."


def test_threads_do_not_wait_for_the_same_part_of_another_object() -> None:
    barrier = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda each: each.part, [Meeting(barrier), Meeting(barrier)]))
    assert parts[0] is not parts[1]


def test_threads_that_meet_at_one_object_are_given_the_same() -> None:
    one = Meeting(Barrier(2))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda each: each.part, [one, one])
    assert first is second is one.part
    assert one.computed == 2
