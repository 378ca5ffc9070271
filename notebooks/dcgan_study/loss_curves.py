"""LossCurves: the losses of a training, and what they are where the discriminator can but guess."""

from __future__ import annotations

import math

import bqplot
import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnviz_widgets.widgets.views.plot_frame import QUIET, plain_figure, upright_axis

MOST_POINTS = 500
# Of each loss, by what it trains, in the order of `Gan.losses`: its value for a discriminator that
# can but guess. It judges two batches, the generator's loss one, −ln ½ each.
GUESSING = {"discriminator": 2 * math.log(2), "generator": math.log(2)}
# For the still picture: those of training_view.css on a light page.
_COLOURS = {"discriminator": "#0072b2", "generator": "#c75000"}
_LOWEST_TOP = 2


def thinned(losses: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Losses of a long run as means of as many steps as it takes to have 500 points or fewer.

    Losses of single steps leap: their extremes would be two broad bands, one over the other.

    Parameters
    ----------
    losses : ndarray, shape (n, 2)

    Returns
    -------
    at : ndarray, shape (m,), m <= 500
        The middle of each stretch, in steps from 1.
    means : ndarray, shape (m, 2)
        NaN where a loss is not finite.
    """
    starts = np.arange(0, len(losses), _stretch(len(losses)))
    if not len(starts):
        return np.zeros(0), losses
    lengths = np.diff(starts, append=len(losses))
    known = np.where(np.isfinite(losses), losses, np.float32(np.nan))
    means = np.add.reduceat(known, starts) / lengths[:, np.newaxis].astype(np.float32)
    return starts + (lengths + 1) / 2, means


def draw_losses(axes: Axes, losses: NDArray[np.float32], steps: int) -> None:
    """Draw the losses on matplotlib's axes, as the widget draws them.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    losses : ndarray, shape (n, 2)
    steps : int
        Of the whole training.
    """
    at, means = thinned(losses)
    for (role, guess), values in zip(GUESSING.items(), means.T, strict=True):
        axes.plot(at, values, color=_COLOURS[role], linewidth=1, label=role)
        axes.axhline(guess, color=_COLOURS[role], linewidth=1, linestyle="--")
    axes.set(xlabel="training step", ylabel="loss")
    axes.set(xlim=(0, max(steps, len(losses), 1)), ylim=(0, _top(means)))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, title="dashed: only guessing", alignment="left")


class LossCurves(widgets.VBox):
    """Both losses over the steps, thinned, with a key that has their latest values.

    Parameters
    ----------
    steps : int
        Of the whole training.
    """

    def __init__(self, steps: int) -> None:
        self._key = widgets.HTML()
        self._x = bqplot.LinearScale(min=0.0, max=float(max(steps, 1)))
        self._y = bqplot.LinearScale(min=0.0, max=float(_LOWEST_TOP))
        looks = {"scales": {"x": self._x, "y": self._y}, **QUIET}
        self._curves = [
            bqplot.Lines(x=[], y=[], colors=[_colour(role)], stroke_width=1.5, **looks)
            for role in GUESSING
        ]
        self._guesses = [
            bqplot.Lines(
                x=[0, 1],
                y=[guess] * 2,
                colors=[_colour(role)],
                line_style="dashed",
                stroke_width=1,
                **looks,
            )
            for role, guess in GUESSING.items()
        ]
        marks = [*self._guesses, *self._curves]
        axes = [
            bqplot.Axis(
                scale=self._x,
                label="training step",
                label_offset="32px",
                tick_format=",d",
                grid_lines="none",
            ),
            upright_axis(
                scale=self._y,
                label="loss",
                label_offset="32px",
                tick_format="~g",
                grid_lines="none",
            ),
        ]
        margin = {"top": 8, "bottom": 42, "left": 48, "right": 24}
        figure = plain_figure(marks, axes, height=300, fig_margin=margin, padding_x=0.0)
        super().__init__([self._key, figure])
        self.add_class("dcgan-losses")

    def show(self, losses: NDArray[np.float32]) -> None:
        """Show the losses so far.

        Parameters
        ----------
        losses : ndarray, shape (n, 2)
        """
        at, means = thinned(losses)
        self._x.max = max(self._x.max, float(len(losses)))
        self._y.max = float(_top(means))
        for curve, line, values in zip(self._curves, self._guesses, means.T, strict=True):
            line.x = [0, self._x.max]
            with curve.hold_sync():
                curve.x, curve.y = at, values
        self._key.value = _key(means, len(losses))


def _key(means: NDArray[np.float32], steps: int) -> str:
    """Which curve is which, with its last value and the value of guessing."""
    parts = []
    for number, (role, guess) in enumerate(GUESSING.items()):
        value = f" {means[-1, number]:.2f}" if len(means) else ""
        parts.append(
            f'<span><i style="background: {_colour(role)}"></i>{role}{value} '
            f'<span class="dcgan-faint">(guessing: {guess:.2f})</span></span>'
        )
    if (stretch := _stretch(steps)) > 1:
        parts.append(f'<span class="dcgan-faint">means of {stretch} steps</span>')
    return f'<div class="dcgan-key">{"".join(parts)}</div>'


def _stretch(steps: int) -> int:
    """How many steps one point of a curve stands for."""
    return max(1, -(-steps // MOST_POINTS))


def _top(means: NDArray[np.float32]) -> int:
    """Where the axis of losses ends."""
    return max(_LOWEST_TOP, math.ceil(np.nanmax(means, initial=0.0)))


def _colour(role: str) -> str:
    return f"var(--dcgan-{role})"
