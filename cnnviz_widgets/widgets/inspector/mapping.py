"""The map in an inspector: of what the model is shown there, made when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...diagnosis.report import Report
from ...model import model_lock
from ..map.map_moments import MapMoments
from ..map.map_state import MapState
from ..map.map_subject import MapSubject
from ..map.map_view import MapView
from .history.history_view import HistoryView
from .samples.sample_heads import SampleHeads
from .surveys.survey_state import SurveyState


def inspector_map(
    view: MapView,
    heads: SampleHeads,
    surveys: SurveyState,
    story: HistoryView,
    *,
    report: Callable[[], Report | None],
    select: Callable[[str, Sequence[int]], None],
) -> MapMoments:
    """An inspector's map, which the timeline leads to the moments that were kept of it.

    Parameters
    ----------
    view : MapView
    heads : SampleHeads
        Knows the samples, all of them, and their classes.
    surveys : SurveyState
    story : HistoryView
        Its history has the numbers of all layers.
    report : callable
        The last diagnosis, where it still holds.
    select : callable
        ``select(path, channels)`` shows a layer and selects channels of it.
    """

    def subject() -> MapSubject:
        present = heads.probe
        known = heads.answers.truth_class
        # Of many samples only the first have rows, and with them answers.
        classes = np.full(present.samples, -1, np.int64)
        classes[: len(known)] = known[: present.samples]
        return MapSubject(
            present,
            classes if (classes >= 0).any() else None,
            heads.class_names,
            surveys.present,
        )

    timeline = story.timeline

    def go_to(step: int) -> None:
        timeline.position = step

    def follow(change: dict[str, Any]) -> None:
        """The timeline is elsewhere: the map, too, where one was kept by then."""
        step = change["new"]
        steps = moments.steps
        # A training that goes on may be making one just now.
        with model_lock(heads.probe.model):
            view.do(partial(moments.show, step if steps and steps[0] <= step else None))

    state = MapState(view, subject, history=lambda: story.history, report=report, select=select)
    moments = MapMoments(state, lambda: heads.probe, lambda: story.history, go_to)
    timeline.observe(follow, "position")
    return moments
