"""Small pictures of samples, in grey or colour, whatever range their values have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import frozen
from .tiles.reduction import pooled

MOST_SIDE = 64
"""Pixels that a thumbnail may be high or wide."""

MOST_BYTES = 2**20
"""Bytes that all thumbnails together take, where nothing else is asked for."""

CURVE = (24, 36)
"""Pixels down and across of the picture of a curve."""

# Where single values lie so many times farther apart than 99 of 100, they would leave no contrast.
_STRAY = 4.0


@dataclass(frozen=True, eq=False)
class Thumbnails:
    """A picture of each of some samples.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (sample, height, width, 1 or 3)
        Read-only; 0 is `low`, 255 is `high`.
    low, high : float
        The range that all pictures are stretched over.
    note : str
        What they show where that is not the whole of a sample; "" else.
    """

    pixels: NDArray[np.uint8]
    low: float
    high: float
    note: str = ""


def thumbnails(
    images: NDArray[np.generic], note: str = "", most_bytes: int = MOST_BYTES
) -> Thumbnails:
    """Pictures of images, all stretched over one range.

    The range is that of all finite values; where a few stray far from the others, that of 99 in
    100.

    Parameters
    ----------
    images : ndarray, shape (sample, height, width, channel)
        Numbers. Three channels are red, green and blue, a fourth is left out; of two the first
        is shown.
    note : str
        As in `Thumbnails`.
    most_bytes : int
        What all may take.

    Returns
    -------
    Thumbnails
        Averaged down to `MOST_SIDE` pixels a side or fewer, and `most_bytes` in all.
    """
    count, height, width, channels = images.shape
    shown = 3 if channels >= 3 else 1
    values = np.asarray(images[..., :shown], dtype=np.float32)
    side = max(1, -(-max(height, width) // MOST_SIDE))
    while count * -(-height // side) * -(-width // side) * shown > most_bytes:
        side += 1
    low, high = _range(values)
    finite = np.where(np.isfinite(values), values, np.float32(low))
    small = averaged(finite, side)
    scale = 255.0 / (high - low) if high > low else 0.0
    codes = np.clip((small - low) * scale + 0.5, 0, 255).astype(np.uint8)
    return Thumbnails(frozen(codes), low, high, note)


def curves(rows: NDArray[np.generic], note: str = "") -> Thumbnails:
    """Pictures of curves, all over one range: white on black, a dark ground for a missing value.

    Parameters
    ----------
    rows : ndarray, shape (sample, point)
        Numbers.
    note : str
        As in `Thumbnails`.

    Returns
    -------
    Thumbnails
        Of `CURVE` pixels.
    """
    down, across = CURVE
    values = np.asarray(rows, dtype=np.float32)
    low, high = _range(values)
    span = high - low or 1.0
    codes = np.zeros((len(values), down, across, 1), dtype=np.uint8)
    places = np.linspace(0, values.shape[1] - 1, 4 * across)
    columns = np.repeat(np.arange(across), 4)
    points = np.arange(values.shape[1])
    for number, row in enumerate(values):
        known = np.isfinite(row)
        if not known.any():
            continue
        drawn = np.interp(places, points[known], row[known])
        height = np.clip((drawn - low) / span, 0, 1) * (down - 1)
        heights = (down - 1 - np.rint(height)).astype(int)
        before = np.concatenate([heights[:1], heights[:-1]])
        for column, first, last in zip(columns, before, heights, strict=True):
            codes[number, min(first, last) : max(first, last) + 1, column] = 255
    return Thumbnails(frozen(codes), low, high, note)


def _range(values: NDArray[np.float32]) -> tuple[float, float]:
    """The range to stretch over; 0 to 0 where nothing is finite."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    low, high = float(finite.min()), float(finite.max())
    inner_low, inner_high = (float(each) for each in np.percentile(finite, (0.5, 99.5)))
    if high - low > _STRAY * (inner_high - inner_low) > 0:
        return inner_low, inner_high
    return low, high


def averaged(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Means over squares of so many pixels a side, narrower where a picture ends.

    Parameters
    ----------
    values : ndarray of float32, shape (picture, height, width, channel)
    side : int
    """
    if side == 1:
        return values
    first = np.moveaxis(values, -1, 1)
    sums = pooled(first, side, side)
    whole = pooled(np.ones(values.shape[1:3], dtype=np.float32), side, side)
    return np.asarray(np.moveaxis(sums / whole, 1, -1), dtype=np.float32)
