"""The channels of a station in groups: made anew, gone on from, or edited by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Indices, Integers, Singles, frozen
from ...analysis.map.agreement import group_stability
from ...analysis.map.channel_groups import (
    default_count,
    k_means_groups,
    mean_shift_groups,
    standard_rows,
    tree_groups,
    ward_groups,
)
from ...analysis.map.channel_groups import warm_groups as groups_gone_on
from ...analysis.map.row_order import row_order
from ...analysis.spreading import evenly
from ...records.map.station_groups import StationGroups
from ...validation.messages import described
from ...validation.objects import mapping
from ...validation.scalars import index_below, whole_number
from ...validation.texts import one_of
from .profiles import LIVING, StationProfile

GroupMethod: TypeAlias = Literal["ward", "k-means", "mean shift", "tree"]
METHODS: tuple[GroupMethod, ...] = GroupMethod.__args__  # type: ignore[attr-defined]

Groups: TypeAlias = int | str | Mapping[str, int | str] | None
"""How many groups, or by which method; the same for all stations, or each by its path."""

# All of so many channels are told apart from all; more come to the nearest group.
_MOST_COMPARED = 2048
# How well groups are found again is told by so many channels, spread evenly.
_MOST_REDRAWN = 256
_MOST_SHIFTED = 64
# So many channels of a group are ordered exactly; others stand behind the one that is most alike.
_MOST_ORDERED = 512
# Beyond this the order of a group gains less than a hundredth.
_KICKS = 5

Pins: TypeAlias = Mapping[int, int]


@dataclass(frozen=True)
class GroupRule:
    """How the channels of a station are grouped.

    Attributes
    ----------
    method : {'ward', 'k-means', 'mean shift', 'tree'}
    count : int or None
        None: as `default_count` says. Mean shift finds its own number, this at most.
    stations : int
        How many the map has.
    """

    method: GroupMethod = "ward"
    count: int | None = None
    stations: int = 1

    @classmethod
    def of(cls, groups: Groups, path: str, stations: int) -> GroupRule:
        """What `groups`, as `checked_groups` gives it, says of a station."""
        own = groups.get(path) if isinstance(groups, Mapping) else groups
        if own is None:
            return cls(stations=stations)
        if isinstance(own, str):
            return cls(method=own, stations=stations)  # type: ignore[arg-type]
        return cls(count=own, stations=stations)


class _Living(NamedTuple):
    """The L living channels of a station, and what their groups rest on.

    Attributes
    ----------
    channels : ndarray of int, shape (L,)
    rows : ndarray, shape (L, k)
    means : ndarray, shape (N, L)
        Of the samples that the rows are means of.
    columns : ndarray of int, shape (N,)
        Of each of these samples its column in the rows; −1: none.
    """

    channels: Indices
    rows: Floats
    means: Singles
    columns: Integers


def checked_groups(groups: Groups) -> Groups:
    """How many groups, or by which method, or a mapping of paths to either; None says nothing.

    Raises
    ------
    TypeError, ValueError
        Something else.
    """
    if groups is None:
        return None
    if isinstance(groups, Mapping):
        return {path: _count_or_method(f"groups[{path!r}]", own) for path, own in groups.items()}
    return _count_or_method("groups", groups)


def _count_or_method(name: str, value: Any) -> int | str:
    if isinstance(value, str):
        return one_of(name, value, METHODS)
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)) or callable(value):
        raise TypeError(
            f"{name} must be a number of groups, one of {METHODS}, or a mapping of stations' paths "
            f"to either; got {described(value)}"
        )
    return whole_number(name, value, 1, "of groups")


def checked_pins(pins: Mapping[str, Pins] | None) -> Mapping[str, Pins]:
    """Path → channel → group.

    Raises
    ------
    TypeError, ValueError
        No mapping of mappings of whole numbers from 0 on.
    """
    given = mapping("pins", {} if pins is None else pins, "paths to channels and their groups")
    return {
        path: {
            whole_number(f"a channel of pins[{path!r}]", channel, 0): whole_number(
                f"a group of pins[{path!r}]", group, 0
            )
            for channel, group in mapping(f"pins[{path!r}]", own, "channels to groups").items()
        }
        for path, own in given.items()
    }


def station_groups(
    profile: StationProfile,
    rule: GroupRule,
    *,
    previous: StationGroups | None = None,
    pins: Pins | None = None,
    edited: Integers | None = None,
) -> StationGroups:
    """The channels of a station in groups.

    Parameters
    ----------
    profile : StationProfile
        C channels.
    rule : GroupRule
    previous : StationGroups, optional
        Go on from these: the groups of the same channels at an earlier moment.
    pins : mapping of int to int, optional
        The group of each channel that stays in it.
    edited : ndarray of int, shape (C,), optional
        Take these groups as they are; a living channel of none comes to the nearest.

    Raises
    ------
    ValueError
        A pin of a channel that there is not.
    """
    states = profile.reading.states
    channels = np.flatnonzero(states == LIVING)
    place = {int(channel): at for at, channel in enumerate(channels)}
    for channel in pins or {}:
        index_below("a pinned channel", channel, states.size)
    pinned = {place[channel]: group for channel, group in (pins or {}).items() if channel in place}
    told_by, means, columns = profile.told_by(channels)
    living = _Living(channels, _rows(told_by), means, columns)
    groups = np.full(states.size, -1, np.int64)
    if channels.size:
        groups[channels] = _grouped(profile, rule, living, previous, pinned, edited)
    _close_gaps(groups)
    return StationGroups(
        groups=frozen(groups),
        states=states,
        profile=profile.profile,
        order=frozen(_order(groups, living, states)),
        stability=frozen(_stability(groups[channels], living, rule)),
        values=frozen(profile.reading.strongest.values[:, 0].astype(np.float32)),
        samples=frozen(profile.reading.strongest.samples[:, 0]),
        places=frozen(profile.reading.strongest.places[:, 0]),
        pinned=frozenset(int(channels[at]) for at in pinned),
    )


def _rows(told_by: Floats) -> Floats:
    """What a channel prefers, not how strongly; of a single column how strongly is all there is."""
    return told_by if told_by.shape[1] < 2 else standard_rows(told_by)


def _grouped(
    profile: StationProfile,
    rule: GroupRule,
    living: _Living,
    previous: StationGroups | None,
    pinned: Pins,
    edited: Integers | None,
) -> Integers:
    """The group of each living channel."""
    rows, channels = living.rows, living.channels
    count = rule.count or default_count(channels.size, rule.stations)
    if edited is not None:
        start = edited[channels]
        if (start >= 0).all():
            return _pinned(start, pinned)
        used = np.unique(start[start >= 0]).size
        moved = groups_gone_on(rows, start, pinned=pinned, count=used or count)
        # Only who is in no group comes to one.
        return np.where(start >= 0, _pinned(start, pinned), moved)
    if previous is not None and previous.groups.size == profile.reading.states.size:
        start = previous.groups[channels]
        still = np.array_equal(previous.profile, profile.profile, equal_nan=True)
        if still and (start >= 0).all():
            return _pinned(start, pinned)
        return groups_gone_on(rows, start, pinned=pinned, count=count)
    fresh = _fresh(profile, rule, living, count)
    if pinned or (fresh < 0).any():
        return groups_gone_on(rows, fresh, pinned=pinned, count=count)
    return fresh


def _fresh(profile: StationProfile, rule: GroupRule, living: _Living, count: int) -> Integers:
    """Groups of the living channels, −1 where there are too many to compare."""
    if rule.method == "tree" and profile.reading.tree is not None:
        alive = profile.reading.states == LIVING
        return tree_groups(profile.reading.tree, count, living=alive)[living.channels]
    rows = living.rows
    some = evenly(len(rows), _MOST_COMPARED)
    groups = np.full(len(rows), -1, np.int64)
    groups[some] = _by_rows(rule.method, count)(rows[some])
    return groups


def _by_rows(method: GroupMethod, count: int) -> Callable[[Floats], Integers]:
    if method == "k-means":
        return lambda rows: k_means_groups(rows, count)
    if method == "mean shift":
        return lambda rows: mean_shift_groups(rows, most=count)
    return lambda rows: ward_groups(rows, count)


def _pinned(groups: Integers, pinned: Pins) -> Integers:
    groups = groups.copy()
    for at, group in pinned.items():
        groups[at] = group
    return groups


def _close_gaps(groups: Integers) -> None:
    """Let no number below the largest be of no channel."""
    used = np.unique(groups[groups >= 0])
    if used.size and used.size <= used[-1]:
        inside = groups >= 0
        groups[inside] = np.searchsorted(used, groups[inside])


def _stability(groups: Integers, living: _Living, rule: GroupRule) -> Floats:
    """How well each group is found again on draws of the samples; NaN where that is not known."""
    count = int(groups.max(initial=-1)) + 1
    unknown = np.full(count, np.nan)
    most = _MOST_SHIFTED if rule.method == "mean shift" else _MOST_REDRAWN
    some = evenly(groups.size, most)
    means, columns = living.means, living.columns
    if rule.method == "tree" or np.count_nonzero(columns >= 0) < 2 or not some.size:
        return unknown
    regroup = _by_rows(rule.method, count)
    found = group_stability(
        means[:, some], columns, groups[some], lambda rows: regroup(_rows(rows))
    )
    unknown[: found.size] = found
    return unknown


def _order(groups: Integers, living: _Living, states: NDArray[np.uint8]) -> Indices:
    """The channels group by group, neighbours alike; those of no group last, state by state."""
    of_living = groups[living.channels]
    parts = []
    for group in range(int(of_living.max(initial=-1)) + 1):
        members = np.flatnonzero(of_living == group)
        parts.append(living.channels[members[_in_rows(living.rows[members])]])
    rest = np.flatnonzero(groups < 0)
    parts.append(rest[np.argsort(states[rest], kind="stable")])
    return np.concatenate(parts).astype(np.intp)


def _in_rows(rows: Floats) -> Integers:
    """The order in which neighbouring rows are alike."""
    if rows.shape[1] < 2:
        return np.argsort(-rows[:, 0], kind="stable")
    some = evenly(len(rows), _MOST_ORDERED)
    path = some[row_order(rows[some], kicks=_KICKS)]
    if some.size == len(rows):
        return path
    likeness = rows @ rows[path].T
    behind = likeness.argmax(axis=1)
    behind[path] = np.arange(path.size)
    among = -likeness[np.arange(len(rows)), behind]
    among[path] = -np.inf
    return np.lexsort((among, behind))
