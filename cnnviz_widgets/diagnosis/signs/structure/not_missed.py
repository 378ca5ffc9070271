"""A station that a shorter network would not miss; beyond [CNNVis]."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import stats

from ....validation.messages import percent
from ...findings import Finding, Measurement
from ...measurements.stations import LeftOut, NetworkFacts
from ...measurements.training.trials import P_VALUE, UNCHANGED, Trial
from ...phrases import samples
from ..base import Sign
from ..wording import FEW_SAMPLES, few_samples, what_came_of

DEARER = 0.05
"""By how much of itself the loss may rise: two trainings of one network from other random numbers
differ by as much."""

CHANGED = 0.1
"""Relative change of the outputs above which layers do something, whatever the loss says: it may
fall only because the answers get surer."""


class NotMissed(Sign):
    """Layers that can be left out whole, and nothing changes.

    Of a station whose parent has its shape, that parent's output takes the place of its own, which
    leaves out all that lies between: of a residual block, the branch; of a folded run, all of it.
    """

    kind, title, source = "not-missed", "layers that are not missed", "beyond [CNNVis §6.1]"
    cure = (
        "Take these layers out and train on shortly; or look for why they have learnt nothing, "
        "such as a branch that ends in zeros."
    )

    def of_network(self, network: NetworkFacts) -> Iterator[Finding]:
        """Of each station that was left out, the same layers once."""
        unchanged = [
            (station, station.left_out)
            for station in network
            if station.left_out is not None and _is_unchanged(station.left_out, network)
        ]
        for number, (station, left) in enumerate(unchanged):
            before = any(left.weighed < other.weighed for _, other in unchanged[:number])
            if before or any(left.weighed <= other.weighed for _, other in unchanged[number + 1 :]):
                continue  # the same layers are told of with more of them
            yield self.finding(
                station.path,
                "note",
                Measurement("relative change of the outputs without it", left.trial.change, True),
                f"{_what(left)} {left.parent} and {station.path} would not be missed: with the "
                f"output of the one in place of the other, on {samples(network.samples)}, "
                f"{what_came_of(left.trial)}{_outputs(left.trial)}.",
                samples=network.samples,
                limits=few_samples(network.samples),
            )


def _what(left: LeftOut) -> str:
    count = len(left.weighed)
    return f"The {count:,} layer{'s' * (count != 1)} with weights between"


def _outputs(trial: Trial) -> str:
    """How far the outputs change, where the answers are told by their targets."""
    return "" if trial.now is None else f"; the outputs change by {percent(trial.change)}"


def _is_unchanged(left: LeftOut, network: NetworkFacts) -> bool:
    """Whether the outputs stay, or the loss for certain does not rise by more than chance would."""
    trial = left.trial
    if trial.change <= UNCHANGED:
        return True
    known = network.learnt and trial.now is not None and network.samples >= FEW_SAMPLES
    if (
        not known
        or trial.change > CHANGED
        or len(left.rises) < 2
        or not np.isfinite(left.rises).all()
    ):
        return False
    assert trial.now is not None
    rises = np.asarray(left.rises)
    doubt = stats.t.ppf(1 - P_VALUE, rises.size - 1) * rises.std(ddof=1) / math.sqrt(rises.size)
    return bool(rises.mean() + doubt <= DEARER * trial.now.loss)
