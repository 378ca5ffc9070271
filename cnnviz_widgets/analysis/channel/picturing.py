"""Inputs, and parts of them, as small pictures in the range of all inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..thumbnails import averaged, curves

MOST_SIDE = 64
"""Pixels that a picture may be high or wide."""


@dataclass(frozen=True, eq=False)
class Picturing:
    """Makes pictures of samples of one input.

    Attributes
    ----------
    axes : tuple of int
        The input's axes along which it is a picture, the batch being axis 0: two of an image, one
        of a curve; others cannot be drawn.
    low, high : float
        What is black, and what is white.
    """

    axes: tuple[int, ...]
    low: float
    high: float

    @classmethod
    def of(cls, inputs: Any, axes: tuple[int, ...]) -> Picturing:
        """For samples such as these, shape (sample, …)."""
        array = np.asarray(inputs)
        finite = array[np.isfinite(array)] if array.dtype.kind in "biuf" else np.zeros(0)
        if not finite.size:
            return cls(axes, 0.0, 0.0)
        return cls(axes, float(finite.min()), float(finite.max()))

    def codes(self, sample: NDArray[Any]) -> NDArray[np.uint8] | None:
        """A sample, or a part of one, without the batch's axis, as a picture.

        Returns
        -------
        ndarray of uint8, shape (height, width, 1 or 3), or None
            None where it cannot be drawn.
        """
        if sample.dtype.kind not in "biuf" or 0 in sample.shape:
            return None
        places = [axis - 1 for axis in self.axes]
        if len(places) == 1:
            rows = np.moveaxis(sample, places, [0]).reshape(sample.shape[places[0]], -1)
            drawn: NDArray[np.uint8] = curves(rows[None, :, 0]).pixels[0]
            return drawn
        if len(places) != 2 or sample.ndim > 3:
            return None
        image = np.moveaxis(sample, places, [0, 1])
        image = image.reshape(*image.shape[:2], -1)
        image = image[..., : 3 if image.shape[-1] in (3, 4) else 1].astype(np.float32)
        image = np.nan_to_num(image, nan=self.low, posinf=self.high, neginf=self.low)
        small = averaged(image[None], reduction_of(image))[0]
        scale = 255.0 / (self.high - self.low) if self.high > self.low else 0.0
        codes: NDArray[np.uint8] = np.clip((small - self.low) * scale + 0.5, 0, 255).astype(
            np.uint8
        )
        return codes


def reduction_of(image: NDArray[Any]) -> int:
    """How many pixels a side one of the picture's averages."""
    return max(1, -(-int(max(image.shape[:2])) // MOST_SIDE))
