"""What travels between Python and the page where a trait does not say it: each payload, once.

A trait tells text from numbers. What is in its dictionaries, in which order its lists are, and
which numbers its bytes hold, is said here, by the name of the widget's class. From both
`frontend/wire.py` writes what the page's code is checked against, and `tests/widgets/test_contract`
holds against them what widgets send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from . import wire_channel, wire_lists, wire_map, wire_pictures
from .wire_channel import AnswerEntry, LayerAnswerEntry, RehearsalEntry
from .wire_lists import (
    ComparedLayerEntry,
    FindingEntry,
    LayerEntry,
    PairEntry,
    ReportEntry,
    TrialEntry,
    UncomparedLayerEntry,
)
from .wire_map import MapViewState
from .wire_pictures import (
    ChannelFactsState,
    ComparedCurvesState,
    DensityCurvesState,
    Float32,
    Float64,
    HeadsState,
    HealthCurvesState,
    Int32,
    MomentsState,
    Nothing,
    ParametersState,
    PointsState,
    SheetState,
    TimelineCurvesState,
    TokensState,
    TreeState,
    Uint8,
    WindowState,
)


class AblationBarState(TypedDict):
    """The trials of a layer's channels."""

    trials: list[TrialEntry]
    """The newest first."""
    _asked: tuple[int, str, list[int], str]
    """Serial, how, channels, and the layer meant."""


class ChannelAnswersState(TypedDict):
    """What is asked about a channel, and the answers."""

    unfolded: list[str]
    _titles: list[tuple[str, str, str]]
    """Name, title and hint of each question."""
    _answers: dict[str, AnswerEntry]
    """By the names of the questions."""


class ChannelGridState(SheetState, HeadsState, TokensState):
    """A layer's outputs, each row led by its sample."""


class ComparedDensitiesState(ComparedCurvesState):
    """The densities of a comparison."""

    titles: tuple[str, str]
    """What the two are called."""
    _distance: Float32
    """Cosine distance and distribution shift of each pair; NaN where there is none."""
    _shift: Float32
    _saturated: Uint8
    """1 for each channel that is stuck at an end of its activation, the pair's first and then its
    second; nothing where that is not known."""


class ComparisonState(TypedDict):
    """The lists of a comparison."""

    titles: tuple[str, str]
    """What the two are called."""
    _layers: list[ComparedLayerEntry]
    _alone: list[UncomparedLayerEntry]
    _pairs: list[PairEntry]
    """The pairs of the layer shown, most changed first."""


class EmbeddingState(HeadsState, PointsState):
    """A layer as a cloud of points, each told by its sample."""


class ExportMenuState(TypedDict):
    """What can be saved, and what was asked for."""

    offers: list[tuple[str, str]]
    """What, and with which suffix."""
    missing: dict[str, str]
    """What of that cannot be had yet, and what has to be done for it."""
    _asked: tuple[int, str, str, str]
    """Serial, the view that asks, what, and suffix."""


class FindingsPanelState(TypedDict):
    """A report."""

    _report: ReportEntry | Nothing | None
    """The report without its findings; nothing before the first."""
    _findings: list[FindingEntry]
    dismissed: list[tuple[str, str]]
    """Kind and layer of each finding that was put away."""


class HealthState(HealthCurvesState):
    """Numbers of layers over time, with what they are drawn beside."""

    selector: str | None
    """A layer selector and a timeline, where there are any."""
    timeline: str | None


class LayerAnswersState(TypedDict):
    """What is asked about a layer, and the answers."""

    unfolded: list[str]
    _again: tuple[int, str]
    """Serial, and the question to ask anew."""
    _rows: tuple[int, int]
    """The first channel that the selection's numbers stand for, and how many."""
    _titles: list[tuple[str, str, str]]
    """Name, title and hint of each question."""
    _answers: dict[str, LayerAnswerEntry]
    """By the names of the questions."""


class LayerSelectorState(TypedDict):
    """The layers of a model."""

    _layers: list[LayerEntry]


class ParameterGridState(ParametersState, TreeState, WindowState):
    """A layer's weights with their tree."""


class PrunePanelState(TypedDict):
    """What the model is without some channels, and the smaller one."""

    _asked: tuple[int, str, list[int], str]
    """Serial, how, channels, and the layer meant."""
    _rehearsal: RehearsalEntry | Nothing


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


