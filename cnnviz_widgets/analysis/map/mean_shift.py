"""Mean shift with a flat window: where rows are densest, and which of them lead there."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Indices

_MOST_STEPS = 100


def densest(rows: Floats, squares: Floats, width: float) -> tuple[Floats, Indices]:
    """The places that rows come to by moving to the mean of all rows near by, again and again.

    After [Comaniciu and Meer 2002], from all rows at once; those that see the same rows go on as
    one.

    Parameters
    ----------
    rows : ndarray, shape (n, columns), n >= 1
    squares : ndarray, shape (n, n)
        Squared distances of the rows.
    width : float
        How far a row is still near.

    Returns
    -------
    peaks : ndarray, shape (peak, columns)
        The fullest first, of equal ones as the rows come; none within `width` of one before it.
    seen : ndarray of int, shape (peak,)
        How many rows are near it.
    """
    # What rounding makes of a distance that is the width itself.
    reach = width**2 * (1 + 1e-9) + 1e-12 * float(squares.max(initial=0.0))
    lengths = np.einsum("ij,ij->i", rows, rows)
    near = squares <= reach
    settled: list[tuple[int, int, Floats]] = []
    first = np.arange(len(rows))
    for step in range(_MOST_STEPS):
        # Rows that see the same ones have the same mean from here on.
        _, kept = np.unique(np.packbits(near, axis=1), axis=0, return_index=True)
        kept.sort()
        first, near = first[kept], near[kept]
        seen = near.sum(axis=1)
        means = (near.astype(np.float64) @ rows) / seen[:, None]
        apart = lengths - 2 * (means @ rows.T)
        apart += np.einsum("ij,ij->i", means, means)[:, None]
        after = apart <= reach
        still = (after == near).all(axis=1)
        # A mean that sees nothing, which happens where few rows are far apart, has arrived, too.
        still |= ~after.any(axis=1) | (step == _MOST_STEPS - 1)
        settled += [(int(seen[i]), int(first[i]), means[i]) for i in np.flatnonzero(still)]
        first, near = first[~still], after[~still]
        if not first.size:
            break
    settled.sort(key=lambda peak: (-peak[0], peak[1]))
    return _apart(settled, reach)


def _apart(settled: list[tuple[int, int, Floats]], reach: float) -> tuple[Floats, Indices]:
    """The peaks that are not near one before them."""
    peaks: list[Floats] = []
    counts: list[int] = []
    for seen, _, mean in settled:
        if all(((mean - other) ** 2).sum() > reach for other in peaks):
            peaks.append(mean)
            counts.append(seen)
    return np.stack(peaks), np.array(counts, dtype=np.intp)
