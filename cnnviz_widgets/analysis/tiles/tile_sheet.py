"""A layer's values as one sheet of small pictures: samples down, channels across [WL20 §1.1]."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.arrays import indices
from ...validation.scalars import whole_number
from ..arrays import checked_values, frozen
from .layout import BLOCK_VALUES, DEFAULT_BUDGET, averaging_side, axes_of, montage_of
from .quantisation import channel_first, quantised
from .types import TileSheet


def tile_sheet(
    values: ArrayLike,
    *,
    columns: ArrayLike | None = None,
    rows: ArrayLike | None = None,
    budget: int = DEFAULT_BUDGET,
) -> TileSheet:
    """A layer's outputs as quantised pictures, samples down and channels across [WL20 §1.1.1].

    Parameters
    ----------
    values : array_like, shape (batch, ..., channel), or (batch,) read as (batch, 1)
        Real numbers of any type.
    columns : array_like of int, shape (cols,), optional
        The channels to show, in order from left to right; all of them in natural order if not
        given.
    rows : array_like of int, shape (rows,), optional
        The samples to show, in order from top to bottom; all of them if not given.
    budget : int
        The most bytes that the sheet's arrays may take together. Where the pictures take more,
        all tiles are averaged over squares of the smallest size that fits.

    Returns
    -------
    TileSheet

    Raises
    ------
    TypeError
        The values are not real numbers, or the columns or rows not integers.
    ValueError
        `values` is a single number or holds none; `columns` or `rows` is empty or names what
        does not exist; or not even tiles of one pixel fit the budget (`columns_within` says how
        many channels would).
    """
    array = checked_values(values)
    axes = axes_of(array.shape)
    chosen = _checked(columns, axes.channels, "columns", "channel")
    samples = _checked(rows, axes.samples, "rows", "sample")
    budget = whole_number("budget", budget, 1, "of bytes")
    factor = averaging_side(axes._replace(samples=samples.size), chosen.size, budget)
    ry, rx = min(factor, axes.height), min(factor, axes.width)
    down, across = montage_of(axes.depth)
    h, w = -(-axes.height // ry), -(-axes.width // rx)

    grid = (samples.size, chosen.size)
    codes = np.empty((*grid, down * h, across * w), dtype=np.uint8)
    low, high = np.empty(grid, dtype=np.float32), np.empty(grid, dtype=np.float32)
    marks = np.empty(grid, dtype=np.uint8)

    source = array.reshape(axes[1:])
    # The same memory with the montage's two axes apart, so that slices go straight to place.
    slots = codes.reshape(*grid, down, h, across, w)
    # Channels lie side by side: to pick most of them out takes longer than to draw them all, and
    # then to put whole tiles, a byte a pixel, in their places.
    picked = columns is not None and 2 * chosen.size < axes.channels
    drawn = chosen.size if picked else axes.channels
    order = slice(None) if picked or columns is None else chosen
    step = max(1, BLOCK_VALUES // (drawn * axes.depth * axes.height * axes.width))
    for i in range(0, samples.size, step):
        part = slice(i, i + step)
        block = source[part] if rows is None else source[samples[part]]
        if picked:
            block = block.take(chosen, axis=-1)
        pixels, least, greatest, marked = quantised(channel_first(block), ry, rx)
        low[part], high[part], marks[part] = least[:, order], greatest[:, order], marked[:, order]
        pixels = pixels[:, order]
        slots[part] = pixels.reshape(*pixels.shape[:2], down, across, h, w).swapaxes(3, 4)

    return TileSheet(
        codes=frozen(codes),
        low=frozen(low),
        high=frozen(high),
        marks=frozen(marks),
        columns=frozen(chosen),
        kind=axes.kind,
        tile_shape=(down * axes.height, across * axes.width),
        montage=(down, across),
        reduction=(ry, rx),
        total_samples=axes.samples,
        total_channels=axes.channels,
    )


def _checked(given: ArrayLike | None, count: int, name: str, what: str) -> NDArray[np.int32]:
    if given is None:
        return np.arange(count, dtype=np.int32)
    chosen = indices(name, given, count)
    if chosen.size == 0:
        raise ValueError(
            f"{name} must be a non-empty list of {what} indices; got shape {chosen.shape}"
        )
    return chosen.astype(np.int32)


def cut_out(sheet: TileSheet, rows: tuple[int, int], columns: tuple[int, int]) -> TileSheet:
    """A part of a sheet as it is: rows, and columns or, of a strip, all pixels of some channels.

    Ranges and marks of a strip stay those of the whole rows.
    """
    down = slice(*rows)
    if sheet.kind != "strip":
        across = slice(*columns)
        codes, low, high, marks = (
            frozen(np.ascontiguousarray(array[down, across]))
            for array in (sheet.codes, sheet.low, sheet.high, sheet.marks)
        )
        return replace(
            sheet, codes=codes, low=low, high=high, marks=marks, columns=sheet.columns[across]
        )
    each, (height, width) = sheet.reduction[1], sheet.tile_shape
    first, stop = columns[0] // each, -(-columns[1] // each)
    return replace(
        sheet,
        codes=frozen(np.ascontiguousarray(sheet.codes[down, :, :, first:stop])),
        low=sheet.low[down],
        high=sheet.high[down],
        marks=sheet.marks[down],
        columns=frozen(sheet.columns + np.int32(first * each)),
        tile_shape=(height, min(stop * each, width) - first * each),
    )
