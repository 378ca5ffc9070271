"""Values as colours in the still pictures: the maps that the page takes by itself."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...analysis.tiles.types import TileSheet

_NOT_FINITE = (213, 94, 0)
# Values that reach below zero by this share of what they reach above are of both signs.
_BOTH_SIGNS = 0.25
# Knots of the maps, evenly spaced: between them no colour is off by what an eye could see.
_MAGMA = (
    "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961 "
    "fea772 fec488 fde2a3 fcfdbf"
)
_DIVERGING = "0b3c6f 2f6fae 7fb0d8 cfe2f0 f4f4f2 f8d6c6 ee9f83 cf5546 7a0c22"


def _table(knots: str) -> NDArray[np.uint8]:
    """256 colours from the low to the high end, shape (256, 3)."""
    colours = np.array([list(bytes.fromhex(knot)) for knot in knots.split()], dtype=np.float64)
    at = np.linspace(0, len(colours) - 1, 256)
    channels = [np.interp(at, np.arange(len(colours)), channel) for channel in colours.T]
    table: NDArray[np.uint8] = np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
    return table


def coloured(
    values: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Values as colours, each within its bounds; orange where not finite.

    Parameters
    ----------
    values : ndarray of float
    low, high : ndarray of float
        Broadcast against the values; NaN where nothing is finite. Where they reach about as far
        below zero as above, the map is blue, white and red about zero, else magma.

    Returns
    -------
    ndarray of uint8, shape (*values.shape, 3)
    """
    least, most = np.fmin.reduce(low, axis=None), np.fmax.reduce(high, axis=None)
    diverging = bool(-least > _BOTH_SIGNS * max(0.0, float(most)))
    if diverging:
        high = np.fmax(np.abs(low), np.abs(high))
        low = -high
    known = np.isfinite(values)
    reach = np.where(high > low, high - low, 1)
    with np.errstate(invalid="ignore", over="ignore"):
        # A range of no width shows the middle of the map.
        share = np.where(high > low, (values - low) / reach, 0.5)
    index = np.rint(255 * np.clip(np.where(known, share, 0), 0, 1)).astype(np.uint8)
    colours: NDArray[np.uint8] = _table(_DIVERGING if diverging else _MAGMA)[index]
    colours[~known] = _NOT_FINITE
    return colours


def shaded(
    tiles: TileSheet, scope: Literal["tile", "channel", "layer"], rows: int | None = None
) -> NDArray[np.uint8]:
    """The first rows of a sheet in colours, each tile over the range of a scope.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, height, width, 3)
    """
    low, high = (bound[:rows, :, None, None] for bound in tiles.range_of(scope))
    return coloured(tiles.dequantise()[:rows], low, high)
