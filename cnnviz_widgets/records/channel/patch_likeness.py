"""How alike the parts of several samples are that a layer sees at places."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Integers
from ...analysis.channel.random_directions import mean_cosine
from .patch import cut_out
from .receptive_field import Box, InputField

# Along each axis so many positions of a patch are compared; of larger ones every so many-th.
_MOST_POSITIONS = 32


class PatchLikeness:
    """Compares what a layer sees of samples, each at a place of its own.

    Patches are all of the field's size, padding taken for 0; their own mean is taken off, so that
    being bright is nothing in common.

    Parameters
    ----------
    field : InputField
    samples : ndarray, shape (N, ...)
        Of the field's input.
    """

    def __init__(self, field: InputField, samples: NDArray[Any]) -> None:
        self._field = field
        self._samples = samples
        self._steps = tuple(-(-size // _MOST_POSITIONS) for size in field.size)
        self._boxes: dict[int, Box | None] = {}

    def __call__(self, numbers: Integers, places: Integers) -> float:
        """The mean cosine between two patches.

        Parameters
        ----------
        numbers : ndarray of int, shape (n,)
            Of the samples.
        places : ndarray of int, shape (n,)
            In the layer's output, counted along its axes without the channels.
        """
        patches = [
            self._patch(*each) for each in zip(numbers.tolist(), places.tolist(), strict=True)
        ]
        rows = np.stack([each.ravel().astype(np.float64) for each in patches])
        return mean_cosine(rows - rows.mean(axis=1, keepdims=True))

    def _patch(self, number: int, place: int) -> NDArray[Any]:
        sample, axes = self._samples[number], self._field.axes
        box = self._box(place)
        if box is None:
            box = tuple((-size, 0) for size in self._field.size)
        pixels, _ = cut_out(sample, axes, box)
        thinned = [slice(None)] * sample.ndim
        for axis, step in zip(axes, self._steps, strict=True):
            thinned[axis - 1] = slice(None, None, step)
        return pixels[tuple(thinned)]

    def _box(self, place: int) -> Box | None:
        if place not in self._boxes:
            lengths = self._field.places
            index = np.unravel_index(place, lengths) if lengths else ()
            reach = self._field.reach(*(int(k) for k in index))
            self._boxes[place] = reach and tuple(
                (first, first + size)
                for (first, _), size in zip(reach, self._field.size, strict=True)
            )
        return self._boxes[place]
