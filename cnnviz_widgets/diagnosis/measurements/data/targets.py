"""Whether a model's output can reach what it is asked for [METHOD §4]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..variation import spread_over_samples


@dataclass(frozen=True, eq=False)
class Reach:
    """The range of an output beside the values it should take.

    Attributes
    ----------
    layer : str
        Path of the layer that sets the range.
    activation : str
        What bounds it, or the layer's kind.
    low, high : float
        The range; infinite where it has no end.
    targets : ndarray
        The finite values.
    samples : int
    """

    layer: str
    activation: str
    low: float
    high: float
    targets: NDArray[np.floating]
    samples: int

    @property
    def share_out(self) -> float:
        """The share of target values out of reach; 0 where there are none."""
        return share_out_of_reach(self.targets, self.low, self.high) if self.targets.size else 0.0


@dataclass(frozen=True, eq=False)
class Labels:
    """Class labels beside the outputs that there are for them.

    Attributes
    ----------
    layer : str
        Path of the layer that the model returns.
    outputs : int
    values : ndarray of int, shape (sample,)
    """

    layer: str
    outputs: int
    values: NDArray[np.integer]

    @property
    def share_unknown(self) -> float:
        """The share of labels without an output; 0 where there are none."""
        unknown = (self.values < 0) | (self.values >= self.outputs)
        return float(np.mean(unknown)) if self.values.size else 0.0


@dataclass(frozen=True)
class Diversity:
    """How far the samples that a model makes differ, beside those it should make.

    Attributes
    ----------
    layer : str
        Path of the layer that the model returns.
    outputs, targets : float
        `variation.spread_over_samples`.
    samples : int
        Of the outputs.
    """

    layer: str
    outputs: float
    targets: float
    samples: int


def share_out_of_reach(targets: NDArray[np.floating], low: float, high: float) -> float:
    """The share of target values below `low` or above `high`, the range of the output.

    MEASURED.md: a ReLU never reaches the negative half of data scaled to [−1, 1]. Values beyond
    an end by no more than 1e-6 of the targets' own range count as reached.

    Parameters
    ----------
    targets : ndarray
        Finite.
    low, high : float
    """
    slack = 1e-6 * float(np.ptp(targets)) if targets.size else 0.0
    return float(np.mean((targets < low - slack) | (targets > high + slack)))


def reach(
    targets: NDArray[np.floating], bounds: tuple[float, float], *, layer: str, activation: str
) -> Reach:
    """The range of an output beside its targets; those that are not finite are left out.

    Parameters
    ----------
    targets : ndarray, shape (sample, ...)
    bounds : pair of float
    layer, activation : str
    """
    return Reach(layer, activation, *bounds, targets[np.isfinite(targets)], len(targets))


def diversity(
    outputs: NDArray[np.floating], targets: NDArray[np.floating], *, layer: str
) -> Diversity:
    """The spread of a model's images beside that of its targets [WL20 §2, MEASURED.md].

    The two need not belong together.

    Parameters
    ----------
    outputs, targets : ndarray, shape (sample, ..., channel)
        Finite, at least two samples of each.
    layer : str
    """
    return Diversity(
        layer, spread_over_samples(outputs), spread_over_samples(targets), len(outputs)
    )
