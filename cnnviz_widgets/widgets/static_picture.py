"""The views as still pictures, for places where no widget can run.

They show what the widgets show at first sight: no zoom, no selection.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..analysis.curves import MOST_CURVES
from ..analysis.record import LayerRecord

WIDTH = 960
_GUTTER = 84
_MARGIN = 10
_HEADER = 20
_TREE_HEIGHT = 130
_DENSITY_HEIGHT = 180
_TALLEST_GRID = 420
_WIDEST_COLUMN = 88

_PAPER = (255, 255, 255)
_INK = (33, 33, 33)
_FAINT = (97, 97, 97)
_STRIPE = (150, 150, 150)
_NOT_FINITE = (213, 94, 0)
# All-zero maps stand at this distance from all others [WL20 §1.1.1].
_ZERO_DISTANCE = 2.0
_DECADES = 4


def _font(size: int = 11) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _edges(count: int) -> NDArray[np.intp]:
    """Left edges of the columns and the right edge of the last, in pixels."""
    scale = min(_WIDEST_COLUMN, (WIDTH - _GUTTER - _MARGIN) / max(1, count))
    edges: NDArray[np.intp] = np.rint(_GUTTER + scale * np.arange(count + 1)).astype(np.intp)
    return edges


def grid_picture(record: LayerRecord, sample_labels: Sequence[str] = ()) -> Image.Image:
    """The channel grid in grey, each tile over its own range; `sample_labels` name the rows."""
    tiles = record.tiles
    rows, cols, tile_height, tile_width = tiles.codes.shape
    edges = _edges(cols)
    column_width = float(edges[-1] - edges[0]) / cols
    if tiles.kind == "vector":
        row_height = 14.0
    elif tiles.kind == "sequence":
        row_height = 40.0
    else:
        row_height = max(column_width, 12.0) * np.clip(tile_height / tile_width, 0.25, 4.0)
    shown = max(1, min(rows, int((_TALLEST_GRID - _HEADER) / row_height)))
    image = Image.new("RGB", (WIDTH, _HEADER + round(shown * row_height) + 16), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((4, 4), "channel", _FAINT, _font())
    every = max(1, int(np.ceil((len(str(tiles.total_channels)) * 7 + 6) / column_width)))
    for column in range(0, cols, every):
        middle = (edges[column] + edges[column + 1]) / 2
        draw.text((middle, 10), str(tiles.columns[column]), _FAINT, _font(), anchor="mm")
    gap = 1 if column_width >= 8 else 0
    stripes = _striped((image.width, round(row_height) + 1))
    for row in range(shown):
        top, bottom = (round(_HEADER + (row + i) * row_height) for i in (0, 1))
        if row_height >= 12 or row % 2 == 0:
            label = sample_labels[row] if row < len(sample_labels) else str(row)
            draw.text((_GUTTER - 6, (top + bottom) / 2), label[:13], _FAINT, _font(), anchor="rm")
        size = (int(edges[-1] - edges[0]), bottom - top - gap)
        image.paste(_row(record, row).resize(size, Image.Resampling.BOX), (int(edges[0]), top))
        for column, (left, right) in enumerate(pairwise(edges.tolist())):
            if right > left and _is_zero(record, row, column):
                image.paste(stripes.crop((left, 0, right, size[1])), (left, top))
            if gap:
                draw.rectangle((right - gap, top, right - 1, bottom), _PAPER)
    return image


def _row(record: LayerRecord, row: int) -> Image.Image:
    """One sample's tiles side by side, as they are stored; orange where not finite."""
    tiles = record.tiles
    codes = tiles.codes[row]
    if tiles.kind == "vector":
        low, high = (float(bound[0, 0]) for bound in tiles.range_of("layer"))
        known = np.isfinite(tiles.low[row])
        span = (high - low) if high > low else 1.0
        shade = np.where(known, np.nan_to_num((tiles.low[row] - low) / span), 0.0)
        codes = np.where(known, np.rint(254 * shade), 255).astype(np.uint8)[:, None, None]
    strip = codes.transpose(1, 0, 2).reshape(codes.shape[1], -1)
    grey = np.repeat(strip[:, :, None], 3, axis=2)
    grey[strip == 255] = _NOT_FINITE
    return Image.fromarray(grey)


def _is_zero(record: LayerRecord, row: int, column: int) -> bool:
    tiles = record.tiles
    dead = bool(record.measures.dead[tiles.columns[column]])
    return dead or (tiles.kind in ("image", "volume") and bool(tiles.marks[row, column] == 1))


