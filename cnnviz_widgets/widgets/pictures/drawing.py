"""What the still pictures have in common: measures and colours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from ...analysis.clustering.channel_tree import ZERO_DISTANCE
from ...analysis.clustering.dendrogram_geometry import DendrogramGeometry

WIDTH = 960
GUTTER = 84
MARGIN = 10
HEADER = 20
WIDEST_COLUMN = 88
# Between channels and what they are in colour.
PARTED = 6

PAPER = (255, 255, 255)
INK = (33, 33, 33)
FAINT = (97, 97, 97)
_STRIPE = (168, 168, 168)


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


def hatching(size: tuple[int, int]) -> Image.Image:
    """The hatching of what is zero throughout."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return Image.fromarray(np.where(((x + y) % 6 < 1)[:, :, None], _STRIPE, PAPER).astype(np.uint8))


class TreeScale(NamedTuple):
    """The axis of a tree's heights.

    Attributes
    ----------
    tallest : float
        At the end of its readable part.
    broken : bool
        Whether channels that are zero throughout stand beyond a break of it.
    """

    tallest: float
    broken: bool

    @property
    def end(self) -> float:
        """The greatest height that is drawn."""
        return max(ZERO_DISTANCE, self.tallest) if self.broken else self.tallest

    def is_apart(self, heights: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which heights are beyond the break."""
        apart: NDArray[np.bool_] = self.broken & (heights >= self.end)
        return apart


def tree_scale(geometry: DendrogramGeometry) -> TreeScale:
    """The axis of a tree, as the page has it; Ward's heights can be more than 2."""
    of_zeros = geometry.split >= len(geometry.columns) - geometry.zero_columns
    tallest = float(geometry.heights[~of_zeros, 2].max(initial=0.0))
    tallest = max(tallest, min(ZERO_DISTANCE, tallest * 1.05)) or 1.0
    return TreeScale(tallest, bool(of_zeros.any()))
