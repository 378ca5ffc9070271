"""A layer's weights as one figure: the tree lies beside the rows, a row an output."""

from __future__ import annotations

import numpy as np

from ....records.facts.parameter_facts import ParameterPicture
from ...pictures.composite import kernels_composite
from .curve_drawing import draw_curves
from .drawing import FAINT, SELECTED, Box, Drawing
from .layer_figure import (
    CURVES,
    GUTTER,
    MARGIN,
    ROOM,
    TALLEST,
    WIDTH,
    draw_groups,
    draw_heading,
    finished,
)
from .look import Look
from .places import Places
from .png_file import shortened, text_width
from .tile_drawing import (
    coloured,
    draw_composite,
    draw_scale,
    draw_tiles,
    tile_pixels,
    usable_colormap,
    usable_range,
)
from .tree_drawing import draw_lying_tree, groups_of

_TREE, _NAMES, _BIAS = 150.0, 44.0, 20.0
_LARGEST = 64.0
# Between kernels and what they are in colour.
_PARTED = 6.0


def weights_figure(record: ParameterPicture, look: Look) -> Drawing:
    """A layer's weights: the lying tree, a row an output, its bias, and what colours mean."""
    drawing = Drawing(WIDTH)
    y = draw_heading(drawing, look) + 16
    tiles, rows = record.tiles, len(record.columns)
    _, columns, height, width = tiles.codes.shape
    left = MARGIN + _TREE + _NAMES
    room = WIDTH - MARGIN - left - (0.0 if record.bias is None else _BIAS + 10)
    is_strip = tiles.kind == "strip"
    composite = kernels_composite(record) if look.composite else None
    if composite is not None:
        room = (room - _PARTED) * columns / (columns + 1)
    across = Places.within(left, room, columns, room if is_strip else _LARGEST, None)
    row = across.size * height / width
    if tiles.kind in ("vector", "strip"):
        row = 14.0
    labels = groups_of(record, look.cut)
    down = Places.within(y, min(TALLEST, row * rows * 1.1), rows, min(row, TALLEST / rows), labels)
    _draw_inputs(drawing, record, across, y - 10)
    every = max(1, int(np.ceil(12 / down.size)))
    chosen = set(look.selected)
    for number in range(0, rows, every):
        channel = int(record.columns[number])
        colour = SELECTED if channel in chosen else FAINT
        drawing.words(left - 6, float(down.middles[number]), str(channel), colour, "end")
    draw_lying_tree(drawing, record, down, Box(MARGIN, y, _TREE - 10, down.end - y), look.cut)
    scope = usable_range(tiles, look.value_range)
    pixels = tile_pixels(tiles, look.colormap, scope, rows)
    draw_tiles(drawing, pixels, across, down, tiles.marks * (tiles.kind != "vector"))
    end, colours = across.end, ""
    if composite is not None:
        colours = draw_composite(drawing, composite, end + _PARTED, across.size, down)
        end += _PARTED + across.size
    if record.bias is not None:
        _draw_bias(drawing, record, end + 10, down, usable_colormap(tiles, look.colormap))
    y = down.end + 36
    draw_scale(drawing, tiles, look.colormap, scope, MARGIN, y)
    y = draw_groups(drawing, record, down, y + 18) + 10
    draw_curves(drawing, record, Box(GUTTER, y, ROOM, CURVES), down.colours)
    y += CURVES + 48
    return finished(drawing, look, [record.dead_note, colours, *record.omissions], y)


def _draw_inputs(drawing: Drawing, record: ParameterPicture, across: Places, y: float) -> None:
    """Names or numbers above the columns; of a strip, in which a row is one tile, at its pixels."""
    names = record.column_names or [str(number) for number in range(record.n_inputs)]
    each = (across.end - float(across.starts[0])) / len(names)
    every = max(1, int(np.ceil((max(map(text_width, names)) + 6) / each)))
    if record.column_names:
        every = 1
    for number in range(0, len(names), every):
        middle = float(across.starts[0]) + (number + 0.5) * each
        drawing.words(middle, y, shortened(names[number], every * each - 4), anchor="middle")


def _draw_bias(
    drawing: Drawing, record: ParameterPicture, left: float, down: Places, colormap: str
) -> None:
    """The bias as one more column, all over its own range."""
    bias = np.asarray(record.bias, dtype=np.float64)[record.columns]
    finite = bias[np.isfinite(bias)]
    low, high = finite.min(initial=0.0), finite.max(initial=0.0)
    if finite.size and colormap != "diverging":
        low, high = finite.min(), finite.max()
    reach = max(-low, high)
    if colormap == "diverging":
        low, high = -reach, reach
    pixels = coloured(bias[:, None, None, None], np.float64(low), np.float64(high), colormap)
    across = Places.within(left, _BIAS, 1, _BIAS, None)
    draw_tiles(drawing, pixels, across, down, np.zeros((len(bias), 1), dtype=np.uint8))
    drawing.words(left + _BIAS / 2, float(down.starts[0]) - 10, "bias", anchor="middle")
