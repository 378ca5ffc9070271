"""Histograms small enough to be drawn beside a line of text."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Histogram: TypeAlias = tuple[tuple[float, ...], tuple[float, ...]]
"""Edges, ascending, and the share of the values between each two."""


def histogram(values: NDArray[np.floating], bins: int = 24) -> Histogram:
    """Edges and shares of a histogram; of equal numbers one bin, of no numbers none.

    Parameters
    ----------
    values : ndarray of any shape
        Finite.
    bins : int
    """
    if not values.size:
        return (), ()
    low, high = float(values.min()), float(values.max())
    if not math.isfinite(high - low) or not _has_room(np.linspace(low, high, bins + 1), values):
        return (low, high), (1.0,)
    if high - low > float(np.finfo(values.dtype).max):  # NumPy counts in the values' own precision
        values = values.astype(np.float64)
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    return tuple(edges.tolist()), tuple((counts / values.size).tolist())


def _has_room(edges: NDArray[np.float64], values: NDArray[np.floating]) -> bool:
    """Whether the values' own precision tells the edges apart, as it must for NumPy to count."""
    return bool((np.diff(edges.astype(np.result_type(values, np.float32))) > 0).all())
