"""The timeline: which moments and marks go on the wire, and what a position calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from traitlets import TraitError

from cnnviz_widgets.history.training_logs import LogTable, TrainingLogs
from cnnviz_widgets.widgets.panels.training.curves import MOST_LOGS
from cnnviz_widgets.widgets.panels.training.timeline import MOST_MARKS, MOST_TICKS, Timeline


@dataclass(frozen=True)
class Mark:
    kind: str = "dead"
    layer: str = "conv<script>"
    step: int = 10
    text: str = "1 of 8 channels is zero on every sample"
    from_start: bool = False


def steps_of(timeline: Timeline) -> list[float]:
    return np.frombuffer(timeline._steps, "<f8").tolist()


def kept_of(timeline: Timeline) -> list[int]:
    return list(timeline._kept)


def test_moments_and_marks_go_on_the_wire_by_step() -> None:
    timeline = Timeline()
    timeline.show([0, 10, 30], [True, False, True], [Mark(step=30), Mark("frozen", step=10)])
    assert steps_of(timeline) == [0, 10, 30]
    assert kept_of(timeline) == [1, 0, 1]
    assert timeline._moments == 3
    assert [mark["step"] for mark in timeline._onsets] == [10, 30]
    assert timeline._onsets[1] == {
        "kind": "dead",
        "layer": "conv<script>",
        "step": 30,
        "text": "1 of 8 channels is zero on every sample",
        "from_start": False,
    }


def test_no_moment_and_one_moment() -> None:
    timeline = Timeline()
    timeline.show([], [], [Mark()])
    assert (timeline._moments, steps_of(timeline)) == (0, [])
    timeline.show([0], [True], [Mark(step=0)])
    assert (timeline._moments, steps_of(timeline)) == (1, [0])


def test_of_a_long_run_some_moments_have_a_tick_those_of_marks_and_those_kept_first() -> None:
    steps = np.arange(10_000) * 3
    kept = np.zeros(10_000, bool)
    kept[[1234, 5678]] = True
    timeline = Timeline()
    # The second began between two moments: it was seen at the one after it.
    timeline.show(steps, kept, [Mark(step=3 * 777), Mark(step=3 * 4321 - 1)])
    sent = steps_of(timeline)
    assert len(sent) == len(kept_of(timeline)) == MOST_TICKS
    assert {0, 29_997, 3 * 777, 3 * 4321, 3 * 1234, 3 * 5678} < set(sent)
    assert sum(kept_of(timeline)) == 2
    assert timeline._moments == 10_000


def test_of_too_many_marks_the_first_of_each_kind_is_among_those_sent() -> None:
    marks = [Mark(step=step) for step in range(1, 1000)] + [Mark("non-finite", step=500)]
    timeline = Timeline()
    timeline.show(np.arange(1001), np.ones(1001, bool), marks)
    sent = timeline._onsets
    assert len(sent) == MOST_MARKS
    assert timeline._marks == 1000
    assert (sent[0]["kind"], sent[0]["step"]) == ("dead", 1)
    assert [mark["step"] for mark in sent if mark["kind"] == "non-finite"] == [500]
    assert [mark["step"] for mark in sent] == sorted(mark["step"] for mark in sent)


@pytest.mark.parametrize(
    ("steps", "kept", "message"),
    [
        ([1, 2], [True], r"\(2,\) and \(1,\)"),
        ([[1]], [[True]], "one-dimensional"),
        ([2, 1], [True, True], "ascend"),
        ([1, 1], [True, True], "ascend"),
        ([-1, 1], [True, True], "ascend"),
    ],
)
def test_wrong_moments_are_refused_and_change_nothing(
    steps: list[int], kept: list[bool], message: str
) -> None:
    timeline = Timeline()
    timeline.show([5], [True])
    with pytest.raises(ValueError, match=message):
        timeline.show(steps, kept)
    assert steps_of(timeline) == [5]


def test_a_position_is_shown_and_what_is_to_be_known_of_it_told() -> None:
    asked: list[int] = []

    def go_to(position: int) -> str | None:
        assert timeline._shown != position  # the page waits for as long as this runs
        asked.append(position)
        return "not kept" if position == 10 else None

    timeline = Timeline(go_to)
    timeline.show([0, 10], [True, False])
    timeline.set_state({"position": 10})
    assert (timeline._shown, timeline.note) == (10, "not kept")
    timeline.position = -1
    assert (timeline._shown, timeline.note) == (-1, "")
    assert asked == [10, -1]


def test_alone_nothing_is_waited_for() -> None:
    timeline = Timeline()
    timeline.position = 5
    assert timeline._shown == 5


def test_what_a_position_raises_is_told_and_the_page_waits_no_longer() -> None:
    def go_to(position: int) -> str | None:
        raise (OSError("gone") if position else KeyboardInterrupt)

    timeline = Timeline(go_to)
    timeline.set_state({"position": 3})
    assert (timeline._shown, timeline.note) == (3, "OSError: gone")
    with pytest.raises(KeyboardInterrupt):
        timeline.set_state({"position": 0})
    assert timeline._shown == 0
    assert "interrupted" in timeline.note


def test_there_is_no_position_below_live() -> None:
    with pytest.raises(TraitError):
        Timeline(position=-2)


@pytest.mark.parametrize("order", [["position", "_mark"], ["_mark", "position"]])
def test_a_mark_leads_to_its_moment_and_its_layer_at_once(order: list[str]) -> None:
    asked: list[tuple[object, ...]] = []

    def go_to(position: int) -> None:
        asked.append((position,))

    def go_to_mark(position: int, kind: str, layer: str) -> str:
        asked.append((position, kind, layer))
        return f"{layer} was not kept"

    timeline = Timeline(go_to, go_to_mark)
    timeline.show([0, 10], [True, True], [Mark()])

    def send(number: int, position: int) -> None:
        state = {"position": position, "_mark": [number, "dead", "conv<script>"]}
        timeline.set_state({name: state[name] for name in order})

    send(1, 10)
    assert asked == [(10, "dead", "conv<script>")]
    assert (timeline._shown, timeline.note) == (10, "conv<script> was not kept")
    # Again: the reader may have gone to another layer since.
    send(2, 10)
    timeline.set_state({"position": 0})
    timeline.set_state({"position": 10})
    assert asked[1:] == [asked[0], (0,), (10,)]
    send(3, 0)
    timeline.position = 10
    timeline.position = 0
    assert asked[4:] == [(0, "dead", "conv<script>"), (10,), (0,)]


@pytest.mark.parametrize("order", [["position", "_mark"], ["_mark", "position"]])
def test_why_a_mark_led_elsewhere_is_still_told(order: list[str]) -> None:
    def go_to_mark(position: int, kind: str, layer: str) -> str:
        timeline.position = -1
        return f"{layer} was not kept: it is shown as it is now"

    timeline = Timeline(lambda position: None, go_to_mark)
    timeline.show([0, 10], [True, True], [Mark()])
    state = {"position": 10, "_mark": [1, "dead", "conv"]}
    timeline.set_state({name: state[name] for name in order})
    assert (timeline.position, timeline._shown) == (-1, -1)
    assert timeline.note == "conv was not kept: it is shown as it is now"


def test_without_another_word_a_mark_leads_to_its_moment() -> None:
    asked: list[int] = []
    timeline = Timeline(asked.append)
    timeline.set_state({"position": 10, "_mark": [1, "dead", "conv"]})
    assert asked == [10]


def logs(**curves: list[float]) -> TrainingLogs:
    table = LogTable()
    for name, values in curves.items():
        for step, value in enumerate(values, 1):
            table.add(name, "batch", step, value)
    table.begin_epoch(0, 1)
    return table.logs


def test_losses_go_on_the_wire_one_after_the_other_the_loss_first() -> None:
    timeline = Timeline()
    later = LogTable()
    later.add("loss", "batch", 3, np.inf)
    timeline.show_logs([logs(accuracy=[0.5, 0.75], loss=[2.0, np.nan]), later.logs], end=10)
    assert [(each["name"], each["points"]) for each in timeline._logs] == [
        ("loss", 3),
        ("accuracy", 2),
    ]
    assert np.frombuffer(timeline._log_steps, "<f8").tolist() == [1, 2, 3, 1, 2]
    means = np.frombuffer(timeline._log_values, "<f4").reshape(3, 5)[0]
    np.testing.assert_array_equal(means, np.float32([2, np.nan, np.inf, 0.5, 0.75]))
    assert np.frombuffer(timeline._epochs, "<f8").tolist() == [0, 1]
    assert timeline._end == 10


def test_of_a_long_run_few_points_go_and_their_extremes_stay() -> None:
    values = np.random.default_rng(0).normal(size=2_000)
    timeline = Timeline()
    timeline.show_logs([logs(loss=values.tolist())])
    points = timeline._logs[0]["points"]
    means, lows, highs = np.frombuffer(timeline._log_values, "<f4").reshape(3, points)
    assert points <= 480
    assert (lows.min(), highs.max()) == (np.float32(values.min()), np.float32(values.max()))
    assert (lows <= means).all() and (means <= highs).all()
    assert timeline._logs[0]["batches"] >= 2_000 // 480


def test_no_more_curves_are_sent_than_are_read_and_nothing_is_no_fault() -> None:
    timeline = Timeline()
    timeline.show_logs([logs(**{f"m{number}": [1.0] for number in range(60)})])
    assert len(timeline._logs) == MOST_LOGS
    timeline.show_logs([])
    assert (timeline._logs, timeline._log_steps) == ([], b"")


@pytest.mark.parametrize(
    ("given", "end"), [([{"loss": 1.0}], 0), (["loss"], 0), ([], -1), ([], 1.5), (None, 0)]
)
def test_wrong_logs_are_refused(given: object, end: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Timeline().show_logs(given, end)  # type: ignore[arg-type]


def test_layers_numbers_are_those_of_the_health_panel() -> None:
    timeline = Timeline()
    timeline.show_health([0, 5], ["a", "b"], {"dead_share": [[0, 0.5], [0.25, 1]]})
    assert np.frombuffer(timeline._points, "<f8").tolist() == [0, 5]
    assert np.frombuffer(timeline._values, "<f4").reshape(2, 2).tolist() == [[0, 0.25], [0.5, 1]]
    assert timeline.picture().size[0] > 100
    assert Timeline().picture() is None
    with pytest.raises(ValueError, match="column for each of 1"):
        timeline.show_health([0, 5], ["a"], {"dead_share": [[0, 0.5], [0.25, 1]]})
