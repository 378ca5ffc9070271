"""Answers and inputs while the model trains: of which step they are, and others in their place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.records.place_record import NOW
from cnnviz_widgets.records.samples.shown_inputs import ShownInputs

from ...small_training import IMAGES, LABELS, fit, small_model
from ..trainings import Each, check_consistent, each_batch

NAMES = ("cat", "dog", "owl")
POOL_X = np.random.default_rng(8).random((60, 8, 8, 1)).astype("float32")
POOL_Y = np.random.default_rng(9).integers(0, 3, 60)

pytestmark = pytest.mark.usefixtures("every_update")


@pytest.fixture
def inspector() -> Iterator[Any]:
    made = cv.ModelInspector(
        small_model(rate=0.5),
        IMAGES[:12],
        targets=LABELS[:12],
        class_names=NAMES,
        pool=(POOL_X, POOL_Y),
        layer="conv1",
    )
    yield made
    made.close()


def confidences(inspector: Any) -> np.ndarray:
    return np.array([head["confidence"] for head in inspector.grid._heads])


def expected(model: Any, inputs: np.ndarray) -> np.ndarray:
    logits = np.asarray(model(inputs, training=False), np.float64)
    shares = np.exp(logits - logits.max(1, keepdims=True))
    return (shares / shares.sum(1, keepdims=True)).max(1)


def test_answers_say_of_which_step_they_are_until_training_is_over(inspector: Any) -> None:
    steps: list[tuple[int, int]] = []
    told = Each(lambda batch: steps.append((batch, inspector.samples.step)))
    fit(inspector.probe.model, inspector.monitor(2, None), told, epochs=2)
    assert steps == [(1, 0), (2, 2), (3, 2), (4, 4), (5, 4), (6, 6)]
    assert inspector.samples.step == NOW


@pytest.mark.parametrize("view", ["outputs", "weights"])
def test_a_layer_chosen_meanwhile_comes_with_answers_of_its_step(inspector: Any, view: str) -> None:
    model = inspector.probe.model

    def choose(batch: int) -> None:
        if batch == 2:
            inspector.layer = "conv2"
            inspector.view = view
            assert inspector.samples.step == 2
            inspector.view = "outputs"
            np.testing.assert_allclose(confidences(inspector), expected(model, IMAGES[:12]), 1e-4)

    fit(model, inspector.monitor("epoch", None), Each(choose))
    assert inspector.samples.step == NOW


def test_an_interrupted_training_leaves_answers_of_the_model_as_it_stands(inspector: Any) -> None:
    def interrupt(batch: int) -> None:
        if batch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(inspector.probe.model, inspector.monitor("epoch", None), Each(interrupt))
    inspector.following._after_cell()
    model = inspector.probe.model
    np.testing.assert_allclose(confidences(inspector), expected(model, IMAGES[:12]), 1e-4)
    assert inspector.samples.step == NOW


CHOICES: dict[str, tuple[Callable[[Any], None], int, str]] = {
    "set": (lambda inspector: setattr(inspector, "inputs", POOL_X[:5]), 5, "other inputs, 1"),
    "class": (lambda inspector: inspector.samples.on_ask("class", (2,)), 12, "class owl"),
    "these": (lambda inspector: inspector.samples.on_ask("these", (3,)), 1, "sample 3"),
    "wrong": (lambda inspector: inspector.samples.on_ask("wrong", ()), 12, "wrong ones"),
}


@pytest.mark.parametrize("is_page", [False, True], ids=["in a callback", "from the page"])
@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("quick", [None, 4])
def test_other_inputs_while_it_trains(
    inspector: Any, choice: str, is_page: bool, quick: int | None
) -> None:
    """In the thread that trains, or in the page's, which waits for the end of a batch."""
    do, count, title = CHOICES[choice]
    model = inspector.probe.model
    done, errors = threading.Event(), list[BaseException]()

    def chosen() -> None:
        try:
            do(inspector)
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    def choose(batch: int) -> None:
        if batch == 4:
            threading.Thread(target=chosen, daemon=True).start() if is_page else chosen()
        # The page's wish is granted between two batches.
        if batch == 12 and not done.is_set():
            monitor.pause()
            threading.Thread(target=lambda: (done.wait(30), monitor.resume()), daemon=True).start()

    monitor = each_batch(inspector, samples=quick)
    fit(model, monitor, Each(choose), epochs=8)
    assert not errors and done.is_set()
    check_consistent(inspector)
    assert inspector.probe.samples == inspector.record.n_samples == inspector.samples.samples
    assert inspector.record.n_samples == len(inspector.grid._heads) <= count
    inputs = np.asarray(inspector.inputs)
    np.testing.assert_allclose(confidences(inspector), expected(model, inputs), 1e-4)
    assert inspector.samples.step == NOW
    history = inspector.history
    assert history[0].inputs is None
    last = history[-1].inputs
    assert isinstance(last, ShownInputs) and last.title.startswith(title)
    # Each moment is of the inputs that it says it is of, its few samples included.
    for moment in history:
        samples = 12 if moment.inputs is None else len(inputs)
        [record] = moment.records.values()
        assert record.n_samples <= samples
        assert moment.samples is None or moment.samples.total == samples


def test_inputs_that_the_model_refuses_change_nothing_while_it_trains(inspector: Any) -> None:
    def choose(batch: int) -> None:
        if batch == 2:
            with pytest.raises(ValueError, match="inputs"):
                inspector.inputs = np.zeros((3, 5), "float32")

    fit(inspector.probe.model, each_batch(inspector), Each(choose))
    assert {moment.inputs for moment in inspector.history} == {None}
    assert inspector.record.n_samples == 12 and inspector.samples.step == NOW
