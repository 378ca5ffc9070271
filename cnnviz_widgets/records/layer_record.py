"""One layer at one moment: its values and everything that is told of them.

This is the only thing that travels from a model to the widgets, a file or a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis.arrays import checked_values, frozen
from ..analysis.channel_measures import ChannelMeasures, channel_measures, pooled_measures
from ..analysis.clustering.chain_linkage import Linkage, checked_linkage
from ..analysis.clustering.channel_tree import ChannelTree
from ..analysis.clustering.cosine_linkage import GRAM_ITEMS, cosine_linkage
from ..analysis.clustering.dendrogram_geometry import DendrogramGeometry, dendrogram_geometry
from ..analysis.clustering.leaf_order import checked_order
from ..analysis.density.bounds import UNBOUNDED, Bounds
from ..analysis.density.channel_density import channel_density
from ..analysis.density.curves import DrawnCurves, curve_rows, drawn_curves
from ..analysis.density.fan import density_fan
from ..analysis.density.sampling import MOST_VALUES
from ..analysis.density.types import FAN_LEVELS, ChannelDensity, DensityFan, DensityStyle
from ..analysis.subsampling import (
    density_among,
    density_of_some,
    density_rows,
    finite_zero_share,
    some_channels,
    tree_of_some,
)
from ..analysis.tiles.layout import columns_within
from ..analysis.tiles.tile_sheet import tile_sheet
from ..analysis.tiles.types import TileSheet
from ..validation.objects import instance
from ..validation.texts import text
from .cached_property import cached_property
from .facts.output_facts import OutputFacts
from .layer_picture import MOST_ROWS, LayerPicture, PictureFacts
from .record_kind import ATTENTION, RecordKind
from .sample_subset import SampleChoice

# As many columns as a wide screen has pixels: more could not be told apart.
MOST_COLUMNS = 2048
# Of so many channels all are compared with all. A Flatten of 123,008 would take thousands of times
# as long as the forward pass that it is read by; those of its channels that are drawn take 9 to 16
# times, in the time of the processors, on 8 to 64 samples.
MOST_COMPARED = GRAM_ITEMS
# Densities of a quick look, at some of the samples, rest on so many values of a channel.
QUICK_VALUES = MOST_VALUES // 4
# Curves of so many channels stay within a few megabytes at full resolution.
_FEW_CHANNELS = 512


@dataclass(frozen=True, eq=False)
class LayerRecord(OutputFacts):
    """A layer's values at one moment, and what `analysis` makes of them.

    Each part is computed when it is first asked for, and once; `complete` computes them all.
    Of a layer of more than `MOST_COMPARED` channels only `MOST_COLUMNS` are drawn, compared and
    have a curve, spread evenly; `exact` is the same record with a tree and curves of all.

    Attributes
    ----------
    values : ndarray, shape (batch, ..., channel)
        What the layer gave, channels last. Not to be changed.
    path : str
        The layer's path in its model; "" for values that come from elsewhere.
    like : ndarray of int, or None
        The order of the channels at an earlier moment; `tree` is turned to be near it.
    samples : SampleChoice or None
        Which samples these are; None: all that there were.
    measured : ChannelMeasures or None
        `measures`, where they are known already.
    bounds : (float, float)
        The least and the greatest value that there can be, where that is known: densities end
        there.
    whole : bool
        Whether every channel is compared and has a curve, however many there are.
    linkage : {'single', 'average', 'complete', 'ward'}
        How far apart two groups of channels are, as `cosine_linkage` takes it.
    """

    values: NDArray[Any]
    path: str = ""
    like: NDArray[np.intp] | None = field(default=None, kw_only=True)
    samples: SampleChoice | None = field(default=None, kw_only=True)
    measured: ChannelMeasures | None = field(default=None, kw_only=True)
    bounds: Bounds = field(default=UNBOUNDED, kw_only=True)
    whole: bool = field(default=False, kw_only=True)
    linkage: Linkage = field(default="single", kw_only=True)

    @classmethod
    def of(cls, values: ArrayLike, path: str = "", *, like: ArrayLike | None = None) -> LayerRecord:
        """A record of `values`, after a look at whether they can be shown.

        Parameters
        ----------
        values : array_like, shape (batch, ..., channel) or (batch,)
            Real numbers. A single axis is the batch, of one channel.
        path : str
            The layer's path in its model.
        like : array_like of int, optional
            The `tree.columns` of an earlier record of the same layer: its channels stay where
            they were, as far as the new tree lets them.

        Raises
        ------
        TypeError, ValueError
            As `checked_values`, and as `ChannelTree.near` of `like`.
        """
        array = checked_values(values)
        text("path", path)
        if array.ndim == 1:
            array = array[:, np.newaxis]
        return cls(array, path, like=None if like is None else checked_order(like, array.shape[-1]))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self.values.shape

    @property
    def held_values(self) -> NDArray[Any] | None:
        """The values."""
        return self.values

    @cached_property
    def measures(self) -> ChannelMeasures:
        """Range, spread and faults of each channel."""
        return channel_measures(self.values) if self.measured is None else self.measured

    @cached_property
    def exact(self) -> LayerRecord:
        """The same record with a tree and curves of all channels; itself, where that is so.

        That takes time: seconds for 100,000 channels. Other linkages than 'single' need all
        distances at once: there is no more of so many channels then.
        """
        if not self._compares_some or self._too_many:
            return self
        return replace(self, whole=True, measured=self.measures)

    def linked(self, linkage: str) -> LayerRecord:
        """The same record with its channels joined by another linkage; itself, where it is that.

        Parameters
        ----------
        linkage : {'single', 'average', 'complete', 'ward'}

        Raises
        ------
        ValueError
            There is no such linkage.
        """
        # Views of one layer each ask for it: while one of them shows it, the others get the same.
        known = vars(self).setdefault("_linked", WeakValueDictionary({self.linkage: self}))
        record: LayerRecord | None = known.get(checked_linkage(linkage))
        if record is None:
            record = replace(self, linkage=checked_linkage(linkage), measured=self.measures)
            if "density" in vars(self) and self.n_channels <= MOST_COMPARED:
                # The density of each channel has nothing to do with the others.
                vars(record)["density"] = self.density
            vars(record)["_linked"] = known
            known[linkage] = record
        return record

    @property
    def _too_many(self) -> bool:
        """Whether all channels cannot be compared by this linkage."""
        return self.linkage != "single" and self.n_channels > GRAM_ITEMS

    @property
    def _compares_some(self) -> bool:
        """Whether only channels that can be drawn are compared."""
        return self._too_many or (not self.whole and self.n_channels > MOST_COMPARED)

    @property
    def _draws_some(self) -> bool:
        """Whether only channels that are drawn have a density."""
        return self._compares_some

    @cached_property
    def tree(self) -> ChannelTree:
        """Which channels are alike [WL20 Eq. 1]; of a wide layer only those that can be drawn."""
        tree = self._unturned_tree()
        return tree if self.like is None else tree.near(self.like)

    def _unturned_tree(self) -> ChannelTree:
        if not self._compares_some:
            return cosine_linkage(self.values, linkage=self.linkage)
        nonfinite = self.measures.nonfinite
        most = self._most_columns
        # Non-finite channels have a quarter of the columns at the most: `_apart`.
        most = max(2, most - min(int(nonfinite.sum()), most // 4))
        chosen = some_channels(self.measures, most, self.like)
        return tree_of_some(self.values, chosen, nonfinite, self.linkage)

    @property
    def _most_columns(self) -> int:
        return max(1, min(MOST_COLUMNS, columns_within(self._pictured.shape)))

    @property
    def _pictured(self) -> NDArray[Any]:
        """The samples that have a row in the picture."""
        return self.values[:MOST_ROWS]

    @cached_property
    def dendrogram(self) -> DendrogramGeometry:
        """The tree as it is drawn, with no more leaves than the picture has columns."""
        return dendrogram_geometry(self.tree, max_leaves=self._most_columns - self._apart)

    @property
    def _apart(self) -> int:
        """How many non-finite channels are drawn: all there is room for, a quarter at least."""
        most = self._most_columns
        room = max(most - len(self.tree.items), most // 4)
        return min(len(self.tree.nonfinite), room)

    @cached_property
    def columns(self) -> NDArray[np.int32]:
        """Channels that are drawn, left to right: the tree's leaves, then the non-finite ones."""
        apart = self.tree.nonfinite[: self._apart]
        return np.concatenate([self.dendrogram.columns, apart]).astype(np.int32)

    @cached_property
    def tiles(self) -> TileSheet:
        """The picture: samples down, channels across in leaf order [WL20 Fig. 1, 2, 4]."""
        return tile_sheet(self._pictured, columns=self.columns)

    @cached_property
    def density(self) -> ChannelDensity:
        """How each channel's values are distributed [WL20 Fig. 3, 5]."""
        points, most = self._resolution
        return channel_density(
            self.values, points, measures=self.measures, most_values=most, bounds=self.bounds
        )

    @property
    def _resolution(self) -> tuple[int, int]:
        """How many points a curve has, and on how many values it rests at the most."""
        points = 256 if self.n_channels <= _FEW_CHANNELS else 128
        return points, MOST_VALUES if self.samples is None else QUICK_VALUES

    @cached_property
    def drawn_density(self) -> ChannelDensity:
        """The densities of `columns`, a row each in their order: all that a wide layer needs."""
        if self._draws_some:
            return density_of_some(
                self.values, self.columns, self.measures, *self._resolution, self.bounds
            )
        return density_rows(self.density, self.columns)

    @property
    def density_numbers(self) -> ChannelDensity:
        """The numbers of every channel's density; grid and curves may be those of `columns` only.

        A channel of which there is no curve has the style NOT_DRAWN.
        """
        if self._draws_some:
            return density_among(self.drawn_density, self.columns, self.measures)
        return self.density

    @property
    def _fanned(self) -> ChannelDensity:
        """The densities that stand for the layer: those of all, or in a wide one of those drawn."""
        return self.drawn_density if self._draws_some else self.density

    @cached_property
    def fan(self) -> DensityFan:
        """Quantiles of the densities over the channels, in a wide layer over those drawn."""
        return density_fan(self._fanned)

    @cached_property
    def pooled(self) -> ChannelDensity | None:
        """The density of all values together, where no channel has enough for a curve."""
        density = self._fanned
        if (density.style == DensityStyle.CURVE).any():
            return None
        return channel_density(
            self.values.reshape(-1, 1),
            points=density.grid.shape[1],
            measures=pooled_measures(self.measures),
            bounds=self.bounds,
        )

    @cached_property
    def curves(self) -> DrawnCurves:
        """The densities as they are drawn, of every channel."""
        return drawn_curves(self.density, self.fan, self.pooled)

    @cached_property
    def drawn_curves(self) -> DrawnCurves:
        """The curves of `columns`, a row each in their order: all that a wide layer needs."""
        if not self._draws_some:
            return curve_rows(self.curves, self.columns)
        drawn = drawn_curves(self.drawn_density, self.fan, self.pooled)
        zero_bands = np.quantile(finite_zero_share(self.measures), FAN_LEVELS)
        return replace(drawn, zero_bands=frozen(zero_bands))


class AttentionRecord(LayerRecord):
    """A layer's attention weights at one moment: values of shape (sample, target, source, head)."""

    @property
    def kind(self) -> RecordKind:
        """A layer's attention."""
        return ATTENTION


def as_record(values: ArrayLike | LayerPicture) -> LayerPicture:
    """A record of values that may be one already."""
    if isinstance(values, PictureFacts):
        return values
    return LayerRecord.of(cast(ArrayLike, values))


def checked_record(name: str, value: Any, hint: str = "") -> LayerPicture:
    """A record, or a snapshot of one.

    Raises
    ------
    TypeError
        Something else; the message names what was expected, and `hint` where one is to be had.
    """
    return value if isinstance(value, PictureFacts) else instance(name, value, LayerRecord, hint)
