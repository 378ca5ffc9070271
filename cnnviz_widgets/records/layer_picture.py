"""What views, files and comparisons ask of a record, whatever it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import Floats
from ..analysis.channel_measures import ChannelMeasures
from ..analysis.clustering.chain_linkage import checked_linkage
from ..analysis.clustering.channel_tree import ChannelTree
from ..analysis.clustering.dendrogram_geometry import DendrogramGeometry
from ..analysis.density.curves import DrawnCurves
from ..analysis.density.types import ChannelDensity, DensityFan
from ..analysis.tiles.reduction import within
from ..analysis.tiles.types import TileSheet
from ..runtime.progress import Progress
from .points.sample_means import SampleMeans
from .record_kind import RecordKind
from .sample_subset import SampleChoice
from .survey.class_profile import ClassProfile, Firing
from .survey.compared_values import ComparedValues, DrawnRows

# Rows beyond these are read by nobody; every measure is over all samples all the same.
MOST_ROWS = 128


class LayerPicture(Protocol):
    """One side of a layer at one moment: a `LayerRecord` of its values, or a snapshot of one."""

    @property
    def kind(self) -> RecordKind:
        """Which side of the layer."""

    @property
    def path(self) -> str:
        """The layer's path in its model; "" for values that come from elsewhere."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values, channels last."""

    @property
    def held_values(self) -> NDArray[Any] | None:
        """The values themselves; None where they are not held."""

    @property
    def drawn_rows(self) -> DrawnRows | None:
        """Values at drawn places, where these are what was kept."""

    def values_beside(self, other: LayerPicture) -> ComparedValues:
        """The values that are compared with those of another record of the same samples."""

    @property
    def samples(self) -> SampleChoice | None:
        """Which samples it is of; None: all that there were."""

    @property
    def n_samples(self) -> int:
        """The length of the first axis."""

    @property
    def n_channels(self) -> int:
        """The length of the last axis."""

    @property
    def channel_noun(self) -> str:
        """What one entry of the last axis is."""

    @property
    def sample_numbers(self) -> NDArray[np.intp]:
        """The number of each sample among all that there were, shape (batch,)."""

    @property
    def rows(self) -> NDArray[np.intp]:
        """The number of each sample that has a row where all are looked at, shape (row,)."""

    @property
    def measures(self) -> ChannelMeasures:
        """Range, spread and faults of each channel."""

    @property
    def saturated(self) -> NDArray[np.bool_] | None:
        """Which channels are stuck at an end of the activation; None where that is not known."""

    @property
    def class_means(self) -> Floats | None:
        """The mean on each class, shape (channel, class); None where classes are not known."""

    @property
    def tree(self) -> ChannelTree:
        """Which channels are alike."""

    @property
    def dendrogram(self) -> DendrogramGeometry:
        """The tree as it is drawn."""

    @property
    def columns(self) -> NDArray[np.int32]:
        """Channels that are drawn, left to right."""

    @property
    def tiles(self) -> TileSheet:
        """The picture."""

    @property
    def density(self) -> ChannelDensity:
        """How each channel's values are distributed."""

    @property
    def density_numbers(self) -> ChannelDensity:
        """The numbers of every channel's density; grid and curves may be those of `columns`."""

    @property
    def drawn_density(self) -> ChannelDensity:
        """The densities of `columns`, a row each in their order."""

    @property
    def fan(self) -> DensityFan:
        """Quantiles of the densities over the channels."""

    @property
    def pooled(self) -> ChannelDensity | None:
        """The density of all values together, where no channel has enough for a curve."""

    @property
    def curves(self) -> DrawnCurves:
        """The densities as they are drawn, of every channel."""

    @property
    def drawn_curves(self) -> DrawnCurves:
        """The curves of `columns`, a row each in their order."""

    @property
    def exact(self) -> LayerPicture:
        """The same with a tree and curves of all channels; itself, where there is no more."""

    def linked(self, linkage: str) -> LayerPicture:
        """The same with its channels joined by another linkage; itself, where that is not kept."""

    @property
    def zooms_exactly(self) -> bool:
        """Whether a part of the picture can be had less averaged than the whole."""

    @property
    def label(self) -> str | None:
        """What it is called beside its layer's class; None where that says enough."""

    @property
    def extent(self) -> str:
        """How many of what it is of, in a line."""

    @property
    def dead_note(self) -> str:
        """How many channels are zero throughout, in a sentence; "" for none."""

    @property
    def basis(self) -> str:
        """On how many samples measures, tree and densities rest, in words; "" of weights."""

    @property
    def rare(self) -> NDArray[np.intp]:
        """Channels among the zero ones of the tree that live, and fire too rarely for a place."""

    @property
    def sample_means(self) -> SampleMeans | None:
        """Some of the samples that `basis` tells of; None where those are the samples shown."""

    @property
    def firing(self) -> Firing | None:
        """On how many samples of a survey channels fire; None without one."""

    @property
    def class_profile(self) -> ClassProfile | None:
        """What channels give to the classes of a survey; None without one, or without labels."""

    @property
    def disagreements(self) -> Mapping[int, str]:
        """Channel → where the samples shown say something else than those of `basis`."""

    @property
    def omissions(self) -> tuple[str, ...]:
        """What the picture leaves out or averages, in sentences."""

    def complete(self, progress: Progress | None = None) -> LayerPicture:
        """Compute every part that is drawn now, with word of how far it is."""

    def tiles_within(self, budget: int) -> TileSheet:
        """The same picture in fewer bytes."""


