"""Values as colours in the still pictures: the maps that the page takes by itself."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...analysis.tiles.types import TileSheet
from .colour_maps import chosen_colormap, colour_table

NOT_FINITE = (213, 94, 0)


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
    colormap = chosen_colormap("auto", float(least), float(most))
    if colormap == "diverging":
        high = np.fmax(np.abs(low), np.abs(high))
        low = -high
    known = np.isfinite(values)
    reach = np.where(high > low, high - low, 1)
    with np.errstate(invalid="ignore", over="ignore"):
        # A range of no width shows the middle of the map.
        share = np.where(high > low, (values - low) / reach, 0.5)
    index = np.rint(255 * np.clip(np.where(known, share, 0), 0, 1)).astype(np.uint8)
    colours: NDArray[np.uint8] = colour_table(colormap)[index]
    colours[~known] = NOT_FINITE
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
