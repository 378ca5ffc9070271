"""How a signal grows or fades from layer to layer, forward and backward.

What counts forward is the part of an output that depends on the input: a bias may be large where
nothing else is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..output_measures import OutputMeasures

FEWEST_STEPS = 3
"""Steps from layer to layer, below which a trend cannot be told from the scale of one layer."""

LARGEST_STEP, LEAST_STEADY = 0.5, 0.5
"""Of the whole change in decades, what one step may make at most, and what the median slope over
all pairs of layers has to make at least: one weak layer is no trend."""

_DOUBLED = math.log10(2)


@dataclass(frozen=True)
class Signal:
    """The scale of the signal over depth: a place counts the layers with weights on the way to it.

    Attributes
    ----------
    layers : tuple of str
        The first layer with weights at each place.
    forward : tuple of float
        The spread between samples of what is put out there, relative to that of the inputs; of
        several branches the largest. NaN where it is not finite.
    normalised : tuple of bool
        Where a normalisation brings the scale back.
    inputs : float
        The inputs' own spread between samples; 1 where their numbers have no scale.
    gradients : tuple of float
        The norm of the loss' gradient with respect to the weights, relative to their own norm, the
        largest at each place; () where no backward pass was made, NaN where it says nothing.
    """

    layers: tuple[str, ...]
    forward: tuple[float, ...]
    normalised: tuple[bool, ...]
    inputs: float = 1.0
    gradients: tuple[float, ...] = ()

    def scale(self, place: int) -> float:
        """The spread between samples at a place, in the values' own unit."""
        return self.forward[place] * self.inputs


@dataclass(frozen=True)
class Trend:
    """A steady change over some places.

    Attributes
    ----------
    first, last : int
        Places where it begins and ends.
    change : float
        The scale at the end over that at the beginning.
    factor : float
        By how much the scale changes from one place to the next: the median slope of its logarithm
        over all pairs of places (Theil–Sen).
    """

    first: int
    last: int
    change: float
    factor: float

    @property
    def layers(self) -> int:
        """How many layers it goes through, the first and the last included."""
        return self.last - self.first + 1

    def behind(self, places: int) -> Trend:
        """The same, counted from so many places earlier on."""
        return replace(self, first=self.first + places, last=self.last + places)


def spread(outputs: OutputMeasures) -> float:
    """The part of an output that depends on the sample, in its own unit: a root mean square.

    Without samples to compare, all of its magnitude. NaN where a value is not finite.
    """
    measures = outputs.measures
    if measures.nonfinite.any():
        return math.nan
    power = measures.mean**2 + measures.std**2
    known = np.isfinite(outputs.variation)
    if not known.any():
        return outputs.magnitude
    power = np.where(known, power * np.where(known, outputs.variation, 0.0) ** 2, 0.0)
    return float(np.sqrt(power.mean()))


def spread_of(values: NDArray[np.generic]) -> float:
    """The same of an array with samples on its first axis; all of it of equal samples."""
    wide = np.asarray(values, np.float64)
    power = float(wide.var(axis=0).mean()) if wide.size else 0.0
    return math.sqrt(power or float(np.mean(np.square(wide)))) if wide.size else 0.0


def stretches(scales: Sequence[float], normalised: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of known, positive scales without a normalisation in it."""
    first = None
    for place, scale in enumerate((*scales, math.nan)):
        usable = scale > 0 and math.isfinite(scale) and not normalised[place]
        if usable and first is None:
            first = place
        elif not usable and first is not None:
            yield first, place - 1
            first = None


def fading(scales: Sequence[float]) -> Trend | None:
    """The steady fall that goes on to the last of these scales; None where there is none.

    Parameters
    ----------
    scales : sequence of float
        Positive and finite.
    """
    decades = np.log10(np.asarray(scales, np.float64))
    return _steady(decades, _beginning(decades), decades.size - 1)


def growing(scales: Sequence[float]) -> Trend | None:
    """The steady rise to the largest of these scales; None where there is none."""
    decades = np.log10(np.asarray(scales, np.float64))
    last = int(np.argmax(decades))
    return _steady(decades, _beginning(-decades[: last + 1]), last)


def _beginning(decades: NDArray[np.float64]) -> int:
    """Where a fall begins: the last place near the peak, or earlier, as far as it falls there."""
    place = int(np.flatnonzero(decades >= decades.max() - _DOUBLED)[-1])
    while place and decades[place - 1] > decades[place]:
        place -= 1
    return place


def _steady(decades: NDArray[np.float64], first: int, last: int) -> Trend | None:
    """The change between two places, if it is no matter of one step and goes on all the way."""
    part = decades[first : last + 1]
    if part.size <= FEWEST_STEPS:
        return None
    total = float(part[-1] - part[0])
    slope = _median_slope(part)
    is_jump = np.abs(np.diff(part)).max() > LARGEST_STEP * abs(total)
    if is_jump or slope * (part.size - 1) / (total or 1.0) < LEAST_STEADY:
        return None
    return Trend(first, last, 10**total, 10**slope)


def _median_slope(values: NDArray[np.float64]) -> float:
    """Theil and Sen's slope: the median over all pairs."""
    low, high = np.triu_indices(values.size, 1)
    return float(np.median((values[high] - values[low]) / (high - low)))
