"""However large a network is, its map is some hundreds of KB on the wire."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz_widgets.records.map.group_effects import GroupEffects
from cnnviz_widgets.records.map.map_patches import MapPatches
from cnnviz_widgets.records.map.network_record import NetworkRecord
from cnnviz_widgets.records.map.station import Station
from cnnviz_widgets.widgets.map.drawing.entries import map_entries
from cnnviz_widgets.widgets.map.weight_story import WeightStory
from tests.widgets.map.records import station_groups

# As many groups as there are by default where there are so many columns.
CHANNELS, GROUPS, COLUMNS = 512, 6, 32


def _bytes_of(value: Any) -> int:
    """What is sent as it is, and the rest as JSON."""
    buffers: list[bytes] = []

    def left(part: Any) -> Any:
        if isinstance(part, bytes):
            buffers.append(part)
            return None
        if isinstance(part, dict):
            return {name: left(each) for name, each in part.items()}
        return [left(each) for each in part] if isinstance(part, list | tuple) else part

    return len(json.dumps(left(value))) + sum(map(len, buffers))


def test_a_map_of_24_columns_of_many_channels_and_classes_is_small() -> None:
    paths = [f"stage{k}/block/conv" for k in range(24)]
    stations, groups = [], {}
    for path, before in zip(paths, [None, *paths], strict=False):
        parents = () if before is None else (before,)
        shape = (None, 8, 8, CHANNELS)
        stations.append(Station(path, CHANNELS, "Conv2D", shape, parents, (path,), 0, "8 × 8"))
        own = station_groups([k % GROUPS for k in range(CHANNELS)])
        groups[path] = replace(own, profile=np.ones((CHANNELS, COLUMNS), np.float32))
    table = np.ones((GROUPS, GROUPS), np.float32)
    effects = {(paths[k], paths[k + 1]): GroupEffects(table, table) for k in range(len(paths) - 1)}
    names = tuple(f"class {k}" for k in range(COLUMNS))
    record = NetworkRecord(tuple(stations), groups, effects, names, "classes", 32)
    seen = {k: (k % 32, (100, 140, 100, 140)) for k in range(CHANNELS)}
    patches = MapPatches(np.empty((0, 0, 0, 0), np.uint8), dict.fromkeys(paths, seen))
    entries = map_entries(record, patches, WeightStory())
    rows = sum(entry["rows"] for entry in entries["_groups"])
    assert len(entries["_profile"]) == rows * COLUMNS
    # There are 128 KB of pictures besides, at most.
    assert _bytes_of(entries) < 400_000 - 128 * 1024
