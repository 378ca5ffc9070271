"""The channel grid as a still picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ...analysis.arrays import Indices
from ...analysis.tiles.types import ALL_ZERO, TileSheet
from ...records.layer_picture import LayerPicture
from ..views.sample_names import row_names
from .composite import Composite, paste
from .drawing import (
    FAINT,
    GUTTER,
    HEADER,
    PAPER,
    PARTED,
    WIDTH,
    column_edges,
    font,
    hatching,
    shortened,
)
from .shading import shaded

_TALLEST = 420


def grid_picture(
    record: LayerPicture,
    sample_labels: Sequence[str] = (),
    laid_out: tuple[TileSheet, Indices, Indices] | None = None,
    channel_names: Sequence[str] = (),
    composite: Composite | None = None,
) -> Image.Image:
    """The channel grid, each tile over its channel's range on all samples.

    Parameters
    ----------
    record : LayerRecord
    sample_labels : sequence of str
        Names of all samples.
    laid_out : tuple of TileSheet, ndarray, ndarray, optional
        Other tiles than the record's own, the channel of each column and the sample of each row.
    channel_names : sequence of str
        Names of the columns, from left to right; of another number: their channel numbers.
    composite : Composite, optional
        The channels in colour, to stand right of them.
    """
    tiles, channels, samples = laid_out or (
        record.tiles,
        record.tiles.columns,
        record.sample_numbers,
    )
    named = len(channel_names) == len(channels)
    titles = list(channel_names) if named else [str(channel) for channel in channels]
    dead = record.measures.dead[channels]
    rows, cols, tile_height, tile_width = tiles.codes.shape
    edges = column_edges(cols)
    column_width = float(edges[-1] - edges[0]) / cols
    if tiles.kind == "vector":
        row_height = 14.0
    elif tiles.kind == "sequence":
        row_height = 40.0
    else:
        row_height = max(column_width, 12.0) * np.clip(tile_height / tile_width, 0.25, 4.0)
    drawn_rows = max(1, min(rows, int((_TALLEST - HEADER) / row_height)))
    image = Image.new("RGB", (WIDTH, HEADER + round(drawn_rows * row_height) + 16), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((4, 4), "channel", FAINT, font())
    longest = max(len(str(tiles.total_channels)), *map(len, titles))
    # As in the page: a column so wide has a name of its own, if need be its beginning.
    every = 1 if column_width >= 48 else max(1, int(np.ceil((longest * 7 + 6) / column_width)))
    for column in range(0, cols, every):
        middle = (edges[column] + edges[column + 1]) / 2
        title = shortened(titles[column], every * column_width - 6)
        draw.text((middle, 10), title, FAINT, font(), anchor="mm")
    gap = 1 if column_width >= 8 else 0
    stripes = hatching((image.width, round(row_height) + 1))
    names = row_names(samples, sample_labels)
    shades = shaded(tiles, "channel", drawn_rows)
    for row in range(drawn_rows):
        top, bottom = (round(HEADER + (row + i) * row_height) for i in (0, 1))
        if row_height >= 12 or row % 2 == 0:
            name = shortened(names[row], GUTTER - 12)
            draw.text((GUTTER - 6, (top + bottom) / 2), name, FAINT, font(), anchor="rm")
        size = (int(edges[-1] - edges[0]), bottom - top - gap)
        image.paste(_row(shades[row]).resize(size, Image.Resampling.BOX), (int(edges[0]), top))
        for column, (left, right) in enumerate(pairwise(edges.tolist())):
            if right > left and (dead[column] or _is_zero(tiles, row, column)):
                image.paste(stripes.crop((left, 0, right, size[1])), (left, top))
            if gap:
                draw.rectangle((right - gap, top, right - 1, bottom), PAPER)
    if composite is not None:
        tops = np.rint(HEADER + row_height * np.arange(drawn_rows + 1)).astype(int)
        paste(image, composite, int(edges[-1]) + PARTED, round(column_width), tops.tolist())
    return image


def _row(colours: NDArray[np.uint8]) -> Image.Image:
    """One sample's tiles side by side, as they are stored."""
    return Image.fromarray(colours.transpose(1, 0, 2, 3).reshape(colours.shape[1], -1, 3))


def _is_zero(tiles: TileSheet, row: int, column: int) -> bool:
    return tiles.kind in ("image", "volume") and bool(tiles.marks[row, column] == ALL_ZERO)
