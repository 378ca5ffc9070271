"""HealthPanel: every layer's few numbers over the time of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import bqplot
import numpy as np
from anywidget import WidgetTrait
from ipywidgets import VBox
from numpy.typing import ArrayLike
from traitlets import Bytes, Dict, Int, List, Unicode

from ....validation.objects import optional
from ....validation.texts import text
from ...jupyter.bundles import BundledWidget, bundle
from ...jupyter.ownership import Owning
from ...jupyter.png_fallback import PngFallback
from ...jupyter.thread_local_sync import ThreadLocalSync
from ...linking.wire_format import wire
from ...views.plot_frame import QUIET, plain_figure, value_axes
from ..selector import LayerSelector
from .curves import HealthCurves
from .timeline import Timeline

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["HealthPanel"]

MOST_POINTS = 400


class _HealthHead(ThreadLocalSync, BundledWidget):
    """The lines above the plot, and the page's hand on the plot's marks."""

    _esm = bundle("health-panel.js")
    _css = bundle("health-panel.css")

    number = Unicode("", help="Which number is drawn; '' or an unknown one: the first.").tag(
        sync=True
    )
    selector = WidgetTrait().tag(sync=True)
    timeline = WidgetTrait().tag(sync=True)
    _numbers = List(Dict(), help="Name, title, explanation and look of each number.").tag(sync=True)
    _paths = List(Unicode(), help="Path of the layer of each curve.").tag(sync=True)
    _steps = Bytes(help="Step of each point.").tag(sync=True)
    _values = Bytes(help="A value for each number, layer and point.").tag(sync=True)
    _layers = Int(0, help="How many layers there are, of which each curve is one.").tag(sync=True)
    _moments = Int(0, help="How many moments there are, of which the points are some.").tag(
        sync=True
    )
    _every = WidgetTrait().tag(sync=True)
    _chosen = WidgetTrait().tag(sync=True)
    _hovered = WidgetTrait().tag(sync=True)
    _position = WidgetTrait().tag(sync=True)
    _step_axis = WidgetTrait().tag(sync=True)
    _figure = WidgetTrait().tag(sync=True)
    _log_axis = WidgetTrait().tag(sync=True)
    _linear_axis = WidgetTrait().tag(sync=True)
    _step_scale = WidgetTrait().tag(sync=True)
    _log_scale = WidgetTrait().tag(sync=True)
    _linear_scale = WidgetTrait().tag(sync=True)

    def show_curves(self, curves: HealthCurves) -> None:
        """Draw these curves."""
        with self.hold_sync():
            self._numbers = curves.entries
            self._paths = curves.paths
            self._steps = wire(curves.steps, "f8")
            self._values = wire(curves.values, "f4")
            self._layers = curves.layers
            self._moments = curves.moments

    @property
    def extent(self) -> str:
        """Of how much there are numbers, in words."""
        return f"{self._layers:,} layers at {self._moments:,} moments"

    def picture(self) -> Image | None:
        """The curves of the number that is chosen as a still picture; None without any."""
        from ...pictures.health_picture import health_picture

        steps = np.frombuffer(self._steps, "<f8")
        if not steps.size or not self._paths:
            return None
        names = [number["name"] for number in self._numbers]
        chosen = names.index(self.number) if self.number in names else 0
        values = np.frombuffer(self._values, "<f4").reshape(len(names), len(self._paths), -1)
        return health_picture(steps, self._paths, values[chosen], self._numbers[chosen]["title"])


class HealthPanel(Owning, PngFallback, VBox):
    """Health over time: a curve for each layer, of the number that is chosen in the page.

    The page draws: choosing another number or layer, or another moment, needs no kernel.

    Parameters
    ----------
    selector : LayerSelector, optional
        Whose chosen layer stands out; a layer clicked here is chosen there.
    timeline : Timeline, optional
        Whose position is marked by a line.
    number : str
        Name of the number to begin with; '' for the first.
    **traits
        Any trait of the box.
    """

    def __init__(
        self,
        selector: LayerSelector | None = None,
        timeline: Timeline | None = None,
        *,
        number: str = "",
        **traits: Any,
    ) -> None:
        optional("selector", selector, LayerSelector)
        optional("timeline", timeline, Timeline)
        text("number", number)
        self.figure, self._head = _plot(selector, timeline, number)
        self._has_plot = False
        super().__init__([self._head], **traits)
        # The first brings the colours that the second's axes are written in.
        self.add_class("cnnviz")
        self.add_class("cnnviz-health-panel")

    @property
    def number(self) -> str:
        """Name of the number that is drawn."""
        return str(self._head.number)

    @number.setter
    def number(self, value: str) -> None:
        self._head.number = text("number", value)

    def show(
        self,
        steps: ArrayLike,
        paths: Sequence[str],
        numbers: Mapping[str, ArrayLike],
        titles: Mapping[str, str] | None = None,
        explanations: Mapping[str, str] | None = None,
    ) -> None:
        """Show these numbers, in one message to the page.

        Parameters
        ----------
        steps : array_like of int, shape (n,)
            Training step of each moment, ascending.
        paths : sequence of str
            The layers, in execution order. Of more than 64 those with weights have a curve first.
        numbers : mapping of str to array_like, shape (n, layers)
            Each number by its name, NaN where it is not known.
        titles, explanations : mapping of str to str, optional
            What a number is called, and what it is; those of `HEALTH_NUMBERS` where they lack it.

        Raises
        ------
        TypeError, ValueError
            The steps do not ascend from 0 or more, the paths are no strings, or a number's values
            are no numbers or not of the shape (n, layers).
        """
        curves = HealthCurves.of(steps, paths, numbers, titles, explanations, MOST_POINTS)
        self._head.show_curves(curves)
        # Axes of nothing tell nothing; a plot that is hidden in the page instead, bqplot lays out
        # with sizes below 0.
        some = bool(curves.moments and curves.paths)
        if some != self._has_plot:
            self._has_plot = some
            self.children = (self._head, self.figure) if some else (self._head,)

    def __repr__(self) -> str:
        return f"<HealthPanel of {self._head.extent}>"

    def picture(self) -> Image | None:
        """The curves of the number that is chosen as a still picture; None without any."""
        return self._head.picture()


def _plot(
    selector: LayerSelector | None, timeline: Timeline | None, number: str
) -> tuple[bqplot.Figure, _HealthHead]:
    """Scales, axes and marks; the page fills them."""
    x = bqplot.LinearScale(min=0.0, max=1.0)
    log, linear = bqplot.LogScale(min=1e-3, max=1.0), bqplot.LinearScale(min=0.0, max=1.0)
    whole = bqplot.LinearScale(min=0.0, max=1.0)
    still = {"preserve_domain": {"x": True, "y": True}, **QUIET}
    curves = {"x": x, "y": linear}
    marks = {
        "_every": bqplot.Lines(scales=curves, stroke_width=1.5, **still),
        "_chosen": bqplot.Lines(scales=curves, stroke_width=2.5, **still),
        "_hovered": bqplot.Lines(scales=curves, stroke_width=3.0, **still),
        "_position": bqplot.Lines(scales={"x": x, "y": whole}, stroke_width=1.5, **still),
    }
    step_axis = bqplot.Axis(
        scale=x, label="training step", grid_lines="none", label_offset="32px", tick_format=",d"
    )
    log_axis, linear_axis = value_axes(log, linear, log_shown=False)
    figure = plain_figure(
        [marks[name] for name in ("_position", "_every", "_chosen", "_hovered")],
        [step_axis, log_axis, linear_axis],
        height=200,
        padding_x=0.0,
    )
    figure.layout.margin = "0"
    head = _HealthHead(
        number=number,
        selector=selector,
        timeline=timeline,
        _figure=figure,
        _step_axis=step_axis,
        _log_axis=log_axis,
        _linear_axis=linear_axis,
        _step_scale=x,
        _log_scale=log,
        _linear_scale=linear,
        **marks,
    )
    return figure, head