class PictureFacts(LayerPicture):
    """What follows from the parts of a picture, however these are made."""

    @property
    def n_samples(self) -> int:
        """How many samples the layer answered to."""
        return self.shape[0]

    @property
    def n_channels(self) -> int:
        """How many channels the layer has."""
        return self.shape[-1]

    @property
    def drawn_rows(self) -> DrawnRows | None:
        """None: values are held whole, or not at all."""
        return None

    def values_beside(self, other: LayerPicture) -> ComparedValues:
        """The values held, of all samples that the record rests on."""
        return ComparedValues(self.held_values)

    @property
    def saturated(self) -> NDArray[np.bool_] | None:
        """None: of what is not surveyed a diagnosis tells it."""
        return None

    @property
    def class_means(self) -> Floats | None:
        """None: of what is not surveyed classes are not told apart."""
        return None

    @property
    def rare(self) -> NDArray[np.intp]:
        """None: what is not zero has a place in the tree."""
        return np.zeros(0, dtype=np.intp)

    @property
    def sample_means(self) -> SampleMeans | None:
        """None: measures, tree and densities are of the samples shown."""
        return None

    @property
    def firing(self) -> Firing | None:
        """None: nothing was surveyed."""
        return None

    @property
    def class_profile(self) -> ClassProfile | None:
        """None: nothing was surveyed."""
        return None

    @property
    def disagreements(self) -> Mapping[int, str]:
        """None: measures, tree and densities are of what is shown."""
        return {}

    def tiles_within(self, budget: int) -> TileSheet:
        """The same picture in fewer bytes, as `tiles.within` makes it."""
        return within(self.tiles, budget)

    def linked(self, linkage: str) -> LayerPicture:
        """The same with its channels joined by another linkage; itself, where that is not kept.

        Parameters
        ----------
        linkage : {'single', 'average', 'complete', 'ward'}

        Raises
        ------
        ValueError
            There is no such linkage.
        """
        checked_linkage(linkage)
        return self

    def complete(self, progress: Progress | None = None) -> LayerPicture:
        """Compute every part that is drawn now, with word of how far it is; the record itself."""
        steps = [
            ("measures", "measuring channels"),
            ("tree", "comparing channels"),
            ("tiles", "drawing tiles"),
            ("drawn_curves", "estimating densities"),
        ]
        for done, (part, message) in enumerate(steps):
            if progress is not None:
                progress(done / len(steps), message)
            getattr(self, part)
        return self

    @property
    def omissions(self) -> tuple[str, ...]:
        """What the picture leaves out or averages, in sentences."""
        return tuple(self._omissions())

    def _omissions(self) -> list[str]:
        raise NotImplementedError

    @property
    def _size(self) -> str:
        """The axes between the first and the last, as the end of a count; "" for none."""
        inner = " × ".join(str(length) for length in self.shape[1:-1])
        return f" of {inner}" if inner else ""


def counted(count: int, noun: str) -> str:
    """``3 channels``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
