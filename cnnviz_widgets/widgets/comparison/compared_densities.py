"""The densities of matched channels, before and after, in one figure."""

from __future__ import annotations

from collections.abc import Sequence

import bqplot
import numpy as np
from anywidget import WidgetTrait
from ipywidgets import VBox
from numpy.typing import NDArray
from traitlets import Bool, Bytes, Int, List, Unicode

from ...comparison.layer_comparison import LayerComparison
from ...records.layer_picture import LayerPicture
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.selection import Selection
from ..linking.wire_format import wire
from ..views.plot_frame import QUIET, DensityFrame


class _ComparedDensitiesHead(ThreadLocalSync, BundledWidget):
    """The line above the plot, and the page's hand on the plot's marks."""

    _esm = bundle("compared-densities.js")
    _css = bundle("compared-densities.css")

    log_y = Bool(True).tag(sync=True)
    titles = List(Unicode(), ["", ""], help="What the two are called.").tag(sync=True)
    class_names = List(
        Unicode(), help="A name for each channel, where it stands for a class; none: its number."
    ).tag(sync=True)
    selection = WidgetTrait().tag(sync=True)
    _numbers_a = Bytes().tag(sync=True)
    _numbers_b = Bytes().tag(sync=True)
    _channels_a = Bytes().tag(sync=True)
    _channels_b = Bytes().tag(sync=True)
    _grid_a = Bytes().tag(sync=True)
    _grid_b = Bytes().tag(sync=True)
    _density_a = Bytes().tag(sync=True)
    _density_b = Bytes().tag(sync=True)
    _zero_share_a = Bytes().tag(sync=True)
    _zero_share_b = Bytes().tag(sync=True)
    _nonfinite_share_a = Bytes().tag(sync=True)
    _nonfinite_share_b = Bytes().tag(sync=True)
    _distance = Bytes().tag(sync=True)
    _shift = Bytes().tag(sync=True)
    _saturated = Bytes().tag(sync=True)
    _class_words = List(
        Unicode(), help="On which class each pair's mean moved most; none: no classes are known."
    ).tag(sync=True)
    _most = Int(-1).tag(sync=True)
    _before = WidgetTrait().tag(sync=True)
    _after = WidgetTrait().tag(sync=True)
    _zeros_before = WidgetTrait().tag(sync=True)
    _zeros_after = WidgetTrait().tag(sync=True)
    _figure = WidgetTrait().tag(sync=True)
    _log_axis = WidgetTrait().tag(sync=True)
    _linear_axis = WidgetTrait().tag(sync=True)
    _log_scale = WidgetTrait().tag(sync=True)
    _linear_scale = WidgetTrait().tag(sync=True)

    def show_curves(
        self,
        curves: dict[str, bytes],
        comparison: LayerComparison,
        class_names: list[str],
        class_words: list[str],
    ) -> None:
        """Draw the curves of both sides, by the names of their traits, and how far they differ."""
        order = comparison.order
        with self.hold_sync():
            for name, value in curves.items():
                setattr(self, name, value)
            self.class_names = class_names
            self._class_words = class_words
            self._distance = wire(comparison.match.distance, "f4")
            self._shift = wire(comparison.shift, "f4")
            stuck = comparison.saturated
            self._saturated = b"" if stuck is None else wire(stuck, "u1")
            self._most = int(order[0]) if order.size else -1


class ComparedDensities(Owning, VBox):
    """Densities of the hovered, selected or most changed pairs: before dashed, after solid.

    Parameters
    ----------
    selection : Selection
        Of pairs by number.
    titles : tuple of str
        What the two sides are called.
    """

    def __init__(self, selection: Selection, titles: tuple[str, str]) -> None:
        self.figure, self.head = _plot(selection, titles)
        super().__init__([self.head, self.figure])
        # The first brings the colours that the second's axes are written in.
        self.add_class("cnnviz")
        self.add_class("cnnviz-density")

    def show(
        self,
        comparison: LayerComparison,
        numbers: Sequence[NDArray[np.intp]],
        channels: Sequence[NDArray[np.intp]],
        class_names: Sequence[str] = (),
        class_words: Sequence[str] = (),
    ) -> None:
        """Show another comparison, in one message to the page.

        Parameters
        ----------
        comparison : LayerComparison
        numbers : sequence of ndarray of int
            By what number in the selection each curve goes, on either side.
        channels : sequence of ndarray of int
            The same curves' channels.
        class_names : sequence of str
            A name for each channel, where it stands for a class; none: its number.
        class_words : sequence of str
            On which class each pair's mean moved most, where that is known.
        """
        self.head.show_curves(
            {
                **_side(comparison.a, numbers[0], channels[0], "a"),
                **_side(comparison.b, numbers[1], channels[1], "b"),
            },
            comparison,
            list(class_names),
            list(class_words),
        )


def _side(
    record: LayerPicture, numbers: NDArray[np.intp], channels: NDArray[np.intp], side: str
) -> dict[str, bytes]:
    """One side's curves as the page's `comparison/curves.ts` reads them."""
    density, curves = record.density, record.curves
    grid = curves.grid[channels].astype(np.float64)
    step = (grid[:, -1] - grid[:, 0]) / (grid.shape[1] - 1)
    fields = {
        "numbers": wire(numbers, "i4"),
        "channels": wire(channels, "i4"),
        "grid": wire(np.column_stack((grid[:, 0], step)), "f8"),
        "density": wire(curves.height[channels], "f4"),
        "zero_share": wire(density.zero_share[channels], "f4"),
        "nonfinite_share": wire(density.nonfinite_share[channels], "f4"),
    }
    return {f"_{name}_{side}": value for name, value in fields.items()}


def _plot(
    selection: Selection, titles: tuple[str, str]
) -> tuple[bqplot.Figure, _ComparedDensitiesHead]:
    """Scales, axes and marks; the page fills them."""
    frame = DensityFrame(log_y=True)
    curves = {"scales": frame.curves, **QUIET}
    dots = {"scales": frame.dots, "marker": "circle", "default_size": 64, **QUIET}
    marks = {
        "before": bqplot.Lines(line_style="dashed", stroke_width=1.6, **curves),
        "after": bqplot.Lines(stroke_width=2.0, **curves),
        "zeros_before": bqplot.Scatter(fill=False, stroke_width=2.0, **dots),
        "zeros_after": bqplot.Scatter(**dots),
    }
    figure = frame.figure(list(marks.values()), 230)
    head = _ComparedDensitiesHead(
        titles=list(titles),
        selection=selection,
        _figure=figure,
        **frame.traits,
        **{f"_{name}": mark for name, mark in marks.items()},
    )
    return figure, head
