"""What travels between Python and the page where a trait does not say it: each payload, once.

A trait tells text from numbers. What is in its dictionaries, in which order its lists are, and
which numbers its bytes hold, is said here, by the name of the widget's class. From both
`frontend/wire.py` writes what the page's code is checked against, and `tests/widgets/test_contract`
holds against them what widgets send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, TypedDict

Uint8: TypeAlias = Annotated[bytes, "u1"]
Int32: TypeAlias = Annotated[bytes, "<i4"]
Float32: TypeAlias = Annotated[bytes, "<f4"]
Float64: TypeAlias = Annotated[bytes, "<f8"]

# JSON has no NaN and no infinity: they come as None.
Number: TypeAlias = float | None
# What is before and after, or down and across.
Numbers: TypeAlias = tuple[int, int]
Range: TypeAlias = tuple[int, int]
Severity: TypeAlias = Literal["severe", "warning", "note"]
RecordView: TypeAlias = Literal["outputs", "weights"]
TileKind: TypeAlias = Literal["image", "vector", "sequence", "volume", "strip"]


# -- tiles and trees


class TilesState(TypedDict):
    """Quantised tiles: one for each row and column."""

    _shape: tuple[int, int, int, int]
    """Rows, columns, pixels down and across of a stored tile."""
    _codes: Uint8
    _low: Float32
    """Smallest and largest finite value of each tile, row-major; NaN where there is none."""
    _high: Float32
    _marks: Uint8
    _kind: TileKind
    _reduction: Numbers
    """How many original pixels one stored pixel averages, down and across."""
    _montage: Numbers
    """Slices down and across within a tile."""


class SheetState(TilesState):
    """A layer's outputs: samples down, channels across."""

    _channels: Int32
    """Channel number of each tile column, in leaf order."""
    _samples: Int32
    """Number of the sample of each row of tiles; none: that of the row."""
    _rows: Int32
    """Number of each place's sample, where some have no tiles now; none: as `_samples`."""
    channel_names: list[str]
    class_names: list[str]


class ParametersState(TilesState):
    """A layer's weights: outputs down, inputs across."""

    _outputs: Int32
    """The output that each row shows, in leaf order."""
    _inputs: int
    """How many inputs there are."""
    _taps: Numbers
    """Taps down and across of one kernel slice; [1, 1] where an input has a single weight."""
    _words: tuple[str, str]
    """What one input and one output is called."""
    _column_names: list[str]
    """A name for each input, where they are not one of a kind; none where they are."""
    _tap_names: list[str]
    """A name for each entry of the first axis of taps, where these are a cell's gates."""
    _bias: Float32
    """The bias of each row; empty where there is none."""


class WindowEntry(TypedDict):
    """A window of the weights, less averaged than the whole."""

    serial: int
    """Which question this answers."""
    rows: Range
    columns: Range
    shape: tuple[int, int, int, int]
    codes: Uint8
    low: Float32
    high: Float32
    marks: Uint8
    kind: TileKind
    reduction: Numbers
    montage: Numbers


class Nothing(TypedDict):
    """Before there is anything."""


class WindowState(TypedDict):
    """What is asked for where the weights are averaged, and the answer."""

    _window_asked: list[int]
    """The question: its number, first row and one past the last, first input and one past."""
    _window: WindowEntry | Nothing


class TreeState(TypedDict):
    """A dendrogram, as it is drawn."""

    _column_count: int
    """Columns of the grid below, those of non-finite channels included."""
    _columns: Int32
    """Channel of each drawn leaf, from left to right."""
    _feet: Float32
    """Left and right foot of each merge, in columns."""
    _heights: Float64
    """Height of left foot, right foot and the merge itself; as exact as in Python, for cuts."""
    _span: Int32
    """First leaf below each merge, and one past the last, in `_order`."""
    _split: Int32
    """The drawn column right of the gap that each merge closes."""
    _zero_columns: int
    """So many drawn columns at the right end of the tree are zero throughout."""
    _order: Int32
    """Every finite channel in leaf order, drawn or not."""


# -- curves


class DensityCurvesState(TypedDict):
    """Each channel's density, or what stands for it."""

    _channels: Int32
    """Channel of each curve."""
    _grid: Float64
    """Abscissae and densities, `_points` for each curve, one curve after the other."""
    _density: Float64
    _points: int
    _zero_share: Float32
    """Share of exact zeros, and of values that are not finite, of each curve's channel."""
    _nonfinite_share: Float32


class ComparedCurvesState(TypedDict):
    """Densities of two layers' channels."""

    _numbers_a: Int32
    """Number in the selection of each curve of the first, and of the second."""
    _numbers_b: Int32
    _channels_a: Int32
    """Each curve's channel in its own layer."""
    _channels_b: Int32
    _grid_a: Float64
    """Each curve's abscissae: the first one and the step."""
    _grid_b: Float64
    _density_a: Float32
    """Heights, one curve after the other."""
    _density_b: Float32
    _zero_share_a: Float32
    _zero_share_b: Float32
    _nonfinite_share_a: Float32
    _nonfinite_share_b: Float32


