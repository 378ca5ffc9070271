"""Values counted in cells, many channels at once, in half the bytes that the values take.

`np.histogram` goes channel by channel and looks for each value's cell. Here a value's cell is
computed, in 16 bits, and eight channels are counted in one go. What comes out is the plain count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import CHUNK_ROWS, FloatArray, Floats, Integers, in_type_of, row_chunks

CELLS = 512
"""So many cells a channel's values are counted in."""

# So many channels are counted together, their cells' numbers in 16 bits each.
_GROUP = 8
_GROUP_CELLS = np.dtype((np.void, 2 * _GROUP))


def cell_counts(
    rows: FloatArray, channels: Integers, start: Floats, stop: Floats, n: Integers
) -> Floats:
    """How many values of some channels, zeros left out, lie in each of `CELLS` cells.

    Parameters
    ----------
    rows : ndarray, shape (value, all channels)
        Every value lies between its channel's `start` and `stop`, and so does zero where a channel
        holds any.
    channels : ndarray of int, shape (c,)
        Those to count, ascending.
    start, stop : ndarray, shape (c,)
        Where the first cell begins, and the last one ends: a value equal to `stop` lies in it.
    n : ndarray of int, shape (c,)
        How many values of each are not zero.

    Returns
    -------
    ndarray of float64, shape (c, cell)
    """
    origin = in_type_of(start, rows)
    scale = in_type_of(CELLS / (stop - start), rows)
    everyone = channels.size == rows.shape[1]
    groups = -(-channels.size // _GROUP)
    # Counting goes channel by channel, so the cells' numbers turn over, in half the bytes of
    # values, and a group of channels like one number. A group is counted in one go: the equal
    # numbers of a channel do not then wait for each other, and the many zeros of ReLU are equal.
    cells = np.empty((groups, len(rows)), dtype=_GROUP_CELLS)
    # One cell more takes the values equal to `stop`.
    each = CELLS + 1
    offsets = np.tile(np.arange(_GROUP, dtype=np.int16) * each, groups)
    # What fills up the last group must not count for another of its channels.
    numbers = np.tile(offsets, (CHUNK_ROWS, 1))
    turned = numbers.view(_GROUP_CELLS).T
    offsets = offsets[: channels.size]
    distances = np.empty((CHUNK_ROWS, channels.size), dtype=rows.dtype)
    done = 0
    for chunk in row_chunks(rows):
        size = len(chunk)
        distance, places = distances[:size], numbers[:size, : channels.size]
        np.subtract(chunk if everyone else chunk[:, channels], origin, out=distance)
        distance *= scale
        places[...] = distance
        places += offsets
        cells[:, done : done + size] = turned[:, :size]
        done += size
    binned = np.empty((groups, _GROUP * each), dtype=np.intp)
    for filled, group in zip(binned, cells.view(np.int16), strict=True):
        filled[:] = np.bincount(group, minlength=_GROUP * each)
    binned = binned.reshape(-1, each)[: channels.size]
    counts = binned[:, :CELLS].astype(np.float64)
    counts[:, -1] += binned[:, CELLS]
    zeros = len(rows) - n
    some = np.flatnonzero(zeros)
    counts[some, cell_of(np.zeros(some.size), start[some], stop[some], rows)] -= zeros[some]
    return counts


def cell_of(numbers: Floats, start: Floats, stop: Floats, rows: FloatArray) -> NDArray[np.intp]:
    """The cell of one number of each channel, by the very arithmetic that `cell_counts` uses."""
    distance = in_type_of(numbers, rows) - in_type_of(start, rows)
    distance *= in_type_of(CELLS / (stop - start), rows)
    return np.minimum(distance.astype(np.intp), CELLS - 1)
