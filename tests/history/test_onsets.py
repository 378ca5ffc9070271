"""When trouble begins: looks at made-up layers whose onsets are known."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from cnnviz_widgets.analysis import channel_measures
from cnnviz_widgets.history.onsets import MOST_CHANNELS, MOST_ENDED, Onset, OnsetWatch
from cnnviz_widgets.records.layer_health import LayerHealth, WeightHealth, layer_health


class Training:
    """A watch, and looks at layers whose channels are given by hand."""

    def __init__(self) -> None:
        self.watch = OnsetWatch()

    def look(
        self,
        step: int,
        path: str = "conv",
        *,
        dead: tuple[int, ...] = (),
        nan: tuple[int, ...] = (),
        channels: int = 4,
        change: float = 0.1,
        nan_weights: int = 0,
        trainable: bool = True,
        kind: str = "weights",
        parents: tuple[str, ...] | None = (),
        maps: bool = True,
    ) -> None:
        values = np.ones((2, 3, channels) if maps else (2, channels))
        values[..., list(dead)] = 0
        values[..., list(nan)] = np.nan
        measures = channel_measures(values)
        health = layer_health(
            measures, WeightHealth(norm=1.0, change=change, nonfinite=nan_weights)
        )
        self.watch.look(
            step, path, measures, health, trainable=trainable, kind=kind, parents=parents
        )

    @property
    def onsets(self) -> tuple[Onset, ...]:
        return self.watch.onsets

    @property
    def told(self) -> list[tuple[str, str, int, tuple[int, ...], int | None]]:
        return [(o.kind, o.layer, o.step, o.channels, o.ended) for o in self.onsets]


# Dead channels


def test_nothing_wrong_has_no_onset() -> None:
    training = Training()
    for step in range(3):
        training.look(step)
    assert training.onsets == ()


def test_a_channel_that_dies_begins_at_the_step_where_it_was_first_seen_dead() -> None:
    training = Training()
    training.look(0)
    training.look(40, dead=(2,))
    training.look(60, dead=(1, 2, 3))
    assert training.told == [("dead", "conv", 40, (1, 2, 3), None)]
    (onset,) = training.onsets
    assert onset.text == (
        "1 of 4 channels is zero on every sample from step 40 on; 3 of 4 channels by step 60"
    )
    assert not onset.from_start


def test_channels_dead_at_the_first_look_are_told_apart_from_those_that_die() -> None:
    training = Training()
    training.look(0, dead=(0,))
    training.look(10, dead=(0, 3))
    start, later = training.onsets
    assert (start.step, start.channels, start.from_start) == (0, (0,), True)
    assert start.text == "1 of 4 channels is zero on every sample from the start"
    assert (later.step, later.channels, later.from_start) == (10, (3,), False)


def test_an_onset_is_over_when_none_of_its_channels_is_dead_any_more() -> None:
    training = Training()
    training.look(0)
    training.look(10, dead=(1, 2))
    training.look(20, dead=(2,))
    assert training.told == [("dead", "conv", 10, (1, 2), None)]
    training.look(30)
    assert training.told == [("dead", "conv", 10, (1, 2), 30)]
    assert training.onsets[0].text.endswith("from step 10 on; over at step 30")


def test_a_channel_dead_from_the_start_that_lived_and_dies_again_died_in_training() -> None:
    training = Training()
    training.look(0, dead=(1,))
    training.look(1)
    training.look(2, dead=(1,))
    assert training.told == [("dead", "conv", 0, (1,), 1), ("dead", "conv", 2, (1,), None)]
    assert [onset.from_start for onset in training.onsets] == [True, False]


def test_a_flickering_channel_leaves_a_bounded_trace() -> None:
    training = Training()
    training.look(0)
    looks = 10_000
    measured = [channel_measures(np.array([[1.0, on], [1.0, on]])) for on in (1.0, 0.0)]
    healths = [layer_health(measures) for measures in measured]
    for step in range(1, looks + 1):
        training.watch.look(
            step,
            "dense",
            measured[step % 2],
            healths[step % 2],
            trainable=True,
            kind="weights",
            parents=(),
        )
    # It dies at steps 1, 3, 5, …, and is back a step later; the first look finds it dead.
    onsets = training.onsets
    assert len(onsets) == 1 + MOST_ENDED
    assert training.watch.forgotten == {("dead", "dense"): looks // 2 - 1 - MOST_ENDED}
    assert onsets[0].from_start and onsets[0].text.startswith("1 of 2 units is zero")
    assert [onset.step for onset in onsets[1:4]] == [3, 5, 7]


def test_a_wide_layer_names_some_of_its_channels_and_counts_all() -> None:
    training = Training()
    training.look(0, channels=MOST_CHANNELS + 500)
    training.look(1, channels=MOST_CHANNELS + 500, dead=tuple(range(MOST_CHANNELS + 100)))
    (onset,) = training.onsets
    assert onset.channels == tuple(range(MOST_CHANNELS))
    assert onset.text.startswith("2,148 of 2,548 channels are zero")


def test_layers_that_hand_on_begin_none() -> None:
    training = Training()
    for step in (0, 1):
        dead = (1,) if step else ()
        training.look(step, "conv")
        training.look(step, "relu", dead=dead, kind="activation", parents=("conv",))
        training.look(step, "pool", dead=dead, kind="other", parents=("relu",))
        training.look(step, "norm", dead=dead, kind="activation", parents=("pool",))
        training.look(step, "flat", dead=(3, 4, 5), channels=12, kind="other", parents=("norm",))
    assert training.told == [("dead", "relu", 1, (1,), None)]


def test_an_activation_begins_with_the_channels_that_were_alive_before_it() -> None:
    training = Training()
    training.look(0, "conv")
    training.look(0, "relu", kind="activation", parents=("conv",))
    training.look(1, "conv", dead=(0,))
    training.look(1, "relu", dead=(0, 2), kind="activation", parents=("conv",))
    assert training.told == [
        ("dead", "conv", 1, (0,), None),
        ("dead", "relu", 1, (2,), None),
    ]


def test_weights_may_begin_to_die_behind_dead_channels_but_not_behind_nothing_but_zeros() -> None:
    training = Training()
    for step in (0, 1):
        training.look(step, "one", dead=(2,) if step else ())
        training.look(step, "two", dead=(2,) if step else (), parents=("one",))
    assert [onset.layer for onset in training.onsets] == ["one", "two"]
    training = Training()
    for step in (0, 1):
        training.look(step, "one", dead=(0, 1, 2, 3) if step else ())
        training.look(
            step, "flat", dead=(0, 1, 2, 3) if step else (), kind="other", parents=("one",)
        )
        training.look(step, "two", dead=(0, 1) if step else (), parents=("flat",))
    assert training.told == [("dead", "one", 1, (0, 1, 2, 3), None)]
    assert training.onsets[0].text.startswith("all 4 channels are zero")


def test_outputs_that_are_not_read_for_once_end_nothing() -> None:
    training = Training()
    training.look(0)
    training.look(1, dead=(1,))
    training.watch.look(2, "conv", None, LayerHealth(), trainable=True, kind="weights", parents=())
    assert training.told == [("dead", "conv", 1, (1,), None)]


def test_a_layer_rebuilt_with_other_channels_begins_again() -> None:
    training = Training()
    training.look(0)
    training.look(1, dead=(3,))
    training.look(2, dead=(3, 7), channels=8)
    assert training.told == [("dead", "conv", 1, (3,), 2), ("dead", "conv", 2, (3, 7), None)]


# NaN and infinity


def test_nan_begins_at_the_layer_that_gets_none() -> None:
    training = Training()
    for step in (0, 5):
        nan = (0, 1) if step else ()
        training.look(step, "one")
        training.look(step, "two", nan=nan, parents=("one",))
        training.look(step, "pool", nan=nan, kind="other", parents=("two",))
        training.look(step, "three", nan=(0, 1, 2, 3) if step else (), parents=("pool",))
    assert training.told == [("non-finite", "two", 5, (0, 1), None)]
    assert training.onsets[0].text == "2 of 4 channels hold NaN or infinity from step 5 on"


def test_a_layer_that_hands_on_may_be_where_nan_begins() -> None:
    training = Training()
    training.look(0, "input", nan=(1,), kind="other", parents=())
    training.look(0, "conv", nan=(0,), parents=("input",))
    assert training.told == [("non-finite", "input", 0, (1,), None)]
    assert training.onsets[0].from_start


def test_without_parents_the_first_layer_in_order_is_where_it_begins() -> None:
    training = Training()
    for path in ("one", "two", "three"):
        training.look(0, path, nan=() if path == "one" else (0,), parents=None)
    assert training.told == [("non-finite", "two", 0, (0,), None)]


def test_nan_in_weights_spreads_to_all_layers_and_is_one_onset() -> None:
    training = Training()
    for step in (0, 1, 2):
        gone = step > 0
        # Two branches: neither reads the other, but one step of training spoils both.
        for path in ("left", "right"):
            nan = (0, 1, 2, 3) if gone else ()
            training.look(step, path, nan=nan, nan_weights=36 * gone, change=math.nan)
    assert training.told == [("non-finite", "left", 1, (0, 1, 2, 3), None)]
    assert training.onsets[0].text == "36 of its weights are NaN or infinite from step 1 on"


def test_weights_that_turn_nan_behind_an_activation_that_hides_them_are_seen() -> None:
    training = Training()
    training.look(0)
    training.look(1, nan_weights=1, change=math.nan)
    training.look(2)
    assert training.told == [("non-finite", "conv", 1, (), 2)]
    assert training.onsets[0].text == (
        "1 of its weights is NaN or infinite from step 1 on; over at step 2"
    )


def test_nan_that_stays_when_its_cause_is_gone_begins_then() -> None:
    training = Training()
    for step, nan in enumerate([(), (0,), ()]):
        training.look(step, "one", nan=nan)
        training.look(step, "two", nan=(0,) if step else (), parents=("one",))
    assert training.told == [
        ("non-finite", "one", 1, (0,), 2),
        ("non-finite", "two", 2, (0,), None),
    ]


def test_nan_is_seen_by_the_numbers_alone_too() -> None:
    watch = OnsetWatch()
    health = LayerHealth(channels=8, nonfinite_channels=3, nonfinite=5)
    for step, now in enumerate([LayerHealth(channels=8), health, health]):
        watch.look(step, "conv", None, now, trainable=True, kind="weights", parents=())
    (onset,) = watch.onsets
    assert (onset.step, onset.channels) == (1, ())
    assert onset.text == "3 of 8 channels hold NaN or infinity from step 1 on"


# Frozen weights


def test_weights_that_stand_still_are_frozen_from_the_first_look_that_shows_it() -> None:
    training = Training()
    training.look(0, change=math.nan)
    training.look(10, change=0.01)
    training.look(20, change=0.0)
    training.look(30, change=0.0)
    assert training.told == [("frozen", "conv", 20, (), None)]
    assert training.onsets[0].text == "its weights stand still from step 20 on"
    training.look(40, change=1e-9)
    assert training.told == [("frozen", "conv", 20, (), 40)]


def test_no_weight_is_frozen_between_two_looks_at_one_step() -> None:
    training = Training()
    training.look(5, change=math.nan)
    training.look(5, change=0.0)
    assert training.onsets == ()


@pytest.mark.parametrize("state", [{"trainable": False}, {"nan_weights": 2}, {"change": math.nan}])
def test_weights_not_meant_to_move_or_unknown_are_not_frozen(state: dict[str, object]) -> None:
    training = Training()
    for step in range(3):
        training.look(step, **{"change": 0.0, **state})
    assert not [onset for onset in training.onsets if onset.kind == "frozen"]


def test_a_learning_rate_of_zero_is_one_onset_for_all_layers() -> None:
    training = Training()
    rates = [0.1, 0.1, 0.0, 0.0, 0.1]
    for step, rate in enumerate(rates):
        for path in ("one", "two", "three"):
            training.look(step, path, change=rate)
        if step == 3:
            assert training.told == [("frozen", "one", 2, (), None)]
    assert training.told == [("frozen", "one", 2, (), 4)]
    assert training.onsets[0].text == (
        "the weights of 3 layers (one, two and three) stand still from step 2 on; over at step 4"
    )


def test_a_layer_that_is_wholly_dead_is_not_called_frozen_on_top() -> None:
    training = Training()
    training.look(0)
    training.look(1, dead=(0, 1, 2, 3), change=0.0)
    training.look(2, dead=(0, 1, 2, 3), change=0.0)
    assert [onset.kind for onset in training.onsets] == ["dead"]


# The whole


def test_onsets_come_by_step_and_are_the_same_object_until_something_changes() -> None:
    training = Training()
    for step in range(4):
        training.look(step, "late", dead=(1,) if step == 3 else ())
        training.look(step, "early<script>", dead=(1,) if step > 1 else ())
    onsets = training.onsets
    assert [onset.layer for onset in onsets] == ["early<script>", "late"]
    training.look(4, "late", dead=(1,))
    assert training.onsets is onsets
    training.look(5, "late")
    assert training.onsets is not onsets


def test_it_can_be_read_while_another_thread_looks() -> None:
    training = Training()
    failures = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            steps = [onset.step for onset in training.onsets]
            if steps != sorted(steps):
                failures.append(steps)

    reader = threading.Thread(target=read)
    reader.start()
    for step in range(300):
        for path in ("one", "two", "three"):
            training.look(step, path, dead=(step % 4,), change=float(step % 3))
    done.set()
    reader.join(timeout=60)
    assert not reader.is_alive() and not failures
