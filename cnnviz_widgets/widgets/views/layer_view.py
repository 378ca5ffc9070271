"""What the views of one layer have in common."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from numpy.typing import ArrayLike
from traitlets import List, Unicode, validate

from ...analysis.clustering.chain_linkage import LINKAGES, Linkage, checked_linkage
from ...records.layer_picture import LayerPicture, counted
from ...records.layer_record import as_record
from ...validation.objects import optional
from ..jupyter.bundles import BundledWidget
from ..jupyter.ownership import Owning
from ..jupyter.png_fallback import PngFallback
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from ..linking.traits import WidgetOf


def unchangeable(owner: Any, name: str, value: Any) -> Any:
    """The value of a trait that is given once: views in the page are bound to it.

    Raises
    ------
    ValueError
        The trait has a value already, and this is another.
    """
    present = getattr(owner, name) if owner.trait_has_value(name) else None
    if present is not None and present is not value:
        raise ValueError(
            f"{name} is given to {type(owner).__name__}(…, {name}=…) and not changed later; "
            "make another view"
        )
    return value


def forget_channels(selection: Selection, n_channels: int) -> None:
    """Select and hover no channel that a layer of so many channels does not have."""
    selection.selected = tuple(channel for channel in selection.selected if channel < n_channels)
    if selection.hovered >= n_channels:
        selection.hovered = -1


def brief(view: Any, record: LayerPicture | None, of_samples: bool = False) -> str:
    """A view in one line, for a terminal and for readers without pictures."""
    name = type(view).__name__
    if record is None:
        return f"<{name} of nothing{' yet' if view.comm else ', closed'}>"
    if of_samples:
        return f"<{name} of {counted(record.n_samples, 'sample')}>"
    return f"<{name} of {counted(record.n_channels, record.channel_noun)}>"


class LayerView(Owning, PngFallback, ThreadLocalSync, BundledWidget):
    """A view of one layer's record, linked to others through a shared selection and axis.

    Parameters
    ----------
    values : array_like, shape (batch, ..., channel), or LayerRecord
        What to show.
    selection : Selection, optional
        Selected and hovered channels; give several views the same one to link them.
    axis : ColumnAxis, optional
        Where channels stand; give grid and dendrogram the same one to align them.
    linkage : {'single', 'average', 'complete', 'ward'}, optional
        How channels are joined, in all views that share the axis; by default as the axis has it.
    **traits
        Any trait of the view.

    Raises
    ------
    TypeError, ValueError
        The values are not numbers, or there are none.
    """

    selection = WidgetOf(Selection).tag(sync=True)
    axis = WidgetOf(ColumnAxis).tag(sync=True)
    _notes = List(Unicode(), help="What the picture leaves out, in sentences.").tag(sync=True)

    def __init__(
        self,
        values: ArrayLike | LayerPicture | None = None,
        *,
        selection: Selection | None = None,
        axis: ColumnAxis | None = None,
        linkage: Linkage | None = None,
        **traits: Any,
    ) -> None:
        # What is wrong is refused before anything is made.
        record = None if values is None else as_record(values)
        optional("selection", selection, Selection)
        optional("axis", axis, ColumnAxis)
        self._record: LayerPicture | None = None
        super().__init__(
            selection=Selection() if selection is None else selection,
            axis=ColumnAxis() if axis is None else axis,
            **traits,
        )
        if linkage is not None:
            self.linkage = linkage
        self.axis.observe(self._on_linkage, "linkage")
        if record is not None:
            self.show(record)

    @property
    def record(self) -> LayerPicture | None:
        """What is shown; None before anything is."""
        return self._record

    @property
    def linkage(self) -> str:
        """How channels are joined, in all views that share the axis; set it to join them anew."""
        linkage: str = self.axis.linkage
        return linkage

    @linkage.setter
    def linkage(self, value: Linkage) -> None:
        self.axis.linkage = checked_linkage(value)

    def _on_linkage(self, change: dict[str, Any]) -> None:
        # A view that is hidden is shown with a record of its own.
        if self._record is not None and self.layout.display != "none":
            self.show(self._record)

    @validate("selection", "axis")
    def _given_once(self, proposal: dict[str, Any]) -> Any:
        return unchangeable(self, proposal["trait"].name, proposal["value"])

    def show(self, values: ArrayLike | LayerPicture) -> None:
        """Show another layer, or the same one at another moment, in one message to the page.

        Parameters
        ----------
        values : array_like, shape (batch, ..., channel), or LayerRecord
        """
        record = as_record(values).linked(self.linkage)
        # A snapshot keeps the tree that it has.
        self.axis.offer(() if record.held_values is None else LINKAGES)
        self._put(self._state_of(record))
        self._record = record
        forget_channels(self.selection, record.n_channels)

    def _let_go(self) -> None:
        self._record = None
        # Closing begins anew after an interrupt: the axis may have forgotten this view by then.
        with suppress(ValueError):
            self.axis.unobserve(self._on_linkage, "linkage")

    def __repr__(self) -> str:
        return brief(self, self.record)

    def _put(self, state: dict[str, Any]) -> None:
        """Set these traits in one message to the page."""
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)

    def _state_of(self, record: LayerPicture) -> dict[str, Any]:
        """The wire traits for a record."""
        raise NotImplementedError
