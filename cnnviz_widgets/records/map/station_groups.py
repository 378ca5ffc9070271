"""The channels of a station: how they answer to classes, which are alike, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Indices, Integers, Singles

ChannelState: TypeAlias = Literal["living", "silent", "constant", "non-finite"]
STATES: tuple[ChannelState, ...] = ChannelState.__args__  # type: ignore[attr-defined]
"""Of `StationGroups.states`: what each number means."""


@dataclass(frozen=True, eq=False)
class StationGroups:
    """C channels of a station in K groups; read-only.

    Attributes
    ----------
    groups : ndarray of int64, shape (C,)
        Which group each channel is in, 0 … K−1; −1 for silent, constant and non-finite ones.
    states : ndarray of uint8, shape (C,)
        Index into `STATES`: silent is zero on every sample and place, constant is one value.
    profile : ndarray of float32, shape (C, columns)
        The mean over samples and places for each column of the map (a class or a sample); NaN for
        a column without a sample and where values are not finite.
    order : ndarray of int, shape (C,)
        The channels group by group, within a group so that neighbours are alike; those of no group
        last.
    stability : ndarray of float64, shape (K,)
        How well each group is found again on draws of the samples, 0 to 1; NaN where not known.
    pinned : frozenset of int
        Channels that were put where they are by hand.
    values : ndarray of float32, shape (C,)
        The greatest value of each channel over all samples and places.
    samples : ndarray of int64, shape (C,)
        On which sample it has it; −1 where there is none.
    places : ndarray of int64, shape (C, axes)
        And where in the layer's output; of no axes where a sample has one value a channel.
    """

    groups: Integers
    states: NDArray[np.uint8]
    profile: Singles
    order: Indices
    stability: Floats
    values: Singles
    samples: Integers
    places: Integers
    pinned: frozenset[int] = field(default_factory=frozenset)

    @property
    def count(self) -> int:
        """How many groups there are, K."""
        return int(self.groups.max(initial=-1)) + 1

    def members(self, group: int) -> Indices:
        """The channels of a group, in `order`; of −1, those of no group."""
        chosen: Indices = self.order[self.groups[self.order] == group]
        return chosen

    def share(self, state: ChannelState) -> float:
        """The share of channels in such a state, 0 to 1."""
        return float(np.mean(self.states == STATES.index(state)))
