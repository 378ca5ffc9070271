"""An interrupt at any moment leaves an inspector that can be used, and a model that is free."""

from __future__ import annotations

import gc
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from unittest.mock import Mock

import comm
import keras
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from keras import layers as L

from cnnviz_widgets import ModelInspector
from cnnviz_widgets.model import model_lock
from cnnviz_widgets.widgets.jupyter import ownership
from cnnviz_widgets.widgets.jupyter.thread_local_sync import ThreadLocalChanges, ThreadLocalSync
from cnnviz_widgets.widgets.jupyter.widget_tree import parts_of

from ..interrupts import Alarm, Events, interrupted_everywhere
from .public import WIDGETS

# Into a generator that is being thrown away Python lets no interrupt out, but tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ORIGINAL = keras.Layer.__call__
INPUTS = np.linspace(-1, 1, 2 * 4 * 4 * 1, dtype="float32").reshape(2, 4, 4, 1)
FOLLOWED = (
    "runtime/call_stack.py",
    "model/reading/call_recorder.py",
    "model/reading/calls/recording.py",
    "model/reading/lock_queue.py",
    "model/reading/model_lock.py",
    "model/reading/model_reader.py",
    "model/reading/probe.py",
    "widgets/jupyter/cell_progress.py",
    "widgets/composite.py",
    "widgets/inspector/model_inspector.py",
    "widgets/inspector/navigation.py",
    "widgets/inspector/shown.py",
    "widgets/jupyter/error_text.py",
    "widgets/jupyter/thread_local_sync.py",
    "widgets/jupyter/work_report.py",
)

ANSWERING = (
    "widgets/composite.py",
    "widgets/inspector/model_inspector.py",
    "widgets/inspector/navigation.py",
    "widgets/inspector/shown.py",
    "widgets/jupyter/error_text.py",
    "widgets/jupyter/work_report.py",
)
CLOSING = ("widgets/jupyter/ownership.py", "widgets/jupyter/widget_tree.py")


@pytest.fixture(autouse=True)
def no_other_widgets() -> Iterator[None]:
    """Those that other tests have left open: each closing looks whether they hold what it closes,
    and here it does so a thousand times, followed line by line."""
    others = dict(_instances)
    _instances.clear()
    yield
    _instances.update(others)


@pytest.fixture
def inspector() -> ModelInspector:
    layers = [keras.Input((4, 4, 1)), L.Conv2D(2, 3, name="conv"), L.Flatten(name="flat")]
    return ModelInspector(keras.Sequential([*layers, L.Dense(2, name="dense")]), INPUTS)


def check(inspector: ModelInspector, answered: bool = True) -> None:
    had: list[bool] = []

    def have() -> None:
        lock = model_lock(inspector.probe.model)
        with lock.within(0):
            had.append(True)

    other = threading.Thread(target=have, daemon=True)
    other.start()
    other.join(30)
    assert had, "the model is not free"
    assert keras.Layer.__call__ is ORIGINAL
    assert not inspector.probe._reader.is_running
    assert not inspector.probe._reader.is_steady
    assert inspector._work.cell is None
    header = inspector.header
    assert (header.progress, header.message) == (-1, "")
    if answered:
        assert header._answered == header._asked
        assert header._step_answered == header._step_asked[0]
    # All parts are of one layer, the one that the views show.
    present = inspector._display.present
    assert inspector.views.record is present.record
    assert header.title == present.place.layer
    assert header.weights == list(present.weights)
    assert inspector._display._panes.selection_bar._channel_count == present.record.n_channels
    selection = inspector.selection
    assert selection._numbers_of == f"{present.place.layer} {present.first_channel}"
    assert present.place in inspector.following.orders
    assert inspector._navigation.timeline.position == inspector._display.requested
    for part in parts_of(inspector):
        assert not (isinstance(part, ThreadLocalSync) and part._holding_sync)
        assert not (isinstance(part, ThreadLocalChanges) and part._holds_changes)


def refresh(inspector: ModelInspector) -> None:
    inspector.refresh()


def ask(inspector: ModelInspector) -> None:
    inspector.header.set_state({"_asked": inspector.header._asked + 1})


def ask_for_next(inspector: ModelInspector) -> None:
    inspector.header.set_state({"_step_asked": [inspector.header._step_asked[0] + 1, 1]})


@pytest.mark.parametrize("work", [refresh, ask, ask_for_next])
def test_an_interrupt_at_each_place(
    inspector: ModelInspector, work: Callable[[ModelInspector], None]
) -> None:
    count = 0
    check(inspector)
    followed = [file for file in FOLLOWED if work is refresh or file in ANSWERING]
    places = interrupted_everywhere(lambda: work(inspector), followed, last=False)
    for place, _error in places:
        count += 1
        # One that comes before the handler is at work finds nobody who could answer.
        late = place.function not in ("_on_asked",)
        try:
            check(inspector, answered=late)
        except BaseException as wrong:
            raise AssertionError(f"after an interrupt at {place}: {wrong}") from wrong
    assert count > 30
    inspector.refresh()
    assert inspector.header.error == ""


def test_real_signals(inspector: ModelInspector) -> None:
    rng, alarm = random.Random(1), Alarm()
    begin = time.perf_counter()
    inspector.refresh()
    took = time.perf_counter() - begin
    interrupts = 0
    while interrupts < 40:
        interrupts += alarm.interrupt(inspector.refresh, rng.random() * took) is not None
        check(inspector)
    inspector.refresh()
    assert inspector.header.error == ""


@pytest.mark.parametrize("name", WIDGETS)
def test_closing_is_finished_whatever_comes(name: str) -> None:
    manager = comm.get_comm_manager()
    WIDGETS[name]().close()  # what is made but once
    # Channels that earlier tests left to the collector are not to go meanwhile.
    gc.collect()
    before = set(_instances), set(manager.comms)

    def check_closed(widget: Any, when: str) -> None:
        assert (set(_instances), set(manager.comms)) == before, when
        values = widget._trait_values.values()
        assert not any(isinstance(value, bytes) and value for value in values), when
        assert widget._parts == (), when

    whole = Events(CLOSING)
    widget = WIDGETS[name]()
    with whole.followed():
        widget.close()
    check_closed(widget, "undisturbed")
    interrupts = 0
    # Those that read a model take long to make, and close as the others do.
    step = 5 if name in ("ComparisonPanel", "HistoryViewer", "ModelInspector", "NetworkMap") else 1
    for place, visits in list(whole.visits.items())[::step]:
        for time_ in sorted({1, visits}):
            widget = WIDGETS[name]()
            events = Events(CLOSING, at=place, time=time_)
            # In which order parts come, and so how often a place is passed, may differ.
            with suppress(KeyboardInterrupt), events.followed():
                widget.close()
            interrupts += events.raised
            if widget.comm is not None:  # nothing was begun
                widget.close()
            check_closed(widget, f"after an interrupt at visit {time_} of {place}")
    assert interrupts > 40 / step


def test_interrupted_again_closing_can_be_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = comm.get_comm_manager()
    before = set(_instances), set(manager.comms)
    inspector = WIDGETS["ModelInspector"]()
    with monkeypatch.context() as patch:
        patch.setattr(ownership, "_empty", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            inspector.close()
    assert set(_instances) != before[0]
    inspector.close()
    assert (set(_instances), set(manager.comms)) == before
