"""A map that was kept of a training."""

from __future__ import annotations

from dataclasses import dataclass

from .map_patches import MapPatches
from .network_record import NetworkRecord


@dataclass(frozen=True, eq=False)
class KeptMap:
    """The map of a network as it was at one step of its training.

    Attributes
    ----------
    step : int
    record : NetworkRecord
        The groups that were put by hand are in it: `StationGroups.pinned`.
    patches : MapPatches
    effects_step : int or None
        The step at which its edges were measured, `step` or an earlier one: at most looks groups
        alone are made. None where it has none, or they are from before the training.
    """

    step: int
    record: NetworkRecord
    patches: MapPatches
    effects_step: int | None = None

    @property
    def nbytes(self) -> int:
        """Memory of its arrays but the pictures, in bytes."""
        groups = self.record.groups.values()
        arrays = [
            array
            for own in groups
            for array in (own.groups, own.states, own.profile, own.order, own.places)
        ]
        effects = sum(each.rms.nbytes + each.mean.nbytes for each in self.record.effects.values())
        # Single values of channels, and what a patch takes in Python.
        values = sum(20 * own.groups.size for own in groups)
        patches = sum(200 * len(each) for each in self.patches.patches.values())
        return sum(array.nbytes for array in arrays) + effects + values + patches
