"""The map of a network as a still picture, for places where no widget can run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ....analysis.map.class_rows import shown_rows
from ....analysis.map.effect_share import strongest_share
from ....records.map.map_patches import MapPatches, strongest_members
from ....records.map.network_record import NetworkRecord
from ....records.map.station_groups import STATES, StationGroups
from ...pictures.drawing import FAINT, INK, PAPER, font, shortened
from .entries import row_means, short_titles

_HEIGHT = 480
_TOP, _FOOT = 76, 34
_GAP = 6
_LEAST_COLUMN, _WIDEST_COLUMN = 64, 120
_BOX = 0.6
_RAISES, _LOWERS = (26, 152, 80), (215, 48, 105)
_BLUE = np.array([33, 102, 172])
_WHITE = np.array([255, 255, 255])
_BAND = (245, 246, 248)
_TILES = 6

_Boxes = dict[tuple[str, int], tuple[int, int, int, int]]


def map_picture(
    record: NetworkRecord, patches: MapPatches, title: str, share: float
) -> Image.Image:
    """Columns of groups, each with its patches and how it answers, and the strongest edges.

    Parameters
    ----------
    record : NetworkRecord
    patches : MapPatches
    title : str
    share : float
        Of all effect, how much is drawn.
    """
    count = max(1, len(record.stations))
    column = int(np.clip(1200 / count, _LEAST_COLUMN, _WIDEST_COLUMN))
    image = Image.new("RGB", (column * count + 16, _HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((8, 6), title.replace("×", "x"), INK, font(13))
    boxes = _boxes(record, column)
    _bands(draw, record, column)
    _edges(draw, record, boxes, share)
    titles = short_titles([station.path for station in record.stations])
    for k, (station, name) in enumerate(zip(record.stations, titles, strict=True)):
        middle = 8 + (k + 0.5) * column
        draw.text((middle, 58), shortened(name, column - 4), INK, font(), anchor="ms")
        folded = f"+{station.folded} alike, " if station.folded else ""
        draw.text((middle, 71), f"{folded}{station.channels:,}", FAINT, font(9), anchor="ms")
        own = record.groups[station.path]
        for group in range(own.count):
            _box(image, own, patches, station.path, group, boxes[station.path, group])
        idle = int((own.groups < 0).sum())
        if idle:
            are_silent = int((own.states == STATES.index("silent")).sum()) == idle
            text = shortened(f"{idle:,} {'silent' if are_silent else 'apart'}", column - 4)
            draw.text((middle, _HEIGHT - 16), text, FAINT, font(9), anchor="ms")
    return image.quantize(128)


def _boxes(record: NetworkRecord, column: int) -> _Boxes:
    """Left, top, right and bottom of each group, taller for more channels."""
    boxes: _Boxes = {}
    for k, station in enumerate(record.stations):
        own = record.groups[station.path]
        if not own.count:
            continue
        sizes = np.array([len(own.members(group)) for group in range(own.count)]) ** 0.55
        room = _HEIGHT - _TOP - _FOOT - _GAP * (own.count - 1)
        heights = np.maximum(12, np.floor(room * sizes / sizes.sum())).astype(int)
        left = round(8 + k * column + column * (1 - _BOX) / 2)
        y = _TOP
        for group, height in enumerate(heights.tolist()):
            boxes[station.path, group] = (left, y, left + round(column * _BOX), y + height)
            y += height + _GAP
    return boxes


def _bands(draw: ImageDraw.ImageDraw, record: NetworkRecord, column: int) -> None:
    """A ground behind each stage, named above it."""
    first = 0
    stages = [station.stage for station in record.stations]
    for k in range(1, len(stages) + 1):
        if k < len(stages) and stages[k] == stages[first]:
            continue
        left, right = 8 + first * column + 2, 8 + k * column - 2
        draw.rectangle((left, 44, right, _HEIGHT - 6), _BAND)
        name = shortened(stages[first].replace("×", "x"), right - left)
        draw.text((left + 2, 40), name, FAINT, font(9), anchor="ls")
        first = k


def _edges(draw: ImageDraw.ImageDraw, record: NetworkRecord, boxes: _Boxes, share: float) -> None:
    """The strongest edges that make the share of all effect, dashed where they lower."""
    for (parent, child), effect in record.effects.items():
        rms = np.nan_to_num(effect.rms.astype(np.float64))
        greatest = float(rms.max(initial=0)) or 1.0
        for a, b in np.argwhere(strongest_share(rms, share)).tolist():
            if (parent, a) not in boxes or (child, b) not in boxes:
                continue
            _, top, x0, bottom = boxes[parent, a]
            x1, child_top, _, child_bottom = boxes[child, b]
            ends = (x0, (top + bottom) / 2), (x1, (child_top + child_bottom) / 2)
            raises = effect.mean[a, b] >= 0
            width = max(1, round(3 * rms[a, b] / greatest))
            points = _curve(*ends)
            pieces = range(len(points) - 1) if raises else range(0, len(points) - 1, 2)
            for k in pieces:
                color = _RAISES if raises else _LOWERS
                draw.line((points[k], points[k + 1]), color, width)


def _curve(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Level at both ends."""
    steps = np.linspace(0, 1, 25)
    eased = steps**2 * (3 - 2 * steps)
    x = start[0] + (end[0] - start[0]) * steps
    y = start[1] + (end[1] - start[1]) * eased
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _box(
    image: Image.Image,
    own: StationGroups,
    patches: MapPatches,
    path: str,
    group: int,
    box: tuple[int, int, int, int],
) -> None:
    """A group: patches at the left where there are any, its rows at the right."""
    left, top, right, bottom = box
    draw = ImageDraw.Draw(image)
    draw.rectangle(box, PAPER)
    tiles = _tiles(own, patches, path, group)
    middle = left + (right - left) // 2 if tiles else left + 1
    for k, tile in enumerate(tiles):
        y0 = top + 1 + (bottom - top - 1) * k // len(tiles)
        y1 = top + 1 + (bottom - top - 1) * (k + 1) // len(tiles)
        if y1 > y0:
            image.paste(tile.resize((middle - left - 1, y1 - y0)), (left + 1, y0))
    rows = shown_rows(row_means(own.profile[own.members(group)])) / 255.0
    codes = (_WHITE + (_BLUE - _WHITE) * rows[:, :, None]).astype(np.uint8)
    if codes.size:
        size = (max(1, right - middle), max(1, bottom - top - 1))
        matrix = Image.fromarray(codes).resize(size, Image.Resampling.NEAREST)
        image.paste(matrix, (middle, top + 1))
    draw.rectangle(box, outline=INK)
    count = str(len(own.members(group)))
    draw.text((left + 3, top + 2), count, PAPER, font(10), stroke_width=2, stroke_fill=INK)


def _tiles(own: StationGroups, patches: MapPatches, path: str, group: int) -> list[Image.Image]:
    """The patches of the strongest channels of a group."""
    known: Mapping[int, tuple[int, tuple[int, int, int, int]]] = patches.patches.get(path, {})
    tiles = []
    for channel in strongest_members(own, group)[:_TILES].tolist():
        if channel not in known:
            continue
        number, (top, bottom, left, right) = known[channel]
        pixels: NDArray[np.uint8] = patches.pixels[number]
        part = pixels[max(0, top) : max(1, bottom), max(0, left) : max(1, right)]
        if part.size:
            tiles.append(Image.fromarray(np.repeat(part, 3 // part.shape[2], axis=2)))
    return tiles
