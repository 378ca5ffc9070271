"""What travels of lists: layers, findings, moments, pairs and trials."""

from __future__ import annotations

from typing import Literal, TypedDict

from .wire_pictures import (
    Number,
    Numbers,
    RecordView,
    Severity,
)


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
    surveyed: int | None
    """On how many samples these rest, where they were surveyed; null: on those shown."""
    scale: Number
    """How much the outputs vary, in their own unit; null: not known."""
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
    channel_names: list[str]
    """What these are called, where they stand for classes; else none."""
    channel_total: int | None
    """Of how many channels, where that is known."""
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
    turned: tuple[int, int]
    """Of how many pairs one channel alone is zero throughout: the second, the first."""
    saturated: tuple[Number, Number]
    """Channels stuck at an end of their activation; null where that is not known."""
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
    saturated: tuple[bool, bool]
    """False in both where it is not known."""


class TrialNumbersEntry(TypedDict):
    """What a trial measured; null where it is not known, or not finite."""

    samples: int
    change: Number
    """Of the outputs, as a share of what they were."""
    changed: int | None
    """How many answers differ."""
    right: tuple[int, int] | None
    """How many are right, before and after."""
    loss: tuple[Number, Number] | None
    unchanged: bool
    """Whether every value of every output is exactly what it was."""


class TrialEntry(TypedDict):
    """What came of trying a model without some channels."""

    how: Literal["silence", "mean", "merge"]
    channels: list[int]
    layer: str
    summary: str
    details: list[tuple[str, str]]
    """Pairs of a label and a value."""
    numbers: TrialNumbersEntry | None