class SamplesBarState(TypedDict):
    """Which samples the model is shown, and which others can be."""

    grid: str
    """The grid whose rows are of these samples."""
    _asked: tuple[int, str, list[int]]
    """Serial, what is asked for, and numbers: of samples shown, or of a class."""
    _surveyed: str | None
    """The selection of samples surveyed, where there is one."""
    _wrong: list[int]
    """Numbers of the samples shown that have wrong answers."""


class SelectionBarState(TypedDict):
    """What can be found and done among a layer's channels."""

    _samples: str | None
    _surveyed: str | None
    """The selections of samples, and of those surveyed, where there are such."""
    _trials: str | None
    """The list of trials, where channels can be tried."""
    class_names: list[str]
    _channel_count: int
    """How many there are, drawn or not."""
    _channels: Int32
    """The channels that are drawn, those of the tree first, from left to right."""
    _gaps: Float64
    """The height at which each channel of the tree is joined to the one right of it."""
    _numbers: Float32
    """Of each channel that is drawn, one of `CHANNEL_NUMBERS` after the other; NaN: not known."""
    _dead: Uint8
    """1 for each that is zero throughout."""


class SelectedNumbersState(TypedDict):
    """Channels or samples that are selected."""

    selected: list[int]
    """Channels in the layer's own numbering, samples by their numbers among all."""
    _named: dict[str, dict[str, list[int]]]
    """Selections that have a name, by what they are numbers of."""
    _chosen_in: tuple[int, str]
    """How often some were selected here, and what they were numbers of the last time."""


class ColumnAxisState(TypedDict):
    """Which columns are in sight."""

    unfolded: list[int]
    """First columns of what does not fold."""
    _groups: list[tuple[int, int, float]]
    """First column of each group, one past its last, and the distance at which it holds together;
    groups of two or more, from the left."""
    _zeros: list[int]
    """First column that is zero throughout, and one past the last; [] for none."""


class DrawerState(TypedDict):
    """The tabs of a frame's side."""

    tabs: list[tuple[str, str]]
    """Name and title of each."""
    wide: list[str]
    """Names of those that take the middle of the frame, too."""


class InspectorHeaderState(TypedDict):
    """What goes on, and where the reader is."""

    found: list[int]
    """How many findings are severe, warnings and notes; none before a diagnosis."""
    _step_asked: tuple[int, int]
    """How often another step was asked for, and by how many steps the last time."""


class TourState(TypedDict):
    """What the tour is worded for."""


STATES: Mapping[str, type] = {
    "AblationBar": AblationBarState,
    "ChannelAnswers": ChannelAnswersState,
    "ChannelNumbers": ChannelFactsState,
    "ChannelGrid": ChannelGridState,
    "ColumnAxis": ColumnAxisState,
    "Dendrogram": TreeState,
    "Drawer": DrawerState,
    "Embedding": EmbeddingState,
    "ExportMenu": ExportMenuState,
    "FindingsPanel": FindingsPanelState,
    "InspectorHeader": InspectorHeaderState,
    "LayerAnswers": LayerAnswersState,
    "LayerSelector": LayerSelectorState,
    "MapView": MapViewState,
    "ParameterGrid": ParameterGridState,
    "PrunePanel": PrunePanelState,
    "SampleSelection": SelectedNumbersState,
    "SamplesBar": SamplesBarState,
    "Selection": SelectedNumbersState,
    "SelectionBar": SelectionBarState,
    "Timeline": TimelineState,
    "Tour": TourState,
    "TrainingBar": TrainingBarState,
    "_ComparedDensitiesHead": ComparedDensitiesState,
    "ComparisonHead": ComparisonState,
    "_DensityHead": DensityCurvesState,
    "_HealthHead": HealthState,
}
"""What each widget sends, by the name of its class."""

READ_TOGETHER = (
    SheetState,
    HeadsState,
    ParametersState,
    PointsState,
    TreeState,
    DensityCurvesState,
    ChannelFactsState,
    ComparedCurvesState,
    HealthCurvesState,
    MapViewState,
    MomentsState,
    SelectionBarState,
    TimelineCurvesState,
    TokensState,
)
"""Payloads of several traits: when one of them changes, the page reads all anew."""

SHOWN_WHOLE = ("InspectorHeader", "TrainingBar")
"""Widgets of which the page shows all anew when any trait changes."""


def declared() -> dict[str, object]:
    """Every payload and name of the schema, by its name, in the order in which it was written."""
    return {
        **vars(wire_pictures),
        **vars(wire_lists),
        **vars(wire_channel),
        **vars(wire_map),
        **globals(),
    }
