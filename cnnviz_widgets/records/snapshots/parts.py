"""The parts of a snapshot, made of its arrays when they are asked for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ...analysis.channel_measures import ChannelMeasures
from ...analysis.clustering.channel_tree import ChannelTree
from ...analysis.clustering.dendrogram_geometry import DendrogramGeometry, dendrogram_geometry
from ...analysis.density.curves import DrawnCurves, drawn_curves
from ...analysis.density.sampling import MOST_VALUES
from ...analysis.density.types import FAN_LEVELS, ChannelDensity, DensityFan
from ...analysis.subsampling import density_rows
from ...analysis.tiles.types import TileSheet
from ..cached_property import cached_property
from ..layer_record import QUICK_VALUES
from .arrays import Arrays, density_of, fan_of, measures_of, sheet_of, tree_of


class SnapshotParts:
    """The parts of a record, each made of its arrays when it is first asked for."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._shape = tuple(arrays["shape"].tolist())

    @cached_property
    def measures(self) -> ChannelMeasures:
        return measures_of(self._arrays, self._shape)

    @cached_property
    def tree(self) -> ChannelTree:
        return tree_of(self._arrays, self._shape[-1])

    @cached_property
    def dendrogram(self) -> DendrogramGeometry:
        return dendrogram_geometry(self.tree, max_leaves=int(self._arrays["leaves"]))

    @cached_property
    def tiles(self) -> TileSheet:
        return sheet_of(self._arrays)

    @cached_property
    def density_numbers(self) -> ChannelDensity:
        most = QUICK_VALUES if "samples" in self._arrays else MOST_VALUES
        return density_of("density", self._arrays, math.prod(self._shape[:-1]), most)

    @cached_property
    def fan(self) -> DensityFan:
        return fan_of(self._arrays)

    @cached_property
    def pooled(self) -> ChannelDensity | None:
        if "pooled_style" not in self._arrays:
            return None
        return density_of("pooled", self._arrays, math.prod(self._shape))

    @cached_property
    def drawn_density(self) -> ChannelDensity:
        channels = self._arrays["density_channels"]
        return density_rows(self.density_numbers, channels, ("grid", "density"))

    @cached_property
    def drawn_curves(self) -> DrawnCurves:
        drawn = drawn_curves(self.drawn_density, self.fan, self.pooled)
        zero_bands = np.quantile(self.density_numbers.zero_share, FAN_LEVELS)
        return replace(drawn, zero_bands=frozen(zero_bands))

    # Of a wide layer these take a hundred times as much: nothing that is shown asks for them.

    @cached_property
    def density(self) -> ChannelDensity:
        some = self.density_numbers
        return replace(some, grid=self._of_all(some.grid), density=self._of_all(some.density))

    @cached_property
    def curves(self) -> DrawnCurves:
        drawn = self.drawn_curves
        return replace(drawn, grid=self._of_all(drawn.grid), height=self._of_all(drawn.height))

    def _of_all(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """A row for each channel, of those that are not drawn NaN."""
        every = np.full((self._shape[-1], rows.shape[1]), np.nan)
        every[self._arrays["density_channels"]] = rows
        return frozen(every)
