"""An interrupt at any moment leaves an inspector that can be used, and a model that is free."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets import ModelInspector
from cnnviz_widgets.model import model_lock
from cnnviz_widgets.widgets.jupyter.thread_local_sync import ForTwoThreads, HoldsSync
from cnnviz_widgets.widgets.jupyter.widget_tree import parts_of

from ..interrupts import Alarm, interrupted_everywhere

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
    "widgets/inspector/model_inspector.py",
    "widgets/jupyter/error_text.py",
    "widgets/jupyter/thread_local_sync.py",
)

WIDGETS = ("widgets/inspector/model_inspector.py", "widgets/jupyter/error_text.py")


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
    assert inspector._cell is None
    header = inspector.header
    assert (header.progress, header.message) == (-1, "")
    if answered:
        assert header._answered == header._asked
        assert header._next_answered == header._next_asked
    assert inspector._timeline.position == inspector._past
    for part in parts_of(inspector):
        assert not (isinstance(part, HoldsSync) and part._holding_sync)
        assert not (isinstance(part, ForTwoThreads) and part._holds_changes)


def refresh(inspector: ModelInspector) -> None:
    inspector.refresh()


def ask(inspector: ModelInspector) -> None:
    inspector.header.set_state({"_asked": inspector.header._asked + 1})


def ask_for_next(inspector: ModelInspector) -> None:
    inspector.header.set_state({"_next_asked": inspector.header._next_asked + 1})


@pytest.mark.parametrize("work", [refresh, ask, ask_for_next])
def test_an_interrupt_at_each_place(
    inspector: ModelInspector, work: Callable[[ModelInspector], None]
) -> None:
    count = 0
    check(inspector)
    followed = [file for file in FOLLOWED if work is refresh or file in WIDGETS]
    places = interrupted_everywhere(lambda: work(inspector), followed, last=False)
    for place, _error in places:
        count += 1
        # One that comes before the handler is at work finds nobody who could answer.
        late = place.function not in ("_on_asked", "_on_next_asked", "_answer")
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
