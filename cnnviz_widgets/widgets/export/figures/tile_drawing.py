"""Tiles as pixels in the page's colours, and the scale that says what these mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ....analysis.tiles.types import ALL_ZERO, NONFINITE_CODE, TileSheet
from ...pictures.colour_maps import chosen_colormap, colour_table
from ...pictures.composite import Composite
from .drawing import INK, NOT_FINITE, PAPER, Box, Drawing
from .places import Places

Floats: TypeAlias = NDArray[np.float64] | np.float64

_SPARED = 0.75
_WIDE_ENOUGH = 8.0
_SCALE = (120.0, 10.0)
# The axes of (row, column) that a range is over.
_OVER = {"tile": (), "channel": (0,), "column": (0,), "row": (1,), "layer": (0, 1)}
_IN_WORDS = {
    "tile": "each tile over its own range",
    "channel": "each channel over its own range",
    "column": "each column over its own range",
    "row": "each row over its own range",
}


def usable_range(sheet: TileSheet, value_range: str) -> str:
    """Over what a sheet's colours are stretched: a tile of one pixel has no range of its own."""
    return "layer" if sheet.kind == "vector" and value_range in ("tile", "row") else value_range


def usable_colormap(sheet: TileSheet, colormap: str) -> str:
    """The map for a sheet's values, where 'auto' leaves that to them."""
    low, high = sheet.range_of("layer")
    return chosen_colormap(colormap, float(low.item()), float(high.item()))


def tile_pixels(sheet: TileSheet, colormap: str, value_range: str, rows: int) -> NDArray[np.uint8]:
    """The first rows of a sheet in colours, shape (row, column, h, w, 3)."""
    colormap = usable_colormap(sheet, colormap)
    low, high = _bounds(sheet, colormap, value_range)
    part = replace(sheet, codes=sheet.codes[:rows], low=sheet.low[:rows], high=sheet.high[:rows])
    if low.shape[0] > 1:
        low, high = low[:rows], high[:rows]
    return coloured(part.dequantise(), low[:, :, None, None], high[:, :, None, None], colormap)


def coloured(
    values: NDArray[np.floating], low: Floats, high: Floats, colormap: str
) -> NDArray[np.uint8]:
    """Numbers in the colours of a range, with one axis more; orange where not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        share = (values.astype(np.float64) - low) / np.where(high > low, high - low, np.inf)
    steps = np.rint(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(np.intp)
    pixels = colour_table(colormap)[steps]
    pixels[~np.isfinite(values)] = list(bytes.fromhex(NOT_FINITE[1:]))
    return pixels


def _bounds(
    sheet: TileSheet, colormap: str, value_range: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    axes = _OVER.get(value_range, (0,))
    low = np.fmin.reduce(sheet.low.astype(np.float64), axis=axes, keepdims=True)
    high = np.fmax.reduce(sheet.high.astype(np.float64), axis=axes, keepdims=True)
    if colormap == "diverging":
        reach = np.fmax(abs(low), abs(high))
        return -reach, reach
    return low, high


def draw_tiles(
    drawing: Drawing,
    pixels: NDArray[np.uint8],
    across: Places,
    down: Places,
    marks: NDArray[np.uint8],
) -> None:
    """Put tiles at their places; what is zero throughout is hatched.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (row, column, h, w, 3)
    marks : ndarray of uint8, shape (row, column)
        As `TileSheet.marks`; a heat map's cells are never hatched.
    """
    _, _, height, width, _ = pixels.shape
    for columns in across.runs:
        for rows in down.runs:
            part = pixels[rows, columns]
            picture = part.transpose(0, 2, 1, 3, 4)
            picture = picture.reshape(part.shape[0] * height, part.shape[1] * width, 3)
            drawing.raster(_box(across, down, columns, rows), Image.fromarray(picture))
    for column, zero in enumerate((marks == ALL_ZERO).T):
        for rows in _runs(zero):
            drawing.hatch(_box(across, down, slice(column, column + 1), rows))
    _spare_lines(drawing, across, down)


def draw_composite(
    drawing: Drawing, composite: Composite, left: float, size: float, down: Places
) -> str:
    """One more column, in colour; what its colours mean, in a sentence."""
    across = Places.within(left, size, 1, size, None)
    pixels = composite.pixels[: len(down.starts), None]
    draw_tiles(drawing, pixels, across, down, np.zeros(pixels.shape[:2], dtype=np.uint8))
    drawing.words(left + size / 2, float(down.starts[0]) - 10, "RGB", anchor="middle")
    return f"RGB: {composite.note}."


def _runs(chosen: NDArray[np.bool_]) -> list[slice]:
    """Where chosen ones follow one another: in a layer that is dead they are thousands."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])).astype(np.int8)))
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2).tolist()]


def _box(across: Places, down: Places, columns: slice, rows: slice) -> Box:
    left, top = float(across.starts[columns.start]), float(down.starts[rows.start])
    right = float(across.starts[columns.stop - 1]) + across.size
    bottom = float(down.starts[rows.stop - 1]) + down.size
    return Box(left, top, right - left, bottom - top)


def _spare_lines(drawing: Drawing, across: Places, down: Places) -> None:
    """Lines of paper between tiles that are wide enough to spare them."""
    left, right = float(across.starts[0]), across.end
    top, bottom = float(down.starts[0]), down.end
    if across.size >= _WIDE_ENOUGH:
        for x in across.starts[1:].tolist():
            drawing.line((x, top), (x, bottom), colour=PAPER, width=_SPARED)
    if down.size >= _WIDE_ENOUGH:
        for y in down.starts[1:].tolist():
            drawing.line((left, y), (right, y), colour=PAPER, width=_SPARED)


def draw_scale(
    drawing: Drawing, sheet: TileSheet, colormap: str, value_range: str, left: float, y: float
) -> float:
    """Say what the colours mean, in a line; where the line's words end.

    Parameters
    ----------
    left, y : float
        Where it begins, and its middle.
    """
    width, height = _SCALE
    colormap = usable_colormap(sheet, colormap)
    low, high = _bounds(sheet, colormap, "layer")
    own = _IN_WORDS.get(value_range, "")
    ends = ("low", "high") if own else (f"{low.item():.3g}", f"{high.item():.3g}")
    if own and colormap == "diverging":
        ends = ("−", "+")
    drawing.words(left + 34, y, ends[0], anchor="end")
    bar = Image.fromarray(colour_table(colormap)[None])
    drawing.raster(Box(left + 40, y - height / 2, width, height), bar)
    drawing.words(left + 46 + width, y, ends[1])
    after = left + 46 + width + 46
    words = own or f"all over one range, {ends[0]} to {ends[1]}"
    if colormap == "diverging":
        words += ", zero in the middle"
    drawing.words(after, y, words)
    after += 7.0 * len(words) * 0.85 + 16
    if sheet.kind != "vector" and (sheet.marks == ALL_ZERO).any():
        drawing.hatch(Box(after, y - 5, 16, 10))
        drawing.words(after + 22, y, "zero throughout")
        after += 120
    if (sheet.codes == NONFINITE_CODE).any():
        drawing.area(Box(after, y - 5, 16, 10), fill=NOT_FINITE)
        drawing.words(after + 22, y, "NaN or infinite", colour=INK)
        after += 120
    return after
