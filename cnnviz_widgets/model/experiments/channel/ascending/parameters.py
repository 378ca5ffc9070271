"""What is varied in the search for an input, and how an input is made of it.

Pictures, series and volumes are sums of waves, each with a say as large as in the data, in the
data's colours and between its ends; tables are rows between each column's ends; a generator's noise
lies as far out as the noise that was given.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .....analysis.arrays import Floats, Singles
from .....analysis.channel.input_statistics import InputStatistics, input_statistics

# How far from grey the search begins: so much of one wave's natural size.
_FIRST_SIZE = 0.1
# A start is taken to lie so far inside the range, as a share of it: its very ends are infinitely
# far away, and near them nothing moves.
_INSIDE = 0.02
# Each step looks at the picture moved by up to 1/14 of its size, and scaled by up to 5 %.
_JITTER, _SCALING = 1 / 14, 0.05


class Parameters(Protocol):
    """What is varied: numbers z, a row a channel that is asked.

    Attributes
    ----------
    shape : tuple of int
        Of z, without the row.
    low, high : ndarray of float64, shape (C,)
        The least and the greatest value of each channel of the input.
    span : ndarray of float64
        The length of that range, of as many axes as one input.
    """

    shape: tuple[int, ...]
    low: Floats
    high: Floats
    span: Floats

    def first(self, generator: np.random.Generator) -> Singles:
        """Where the search begins, of shape `shape`, when it begins with nothing."""

    def of(self, inputs: NDArray[Any]) -> Singles:
        """The z of which these inputs are made, as nearly as they can be; (n, *shape)."""

    def inputs(self, z: Any) -> Any:
        """The inputs that a tensor z makes, laid out as the model takes them."""

    def moved(self, inputs: Any, draws: Any) -> Any:
        """Inputs a little beside their place, by random numbers from −1 to 1, (rows, 3)."""


class Waves:
    """Pictures, series and volumes; see `Parameters`.

    Parameters
    ----------
    values : ndarray
        The data, (N, …).
    channels_first : bool
        Whether the channels stand behind the samples rather than last.
    """

    def __init__(self, values: NDArray[Any], channels_first: bool) -> None:
        self._is_first = channels_first
        values = np.moveaxis(values, 1, -1) if channels_first else values
        statistics = input_statistics(values)
        self._statistics: InputStatistics = statistics
        self._size = values.shape[1:-1]
        spectrum = statistics.spectrum
        self.shape = (values.shape[-1], *spectrum.shape, 2)
        self.low, self.high = statistics.low, statistics.high
        behind = (1,) * len(self._size) if channels_first else ()
        self.span = (self.high - self.low).reshape(-1, *behind)
        self._amplitude = (spectrum * np.sqrt(np.prod(self._size))).astype(np.float32)
        self._centre = _logit(_shares(statistics.mean, self))

    def first(self, generator: np.random.Generator) -> Singles:
        """Next to nothing: the mean colour."""
        return generator.normal(0, _FIRST_SIZE, self.shape).astype(np.float32)

    def of(self, inputs: NDArray[Any]) -> Singles:
        """By the inverse of `inputs`."""
        values = np.moveaxis(inputs, 1, -1) if self._is_first else inputs
        free = _logit(_shares(values, self)) - self._centre
        flat = np.moveaxis(free @ np.linalg.inv(self._statistics.colours).T, -1, 1)
        waves = np.fft.rfftn(flat, axes=range(2, flat.ndim)) / self._amplitude
        return np.stack([waves.real, waves.imag], -1).astype(np.float32)

    def inputs(self, z: Any) -> Any:
        """Sums of waves, in the data's colours, between the data's ends."""
        rank = len(self._size)
        waves = tf.complex(z[..., 0] * self._amplitude, z[..., 1] * self._amplitude)
        flat = _summed(waves, self._size)
        if self.shape[0] == 1:
            free = tf.reshape(flat, (-1, *self._size, 1))
        else:
            free = tf.transpose(flat, [0, *range(2, rank + 2), 1])
            free = tf.tensordot(free, self._statistics.colours.T.astype(np.float32), 1)
        values = _between(free + self._centre.astype(np.float32), self)
        return (
            tf.transpose(values, [0, rank + 1, *range(1, rank + 1)]) if self._is_first else values
        )

    def moved(self, inputs: Any, draws: Any) -> Any:
        """Shifted along the last two axes, or the one, and scaled."""
        rank = len(self._size)
        values = tf.transpose(inputs, [0, *range(2, rank + 2), 1]) if self._is_first else inputs
        height, width = (1, *self._size)[-2:]
        depth = int(np.prod(self._size[:-2], dtype=int)) if rank > 2 else 1
        flat = tf.reshape(values, (-1, height, width, self.shape[0]))
        if depth > 1:
            draws = tf.repeat(draws, depth, 0)
        scale = 1 + _SCALING * draws[:, 0]
        # About the middle: what is scaled stays where it is.
        right = _JITTER * width * draws[:, 1] + (width - 1) / 2 * (1 - scale)
        down = _JITTER * height * draws[:, 2] * (height > 1) + (height - 1) / 2 * (1 - scale)
        none = tf.zeros_like(scale)
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=flat,
            transforms=tf.stack([scale, none, right, none, scale, down, none, none], 1),
            output_shape=[height, width],
            interpolation="BILINEAR",
            fill_mode="REFLECT",
            fill_value=0.0,
        )
        result = tf.reshape(moved, tf.shape(values))
        result.set_shape(values.shape)
        return (
            tf.transpose(result, [0, rank + 1, *range(1, rank + 1)]) if self._is_first else result
        )


class Rows:
    """Rows of a table; see `Parameters`."""

    def __init__(self, values: NDArray[Any]) -> None:
        statistics = input_statistics(values)
        self.low, self.high = statistics.low, statistics.high
        self.span = self.high - self.low
        self.shape = values.shape[1:]
        self._centre = _logit(_shares(statistics.mean, self))

    def first(self, generator: np.random.Generator) -> Singles:
        """Next to the mean of each column."""
        return generator.normal(0, _FIRST_SIZE, self.shape).astype(np.float32)

    def of(self, inputs: NDArray[Any]) -> Singles:
        """By the inverse of `inputs`."""
        free = _logit(_shares(inputs, self)) - self._centre
        return free.astype(np.float32)

    def inputs(self, z: Any) -> Any:
        """Each column between its own ends."""
        return _between(z + self._centre.astype(np.float32), self)

    def moved(self, inputs: Any, draws: Any) -> Any:
        """As they are: there is no place to be beside."""
        return inputs


class Noise:
    """A generator's noise; see `Parameters`. As far from its centre as that which was given."""

    def __init__(self, values: NDArray[Any]) -> None:
        flat = np.asarray(values, dtype=np.float64)
        statistics = input_statistics(values)
        self.low, self.high = statistics.low, statistics.high
        self.span = self.high - self.low
        self.shape = values.shape[1:]
        mean, error = float(flat.mean()), float(flat.std() / np.sqrt(flat.size))
        self._centre = mean if abs(mean) > 4 * error else 0.0
        self._radius = float(np.sqrt(((flat - self._centre) ** 2).sum(-1).mean()))

    def first(self, generator: np.random.Generator) -> Singles:
        """A random direction."""
        return generator.normal(size=self.shape).astype(np.float32)

    def of(self, inputs: NDArray[Any]) -> Singles:
        """The direction, at a length that a step changes by as much as that of a random one."""
        away = np.asarray(inputs, dtype=np.float64) - self._centre
        length = np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-12)
        return np.asarray(away / length * np.sqrt(self.shape[-1]), dtype=np.float32)

    def inputs(self, z: Any) -> Any:
        """The point of the sphere in the direction of z."""
        return self._centre + self._radius * tf.math.l2_normalize(z, -1)

    def moved(self, inputs: Any, draws: Any) -> Any:
        """As they are."""
        return inputs


