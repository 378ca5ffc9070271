"""A comparison as a still picture, for places where no widget can run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ...analysis.arrays import Indices
from ...analysis.tiles.types import ALL_ZERO, TileSheet
from ...comparison.layer_comparison import LayerComparison
from ...comparison.side_by_side import SideBySide
from ...validation.messages import percent
from ..views.sample_names import row_names
from .drawing import FAINT, HEADER, INK, PAPER, WIDTH, font, hatching
from .shading import shaded

_GAP = 24
_LABELS = 40
_TALLEST = 240
_WIDEST_COLUMN = 56
_LISTED = 6
_LINE = 16


def comparison_picture(
    comparison: LayerComparison,
    side: SideBySide,
    titles: tuple[str, str],
    sample_labels: Sequence[str] = (),
) -> Image.Image:
    """Both grids side by side, and under them the pairs that changed most.

    Parameters
    ----------
    comparison : LayerComparison
    side : SideBySide
    titles : tuple of str
        What the two are called.
    sample_labels : sequence of str
        A name for each of all samples; none: their numbers.
    """
    half = (WIDTH - _GAP) // 2
    records = (comparison.a, comparison.b)
    grids = [
        _half(half, sheet, channels, f"{title} · {record.path}", row_names(samples, sample_labels))
        for sheet, channels, samples, title, record in zip(
            (side.a, side.b),
            (side.channels_a, side.channels_b),
            (side.samples_a, side.samples_b),
            titles,
            records,
            strict=True,
        )
    ]
    lines = _lines(comparison)
    height = max(grid.height for grid in grids)
    image = Image.new("RGB", (WIDTH, height + 12 + _LINE * len(lines)), PAPER)
    for i, grid in enumerate(grids):
        image.paste(grid, (i * (half + _GAP), 0))
    draw = ImageDraw.Draw(image)
    for i, line in enumerate(lines):
        draw.text((4, height + 4 + i * _LINE), line, INK if i == 0 else FAINT, font())
    return image.quantize(128)


def _half(
    width: int, sheet: TileSheet, channels: Indices, title: str, labels: Sequence[str]
) -> Image.Image:
    """One side's tiles under its title, each over its channel's range."""
    rows, columns, tile_height, tile_width = sheet.codes.shape
    column_width = min(_WIDEST_COLUMN, (width - _LABELS) / columns)
    row_height = max(6.0, column_width * np.clip(tile_height / tile_width, 0.25, 4.0))
    if sheet.kind == "vector":
        row_height = 14.0
    drawn_rows = max(1, min(rows, int((_TALLEST - 2 * HEADER) / row_height)))
    size = (max(1, round(column_width * columns)), max(1, round(row_height * drawn_rows)))
    top = 2 * HEADER

    image = Image.new("RGB", (width, top + size[1] + 4), PAPER)
    draw = ImageDraw.Draw(image)
    # Pillow's own font has no multiplication sign.
    draw.text((4, 3), title.replace("×", "x"), INK, font(13))
    every = max(1, int(np.ceil((len(str(channels.max(initial=0))) * 7 + 6) / column_width)))
    for column in range(0, columns, every):
        middle = _LABELS + (column + 0.5) * column_width
        draw.text((middle, HEADER + 10), str(channels[column]), FAINT, font(), anchor="mm")
    for row in range(0, drawn_rows, max(1, int(np.ceil(12 / row_height)))):
        middle = top + (row + 0.5) * row_height
        draw.text((_LABELS - 4, middle), labels[row][:6], FAINT, font(), anchor="rm")

    picture = shaded(sheet, "channel", drawn_rows).transpose(0, 2, 1, 3, 4)
    tiles = Image.fromarray(picture.reshape(drawn_rows * tile_height, columns * tile_width, 3))
    image.paste(tiles.resize(size, Image.Resampling.BOX), (_LABELS, top))
    zero = Image.fromarray((sheet.marks[:drawn_rows] == ALL_ZERO) & (sheet.kind != "vector"))
    image.paste(hatching(size), (_LABELS, top), zero.resize(size, Image.Resampling.NEAREST))
    return image


def _lines(comparison: LayerComparison) -> list[str]:
    """The pairs that changed most, a line each."""
    if not comparison.order.size:
        return []
    lines = ["Channels, most changed first:"]
    for number in comparison.order[:_LISTED]:
        one, other = comparison.match.pairs[number]
        before, after = comparison.zero_share[number]
        name = f"{one}" if one == other else f"{one} -> {other}"
        lines.append(
            f"channel {name}: cosine distance {comparison.match.distance[number]:.3f}, "
            f"distribution shift {comparison.shift[number]:.3f}, "
            f"exact zeros {percent(before)} -> {percent(after)}"
        )
    return lines
