"""Pictures in fewer pixels: averages over squares, until a sheet fits its bytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, frozen
from .layout import (
    BLOCK_VALUES,
    BYTES_A_COLUMN,
    BYTES_BESIDE,
    Axes,
    averaging_side,
    least_bytes,
)
from .types import NONFINITE_CODE, TileSheet

# A tile of so many pixels, 7 × 7, can still be recognised …
_READABLE = 49
# … and so many rows are worth more than that.
_FEWEST_ROWS = 8


def averaged(sheet: TileSheet, budget: int) -> TileSheet:
    """The same pictures with their pixels averaged further, until they fit fewer bytes.

    Ranges and marks stay those of the values. Where the values are at hand, `tile_sheet` with
    a smaller budget gives the same to a code or so, for the price of a new look at them.

    Parameters
    ----------
    sheet : TileSheet
        It is returned itself where it fits.
    budget : int
        The most bytes that its arrays may take together.

    Raises
    ------
    ValueError
        Not even one pixel a tile (a slice of a volume) fits.
    """
    rows, cols, high, wide = sheet.codes.shape
    down, across = sheet.montage
    h, w = high // down, wide // across
    side = averaging_side(Axes(sheet.kind, rows, down * across, h, w, cols), cols, budget)
    if side == 1:
        return sheet
    ry, rx = min(side, h), min(side, w)
    h, w = -(-h // ry), -(-w // rx)
    codes = np.empty((rows, cols, down * h, across * w), dtype=np.uint8)
    weights = _weights(sheet)
    whole = _pooled_slices(weights, sheet.montage, ry, rx)
    step = max(1, BLOCK_VALUES // (cols * high * wide))
    for i in range(0, rows, step):
        part = slice(i, i + step)
        before = sheet.codes[part]
        if before.max() < NONFINITE_CODE:
            sums = _pooled_slices(before * weights, sheet.montage, ry, rx)
            sums /= whole
            sums += 0.5
            codes[part] = sums
            continue
        finite_weights = weights * (before != NONFINITE_CODE)
        sums = _pooled_slices(before * finite_weights, sheet.montage, ry, rx)
        counts = _pooled_slices(finite_weights, sheet.montage, ry, rx)
        means = sums / np.maximum(counts, 1)
        means += 0.5
        codes[part] = np.where(counts > 0, means, NONFINITE_CODE)
    height, width = _slice_shape(sheet)
    return replace(
        sheet,
        codes=frozen(codes),
        reduction=(min(height, sheet.reduction[0] * ry), min(width, sheet.reduction[1] * rx)),
    )


def within(sheet: TileSheet, budget: int) -> TileSheet:
    """The same pictures in fewer bytes: averaged, and the last rows left out.

    Tiles are averaged down to 7 × 7 pixels for all rows, for 8 rows further than that. One row,
    a pixel a tile (a slice of a volume), is the least, whatever the budget.
    """
    rows, columns, height, width = sheet.codes.shape
    slices = sheet.montage[0] * sheet.montage[1]

    def rows_of(pixels: int) -> int:
        most: int = (budget // columns - BYTES_A_COLUMN) // (pixels + BYTES_BESIDE)
        return most

    readable = min(height * width, max(slices, _READABLE))
    most_rows = min(rows, max(rows_of(readable), _FEWEST_ROWS))
    most_rows = max(1, min(most_rows, rows_of(slices)))
    part = sheet
    if most_rows < rows:
        arrays = (sheet.codes, sheet.low, sheet.high, sheet.marks)
        codes, low, high, marks = (frozen(array[:most_rows].copy()) for array in arrays)
        part = replace(sheet, codes=codes, low=low, high=high, marks=marks)
    return averaged(part, max(budget, least_bytes(most_rows, columns, slices)))


def tile_means(sheet: TileSheet) -> NDArray[np.float32]:
    """The mean of each tile's values, shape (rows, cols); NaN where one is not finite."""
    weights = _weights(sheet)
    weights /= weights.sum()
    means: NDArray[np.float32] = np.einsum("rchw,hw->rc", sheet.dequantise(), weights)
    return means


def _slice_shape(sheet: TileSheet) -> tuple[int, int]:
    """Height and width of a picture, of one slice of a volume, before averaging."""
    (height, width), (down, across) = sheet.tile_shape, sheet.montage
    return height // down, width // across


def _weights(sheet: TileSheet) -> NDArray[np.float32]:
    """How many values each pixel of a tile stands for, shape (h, w)."""
    ends = []
    for length, each, slices in zip(
        _slice_shape(sheet), sheet.reduction, sheet.montage, strict=True
    ):
        counts = np.full(-(-length // each), each, dtype=np.float32)
        counts[-1] = length - each * (counts.size - 1)
        ends.append(np.tile(counts, slices))
    return np.multiply.outer(*ends)


def _pooled_slices(
    pictures: NDArray[np.float32], montage: tuple[int, int], ry: int, rx: int
) -> NDArray[np.float32]:
    """Sums over rectangles ry × rx of pixels, shape (..., h, w), none across two slices."""
    down, across = montage
    *outer, high, wide = pictures.shape
    slices = pictures.reshape(*outer, down, high // down, across, wide // across)
    sums = pooled(slices.swapaxes(-3, -2), ry, rx).swapaxes(-3, -2)
    return np.ascontiguousarray(sums, dtype=np.float32).reshape(
        *outer, down * sums.shape[-3], across * sums.shape[-1]
    )


def pooled(array: FloatArray, ry: int, rx: int) -> FloatArray:
    """Sums over rectangles ry × rx of the last two axes, narrower where the axes end."""
    down = array[..., ::ry, :].copy()
    for i in range(1, ry):
        part = array[..., i::ry, :]
        down[..., : part.shape[-2], :] += part
    across = down[..., ::rx].copy()
    for i in range(1, rx):
        part = down[..., i::rx]
        across[..., : part.shape[-1]] += part
    return across
