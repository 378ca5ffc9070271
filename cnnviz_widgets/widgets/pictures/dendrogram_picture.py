"""The tree of a layer as a still picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from ...records.layer_picture import LayerPicture
from .drawing import FAINT, GUTTER, INK, PAPER, WIDTH, column_edges, font, tree_scale

_HEIGHT = 130


def dendrogram_picture(record: LayerPicture) -> Image.Image:
    """The tree over its columns; all-zero channels at 2, behind a break of the axis."""
    geometry = record.dendrogram
    image = Image.new("RGB", (WIDTH, _HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    edges = column_edges(len(record.columns))
    heights = geometry.heights
    scale = tree_scale(geometry)
    tallest, broken = scale
    bottom, top = _HEIGHT - 4, 34 if broken else 8
    y = np.where(scale.is_apart(heights), 8, bottom - heights / tallest * (bottom - top))
    x = np.interp(geometry.feet, np.arange(len(edges)), edges)
    for (left, right), (left_foot, right_foot, fork) in zip(x, y, strict=True):
        draw.line([(left, left_foot), (left, fork), (right, fork), (right, right_foot)], INK)
    draw.line([(GUTTER - 5, top), (GUTTER - 5, bottom)], FAINT)
    for share in (0.0, 0.5, 1.0):
        at = bottom - share * (bottom - top)
        draw.text((GUTTER - 9, at), f"{share * tallest:.2g}", FAINT, font(), anchor="rm")
    if broken:
        draw.text((GUTTER - 9, 8), f"{scale.end:.2g}", FAINT, font(), anchor="rm")
        for at in (top - 9, top - 5):
            draw.line([(GUTTER - 10, at + 2), (GUTTER, at - 2)], FAINT)
    return image
