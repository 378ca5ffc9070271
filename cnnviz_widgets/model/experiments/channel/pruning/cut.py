"""Channels that a tensor is to lose, and what that means for a layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .....analysis.arrays import Indices


@dataclass(frozen=True, eq=False)
class Cut:
    """Channels that a tensor is to lose.

    Attributes
    ----------
    axis : int
        Of the channels, the batch counting as 0.
    count : int
        How many there are along it as the model is.
    gone : ndarray of int, shape (gone,)
        Those that go, ascending.
    stands : ndarray of int, shape (gone,), or None
        For each the one that stays and stands for it; None where they are silent.
    """

    axis: int
    count: int
    gone: Indices
    stands: Indices | None

    @property
    def kept(self) -> Indices:
        """Those that stay."""
        return np.delete(np.arange(self.count), self.gone)

    def same_channels(self, other: Cut) -> bool:
        """Whether another tensor loses the same ones of as many along the same axis."""
        return (
            (self.axis, self.count) == (other.axis, other.count)
            and np.array_equal(self.gone, other.gone)
            and (self.stands is None) == (other.stands is None)
        )

    def moved(self, axis: int, count: int, gone: Indices, stands: Indices | None) -> Cut:
        """The same channels where they lie after a layer.

        Parameters
        ----------
        axis, count
        gone : ndarray of int
            In the order of `self.gone`, repeated for each place that they are laid at.
        stands : ndarray of int or None
        """
        order = np.argsort(gone, kind="stable")
        return Cut(axis, count, gone[order], None if stands is None else stands[order])


@dataclass
class Change:
    """What becomes of one layer.

    Attributes
    ----------
    config : dict
        What differs in its configuration.
    kept : dict of str to dict of int to ndarray of int
        Weight → axis → the entries along it that stay.
    reads : Cut or None
        The channels that its kernel no longer reads, so that what they were has to go elsewhere.
    read_axes : dict of str to int
        Along which axis of which weight these lie.
    """

    config: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, dict[int, Indices]] = field(default_factory=dict)
    reads: Cut | None = None
    read_axes: dict[str, int] = field(default_factory=dict)

    def keep(self, weight: str, axis: int, entries: Indices) -> None:
        """Have a weight only these entries along an axis."""
        self.kept.setdefault(weight, {})[axis] = entries
