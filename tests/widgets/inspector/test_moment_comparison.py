"""Two moments of a training beside one another, as the timeline asks for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.records.place import Place

from ..small_training import fit, inspected
from .trainings import each_batch

pytestmark = pytest.mark.usefixtures("every_update")


@pytest.fixture
def inspector() -> Any:
    made = inspected()
    fit(made.probe.model, each_batch(made))
    return made


def ask(timeline: cv.Timeline, a: int, b: int) -> None:
    """As the page does."""
    asked = timeline._compare_asked + 1
    timeline.set_state({"mark_a": a, "mark_b": b, "_compare_asked": asked})
    assert timeline._compare_answered == asked


def test_the_page_compares_the_shown_layer_at_two_moments(inspector: Any) -> None:
    story = inspector.following.story
    ask(story.timeline, 0, 2)
    panel = story.comparison.panel
    assert panel is not None and panel in story.comparison.box.children
    assert (panel.layer, story.timeline.note, story.timeline.comparing) == ("conv1", "", True)
    assert [side.title for side in (panel.comparison.a, panel.comparison.b)] == ["step 0", "step 2"]
    kept = inspector.history.at(2).records[Place("conv1")]
    np.testing.assert_array_equal(panel.shown.b.tiles.codes, kept.tiles.codes)
    # Another one takes its place, and the page may end it.
    ask(story.timeline, 0, 1)
    assert panel.comm is None
    second = story.comparison.panel
    story.timeline.set_state({"comparing": False})
    assert (second.comm, story.comparison.panel, story.comparison.box.children) == (None, None, ())
    assert story.comparison.box.layout.display == "none"


def test_what_cannot_be_compared_is_said_and_changes_nothing(inspector: Any) -> None:
    timeline = inspector.following.story.timeline
    ask(timeline, 1, 1)
    assert timeline.note.startswith("Both marks lead to step 1")
    inspector.layer = "conv2"
    ask(timeline, 0, 2)
    assert "monitor(layers=['conv2'])" in timeline.note
    # What the reader could not know is no error of the code.
    assert "Error" not in timeline.note
    assert not timeline.comparing
    cv.Timeline().mark_a = 3
    alone = cv.Timeline()
    ask(alone, 0, 1)
    assert "on_compare=" in alone.note


def test_a_comparison_goes_with_the_inspector_and_with_its_history(inspector: Any) -> None:
    story = inspector.following.story
    story.compare(0, 2)
    inspector.monitor(memory=10**6)
    assert (story.comparison.panel, story.timeline.mark_a) == (None, -1)
    fit(inspector.probe.model, each_batch(inspector, memory=10**6))
    story.compare(*inspector.history.steps[[0, -1]].tolist())
    panel = story.comparison.panel
    inspector.close()
    assert panel.comm is None


def test_a_viewer_compares_too(inspector: Any) -> None:
    viewer = cv.HistoryViewer(inspector.history)
    assert viewer.story.compare(0, 2) is None
    panel = viewer.story.comparison.panel
    viewer.close()
    assert panel.comm is None


def test_moments_without_a_picture_lead_to_those_beside(inspector: Any) -> None:
    steps = inspector.history.steps
    note = inspector.following.story.compare(int(steps[0]), int(steps[-1]) + 5)
    assert note == f"conv1 was kept at steps 0 and {steps[-1]:,}, which are compared."
