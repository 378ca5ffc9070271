"""Three channels of pictures, or kernels of three inputs, together in red, green and blue.

The page does the same in `tile-view/composite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ...analysis.tiles.types import TileSheet
from ...records.facts.parameter_facts import ParameterPicture
from ...records.layer_picture import LayerPicture
from ...records.record_kind import OUTPUTS
from .drawing import FAINT, MARGIN, font
from .shading import NOT_FINITE

# Rounding may lead so far past the end of a range.
_BESIDE = 1e-5


@dataclass(frozen=True, eq=False)
class Composite:
    """A picture in colour for each row of a sheet.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (row, h, w, 3)
    note : str
        Which values the colours stand for, in words.
    """

    pixels: NDArray[np.uint8]
    note: str


def outputs_composite(record: LayerPicture) -> Composite | None:
    """Of a layer's outputs; None where they are no pictures of three channels.

    They are black to white from 0 to 1, from −1 to 1, or over the layer's own range.
    """
    tiles = record.tiles
    if record.kind != OUTPUTS or tiles.kind != "image" or not _has_three(tiles):
        return None
    low, high = _range(tiles)
    if not low <= high:
        return None
    if low >= -1 - _BESIDE and high <= 1 + _BESIDE:
        low, high = (0.0 if low >= -_BESIDE else -1.0), 1.0
        note = f"black {low:.0f}, white 1"
    else:
        note = f"black {low:.3g}, white {high:.3g}, the layer's own range"
    return Composite(_in_colour(tiles, low, high), note.replace("-", "−"))


def kernels_composite(record: ParameterPicture) -> Composite | None:
    """Of a layer's kernels; None where their inputs are not three.

    0 is grey, and all of the layer are on one scale.
    """
    tiles = record.tiles
    named = record.column_names or record.tap_names
    if named or tiles.kind in ("strip", "vector") or not _has_three(tiles):
        return None
    low, high = _range(tiles)
    if not low <= high:
        return None
    reach = max(-low, high)
    ends = f", black −{reach:.3g}, white {reach:.3g} in the whole layer" if reach else ""
    return Composite(_in_colour(tiles, -reach, reach), f"grey 0{ends}")


def paste(
    image: Image.Image, composite: Composite, left: int, width: int, tops: Sequence[int]
) -> None:
    """Put the pictures into a still one, below one another, with what their colours mean.

    Parameters
    ----------
    left, width : int
        Where they stand, in pixels.
    tops : sequence of int
        Where each that is drawn begins, and the last one ends.
    """
    draw = ImageDraw.Draw(image)
    for pixels, (top, bottom) in zip(composite.pixels, pairwise(tops), strict=False):
        size = (max(1, width - 1), max(1, bottom - top - 1))
        image.paste(Image.fromarray(pixels).resize(size, Image.Resampling.BOX), (left, top))
    draw.text((left + width / 2, 10), "RGB", FAINT, font(), anchor="mm")
    foot = (image.width - MARGIN, image.height - 8)
    # The font that comes with Pillow has no minus sign but the hyphen.
    draw.text(foot, f"RGB: {composite.note}".replace("−", "-"), FAINT, font(), anchor="rm")


def _has_three(tiles: TileSheet) -> bool:
    _, columns, height, width = tiles.codes.shape
    return bool(columns == 3 and height * width > 1)


def _range(tiles: TileSheet) -> tuple[float, float]:
    low, high = tiles.range_of("layer")
    return float(low.item()), float(high.item())


def _in_colour(tiles: TileSheet, low: float, high: float) -> NDArray[np.uint8]:
    """The tiles of each row as parts of a colour, in the order of their columns' numbers."""
    values = tiles.dequantise()[:, np.argsort(tiles.columns)].astype(np.float64)
    known = np.isfinite(values).all(axis=1)
    reach = high - low
    share = (values - low) / reach if reach > 0 else np.full_like(values, 0.5)
    codes = np.rint(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(np.uint8)
    pixels = np.ascontiguousarray(np.moveaxis(codes, 1, -1))
    pixels[~known] = NOT_FINITE
    return pixels
