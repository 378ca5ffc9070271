"""The parameters of a layer as a still picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from ...analysis.clustering.dendrogram_geometry import DendrogramGeometry
from ...analysis.tiles.types import ALL_ZERO
from ...records.facts.parameter_facts import ParameterPicture
from .composite import Composite, paste
from .drawing import (
    FAINT,
    HEADER,
    INK,
    MARGIN,
    PAPER,
    PARTED,
    WIDEST_COLUMN,
    WIDTH,
    font,
    hatching,
    tree_scale,
)
from .shading import coloured, shaded

_TREE_WIDTH = 150
_OUTPUT_LABELS = 44
_TALLEST = 620
_WIDEST_BIAS = 20
_WIDEST_NAMED = 130


def parameters_picture(record: ParameterPicture, composite: Composite | None = None) -> Image.Image:
    """A row an output in leaf order: its tree, its tiles over the layer's range, its bias.

    Parameters
    ----------
    record : ParameterRecord
    composite : Composite, optional
        The kernels in colour, to stand right of them.
    """
    tiles, rows = record.tiles, len(record.columns)
    _, columns, tile_height, tile_width = tiles.codes.shape
    left = _TREE_WIDTH + _OUTPUT_LABELS
    bias_width = 0 if record.bias is None else _WIDEST_BIAS + 8
    room = WIDTH - MARGIN - left - bias_width
    if tiles.kind == "strip":
        width, row_height = min(room, WIDEST_COLUMN * tile_width), 14.0
    else:
        widest = _WIDEST_NAMED if record.column_names else WIDEST_COLUMN
        column_width = min(widest, room / columns)
        if composite is not None:
            column_width = min(widest, (room - PARTED) / (columns + 1))
        shape = 14 / column_width if tiles.kind == "vector" else tile_height / tile_width
        width, row_height = round(column_width * columns), column_width * shape
    row_height = min(row_height, _TALLEST / rows)
    height = max(1, round(rows * row_height))

    image = Image.new("RGB", (WIDTH, HEADER + height + 16), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((4, 4), record.outputs, FAINT, font())
    _draw_inputs(draw, record, left, width)
    every = max(1, int(np.ceil(12 / row_height)))
    for row in range(0, rows, every):
        middle = HEADER + (row + 0.5) * row_height
        label = str(record.columns[row])
        draw.text((left - 6, middle), label, FAINT, font(), anchor="rm")
    _draw_sideways(draw, record.dendrogram, row_height)

    # Named vectors have little to do with one another.
    sheet = shaded(tiles, "channel" if record.column_names else "layer")
    flat = sheet.transpose(0, 2, 1, 3, 4).reshape(rows * tile_height, columns * tile_width, 3)
    picture = Image.fromarray(flat)
    image.paste(picture.resize((width, height), Image.Resampling.BOX), (left, HEADER))
    zero = Image.fromarray((tiles.marks == ALL_ZERO) & (tiles.kind != "vector"))
    striped = zero.resize((width, height), Image.Resampling.NEAREST)
    image.paste(hatching((width, height)), (left, HEADER), striped)
    end = left + width
    if composite is not None:
        tops = np.rint(HEADER + height / rows * np.arange(rows + 1)).astype(int)
        paste(image, composite, end + PARTED, round(width / columns), tops.tolist())
        end += PARTED + round(width / columns)
    if record.bias is not None:
        drawn = record.bias[record.columns].astype(np.float32)
        finite = drawn[np.isfinite(drawn)]
        low, high = finite.min(initial=np.inf), finite.max(initial=-np.inf)
        column = Image.fromarray(coloured(drawn, np.array([low]), np.array([high]))[:, None])
        place = end + 8
        resized = column.resize((_WIDEST_BIAS, height), Image.Resampling.BOX)
        image.paste(resized, (place, HEADER))
        draw.text((place + _WIDEST_BIAS / 2, 10), "bias", FAINT, font(), anchor="mm")
    _draw_gaps(draw, (left, HEADER, left + width, HEADER + height), rows, columns)
    return image


def _draw_inputs(
    draw: ImageDraw.ImageDraw, record: ParameterPicture, left: int, width: int
) -> None:
    """Names or numbers above the columns, as many as there is room for."""
    names, count = record.column_names, record.n_inputs
    widest = max(map(len, names)) if names else len(str(count - 1))
    each = width / count
    every = max(1, int(np.ceil((widest * 7 + 6) / each)))
    for i in range(0, count, every):
        label = names[i] if names else str(i)
        draw.text((left + (i + 0.5) * each, 10), label, FAINT, font(), anchor="mm")


def _draw_sideways(
    draw: ImageDraw.ImageDraw, geometry: DendrogramGeometry, row_height: float
) -> None:
    """The tree with its root at the left and leaf i at row i."""
    scale = tree_scale(geometry)
    tallest, broken = scale
    right, root = _TREE_WIDTH - 4, 34 if broken else 8
    heights = geometry.heights
    x = np.where(scale.is_apart(heights), 8, right - heights / tallest * (right - root))
    y = HEADER + geometry.feet * row_height
    for (upper, lower), (upper_foot, lower_foot, fork) in zip(y, x, strict=True):
        draw.line([(upper_foot, upper), (fork, upper), (fork, lower), (lower_foot, lower)], INK)
    end = draw.im.size[1] - 8
    draw.text((right, end), "0", FAINT, font(), anchor="rm")
    draw.text((root, end), f"{tallest:.2g}", FAINT, font(), anchor="lm")
    if broken:
        draw.text((8, end), f"{scale.end:.2g}", FAINT, font(), anchor="mm")


def _draw_gaps(
    draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], rows: int, columns: int
) -> None:
    """Lines of paper between tiles that are wide enough to spare them."""
    left, top, right, bottom = box
    if (bottom - top) / rows >= 8:
        for i in range(1, rows):
            y = round(top + i * (bottom - top) / rows) - 1
            draw.line([(left, y), (right, y)], PAPER)
    if (right - left) / columns >= 8:
        for i in range(1, columns):
            x = round(left + i * (right - left) / columns) - 1
            draw.line([(x, top), (x, bottom)], PAPER)
