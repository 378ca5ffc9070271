"""A network's map as it travels: columns, boxes, rows, patches and edges."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....analysis.map.class_rows import shown_rows
from ....records.layer_picture import counted
from ....records.map.group_density import GroupDensity
from ....records.map.group_effects import GroupEffects
from ....records.map.map_patches import MapPatches, strongest_members
from ....records.map.network_record import NetworkRecord
from ....records.map.station import Station
from ....records.map.station_groups import STATES, StationGroups
from ...linking.wire_map import DensityEntry, EffectEntry, GroupEntry, StationEntry
from ..weight_story import WeightStory

MOST_ROWS = 64
"""A box is some 200 pixels high at most: of more channels neighbours are averaged."""

# Of many groups and columns there are fewer rows each: boxes are lower then, and all of it travels.
_FEWEST_ROWS = 8
_MOST_CELLS = 48 * 1024


def map_entries(
    record: NetworkRecord,
    patches: MapPatches,
    story: WeightStory,
    *,
    expandable: Collection[str] = (),
    expanded: Collection[str] = (),
    densities: Mapping[str, Sequence[GroupDensity]] | None = None,
    findings: Mapping[str, Mapping[int, str]] | None = None,
) -> dict[str, Any]:
    """Everything of a map that the page draws, by the names of the view's traits.

    Parameters
    ----------
    record : NetworkRecord
    patches : MapPatches
    story : WeightStory
        How the weights fared over the moments.
    expandable, expanded : collection of str
        Paths of stations that can be, or are, drawn unfolded.
    densities : mapping of str to sequence of GroupDensity, optional
        By the stations' paths: of each group.
    findings : mapping of str to mapping of int to str, optional
        By the stations' paths: what is wrong with some of their channels.
    """
    number = {station.path: k for k, station in enumerate(record.stations)}
    titles = short_titles([station.path for station in record.stations])
    stations: list[StationEntry] = []
    groups: list[GroupEntry] = []
    listed: list[tuple[int, ...]] = []
    rows: list[NDArray[np.float32]] = []
    cells = len(record.columns) * sum(own.count for own in record.groups.values())
    most = min(MOST_ROWS, max(_FEWEST_ROWS, _MOST_CELLS // max(cells, 1)))
    for station, title in zip(record.stations, titles, strict=True):
        path = station.path
        own = record.groups[path]
        column = _station(station, title, own, number, story)
        column["expandable"], column["expanded"] = path in expandable, path in expanded
        stations.append(column)
        wrong = {} if findings is None else findings.get(path, {})
        curves = None if densities is None else densities.get(path)
        for group in range(own.count):
            members = own.members(group)
            block = row_means(own.profile[members], most)
            rows.append(block)
            entry = _group(number[path], group, own, members, len(block))
            entry["findings"] = list(
                dict.fromkeys(wrong[k] for k in members.tolist() if k in wrong)
            )
            if curves is not None:
                curve = _density(curves[group])
                entry["density"], entry["zeros"] = curve["density"], curve["zeros"]
                entry["density_range"] = curve["density_range"]
            listed += _patches(patches, path, own, group, len(groups))
            groups.append(entry)
    columns = len(record.columns)
    profile = np.concatenate(rows) if rows else np.empty((0, columns))
    return {
        "_stations": stations,
        "_groups": groups,
        "_effects": effect_entries(record.effects, number),
        "_columns": list(record.columns),
        "_column_kind": record.column_kind,
        "_profile": shown_rows(profile).tobytes() if profile.size else b"",
        "_picture_shape": patches.pixels.shape,
        "_pictures": patches.pixels.tobytes(),
        "_patches": np.array(listed, "<i4").tobytes(),
        "_notes": list(record.notes),
    }


def effect_entries(
    effects: Mapping[tuple[str, str], GroupEffects], number: Mapping[str, int]
) -> list[EffectEntry]:
    """Effects, or what else is between groups of two stations, as they travel."""
    return [
        {
            "parent": number[parent],
            "child": number[child],
            "rms": effect.rms.astype("<f4").tobytes(),
            "mean": effect.mean.astype("<f4").tobytes(),
        }
        for (parent, child), effect in effects.items()
    ]


def facts_of(record: NetworkRecord) -> str:
    """On what a map rests, in words."""
    columns = {
        "classes": f"{len(record.columns)} classes",
        "predicted": f"{len(record.columns)} predicted classes",
        "samples": "samples as columns: there are no classes",
    }[record.column_kind]
    profiles = f"profiles: {record.surveyed:,} surveyed samples · " if record.surveyed else ""
    how = {"one-pass": "all groups silenced in one pass", "one-by-one": "one by one"}
    effects = how.get(record.method, "effects not known")
    return f"{profiles}{counted(record.samples, 'sample')} · {columns} · {effects}"


def short_titles(paths: list[str]) -> list[str]:
    """For each path as much of its end as no other one ends in."""
    titles = []
    for path in paths:
        parts = path.split("/")
        title = parts[-1]
        for take in range(1, len(parts) + 1):
            title = "/".join(parts[-take:])
            if sum(each == title or each.endswith(f"/{title}") for each in paths) == 1:
                break
        titles.append(title)
    return titles


def row_means(rows: NDArray[np.float32], most: int = MOST_ROWS) -> NDArray[np.float32]:
    """At most so many rows: means of neighbours where there are more."""
    if len(rows) <= most:
        return rows
    parts = np.array_split(rows, most)
    return np.stack([part.mean(axis=0) for part in parts])


def _station(
    station: Station,
    title: str,
    own: StationGroups,
    number: Mapping[str, int],
    story: WeightStory,
) -> StationEntry:
    count = {state: int((own.states == k).sum()) for k, state in enumerate(STATES)}
    thin = own.members(-1)
    thin = thin[np.argsort(own.states[thin], kind="stable")]
    told = story.of_station(station)
    return {
        "path": station.path,
        "title": title,
        "kind": station.kind,
        "channels": station.channels,
        "shape": [-1 if size is None else size for size in station.shape[1:]],
        "stage": station.stage,
        "parents": [number[parent] for parent in station.parents],
        "layers": len(station.layers),
        "folded": station.folded,
        "expandable": False,
        "expanded": False,
        "silent": count["silent"],
        "constant": count["constant"],
        "nonfinite": count["non-finite"],
        "thin": thin.astype("<i4").tobytes(),
        "update": [_known(each) for each in told.changes],
        "gradient": _known(told.gradient),
        "silent_shares": [_known(each) for each in told.silent],
    }


def _group(station: int, group: int, own: StationGroups, members: Indices, rows: int) -> GroupEntry:
    return {
        "station": station,
        "group": group,
        "channels": members.astype("<i4").tobytes(),
        "pinned": sorted(own.pinned & set(members.tolist())),
        "stability": _known(float(own.stability[group])),
        "rows": rows,
        "values": own.values[members].astype("<f4").tobytes(),
        "density": b"",
        "density_range": (None, None),
        "zeros": None,
        "findings": [],
    }


def _density(density: GroupDensity) -> DensityEntry:
    peak = float(density.density.max()) or 1.0
    return {
        "density": np.rint(255 * density.density / peak).astype(np.uint8).tobytes(),
        "density_range": (float(density.grid[0]), float(density.grid[-1])),
        "zeros": density.zero_share,
    }


def _patches(
    patches: MapPatches, path: str, own: StationGroups, group: int, number: int
) -> list[tuple[int, ...]]:
    """The patches of a group's strongest channels, the strongest first."""
    known = patches.patches.get(path, {})
    return [
        (number, k, known[k][0], *known[k][1])
        for k in strongest_members(own, group).tolist()
        if k in known
    ]


def _known(value: float) -> float | None:
    """JSON has no NaN and no infinity."""
    return float(value) if math.isfinite(value) else None
