"""The points of an inspector: computed while their tab is open, told by the same samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv

from ..small_training import IMAGES, LABELS, fit, small_model

NAMES = ("cat", "dog", "owl")
POOL = np.random.default_rng(8).random((60, 8, 8, 1)).astype("float32")


@pytest.fixture
def inspector() -> Iterator[Any]:
    made = cv.ModelInspector(
        small_model(),
        IMAGES[:12],
        targets=LABELS[:12],
        class_names=NAMES,
        pool=POOL,
        layer="conv1",
    )
    yield made
    made.close()


def test_nothing_is_computed_before_the_tab_is_open(inspector: Any) -> None:
    view = inspector.embedding
    assert not view.active and not len(view.numbers) and not view._heads
    assert view.picture() is None and inspector.picture() is not None
    inspector.drawer.show_tab("points")
    assert view.active and view.numbers.tolist() == list(range(12))
    inspector.drawer.is_open = False
    assert not view.active


def test_points_are_told_by_the_samples_that_lead_the_rows(inspector: Any) -> None:
    inspector.drawer.show_tab("points")
    view, grid = inspector.embedding, inspector.grid
    assert view._heads == grid._heads and view._head_pixels == grid._head_pixels
    assert [view._heads[place]["truth"] for place in np.frombuffer(view._places, "<i4")] == [
        NAMES[label] for label in LABELS[:12]
    ]
    assert view.summary.startswith("12 samples") and "trustworthiness" in view.summary
    inspector.targets = 2 - LABELS[:12]
    assert view._heads == grid._heads
    view.active = False
    inspector.targets = LABELS[:12]
    view.active = True
    assert view._heads == grid._heads


def test_they_are_those_of_the_layer_shown(inspector: Any) -> None:
    inspector.drawer.show_tab("points")
    for layer in [info.path for info in inspector.probe.layers]:
        inspector.layer = layer
        assert inspector.embedding.record is inspector.record
    inspector.layer, inspector.view = "conv1", "weights"
    assert not len(inspector.embedding.numbers)
    assert inspector.embedding._notes[0].startswith("Weights are of no samples")


def test_other_inputs_are_other_samples(inspector: Any) -> None:
    inspector.drawer.show_tab("points")
    selection = inspector.embedding.sample_selection
    selection.selected = (1, 2)
    inspector.choose_samples("random")
    assert selection.selected == ()
    assert inspector.embedding._head_pixels == inspector.grid._head_pixels
    inspector.choose_samples("given")
    assert inspector.embedding._heads == inspector.grid._heads


def test_they_follow_a_training_and_go_back_with_it(inspector: Any) -> None:
    inspector.drawer.show_tab("points")
    view, before = inspector.embedding, inspector.embedding.positions
    monitor = inspector.monitor("batch", None, samples="all")
    fit(inspector.probe.model, monitor, steps_per_epoch=3)
    after = view.positions
    assert not np.array_equal(before, after)
    inspector.following.story.timeline.position = int(inspector.history.steps[0])
    assert len(view.positions) == 12
    # The points of a snapshot are nearly those of the moment.
    spread = before.std()
    assert np.median(np.linalg.norm(view.positions - before, axis=1)) < 0.2 * spread
    # They are told with what was answered then.
    assert {head["answer"] for head in view._heads} <= set(inspector.class_names)


def test_a_history_has_them_without_its_model(inspector: Any) -> None:
    fit(inspector.probe.model, inspector.monitor("batch", None), steps_per_epoch=2)
    viewer = cv.HistoryViewer(inspector.history, layer="conv1")
    viewer.drawer.show_tab("points")
    assert len(viewer.views.embedding.numbers) > 0
    viewer.close()


def test_a_closed_inspector_holds_no_points(inspector: Any) -> None:
    inspector.drawer.show_tab("points")
    inspector.close()
    assert inspector.embedding.comm is None and not len(inspector.embedding.numbers)
    assert inspector.embedding._placing.told.raw is None
