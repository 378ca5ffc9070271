"""Values as codes of a byte, 0 to 254 from each tile's least to its greatest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, as_floats
from .reduction import pooled
from .types import (
    ALL_NONFINITE,
    ALL_ZERO,
    CONSTANT,
    HIGHEST_CODE,
    NONFINITE_CODE,
    ORDINARY,
    SOME_NONFINITE,
)

# So many pixels at a time are turned from channel-last to channel-first: the lines of cache
# that hold one channel of them are still there when the next channel is read.
_TURNED_PIXELS = 2048
# Between these extents differences, their sums and their reciprocals stay within float32.
_EXTENT_FROM, _EXTENT_TO = 1e-30, 1e30


def channel_first(block: NDArray[Any]) -> FloatArray:
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


def quantised(
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
        any_finite = finite.any(axis=pixels)
        marks[~finite.all(axis=pixels)] = SOME_NONFINITE
        marks[~any_finite] = ALL_NONFINITE
        low[~any_finite] = high[~any_finite] = np.nan

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
    averageable = finite
    if (ry, rx) != (1, 1):
        # Where all is finite, every tile has the same counts.
        counts = pooled(np.ones(steps.shape[-2:]) if finite is None else finite * 1.0, ry, rx)
        steps = pooled(steps, ry, rx)
        steps /= np.maximum(counts, 1)
        averageable = None if finite is None else counts > 0
    steps *= scale[:, :, None, None, None]
    steps += 0.5
    codes: NDArray[np.uint8] = steps.astype(np.uint8)
    if averageable is not None:
        codes[~averageable] = NONFINITE_CODE
    return codes
