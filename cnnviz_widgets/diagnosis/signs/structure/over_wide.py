"""A high layer whose channels repeat one another, and that would do with fewer; beyond [CNNVis]."""

from __future__ import annotations

from collections.abc import Iterator

from scipy import stats

from ....validation.messages import percent
from ...findings import Comparison, Finding, Measurement
from ...measurements.stations import Likeness, NetworkFacts, StationFacts
from ...phrases import samples
from ..base import Sign
from ..wording import FEW_SAMPLES, FRESH, what_came_of

SHARE = 0.15
"""Share of channels with a twin: 0.21 to 0.35 in the last hidden layer of a network four times as
wide as its neighbours, 0 to 0.05 in those of neighbours, shallow and deep ones, at most 0.12 in
healthy networks of other kinds (measured, 2 seeds, 64 and 256 samples)."""

BEYOND_CHANCE = 0.01
"""Of Fisher's exact test against the freshly initialised network with the most twins."""

HIGH = 2
"""The last third of the way through the network: in low layers channels are alike, as whatever
they see is bright or dark."""


class OverWide(Sign):
    """More channels than a layer makes use of [CNNVis §6.1].

    CNNVis counts equal rows of the matrix of channels and classes. With few classes rows are equal
    by chance or by what was learnt: 80 % in healthy networks of six classes. So a twin must be one
    on single samples, also among those of one class; there must be more of them than before any
    training, and the answers must not suffer when one of each group stands for all.
    """

    kind, title, source = "over-wide", "more channels than are used", "beyond [CNNVis §6.1]"
    cure = (
        "A layer with fewer channels would do; rehearse it here: group its channels by likeness, "
        "and prune all but one of each group. It does no harm but to time and memory."
    )

    def of_network(self, network: NetworkFacts) -> Iterator[Finding]:
        """Of each high station that was tried without its twins."""
        for station in network:
            if not is_suspicious(station, network) or not station.fresh:
                continue
            reference = max(station.fresh, key=lambda each: each.twin_share)
            trial = station.merged
            if trial is None or trial.outcome != "spared" or not _is_beyond(station.own, reference):
                continue
            own = station.own
            yield self.finding(
                station.path,
                "note",
                Measurement("share of channels that answer as another does", own.twin_share, True),
                f"{len(own.twins):,} of {own.living:,} living channels of {station.path} answer to "
                f"{samples(network.samples)} as another does (cosine above 0.95; "
                f"{percent(reference.twin_share)} in {FRESH}), and with one of each group for all "
                f"{what_came_of(trial)}.",
                channels=own.twins,
                reference=Comparison(FRESH, reference.twin_share),
                samples=network.samples,
            )


def is_suspicious(station: StationFacts, network: NetworkFacts) -> bool:
    """Whether a station has twins enough to ask the freshly initialised network, and a trial."""
    return (
        network.samples >= FEW_SAMPLES
        and network.third(station) == HIGH
        and not station.answers
        and not station.gates
        and station.own.twin_share >= SHARE
    )


def _is_beyond(own: Likeness, reference: Likeness) -> bool:
    """Whether there are more twins than in the reference, beyond chance."""
    table = [
        [len(own.twins), own.living - len(own.twins)],
        [len(reference.twins), reference.living - len(reference.twins)],
    ]
    return bool(stats.fisher_exact(table, alternative="greater").pvalue < BEYOND_CHANCE)
