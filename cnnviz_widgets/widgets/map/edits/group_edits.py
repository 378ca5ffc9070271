"""What a hand does to the groups of a station: other groups of the same channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ....analysis.arrays import Indices, Integers, frozen
from ....analysis.map.channel_groups import standard_rows, ward_groups
from ....records.layer_picture import counted
from ....records.map.station_groups import StationGroups


def moved(groups: StationGroups, channels: Sequence[int], to: int) -> StationGroups:
    """The groups with some channels in another one, and pinned there.

    Parameters
    ----------
    groups : StationGroups
    channels : sequence of int
        In the layer's own numbering.
    to : int
        A group, or one past the last for a new one.

    Raises
    ------
    ValueError
        No such group; channels that are in none, as silent ones are.
    """
    chosen = _living(groups, channels)
    _known(groups, to, new=True)
    numbers = groups.groups.copy()
    numbers[chosen] = to
    return _of(groups, numbers, groups.pinned | set(chosen.tolist()))


def merged(groups: StationGroups, first: int, second: int) -> StationGroups:
    """The groups with all of `first` in `second`, all of it pinned.

    Raises
    ------
    ValueError
        No such groups, or twice the same one.
    """
    for group in (first, second):
        _known(groups, group)
    if first == second:
        raise ValueError(f"two groups are merged; got group {first} twice")
    numbers = np.where(groups.groups == first, second, groups.groups)
    return _of(groups, numbers, groups.pinned | set(np.flatnonzero(numbers == second).tolist()))


def split(groups: StationGroups, group: int) -> StationGroups:
    """The groups with one of them in two, by what its channels answer; all of it is pinned.

    Raises
    ------
    ValueError
        No such group, or one of a single channel.
    """
    _known(groups, group)
    members = np.flatnonzero(groups.groups == group)
    if len(members) < 2:
        raise ValueError(f"group {group} is one channel, {members[0]}: nothing to split")
    profile = np.nan_to_num(groups.profile[members].astype(np.float64))
    halves = ward_groups(standard_rows(profile), 2)
    numbers = groups.groups.copy()
    numbers[members[halves == 1]] = groups.count
    return _of(groups, numbers, groups.pinned | set(members.tolist()))


def pinned(groups: StationGroups, channels: Sequence[int], pin: bool = True) -> StationGroups:
    """The groups with some channels pinned where they are, or free again.

    Raises
    ------
    ValueError
        Channels that are in no group.
    """
    chosen = set(_living(groups, channels).tolist())
    return replace(groups, pinned=groups.pinned | chosen if pin else groups.pinned - chosen)


def pins(groups: StationGroups) -> dict[int, int]:
    """Which group each channel is pinned to."""
    living = [channel for channel in sorted(groups.pinned) if groups.groups[channel] >= 0]
    return {channel: int(groups.groups[channel]) for channel in living}


def _of(groups: StationGroups, numbers: Integers, kept: frozenset[int]) -> StationGroups:
    """With other numbers: no group is empty, and members keep their order as far as they can."""
    used = np.unique(numbers[numbers >= 0])
    numbers = np.where(numbers >= 0, np.searchsorted(used, numbers), -1)
    rank = np.argsort(groups.order)
    keys = np.where(numbers >= 0, numbers, len(used))
    order = np.lexsort((rank, keys))
    same = {tuple(np.flatnonzero(groups.groups == k)): k for k in range(groups.count)}
    before = [same.get(tuple(np.flatnonzero(numbers == k))) for k in range(len(used))]
    stability = [np.nan if k is None else groups.stability[k] for k in before]
    return replace(
        groups,
        groups=frozen(numbers.astype(np.int64)),
        order=frozen(order),
        stability=frozen(np.array(stability)),
        pinned=frozenset(kept),
    )


def _living(groups: StationGroups, channels: Sequence[int]) -> Indices:
    chosen = np.unique(np.asarray(channels, dtype=np.intp))
    count = len(groups.groups)
    if not chosen.size:
        raise ValueError("no channels given: at least one of the station's is expected")
    if chosen[0] < 0 or chosen[-1] >= count:
        raise ValueError(f"channels must be from 0 to {count - 1}; got {_told(chosen)}")
    idle = chosen[groups.groups[chosen] < 0]
    if idle.size:
        raise ValueError(
            f"{_told(idle)}: silent, constant or not finite, so in no group; "
            f"{counted(len(chosen), 'channel')} given"
        )
    return chosen


def _told(channels: Indices) -> str:
    return ", ".join(map(str, channels.tolist()))


def _known(groups: StationGroups, group: int, *, new: bool = False) -> None:
    last = groups.count - 1 + new
    if not 0 <= group <= last:
        past = ", the last of them a new one" if new else ""
        raise ValueError(f"groups are from 0 to {last}{past}; got {group}")
