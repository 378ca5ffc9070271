"""How much more often a class is among a channel's strongest samples than among all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from ..arrays import Floats, Integers, frozen

LEVEL = 0.05
"""How often, at most, an interval misses, whichever class is the most frequent."""


@dataclass(frozen=True, eq=False)
class ClassLift:
    """The class that is most frequent among each of C channels' strongest samples; read-only.

    The interval holds for all classes of a channel at once, as the most frequent one is chosen
    after the fact; that samples are drawn without being put back only makes it too wide.

    Attributes
    ----------
    classes : ndarray of int64, shape (C,)
        −1 where none of the strongest has a label.
    hits, counted : ndarray of int64, shape (C,)
        How many of the strongest are of it, of how many whose class is known.
    base : ndarray of float64, shape (C,)
        The share of the class among all samples; NaN without a class.
    low, high : ndarray of float64, shape (C,)
        The ends of the interval in which the lift lies.
    """

    classes: Integers
    hits: Integers
    counted: Integers
    base: Floats
    low: Floats
    high: Floats

    @property
    def lift(self) -> Floats:
        """The share among the strongest over that among all, shape (C,); 1 is chance."""
        return frozen(self.hits / np.maximum(self.counted, 1) / self.base)

    @property
    def raised(self) -> NDArray[np.bool_]:
        """Where the class is more frequent than by chance: its whole interval is above 1."""
        return np.greater(self.low, 1)


def class_lift(samples: Integers, labels: Integers) -> ClassLift:
    """The class lift of each channel.

    Parameters
    ----------
    samples : ndarray of int, shape (C, count)
        Numbers of each channel's strongest samples; −1 where there are fewer.
    labels : ndarray of int, shape (N,)
        Each sample's class from 0 on; below 0 where it is not known.
    """
    known = labels[labels >= 0]
    total = np.bincount(known)
    base = total / max(len(known), 1)
    classes, hits, counted = (np.zeros(len(samples), dtype=np.int64) for _ in range(3))
    for channel, numbers in enumerate(samples):
        own = labels[numbers[numbers >= 0]]
        count = np.bincount(own[own >= 0], minlength=len(total))
        counted[channel] = count.sum()
        if not counted[channel]:
            classes[channel] = -1
            continue
        most = np.flatnonzero(count == count.max())
        # Of several that are as frequent the rarest is told: there it means the most.
        classes[channel] = most[total[most].argmin()]
        hits[channel] = count.max()
    present = max(int((total > 0).sum()), 1)
    low, high = _interval(hits, counted, LEVEL / present)
    own_base = np.where(classes >= 0, base[classes] if len(base) else np.nan, np.nan)
    return ClassLift(
        *(frozen(each) for each in (classes, hits, counted)),
        *(frozen(each) for each in (own_base, low / own_base, high / own_base)),
    )


def _interval(hits: Integers, counted: Integers, level: float) -> tuple[Floats, Floats]:
    """Clopper and Pearson's interval of a share."""
    missed = counted - hits
    with np.errstate(invalid="ignore"):
        low = np.where(hits > 0, betaincinv(np.maximum(hits, 1), missed + 1, level / 2), 0.0)
        high = np.where(missed > 0, betaincinv(hits + 1, np.maximum(missed, 1), 1 - level / 2), 1.0)
    return low, high
