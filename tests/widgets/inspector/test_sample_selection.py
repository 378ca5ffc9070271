"""Samples stay selected in other layers and at other moments; other samples begin with none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv

from ..small_training import IMAGES, LABELS, fit, small_model

FEW = 12


@pytest.fixture
def inspector() -> Iterator[Any]:
    made = cv.ModelInspector(
        small_model(), IMAGES[:FEW], targets=LABELS[:FEW], pool=IMAGES[:40], layer="conv1"
    )
    yield made
    made.close()


def test_all_views_of_samples_share_one(inspector: Any) -> None:
    shared = inspector.sample_selection
    assert inspector.grid.sample_selection is shared
    assert inspector.embedding.sample_selection is shared
    assert inspector.samples.grid.sample_selection is shared
    with pytest.raises(ValueError, match="not changed later"):
        inspector.grid.sample_selection = cv.SampleSelection()


def test_they_stay_selected_in_other_layers_views_and_moments(inspector: Any) -> None:
    fit(inspector.probe.model, inspector.monitor("batch", None), steps_per_epoch=3)
    inspector.sample_selection.selected = (3, 1)
    timeline = inspector.following.story.timeline
    inspector.layer = [info.path for info in inspector.probe.layers][-1]
    inspector.view = "weights"
    inspector.view = "outputs"
    timeline.position = int(inspector.history.steps[0])
    timeline.position = -1
    inspector.refresh()
    assert inspector.sample_selection.selected == (3, 1)


def test_at_a_moment_of_other_inputs_they_are_others(inspector: Any) -> None:
    monitor = inspector.monitor("batch", None)
    fit(inspector.probe.model, monitor, steps_per_epoch=2)
    inspector.set_inputs(IMAGES[20 : 20 + FEW])
    inspector.sample_selection.selected = (2,)
    inspector.following.story.timeline.position = int(inspector.history.steps[0])
    assert inspector.sample_selection.selected == ()
    inspector.sample_selection.selected = (5,)
    inspector.following.story.timeline.position = -1
    assert inspector.sample_selection.selected == ()


def test_where_others_cannot_be_shown_the_same_stay_selected(inspector: Any) -> None:
    inspector.sample_selection.selected = (4,)

    def fail() -> None:
        raise RuntimeError("no")

    refresh, inspector._choice._refresh = inspector._choice._refresh, fail
    with pytest.raises(RuntimeError):
        inspector.choose_samples("random")
    inspector._choice._refresh = refresh
    assert inspector.sample_selection.selected == (4,)
    inspector.choose_samples("random")
    assert inspector.sample_selection.selected == ()


def test_the_page_knows_which_answers_are_wrong(inspector: Any) -> None:
    answers = np.asarray(inspector.probe.model(IMAGES[:FEW])).argmax(axis=1)
    wrong = np.flatnonzero(answers != LABELS[:FEW]).tolist()
    assert inspector.samples._wrong == wrong
    inspector.targets = answers
    assert inspector.samples._wrong == []
    inspector.set_inputs(IMAGES[:5])
    assert inspector.samples._wrong == []


def test_a_history_has_them_too(inspector: Any) -> None:
    fit(inspector.probe.model, inspector.monitor("batch", None), steps_per_epoch=2)
    viewer = cv.HistoryViewer(inspector.history, layer="conv1")
    viewer.sample_selection.selected = (1,)
    viewer.story.timeline.position = int(inspector.history.steps[0])
    assert viewer.sample_selection.selected == (1,)
    assert viewer.views.grid.sample_selection is viewer.sample_selection
    viewer.close()


def test_grids_of_two_models_share_them_where_they_are_of_the_same_samples() -> None:
    models = small_model(), small_model()
    panel = cv.compare(*models, inputs=IMAGES[:4])
    assert panel.grids[0].sample_selection is panel.grids[1].sample_selection
    panel.close()
