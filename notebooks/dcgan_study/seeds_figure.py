"""The plot of the study over seeds, on white paper: it reads alike on a light and a dark page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .measures import MEASURES, Measure, Outcome
from .seeds import group_name

if TYPE_CHECKING:
    from .seeds import Seeds

# Of Okabe and Ito: told apart with any colour vision, and by their shapes without.
_RAN = {"marker": "o", "color": "#0072b2", "markersize": 6}
_COLLAPSED = {"marker": "X", "color": "#d55e00", "markersize": 8}
_YOURS = {
    "marker": "D",
    "markerfacecolor": "#f0e442",
    "markeredgecolor": "#212121",
    "markersize": 9,
}
_INK, _FAINT = "#212121", "#616161"
_PANELS = 4
# Dots of one version stand side by side, each seed at the same place in every panel.
_SPREAD = 0.3


def measures_figure(seeds: Seeds) -> Figure:
    """Each measure in a panel, each version a column, each run a dot.

    Parameters
    ----------
    seeds : Seeds
    """
    rows = math.ceil((len(MEASURES) + 1) / _PANELS)
    figure, axes = plt.subplots(
        rows, _PANELS, figsize=(12, 2.9 * rows), facecolor="white", layout="constrained"
    )
    for measure, panel in zip(MEASURES, axes.flat, strict=False):
        _panel(panel, measure, seeds)
    for panel in axes.flat[len(MEASURES) :]:
        panel.set_axis_off()
    legend = {"a run": _RAN, "collapsed: nearly one\nimage for every noise": _COLLAPSED}
    if seeds.yours:
        legend["yours"] = _YOURS
    marks = [
        Line2D([], [], linestyle="none", label=name, **style) for name, style in legend.items()
    ]
    axes.flat[-1].legend(handles=marks, loc="center left", frameon=False, labelcolor=_INK)
    # Else the notebook would show it a second time, at the end of the cell.
    plt.close(figure)
    return figure


def _panel(panel: Axes, measure: Measure, seeds: Seeds) -> None:
    groups = seeds.groups
    numbers = sorted({run.outcome.seed for run in seeds.runs})
    places = dict(zip(numbers, np.linspace(-_SPREAD, _SPREAD, max(2, len(numbers))), strict=False))
    for column, group in enumerate(groups):
        for run in seeds.group(*group):
            style = _COLLAPSED if run.outcome.collapsed else _RAN
            _dot(panel, measure, run.outcome, column + places[run.outcome.seed], style)
    for outcome in seeds.yours:
        group = outcome.version, outcome.output
        if group in groups:
            _dot(panel, measure, outcome, groups.index(group), _YOURS)
    known = {
        name: numbers[measure.landmark]
        for name, numbers in seeds.landmarks.items()
        if measure.landmark
    }
    logarithmic = measure.landmark == "distance"
    for name, value in known.items():
        panel.axhline(value, color=_FAINT, linestyle="--", linewidth=1, zorder=0)
        # Noise and the average face are near each other, and their names must not be.
        above = not logarithmic or value == max(known.values())
        panel.text(
            len(groups) - 0.5,
            value,
            name,
            color=_FAINT,
            fontsize=8,
            ha="right",
            va="bottom" if above else "top",
        )
    shown = [line.get_ydata()[0] for line in panel.lines]
    if logarithmic:
        panel.set_yscale("log")
        panel.set_ylim(min(shown) / 2, max(shown) * 1.6)
        panel.yaxis.set_major_formatter("{x:g}")
    else:
        panel.set_ylim(0, 1 if measure.is_share else 1.15 * max(shown, default=1))
    if measure.is_share:
        panel.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    panel.set_title(measure.name, fontsize=10, loc="left", color=_INK)
    panel.set_xticks(range(len(groups)), map(group_name, groups), color=_INK, fontsize=9)
    panel.set_xlim(-0.5, len(groups) - 0.5)
    panel.tick_params(labelsize=9, labelcolor=_INK, color=_FAINT)
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_color(_FAINT)


def _dot(
    panel: Axes,
    measure: Measure,
    outcome: Outcome,
    x: float,
    style: dict[str, Any],
) -> None:
    value = measure.of(outcome)
    if not math.isnan(value):
        panel.plot(x, value, clip_on=False, alpha=0.85, **style)
