"""What diagnoses say of a map's channels, in a few words a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ....diagnosis.findings import Finding
from ....diagnosis.report import Report
from ....diagnosis.signs.lookup import sign_of
from ....model.layers.layer_info import LayerInfo
from ....records.map.network_record import NetworkRecord
from ....records.map.station import Station


def found_by_channel(
    record: NetworkRecord, info: Callable[[str], LayerInfo], reports: Iterable[Report]
) -> Mapping[str, Mapping[int, str]]:
    """By the stations' paths: what is wrong with some of their channels.

    Parameters
    ----------
    record : NetworkRecord
    info : callable
        What is known of a layer, by its path.
    reports : iterable of Report
    """
    findings = [finding for report in reports for finding in report]
    told: dict[str, dict[int, str]] = {}
    for station in record.stations:
        own: dict[int, list[str]] = {}
        alike = {*_same_channels(station, info)}
        for finding in findings:
            for channels, words in _of_station(finding, station, alike):
                for channel in channels:
                    own.setdefault(channel, []).append(words)
        if own:
            told[station.path] = {
                channel: "; ".join(dict.fromkeys(words)) for channel, words in own.items()
            }
    return told


def _of_station(
    finding: Finding, station: Station, alike: set[str]
) -> Iterator[tuple[Iterable[int], str]]:
    """Channels of a station that a finding concerns, and what it says of them."""
    every = range(station.channels)
    title = sign_of(finding.kind).title
    for path in (finding.layer, *finding.follows):
        if path not in station.layers:
            continue
        if path not in alike:
            yield every, f"{title} in {path}"
        elif path == finding.layer and finding.channels:
            # A layer may say more of its channels than the station has: a shared one, elsewhere.
            yield [each for each in finding.channels if each < station.channels], title
        else:
            yield every, title


def _same_channels(station: Station, info: Callable[[str], LayerInfo]) -> Iterator[str]:
    """The layers whose channels are the station's: what makes them, and what only bends them."""
    for path in reversed(station.layers):
        if info(path).channels != station.channels:
            return
        yield path
        if info(path).kind == station.kind:
            return
