"""What `cell_counts` counts, a channel and a value at a time: the reference of its tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELLS = 512


def plain_counts(
    rows: NDArray[np.floating], start: NDArray[np.float64], stop: NDArray[np.float64]
) -> NDArray[np.int64]:
    """How many values other than zero of each channel lie in each cell, shape (channel, cell).

    Cells are computed in the values' own type: at a cell's edge rounding is part of the answer.
    """
    number = rows.dtype.type
    counts = np.zeros((rows.shape[1], CELLS), dtype=np.int64)
    for channel, (low, high) in enumerate(zip(start, stop, strict=True)):
        scale = number(CELLS / (high - low))
        for value in rows[:, channel]:
            if value != 0:
                cell = int((value - number(low)) * scale)
                counts[channel, min(cell, CELLS - 1)] += 1
    return counts
