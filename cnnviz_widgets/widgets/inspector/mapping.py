"""The map in an inspector: of what the model is shown there, made when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...diagnosis.report import Report
from ...model import ModelProbe
from ..map.map_state import MapState, MapSubject
from ..map.map_view import MapView
from ..map.weight_story import WeightStory
from .history.history_view import HistoryView
from .samples.sample_heads import SampleHeads
from .surveys.survey_state import SurveyState


def inspector_map(
    view: MapView,
    probe: Callable[[], ModelProbe],
    heads: SampleHeads,
    surveys: SurveyState,
    story: HistoryView,
    *,
    report: Callable[[], Report | None],
    select: Callable[[str, Sequence[int]], None],
) -> MapState:
    """An inspector's map.

    Parameters
    ----------
    view : MapView
    probe : callable
        The reader of the live model on what it is shown now.
    heads : SampleHeads
        Knows the classes of the samples.
    surveys : SurveyState
    story : HistoryView
        Its history has the numbers of all layers.
    report : callable
        The last diagnosis, where it still holds.
    select : callable
        ``select(path, channels)`` shows a layer and selects channels of it.
    """

    def subject() -> MapSubject:
        present = probe()
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

    return MapState(
        view,
        subject,
        story=lambda: WeightStory.of(story.history),
        report=report,
        select=select,
    )
