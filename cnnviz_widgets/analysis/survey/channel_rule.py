"""How each channel of a layer is counted and summed: chosen by the first samples, then fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, frozen
from .batch_parts import BatchParts
from .value_cells import CellRule


@dataclass(frozen=True, eq=False)
class ChannelRule:
    """What must be one and the same in parts that are to be merged; arrays of shape (channel,).

    Attributes
    ----------
    axes : tuple of int
        The lengths of a sample's axes without the channels.
    cells : CellRule
    unit : ndarray of int16
        2 ** unit is about the greatest magnitude among the first samples: sums are in that unit.
    centre : ndarray of float64
        The mean of the first samples: squares are about that.
    """

    axes: tuple[int, ...]
    cells: CellRule
    unit: NDArray[np.int16]
    centre: Floats

    @classmethod
    def chosen_by(cls, parts: BatchParts) -> ChannelRule:
        """The rule for a layer that starts like this."""
        channels = parts.rows.shape[-1]
        peak = np.fmax(np.abs(_finite(parts.low)), np.abs(_finite(parts.high))).max(axis=0)
        peak[peak == 0] = peak.max() or 1.0
        counted = parts.positions * len(parts.sums) - parts.nonfinite.sum(axis=0)
        centre = parts.sums.sum(axis=0, dtype=np.float64) / np.maximum(counted, 1)
        return cls(
            parts.axes,
            CellRule.chosen_by(parts.rows.reshape(-1, channels)),
            frozen(np.frexp(peak)[1].astype(np.int16)),
            frozen(centre),
        )

    @property
    def channels(self) -> int:
        """How many there are."""
        return self.unit.size

    @property
    def scale(self) -> Floats:
        """2 ** `unit`, shape (channel,)."""
        return np.exp2(self.unit.astype(np.float64))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, by name."""
        return {
            "axes": np.array(self.axes, dtype=np.int64),
            "octaves": self.cells.octaves,
            "cell_centre": self.cells.centre,
            "cell_exponent": self.cells.exponent,
            "unit": self.unit,
            "centre": self.centre,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> ChannelRule:
        """The rule whose `arrays` these are."""
        cells = CellRule(arrays["octaves"], arrays["cell_centre"], arrays["cell_exponent"])
        axes = tuple(int(length) for length in arrays["axes"])
        return cls(axes, cells, arrays["unit"], arrays["centre"])

    def is_like(self, other: ChannelRule) -> bool:
        """Whether parts by both can be merged."""
        theirs = other.arrays()
        return all(np.array_equal(array, theirs[name]) for name, array in self.arrays().items())


def _finite(extreme: NDArray[np.float32]) -> Floats:
    return np.where(np.isfinite(extreme), extreme, 0.0).astype(np.float64)
