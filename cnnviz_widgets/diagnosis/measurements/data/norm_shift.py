"""What enters normalisation layers, beside what they remember of training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ....analysis.channel_measures import ChannelMeasures

ALIKE = 2.0
"""Up to this factor either way, spreads pass for alike: other samples of the same data differ by
up to 1.5, halved or doubled contrast by 2."""

FEW = 8
"""Samples below which the bounds are widened by twice the error of a spread."""

Array: TypeAlias = NDArray[np.floating]
Cause: TypeAlias = Literal["inputs", "averages"]


@dataclass(frozen=True)
class Remembered:
    """What a BatchNormalization remembers, and what it makes of it.

    Attributes
    ----------
    mean, variance : ndarray, shape (channel,)
        Its moving averages.
    scale, offset : ndarray, shape (channel,)
        γ and β; ones and zeros where it has none.
    epsilon : float
    """

    mean: Array
    variance: Array
    scale: Array
    offset: Array
    epsilon: float

    @property
    def initial(self) -> bool:
        """Whether the averages are those it began with."""
        return bool(np.all(self.variance == 1) and np.all(self.mean == 0))


@dataclass(frozen=True)
class NormShift:
    """How what enters the BatchNormalization layers differs from training.

    Attributes
    ----------
    layers : tuple of str
        Their paths, in execution order.
    ratios : tuple of float
        Of each, the median over channels of (standard deviation of what comes in / square root of
        the moving variance).
    shifts : tuple of float
        Of each, the median over channels of |mean of what comes in − moving mean| / square root
        of the moving variance.
    samples : int
    deeper : float
        The median of the ratios behind the first layers once those are given the averages of these
        samples; NaN where that was not tried, or there are none.
    begun : float
        The median over layers of root (variance that training on these inputs alone would have
        left in the averages, which began at 1 / moving variance); NaN where the number of steps is
        not known, or so large that nothing is left of the beginning.
    """

    layers: tuple[str, ...]
    ratios: tuple[float, ...]
    shifts: tuple[float, ...] = ()
    samples: int = 64
    deeper: float = math.nan
    begun: float = math.nan

    @property
    def ratio(self) -> float:
        """The median over layers."""
        known = [each for each in self.ratios if math.isfinite(each)]
        return float(np.median(known)) if known else math.nan

    @property
    def bound(self) -> float:
        """The factor up to which spreads of so many samples pass for alike."""
        if self.samples >= FEW:
            return ALIKE
        return ALIKE * (1 + 2 / math.sqrt(2 * max(self.samples - 1, 1)))

    @property
    def off(self) -> bool:
        """Whether what comes in is spread otherwise than in training."""
        if self.samples < 2 or self.is_beginning:
            return False
        return is_off(self.ratio, self.bound)

    @property
    def is_beginning(self) -> bool:
        """Whether averages that have not come far from where they began explain the ratio."""
        return math.isfinite(self.begun) and not is_off(self.begun, self.bound)

    @property
    def cause(self) -> Cause | None:
        """What is to blame: with the first layers set right, do those behind them agree again?"""
        if not self.off:
            return None
        return "averages" if is_off(self.deeper, self.bound) else "inputs"


def is_off(ratio: float, bound: float = ALIKE) -> bool:
    """Whether a ratio lies outside 1 by more than a factor, either way."""
    return ratio > bound or ratio < 1 / bound


def shift_of(measures: ChannelMeasures, memory: Remembered) -> tuple[float, float]:
    """Ratio and shift of what entered a BatchNormalization, by what it put out.

    Parameters
    ----------
    measures : ChannelMeasures
        Of its output.
    memory : Remembered

    Returns
    -------
    (float, float)
        As in `NormShift`; NaN where no channel tells.
    """
    return shift_by(measures.mean, measures.std, memory)


def shift_by(mean: Array, std: Array, memory: Remembered) -> tuple[float, float]:
    """Ratio and shift by the mean and spread of each channel of the output."""
    scale, used = np.abs(memory.scale), _telling(std, memory)
    if not used.any():
        return math.nan, math.nan
    per_std = np.sqrt(1 + memory.epsilon / memory.variance[used])
    ratios = std[used] / scale[used] * per_std
    shifts = np.abs(mean[used] - memory.offset[used]) / scale[used] * per_std
    return float(np.median(ratios)), float(np.median(shifts))


def begun_by(std: Array, memory: Remembered, left: float) -> float:
    """Spread that averages would remember of what comes in, over what they do remember.

    Parameters
    ----------
    std : ndarray, shape (channel,)
        Of its output.
    memory : Remembered
    left : float
        The share of their first value, 1, that is left in the averages.

    Returns
    -------
    float
        The median over channels; NaN where no channel tells.
    """
    used = _telling(std, memory)
    if not used.any():
        return math.nan
    variance = memory.variance[used]
    incoming = np.square(std[used] / memory.scale[used]) * (variance + memory.epsilon)
    return float(np.median(np.sqrt((left + (1 - left) * incoming) / variance)))


def _telling(std: Array, memory: Remembered) -> NDArray[np.bool_]:
    """The channels whose spread tells: where the variance is lost in ε, so is what is over it."""
    lost = (np.abs(memory.scale) <= 1e-6) | (memory.variance <= memory.epsilon * 1e-3)
    return ~lost & np.isfinite(std)


def largest(values: Sequence[float]) -> float:
    """The largest of those that are known; 0 of none."""
    return max((each for each in values if math.isfinite(each)), default=0.0)
