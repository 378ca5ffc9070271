"""Whether a channel's values depend on the input at all."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def between_samples(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """How much each channel varies from sample to sample, relative to its own magnitude.

    √(mean over positions of the variance over samples) / √(mean of the squared values): 0 for a
    channel that is the same whatever the input is, about 1 for one that has nothing constant
    in it. Maps that all samples share count as constant, however uneven they are in space: that
    is how a generator's mode collapse looks. Beyond the paper, see METHOD §3.

    Parameters
    ----------
    values : ndarray, shape (sample, position, channel)
        Finite.

    Returns
    -------
    ndarray of float64, shape (channel,)
        NaN where there is but one sample, or the channel is all zero.
    """
    channels = values.shape[-1]
    if len(values) < 2 or not channels:
        return np.full(channels, np.nan)
    # Scaled first, so that squares neither overflow nor vanish.
    peak = np.abs(values).max(axis=(0, 1)).astype(np.float64)
    living = peak > 0
    scaled = values / np.where(living, peak, 1.0).astype(values.dtype)
    # About the first sample, so that equal values leave exactly nothing.
    about = scaled - scaled[0]
    mean = about.mean(axis=0, dtype=np.float64)
    squares = np.einsum("npc,npc->pc", about, about, dtype=np.float64) / len(values)
    spread = np.maximum(squares - mean * mean, 0.0).mean(axis=0)
    magnitude = np.einsum("npc,npc->c", scaled, scaled, dtype=np.float64) / math.prod(
        scaled.shape[:2]
    )
    result = np.full(channels, np.nan)
    result[living] = np.sqrt(spread[living] / magnitude[living])
    return result


def spread_over_samples(values: NDArray[np.floating]) -> float:
    """Mean over positions and channels of the standard deviation over samples, in the values' unit.

    MEASURED.md: real faces 0.38, those of a collapsed generator 0.003 to 0.06.

    Parameters
    ----------
    values : ndarray, shape (sample, ...)
    """
    return float(np.std(values, axis=0, dtype=np.float64).mean())
