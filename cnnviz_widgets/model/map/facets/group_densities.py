"""How the values of each group of a map are distributed, on the probe's own samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....analysis.density.channel_density import channel_density
from ....analysis.spreading import evenly
from ....records.map.group_density import GroupDensity
from ....records.map.network_record import NetworkRecord
from ....records.map.station_groups import StationGroups
from ....runtime.progress import Progress, no_progress
from ...layers.layer_info import LayerInfo
from ...reading.model_lock import model_lock
from ...reading.probe import ModelProbe

# A curve is some 60 pixels wide.
_POINTS = 64
# So many values of a group are read, evenly spread over samples, places and its channels.
_MOST_VALUES = 1 << 14
_MOST_CHANNELS = 64


def group_densities(
    probe: ModelProbe, record: NetworkRecord, progress: Progress = no_progress
) -> Mapping[str, tuple[GroupDensity, ...]]:
    """The distribution of each group's values, by the stations' paths.

    Parameters
    ----------
    probe : ModelProbe
    record : NetworkRecord
        Of its model: the groups.
    progress : callable

    Raises
    ------
    ModelCallError
        The model's own call raises.
    """

    def read(info: LayerInfo, array: NDArray[Any]) -> tuple[GroupDensity, ...]:
        assert info.channel_axis is not None
        values = np.moveaxis(array, info.channel_axis, -1)
        return station_densities(values, record.groups[info.path], info.bounds)

    with model_lock(probe.model):
        return probe.stream(read, set(record.groups), progress)


def station_densities(
    values: NDArray[Any], groups: StationGroups, bounds: tuple[float, float]
) -> tuple[GroupDensity, ...]:
    """Those of one station, from its outputs, shape (N, …, C)."""
    rows = values.reshape(-1, values.shape[-1])
    found = []
    for group in range(groups.count):
        members = np.sort(groups.members(group))
        members = members[evenly(len(members), _MOST_CHANNELS)]
        some = evenly(len(rows), max(1, _MOST_VALUES // len(members)))
        together = rows[np.ix_(some, members)].reshape(-1, 1)
        density = channel_density(together, _POINTS, bounds=bounds)
        found.append(
            GroupDensity(
                density.grid[0], density.density[0], float(density.zero_share[0]), len(together)
            )
        )
    return tuple(found)
