"""A kept map as plain arrays, and back: what stands in an .npz file of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ...validation.plain_json import mapping, parsed, part, sequence, text, whole
from ..snapshots.npz_file import ArraySpec, Specs
from .group_effects import GroupEffects
from .kept_map import KeptMap
from .map_patches import MapPatches, PixelBox
from .network_record import ColumnKind, Method, NetworkRecord
from .station import Station
from .station_groups import STATES, StationGroups

FORMAT = 1
"""Raised when arrays of the same names come to mean something else."""

_KINDS: tuple[ColumnKind, ...] = ColumnKind.__args__  # type: ignore[attr-defined]
_METHODS: tuple[Method, ...] = Method.__args__  # type: ignore[attr-defined]
# Of each channel, station after station; "of" is the number of the map's columns or axes.
_LAYOUT: Mapping[str, tuple[str, tuple[str | int, ...]]] = {
    "about": ("U", ()),
    "groups": ("i8", ("channel",)),
    "states": ("u1", ("channel",)),
    "profile": ("f4", ("channel", "column")),
    "order": ("i8", ("channel",)),
    "pinned": ("b1", ("channel",)),
    "values": ("f4", ("channel",)),
    "samples": ("i8", ("channel",)),
    "places": ("i8", ("channel", "axis")),
    "stability": ("f8", ("group",)),
    "edges": ("i8", ("edge", 2)),
    "rms": ("f4", ("effect",)),
    "mean": ("f4", ("effect",)),
    "pictures": ("u1", ("picture", "height", "width", "colour")),
    "patches": ("i8", ("patch", 7)),
}
NAMES = tuple(_LAYOUT)
_MOST_BYTES, _MOST_STATIONS, _MOST_AXES = 2**28, 4096, 16


class _Effects(NamedTuple):
    """What edges have, one behind the other."""

    rms: NDArray[np.float32]
    mean: NDArray[np.float32]


def map_arrays(kept: KeptMap) -> dict[str, NDArray[Any]]:
    """All of a kept map, as `kept_map_from_arrays` takes it.

    ``about`` is one text, a JSON object: what is known of stations, columns, samples and notes.
    The other arrays have the channels of all stations one below the other, and so the groups;
    ``edges`` are numbers of stations, parent and child, and ``rms`` and ``mean`` their effects,
    parent's groups down; ``patches`` are station, channel, picture, top, bottom, left, right.
    """
    record = kept.record
    number = {station.path: k for k, station in enumerate(record.stations)}
    groups = [record.groups[station.path] for station in record.stations]
    axes = [own.places.shape[1] for own in groups]
    effects = list(record.effects.items())
    pictures = kept.patches.pixels
    stations = [
        {
            **{name: getattr(each, name) for name in Station.__dataclass_fields__},
            "axes": own,
        }
        for each, own in zip(record.stations, axes, strict=True)
    ]
    about = {
        "format": FORMAT,
        "step": kept.step,
        "effects_step": kept.effects_step,
        "stations": stations,
        "columns": list(record.columns),
        "column_kind": record.column_kind,
        "samples": record.samples,
        "surveyed": record.surveyed,
        "method": record.method,
        "notes": list(record.notes),
    }
    most = max(axes, default=0)
    places = [np.pad(own.places, ((0, 0), (0, most - own.places.shape[1]))) for own in groups]
    patches = [
        (number[path], channel, picture, *box)
        for path, own in kept.patches.patches.items()
        if path in number
        for channel, (picture, box) in own.items()
    ]
    arrays: dict[str, Any] = {
        "about": np.array(json.dumps(about)),
        "profile": _joined([own.profile for own in groups], (0, len(record.columns))),
        "places": _joined(places, (0, most)),
        "pinned": _joined([_mask(own) for own in groups]),
        "stability": _joined([own.stability for own in groups]),
        "edges": np.array([[number[path] for path in edge] for edge, _ in effects]).reshape(-1, 2),
        "rms": _joined([effect.rms.reshape(-1) for _, effect in effects]),
        "mean": _joined([effect.mean.reshape(-1) for _, effect in effects]),
        "pictures": pictures,
        "patches": np.array(patches, np.int64).reshape(-1, 7),
    }
    for name in ("groups", "states", "order", "values", "samples"):
        arrays[name] = _joined([getattr(own, name) for own in groups])
    return {name: np.asarray(arrays[name]).astype(_dtype(name)) for name in NAMES}


def check_layout(specs: Specs) -> None:
    """Whether arrays with these headers can be those of a map.

    Raises
    ------
    ValueError
        One is missing, of another type or shape, or they are too large.
    """
    sizes: dict[str, int] = {}
    for name, (kind, axes) in _LAYOUT.items():
        spec = specs.get(name)
        if spec is None:
            raise ValueError(f"{name} is missing")
        _check(name, spec, kind, axes, sizes)
    if sum(spec.nbytes for spec in specs.values()) > _MOST_BYTES:
        raise ValueError("it is larger than any map")
    if sizes["axis"] > _MOST_AXES:
        raise ValueError(f"places have {sizes['axis']} axes")


def _check(
    name: str, spec: ArraySpec, kind: str, axes: tuple[str | int, ...], sizes: dict[str, int]
) -> None:
    is_text = kind == "U"
    right = spec.dtype.kind == "U" if is_text else spec.dtype == np.dtype(kind)
    if not right or len(spec.shape) != len(axes):
        raise ValueError(f"{name} is of type {spec.dtype} and shape {spec.shape}")
    for axis, length in zip(axes, spec.shape, strict=True):
        expected = axis if isinstance(axis, int) else sizes.setdefault(axis, length)
        if length != expected:
            raise ValueError(f"{name} has shape {spec.shape}, and {expected} are expected")


def kept_map_from_arrays(arrays: Mapping[str, NDArray[Any]]) -> KeptMap:
    """The map that `map_arrays` made these of.

    Raises
    ------
    ValueError
        They are no map's, and why.
    """
    check_layout({name: ArraySpec(array.dtype, array.shape) for name, array in arrays.items()})
    about = mapping(parsed(str(arrays["about"]).encode()), "what is told of the map")
    version = whole(part(about, "format"), "the format")
    if version > FORMAT:
        raise ValueError(f"its format {version} is that of a newer version")
    entries = [mapping(each, "a station") for each in sequence(part(about, "stations"), "stations")]
    if len(entries) > _MOST_STATIONS:
        raise ValueError(f"{len(entries):,} stations are more than {_MOST_STATIONS:,}")
    stations = tuple(map(_station, entries))
    paths = [station.path for station in stations]
    if len(set(paths)) != len(paths):
        raise ValueError("two stations have one path")
    columns = _texts(about, "columns")
    if len(columns) != arrays["profile"].shape[1]:
        raise ValueError(f"{len(columns)} names for {arrays['profile'].shape[1]} columns")
    groups = _groups(arrays, stations, [whole(part(each, "axes"), "axes") for each in entries])
    step, measured = whole(part(about, "step"), "the step"), part(about, "effects_step")
    record = NetworkRecord(
        stations=stations,
        groups=groups,
        effects=_effects(arrays, stations, groups),
        columns=columns,
        column_kind=_one_of(part(about, "column_kind"), _KINDS),
        samples=whole(part(about, "samples"), "samples"),
        surveyed=whole(part(about, "surveyed"), "surveyed samples"),
        method=_one_of(part(about, "method"), _METHODS),
        notes=_texts(about, "notes"),
    )
    return KeptMap(
        step,
        record,
        MapPatches(frozen(arrays["pictures"]), _patches(arrays, stations)),
        None if measured is None else whole(measured, "the step of the effects"),
    )


def _station(entry: dict[str, Any]) -> Station:
    channels = whole(part(entry, "channels"), "channels", 1)
    shape = sequence(part(entry, "shape"), "a shape")
    return Station(
        path=text(part(entry, "path"), "a path"),
        channels=channels,
        kind=text(part(entry, "kind"), "a kind"),
        shape=tuple(None if size is None else whole(size, "a size") for size in shape),
        parents=_texts(entry, "parents"),
        layers=_texts(entry, "layers"),
        folded=whole(part(entry, "folded"), "folded stations"),
        stage=text(part(entry, "stage"), "a stage"),
    )


def _groups(
    arrays: Mapping[str, NDArray[Any]], stations: tuple[Station, ...], axes: list[int]
) -> dict[str, StationGroups]:
    ends = np.cumsum([0, *(station.channels for station in stations)])
    if ends[-1] != len(arrays["groups"]) or max(axes, default=0) > arrays["places"].shape[1]:
        raise ValueError(f"{len(arrays['groups']):,} channels, and stations have {ends[-1]:,}")
    of_stations, taken = {}, 0
    for station, own_axes, begin, end in zip(stations, axes, ends[:-1], ends[1:], strict=True):
        own = {name: arrays[name][begin:end] for name in _OF_CHANNELS}
        numbers, states = own["groups"], own["states"]
        used = np.unique(numbers[numbers >= 0])
        if numbers.min() < -1 or not np.array_equal(used, np.arange(used.size)):
            raise ValueError(f"the groups of {station.path!r:.60} have gaps")
        if states.max() >= len(STATES):
            raise ValueError(f"channels of {station.path!r:.60} are in no state that there is")
        if not np.array_equal(np.sort(own["order"]), np.arange(station.channels)):
            raise ValueError(f"the order of {station.path!r:.60} is none of its channels")
        stability = arrays["stability"][taken : taken + used.size]
        if len(stability) != used.size:
            raise ValueError("there are fewer stabilities than groups")
        taken += used.size
        of_stations[station.path] = StationGroups(
            groups=frozen(numbers),
            states=frozen(states),
            profile=frozen(own["profile"]),
            order=frozen(own["order"].astype(np.intp)),
            stability=frozen(stability),
            values=frozen(own["values"]),
            samples=frozen(own["samples"]),
            places=frozen(own["places"][:, :own_axes]),
            pinned=frozenset(np.flatnonzero(own["pinned"]).tolist()),
        )
    if taken != len(arrays["stability"]):
        raise ValueError("there are more stabilities than groups")
    return of_stations


_OF_CHANNELS = tuple(name for name, (_, axes) in _LAYOUT.items() if axes[:1] == ("channel",))


def _effects(
    arrays: Mapping[str, NDArray[Any]],
    stations: tuple[Station, ...],
    groups: Mapping[str, StationGroups],
) -> dict[tuple[str, str], GroupEffects]:
    effects, taken = {}, 0
    for numbers in arrays["edges"].tolist():
        if not all(0 <= each < len(stations) for each in numbers):
            raise ValueError(f"an edge is between the stations {numbers}")
        parent, child = (stations[each].path for each in numbers)
        shape = groups[parent].count, groups[child].count
        end = taken + math.prod(shape)
        own = _Effects(arrays["rms"][taken:end], arrays["mean"][taken:end])
        if len(own.rms) != end - taken:
            raise ValueError("there are fewer effects than edges have")
        effects[parent, child] = GroupEffects(*(frozen(each.reshape(shape)) for each in own))
        taken = end
    if taken != len(arrays["rms"]):
        raise ValueError("there are more effects than edges have")
    return effects


def _patches(
    arrays: Mapping[str, NDArray[Any]], stations: tuple[Station, ...]
) -> dict[str, dict[int, tuple[int, PixelBox]]]:
    patches: dict[str, dict[int, tuple[int, PixelBox]]] = {}
    count, *_, colours = arrays["pictures"].shape
    if count and colours not in (1, 3):
        raise ValueError(f"pictures have {colours} colours")
    for at, channel, picture, *box in arrays["patches"].tolist():
        if not (0 <= at < len(stations) and 0 <= picture < count):
            raise ValueError(f"a patch is of station {at}, picture {picture}")
        if not 0 <= channel < stations[at].channels or max(map(abs, box)) >= 2**24:
            raise ValueError(f"a patch is of channel {channel}, pixels {box}")
        top, bottom, left, right = box
        patches.setdefault(stations[at].path, {})[channel] = picture, (top, bottom, left, right)
    return patches


def _joined(arrays: list[Any], empty: tuple[int, ...] = (0,)) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(empty)


def _mask(own: StationGroups) -> NDArray[np.bool_]:
    return np.isin(np.arange(own.groups.size), list(own.pinned))


def _dtype(name: str) -> np.dtype[Any]:
    kind = _LAYOUT[name][0]
    return np.dtype(str if kind == "U" else kind)


def _texts(of: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(text(each, f"one of {name}") for each in sequence(part(of, name), name))


def _one_of(value: Any, words: tuple[Any, ...]) -> Any:
    if value not in words:
        raise ValueError(f"{value!r:.60} is none of {', '.join(words)}")
    return value
