"""What travels between Python and the page where a trait does not say it: each payload, once.

A trait tells text from numbers. What is in its dictionaries, in which order its lists are, and
which numbers its bytes hold, is said here, by the name of the widget's class. From both
`frontend/wire.py` writes what the page's code is checked against, and `tests/widgets/test_contract`
holds against them what widgets send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from . import wire_lists, wire_pictures
from .wire_lists import (
    ComparedLayerEntry,
    FindingEntry,
    LayerEntry,
    PairEntry,
    ReportEntry,
    TrialEntry,
    UncomparedLayerEntry,
)
from .wire_pictures import (
    ComparedCurvesState,
    DensityCurvesState,
    Float32,
    HealthCurvesState,
    MomentsState,
    Nothing,
    ParametersState,
    SheetState,
    TimelineCurvesState,
    TreeState,
    WindowState,
)


class AblationBarState(TypedDict):
    """The trials of a layer's channels."""

    trials: list[TrialEntry]
    """The newest first."""
    _asked: tuple[int, str, list[int], str]
    """Serial, how, channels, and the layer meant."""


class ComparedDensitiesState(ComparedCurvesState):
    """The densities of a comparison."""

    titles: tuple[str, str]
    """What the two are called."""
    _distance: Float32
    """Cosine distance and distribution shift of each pair; NaN where there is none."""
    _shift: Float32


class ComparisonState(TypedDict):
    """The lists of a comparison."""

    titles: tuple[str, str]
    """What the two are called."""
    _layers: list[ComparedLayerEntry]
    _alone: list[UncomparedLayerEntry]
    _pairs: list[PairEntry]
    """The pairs of the layer shown, most changed first."""


class FindingsPanelState(TypedDict):
    """A report."""

    _report: ReportEntry | Nothing | None
    """The report without its findings; nothing before the first."""
    _findings: list[FindingEntry]


class HealthState(HealthCurvesState):
    """Numbers of layers over time, with what they are drawn beside."""

    selector: str | None
    """A layer selector and a timeline, where there are any."""
    timeline: str | None


class LayerSelectorState(TypedDict):
    """The layers of a model."""

    _layers: list[LayerEntry]


class ParameterGridState(ParametersState, TreeState, WindowState):
    """A layer's weights with their tree."""


class TimelineState(MomentsState, TimelineCurvesState):
    """A training's moments, what is drawn over them, and where the reader is."""

    selector: str | None
    """A layer selector, where there is one."""
    _mark: tuple[int, str, str]
    """How often the page went to a mark; the last one's kind and layer."""


class TrainingBarState(TypedDict):
    """How a training goes on."""

    logs: dict[str, float | str]
    """Losses and metrics; JSON has no NaN and no infinity, which come as words."""


class SelectionState(TypedDict):
    """The channels that are selected."""

    selected: list[int]
    """Channel numbers in the layer's own numbering."""
    _chosen_in: tuple[int, str]
    """How often channels were selected here, and what they were channels of the last time."""


class ColumnAxisState(TypedDict):
    """Which columns are in sight."""


class InspectorHeaderState(TypedDict):
    """What goes on, and where the reader is."""


STATES: Mapping[str, type] = {
    "AblationBar": AblationBarState,
    "ChannelGrid": SheetState,
    "ColumnAxis": ColumnAxisState,
    "Dendrogram": TreeState,
    "FindingsPanel": FindingsPanelState,
    "InspectorHeader": InspectorHeaderState,
    "LayerSelector": LayerSelectorState,
    "ParameterGrid": ParameterGridState,
    "Selection": SelectionState,
    "Timeline": TimelineState,
    "TrainingBar": TrainingBarState,
    "_ComparedDensitiesHead": ComparedDensitiesState,
    "ComparisonHead": ComparisonState,
    "_DensityHead": DensityCurvesState,
    "_HealthHead": HealthState,
}
"""What each widget sends, by the name of its class."""

READ_TOGETHER = (
    SheetState,
    ParametersState,
    TreeState,
    DensityCurvesState,
    ComparedCurvesState,
    HealthCurvesState,
    MomentsState,
    TimelineCurvesState,
)
"""Payloads of several traits: when one of them changes, the page reads all anew."""

SHOWN_WHOLE = ("InspectorHeader", "TrainingBar")
"""Widgets of which the page shows all anew when any trait changes."""


def declared() -> dict[str, object]:
    """Every payload and name of the schema, by its name, in the order in which it was written."""
    return {**vars(wire_pictures), **vars(wire_lists), **globals()}
