"""Where the values of a layer lie on a sheet of pictures, and how many bytes that takes."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

from .types import TileKind

DEFAULT_BUDGET = 8 * 2**20
BYTES_BESIDE = 4 + 4 + 1
"""What a tile takes beside its pixels: low and high as float32, and its mark."""
BYTES_A_COLUMN = 4
"""A column's channel index as int32."""
BLOCK_VALUES = 1 << 17
"""Samples are worked on together up to this many values."""


class Axes(NamedTuple):
    """What the axes of the values mean for the sheet."""

    kind: TileKind
    samples: int
    depth: int
    height: int
    width: int
    channels: int


def axes_of(shape: tuple[int, ...]) -> Axes:
    """What the axes of values of a shape mean: samples come first, channels last."""
    if len(shape) == 1:
        return Axes("vector", shape[0], 1, 1, 1, 1)
    if len(shape) == 2:
        return Axes("vector", shape[0], 1, 1, 1, shape[1])
    if len(shape) == 3:
        return Axes("sequence", shape[0], 1, shape[1], 1, shape[2])
    depth = math.prod(shape[1:-3])
    kind: TileKind = "image" if len(shape) == 4 else "volume"
    return Axes(kind, shape[0], depth, shape[-3], shape[-2], shape[-1])


class PictureLayout(NamedTuple):
    """How values of some shape are laid out, whole: kind, shape and montage of a tile."""

    kind: TileKind
    tile_shape: tuple[int, int]
    montage: tuple[int, int]


def picture_layout(shape: Sequence[int]) -> PictureLayout:
    """How `tile_sheet` lays out values of `shape`, before any averaging."""
    axes = axes_of(tuple(shape))
    down, across = montage_of(axes.depth)
    return PictureLayout(axes.kind, (down * axes.height, across * axes.width), (down, across))


def montage_of(depth: int) -> tuple[int, int]:
    """Rows and columns, as near to square as can be, of a montage without empty places."""
    down = next(rows for rows in range(math.isqrt(depth), 0, -1) if depth % rows == 0)
    return down, depth // down


def montaged(values: NDArray[Any]) -> NDArray[Any]:
    """Values (batch, ..., channel) laid out as in tiles, shape (batch, h, w, channel)."""
    axes = axes_of(values.shape)
    down, across = montage_of(axes.depth)
    slots = values.reshape(axes.samples, down, across, *axes[3:])
    return slots.swapaxes(2, 3).reshape(
        axes.samples, down * axes.height, across * axes.width, axes.channels
    )


def columns_within(shape: Sequence[int], budget: int = DEFAULT_BUDGET) -> int:
    """How many channels of values of `shape` a sheet within `budget` bytes can show at most.

    At that many, each tile (each slice of a volume) is down to one pixel.
    """
    return _columns_within(axes_of(tuple(shape)), budget)


def _columns_within(axes: Axes, budget: int) -> int:
    return budget // least_bytes(axes.samples, 1, axes.depth)


def least_bytes(rows: int, columns: int, pixels: int = 1) -> int:
    """The bytes of a sheet with so many pixels a tile, at the least one for each slice."""
    return columns * (rows * (pixels + BYTES_BESIDE) + BYTES_A_COLUMN)


def averaging_side(axes: Axes, columns: int, budget: int) -> int:
    """The smallest side of the averaged square with which the sheet fits the budget."""

    def nbytes(side: int) -> int:
        pixels = axes.depth * -(-axes.height // side) * -(-axes.width // side)
        return least_bytes(axes.samples, columns, pixels)

    coarsest = max(axes.height, axes.width)
    if nbytes(coarsest) > budget:
        raise ValueError(
            f"{axes.samples} samples × {columns} channels take {nbytes(coarsest)} bytes at one "
            f"pixel per {'slice' if axes.depth > 1 else 'tile'}, and the budget is {budget}; "
            f"choose at most {_columns_within(axes, budget)} columns"
        )
    sides = range(1, coarsest + 1)
    return sides[bisect_left(sides, True, key=lambda side: nbytes(side) <= budget)]
