"""DensityPanel: which channels are dead, saturated, collapsed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import bqplot
import numpy as np
from anywidget import AnyWidget, WidgetTrait
from ipywidgets import VBox
from numpy.typing import ArrayLike
from traitlets import Bool, Bytes, Enum, Float, Instance, Int, List, Unicode, validate

from ...analysis.density.curves import MOST_CURVES
from ...analysis.density.smoothing import LEAST_FOR_CURVE
from ...analysis.density.types import NOT_DRAWN, DensityStyle
from ...records.layer_picture import LayerPicture, counted
from ...records.layer_record import as_record
from ...records.record_kind import WEIGHTS
from ...validation.messages import percent
from ...validation.objects import optional
from ...validation.scalars import flag
from ...validation.texts import texts
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.png_fallback import PngFallback
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from ..linking.wire_format import wire
from .layer_view import brief, forget_channels, unchangeable
from .plot_frame import QUIET, DensityFrame
from .view_slot import Links, ViewSlot

if TYPE_CHECKING:
    from PIL.Image import Image


class _Lines(ThreadLocalSync, bqplot.Lines):
    """Lines that are set in one message."""


class _Scatter(ThreadLocalSync, bqplot.Scatter):
    """Dots that are set in one message."""


class _DensityHead(ThreadLocalSync, BundledWidget):
    """The line above the plot, and the page's hand on the plot's marks."""

    _esm = bundle("density-panel.js")
    _css = bundle("density-panel.css")

    log_y = Bool(True).tag(sync=True)
    class_names = List(
        Unicode(), help="A name for each channel, where it stands for a class; none: its number."
    ).tag(sync=True)
    selection = WidgetTrait().tag(sync=True)
    axis = WidgetTrait().tag(sync=True)
    _rows = WidgetTrait().tag(sync=True)
    _of_weights = Bool(help="Whether channels stand as `_rows` has them, not `axis`.").tag(
        sync=True
    )
    _noun = Unicode("channel", help="What a channel is called.").tag(sync=True)
    _total = Int(0).tag(sync=True)
    _peak = Float(1.0).tag(sync=True)
    _usual_peak = Float(1.0).tag(sync=True)
    _drawn = Enum(["every", "fan", "together"], "every").tag(sync=True)
    _notes = List(Unicode()).tag(sync=True)
    _samples = Unicode(help="On which samples, where these are not those shown; '' else.").tag(
        sync=True
    )
    _channels = Bytes().tag(sync=True)
    _grid = Bytes().tag(sync=True)
    _density = Bytes().tag(sync=True)
    _points = Int(0).tag(sync=True)
    _zero_share = Bytes().tag(sync=True)
    _nonfinite_share = Bytes().tag(sync=True)
    _few = Bytes().tag(sync=True)
    _every = WidgetTrait().tag(sync=True)
    _fan = WidgetTrait().tag(sync=True)
    _grouped = WidgetTrait().tag(sync=True)
    _selected = WidgetTrait().tag(sync=True)
    _hovered = WidgetTrait().tag(sync=True)
    _zeros = WidgetTrait().tag(sync=True)
    _zeros_marked = WidgetTrait().tag(sync=True)
    _figure = WidgetTrait().tag(sync=True)
    _log_axis = WidgetTrait().tag(sync=True)
    _linear_axis = WidgetTrait().tag(sync=True)
    _log_scale = WidgetTrait().tag(sync=True)
    _linear_scale = WidgetTrait().tag(sync=True)

    def show_curves(self, record: LayerPicture) -> None:
        """What the page draws of a record besides the marks, in one message to it."""
        density, curves = record.drawn_density, record.drawn_curves
        every = "every" if record.n_channels <= MOST_CURVES else "fan"
        with self.hold_sync():
            self._channels = wire(record.columns, "i4")
            self._grid = wire(curves.grid, "f8")
            self._density = wire(curves.height, "f8")
            self._points = density.grid.shape[1]
            self._zero_share = wire(density.zero_share, "f4")
            self._nonfinite_share = wire(density.nonfinite_share, "f4")
            self._few = wire(density.style == DensityStyle.RUG, "u1")
            self._peak = curves.peak
            self._usual_peak = curves.usual_peak
            self._total = record.n_channels
            self._noun = record.channel_noun
            self._of_weights = record.kind == WEIGHTS
            self._drawn = every if record.pooled is None else "together"
            self._samples = "" if _is_of_all_shown(record) else f"on {record.basis}"
            self._notes = _notes(record)


class DensityPanel(Owning, PngFallback, VBox):
    """The distribution of each channel's values [WL20 Fig. 3, 5].

    Up to 64 channels have a curve each; above that their 5–95 % and 25–75 % bands and median
    stand in for them, with a curve for each selected or hovered channel. Where the tree of the
    same axis is cut, each of its groups has one curve instead, the mean of its channels', and
    below a strip shows each channel. A channel's exact zeros are no part of its curve: a dot at 0
    shows their share on the right axis.

    Parameters
    ----------
    values : array_like, shape (batch, ..., channel), or LayerRecord
        What to show.
    selection : Selection, optional
        Selected and hovered channels, shared with other views.
    axis : ColumnAxis, optional
        Where channels stand in tree and grid, and into which groups they are cut.
    rows : ColumnAxis, optional
        The same of weights, where they stand from top to bottom.
    log_y : bool
        Whether the density axis is logarithmic.

    Raises
    ------
    TypeError, ValueError
        The values are not numbers, or there are none.
    """

    selection = Instance(Selection)

    def __init__(
        self,
        values: ArrayLike | LayerPicture | None = None,
        *,
        selection: Selection | None = None,
        axis: ColumnAxis | None = None,
        rows: ColumnAxis | None = None,
        log_y: bool = True,
        **traits: Any,
    ) -> None:
        record = None if values is None else as_record(values)
        optional("selection", selection, Selection)
        optional("axis", axis, ColumnAxis)
        optional("rows", rows, ColumnAxis)
        flag("log_y", log_y)
        self._record: LayerPicture | None = None
        self.marks, self.figure, self._head = _plot(
            Selection() if selection is None else selection,
            ColumnAxis() if axis is None else axis,
            rows,
            log_y,
        )
        super().__init__([self._head, self.figure], selection=self._head.selection, **traits)
        # The first brings the colours that the second's axes are written in.
        self.add_class("cnnviz")
        self.add_class("cnnviz-density")
        if record is not None:
            self.show(record)

    @validate("selection")
    def _given_once(self, proposal: dict[str, Any]) -> Selection:
        selection: Selection = unchangeable(self, "selection", proposal["value"])
        return selection

    @property
    def record(self) -> LayerPicture | None:
        """What is shown; None before anything is."""
        return self._record

    @property
    def curves(self) -> AnyWidget:
        """What the page has of the curves, for another widget that shows some of them."""
        return self._head

    @property
    def log_y(self) -> bool:
        """Whether the density axis is logarithmic."""
        return bool(self._head.log_y)

    @log_y.setter
    def log_y(self, value: bool) -> None:
        self._head.log_y = flag("log_y", value)

    @property
    def class_names(self) -> list[str]:
        """A name for each channel, where it stands for a class; [] for none."""
        return list(self._head.class_names)

    @class_names.setter
    def class_names(self, value: Sequence[str]) -> None:
        self._head.class_names = texts("class_names", value)

    def show(self, values: ArrayLike | LayerPicture) -> None:
        """Show another layer, or the same one at another moment.

        Parameters
        ----------
        values : array_like, shape (batch, ..., channel), or LayerRecord
        """
        record = as_record(values)
        density, curves = record.drawn_density, record.drawn_curves
        every = record.n_channels <= MOST_CURVES
        none = np.zeros(0)
        with self.marks["every"].hold_sync():
            self.marks["every"].x = curves.grid if every else none
            self.marks["every"].y = curves.height if every else none
        with self.marks["fan"].hold_sync():
            if record.pooled is not None:
                self.marks["fan"].x = record.pooled.grid[0]
                self.marks["fan"].y = curves.pooled[np.newaxis]
            else:
                self.marks["fan"].x = none if every else record.fan.grid
                self.marks["fan"].y = none if every else curves.bands
        # Hundreds of dots would be a bar, and slow to redraw.
        shares = 100 * (density.zero_share if every else curves.zero_bands)
        with self.marks["zeros"].hold_sync():
            self.marks["zeros"].x = np.zeros(len(shares))
            self.marks["zeros"].y = shares
        self._head.show_curves(record)
        self._record = record
        forget_channels(self.selection, record.n_channels)

    def __repr__(self) -> str:
        return brief(self, self.record)

    def picture(self) -> Image | None:
        """The curves, or their bands, as a picture."""
        from ..pictures.density_picture import density_picture

        return None if self.record is None else density_picture(self.record)

    def _let_go(self) -> None:
        self._record = None


def _make(links: Links) -> DensityPanel:
    return DensityPanel(selection=links.selection, axis=links.axis, rows=links.rows)


SLOT = ViewSlot(_make, tab="density")


def _is_of_all_shown(record: LayerPicture) -> bool:
    """Whether densities are of all samples of the record and no others; of weights they are."""
    surveyed = bool(record.basis) and record.measures.n_samples != record.n_samples
    return record.samples is None and not surveyed


def _notes(record: LayerPicture) -> list[str]:
    """What the curves leave out, in sentences."""
    notes = []
    if record.dead_note:
        notes.append(record.dead_note)
    density = record.drawn_density
    if record.pooled is not None and (density.style == DensityStyle.RUG).any():
        noun = record.kind.noun
        notes.append(
            f"{counted(density.n_values, 'value')} a {noun} make no curve: in its strip a cell is "
            "the darker the more of them it holds, the line is all values together. "
            f"{record.kind.more_values}".rstrip()
        )
    elif (density.style == DensityStyle.RUG).any():
        noun, few = record.kind.noun, int((density.style == DensityStyle.RUG).sum())
        notes.append(
            f"{few:,} of {len(density.style):,} {noun}s have fewer than {LEAST_FOR_CURVE} values "
            "other than zero: in the strip of such a one a cell is the darker the more it holds."
        )
    elif record.pooled is not None and (density.style == DensityStyle.BARS).any():
        notes.append(
            "The values are few numbers that recur: each is a stroke of its share's height, "
            "the line is all values together."
        )
    curves = int((record.density_numbers.style != NOT_DRAWN).sum())
    if curves < record.n_channels:
        notes.append(
            f"Curves are of {curves:,} of {record.n_channels:,} channels, those that are shown."
        )
    outside = float(density.outside_share.max(initial=0.0))
    if outside > 0:
        notes.append(
            f"Long tails: up to {percent(outside)} of a channel's values lie outside its curve."
        )
    return notes


def _plot(
    selection: Selection, axis: ColumnAxis, rows: ColumnAxis | None, log_y: bool
) -> tuple[dict[str, bqplot.Mark], bqplot.Figure, _DensityHead]:
    """Scales, axes and marks; the page fills those of selected and hovered channels."""
    frame = DensityFrame(log_y)
    curves = {"scales": frame.curves, **QUIET}
    dots = {"scales": frame.dots, "marker": "circle", **QUIET}
    # The marks that the page fills must not stretch the axis, or it would jump under the mouse.
    still = {"x": True, "y": True}
    marks = {
        "fan": _Lines(fill="between", stroke_width=1.0, **curves),
        "every": _Lines(stroke_width=1.2, **curves),
        "grouped": bqplot.Lines(stroke_width=1.6, preserve_domain=still, **curves),
        "selected": bqplot.Lines(stroke_width=2.0, preserve_domain=still, **curves),
        "hovered": bqplot.Lines(stroke_width=3.0, preserve_domain=still, **curves),
        "zeros": _Scatter(default_size=22, opacities=[0.6], **dots),
        "zeros_marked": bqplot.Scatter(default_size=64, preserve_domain=still, **dots),
    }
    figure = frame.figure(list(marks.values()), 220)
    head = _DensityHead(
        log_y=log_y,
        selection=selection,
        axis=axis,
        _rows=axis if rows is None else rows,
        _figure=figure,
        **frame.traits,
        **{f"_{name}": mark for name, mark in marks.items()},
    )
    return marks, figure, head
