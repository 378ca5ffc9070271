"""What of a comparison can be written into a file."""

from __future__ import annotations

from typing import Any

from .exports import Exports
from .figures.comparison_figure import comparison_figure
from .figures.drawing import Drawing
from .figures.look import Look
from .numbers import change_numbers


def comparison_exports(panel: Any) -> Exports:
    """What of a comparison can be written into a file.

    Parameters
    ----------
    panel : ComparisonPanel
    """
    return Exports(
        f"{panel.layer}-compared", lambda: _figure(panel), lambda: change_numbers(panel.changes)
    )


def _figure(panel: Any) -> Drawing | None:
    compared, side = panel.shown, panel.side_by_side
    if compared is None or side is None:
        return None
    one, other = panel.head.titles
    grid = panel.grids[0]
    look = Look(
        title=f"{panel.layer} · {one} and {other}",
        facts=f"{len(compared.match.pairs):,} pairs of channels, matched by {panel.match}",
        colormap=grid.colormap,
        value_range=grid.value_range,
        sample_labels=grid.sample_labels,
    )
    return comparison_figure(compared, side, (one, other), look)
