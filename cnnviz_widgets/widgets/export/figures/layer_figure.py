"""A layer's views as one figure: title, tree, tiles, curves, legend."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....records.layer_picture import LayerPicture
from ...pictures.composite import outputs_composite
from ...views.channel_names import channel_name
from ...views.sample_names import row_names
from .curve_drawing import draw_curves
from .drawing import FAINT, INK, LINE, SELECTED, Box, Drawing
from .look import Look
from .places import Places
from .png_file import shortened, text_width
from .tile_drawing import draw_composite, draw_scale, draw_tiles, tile_pixels, usable_range
from .tree_drawing import draw_tree, groups_of

WIDTH, MARGIN, GUTTER = 960.0, 16.0, 108.0
ROOM = WIDTH - GUTTER - MARGIN
TREE, RIBBON, CURVES, LINE_HEIGHT = 110.0, 4.0, 150.0, 16.0
LARGEST, LARGEST_NAMED, TALLEST = 48.0, 96.0, 900.0
_GROUPS_LISTED = 8
_LETTERS = 150


def outputs_figure(record: LayerPicture, look: Look) -> Drawing:
    """A layer's outputs: the tree over the tiles, the densities, and what colours mean."""
    drawing = Drawing(WIDTH)
    y = draw_heading(drawing, look)
    labels = groups_of(record, look.cut)
    largest = LARGEST_NAMED if look.class_names else LARGEST
    across = Places.within(GUTTER, ROOM, len(record.columns), largest, labels)
    draw_tree(drawing, record, across, Box(GUTTER - 20, y, ROOM, TREE), look.cut)
    y += TREE + 6
    if look.cut is not None:
        y = draw_ribbon(drawing, across, y)
    names = [channel_name(int(each), look.class_names) for each in record.columns]
    y = draw_heads(drawing, names, record.columns, across, y, look.selected)
    tiles = record.tiles
    sheet_rows, _, height, width = tiles.codes.shape
    tall = {"vector": 14.0, "sequence": 48.0}.get(
        tiles.kind, max(6.0, across.size * float(np.clip(height / width, 0.25, 4.0)))
    )
    rows = max(1, min(sheet_rows, int(TALLEST / tall)))
    down = Places.within(y, tall * rows, rows, tall, None)
    scope = usable_range(tiles, look.value_range)
    marks = tiles.marks[:rows] * (tiles.kind != "vector")
    draw_tiles(drawing, tile_pixels(tiles, look.colormap, scope, rows), across, down, marks)
    draw_row_names(drawing, row_names(record.sample_numbers[:rows], look.sample_labels), down)
    draw_selected(drawing, record.columns, across, down, look.selected)
    composite = outputs_composite(record) if look.composite else None
    colours = ""
    if composite is not None:
        colours = draw_composite(drawing, composite, across.end + 6, across.size, down)
    y = down.end + 20
    draw_scale(drawing, tiles, look.colormap, scope, MARGIN, y)
    y = draw_groups(drawing, record, across, y + 18)
    y += 10
    draw_curves(drawing, record, Box(GUTTER, y, ROOM, CURVES), across.colours)
    y += CURVES + 48
    notes = [colours, *record.omissions]
    if rows < sheet_rows:
        notes.insert(0, f"The first {rows:,} of {sheet_rows:,} rows are drawn.")
    return finished(drawing, look, [record.dead_note, *notes], y)


def draw_heading(drawing: Drawing, look: Look) -> float:
    """Write title and facts; where what follows begins."""
    wide = WIDTH - 2 * MARGIN
    drawing.words(MARGIN, 20, shortened(look.title, wide, 15), INK, size=15, bold=True)
    drawing.words(MARGIN, 40, shortened(look.facts, wide, 12), size=12)
    return 64.0


def draw_ribbon(drawing: Drawing, across: Places, y: float) -> float:
    """A line in its colour below each group; none below what is in no group."""
    for run in (run for run in across.runs if run.stop - run.start > 1):
        left = float(across.starts[run.start])
        right = float(across.starts[run.stop - 1]) + across.size
        drawing.area(Box(left, y, right - left, RIBBON), fill=across.colours[run.start])
    return y + RIBBON + 2


def draw_heads(
    drawing: Drawing,
    names: Sequence[str],
    channels: NDArray[np.integer[Any]],
    across: Places,
    y: float,
    selected: Sequence[int] = (),
) -> float:
    """Names above the columns, as many as there is room for."""
    widest = max((text_width(name) for name in names), default=0.0)
    every = 1 if across.size >= 40 else max(1, int(np.ceil((widest + 6) / across.size)))
    chosen = set(selected)
    for number in range(0, len(names), every):
        name = shortened(names[number], every * across.size - 4)
        is_selected = int(channels[number]) in chosen
        colour = SELECTED if is_selected else FAINT
        middle = float(across.middles[number])
        drawing.words(middle, y + 8, name, colour, "middle", bold=is_selected)
    return y + 18


def draw_row_names(drawing: Drawing, names: Sequence[str], down: Places) -> None:
    """Names before the rows, as many as there is room for."""
    every = max(1, int(np.ceil(12 / down.size)))
    for number in range(0, len(names), every):
        name = shortened(names[number], GUTTER - MARGIN - 8)
        drawing.words(GUTTER - 8, float(down.middles[number]), name, INK, "end")


def draw_selected(
    drawing: Drawing,
    channels: NDArray[np.integer[Any]],
    across: Places,
    down: Places,
    selected: Sequence[int],
) -> None:
    """An outline around each selected column; never a veil over its values."""
    top = float(down.starts[0])
    for number in np.flatnonzero(np.isin(channels, list(selected))).tolist():
        left = float(across.starts[number])
        box = Box(left - 0.5, top - 0.5, across.size + 1, down.end - top + 1)
        drawing.area(box, stroke=SELECTED, width=1.5)


def draw_groups(drawing: Drawing, record: LayerPicture, places: Places, y: float) -> float:
    """A line for each of the largest groups: its colour, and which channels it is of."""
    columns = record.columns
    runs = [run for run in places.runs if run.stop - run.start > 1 and places.colours[run.start]]
    largest = sorted(runs, key=lambda run: run.start - run.stop)[:_GROUPS_LISTED]
    for run in (run for run in runs if run in largest):
        count = run.stop - run.start
        drawing.area(Box(MARGIN + 40, y - 4, 16, 8), fill=places.colours[run.start])
        numbers = ", ".join(str(int(each)) for each in columns[run])
        words = f"{count:,} {record.channel_noun}s: {numbers}"
        drawing.words(MARGIN + 62, y, shortened(words, WIDTH - 2 * MARGIN - 62))
        y += LINE_HEIGHT
    if len(runs) > len(largest):
        more = f"and {len(runs) - len(largest):,} more groups of fewer"
        drawing.words(MARGIN + 62, y, more)
        y += LINE_HEIGHT
    return y


def finished(drawing: Drawing, look: Look, notes: Sequence[str], y: float) -> Drawing:
    """Write what else is to be known, and cut the paper to size."""
    lines = [line for note in notes if note for line in textwrap.wrap(note, _LETTERS)]
    if lines:
        drawing.line((MARGIN, y - 10), (WIDTH - MARGIN, y - 10), colour=LINE, width=0.5)
    for line in lines:
        drawing.words(MARGIN, y, line)
        y += LINE_HEIGHT
    drawing.height = y + 4
    drawing.title, drawing.description = look.title, " ".join([look.facts, *lines])
    return drawing
