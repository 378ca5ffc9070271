"""What may be spent on watching, on a clock that tells whatever time the test wants."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz_widgets.model import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def pace_of(budget: float | None = 0.1, every: Any = "batch", interval: float = 0.0) -> Any:
    clock = Clock()
    pace = Pace(budget, every, interval, clock=clock)
    pace.begin()
    return clock, pace


def update(clock: Clock, pace: Pace, cost: float) -> None:
    with pace.updating():
        clock.now += cost


def test_time_is_training_or_spent_or_neither() -> None:
    clock, pace = pace_of()
    clock.now += 10
    update(clock, pace, 2)
    clock.now += 5
    with pace.apart():
        clock.now += 100
    with pace.serving():
        clock.now += 1
    pace.end()
    clock.now += 1000
    assert (pace.training, pace.spent, pace.updates) == (15, 3, 1)
    assert pace.share == pytest.approx(3 / 15)
    pace.begin()
    clock.now += 60
    pace.end(at_most=1)
    assert pace.training == 16


def test_an_update_that_raises_is_paid_for() -> None:
    clock, pace = pace_of()
    with pytest.raises(ZeroDivisionError), pace.updating():
        clock.now += 2
        raise ZeroDivisionError
    assert (pace.spent, pace.updates, pace.training) == (2, 1, 0)
    clock.now += 1
    assert pace.training == 1  # the clock goes on


def test_skipped_until_it_is_affordable() -> None:
    """A tenth: after an update of 1 s the next, of as much, is due after 20 s of training."""
    clock, pace = pace_of(0.1)
    assert pace.after_batches()
    update(clock, pace, 1)
    allowed = []
    for _ in range(25):
        clock.now += 1
        allowed.append(pace.after_batches())
    assert allowed.index(True) == 19
    assert pace.skipped == 19


def test_when_batches_and_epochs_are_due() -> None:
    _, pace = pace_of(None, 3)
    assert [pace.after_batches(count) for count in (1, 1, 1, 2, 1, 7, 1)] == [
        False,
        False,
        True,
        False,
        True,
        True,
        False,
    ]
    assert not pace.after_epoch()
    _, pace = pace_of(None, "epoch")
    assert not pace.after_batches(100)
    assert pace.after_epoch()
    assert pace.skipped == 0


@pytest.mark.parametrize("budget", [None, 1, 1.0])
def test_without_a_limit_only_the_interval_counts(budget: float | None) -> None:
    clock, pace = pace_of(budget, "batch", interval=0.2)
    assert pace.after_batches()
    update(clock, pace, 5)
    clock.now += 0.1
    assert not pace.after_batches()
    clock.now += 0.2
    assert pace.after_batches()


def test_nothing_to_spend() -> None:
    clock, pace = pace_of(0)
    update(clock, pace, 1)
    clock.now += 1e9
    assert not pace.after_batches()


@given(
    st.floats(0.01, 0.9),
    st.lists(st.tuples(st.floats(0, 10), st.floats(0, 5)), max_size=80),
    st.booleans(),
)
def test_the_budget_is_kept_at_every_moment(
    budget: float, batches: list[tuple[float, float]], first: bool
) -> None:
    """Whatever batches and updates cost: never more than one update is spent beyond it.

    The last one is shown whatever it costs, on top of the error of one expectation.
    """
    clock, pace = pace_of(budget)
    costs = [0.0]
    if first:
        costs.append(1.5)
        update(clock, pace, costs[-1])
    for trained, cost in batches:
        clock.now += trained
        if pace.after_batches():
            costs.append(cost)
            update(clock, pace, cost)
        assert pace.spent <= budget * pace.training + max(costs) + 1e-6
    update(clock, pace, 2.0)
    assert pace.spent <= budget * pace.training + max(costs) + 2.0 + 1e-6


@given(st.floats(0.01, 0.9), st.floats(0.01, 3), st.lists(st.floats(0, 10), max_size=80))
def test_where_updates_cost_the_same_the_last_one_is_all_that_is_beyond(
    budget: float, cost: float, batches: list[float]
) -> None:
    clock, pace = pace_of(budget)
    update(clock, pace, cost)
    for trained in batches:
        clock.now += trained
        if pace.after_batches():
            update(clock, pace, cost)
    if pace.updates > 1:
        assert pace.spent <= budget * pace.training + 1e-6
    update(clock, pace, cost)
    assert pace.spent <= budget * pace.training + (1 if pace.updates > 2 else 2) * cost + 1e-6


@pytest.mark.parametrize("budget", [-0.1, 1.1, float("nan"), "much", True])
def test_wrong_budgets(budget: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="0 to 1, or None; got"):
        Pace(budget)


@pytest.mark.parametrize("every", [0, -1, "epochs", 2.0, None, True])
def test_wrong_periods(every: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="'epoch', 'batch' or a whole number"):
        Pace(0.1, every)


@pytest.mark.parametrize("interval", [-1, float("nan"), "1"])
def test_wrong_intervals(interval: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="smallest_interval"):
        Pace(0.1, "batch", interval)


# Full or quick -------------------------------------------------------------------------------


def quick_pace(every: Any = "batch", *, interval: float = 0.0, **options: Any) -> Any:
    """A twentieth to spend, and quick updates that look at a quarter of the samples."""
    clock = Clock()
    pace = Pace(0.05, every, interval, quick_part=0.25, clock=clock, **options)
    pace.begin()
    return clock, pace


def kinds_over(
    clock: Clock, pace: Pace, steps: list[float], full: float = 0.3, quick: float = 0.1
) -> list[bool]:
    """Train for so long before each due point; whether an update there is to be full."""
    with pace.updating():
        clock.now += full
    found = []
    for seconds in steps:
        clock.now += seconds
        if pace.after_batches() or pace.after_epoch():
            with pace.updating(pace.full):
                clock.now += full if pace.full else quick
        found.append(pace.full)
    return found


@pytest.mark.parametrize(
    ("every", "seconds", "full"),
    [("batch", 0.7, False), ("batch", 7.0, True), ("epoch", 0.7, False), ("epoch", 60.0, True)],
)
def test_full_where_the_budget_allows_for_it_at_every_due_point(
    every: Any, seconds: float, full: bool
) -> None:
    """0.3 s are a twentieth of 6 s."""
    clock, pace = quick_pace(every)
    assert pace.full
    assert kinds_over(clock, pace, [seconds] * 20) == [full] * 20


def test_every_few_batches_are_further_apart() -> None:
    clock, pace = quick_pace(10)
    # A due point every 7 s; between two of them nothing is decided.
    assert all(kinds_over(clock, pace, [0.7] * 60))


def test_no_more_than_the_page_can_show_counts_as_due() -> None:
    """Steps of a millisecond: updates come every 10 s at most, and full ones fit in there."""
    clock, pace = quick_pace("batch", interval=10.0)
    assert all(kinds_over(clock, pace, [0.001] * 50))


def test_one_long_break_between_updates_is_no_rule() -> None:
    """The first step, in which training is traced, and a validation in between."""
    clock, pace = quick_pace("batch")
    kinds = kinds_over(clock, pace, [30.0, *[0.5] * 10, 30.0, *[0.5] * 10])
    assert kinds[0]
    assert not any(kinds[2:])


def test_full_and_quick_ones_do_not_take_turns() -> None:
    """Due points that lie about 6 s apart, where a full update just fits and just does not."""
    clock, pace = quick_pace("epoch")
    kinds = kinds_over(clock, pace, [5.0, 7.0, 5.5, 6.5, 5.8, 6.2] * 10)
    changes = sum(before != after for before, after in pairwise(kinds))
    assert changes <= 2
    # Far more time, and they come back.
    clock, pace = quick_pace("epoch")
    kinds = kinds_over(clock, pace, [3.0] * 20 + [12.0] * 20)
    assert kinds == sorted(kinds)
    assert (kinds[0], kinds[-1]) == (False, True)


def test_a_full_one_that_was_slow_by_chance_is_forgotten() -> None:
    """The first one took 100 times as long; quick ones show that a full one cannot cost that."""
    clock, pace = quick_pace("epoch")
    with pace.updating():
        clock.now += 30.0
    kinds = kinds_over(clock, pace, [20.0] * 60, full=0.3, quick=0.1)
    assert not kinds[0]
    assert kinds[-1]


def test_always_full_without_a_budget_or_where_no_quick_one_saves_anything() -> None:
    for options in ({"quick_part": 0.25}, {"quick_part": 1.0, "always_quick": True}):
        budget = None if options["quick_part"] < 1 else 0.05
        clock = Clock()
        pace = Pace(budget, "batch", 0.0, clock=clock, **options)
        pace.begin()
        assert all(kinds_over(clock, pace, [0.01] * 20))


def test_always_quick_where_that_is_wished_for() -> None:
    clock, pace = quick_pace("epoch", always_quick=True)
    assert not any(kinds_over(clock, pace, [1e3] * 5))


def test_quick_updates_are_not_held_up_by_what_full_ones_cost() -> None:
    """One of 0.1 s may follow every 2 s; one of 0.3 s could every 6 s."""
    clock, pace = quick_pace("batch")
    with pace.updating():
        clock.now += 0.3
    updates = []
    for second in range(1, 61):
        clock.now += 1.0
        if pace.after_batches():
            with pace.updating(pace.full):
                clock.now += 0.1
            updates.append(second)
    # Until there was one a quick one is expected to cost what a full one does.
    assert updates[0] == 12
    assert len(updates) in (26, 27)  # (3 − 0.3) / 0.1, but for rounding
