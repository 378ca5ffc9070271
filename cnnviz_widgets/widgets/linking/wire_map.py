"""What travels of the map of a network."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from .wire_pictures import Float32, Int32, Number, Uint8

MapColumnKind: TypeAlias = Literal["classes", "predicted", "samples"]
MapVerb: TypeAlias = Literal[
    "select",
    "move",
    "merge",
    "split",
    "pin",
    "unpin",
    "undo",
    "redo",
    "reset",
    "expand",
    "fold",
    "refresh",
    "moment",
]


class StationEntry(TypedDict):
    """A column of the map."""

    path: str
    title: str
    """The shortest name that tells it from the other stations."""
    kind: str
    channels: int
    shape: list[int]
    """Without the batch."""
    stage: str
    parents: list[int]
    """Which stations it reads."""
    layers: int
    """How many layers it stands for."""
    folded: int
    """How many stations alike stand before it, undrawn."""
    expandable: bool
    """Whether there are stations in it to be drawn."""
    expanded: bool
    """Whether it was folded, and is drawn unfolded."""
    silent: int
    constant: int
    nonfinite: int
    thin: Int32
    """The channels of no group: the silent, then the constant, then the non-finite ones."""
    update: list[Number]
    """‖ΔW‖/‖W‖ at each moment of the history, the last is that of what is shown."""
    gradient: Number
    """Norm of the gradients where it is known."""
    silent_shares: list[Number]
    """The share of silent channels at each moment of the history."""


class DensityEntry(TypedDict):
    """How the values of a box are distributed; nothing before that is asked for."""

    density: Uint8
    """The curve, 0 to 255 of its peak; without zeros."""
    density_range: tuple[Number, Number]
    zeros: Number
    """The share of exact zeros."""


class GroupEntry(DensityEntry):
    """A box of the map."""

    station: int
    group: int
    channels: Int32
    """In the layer's own numbering and in the order of their rows."""
    pinned: list[int]
    stability: Number
    """0 to 1; none where not known."""
    rows: int
    """How many rows the matrix has of it: of many channels neighbours are averaged."""
    values: Float32
    """The greatest value of each channel."""
    findings: list[str]
    """What is wrong with channels of it, each a short phrase."""


class EffectEntry(TypedDict):
    """What the groups of a station do to those of one that reads it."""

    parent: int
    child: int
    rms: Float32
    """Parent's groups down, child's across."""
    mean: Float32


class MapViewState(TypedDict):
    """The map of a network: columns of groups, and what acts on what."""

    _stations: list[StationEntry]
    _groups: list[GroupEntry]
    """Station by station."""
    _effects: list[EffectEntry]
    _weights: list[EffectEntry]
    """The second reading, CNNVis's mean weight between groups; empty until it is asked for."""
    _columns: list[str]
    """What the columns of the matrices are called."""
    _column_kind: MapColumnKind
    _profile: Uint8
    """Of all groups' rows, one below the other, each row scaled to its own range."""
    _picture_shape: tuple[int, int, int, int]
    """Pictures of samples: how many, pixels down and across, 1 or 3 colours; zeros: none."""
    _pictures: Uint8
    _patches: Int32
    """What channels see at their strongest places, seven numbers each: index into the groups of
    the map, channel, index into the pictures, and top, bottom, left and right in that picture's
    pixels; it may lie partly outside."""
    _notes: list[str]
    moments: list[int]
    """Steps of which a map was kept, ascending."""
    _asked: tuple[int, MapVerb, str, list[int], int]
    """Serial, what is asked for, a station's path, channels of it, and a group of it or −1: where
    they go, or that is split; of `merge` the group into which that of the first channel goes; of
    `moment` the step of a kept map, −1: the present one."""
