"""Middle layers whose channels answer to all classes alike; beyond [CNNVis]."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...findings import Comparison, Finding, Measurement
from ...measurements.stations import NetworkFacts, StationFacts
from ...phrases import listed, samples
from ..base import Sign
from ..wording import FRESH

ALIKE = 0.25
"""Cosine of the class profiles of two channels, over two halves of the samples, median over the
middle layers: 0.38 to 0.40 in a plain network of 18 convolutions, 0.01 to 0.20 in its neighbours
of 3 to 7 (measured, 2 seeds, 64 and 256 samples)."""

LEFT = 0.5
"""Share of the reference's cosine that training has left: 0.9 in the deep network, 0.1 to 0.4 in
its neighbours."""

FEWEST_CHANNELS = 8
"""Living channels of a station that counts: of fewer a mean over pairs hangs on a few of them."""

FEWEST_LAYERS, FEWEST_STATIONS = 12, 3
"""Layers on the way through a network that can be too deep, and stations in the middle of it: in a
quarter-wide network of 9 layers two of them come to 0.29 by chance."""

MIDDLE = 1


class OverDeep(Sign):
    """A network whose middle layers hardly tell classes apart [CNNVis §6.1].

    CNNVis tells too deep a network by edges that are all positive. That could not be found again,
    by any measure of edges. What marks depth is that the channels of the middle layers answer to
    classes alike, as they did before the training: in a deep chain of plain layers all inputs grow
    alike, and training has not undone it.
    """

    kind, title, source = (
        "over-deep",
        "middle layers that tell little apart",
        "beyond [CNNVis §6.1]",
    )
    cure = (
        "Train it with fewer of these layers and compare; or let blocks of them be passed by: "
        "`x = keras.layers.Add()([x, block(x)])`."
    )

    def of_network(self, network: NetworkFacts) -> Iterator[Finding]:
        """Of the middle stations as a whole, where the network has learnt anything."""
        middle = suspicious(network)
        if not middle or not network.learnt or not all(station.fresh for station in middle):
            return
        own = _median(station.own.cosine for station in middle)
        fresh = max(
            _median(station.fresh[number].cosine for station in middle)
            for number in range(len(middle[0].fresh))
        )
        if not own >= LEFT * fresh:
            return
        rank = _median(station.own.rank for station in middle)
        told = self.finding(
            middle[0].path,
            "note",
            Measurement("cosine of the class profiles of two channels, median", own),
            f"The channels of {listed([station.path for station in middle])}, the middle of "
            f"{network.depth:,} layers, answer to classes alike: the cosine of two profiles is "
            f"{own:.2f} ({fresh:.2f} in {FRESH}; effective rank {rank:.1f}), on "
            f"{samples(network.samples)}.",
            reference=Comparison(FRESH, fresh),
            samples=network.samples,
            limits="Whether a network of fewer layers does as well, only training one tells.",
        )
        yield replace(told, follows=tuple(station.path for station in middle[1:]))


def suspicious(network: NetworkFacts) -> Sequence[StationFacts]:
    """The middle stations, if they are alike enough to ask the freshly initialised network."""
    if network.depth < FEWEST_LAYERS:
        return ()
    middle = [
        station
        for station in network
        if network.third(station) == MIDDLE
        and station.own.living >= FEWEST_CHANNELS
        and not station.gates
        and not station.answers
    ]
    if len(middle) < FEWEST_STATIONS:
        return ()
    # What cannot be told is NaN, which is not above anything.
    return middle if _median(each.own.cosine for each in middle) >= ALIKE else ()


def _median(values: Iterator[float]) -> float:
    return statistics.median(values)
