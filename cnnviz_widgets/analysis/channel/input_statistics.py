"""What inputs look like: their range, their colours, and how fast they change from place to place.

So that what is drawn for a model stays among what the model is given, whatever that is: faces
between −1 and 1, spectrograms, measurements of a hundred kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, frozen

# A spectrum of so many samples counts as much as the general one of nature, 1 / frequency.
_SAMPLES_OF_PRIOR = 4.0
# More channels than colours can be have no colours in common that would be worth a matrix.
_MOST_COLOURS = 64
# Of the values of a batch so many at the most are looked at.
_MOST_VALUES = 1 << 24


@dataclass(frozen=True, eq=False)
class InputStatistics:
    """Of a batch of inputs with C channels (colours, features) on the last axis; read-only.

    Attributes
    ----------
    low, high, mean : ndarray of float64, shape (C,)
        Of each channel's finite values. `high` is above `low` where any value differs from
        another in any channel.
    colours : ndarray of float64, shape (C, C)
        A square root of the channels' covariance: a row vector of independent numbers times its
        transpose varies as the inputs' colours do. Its longest row has length 1.
    spectrum : ndarray of float64, shape (…, W // 2 + 1)
        The mean amplitude of each frequency of the spatial axes, laid out as `numpy.fft.rfftn`
        does, with a root mean square of 1. () without spatial axes.
    """

    low: Floats
    high: Floats
    mean: Floats
    colours: Floats
    spectrum: Floats


def input_statistics(inputs: NDArray[np.floating]) -> InputStatistics:
    """Describe a batch.

    Parameters
    ----------
    inputs : ndarray, shape (N, …, C)
        Values that are not finite count as the mean.

    Raises
    ------
    ValueError
        No value is finite, or all are the same: there is no range to draw in.
    """
    every = max(1, inputs.size // _MOST_VALUES)
    values = np.asarray(inputs[::every], dtype=np.float64)
    finite = np.isfinite(values)
    if not finite.any():
        raise ValueError("no value of the inputs is finite: there is no range to draw in")
    axes = tuple(range(values.ndim - 1))
    low = np.min(values, axes, where=finite, initial=np.inf)
    high = np.max(values, axes, where=finite, initial=-np.inf)
    none = ~finite.any(axes)
    low[none] = high[none] = 0.0
    if not (high > low).any():
        raise ValueError(
            "all values of the inputs are the same, in each channel: there is no range to draw in"
        )
    counts = np.maximum(finite.sum(axes), 1)
    mean = np.where(finite, values, 0).sum(axes) / counts
    values = np.where(finite, values, mean)
    colours = _colours(values - mean)
    return InputStatistics(
        low=frozen(low),
        high=frozen(high),
        mean=frozen(mean),
        colours=frozen(colours),
        spectrum=frozen(_spectrum((values - mean) @ np.linalg.inv(colours).T)),
    )


def natural_spectrum(shape: tuple[int, ...]) -> Floats:
    """1 / frequency, the lowest one for the mean, as `InputStatistics.spectrum` is laid out.

    Parameters
    ----------
    shape : tuple of int
        The lengths of the spatial axes.
    """
    squares = np.zeros(())
    for axis, length in enumerate(shape):
        frequency = (np.fft.rfftfreq if axis == len(shape) - 1 else np.fft.fftfreq)(length)
        squares = np.add.outer(squares, frequency**2)
    falling = 1 / np.maximum(np.sqrt(squares), 1 / max(shape, default=1))
    return _scaled(falling)


def _colours(centred: Floats) -> Floats:
    channels = centred.shape[-1]
    if channels > _MOST_COLOURS:
        return np.eye(channels)
    flat = centred.reshape(-1, channels)
    covariance = flat.T @ flat / len(flat)
    # A channel that never varies, or one that repeats another, is still to be drawn in.
    covariance += np.eye(channels) * (1e-4 * np.trace(covariance) / channels + 1e-12)
    spread, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(spread, 0))
    return np.asarray(root / np.sqrt((root**2).sum(1).max()))


def _spectrum(centred: Floats) -> Floats:
    shape = centred.shape[1:-1]
    if not shape:
        return np.ones(())
    spatial = tuple(range(1, 1 + len(shape)))
    power = (np.abs(np.fft.rfftn(centred, axes=spatial)) ** 2).mean((0, -1))
    general = natural_spectrum(shape) ** 2
    power /= max(float(power.mean()), 1e-300)
    seen = len(centred)
    mixed = (seen * power + _SAMPLES_OF_PRIOR * general) / (seen + _SAMPLES_OF_PRIOR)
    return _scaled(np.sqrt(mixed))


def _scaled(amplitude: Floats) -> Floats:
    return np.asarray(amplitude / np.sqrt((amplitude**2).mean()))
