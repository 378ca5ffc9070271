"""What the still pictures have in common: measures, colours, shades of grey."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from ...analysis.clustering.dendrogram_geometry import DendrogramGeometry
from ...analysis.tiles.types import HIGHEST_CODE, NONFINITE_CODE, TileSheet

WIDTH = 960
GUTTER = 84
MARGIN = 10
HEADER = 20
WIDEST_COLUMN = 88

PAPER = (255, 255, 255)
INK = (33, 33, 33)
FAINT = (97, 97, 97)
_STRIPE = (150, 150, 150)
_NOT_FINITE = (213, 94, 0)
# All-zero maps stand at this distance from all others [WL20 §1.1.1].
ZERO_DISTANCE = 2.0


def font(size: int = 11) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The one font of the pictures."""
    return ImageFont.load_default(size)


def column_edges(count: int) -> NDArray[np.intp]:
    """Left edges of the columns and the right edge of the last, in pixels."""
    scale = min(WIDEST_COLUMN, (WIDTH - GUTTER - MARGIN) / max(1, count))
    edges: NDArray[np.intp] = np.rint(GUTTER + scale * np.arange(count + 1)).astype(np.intp)
    return edges


def shortened(text: str, width: float) -> str:
    """The text, or as much of its beginning as is that wide, in pixels, with an ellipsis."""
    face = font()
    if face.getlength(text) <= width:
        return text
    # No more than these fit, however narrow.
    text = text[: max(1, int(width))]
    while len(text) > 1 and face.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def sheet_shades(tiles: TileSheet, scope: Literal["channel", "layer"]) -> NDArray[np.uint8]:
    """The sheet's codes; cells of a heat map over their column's range or that of the layer."""
    if tiles.kind != "vector":
        return tiles.codes
    low, high = tiles.range_of(scope)
    return codes_of(tiles.low, low, high)[:, :, None, None]


def codes_of(
    values: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Codes as those of a sheet for numbers that have no tile, each within its bounds."""
    known = np.isfinite(values)
    span = np.where(high > low, high - low, 1.0)
    share = np.where(known, (np.where(known, values, 0) - np.where(known, low, 0)) / span, 0.0)
    return np.where(known, np.rint(HIGHEST_CODE * share), NONFINITE_CODE).astype(np.uint8)


def in_grey(codes: NDArray[np.uint8]) -> Image.Image:
    """An array of codes as a picture; orange where not finite."""
    grey = np.repeat(codes[:, :, None], 3, axis=2)
    grey[codes == NONFINITE_CODE] = _NOT_FINITE
    return Image.fromarray(grey)


def hatching(size: tuple[int, int]) -> Image.Image:
    """The hatching of what is zero throughout."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return Image.fromarray(np.where(((x + y) % 6 < 2)[:, :, None], _STRIPE, PAPER).astype(np.uint8))


def tree_scale(geometry: DendrogramGeometry) -> tuple[float, bool]:
    """The distance at the axis' end, and whether zero channels stand beyond a break of it."""
    readable = geometry.heights[geometry.heights < ZERO_DISTANCE]
    tallest = float(readable.max(initial=0.0)) * 1.05 or 1.0
    return tallest, bool((geometry.heights >= ZERO_DISTANCE).any())
