"""A layer's values as one sheet of small pictures: samples down, channels across [WL20 §1.1]."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.rules import indices, whole_number
from ..arrays import FloatArray, as_floats, checked_values, frozen

TileKind: TypeAlias = Literal["vector", "sequence", "image", "volume", "strip"]
TileMark: TypeAlias = Literal[0, 1, 2, 3, 4]

ORDINARY: TileMark = 0
ALL_ZERO: TileMark = 1
CONSTANT: TileMark = 2
SOME_NONFINITE: TileMark = 3
ALL_NONFINITE: TileMark = 4

HIGHEST_CODE = 254
NONFINITE_CODE = 255

DEFAULT_BUDGET = 8 * 2**20

# What a tile takes beside its pixels: low and high as float32, and its mark.
_BYTES_BESIDE = 4 + 4 + 1
# A column's channel index as int32.
_BYTES_A_COLUMN = 4
# A tile of so many pixels, 7 × 7, can still be recognised …
_READABLE = 49
# … and so many rows are worth more than that.
_FEWEST_ROWS = 8
# Samples are worked on together up to this many values.
_BLOCK_VALUES = 1 << 17
# So many pixels at a time are turned from channel-last to channel-first: the lines of cache
# that hold one channel of them are still there when the next channel is read.
_TURNED_PIXELS = 2048
# Between these extents differences, their sums and their reciprocals stay within float32.
_EXTENT_FROM, _EXTENT_TO = 1e-30, 1e30


@dataclass(frozen=True, eq=False)
class TileSheet:
    """Pictures of a layer's values in a byte a pixel: a row per sample, a column per channel.

    Attributes
    ----------
    codes : ndarray of uint8, shape (rows, cols, h, w), C-contiguous
        0 to 254 stand for values evenly spaced from the tile's `low` to its `high`; 255 stands
        for a pixel that is NaN or infinite. Tiles of a 'vector' sheet hold 0 or 255 only: the
        value of a tile of one pixel is its `low`.
    low, high : ndarray of float32, shape (rows, cols)
        The least and the greatest finite value of each tile before any averaging, NaN where it
        has none. float64 values outside float32's range are clipped to it.
    marks : ndarray of uint8, shape (rows, cols)
        0 an ordinary tile, 1 all zero, 2 constant but not zero, 3 some pixels not finite,
        4 no pixel finite. Seen on the values as given, before averaging and rounding. A tile
        of one pixel is never marked constant.
    columns : ndarray of int32, shape (cols,)
        The channel that each column shows; of a 'strip', that of its first pixel.
    kind : {'vector', 'sequence', 'image', 'volume', 'strip'}
        How to read a tile. 'vector' (values of rank 1 or 2): one pixel, so that the sheet is a
        heat map. 'sequence' (rank 3): time runs down a column of pixels one wide, so that a
        sample's band of tiles is an image of time × feature. 'image' (rank 4): height × width.
        'volume' (rank 5 and above): the slices height × width of all depths as a montage.
        'strip' (parameters without taps): a row is one tile one pixel high, a channel a pixel.
    tile_shape : tuple of int
        Height and width of a tile before averaging; of the whole montage for 'volume'.
    montage : tuple of int
        Slices down and across within a tile; (1, 1) but for 'volume'. Depth runs across first,
        and the montage is always full: no pixel of a tile stands for nothing.
    reduction : tuple of int
        How many values down and across were averaged into one pixel; (1, 1) if none were.
        A slice's last pixels average what is left of it. Pixels that are not finite are left
        out of an average unless it has no others.
    total_samples, total_channels : int
        What the values had; the sheet shows the samples asked for, by default all, and the
        channels in `columns`.
    """

    codes: NDArray[np.uint8]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    marks: NDArray[np.uint8]
    columns: NDArray[np.int32]
    kind: TileKind
    tile_shape: tuple[int, int]
    montage: tuple[int, int]
    reduction: tuple[int, int]
    total_samples: int
    total_channels: int

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays together: what the budget limits."""
        parts = (self.codes, self.low, self.high, self.marks, self.columns)
        return sum(part.nbytes for part in parts)

    def range_of(
        self, scope: Literal["tile", "channel", "layer"]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The least and greatest finite value within each tile, each channel or the sheet.

        Returns
        -------
        low, high : ndarray of float32, shape (rows, cols), (1, cols) or (1, 1)
            NaN where nothing is finite; 'layer' is over the channels that the sheet shows.
        """
        axes = {"tile": (), "channel": (0,), "layer": (0, 1)}
        if scope not in axes:
            raise ValueError(f"scope must be one of {', '.join(axes)}; got {scope!r}")
        return (
            np.fmin.reduce(self.low, axis=axes[scope], keepdims=True),
            np.fmax.reduce(self.high, axis=axes[scope], keepdims=True),
        )

    def dequantise(self) -> NDArray[np.float32]:
        """The pictures as numbers again, shape (rows, cols, h, w), NaN where not finite.

        Off by at most half a step, 1/508 of the tile's extent; `low` and `high` come out exactly.
        """
        part = self.codes.astype(np.float32)
        part[self.codes == NONFINITE_CODE] = np.nan
        part /= HIGHEST_CODE
        # Weighting the two ends cannot overflow, where adding a multiple of high − low can.
        low = self.low[:, :, None, None]
        high = self.high[:, :, None, None]
        values: NDArray[np.float32] = high * part
        np.subtract(1, part, out=part)
        part *= low
        values += part
        return values


class _Axes(NamedTuple):
    """What the axes of the values mean for the sheet."""

    kind: TileKind
    samples: int
    depth: int
    height: int
    width: int
    channels: int


def _axes_of(shape: tuple[int, ...]) -> _Axes:
    if len(shape) == 1:
        return _Axes("vector", shape[0], 1, 1, 1, 1)
    if len(shape) == 2:
        return _Axes("vector", shape[0], 1, 1, 1, shape[1])
    if len(shape) == 3:
        return _Axes("sequence", shape[0], 1, shape[1], 1, shape[2])
    depth = math.prod(shape[1:-3])
    kind: TileKind = "image" if len(shape) == 4 else "volume"
    return _Axes(kind, shape[0], depth, shape[-3], shape[-2], shape[-1])


class PictureLayout(NamedTuple):
    """How values of some shape are laid out, whole: kind, shape and montage of a tile."""

    kind: TileKind
    tile_shape: tuple[int, int]
    montage: tuple[int, int]


def picture_layout(shape: Sequence[int]) -> PictureLayout:
    """How `tile_sheet` lays out values of `shape`, before any averaging."""
    axes = _axes_of(tuple(shape))
    down, across = _montage(axes.depth)
    return PictureLayout(axes.kind, (down * axes.height, across * axes.width), (down, across))


def columns_within(shape: Sequence[int], budget: int = DEFAULT_BUDGET) -> int:
    """How many channels of values of `shape` a sheet within `budget` bytes can show at most.

    At that many, each tile (each slice of a volume) is down to one pixel.
    """
    return _columns_within(_axes_of(tuple(shape)), budget)


def _columns_within(axes: _Axes, budget: int) -> int:
    return budget // least_bytes(axes.samples, 1, axes.depth)


def montaged(values: NDArray[Any]) -> NDArray[Any]:
    """Values (batch, ..., channel) laid out as in tiles, shape (batch, h, w, channel)."""
    axes = _axes_of(values.shape)
    down, across = _montage(axes.depth)
    slots = values.reshape(axes.samples, down, across, *axes[3:])
    return slots.swapaxes(2, 3).reshape(
        axes.samples, down * axes.height, across * axes.width, axes.channels
    )


def least_bytes(rows: int, columns: int, pixels: int = 1) -> int:
    """The bytes of a sheet with so many pixels a tile, at the least one for each slice."""
    return columns * (rows * (pixels + _BYTES_BESIDE) + _BYTES_A_COLUMN)


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
    axes = _axes_of(array.shape)
    chosen = _checked_indices(columns, axes.channels, "columns", "channel")
    shown = _checked_indices(rows, axes.samples, "rows", "sample")
    budget = whole_number("budget", budget, 1, "of bytes")
    factor = _reduction(axes._replace(samples=shown.size), chosen.size, budget)
    ry, rx = min(factor, axes.height), min(factor, axes.width)
    down, across = _montage(axes.depth)
    h, w = -(-axes.height // ry), -(-axes.width // rx)

    grid = (shown.size, chosen.size)
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
    step = max(1, _BLOCK_VALUES // (drawn * axes.depth * axes.height * axes.width))
    for i in range(0, shown.size, step):
        part = slice(i, i + step)
        block = source[part] if rows is None else source[shown[part]]
        if picked:
            block = block.take(chosen, axis=-1)
        pixels, least, greatest, marked = _quantised(_channel_first(block), ry, rx)
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
    side = _reduction(_Axes(sheet.kind, rows, down * across, h, w, cols), cols, budget)
    if side == 1:
        return sheet
    ry, rx = min(side, h), min(side, w)
    h, w = -(-h // ry), -(-w // rx)
    codes = np.empty((rows, cols, down * h, across * w), dtype=np.uint8)
    weights = _weights(sheet)
    whole = _pooled_slices(weights, sheet.montage, ry, rx)
    step = max(1, _BLOCK_VALUES // (cols * high * wide))
    for i in range(0, rows, step):
        part = slice(i, i + step)
        before = sheet.codes[part]
        if before.max() < NONFINITE_CODE:
            sums = _pooled_slices(before * weights, sheet.montage, ry, rx)
            sums /= whole
            sums += 0.5
            codes[part] = sums
            continue
        kept = weights * (before != NONFINITE_CODE)
        sums = _pooled_slices(before * kept, sheet.montage, ry, rx)
        counts = _pooled_slices(kept, sheet.montage, ry, rx)
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
        most: int = (budget // columns - _BYTES_A_COLUMN) // (pixels + _BYTES_BESIDE)
        return most

    readable = min(height * width, max(slices, _READABLE))
    kept = min(rows, max(rows_of(readable), _FEWEST_ROWS))
    kept = max(1, min(kept, rows_of(slices)))
    part = sheet
    if kept < rows:
        arrays = (sheet.codes, sheet.low, sheet.high, sheet.marks)
        codes, low, high, marks = (frozen(array[:kept].copy()) for array in arrays)
        part = replace(sheet, codes=codes, low=low, high=high, marks=marks)
    return averaged(part, max(budget, least_bytes(kept, columns, slices)))


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
    pooled = _pooled(slices.swapaxes(-3, -2), ry, rx).swapaxes(-3, -2)
    return np.ascontiguousarray(pooled, dtype=np.float32).reshape(
        *outer, down * pooled.shape[-3], across * pooled.shape[-1]
    )


def _checked_indices(
    given: ArrayLike | None, count: int, name: str, what: str
) -> NDArray[np.int32]:
    if given is None:
        return np.arange(count, dtype=np.int32)
    chosen = indices(name, given, count)
    if chosen.size == 0:
        raise ValueError(
            f"{name} must be a non-empty list of {what} indices; got shape {chosen.shape}"
        )
    return chosen.astype(np.int32)


def _reduction(axes: _Axes, columns: int, budget: int) -> int:
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


def _montage(depth: int) -> tuple[int, int]:
    """Rows and columns, as near to square as can be, of a montage without empty places."""
    down = next(rows for rows in range(math.isqrt(depth), 0, -1) if depth % rows == 0)
    return down, depth // down


def _channel_first(block: NDArray[Any]) -> FloatArray:
    """`block`, shape (samples, depth, h, w, channels), as contiguous floats, channels second."""
    turned = np.moveaxis(as_floats(block), -1, 1)
    if turned.flags.c_contiguous:
        return turned
    pictures = np.empty_like(turned, order="C")
    height, width = turned.shape[-2:]
    step = max(1, _TURNED_PIXELS // width)
    for depth in range(turned.shape[2]):
        for i in range(0, height, step):
            part = (slice(None), slice(None), depth, slice(i, i + step))
            pictures[part] = turned[part]
    return pictures


def _quantised(
    pictures: FloatArray, ry: int, rx: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    """Codes, low, high and marks of `pictures`, shape (samples, channels, depth, h, w)."""
    pixels = (2, 3, 4)
    # Not a number passes through both, infinity is one of them: a mask is needed only then.
    low, high = pictures.min(axis=pixels), pictures.max(axis=pixels)
    finite = None
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        finite = np.isfinite(pictures)
        low = pictures.min(axis=pixels, where=finite, initial=np.inf)
        high = pictures.max(axis=pixels, where=finite, initial=-np.inf)

    level = low == high
    marks = np.where(level & (low == 0), ALL_ZERO, ORDINARY).astype(np.uint8)
    if math.prod(pictures.shape[2:]) > 1:
        marks[level & (low != 0)] = CONSTANT
    if finite is not None:
        found = finite.any(axis=pixels)
        marks[~finite.all(axis=pixels)] = SOME_NONFINITE
        marks[~found] = ALL_NONFINITE
        low[~found] = high[~found] = np.nan

    codes = _codes(pictures, low, high, finite, ry, rx)
    limit = np.finfo(np.float32).max
    low32 = np.clip(low, -limit, limit).astype(np.float32)
    high32 = np.clip(high, -limit, limit).astype(np.float32)
    return codes, low32, high32, marks


def _codes(
    pictures: FloatArray,
    low: FloatArray,
    high: FloatArray,
    finite: NDArray[np.bool_] | None,
    ry: int,
    rx: int,
) -> NDArray[np.uint8]:
    with np.errstate(over="ignore"):
        extent = high - low
    varies = extent > 0
    if np.any(varies & ((extent < _EXTENT_FROM) | (extent > _EXTENT_TO))):
        # Powers of two bring every tile to about 1 without rounding a digit away.
        exponent = np.frexp(np.fmax(np.abs(low), np.abs(high)).astype(np.float64))[1]
        pictures = np.ldexp(pictures.astype(np.float64), -exponent[:, :, None, None, None])
        low, high = np.ldexp(low, -exponent), np.ldexp(high, -exponent)
        extent = high - low
    scale = np.zeros_like(extent)
    np.divide(HIGHEST_CODE, extent, out=scale, where=varies)

    # From here on only distances above the tile's low: their averages keep their digits
    # however far from zero the tile lies.
    steps = pictures - low[:, :, None, None, None]
    if finite is not None:
        steps[~finite] = 0
    kept = finite
    if (ry, rx) != (1, 1):
        # Where all is finite, every tile has the same counts.
        counts = _pooled(np.ones(steps.shape[-2:]) if finite is None else finite * 1.0, ry, rx)
        steps = _pooled(steps, ry, rx)
        steps /= np.maximum(counts, 1)
        kept = None if finite is None else counts > 0
    steps *= scale[:, :, None, None, None]
    steps += 0.5
    codes: NDArray[np.uint8] = steps.astype(np.uint8)
    if kept is not None:
        codes[~kept] = NONFINITE_CODE
    return codes


def _pooled(array: FloatArray, ry: int, rx: int) -> FloatArray:
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
