"""On which samples, and where in them, channels are strongest or weakest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Integers, frozen
from ...analysis.survey.strongest import NO_SAMPLE, Strongest


@dataclass(frozen=True, eq=False)
class StrongestSamples:
    """Nine samples of each of C channels, each by its one extreme value; read-only.

    Attributes
    ----------
    values : ndarray of float64, shape (C, 9)
        The most extreme first; NaN where a channel has fewer finite values.
    samples : ndarray of int64, shape (C, 9)
        The samples' numbers; of equal values the lower first. −1 where there are fewer.
    places : ndarray of int64, shape (C, 9, axes)
        Indices into the layer's output: the first place of the value in its sample. −1 where
        there are fewer; of no axes where a sample has one value a channel.
    """

    values: Floats
    samples: Integers
    places: Integers

    def __repr__(self) -> str:
        channels, samples = self.samples.shape
        return (
            f"<StrongestSamples: .values, .samples and .places of {channels:,} channels, "
            f"{samples} samples each>"
        )

    @classmethod
    def of(cls, found: Strongest, axes: tuple[int, ...], sign: int) -> StrongestSamples:
        """As they were found, in samples of such axes; `sign` −1 undoes negation."""
        there = (found.samples != NO_SAMPLE).T
        # Zero has no sign, however it was found.
        values = np.where(there, sign * found.values.T.astype(np.float64) + 0.0, np.nan)
        flat: NDArray[np.int64] = found.places.T.astype(np.int64)
        if axes:
            places = np.stack(np.unravel_index(flat, axes), axis=-1)
        else:
            places = np.empty((*flat.shape, 0), dtype=np.int64)
        places = np.where(there[..., None], places, -1)
        samples = np.where(there, found.samples.T, -1)
        return cls(frozen(values), frozen(samples), frozen(places))
