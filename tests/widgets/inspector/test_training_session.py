"""An inspector that follows training: what it shows, and what it keeps."""

from __future__ import annotations

import _thread
import gc
import signal
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

import cnnviz_widgets as cv
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.place_record import NOW

from ..small_training import STEPS, fit, inspected, outputs_of, small_model
from .trainings import Each, check_consistent, each_batch, marks

pytestmark = pytest.mark.usefixtures("every_update")

PATIENCE = 60.0


@pytest.fixture(scope="module")
def idle() -> Any:
    """An inspector that no test changes."""
    return inspected()


# During and after fit ----------------------------------------------------------------------


def test_the_trained_model_is_shown_at_the_end() -> None:
    inspector = inspected()
    model = inspector.probe.model
    before = inspector.record.values.copy()
    fit(model, inspector.monitor(budget=None), epochs=2)
    check_consistent(inspector)
    assert not np.array_equal(before, inspector.record.values)
    np.testing.assert_allclose(
        inspector.record.values, outputs_of(model, "conv1"), rtol=1e-5, atol=1e-6
    )
    probe = ModelProbe(model, inspector.probe.inputs)
    for path, measures in inspector.measures.items():
        expected = probe.outputs(path).reshape(-1, measures.dead.size)
        np.testing.assert_allclose(measures.maximum, expected.max(axis=0), rtol=1e-4, atol=1e-6)
    history = inspector.history
    assert history.steps.tolist() == [0, STEPS, 2 * STEPS]
    assert history.holds(Place("conv1")).all()
    assert [moment.epoch for moment in history] == [None, 1, 2]
    assert set(history[-1].logs) == {"loss"}
    bar, timeline = inspector.following.bar, inspector.following.story.timeline
    assert (bar.state, bar.step, bar.epoch, bar.error) == ("ended", 2 * STEPS, 2, "")
    assert not timeline.training
    np.testing.assert_array_equal(np.frombuffer(timeline._steps), history.steps)
    assert timeline.layout.display is None


def test_the_list_of_layers_shows_what_died_in_training() -> None:
    inspector = inspected(rate=0.0)
    conv2 = inspector.probe.model.get_layer("conv2")

    def kill(batch: int) -> None:
        if batch == 2:
            kernel, bias = conv2.get_weights()
            bias[:3] = -100
            conv2.set_weights([kernel, bias])

    assert marks(inspector)["conv2"] == 0
    fit(inspector.probe.model, Each(kill), each_batch(inspector))
    assert marks(inspector)["conv2"] == 3
    onset = inspector.history.first("dead")
    assert (onset.layer, onset.step, onset.channels) == ("conv2", 2, (0, 1, 2))
    timeline = inspector.following.story.timeline
    dead = [(mark["layer"], mark["step"]) for mark in timeline._onsets if mark["kind"] == "dead"]
    assert dead == [("conv2", 2)]
    timeline.position = 1
    assert marks(inspector)["conv2"] == 0
    timeline.position = NOW
    assert marks(inspector)["conv2"] == 3


@pytest.mark.parametrize("kept", [True, False])
def test_the_first_dead_channel_is_shown_at_its_layer(kept: bool) -> None:
    inspector = inspected(rate=0.0)
    conv2 = inspector.probe.model.get_layer("conv2")

    def kill(batch: int) -> None:
        if batch == 2:
            kernel, bias = conv2.get_weights()
            bias[:3] = -100
            conv2.set_weights([kernel, bias])

    monitor = each_batch(inspector, layers=["conv2"] if kept else [])
    fit(inspector.probe.model, Each(kill), monitor)
    assert inspector.layer == "conv1"
    timeline = inspector.following.story.timeline
    timeline.set_state({"position": 2, "_mark": [1, "dead", "conv2"]})
    check_consistent(inspector)
    assert (inspector.layer, inspector.view) == ("conv2", "outputs")
    assert inspector.record.measures.dead.sum() == 3
    assert timeline.position == (2 if kept else NOW)
    assert ("was not kept" in timeline.note) == (not kept)
    # Once more, at the same moment, from elsewhere.
    inspector.layer = "conv1"
    timeline.set_state({"position": 2, "_mark": [2, "dead", "conv2"]})
    check_consistent(inspector)
    assert inspector.layer == "conv2"
    timeline.set_state({"position": 1, "_mark": [3, "dead", "gone"]})
    check_consistent(inspector)
    assert inspector.layer == "conv2"
    assert "there is no layer 'gone'" in timeline.note


