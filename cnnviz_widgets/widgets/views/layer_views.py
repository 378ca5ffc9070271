"""The views of one layer: tree, grid, parameters and densities, all linked."""

from __future__ import annotations

from collections.abc import Sequence

from ipywidgets import DOMWidget

from ...records.layer_picture import LayerPicture
from ...records.record_kind import WEIGHTS
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from .channel_grid import ChannelGrid
from .dendrogram import Dendrogram
from .density_panel import DensityPanel
from .parameter_grid import ParameterGrid


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
    axis : ColumnAxis
        Where channels stand in tree and grid.
    """

    def __init__(self, sample_names: Sequence[str] = ()) -> None:
        self.selection = Selection()
        self.axis = ColumnAxis()
        self.dendrogram = Dendrogram(selection=self.selection, axis=self.axis)
        self.grid = ChannelGrid(
            selection=self.selection, axis=self.axis, sample_labels=list(sample_names)
        )
        self.parameters = ParameterGrid(selection=self.selection)
        self.density = DensityPanel(selection=self.selection)
        self._record: LayerPicture | None = None
        self._class_names: Sequence[str] = ()

    @property
    def parts(self) -> list[DOMWidget]:
        """The widgets, from top to bottom."""
        return [self.dendrogram, self.grid, self.parameters, self.density]

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

    def forget(self, channels_of: str) -> None:
        """The channels shown from now on are others: select none, fit them in, cut no tree.

        Parameters
        ----------
        channels_of : str
            What they are channels of.
        """
        self.selection.start(channels_of)
        for axis in (self.axis, self.parameters.axis):
            axis.fit()
        self.dendrogram.cut = self.parameters.cut = None

    def let_go(self) -> None:
        """Forget the record; the views are closed."""
        self._record = None

    def _put(self, record: LayerPicture, class_names: Sequence[str]) -> None:
        for named in (self.dendrogram, self.grid, self.density):
            named.class_names = list(class_names)
        of_weights = record.kind == WEIGHTS
        shown = [self.parameters] if of_weights else [self.dendrogram, self.grid]
        for view in [*shown, self.density]:
            view.show(record)
        for view in (self.dendrogram, self.grid, self.parameters):
            view.layout.display = None if view in shown else "none"