def parameters_of(values: NDArray[Any], *, is_noise: bool, channels_first: bool) -> Parameters:
    """What to vary for inputs of this kind.

    Parameters
    ----------
    values : ndarray
        The user's own samples of the input.
    is_noise : bool
        Whether images are made of it.
    channels_first : bool

    Raises
    ------
    ValueError
        Of more axes than volumes have; or all its values are the same.
    """
    if values.ndim == 2:
        return Noise(values) if is_noise else Rows(values)
    if not 3 <= values.ndim <= 5:
        raise ValueError(
            "an input to be searched for has 1 to 4 axes (a row, a series, a picture or a volume, "
            f"with channels last); this one has the shape {values.shape[1:]}"
        )
    return Waves(values, channels_first)


def _summed(waves: Any, size: tuple[int, ...]) -> Any:
    """The values of waves at every place, the places' axes being the last ones."""
    if len(size) == 1:
        return tf.signal.irfft(waves, list(size))
    if len(size) == 3:
        # TensorFlow knows no gradient of the transform of three axes in one.
        along = tf.signal.ifft(tf.transpose(waves, [0, 1, 3, 4, 2]))
        waves = tf.transpose(along, [0, 1, 4, 2, 3])
    return tf.signal.irfft2d(waves, list(size[-2:]))


def _shares(values: NDArray[Any], of: Parameters) -> Floats:
    """Where values lie between the ends, as a share, not too near to them; halfway if nowhere."""
    span = np.where(of.high > of.low, of.high - of.low, 1.0)
    values = np.where(np.isnan(values), (of.low + of.high) / 2, values)
    return np.clip((np.asarray(values, np.float64) - of.low) / span, _INSIDE, 1 - _INSIDE)


def _logit(shares: Floats) -> Floats:
    return np.asarray(np.log(shares / (1 - shares)))


def _between(free: Any, of: Parameters) -> Any:
    low, span = of.low.astype(np.float32), (of.high - of.low).astype(np.float32)
    return low + span * tf.sigmoid(free)