def test_several_fits_are_one_history() -> None:
    inspector = inspected()
    model = inspector.probe.model
    fit(model, inspector.monitor(budget=None), epochs=2)
    fit(model, inspector.monitor())
    monitor = inspector.monitor()
    fit(model, monitor)
    fit(model, monitor)
    history = inspector.history
    assert history.steps.tolist() == [STEPS * epoch for epoch in (0, 1, 2, 3, 4, 5)]
    # The first look of a fit sees what the one before left, and takes no loss away.
    assert [set(moment.logs) for moment in history] == [set(), *[{"loss"}] * 5]
    assert [moment.epoch for moment in history] == [None, 1, 2, 1, 1, 1]
    seconds = [moment.seconds for moment in history]
    assert seconds == sorted(seconds)
    assert inspector.following.bar.step == 5 * STEPS


@pytest.mark.parametrize("first", [{}, {"memory": 0}])
def test_other_settings_begin_a_new_history(first: dict[str, Any], tmp_path) -> None:
    inspector = inspected()
    model = inspector.probe.model
    fit(model, inspector.monitor(**first))
    before = inspector.history
    fit(model, inspector.monitor(memory=10**6))
    assert inspector.history is not before
    assert inspector.history.steps.tolist() == [0, STEPS]
    fit(model, inspector.monitor(folder=tmp_path))
    assert inspector.history.steps.tolist() == [0, STEPS]
    fit(model, inspector.monitor(folder=str(tmp_path)))
    assert inspector.history.steps.tolist() == [0, STEPS, 2 * STEPS]
    assert [path.name for path in tmp_path.iterdir()] == ["run-0001"]


