"""How strongly the user's own inputs excite a layer's channels: what a search is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .....analysis.arrays import Floats, Indices, Singles
from .....records.survey.layer_summary import LayerSummary
from .climber import Climber, Excitement

# A search that rises by less of the way from rest to best has not risen.
_RISE = 1e-3


@dataclass(frozen=True)
class Natural:
    """Of all C channels of a layer.

    Attributes
    ----------
    by_output : bool
        Whether excitement is told by the layer's output, or by what goes into its activation.
    best, rest : ndarray of float64, shape (C,)
        As in `Ascent`.
    samples : ndarray of int, shape (C,)
        The input that drives each channel most.
    spread : ndarray of float32, shape (C,)
        The standard deviation of what goes into the activation, over all inputs and places.
    count : int
        How many inputs `best` rests on.
    """

    by_output: bool
    best: Floats
    rest: Floats
    samples: Indices
    spread: Singles
    count: int

    @property
    def is_silent(self) -> NDArray[np.bool_]:
        """Which channels no input excites, (C,)."""
        return np.asarray(self.best <= self.rest)

    def share(self, activation: Floats, channels: Indices | slice = slice(None)) -> Floats:
        """How far activations reach, as `Ascent.reach`; (…, n) for these n channels."""
        rest, best = self.rest[channels], self.best[channels]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (activation - rest) / (best - rest)
        wakes = np.where(activation > rest, np.inf, np.nan)
        return np.asarray(np.where(best > rest, share, np.where(best <= rest, wakes, np.nan)))

    def has_risen(self, activation: Floats, begun: Floats, channels: Indices) -> NDArray[np.bool_]:
        """Whether searches excite their channels, and more than where they began; (n,)."""
        rest, best = self.rest[channels], self.best[channels]
        least = np.maximum(rest, begun) + _RISE * np.maximum(best - rest, 0)
        return np.asarray(np.isfinite(activation) & (activation > least))

    def of(self, found: Excitement) -> Floats:
        """What tells of excitement, (n, C)."""
        return (found.output if self.by_output else found.driving).astype(np.float64)


def natural(
    climber: Climber,
    batches: list[tuple[Singles, list[NDArray[Any]]]],
    rests_at_zero: bool,
    by_output: bool,
    surveyed: LayerSummary | None,
) -> Natural:
    """Measure the user's own inputs.

    Parameters
    ----------
    climber : Climber
    batches : list of (inputs, other inputs)
    rests_at_zero : bool
        Whether the layer's output can be no lower than 0.
    by_output : bool
    surveyed : LayerSummary or None
        What is known of more inputs: their greatest values count, too.
    """
    found = [climber.excitement(inputs, held) for inputs, held in batches]
    told = np.concatenate([each.output if by_output else each.driving for each in found])
    driving = np.concatenate([each.driving for each in found])
    values = np.where(np.isfinite(told), told, np.nan).astype(np.float64)
    known = np.isfinite(values).any(0)
    best = np.full(values.shape[1], np.nan)
    best[known] = np.nanmax(values[:, known], axis=0)
    rest = np.zeros_like(best)
    if not (rests_at_zero and by_output):
        rest[known] = np.nanmedian(values[:, known], axis=0)
    count = len(values)
    if surveyed is not None:
        best, count = np.fmax(best, surveyed.high), max(count, surveyed.samples)
    mean = np.concatenate([each.mean for each in found]).astype(np.float64)
    square = np.concatenate([each.square for each in found]).astype(np.float64)
    variance = square.mean(0) - mean.mean(0) ** 2
    return Natural(
        by_output=by_output,
        best=best,
        rest=rest,
        samples=np.argmax(np.where(np.isfinite(driving), driving, -np.inf), axis=0),
        spread=np.sqrt(np.maximum(np.nan_to_num(variance), 0)).astype(np.float32),
        count=count,
    )
