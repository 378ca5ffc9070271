"""Densities as curves over a logarithmic axis, in the colours of a cut's groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ....analysis.density.curves import MOST_CURVES
from ....records.layer_picture import LayerPicture
from ....validation.messages import percent
from .drawing import FAINT, INK, LINE, Box, Drawing

_DECADES = 4


def draw_curves(drawing: Drawing, record: LayerPicture, box: Box, colours: Sequence[str]) -> None:
    """A curve a channel, or of many channels bands, with both axes.

    Parameters
    ----------
    colours : sequence of str
        Of each drawn channel; '' for ink.
    """
    grids, curves, own = _lines(record, colours)
    peak = record.drawn_curves.peak
    drawn = curves.max(axis=1, initial=0.0) > peak * 10.0**-_DECADES
    if not drawn.any():
        drawing.words(box.left, box.top + 10, "No value has a density.")
        return
    low, high = float(grids[drawn].min()), float(grids[drawn].max())
    span = (high - low) or 1.0
    for exponent in range(_DECADES + 1):
        y = box.top + exponent / _DECADES * box.height
        drawing.line((box.left, y), (box.right, y), colour=LINE, width=0.5)
        drawing.words(box.left - 6, y, f"{peak * 10.0**-exponent:.1g}", anchor="end")
    for grid, curve, colour in zip(grids[drawn], curves[drawn], own[drawn], strict=True):
        level = np.log10(np.maximum(curve, peak * 10.0**-_DECADES) / peak)
        x = box.left + (grid - low) / span * box.width
        y = box.top - level / _DECADES * box.height
        points = list(zip(x.tolist(), y.tolist(), strict=True))
        drawing.line(*points, colour=str(colour), width=0.9)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = box.left + share * box.width
        drawing.line((x, box.bottom), (x, box.bottom + 4), colour=FAINT)
        drawing.words(x, box.bottom + 12, f"{low + share * span:.3g}", anchor="middle")
    zeros = float(record.density_numbers.zero_share.mean())
    words = f"value · density (logarithmic) · {percent(zeros)} of all values are exact zeros"
    drawing.words(box.left, box.bottom + 28, words)


def _lines(
    record: LayerPicture, colours: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.str_]]:
    """Abscissae, heights and colours of all lines."""
    curves = record.drawn_curves
    if record.n_channels <= MOST_CURVES:
        return curves.grid, curves.height, np.array([each or INK for each in colours])
    if record.pooled is not None:
        return record.pooled.grid, curves.pooled[np.newaxis], np.array([INK])
    grids = np.broadcast_to(record.fan.grid, curves.bands.shape)
    return grids, curves.bands, np.array([FAINT, INK, INK, INK, FAINT])