def test_a_relative_folder_is_another_one_elsewhere(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector = inspected()
    model = inspector.probe.model
    for name in ("yesterday", "today"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        fit(model, inspector.monitor(folder="history"))
        assert inspector.history.folder == str(tmp_path / name / "history" / "run-0001")
        assert inspector.history.steps.tolist() == [0, STEPS]
    fit(model, inspector.monitor(folder="history"))
    assert len(list(tmp_path.rglob("run-*"))) == 2
    assert len(cv.History.open(tmp_path / "today" / "history")) == 3


def test_moments_outlast_a_power_cut_once_training_is_over(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector = inspected()
    moments: list[int] = []
    monkeypatch.setattr(cv.History, "sync", lambda self: moments.append(len(self)))
    fit(inspector.probe.model, each_batch(inspector, folder=tmp_path), epochs=2)
    assert moments == [2 * STEPS + 1]


def test_a_new_history_leaves_the_past_of_the_old_one() -> None:
    inspector = inspected()
    model = inspector.probe.model
    fit(model, each_batch(inspector))
    timeline = inspector.following.story.timeline
    timeline.position = 2
    inspector.monitor(memory=10**6)
    assert timeline.position == NOW
    assert timeline._moments == 0
    check_consistent(inspector)
    assert inspector.following.story.timeline._points == b""
    timeline.position = 2
    assert timeline.position == NOW
    check_consistent(inspector)


def test_without_memory_nothing_is_kept() -> None:
    inspector = inspected()
    fit(inspector.probe.model, inspector.monitor(memory=0))
    assert inspector.history is None
    np.testing.assert_allclose(
        inspector.record.values,
        outputs_of(inspector.probe.model, "conv1"),
        rtol=1e-5,
        atol=1e-6,
    )
    timeline = inspector.following.story.timeline
    # A line says how to have one.
    assert (timeline.layout.display, timeline._moments, timeline._logs) == (None, 0, [])
    timeline.position = 2
    check_consistent(inspector)
    assert inspector._display.requested == NOW


def test_layers_that_are_named_are_kept_beside_the_one_shown() -> None:
    inspector = inspected()
    fit(inspector.probe.model, inspector.monitor(layers=["logits", "conv1"]))
    history = inspector.history
    assert set(history.places) == {Place("conv1"), Place("logits")}
    assert history.holds(Place("logits")).all()
    inspector.view = "weights"
    fit(inspector.probe.model, inspector.monitor(layers=["conv2"]))
    assert history.holds(Place("conv1", "weights", "kernel")).tolist() == [False, True, True]
    assert history.holds(Place("conv2")).tolist() == [False, True, True]
    np.testing.assert_array_equal(
        inspector.record.values.transpose(1, 2, 0, 3),
        inspector.probe.model.get_layer("conv1").get_weights()[0],
    )


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"layers": ["conv3"]}, ValueError, "conv"),
        ({"layers": "conv2"}, TypeError, r"\['conv2'\]"),
        ({"every": "minute"}, ValueError, "every must be"),
        ({"every": 0}, ValueError, "every must be"),
        ({"budget": 2}, ValueError, "budget"),
        ({"samples": 0}, ValueError, "'all' or a whole number of samples"),
        (
            {"samples": "few"},
            ValueError,
            "'all' or a whole number of samples",
        ),
        ({"memory": -1}, ValueError, "memory"),
        ({"memory": "1 GB"}, TypeError, "memory"),
        ({"memory": None}, TypeError, "memory"),
    ],
    ids=str,
)
def test_wrong_settings_are_named_and_change_nothing(
    idle: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    inspector = idle
    monitor = inspector.monitor(layers=["conv2"])
    state = dict(vars(inspector.following))
    history, budget = inspector.history, inspector.following.bar.budget
    with pytest.raises(error, match=words):
        inspector.monitor(**options)
    assert vars(inspector.following) == state
    assert inspector.following._monitor is monitor
    assert (inspector.history, inspector.following.bar.budget) == (history, budget)


def test_a_folder_that_cannot_be_made_changes_nothing(tmp_path) -> None:
    inspector = inspected()
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        inspector.monitor(folder=tmp_path / "file")
    assert inspector.history is None
    assert inspector.following._monitor is None


@pytest.mark.parametrize("eager", [False, True])
def test_training_is_the_same_bit_for_bit(eager: bool) -> None:
    def trained(*, followed: bool) -> tuple[list[np.ndarray], dict[str, Any]]:
        model = small_model(eager=eager)
        callbacks = []
        if followed:
            inspector = cv.ModelInspector(model, small_inputs())
            callbacks = [each_batch(inspector, layers=["conv2", "logits"])]
        keras.utils.set_random_seed(9)
        losses = fit(model, *callbacks, epochs=2, shuffle=True).history
        if followed:
            assert len(inspector.history) == 2 * STEPS + 1
        return model.get_weights() + [v.numpy() for v in model.optimizer.variables], losses

    alone, followed = trained(followed=False), trained(followed=True)
    assert alone[1] == followed[1]
    for one, other in zip(alone[0], followed[0], strict=True):
        assert one.tobytes() == other.tobytes()


def small_inputs() -> np.ndarray:
    return np.random.default_rng(5).random((4, 8, 8, 1)).astype("float32")


def test_what_the_reader_has_set_stays_while_it_trains() -> None:
    inspector = inspected()
    inspector.layer = "conv2"
    inspector.selection.selected = (1, 3)
    inspector.selection.hovered = 2
    inspector.dendrogram.cut = 0.3
    wanted = {
        name: getattr(inspector.axis, name)
        for name in inspector.axis.traits(sync=True)
        if not name.startswith("_")
    }
    fit(inspector.probe.model, each_batch(inspector))
    assert inspector.selection.selected == (1, 3)
    assert inspector.selection.hovered == 2
    assert inspector.dendrogram.cut == 0.3
    assert {name: getattr(inspector.axis, name) for name in wanted} == wanted
    # Another layer while it trains has other channels, as ever.
    fit(
        inspector.probe.model,
        each_batch(inspector),
        Each(lambda batch: inspector.selector.set_state({"layer": "conv1"})),
    )
    assert inspector.selection.selected == ()
    assert inspector.dendrogram.cut is None
    check_consistent(inspector)


def inversions(one: np.ndarray, other: np.ndarray) -> int:
    place = np.argsort(np.asarray(other))[np.asarray(one)]
    return int(sum((place[:at] > place[at]).sum() for at in range(len(place))))


@pytest.mark.parametrize("rate", [0.05, 1.0])
def test_channels_stay_where_they_were(rate: float) -> None:
    """Also when the reader looks at another layer in between, and reads again by hand."""
    inspector = inspected(rate=rate)
    orders, fresh, distances = [np.array(inspector.record.tree.columns)], [], []

    def look(batch: int) -> None:
        if batch % 2:
            inspector.layer = "conv2"
            inspector.layer = "conv1"
        orders.append(np.array(inspector.record.tree.columns))
        fresh.append(np.array(cosine_linkage(inspector.record.values).columns))

    fit(inspector.probe.model, each_batch(inspector), Each(look), epochs=3)
    inspector.refresh()
    look(0)
    for before, after, other in zip(orders, orders[1:], fresh, strict=False):
        distances.append((inversions(before, after), inversions(before, other)))
    assert all(near <= far for near, far in distances), distances
    np.testing.assert_array_equal(orders[-1], orders[-2])


# Quick looks -----------------------------------------------------------------------------------


def rows_named(inspector: Any) -> list[str]:
    """What each row of the grid is called, as the page works it out."""
    numbers = np.frombuffer(inspector.grid._samples, "<i4").tolist()
    assert len(numbers) == inspector.grid._shape[0]
    names = inspector.grid.sample_labels
    return [names[number] if names else str(number) for number in numbers]


def test_a_quick_look_says_which_samples_it_rests_on(tmp_path) -> None:
    names = ["a", "b", "c", "d"]
    model = small_model()
    inspector = cv.ModelInspector(model, small_inputs(), labels=names)
    seen: list[tuple[list[str], str, int]] = []

    def look(batch: int) -> None:
        check_consistent(inspector)
        facts = inspector.header.facts
        seen.append((rows_named(inspector), facts, len(inspector.record.values)))
        if batch == 2:
            # What is chosen meanwhile shows the same samples.
            inspector.layer = "conv2"
            assert rows_named(inspector) == ["a", "d"]
            assert "2 of 4 samples" in inspector.header.facts
            inspector.layer = "conv1"

    fit(model, each_batch(inspector, samples=2, folder=tmp_path), Each(look))
    assert [(rows, count) for rows, _, count in seen] == [(["a", "d"], 2)] * STEPS
    assert all("· 2 of 4 samples ·" in facts for _, facts, _ in seen)
    assert "2 of 4 samples" not in inspector.header.facts
    assert rows_named(inspector) == names
    assert not any("quick" in note for note in inspector.grid._notes)
    history = inspector.history
    quick = [moment.samples for moment in history]
    assert [None if choice is None else choice.numbers for choice in quick] == [
        None,
        *[(0, 3)] * (STEPS - 1),
        None,
    ]
    # Back to one of them, here and in another kernel.
    timeline = inspector.following.story.timeline
    timeline.position = 1
    check_consistent(inspector)
    assert rows_named(inspector) == ["a", "d"]
    assert "2 of 4 samples" in inspector.header.facts
    assert "at 2 of 4 samples" in " ".join(inspector.grid._notes)
    timeline.position = 0
    assert rows_named(inspector) == names
    viewer = cv.open_history(tmp_path)
    assert rows_named(viewer.views) == names
    viewer.story.timeline.position = 2
    assert rows_named(viewer.views) == ["a", "d"]
    assert "2 of 4 samples" in viewer.header.facts
    assert viewer.moment.samples == quick[2]


def test_reading_again_by_hand_looks_at_all_samples() -> None:
    inspector = inspected()
    seen = []

    def look(batch: int) -> None:
        seen.append(len(inspector.record.values))
        inspector.refresh()
        seen.append(len(inspector.record.values))

    fit(inspector.probe.model, each_batch(inspector, samples=2), Each(look))
    assert seen == [2, 4] * STEPS


def test_a_diagnosis_is_as_old_as_the_weights_it_was_made_of() -> None:
    """Numbers of some samples are others than those of all: that alone says nothing."""
    for rate, stale in ((0.0, False), (0.05, True)):
        inspector = inspected(rate=rate)
        inspector.diagnose()
        during = []
        fit(
            inspector.probe.model,
            each_batch(inspector, samples=2),
            Each(lambda batch, found=during, of=inspector: found.append(of.findings.stale)),
        )
        assert during == [stale] * STEPS
        assert inspector.findings.stale == stale


def test_moments_of_different_samples_are_compared_on_those_they_share() -> None:
    inspector = inspected()
    model = inspector.probe.model
    fit(model, each_batch(inspector, samples=2))
    first, second = inspector.history[0], inspector.history[1]
    panel = cv.compare(first, second)
    assert "on the 2 samples that both looks rest on" in panel.shown.match.note
    kept = [moment.records[Place("conv1")] for moment in (first, second)]
    assert [len(record.tiles.codes) for record in kept] == [4, 2]
    for grid in panel.grids:
        assert grid._shape[0] == 2
        assert np.frombuffer(grid._samples, "<i4").tolist() == [0, 3]
    assert cv.compare(first, first).shown.match.note == ""


# Trouble ---------------------------------------------------------------------------------------


def test_a_closed_inspector_is_no_trouble() -> None:
    inspector = inspected()
    model = inspector.probe.model
    monitor = each_batch(inspector)
    fit(model, monitor, Each(lambda batch: inspector.close()))
    assert inspector.record is None
    assert inspector.history.steps.tolist() == [0, 1]
    assert model.optimizer.iterations == STEPS


def test_an_inspector_that_cannot_read_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    inspector = inspected()
    bar = inspector.following.bar
    errors = []

    def fail(*arguments: Any, **options: Any) -> None:
        raise ZeroDivisionError("out of sorts")

    def ill(batch: int) -> None:
        errors.append(bar.error)
        if batch == 1:
            monkeypatch.setattr(monitor.reader, "read", fail)
        if batch == 3:
            monkeypatch.setattr(monitor.reader, "read", read)

    monitor = each_batch(inspector)
    read = monitor.reader.read
    shown: list[Any] = []
    fit(
        inspector.probe.model,
        monitor,
        Each(ill),
        Each(lambda batch: shown.append(inspector.record)),
        epochs=2,
    )
    assert errors[0] == "" and errors[3:] == [""] * 3
    assert "out of sorts" in errors[1] and "out of sorts" in errors[2]
    assert shown[0] is shown[1] is shown[2]
    assert inspector.history.steps.tolist() == [0, 1, 4, 5, 6]
    assert (bar.state, bar.error) == ("ended", "")
    check_consistent(inspector)


def test_a_last_reading_that_fails_still_ends_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inspector = inspected()

    def fail(*arguments: Any, **options: Any) -> None:
        raise ZeroDivisionError("out of sorts")

    monitor = inspector.monitor()
    ill = Each(lambda batch: monkeypatch.setattr(monitor.reader, "read", fail))
    fit(inspector.probe.model, monitor, ill)
    bar, timeline = inspector.following.bar, inspector.following.story.timeline
    assert bar.state == "ended"
    assert "out of sorts" in bar.error
    assert not timeline.training


def test_a_history_that_cannot_be_kept_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    inspector = inspected()
    monitor = each_batch(inspector)

    def fail(*arguments: Any, **options: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(inspector.history, "append", fail)
    fit(inspector.probe.model, monitor)
    assert "the disk is full" in inspector.following.bar.error
    np.testing.assert_allclose(
        inspector.record.values,
        outputs_of(inspector.probe.model, "conv1"),
        rtol=1e-5,
        atol=1e-6,
    )


def test_findings_grow_stale_when_the_model_has_changed() -> None:
    inspector = inspected(rate=0.0)
    inspector.diagnose()
    fit(inspector.probe.model, inspector.monitor())
    assert not inspector.findings.stale
    inspector.probe.model.optimizer.learning_rate = 0.1
    fit(inspector.probe.model, inspector.monitor())
    assert inspector.findings.stale


def test_the_monitor_of_another_model_says_so() -> None:
    inspector = inspected()
    other = small_model(seed=8)
    before = inspector.record.values.copy()
    fit(other, inspector.monitor())
    bar = inspector.following.bar
    assert "none of the weights" in bar.error
    assert bar.state == "ended"
    np.testing.assert_array_equal(inspector.record.values, before)
    check_consistent(inspector)
    fit(inspector.probe.model, inspector.monitor())
    assert bar.error == ""


def test_two_inspectors_follow_one_model() -> None:
    model = small_model()
    one, two = (cv.ModelInspector(model, small_inputs()) for _ in range(2))
    two.layer = "logits"
    fit(model, each_batch(one), two.monitor())
    for inspector, layer in ((one, "conv1"), (two, "logits")):
        np.testing.assert_allclose(
            inspector.record.values, inspector.probe.outputs(layer), rtol=1e-5, atol=1e-6
        )
        assert inspector.following.bar.state == "ended"
        check_consistent(inspector)
    assert len(one.history) == STEPS + 1
    assert two.history.steps.tolist() == [0, STEPS]


def test_one_loop_trains_two_models() -> None:
    models = [small_model(seed=1), small_model(seed=2)]
    inspectors = [cv.ModelInspector(model, small_inputs()) for model in models]
    with each_batch(inspectors[0]) as one, each_batch(inspectors[1]) as two:
        for _ in range(4):
            for model, monitor in zip(models, (one, two), strict=True):
                for weight in model.trainable_variables:
                    weight.assign(weight * 0.9)
                monitor.update({"loss": 1.0})
    for inspector in inspectors:
        assert inspector.history.steps.tolist() == [0, 1, 2, 3, 4]
        assert inspector.following.bar.state == "ended"
        assert inspector.following.bar.error == ""
        np.testing.assert_allclose(
            inspector.record.values, inspector.probe.outputs("conv1"), rtol=1e-5, atol=1e-6
        )


# The bar, and interrupts -----------------------------------------------------------------------


def from_the_page(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    return thread


def test_pause_resume_and_stop_from_the_page() -> None:
    inspector = inspected()
    bar = inspector.following.bar
    states: list[str] = []
    reached = {state: threading.Event() for state in ("paused", "training", "stopping", "ended")}

    def note(change: dict[str, Any]) -> None:
        states.append(change["new"])
        reached[change["new"]].set()

    bar.observe(note, "state")

    def press(_: int) -> None:
        if not threads:
            threads.append(from_the_page(page))

    def page() -> None:
        try:
            bar.set_state({"_pause_asked": 1})
            assert reached["paused"].wait(PATIENCE)
            # Whoever waits for the model while training rests is served.
            inspector.selector.set_state({"layer": "conv2"})
            layers.append(inspector.record.path)
            reached["training"].clear()
            bar.set_state({"_resume_asked": 1})
            assert reached["training"].wait(PATIENCE)
            bar.set_state({"_stop_asked": 1})
            assert reached["stopping"].wait(PATIENCE)
        finally:
            monitor.stop()

    threads: list[threading.Thread] = []
    layers: list[str] = []
    monitor = each_batch(inspector)
    fit(inspector.probe.model, monitor, Each(press), epochs=10**6)
    threads[0].join(PATIENCE)
    assert not threads[0].is_alive()
    assert layers == ["conv2"]
    assert states == ["training", "paused", "training", "stopping", "ended"]
    assert (bar._pause_answered, bar._resume_answered, bar._stop_answered) == (1, 1, 1)
    assert bar.note == ""
    assert not inspector.following.is_training
    assert inspector.history.steps[-1] == bar.step == inspector.probe.model.optimizer.iterations
    check_consistent(inspector)


def test_buttons_without_a_monitor_say_so() -> None:
    inspector = inspected()
    inspector.following.bar.set_state({"_stop_asked": 1})
    assert "no" in inspector.following.bar.note
    assert inspector.following.bar._stop_answered == 1


def stopped_by_keyboard() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("how", ["raise", "interrupt_main", "signal"])
def test_an_interrupt_leaves_all_usable(how: str) -> None:
    inspector = inspected()
    model = inspector.probe.model
    interrupt = {
        "raise": stopped_by_keyboard,
        "interrupt_main": _thread.interrupt_main,
        "signal": lambda: signal.raise_signal(signal.SIGINT),
    }[how]

    def at_two(batch: int) -> None:
        if batch == 2:
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        fit(model, each_batch(inspector), Each(at_two), epochs=10**6)
    bar, timeline = inspector.following.bar, inspector.following.story.timeline
    inspector.following._after_cell()
    assert (bar.state, bar.error) == ("interrupted", "")
    assert not timeline.training and not inspector.following.is_training
    np.testing.assert_array_equal(np.frombuffer(timeline._steps), inspector.history.steps)
    assert inspector.history.steps.tolist()[:3] == [0, 1, 2]
    check_consistent(inspector)
    # Another thread has the model at once.
    from_the_page(lambda: inspector.selector.set_state({"layer": "conv2"})).join(PATIENCE)
    check_consistent(inspector)
    assert inspector.layer == "conv2"
    timeline.position = 1
    assert inspector._display.requested == NOW or inspector.header.facts.endswith("step 1")
    inspector.refresh()
    inspector.diagnose()
    done = int(inspector.history.steps[-1])
    fit(model, each_batch(inspector))
    assert bar.state == "ended"
    assert inspector.history.steps[-1] >= done + STEPS
    inspector.following._after_cell()
    assert bar.state == "ended"


def test_what_an_interrupted_training_left_is_shown() -> None:
    inspector = inspected()
    model = inspector.probe.model
    monitor = inspector.monitor(every="epoch")

    def at_two(batch: int) -> None:
        if batch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(model, monitor, Each(at_two), epochs=10**6)
    assert inspector.history.steps.tolist() == [0]
    inspector.following._after_cell()
    assert inspector.following.bar.state == "interrupted"
    assert inspector.history.steps.tolist() == [0, 2]
    np.testing.assert_array_equal(inspector.record.values, inspector.probe.outputs("conv1"))
    check_consistent(inspector)


def test_a_cell_that_ends_while_another_thread_trains_ends_no_training() -> None:
    inspector = inspected()
    trains, looked = threading.Event(), threading.Event()

    def wait(batch: int) -> None:
        trains.set()
        assert looked.wait(PATIENCE)

    monitor = each_batch(inspector)
    thread = from_the_page(lambda: fit(inspector.probe.model, monitor, Each(wait)))
    assert trains.wait(PATIENCE)
    inspector.following._after_cell()
    assert inspector.following.bar.state == "training"
    looked.set()
    thread.join(PATIENCE)
    assert inspector.following.bar.state == "ended"


# Memory ----------------------------------------------------------------------------------------


def test_many_updates_take_no_memory() -> None:
    inspector = inspected()
    model = inspector.probe.model
    monitor = each_batch(inspector, memory=0)

    def most_taken(steps: int) -> int:
        # Which parts of a record an update makes hangs on its time: the fullest one counts.
        taken = []
        for _ in range(steps):
            for weight in model.trainable_variables:
                weight.assign(weight * 0.999)
            monitor.update({"loss": 1.0})
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
        return max(taken)

    # What other tests have left is not looked through at each update.
    gc.freeze()
    most_taken(20)
    widgets = len(_instances)
    tracemalloc.start()
    try:
        most_taken(20)
        before = most_taken(20)
        after = [most_taken(20) for _ in range(3)][-1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()
    assert len(_instances) == widgets
    assert after - before < 50_000
    assert monitor.progress.updates >= 100


def test_what_is_kept_is_joined_as_it_was_shown(trained: Any) -> None:
    inspector, place = trained, Place(trained.layer)
    first, last = inspector.history.steps[[0, -1]]
    inspector.linkage = "ward"
    assert inspector.history.at(last).records[place].tree.linkage == "single"
    fit(inspector.probe.model, each_batch(inspector, layers=["conv2"]), epochs=1)
    assert inspector.history.at(first).records[place].tree.linkage == "single"
    assert inspector.history.at(inspector.history.steps[-1]).records[place].tree.linkage == "ward"
    assert inspector.record.tree.linkage == "ward"


# Losses and metrics ------------------------------------------------------------------------


def test_each_batch_has_its_loss_in_history_and_timeline_and_epochs_to_come_are_planned() -> None:
    inspector = inspected()
    model, timeline = inspector.probe.model, inspector.following.story.timeline
    seen: list[tuple[int, list[float], list[float]]] = []

    def look(_batch: int) -> None:
        inspector.following.story._logs_due = -np.inf
        inspector.following.show(inspector.following._monitor.progress)
        steps, epochs = (
            np.frombuffer(raw, "<f8") for raw in (timeline._log_steps, timeline._epochs)
        )
        seen.append((timeline._end, steps.tolist(), epochs.tolist()))

    model_callbacks = [inspector.monitor(), Each(look)]
    model.fit(
        *(inspector.probe.inputs, np.zeros(len(inspector.probe.inputs), int)),
        batch_size=2,
        epochs=3,
        verbose=0,
        callbacks=model_callbacks,
    )
    batches = len(seen) // 3
    end = 3 * batches
    assert {each[0] for each in seen} == {end}
    # All that was told by then, between two moments too.
    assert [each[1][-1] for each in seen] == list(range(1, end + 1))
    assert seen[0][2] == [0, 1, batches, 2, 2 * batches, 3]
    assert timeline._end == 0
    curve = inspector.history.logs.curves["loss"]
    assert curve.steps.tolist() == list(range(1, end + 1))
    assert inspector.history.logs.epochs == ((0, 1), (batches, 2), (2 * batches, 3))


def test_without_fit_there_is_no_planned_end_and_without_logs_no_curve() -> None:
    inspector = inspected()
    with each_batch(inspector) as monitor:
        for _ in range(3):
            monitor.update()
    timeline = inspector.following.story.timeline
    assert (timeline._end, timeline._logs, timeline._moments) == (0, [], 4)
