"""The views of one layer, all linked: those that fit a record show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...records.layer_picture import LayerPicture
from ..linking.column_axis import ColumnAxis
from ..linking.sample_selection import SampleSelection
from ..linking.selection import Selection
from ..panels.channel_numbers import ChannelNumbers
from . import channel_grid, dendrogram, density_panel, parameter_grid
from .channel_grid import ChannelGrid
from .dendrogram import Dendrogram
from .density_panel import DensityPanel
from .embedding import embedding
from .embedding.embedding import Embedding
from .parameter_grid import ParameterGrid
from .view_slot import Links, ViewSlot

if TYPE_CHECKING:
    from PIL.Image import Image

VIEWS: dict[str, ViewSlot] = {
    "dendrogram": dendrogram.SLOT,
    "grid": channel_grid.SLOT,
    "parameters": parameter_grid.SLOT,
    "density": density_panel.SLOT,
    "embedding": embedding.SLOT,
}
"""Every kind of view, from top to bottom."""


class LayerViews:
    """The views of a layer's outputs and of its weights, of which the fitting ones are shown.

    Parameters
    ----------
    sample_names : sequence of str
        A name for each of all samples; none: their numbers.

    Attributes
    ----------
    selection : Selection
        Which channels are selected, in every view.
    sample_selection : SampleSelection
        Which samples are.
    axis : ColumnAxis
        Where channels stand in tree and grid.
    rows : ColumnAxis
        The same of weights, whose channels stand from top to bottom.
    card : ChannelNumbers
        Tells of one channel of what is shown; it stands where it is put.
    by_name : dict of str to DOMWidget
        The widgets, by their names in `VIEWS`, from top to bottom.
    """

    def __init__(self, sample_names: Sequence[str] = ()) -> None:
        self.selection = Selection()
        self.sample_selection = SampleSelection()
        self.axis = ColumnAxis()
        self.rows = ColumnAxis()
        self._slots = dict(VIEWS)
        links = Links(self.selection, self.axis, sample_names, self.sample_selection, self.rows)
        self.by_name: dict[str, Any] = {name: slot.make(links) for name, slot in VIEWS.items()}
        self.dendrogram: Dendrogram = self.by_name["dendrogram"]
        self.grid: ChannelGrid = self.by_name["grid"]
        self.parameters: ParameterGrid = self.by_name["parameters"]
        self.density: DensityPanel = self.by_name["density"]
        self.embedding: Embedding = self.by_name["embedding"]
        # Not a view among the others: it tells of a channel of whatever they show.
        self.card = ChannelNumbers(
            selection=self.selection, axis=self.axis, rows=self.rows, density=self.density
        )
        self._record: LayerPicture | None = None
        self._class_names: Sequence[str] = ()
        self._samples_of = ""

    @property
    def parts(self) -> list[Any]:
        """The widgets, from top to bottom."""
        return list(self.by_name.values())

    def in_tab(self, tab: str) -> list[Any]:
        """Those of a tab of the drawer; of '' those in the middle of the frame."""
        return [self.by_name[name] for name, slot in self._slots.items() if slot.tab == tab]

    def show(self, record: LayerPicture, class_names: Sequence[str] = ()) -> None:
        """Show a record in the views that are for its kind, and hide the others.

        Where that fails the record before is shown again: never two layers at once.

        Parameters
        ----------
        record : LayerRecord
        class_names : sequence of str
            A name for each channel, where it stands for a class.
        """
        before, names_before = self._record, self._class_names
        try:
            self._put(record, class_names)
        except BaseException:
            if before is not None:
                self._put(before, names_before)
            raise
        self._record, self._class_names = record, class_names

    @property
    def record(self) -> LayerPicture | None:
        """What is shown; None before anything is."""
        return self._record

    def link(self, linkage: str) -> None:
        """Join the channels by a linkage, in every view.

        Parameters
        ----------
        linkage : {'single', 'average', 'complete', 'ward'}
        """
        for view in self.parts:
            if hasattr(view, "axis"):
                view.axis.linkage = linkage

    def forget(self, channels_of: str) -> None:
        """The channels shown from now on are others: select none, fit them in, cut no tree.

        Parameters
        ----------
        channels_of : str
            What they are channels of.
        """
        self.selection.start(channels_of)
        for view in self.parts:
            if hasattr(view, "axis"):
                view.axis.fit()
            if hasattr(view, "cut"):
                view.cut = None

    def show_samples_of(self, samples_of: str, *, are_others: bool = False) -> None:
        """The samples shown are these: where they are others, none of them is selected.

        Parameters
        ----------
        samples_of : str
            What they are samples of, as for `SampleSelection.start`.
        are_others : bool
            Whether they may be others although that is called the same.
        """
        if are_others or samples_of != self._samples_of:
            self._samples_of = samples_of
            self.embedding.start(samples_of)

    def let_go(self) -> None:
        """Forget the record; the views are closed."""
        self._record = None

    def picture(self, title: str, below: Image | None = None) -> Image | None:
        """The views that show something, one above the other, as a still picture.

        Parameters
        ----------
        title : str
        below : Image, optional
            What stands under them.
        """
        from ..pictures.layer_pictures import stacked

        if self._record is None:
            return None
        pictures = [view.picture() for view in self._fitting(self._record)]
        pictures = [each for each in pictures if each is not None]
        return stacked(title, [*pictures, *([] if below is None else [below])])

    def _fitting(self, record: LayerPicture) -> list[Any]:
        return [self.by_name[name] for name, slot in self._slots.items() if slot.fits(record)]

    def _put(self, record: LayerPicture, class_names: Sequence[str]) -> None:
        for view in self.parts:
            if hasattr(view, "class_names"):
                view.class_names = list(class_names)
        fitting = self._fitting(record)
        for view in fitting:
            view.show(record)
        self.card.show(record, class_names)
        for view in self.parts:
            view.layout.display = None if view in fitting else "none"
