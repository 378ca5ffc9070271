"""What a map is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model import ModelProbe
from ...model.map.facets.map_patches import map_patches
from ...model.map.map_reading import MapReading
from ...model.map.network_map import read_map
from ...records.map.carried_effects import carried_effects
from ...records.map.map_patches import MapPatches
from ...records.map.network_record import NetworkRecord
from ...records.map.station_groups import StationGroups
from ...records.survey.survey import Survey
from ...runtime.progress import Progress
from .edits.group_edits import pins as own_pins


@dataclass(frozen=True, eq=False)
class MapSubject:
    """What a map is of.

    Attributes
    ----------
    probe : ModelProbe
    labels : ndarray of int, shape (sample,), or None
        The class of each of the probe's samples; below 0 where it is not known.
    class_names : sequence of str
        Of these classes.
    survey : Survey or None
        Of this model with its present weights.
    """

    probe: ModelProbe
    labels: NDArray[np.int64] | None = None
    class_names: Sequence[str] = ()
    survey: Survey | None = None

    def still_there(self, groups: Mapping[str, StationGroups]) -> dict[str, StationGroups]:
        """Groups of layers that the model still has, with as many channels."""
        sizes = {each.path: each.channels for each in self.probe.layers}
        return {path: own for path, own in groups.items() if sizes.get(path) == own.groups.size}

    def map(
        self,
        *,
        groups: Any,
        columns: int,
        previous: NetworkRecord | None,
        expanded: Sequence[str],
        effects: bool,
        progress: Progress,
    ) -> tuple[MapReading, MapPatches]:
        """The map of the model as it is now, as `map_network` makes it.

        Parameters
        ----------
        groups, columns, previous, expanded, progress
            As of `map_network`. What was put by hand in the one before stays there.
        effects : bool
            False: edges are those of the map before, as far as groups are still the same.

        Raises
        ------
        ModelCallError
            The model's own call raises.
        """
        paths = {each.path for each in self.probe.layers}
        known = {} if previous is None else previous.groups
        pins = {path: pinned_to for path, own in known.items() if (pinned_to := own_pins(own))}
        reading = read_map(
            self.probe,
            labels=self.labels,
            class_names=self.class_names,
            groups=groups,
            columns=columns,
            survey=self.survey,
            previous=previous,
            pins=pins,
            expanded=[path for path in expanded if path in paths],
            effects=effects,
            progress=progress,
        )
        patches = map_patches(self.probe, reading)
        if not effects and previous is not None:
            now, carried = reading.record, carried_effects(previous, reading.record)
            reading = replace(reading, record=replace(now, effects=carried, method=previous.method))
        return reading, patches
