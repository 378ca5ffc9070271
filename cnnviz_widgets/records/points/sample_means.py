"""Some of the samples that were surveyed, with what each channel gives to them on the average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Integers, frozen
from ...analysis.survey.kept_samples import KeptSamples


@dataclass(frozen=True, eq=False)
class SampleMeans:
    """Samples drawn from a survey; C channels; read-only.

    Attributes
    ----------
    numbers : ndarray of int64, shape (k,)
        Of the samples in the survey, ascending.
    values : ndarray of float32, shape (k, C)
        The mean of each channel's finite values over a sample's places; 0 without any.
    labels : ndarray of int64, shape (k,)
        The class of each; −1 where it is not known.
    total : int
        How many samples were surveyed.
    """

    numbers: Integers
    values: NDArray[np.float32]
    labels: Integers
    total: int

    @classmethod
    def of(cls, kept: KeptSamples, total: int) -> SampleMeans:
        """As a layer's tally keeps them."""
        order = np.argsort(kept.numbers)
        means = kept.arrays["pooled"][order].astype(np.float32)
        labels = kept.arrays["label"][order].astype(np.int64)
        return cls(frozen(kept.numbers[order]), frozen(means), frozen(labels), total)

    def __len__(self) -> int:
        return len(self.numbers)