class NumberEntry(TypedDict):
    """A number that is followed over time."""

    name: str
    title: str
    explanation: str
    look: Literal["share", "count", "size", "value"]
    known: bool
    """Whether it has a value anywhere."""


class HealthCurvesState(TypedDict):
    """Numbers of layers over time."""

    _numbers: list[NumberEntry]
    _paths: list[str]
    """Path of the layer of each curve."""
    _steps: Float64
    """Step of each point."""
    _values: Float32
    """A value for each number, layer and point; NaN where there is none."""
    _layers: int
    """How many layers and moments there are, of which those sent may be some."""
    _moments: int


class OnsetEntry(TypedDict):
    """What began at a layer."""

    kind: str
    layer: str
    step: int
    text: str
    """One sentence."""
    from_start: bool
    """Whether it was there at the first look: training did not bring it about."""


class MomentsState(TypedDict):
    """The moments of a training, and what began at them."""

    _steps: Float64
    """Step of each tick, ascending."""
    _kept: Uint8
    """Whether the shown place has a record at each tick."""
    _moments: int
    """How many moments and onsets there are, of which those sent may be some."""
    _marks: int
    _onsets: list[OnsetEntry]
    """By step."""


# -- lists


class LayerEntry(TypedDict):
    """A layer of a model, and how it fares."""

    path: str
    kind: str
    shape: str
    """Output shape without the batch, such as `26×26×32`."""
    parameters: int
    channels: int | None
    """Channels of the output, and how many are zero on every sample; null: not measured."""
    dead: int | None
    nonfinite: int | None
    """How many of the channels hold NaN or infinity."""
    level: str
    """Abstraction level in words, and as a share of the model's highest."""
    relative_level: float
    looked: list[str] | None
    """Views that have been looked at; null where nobody keeps count."""
    severe: int
    """How many severe findings and warnings begin at this layer."""
    warnings: int


class EvidenceEntry(TypedDict):
    """A histogram beside a finding."""

    label: str
    edges: list[Number]
    shares: list[Number]
    reference: list[Number]
    """The same bins of what was compared with; empty where there is none."""


class MeasurementEntry(TypedDict):
    """What was measured."""

    name: str
    value: Number
    is_share: bool


class ReferenceEntry(TypedDict):
    """What it was compared with."""

    name: str
    value: Number
    percentile: Number
    effect: Number


class FindingEntry(TypedDict):
    """Something that a diagnosis found."""

    kind: str
    severity: Severity
    layer: str
    """Path of the layer; "" for the model as a whole."""
    view: RecordView
    channel_count: int
    """How many channels are concerned, 0 for all of them, and the first of them."""
    channels: list[int]
    measured: MeasurementEntry
    reference: ReferenceEntry | None
    samples: int
    """0 for findings about weights alone."""
    summary: str
    limits: str
    cure: str
    source: str
    weight: str
    evidence: EvidenceEntry | None
    follows: list[str]
    """Layers in which the same cause shows."""


class SkippedEntry(TypedDict):
    """What a diagnosis could not look at."""

    what: str
    why: str


class ReportEntry(TypedDict):
    """A diagnosis without its findings."""

    model: str
    layers: int
    samples: int
    notes: list[str]
    skipped: list[SkippedEntry]


class ComparedLayerEntry(TypedDict):
    """A layer of two models, and how much it differs."""

    path: str
    partner: str
    """Path of the layer that it is compared with."""
    kind: str
    """Class, or nothing where it is not known."""
    channels: Numbers
    change: Number
    """Mean over its pairs of channels, 0 to 2; null where maps cannot be compared."""
    shift: Number
    """Mean shift of their distributions, 0 to 1."""
    dead: Numbers
    nonfinite: Numbers
    as_asked: bool
    """Whether its channels are matched as was asked for; else by their number."""


class UncomparedLayerEntry(TypedDict):
    """A layer that has no partner."""

    path: str
    kind: str
    where: str
    """Where it is, or where it is missing, in words."""


class _PairNames(TypedDict, total=False):
    names: tuple[str, str]
    """What they are called, where that is more than their numbers."""


class PairEntry(_PairNames):
    """Two channels that are compared."""

    number: int
    """Its number in the selection."""
    channels: Numbers
    distance: Number
    shift: Number
    zeros: tuple[float, float]
    """Shares of exact zeros."""
    dead: tuple[bool, bool]
    nonfinite: tuple[bool, bool]


class TrialEntry(TypedDict):
    """What came of trying a model without some channels."""

    how: Literal["silence", "mean", "merge"]
    channels: list[int]
    layer: str
    summary: str
    details: list[tuple[str, str]]
    """Pairs of a label and a value."""


# -- widgets


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


class TimelineState(MomentsState):
    """A training's moments, and where the reader is."""

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
)
"""Payloads of several traits: when one of them changes, the page reads all anew."""

SHOWN_WHOLE = ("InspectorHeader", "TrainingBar")
"""Widgets of which the page shows all anew when any trait changes."""
