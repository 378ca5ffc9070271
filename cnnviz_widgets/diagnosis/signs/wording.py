"""What several signs say in the same words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...validation.messages import percent
from ..facts import LayerFacts
from ..findings import Evidence
from ..histogram import Histogram, histogram
from ..measurements.merges import Merges
from ..measurements.training.trials import Trial

FRESH = "the same architecture, freshly initialised"
NO_REFERENCE = "There was no freshly initialised reference to compare with."
FEW_SAMPLES = 16
"""Below, a finding about outputs asks for more samples: one of 16 is 6 %."""


def few_samples(count: int) -> str:
    """What so many samples leave in doubt; "" where they are enough."""
    if count >= FEW_SAMPLES:
        return ""
    return f"{count} sample{'s are' if count != 1 else ' is'} few: look again with 32 or more."


def what_came_of(trial: Trial) -> str:
    """The answers before and after a trial: ``9 of 64 right → 8``; the loss where it decides."""
    now, then = trial.now, trial.then
    parts = []
    if now is not None and then is not None:
        if now.right is not None:
            parts.append(f"{now.right:,} of {trial.samples:,} right → {then.right:,}")
        if now.gains:
            parts.append(f"loss {now.loss:.3g} → {then.loss:.3g}")
    elif trial.answers_changed is not None:
        same = trial.samples - trial.answers_changed
        parts.append(f"{same:,} of {trial.samples:,} answers stay")
    if now is None:
        parts.append(f"the outputs change by {percent(trial.change)}")
    return ", ".join(parts)


def named(channels: NDArray[np.integer], layer: LayerFacts) -> tuple[int, ...]:
    """The channels as a finding names them: () for all."""
    if channels.size == layer.outputs.channels and channels.size > 1:
        return ()
    return tuple(int(k) for k in channels)


def distribution(label: str, values: NDArray[np.floating]) -> Evidence | None:
    """A histogram of numbers; None of no numbers."""
    return binned(label, histogram(values))


def binned(label: str, measured: Histogram) -> Evidence | None:
    """A histogram that was measured; None of no numbers."""
    edges, shares = measured
    return Evidence(label, edges, shares) if shares else None


def merge_heights(own: Merges, reference: NDArray[np.float64] | None) -> Evidence:
    """A histogram of the heights at which channels join, beside those of a reference."""
    label = "cosine distance at which channels join (fork height)"
    if reference is None:
        return Evidence(label, *histogram(own.heights))
    edges, _ = histogram(np.concatenate((own.heights, reference)))
    if len(edges) < 3:
        return Evidence(label, edges, (1.0,), (1.0,))
    return Evidence(label, edges, _shares(own.heights, edges), _shares(reference, edges))


def _shares(heights: NDArray[np.float64], edges: Sequence[float]) -> tuple[float, ...]:
    return tuple((np.histogram(heights, edges)[0] / heights.size).tolist())