def _striped(size: tuple[int, int]) -> Image.Image:
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return Image.fromarray(
        np.where(((x + y) % 6 < 2)[:, :, None], _STRIPE, _PAPER).astype(np.uint8)
    )


def dendrogram_picture(record: LayerRecord) -> Image.Image:
    """The tree over its columns; all-zero channels at 2, behind a break of the axis."""
    geometry = record.dendrogram
    image = Image.new("RGB", (WIDTH, _TREE_HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    edges = _edges(len(record.columns))
    heights = geometry.heights
    readable = heights[heights < _ZERO_DISTANCE]
    tallest = float(readable.max(initial=0.0)) * 1.05 or 1.0
    broken = bool((heights >= _ZERO_DISTANCE).any())
    bottom, top = _TREE_HEIGHT - 4, 34 if broken else 8
    y = np.where(heights >= _ZERO_DISTANCE, 8, bottom - heights / tallest * (bottom - top))
    x = np.interp(geometry.feet, np.arange(len(edges)), edges)
    for (left, right), (left_foot, right_foot, fork) in zip(x, y, strict=True):
        draw.line([(left, left_foot), (left, fork), (right, fork), (right, right_foot)], _INK)
    draw.line([(_GUTTER - 5, top), (_GUTTER - 5, bottom)], _FAINT)
    for share in (0.0, 0.5, 1.0):
        at = bottom - share * (bottom - top)
        draw.text((_GUTTER - 9, at), f"{share * tallest:.2g}", _FAINT, _font(), anchor="rm")
    if broken:
        draw.text((_GUTTER - 9, 8), "2", _FAINT, _font(), anchor="rm")
        for at in (top - 9, top - 5):
            draw.line([(_GUTTER - 10, at + 2), (_GUTTER, at - 2)], _FAINT)
    return image


def density_picture(record: LayerRecord) -> Image.Image:
    """The channels' densities over a logarithmic axis, or their bands where they are many."""
    density, drawn_curves = record.density, record.curves
    image = Image.new("RGB", (WIDTH, _DENSITY_HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    if record.n_channels <= MOST_CURVES:
        grids, curves = drawn_curves.grid, drawn_curves.height
    elif record.pooled is not None:
        grids, curves = record.pooled.grid, drawn_curves.pooled[np.newaxis]
    else:
        curves = drawn_curves.bands
        grids = np.broadcast_to(record.fan.grid, curves.shape)
    peak = drawn_curves.peak
    drawn = curves.max(axis=1) > peak * 10.0**-_DECADES
    if drawn.any():
        low, high = float(grids[drawn].min()), float(grids[drawn].max())
        span = (high - low) or 1.0
        bottom = _DENSITY_HEIGHT - 40
        for grid, curve in zip(grids[drawn], curves[drawn], strict=True):
            x = _GUTTER + (grid - low) / span * (WIDTH - _GUTTER - _MARGIN - 40)
            level = np.log10(np.maximum(curve, peak * 10.0**-_DECADES) / peak)
            y = 8 - level / _DECADES * (bottom - 8)
            draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), _FAINT)
        for share in (0.0, 0.5, 1.0):
            at = _GUTTER + share * (WIDTH - _GUTTER - _MARGIN - 40)
            label = f"{low + share * span:.3g}"
            draw.text((at, bottom + 12), label, _FAINT, _font(), anchor="mm")
        draw.text((_GUTTER - 9, 12), f"{peak:.0e}", _FAINT, _font(), anchor="rm")
    dead = int(record.measures.dead.sum())
    zeros = float(density.zero_share.mean())
    text = f"density (log) · {zeros:.0%} of all values are exact zeros"
    draw.text((_GUTTER, _DENSITY_HEIGHT - 18), text, _FAINT, _font())
    if dead:
        text = f"{dead} of {record.n_channels} channels are zero on every sample"
        draw.text((WIDTH - _MARGIN, 8), text, _INK, _font(), anchor="ra")
    return image


def inspector_picture(record: LayerRecord, title: str, labels: Sequence[str]) -> Image.Image:
    """Dendrogram, grid and densities of a layer under its title, one above the other."""
    heading = Image.new("RGB", (WIDTH, 26), _PAPER)
    # Pillow's own font has no multiplication sign.
    ImageDraw.Draw(heading).text((4, 5), title.replace("×", "x"), _INK, _font(14))
    parts = [
        heading,
        dendrogram_picture(record),
        grid_picture(record, labels),
        density_picture(record),
    ]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), _PAPER)
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    # Few shades and much repetition: an indexed PNG is a fraction of the size.
    return whole.quantize(128)
