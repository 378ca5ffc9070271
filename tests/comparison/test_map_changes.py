"""What changed first between maps of one network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.comparison.map_changes import map_changes
from cnnviz_widgets.records.map.group_effects import GroupEffects
from cnnviz_widgets.records.map.kept_map import KeptMap
from cnnviz_widgets.records.map.map_patches import MapPatches
from cnnviz_widgets.records.map.network_record import NetworkRecord
from cnnviz_widgets.records.map.station_change import StationChange
from tests.widgets.map.records import network_record, station_groups


def _kept(step: int, **groups: list[int]) -> KeptMap:
    record = network_record()
    others = {path.replace("_", "/"): station_groups(own) for path, own in groups.items()}
    return KeptMap(
        step, replace(record, groups={**record.groups, **others}), MapPatches.none(), step
    )


def test_what_changed_earlier_comes_first_however_little() -> None:
    early = _kept(10, a_conv2=[0, 0, 1, 1, -1])
    late = _kept(20, a_conv2=[0, 0, 1, 1, -1], conv1=[0, 0, 0, 1])
    changes = map_changes([_kept(0), early, late])
    assert [(each.path, each.since) for each in changes.stations] == [
        ("a/conv2", 10),
        ("conv1", 20),
        ("b/conv2", None),
    ]
    assert changes.stations[0].moved == 0.2 and changes.stations[1].moved == 0.25
    told = repr(changes)
    assert "step 0 to 20" in told and "a/conv2 (from step 10): 20 % of channels" in told


def test_groups_of_other_numbers_are_no_change() -> None:
    before = _kept(0)
    after = _kept(5, conv1=[1, 0, 1, 0])
    record, turned = after.record, dict(after.record.effects)
    edge = "conv1", "a/conv2"
    turned[edge] = GroupEffects(turned[edge].rms[::-1], turned[edge].mean[::-1])
    changes = map_changes([before, replace(after, record=replace(record, effects=turned))])
    for each in changes.stations:
        assert each.moved == each.effects == 0 and each.profile == pytest.approx(0)


def _change(before: NetworkRecord, after: NetworkRecord, path: str = "conv1") -> StationChange:
    maps = [KeptMap(k, each, MapPatches.none(), k) for k, each in enumerate((before, after))]
    return next(each for each in map_changes(maps).stations if each.path == path)


def test_profiles_and_effects_tell_how_far_they_are_from_what_they_were() -> None:
    before = network_record()
    own = before.groups["conv1"]
    rng = np.random.default_rng(0)
    groups = replace(own, profile=rng.normal(size=own.profile.shape).astype(np.float32))
    doubled = {edge: GroupEffects(2 * each.rms, each.mean) for edge, each in before.effects.items()}
    after = replace(before, groups={**before.groups, "conv1": groups}, effects=doubled)
    change = _change(before, after)
    rows = [np.corrcoef(a, b)[0, 1] for a, b in zip(own.profile, groups.profile, strict=True)]
    assert change.profile == pytest.approx(1 - np.mean(rows), abs=1e-6)
    assert change.effects == pytest.approx(1)


def test_what_cannot_be_compared_is_not_known() -> None:
    before = network_record()
    other = replace(before, columns=("a", "b", "c", "d"), effects={})
    change = _change(before, other)
    assert np.isnan(change.profile) and np.isnan(change.effects) and change.moved == 0
    fewer = {**before.groups, "conv1": station_groups([0, 1])}
    maps = [
        KeptMap(0, before, MapPatches.none()),
        KeptMap(1, replace(before, groups=fewer), MapPatches.none()),
    ]
    assert "conv1" not in [each.path for each in map_changes(maps).stations]
    with pytest.raises(ValueError, match="two maps; got 1"):
        map_changes(maps[:1])


def test_edges_of_other_steps_are_not_compared() -> None:
    carried = replace(_kept(7), effects_step=0)
    assert all(np.isnan(each.effects) for each in map_changes([_kept(0), carried]).stations)
    measured = map_changes([_kept(0), _kept(7)])
    assert all(each.effects == 0 for each in measured.stations)
