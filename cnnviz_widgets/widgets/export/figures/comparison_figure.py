"""Both sides of a comparison as one figure."""

from __future__ import annotations

import numpy as np

from ....analysis.arrays import Indices
from ....analysis.tiles.types import TileSheet
from ....comparison.layer_comparison import LayerComparison
from ....comparison.side_by_side import SideBySide
from ....validation.messages import percent
from ...views.sample_names import row_names
from .drawing import FAINT, INK, Drawing, Point
from .layer_figure import (
    LARGEST,
    LINE_HEIGHT,
    MARGIN,
    TALLEST,
    WIDTH,
    draw_heading,
    draw_heads,
    finished,
)
from .look import Look
from .places import Places
from .png_file import shortened
from .tile_drawing import draw_scale, draw_tiles, tile_pixels, usable_range

_GAP, _NAMES = 24.0, 60.0
_LISTED = 12


def comparison_figure(
    compared: LayerComparison, side: SideBySide, titles: tuple[str, str], look: Look
) -> Drawing:
    """Both grids side by side, and below them what changed most.

    Parameters
    ----------
    compared : LayerComparison
    side : SideBySide
        The tiles of both.
    titles : tuple of str
        What the two are called.
    look : Look
    """
    one, other = titles
    drawing = Drawing(WIDTH)
    top = draw_heading(drawing, look)
    half = (WIDTH - 2 * MARGIN - _GAP) / 2
    sides = (
        ((side.a, side.channels_a, side.samples_a), f"{one} · {compared.a.path}"),
        ((side.b, side.channels_b, side.samples_b), f"{other} · {compared.b.path}"),
    )
    ends = [
        _half(drawing, look, part, title, (MARGIN + place * (half + _GAP), top))
        for place, (part, title) in enumerate(sides)
    ]
    y = max(ends) + 18
    draw_scale(drawing, side.a, look.colormap, usable_range(side.a, look.value_range), MARGIN, y)
    y = _draw_pairs(drawing, compared, y + 26)
    return finished(drawing, look, [], y)


def _half(
    drawing: Drawing,
    look: Look,
    part: tuple[TileSheet, Indices, Indices],
    title: str,
    corner: Point,
) -> float:
    """One side's tiles, of these channels and samples, under its title; where they end."""
    (sheet, channels, samples), (left, top) = part, corner
    room = (WIDTH - 2 * MARGIN - _GAP) / 2 - _NAMES
    drawing.words(left, top + 6, shortened(title, room + _NAMES, 12), INK, size=12, bold=True)
    across = Places.within(left + _NAMES, room, len(channels), LARGEST, None)
    y = draw_heads(drawing, [str(int(each)) for each in channels], channels, across, top + 18)
    sheet_rows, _, height, width = sheet.codes.shape
    tall = {"vector": 14.0, "sequence": 48.0}.get(
        sheet.kind, max(6.0, across.size * float(np.clip(height / width, 0.25, 4.0)))
    )
    rows = max(1, min(sheet_rows, int(TALLEST / 2 / tall)))
    down = Places.within(y, tall * rows, rows, tall, None)
    scope = usable_range(sheet, look.value_range)
    marks = sheet.marks[:rows] * (sheet.kind != "vector")
    draw_tiles(drawing, tile_pixels(sheet, look.colormap, scope, rows), across, down, marks)
    names = row_names(samples[:rows], look.sample_labels)
    every = max(1, int(np.ceil(12 / down.size)))
    for number in range(0, rows, every):
        name = shortened(names[number], _NAMES - 8)
        drawing.words(left + _NAMES - 6, float(down.middles[number]), name, FAINT, "end")
    return down.end


def _draw_pairs(drawing: Drawing, compared: LayerComparison, y: float) -> float:
    """The pairs that changed most, a line each."""
    for number in compared.order[:_LISTED]:
        one, other = compared.match.pairs[number]
        before, after = compared.zero_share[number]
        name = f"{one}" if one == other else f"{one} → {other}"
        words = (
            f"channel {name}: cosine distance {compared.match.distance[number]:.3f}, "
            f"distribution shift {compared.shift[number]:.3f}, "
            f"exact zeros {percent(before)} → {percent(after)}"
        )
        drawing.words(MARGIN, y, words, INK if number == compared.order[0] else FAINT)
        y += LINE_HEIGHT
    return y
