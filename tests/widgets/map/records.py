"""Maps made by hand: three stations, one of them with channels that are in no group."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.records.map.group_effects import GroupEffects
from cnnviz_widgets.records.map.network_record import NetworkRecord
from cnnviz_widgets.records.map.station import Station
from cnnviz_widgets.records.map.station_groups import StationGroups


def station_groups(
    groups: list[int], states: list[int] | None = None, pinned: tuple[int, ...] = ()
) -> StationGroups:
    """Channels in groups, each the stronger the greater its number, and of its own class."""
    numbers = np.array(groups, np.int64)
    count = len(numbers)
    rows = np.arange(count * 4, dtype=np.float32).reshape(count, 4) % 5
    keys = np.where(numbers < 0, numbers.max() + 1, numbers)
    return StationGroups(
        groups=numbers,
        states=np.array(states or [0] * count, np.uint8),
        profile=rows,
        order=np.argsort(keys, kind="stable"),
        stability=np.linspace(0.4, 1.0, int(numbers.max()) + 1),
        values=np.arange(count, dtype=np.float32),
        samples=np.arange(count, dtype=np.int64) % 3,
        places=np.zeros((count, 2), np.int64),
        pinned=frozenset(pinned),
    )


def network_record() -> NetworkRecord:
    """conv1 → block/conv2 → block2/conv2, whose groups have effects."""
    stations = (
        Station("conv1", 4, "Conv2D", (None, 8, 8, 4), (), ("conv1",), 0, "8 × 8"),
        Station("a/conv2", 5, "Conv2D", (None, 4, 4, 5), ("conv1",), ("a/conv2",), 2, "4 × 4"),
        Station("b/conv2", 3, "Dense", (None, 3), ("a/conv2",), ("b/conv2",), 0, "units"),
    )
    groups = {
        "conv1": station_groups([0, 1, 0, 1]),
        "a/conv2": station_groups([0, -1, 1, 1, -1], [0, 1, 0, 0, 2]),
        "b/conv2": station_groups([0, 1, 2]),
    }

    def effects(a: int, b: int) -> GroupEffects:
        rms = np.arange(1, a * b + 1, dtype=np.float32).reshape(a, b)
        return GroupEffects(rms, rms * np.float32(-0.5))

    return NetworkRecord(
        stations,
        groups,
        {("conv1", "a/conv2"): effects(2, 2), ("a/conv2", "b/conv2"): effects(2, 3)},
        ("cat", "dog", "emu", "fox"),
        "classes",
        32,
    )
