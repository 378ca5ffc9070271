"""What channels see at their strongest places, as parts of a few pictures of samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices
from .station_groups import StationGroups

MOST_PATCHES = 16
"""A box has room for so many."""

PixelBox: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left and right in a picture's pixels; it may lie partly outside."""


@dataclass(frozen=True, eq=False)
class MapPatches:
    """Pictures of samples, and which part of which each channel sees.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (picture, height, width, 1 or 3)
        Of the samples on which channels are strongest.
    patches : mapping of str to mapping of int to (int, (int, int, int, int))
        By the stations' paths and by channel: the picture's index, and the part of it.
    """

    pixels: NDArray[np.uint8]
    patches: Mapping[str, Mapping[int, tuple[int, PixelBox]]]

    @classmethod
    def none(cls) -> MapPatches:
        """Where nothing can be shown."""
        return cls(np.empty((0, 0, 0, 0), np.uint8), {})


def strongest_members(groups: StationGroups, group: int) -> Indices:
    """The channels of a group that there is room for, the strongest first."""
    members = groups.members(group)
    strength = np.nan_to_num(groups.values[members], nan=-np.inf)
    return members[np.argsort(-strength, kind="stable")][:MOST_PATCHES]
