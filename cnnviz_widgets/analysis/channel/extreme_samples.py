"""The samples on which channels are strongest or weakest, where all values are at hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Integers
from ..survey.strongest import NO_SAMPLE, Strongest


def extreme_samples(values: NDArray[Any], count: int, sign: int = 1) -> Strongest:
    """Each channel's strongest samples, each by its greatest finite value.

    Of equal values the sample with the lower number comes first, and of equal ones within a
    sample the first place: as a survey keeps them.

    Parameters
    ----------
    values : ndarray, shape (N, ..., C)
        NaN and infinity are passed over.
    count : int
        How many samples a channel.
    sign : int
        −1: the weakest ones, by their least value; values come out negated.

    Returns
    -------
    Strongest
        Arrays of shape (count, C); without a sample where a channel has fewer.
    """
    samples, channels = len(values), values.shape[-1]
    flat = values.reshape(samples, -1, channels)
    best = _best(flat, sign)
    order = np.argsort(-best, axis=0, kind="stable")[:count]
    top = np.take_along_axis(best, order, axis=0)
    there = top > -np.inf
    found = Strongest(
        np.full((count, channels), -np.inf, dtype=np.float32),
        np.full((count, channels), NO_SAMPLE),
        np.zeros((count, channels), dtype=np.int32),
    )
    held = len(order)
    found.values[:held] = top
    found.samples[:held] = np.where(there, order, NO_SAMPLE)
    if flat.shape[1] > 1:
        each = np.arange(channels)
        for rank in range(held):
            column = flat[order[rank], :, each]
            is_it = column == sign * top[rank][:, None]
            found.places[rank] = np.where(there[rank], is_it.argmax(axis=1), 0)
    return found


def _best(flat: NDArray[Any], sign: int) -> NDArray[np.float32]:
    """Each sample's greatest value of each channel, shape (N, C); minus infinity without any."""
    extreme = flat.max(axis=1) if sign > 0 else -flat.min(axis=1)
    best: NDArray[np.float32] = extreme.astype(np.float32) + np.float32(0)
    # NaN and infinity come out on top, and then only: a greatest value that is finite stands.
    faulty = np.flatnonzero((np.isnan(best) | (best == np.inf)).any(axis=0))
    if faulty.size:
        some = flat[..., faulty]
        kept = np.where(np.isfinite(some), sign * some, -np.inf)
        best[:, faulty] = kept.max(axis=1)
    return best


def nonfinite_values(values: NDArray[Any]) -> Integers:
    """How many of each channel's values are NaN or infinite, shape (C,)."""
    flat = values.reshape(-1, values.shape[-1])
    counts = np.zeros(flat.shape[1], dtype=np.int64)
    # Their sum is not finite either; in float64 finite ones do not overflow.
    with np.errstate(invalid="ignore"):
        faulty = np.flatnonzero(~np.isfinite(flat.sum(axis=0, dtype=np.float64)))
    counts[faulty] = np.count_nonzero(~np.isfinite(flat[:, faulty]), axis=0)
    return counts
