"""The views as still pictures, for places where no widget can run.

They show what the widgets show at first sight: no zoom, no selection.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ...analysis.clustering.dendrogram_geometry import DendrogramGeometry
from ...analysis.clustering.spanning_tree import Indices
from ...analysis.density.curves import MOST_CURVES
from ...analysis.tiles.tile_sheet import ALL_ZERO, HIGHEST_CODE, NONFINITE_CODE, TileSheet
from ...records.layer_picture import LayerPicture
from ...records.parameter_facts import ParameterPicture
from ...records.parameter_record import as_parameters
from ...records.record_kind import WEIGHTS
from ..views.channel_names import channel_name
from ..views.sample_names import row_names

WIDTH = 960
_GUTTER = 84
_MARGIN = 10
_HEADER = 20
_TREE_HEIGHT = 130
_TREE_WIDTH = 150
_OUTPUT_LABELS = 44
_TALLEST_PARAMETERS = 620
_WIDEST_BIAS = 20
_WIDEST_NAMED = 130
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


def grid_picture(
    record: LayerPicture,
    sample_labels: Sequence[str] = (),
    laid_out: tuple[TileSheet, Indices, Indices] | None = None,
    channel_names: Sequence[str] = (),
) -> Image.Image:
    """The channel grid in grey, each tile over its own range.

    Parameters
    ----------
    record : LayerRecord
    sample_labels : sequence of str
        Names of all samples.
    laid_out : tuple of TileSheet, ndarray, ndarray, optional
        Other tiles than the record's own, the channel of each column and the sample of each row.
    channel_names : sequence of str
        Names of the columns, from left to right; of another number: their channel numbers.
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
    longest = max(len(str(tiles.total_channels)), *map(len, titles))
    # As in the page: a column so wide has a name of its own, if need be its beginning.
    every = 1 if column_width >= 48 else max(1, int(np.ceil((longest * 7 + 6) / column_width)))
    for column in range(0, cols, every):
        middle = (edges[column] + edges[column + 1]) / 2
        title = _shortened(titles[column], every * column_width - 6)
        draw.text((middle, 10), title, _FAINT, _font(), anchor="mm")
    gap = 1 if column_width >= 8 else 0
    stripes = _striped((image.width, round(row_height) + 1))
    names = row_names(samples, sample_labels)
    shades = _shades(tiles, "layer")
    for row in range(shown):
        top, bottom = (round(_HEADER + (row + i) * row_height) for i in (0, 1))
        if row_height >= 12 or row % 2 == 0:
            name = _shortened(names[row], _GUTTER - 12)
            draw.text((_GUTTER - 6, (top + bottom) / 2), name, _FAINT, _font(), anchor="rm")
        size = (int(edges[-1] - edges[0]), bottom - top - gap)
        image.paste(_row(shades[row]).resize(size, Image.Resampling.BOX), (int(edges[0]), top))
        for column, (left, right) in enumerate(pairwise(edges.tolist())):
            if right > left and (dead[column] or _is_zero(tiles, row, column)):
                image.paste(stripes.crop((left, 0, right, size[1])), (left, top))
            if gap:
                draw.rectangle((right - gap, top, right - 1, bottom), _PAPER)
    return image


def _shortened(text: str, width: float) -> str:
    """The text, or as much of its beginning as is that wide, in pixels, with an ellipsis."""
    font = _font()
    if font.getlength(text) <= width:
        return text
    # No more than these fit, however narrow.
    text = text[: max(1, int(width))]
    while len(text) > 1 and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _row(codes: NDArray[np.uint8]) -> Image.Image:
    """One sample's tiles side by side, as they are stored; orange where not finite."""
    return _grey(codes.transpose(1, 0, 2).reshape(codes.shape[1], -1))


def _shades(tiles: TileSheet, scope: Literal["channel", "layer"]) -> NDArray[np.uint8]:
    """The sheet's codes; cells of a heat map over their column's range or that of the layer."""
    if tiles.kind != "vector":
        return tiles.codes
    low, high = tiles.range_of(scope)
    return _codes(tiles.low, low, high)[:, :, None, None]


