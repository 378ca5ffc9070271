"""What changed first between two maps of a network in training."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..analysis.map.group_matching import matched_groups, moved_channels
from ..records.map.kept_map import KeptMap
from ..records.map.network_record import NetworkRecord
from ..records.map.station_change import MapChanges, StationChange
from ..records.map.station_groups import STATES, StationGroups

CHANGED = 0.1
"""From so large a share of its channels on a station counts as changed: of 8 channels one that
changes its group is not chance alone any more, of 64 a handful."""

_LIVING = STATES.index("living")


def map_changes(maps: Sequence[KeptMap]) -> MapChanges:
    """How the last of some maps differs from the first, and in which of them that was seen first.

    Parameters
    ----------
    maps : sequence of KeptMap
        Two or more, their steps ascending.

    Raises
    ------
    ValueError
        There are fewer than two.
    """
    if len(maps) < 2:
        raise ValueError(f"changes are between two maps; got {len(maps)}")
    first, last = maps[0], maps[-1]
    changes = []
    for station in last.record.stations:
        path = station.path
        if not _is_same(first.record, last.record, path):
            continue
        since = next(
            (
                each.step
                for each in maps[1:]
                if _is_same(first.record, each.record, path)
                and _amount(first.record.groups[path], each.record.groups[path]) >= CHANGED
            ),
            None,
        )
        changes.append(_change(first, last, path, since))
    changes.sort(key=lambda each: (math.inf if each.since is None else each.since, -each.moved))
    return MapChanges(first.step, last.step, tuple(changes))


def _is_same(before: NetworkRecord, after: NetworkRecord, path: str) -> bool:
    """Whether both have a station of the same channels."""
    then, now = before.groups.get(path), after.groups.get(path)
    return then is not None and now is not None and then.groups.size == now.groups.size


def _amount(before: StationGroups, after: StationGroups) -> float:
    """The share of channels that went elsewhere: falling silent is going nowhere."""
    return float(moved_channels(before.groups, after.groups).mean())


def _change(first: KeptMap, last: KeptMap, path: str, since: int | None) -> StationChange:
    before, after = first.record, last.record
    measured = all(each.effects_step == each.step for each in (first, last))
    then, now = before.groups[path], after.groups[path]
    same_columns = before.columns == after.columns and before.column_kind == after.column_kind
    return StationChange(
        path,
        since,
        _amount(then, now),
        _profile_change(then, now) if same_columns else math.nan,
        now.share("silent") - then.share("silent"),
        _effects_change(before, after, path) if measured else math.nan,
    )


def _profile_change(before: StationGroups, after: StationGroups) -> float:
    living = (before.states == _LIVING) & (after.states == _LIVING)
    rows = np.stack([before.profile[living], after.profile[living]]).astype(np.float64)
    known = np.isfinite(rows).all(axis=(0, 1))
    rows = rows[..., known]
    if rows.shape[1] < 1 or rows.shape[2] < 2:
        return math.nan
    rows -= rows.mean(axis=2, keepdims=True)
    norms = np.linalg.norm(rows, axis=2)
    told = (norms > 0).all(axis=0)
    if not told.any():
        return math.nan
    products = (rows[0] * rows[1]).sum(axis=1)[told] / norms.prod(axis=0)[told]
    return float(1 - products.mean())


def _effects_change(before: NetworkRecord, after: NetworkRecord, path: str) -> float:
    change = scale = 0.0
    for edge, effect in after.effects.items():
        earlier = before.effects.get(edge)
        if path not in edge or earlier is None:
            continue
        if not all(_is_same(before, after, each) for each in edge):
            return math.nan
        matched = [
            matched_groups(before.groups[each].groups, after.groups[each].groups) for each in edge
        ]
        if any((each < 0).any() for each in matched) or effect.rms.shape != earlier.rms.shape:
            return math.nan
        then = earlier.rms[np.ix_(*matched)]
        change += float(np.square(effect.rms - then, dtype=np.float64).sum())
        scale += float(np.square(then, dtype=np.float64).sum())
    return math.sqrt(change / scale) if scale else math.nan
