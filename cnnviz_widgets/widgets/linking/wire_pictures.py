"""What travels of tiles, trees and curves, and the kinds of numbers in all payloads."""

from __future__ import annotations

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


class TokensState(TypedDict):
    """What the tokens of attention are called."""

    _token_words: list[str]
    _token_shape: tuple[int, int, int]
    """Samples, targets and sources that have words; 0: they have none."""
    _targets: Int32
    """For each sample and target the number of its word."""
    _sources: Int32


class HeadEntry(TypedDict):
    """What leads a row: the sample itself, what it is, and the model's answer."""

    text: str
    """The sample in words, where it is no picture."""
    more: str
    """What else the sample is made of, a line an input."""
    truth: str
    answer: str
    """"" where there is none, or none yet."""
    confidence: Number
    """The share that the answer has of 1."""
    right: bool | None
    """null where nobody can tell."""
    is_old: bool
    """Whether the answer is from an earlier look at the model."""
    true_class: int
    """Number of the class; -1 where there is none."""
    answer_class: int


class HeadsState(TypedDict):
    """What leads the rows of a grid, by the number of their sample."""

    _heads: list[HeadEntry]
    """Of the first samples; none where nothing is known."""
    _head_shape: tuple[int, int, int, int]
    """Samples, pixels down and across, and 1 or 3 channels of the pictures; no samples: none."""
    _head_pixels: Uint8
    """Grey, or red, green and blue."""
    _head_range: tuple[Number, Number]
    """The values that are shown black and white."""


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


# -- points


class PointsState(TypedDict):
    """Samples or channels as points of the plane."""

    _points: Int32
    """Number of the sample or channel of each point; −2, −3, … for the samples 0, 1, … of a survey
    that are not shown."""
    _positions: Float32
    """Right and up of each point, in units that mean nothing."""
    _places: Int32
    """Place in `_heads` of what tells of each point; -1 for none. Empty for channels."""
    _leaves: Int32
    """Channels as the tree's columns have them, from left to right; empty for samples."""


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
    _few: Uint8
    """1 where a channel has too few values for a curve: a stroke stands for each."""


class NearestEntry(TypedDict):
    """The channels most alike one, the nearest first."""

    channel: int
    channels: list[int]
    distances: list[float]
    """Cosine distances."""


class ChannelFactsState(TypedDict):
    """A few numbers of each channel that is drawn."""

    _channels: Int32
    """The channels, in leaf order."""
    _maximum: Float32
    _mean: Float32
    _zero_share: Float32
    """Share of exact zeros, and of values that are not finite."""
    _nonfinite_share: Float32
    _fires: Float32
    """Share of the rows on which it is not zero throughout; empty for weights."""
    _fired: Int32
    """On how many samples surveyed it is anywhere above zero; empty without a survey."""
    _fired_differs: Uint8
    """1 where the share of those shown is another, beyond chance."""
    _class_titles: list[str]
    _class_samples: Int32
    """How many samples each class has."""
    _class_numbers: Int32
    """Classes that are listed, `_listed` for each channel, one channel after the other."""
    _class_means: Float32
    """The mean over the class's samples; NaN where there is none."""
    _class_fired: Int32
    """On how many of the class's samples it fires."""
    _lift_class: Int32
    """The class on which it fires more than on all, beyond chance; -1 for none."""
    _lift: Float32
    """How many times as often, and the ends of the interval, for each channel."""
    _disagreements: dict[str, str]
    """Channel → where the samples shown say something else than those surveyed."""
    _nearest: NearestEntry | Nothing
    """Nothing where it is not known."""
    _curves: str | None
    """The head of a density panel, where there is one."""


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


class ChangeEntry(TypedDict):
    """Other inputs were shown to the model."""

    step: int
    """The first moment that is of them."""
    title: str
    """Which, in words."""


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
    _changes: list[ChangeEntry]
    """By step."""


class LogEntry(TypedDict):
    """A loss or a metric over time."""

    name: str
    of: Literal["batch", "running", "epoch"]
    """What a value is of: one batch, all since its epoch began, or an epoch."""
    points: int
    """Points of its curve, each of so many batches at the most."""
    batches: int


class TimelineCurvesState(TypedDict):
    """What is drawn over the steps of a training."""

    _numbers: list[NumberEntry]
    _paths: list[str]
    """Path of the layer of each curve."""
    _points: Float64
    """Step of each point of the layers' curves."""
    _values: Float32
    """A value for each number, layer and point; NaN where there is none."""
    _logs: list[LogEntry]
    _log_steps: Float64
    """Step of each point, one loss or metric after the other."""
    _log_values: Float32
    """Means of all these points, then the least of what they stand for, then the greatest."""
    _epochs: Float64
    """For each epoch how many steps had been made when it began, and its number."""
    _end: int
    """The step at which training is to end; 0 where that is not known."""
