"""The densities of a layer as a still picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from ...analysis.density.curves import MOST_CURVES
from ...records.layer_picture import LayerPicture
from ...validation.messages import percent
from .drawing import FAINT, GUTTER, INK, MARGIN, PAPER, WIDTH, font

_HEIGHT = 180
_DECADES = 4


def density_picture(record: LayerPicture) -> Image.Image:
    """The channels' densities over a logarithmic axis, or their bands where they are many."""
    drawn_curves = record.drawn_curves
    image = Image.new("RGB", (WIDTH, _HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    if record.n_channels <= MOST_CURVES:
        grids, curves = drawn_curves.grid, drawn_curves.height
    elif record.pooled is not None:
        grids, curves = record.pooled.grid, drawn_curves.pooled[np.newaxis]
    else:
        curves = drawn_curves.bands
        grids = np.broadcast_to(record.fan.grid, curves.shape)
    peak = drawn_curves.peak
    drawn = curves.max(axis=1) > peak * 10.0**-_DECADES
    if drawn.any():
        low, high = float(grids[drawn].min()), float(grids[drawn].max())
        span = (high - low) or 1.0
        bottom = _HEIGHT - 40
        for grid, curve in zip(grids[drawn], curves[drawn], strict=True):
            x = GUTTER + (grid - low) / span * (WIDTH - GUTTER - MARGIN - 40)
            level = np.log10(np.maximum(curve, peak * 10.0**-_DECADES) / peak)
            y = 8 - level / _DECADES * (bottom - 8)
            draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), FAINT)
        for share in (0.0, 0.5, 1.0):
            at = GUTTER + share * (WIDTH - GUTTER - MARGIN - 40)
            label = f"{low + share * span:.3g}"
            draw.text((at, bottom + 12), label, FAINT, font(), anchor="mm")
        draw.text((GUTTER - 9, 12), f"{peak:.0e}", FAINT, font(), anchor="rm")
    zeros = float(record.density_numbers.zero_share.mean())
    text = f"density (log) · {percent(zeros)} of all values are exact zeros"
    draw.text((GUTTER, _HEIGHT - 18), text, FAINT, font())
    if record.dead_note:
        draw.text((WIDTH - MARGIN, 8), record.dead_note, INK, font(), anchor="ra")
    return image
