"""A sheet of small pictures: what it holds, and what its codes and marks mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

TileKind: TypeAlias = Literal["vector", "sequence", "image", "volume", "strip"]
TileMark: TypeAlias = Literal[0, 1, 2, 3, 4]

ORDINARY: TileMark = 0
ALL_ZERO: TileMark = 1
CONSTANT: TileMark = 2
SOME_NONFINITE: TileMark = 3
ALL_NONFINITE: TileMark = 4

HIGHEST_CODE = 254
NONFINITE_CODE = 255


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