def _codes(
    values: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Codes as those of a sheet for numbers that have no tile, each within its bounds."""
    known = np.isfinite(values)
    span = np.where(high > low, high - low, 1.0)
    share = np.where(known, (np.where(known, values, 0) - np.where(known, low, 0)) / span, 0.0)
    return np.where(known, np.rint(HIGHEST_CODE * share), NONFINITE_CODE).astype(np.uint8)


def _grey(codes: NDArray[np.uint8]) -> Image.Image:
    grey = np.repeat(codes[:, :, None], 3, axis=2)
    grey[codes == NONFINITE_CODE] = _NOT_FINITE
    return Image.fromarray(grey)


def _is_zero(tiles: TileSheet, row: int, column: int) -> bool:
    return tiles.kind in ("image", "volume") and bool(tiles.marks[row, column] == ALL_ZERO)


def _striped(size: tuple[int, int]) -> Image.Image:
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return Image.fromarray(
        np.where(((x + y) % 6 < 2)[:, :, None], _STRIPE, _PAPER).astype(np.uint8)
    )


def dendrogram_picture(record: LayerPicture) -> Image.Image:
    """The tree over its columns; all-zero channels at 2, behind a break of the axis."""
    geometry = record.dendrogram
    image = Image.new("RGB", (WIDTH, _TREE_HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    edges = _edges(len(record.columns))
    heights = geometry.heights
    tallest, broken = _tree_scale(geometry)
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


def _tree_scale(geometry: DendrogramGeometry) -> tuple[float, bool]:
    """The distance at the axis' end, and whether zero channels stand beyond a break of it."""
    readable = geometry.heights[geometry.heights < _ZERO_DISTANCE]
    tallest = float(readable.max(initial=0.0)) * 1.05 or 1.0
    return tallest, bool((geometry.heights >= _ZERO_DISTANCE).any())


def parameters_picture(record: ParameterPicture) -> Image.Image:
    """A row an output in leaf order: its tree, its tiles, each over its own range, its bias."""
    tiles, rows = record.tiles, len(record.columns)
    _, columns, tile_height, tile_width = tiles.codes.shape
    left = _TREE_WIDTH + _OUTPUT_LABELS
    bias_width = 0 if record.bias is None else _WIDEST_BIAS + 8
    room = WIDTH - _MARGIN - left - bias_width
    if tiles.kind == "strip":
        width, row_height = min(room, _WIDEST_COLUMN * tile_width), 14.0
    else:
        widest = _WIDEST_NAMED if record.column_names else _WIDEST_COLUMN
        column_width = min(widest, room / columns)
        shape = 14 / column_width if tiles.kind == "vector" else tile_height / tile_width
        width, row_height = round(column_width * columns), column_width * shape
    row_height = min(row_height, _TALLEST_PARAMETERS / rows)
    height = max(1, round(rows * row_height))

    image = Image.new("RGB", (WIDTH, _HEADER + height + 16), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((4, 4), record.outputs, _FAINT, _font())
    _draw_inputs(draw, record, left, width)
    every = max(1, int(np.ceil(12 / row_height)))
    for row in range(0, rows, every):
        middle = _HEADER + (row + 0.5) * row_height
        label = str(record.columns[row])
        draw.text((left - 6, middle), label, _FAINT, _font(), anchor="rm")
    _draw_sideways(draw, record.dendrogram, row_height)

    sheet = _shades(tiles, "channel").transpose(0, 2, 1, 3)
    picture = _grey(sheet.reshape(rows * tile_height, columns * tile_width))
    image.paste(picture.resize((width, height), Image.Resampling.BOX), (left, _HEADER))
    zero = Image.fromarray((tiles.marks == ALL_ZERO) & (tiles.kind != "vector"))
    striped = zero.resize((width, height), Image.Resampling.NEAREST)
    image.paste(_striped((width, height)), (left, _HEADER), striped)
    if record.bias is not None:
        drawn = record.bias[record.columns].astype(np.float32)
        finite = drawn[np.isfinite(drawn)]
        low, high = finite.min(initial=np.inf), finite.max(initial=-np.inf)
        column = _grey(_codes(drawn, np.full_like(drawn, low), np.full_like(drawn, high))[:, None])
        place = left + width + 8
        resized = column.resize((_WIDEST_BIAS, height), Image.Resampling.BOX)
        image.paste(resized, (place, _HEADER))
        draw.text((place + _WIDEST_BIAS / 2, 10), "bias", _FAINT, _font(), anchor="mm")
    _draw_gaps(draw, (left, _HEADER, left + width, _HEADER + height), rows, columns)
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
        draw.text((left + (i + 0.5) * each, 10), label, _FAINT, _font(), anchor="mm")


def _draw_sideways(
    draw: ImageDraw.ImageDraw, geometry: DendrogramGeometry, row_height: float
) -> None:
    """The tree with its root at the left and leaf i at row i."""
    tallest, broken = _tree_scale(geometry)
    right, root = _TREE_WIDTH - 4, 34 if broken else 8
    heights = geometry.heights
    x = np.where(heights >= _ZERO_DISTANCE, 8, right - heights / tallest * (right - root))
    y = _HEADER + geometry.feet * row_height
    for (upper, lower), (upper_foot, lower_foot, fork) in zip(y, x, strict=True):
        draw.line([(upper_foot, upper), (fork, upper), (fork, lower), (lower_foot, lower)], _INK)
    end = draw.im.size[1] - 8
    draw.text((right, end), "0", _FAINT, _font(), anchor="rm")
    draw.text((root, end), f"{tallest:.2g}", _FAINT, _font(), anchor="lm")
    if broken:
        draw.text((8, end), "2", _FAINT, _font(), anchor="mm")


def _draw_gaps(
    draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], rows: int, columns: int
) -> None:
    """Lines of paper between tiles that are wide enough to spare them."""
    left, top, right, bottom = box
    if (bottom - top) / rows >= 8:
        for i in range(1, rows):
            y = round(top + i * (bottom - top) / rows) - 1
            draw.line([(left, y), (right, y)], _PAPER)
    if (right - left) / columns >= 8:
        for i in range(1, columns):
            x = round(left + i * (right - left) / columns) - 1
            draw.line([(x, top), (x, bottom)], _PAPER)


def density_picture(record: LayerPicture) -> Image.Image:
    """The channels' densities over a logarithmic axis, or their bands where they are many."""
    drawn_curves = record.drawn_curves
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
    zeros = float(record.density_numbers.zero_share.mean())
    text = f"density (log) · {zeros:.0%} of all values are exact zeros"
    draw.text((_GUTTER, _DENSITY_HEIGHT - 18), text, _FAINT, _font())
    if record.dead_note:
        draw.text((WIDTH - _MARGIN, 8), record.dead_note, _INK, _font(), anchor="ra")
    return image


def inspector_picture(
    record: LayerPicture,
    title: str,
    labels: Sequence[str] = (),
    below: Image.Image | None = None,
    class_names: Sequence[str] = (),
) -> Image.Image:
    """A layer's dendrogram, grid and densities, or its parameters', under its title.

    Parameters
    ----------
    record : LayerRecord
        Of outputs, or a ParameterRecord.
    title : str
    labels : sequence of str
        Names of the samples, which outputs have.
    below : Image, optional
        What stands under them.
    class_names : sequence of str
        A name for each channel, where it stands for a class.
    """
    heading = Image.new("RGB", (WIDTH, 26), _PAPER)
    # Pillow's own font has no multiplication sign.
    ImageDraw.Draw(heading).text((4, 5), title.replace("×", "x"), _INK, _font(14))
    if record.kind == WEIGHTS:
        grids = [parameters_picture(as_parameters(record))]
    else:
        names = [channel_name(channel, class_names) for channel in record.tiles.columns]
        grids = [dendrogram_picture(record), grid_picture(record, labels, channel_names=names)]
    parts = [heading, *grids, density_picture(record), *([] if below is None else [below])]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), _PAPER)
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    # Few shades and much repetition: an indexed PNG is a fraction of the size.
    return whole.quantize(128)
