"""One thread trains, another is the page: no standstill, no error, and one truth at the end."""

from __future__ import annotations

import faulthandler
import threading
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.records.place_record import NOW

from ..small_training import IMAGES, fit, inspected, small_model
from .trainings import check_consistent

pytestmark = pytest.mark.usefixtures("every_update")

# Seconds after which two threads are held to wait for each other for ever.
WATCHDOG = 120.0
WISHES = 40


@pytest.fixture(autouse=True)
def watchdog() -> Any:
    """Threads that stand still end the test run, with a word of where they stand."""
    faulthandler.dump_traceback_later(WATCHDOG, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


class Page(threading.Thread):
    """Wishes in random order, as a reader's clicks would come; then training is stopped."""

    def __init__(self, inspectors: list[Any], seed: int, wishes: int = WISHES) -> None:
        super().__init__(daemon=True)
        self.inspectors = inspectors
        self.random = np.random.default_rng(seed)
        self.wishes = wishes
        self.granted = 0
        self.errors: list[BaseException] = []
        self.asked = 0

    def run(self) -> None:
        try:
            for _ in range(self.wishes):
                self.wish(self.inspectors[self.random.integers(len(self.inspectors))])
        except BaseException as error:
            self.errors.append(error)
        finally:
            for inspector in self.inspectors:
                inspector.following.bar.set_state({"_stop_asked": 1})
                if inspector.following._monitor is not None:
                    inspector.following._monitor.stop()

    def wish(self, inspector: Any) -> None:
        timeline = inspector.following.story.timeline
        kind = self.random.integers(7)
        if kind == 0:
            layer = str(self.random.choice(["conv1", "conv2", "flatten", "logits"]))
            inspector.selector.set_state({"layer": layer})
            self.granted += inspector.layer == layer
        elif kind == 1:
            view = str(self.random.choice(["outputs", "weights"]))
            if view == "outputs" or inspector.header.has_weights:
                inspector.header.set_state({"view": view})
        elif kind == 2:
            timeline.set_state({"position": int(self.random.integers(0, 12))})
        elif kind == 3:
            timeline.set_state({"position": NOW})
        elif kind == 4:
            self.asked += 1
            inspector.header.set_state({"_asked": self.asked})
            assert inspector.header._answered == self.asked
        elif kind == 5:
            channel = int(self.random.integers(3))
            inspector.selection.set_state({"selected": [channel], "_chosen_in": [self.asked, ""]})
        else:
            inspector.header.set_state({"_step_asked": [self.asked, 1]})
        assert inspector.header.error == ""


def errors_of(page: Page) -> list[BaseException]:
    page.join(WATCHDOG)
    assert not page.is_alive()
    return page.errors


@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_page_and_a_training(seed: int, eager: bool) -> None:
    inspector = inspected(eager=eager)
    model = inspector.probe.model
    page = Page([inspector], seed)
    begin = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: page.start())
    fit(model, inspector.monitor("batch", None, layers=["conv2"]), begin, epochs=10**6)
    assert errors_of(page) == []
    assert page.granted
    bar = inspector.following.bar
    assert (bar.state, bar.error) == ("ended", "")
    check_consistent(inspector)
    assert inspector.history.steps[-1] == bar.step == int(model.optimizer.iterations)
    inspector.refresh()
    check_consistent(inspector)
    np.testing.assert_array_equal(inspector.record.values, read(inspector))


def read(inspector: Any) -> np.ndarray:
    """What is shown, read by another inspector."""
    other = cv.ModelInspector(
        inspector.probe.model, IMAGES[:4], layer=inspector.layer, view=inspector.view
    )
    return other.record.values


def test_two_models_in_one_loop_and_a_page_of_both() -> None:
    inspectors = [inspected(seed=seed) for seed in (1, 2)]
    page = Page(inspectors, seed=3)
    monitors = [inspector.monitor("batch", None) for inspector in inspectors]
    with monitors[0], monitors[1]:
        page.start()
        while not all(monitor.stopped for monitor in monitors):
            for inspector, monitor in zip(inspectors, monitors, strict=True):
                for weight in inspector.probe.model.trainable_variables:
                    weight.assign(weight * 0.999)
                monitor.update({"loss": 1.0})
    assert errors_of(page) == []
    for inspector in inspectors:
        assert inspector.following.bar.state == "ended"
        assert inspector.following.bar.error == ""
        check_consistent(inspector)


def test_python_and_the_page_at_once() -> None:
    """No training: the user's cells set what the page sets, too."""
    inspector = inspected()
    fit(inspector.probe.model, inspector.monitor("batch", None), epochs=4)
    page = Page([inspector], seed=5)
    page.start()
    layers = ["conv1", "conv2", "logits"]
    timeline = inspector.following.story.timeline
    turn = 0
    while page.is_alive():
        turn += 1
        inspector.layer = layers[turn % 3]
        inspector.view = ["outputs", "weights"][turn % 2]
        timeline.position = turn % 12 if turn % 5 else NOW
    assert errors_of(page) == []
    check_consistent(inspector)


def test_a_diagnosis_from_the_page_while_it_trains() -> None:
    model = small_model()
    inspector = cv.ModelInspector(model, IMAGES[:4])

    def page() -> None:
        inspector.following.story.timeline.set_state({"position": 0})
        inspector.header.set_state({"_diagnose_asked": 1})
        inspector.following.bar.set_state({"_stop_asked": 1})

    thread = threading.Thread(target=page, daemon=True)
    begin = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: thread.start())
    fit(model, inspector.monitor("batch", None), begin, epochs=10**6)
    thread.join(WATCHDOG)
    assert inspector.report is not None
    assert inspector.header.error == ""
    check_consistent(inspector)
    assert inspector._display.requested == NOW
