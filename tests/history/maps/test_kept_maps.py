"""Maps that a history keeps: within its memory, in its folder, and what becomes of damaged ones."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.maps.kept_maps import KeptMaps
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.records.map.kept_map import KeptMap
from cnnviz_widgets.records.map.map_arrays import kept_map_from_arrays, map_arrays
from cnnviz_widgets.records.map.map_patches import MapPatches
from cnnviz_widgets.records.map.network_record import NetworkRecord
from cnnviz_widgets.runtime.call_stack import CallLock
from tests.widgets.map.records import network_record

LAYERS = [{"path": "conv1"}]


def kept(step: int, record: NetworkRecord | None = None) -> KeptMap:
    """A map of three stations with a picture, its edges of two steps before."""
    record = network_record() if record is None else record
    pinned = replace(record.groups["conv1"], pinned=frozenset({1, 3}))
    record = replace(record, groups={**record.groups, "conv1": pinned}, notes=("one", "two"))
    pixels = np.full((2, 4, 4, 3), 7, np.uint8)
    patches = MapPatches(pixels, {"a/conv2": {2: (1, (0, 2, -1, 3))}})
    return KeptMap(step, record, patches, max(0, step - 2))


def assert_same(a: KeptMap, b: KeptMap) -> None:
    """All of both is equal."""
    assert (a.step, a.effects_step) == (b.step, b.effects_step)
    assert a.record.stations == b.record.stations
    for path, own in a.record.groups.items():
        other = b.record.groups[path]
        for each in fields(own):
            x, y = getattr(own, each.name), getattr(other, each.name)
            assert x == y if each.name == "pinned" else np.array_equal(x, y, equal_nan=True)
    assert list(a.record.effects) == list(b.record.effects)
    for edge, effect in a.record.effects.items():
        np.testing.assert_array_equal(effect.rms, b.record.effects[edge].rms)
        np.testing.assert_array_equal(effect.mean, b.record.effects[edge].mean)
    for name in ("columns", "column_kind", "samples", "surveyed", "method", "notes"):
        assert getattr(a.record, name) == getattr(b.record, name)
    assert a.patches.patches == b.patches.patches
    np.testing.assert_array_equal(a.patches.pixels, b.patches.pixels)


def test_comes_back_from_arrays_whole() -> None:
    before = kept(12)
    assert_same(before, kept_map_from_arrays(map_arrays(before)))
    bare = KeptMap(0, replace(network_record(), effects={}), MapPatches.none())
    assert_same(bare, kept_map_from_arrays(map_arrays(bare)))


def test_refuses_arrays_that_are_no_maps() -> None:
    whole = map_arrays(kept(3))
    order = whole["order"].copy()
    order[0] = order[1]
    edges = whole["edges"].copy()
    edges[0, 0] = 99
    patches = whole["patches"].copy()
    patches[0, 2] = 9
    damaged = {
        "order": order,
        "edges": edges,
        "patches": patches,
        "rms": whole["rms"][:-1],
        "groups": whole["groups"] + 1,
        "states": whole["states"] + np.uint8(9),
        "about": np.array("{}"),
        "stability": np.append(whole["stability"], 0.5),
        "profile": whole["profile"][:, :-1],
    }
    for name, array in damaged.items():
        with pytest.raises(ValueError):
            kept_map_from_arrays({**whole, name: array})
    for name in whole:
        with pytest.raises(ValueError, match="missing"):
            kept_map_from_arrays({each: array for each, array in whole.items() if each != name})


def test_every_second_goes_where_there_is_no_room_first_and_last_stay() -> None:
    size = kept(0).nbytes
    maps = KeptMaps(CallLock(), None, 8 * size)
    for step in range(0, 640, 10):
        maps.put(kept(step))
    assert maps.steps[0] == 0 and maps.steps[-1] == 630
    assert 3 <= len(maps.steps) <= 8 and maps.nbytes <= 8 * size
    gaps = np.diff(maps.steps)
    assert gaps[:-1].max() <= 2 * gaps[:-1].min()


def test_the_pictures_of_one_choice_of_samples_are_held_once() -> None:
    maps = KeptMaps(CallLock(), None, 2**20)
    for step in range(3):
        maps.put(kept(step))
    first, last = maps.at(0), maps.at(2)
    assert first is not None and last is not None
    assert first.patches.pixels is last.patches.pixels


def test_at_a_step_without_a_map_is_the_one_before() -> None:
    maps = KeptMaps(CallLock(), None, 2**20)
    assert maps.at(5) is None
    maps.put(kept(4))
    maps.put(kept(8))
    assert maps.at(3) is None
    found = maps.at(7)
    assert found is not None and found.step == 4
    assert [each.step for each in maps.between(0, 8)] == [4, 8]


def test_a_folder_keeps_all_and_an_edit_takes_the_place_of_what_was(tmp_path: Path) -> None:
    history = History(LAYERS, memory=2**13, folder=tmp_path)
    for step in range(6):
        history.append(Moment(step))
        history.maps.put(kept(step))
    edited = replace(kept(5), record=replace(kept(5).record, notes=("edited",)))
    history.maps.put(edited)
    assert history.maps.nbytes <= 2 * kept(0).nbytes + 200
    history.sync()
    opened = History.open(tmp_path)
    assert opened.maps.steps == tuple(range(6)) and not opened.trouble
    for step in range(5):
        found = opened.maps.at(step)
        assert found is not None
        assert_same(found, kept(step))
    last = opened.maps.at(5)
    assert last is not None and last.record.notes == ("edited",)


def test_a_damaged_file_is_left_out_and_told(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(5):
        history.append(Moment(step))
        history.maps.put(kept(step))
    folder = tmp_path / "run-0001" / "maps"
    whole = (folder / "0000000001.npz").read_bytes()
    (folder / "0000000001.npz").write_bytes(whole[: len(whole) // 2])
    middle = bytearray(whole)
    middle[len(middle) // 3] ^= 0xFF
    (folder / "0000000002.npz").write_bytes(middle)
    (folder / "0000000003.npz").write_bytes(whole)  # of another step
    (folder / "0000000004.npz").unlink()
    (folder / "0000000004.npz").symlink_to(folder / "0000000000.npz")
    (folder / "notes.txt").write_text("not a map")
    opened = History.open(tmp_path)
    found = opened.maps.at(4)
    assert found is not None and found.step == 0
    assert opened.maps.steps == (0,)
    assert "4 maps cannot be read" in opened.trouble


def test_a_folder_that_cannot_be_written_keeps_maps_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(LAYERS, folder=tmp_path)

    def full(step: int, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(history._folder, "write_map", full)
        history.maps.put(kept(0))
        assert "No space left" in history.trouble
    history.maps.put(kept(1))
    assert not history.trouble
    assert History.open(tmp_path).maps.steps == (0, 1)
