"""What the plots have in common: a bare figure, and the axes that densities are drawn on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bqplot

# A mark that tells the kernel nothing: hovering would post the whole curve to it each time.
QUIET: dict[str, Any] = {"enable_hover": False, "interactions": {}}


def plain_figure(
    marks: Sequence[bqplot.Mark],
    axes: Sequence[bqplot.Axis],
    *,
    height: int,
    **traits: Any,
) -> bqplot.Figure:
    """A figure as wide as there is room, on the page's own background, without tools.

    Parameters
    ----------
    marks, axes : sequence of bqplot.Mark, of bqplot.Axis
    height : int
        In CSS pixels.
    **traits
        Any trait of the figure.
    """
    # The page gives it margins once it is shown, where they are not given here: bqplot makes a plot
    # that is hidden narrower than nothing by them.
    traits.setdefault("fig_margin", dict.fromkeys(("top", "bottom", "left", "right"), 0))
    return bqplot.Figure(
        marks=list(marks),
        axes=list(axes),
        padding_y=0.0,
        animation_duration=0,
        display_toolbar=False,
        background_style={"fill": "transparent"},
        layout={"height": f"{height}px", "width": "auto", "min_width": "200px"},
        max_aspect_ratio=100.0,
        min_aspect_ratio=0.01,
        **traits,
    )


def upright_axis(**traits: Any) -> bqplot.Axis:
    """An axis that stands upright.

    The orientation is a trait of bqplot's axes up to 0.12, and follows from their side from 0.13
    on, where the constructor does not know it.
    """
    axis = bqplot.Axis(**traits)
    axis.orientation = "vertical"
    return axis


def value_axes(
    log: bqplot.LogScale, linear: bqplot.LinearScale, *, log_shown: bool, **traits: Any
) -> tuple[bqplot.Axis, bqplot.Axis]:
    """An upright axis for each of two scales, of which one is shown.

    bqplot's axes do not take another scale well.
    """
    logarithmic, straight = (
        upright_axis(
            scale=scale, side="left", grid_lines="none", tick_format="~g", visible=visible, **traits
        )
        for scale, visible in ((log, log_shown), (linear, not log_shown))
    )
    return logarithmic, straight


class DensityFrame:
    """Scales and axes of densities, with the share of exact zeros on the right.

    Parameters
    ----------
    log_y : bool
        Whether the densities' axis is logarithmic.

    Attributes
    ----------
    curves, dots : dict of str to bqplot.Scale
        The scales of densities, and of shares in per cent.
    traits : dict of str to Widget
        Scales and axes by the names of the page's traits.
    """

    def __init__(self, log_y: bool) -> None:
        self._x = bqplot.LinearScale()
        log, linear = bqplot.LogScale(min=1e-4, max=1.0), bqplot.LinearScale(min=0.0, max=1.0)
        self._share = bqplot.LinearScale(min=0.0, max=100.0)
        self.curves = {"x": self._x, "y": log if log_y else linear}
        self.dots = {"x": self._x, "y": self._share}
        log_axis, linear_axis = value_axes(
            log, linear, log_shown=log_y, label="density", label_offset="58px"
        )
        self.traits = {
            "_log_axis": log_axis,
            "_linear_axis": linear_axis,
            "_log_scale": log,
            "_linear_scale": linear,
        }

    def figure(self, marks: Sequence[bqplot.Mark], height: int) -> bqplot.Figure:
        """The figure with these marks, so many CSS pixels high."""
        values = bqplot.Axis(scale=self._x, label="value", grid_lines="none", label_offset="34px")
        shares = upright_axis(
            scale=self._share,
            side="right",
            label="exact zeros (%)",
            grid_lines="none",
            label_offset="38px",
            tick_values=[0, 25, 50, 75, 100],
            tick_format=".0f",
        )
        return plain_figure(
            marks,
            [values, self.traits["_log_axis"], self.traits["_linear_axis"], shares],
            height=height,
        )
