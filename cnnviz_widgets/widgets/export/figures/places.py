"""Where the tiles of a figure stand: in a line, with gaps between the groups of a cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from .colours import group_colours

_GROUP_GAP = 6.0


@dataclass(frozen=True)
class Places:
    """Tiles in a line, across or down.

    Attributes
    ----------
    starts : ndarray of float, shape (n,)
        Where each begins.
    size : float
        How long each is.
    labels : tuple of int
        The group of each, from the first on; all alike where there is no cut.
    colours : tuple of str
        The colour of each one's group; '' where there is no cut.
    """

    starts: NDArray[np.float64]
    size: float
    labels: tuple[int, ...]
    colours: tuple[str, ...]

    @classmethod
    def within(
        cls, first: float, room: float, count: int, largest: float, labels: Sequence[int] | None
    ) -> Places:
        """Tiles as large as there is room for, but not larger than `largest`.

        Parameters
        ----------
        labels : sequence of int or None
            The group of each; None: there is no cut.
        """
        groups = tuple(labels) if labels is not None else (0,) * count
        parts = np.cumsum([0, *(a != b for a, b in pairwise(groups))])[:count]
        gap = min(_GROUP_GAP, room / 4 / max(1, int(parts[-1]))) if count and parts[-1] else 0.0
        size = min(largest, (room - gap * (int(parts[-1]) if count else 0)) / max(1, count))
        colours = ("",) * count if labels is None else tuple(group_colours(list(groups)))
        return cls(first + size * np.arange(count) + gap * parts, size, groups, colours)

    @property
    def end(self) -> float:
        """Where the last one ends."""
        return float(self.starts[-1] + self.size) if len(self.starts) else 0.0

    @property
    def middles(self) -> NDArray[np.float64]:
        """The middle of each."""
        return self.starts + self.size / 2

    @property
    def runs(self) -> list[slice]:
        """Those that stand together."""
        ends = np.cumsum([0, *(len(list(run)) for _, run in groupby(self.labels))]).tolist()
        return [slice(start, stop) for start, stop in pairwise(ends)]

    def at(self, feet: NDArray[np.floating]) -> NDArray[np.float64]:
        """Where the stems of a tree stand, of which leaf i is at i + 0.5."""
        leaves = np.arange(len(self.starts)) + 0.5
        at: NDArray[np.float64] = np.interp(feet, leaves, self.middles)
        return at
