"""Folders that others write to, too, may not be read, or are made to take all memory."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.storage.folder import HistoryFolder
from cnnviz_widgets.records.layer_health import LayerHealth
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import Snapshot, keep, record_arrays

CONV = Place("conv")


@pytest.fixture(scope="module")
def outputs() -> Snapshot:
    return keep(LayerRecord.of(np.random.default_rng(0).random((3, 5, 5, 4)), "conv"))


def begun(folder: Path, outputs: Snapshot, moments: int = 3) -> tuple[History, Path]:
    history = History([{"path": "conv"}], folder=folder)
    for step in range(moments):
        history.append(moment(step, outputs))
    return history, Path(str(history.folder))


def moment(step: int, outputs: Snapshot) -> Moment:
    health = {"conv": LayerHealth(channels=4, weight_norm=step / 7)}
    return Moment(step, 1, step / 3, health, {"loss": 1.0}, {CONV: outputs})


# Others that write


def test_what_another_wrote_to_the_file_of_moments_is_never_cut(
    tmp_path: Path, outputs: Snapshot
) -> None:
    history, run = begun(tmp_path, outputs)
    path = run / "moments.jsonl"
    before = path.read_bytes()
    with open(path, "ab") as file:
        file.write(b"precious\nand without an end")
    for step in (3, 4):
        history.append(moment(step, outputs))
    assert path.read_bytes().startswith(before + b"precious\nand without an end\n{")
    assert f"after byte {len(before):,} (somebody wrote to the file" in history.trouble
    back = History.open(run)
    assert back.steps.tolist() == [0, 1, 2, 3, 4]
    assert back.trouble.startswith("2 lines of moments.jsonl cannot be read whole: line 4 (")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_fork_writes_nothing_to_the_folder_of_the_process_that_began_it(
    tmp_path: Path, outputs: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, _ = begun(tmp_path, outputs)
    here = os.getpid()
    # A true fork would take TensorFlow's threads apart.
    with monkeypatch.context() as forked:
        forked.setattr(os, "getpid", lambda: here + 1)
        history.append(moment(3, outputs))
        assert "(the process that began it writes it)" in history.trouble
        assert History.open(tmp_path).steps.tolist() == [0, 1, 2]
        assert [len(each.records) for each in history] == [1] * 4
    history.append(moment(4, outputs))
    assert History.open(tmp_path).steps.tolist() == [0, 1, 2, 3, 4]


def test_a_run_of_a_number_that_none_follows_is_no_run(tmp_path: Path, outputs: Snapshot) -> None:
    (tmp_path / f"run-{'9' * 251}").mkdir()
    (tmp_path / f"run-{'9' * 10}").mkdir()
    _, run = begun(tmp_path, outputs)
    assert run.name == "run-0001"
    assert len(History.open(tmp_path)) == 3


# What may not be read


@pytest.mark.parametrize("which", ["run", "parent"])
def test_a_folder_that_may_not_be_read_is_not_called_empty(
    tmp_path: Path, outputs: Snapshot, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run = begun(tmp_path / "kept", outputs)
    secret = run if which == "run" else run.parent
    lstat, scandir = Path.lstat, os.scandir

    # Whoever may do everything is refused nothing: so the system's answer is put in its place.
    def refused(path: Any) -> None:
        if Path(path).is_relative_to(secret) and Path(path) != secret:
            raise PermissionError(13, "Permission denied", os.fspath(path))

    def guarded(path: Path) -> os.stat_result:
        refused(path)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", guarded)
    monkeypatch.setattr(os, "scandir", lambda path: refused(Path(path) / "x") or scandir(path))
    with pytest.raises(PermissionError, match=r"this folder cannot be read \(Permission denied\)"):
        History.open(run.parent)


def test_records_that_may_not_be_reached_are_not_called_missing(
    tmp_path: Path, outputs: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(tmp_path, outputs)
    stat, open_ = os.stat, os.open

    def guarded(of: Any) -> Any:
        def call(path: Any, *args: Any, **options: Any) -> Any:
            if "records/" in os.fspath(path):
                raise PermissionError(13, "Permission denied", path)
            return of(path, *args, **options)

        return call

    monkeypatch.setattr(os, "stat", guarded(stat))
    monkeypatch.setattr(os, "open", guarded(open_))
    back = History.open(tmp_path)
    assert [len(each.records) for each in back] == [0] * 3
    assert "0000000000-0.npz (Permission denied)" in back.trouble


@pytest.mark.parametrize("folder", ["half \ud800", "a\0b", " "])
def test_a_path_that_no_system_knows_is_refused(folder: str) -> None:
    for use in (History.open, lambda path: History([], folder=path)):
        with pytest.raises(ValueError, match="folder must be the path of a folder"):
            use(folder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r"no history can be kept in this folder") as told:
        History([], folder=tmp_path / "file")
    assert told.value.filename == str(tmp_path / "file")


def test_a_mark_before_the_text_is_passed_over(tmp_path: Path, outputs: Snapshot) -> None:
    _, run = begun(tmp_path, outputs)
    for name in ("history.json", "moments.jsonl"):
        (run / name).write_bytes(b"\xef\xbb\xbf" + (run / name).read_bytes())
    back = History.open(run)
    assert (back.steps.tolist(), back.trouble) == ([0, 1, 2], "")


# What would take all memory, or no end


def compressed(record: Snapshot, **others: Any) -> bytes:
    with io.BytesIO() as file:
        np.savez_compressed(file, **{**record_arrays(record), **others})
        return file.getvalue()


def line(step: int, **files: str) -> bytes:
    records = [
        {"layer": layer, "view": "outputs", "weight": "", "file": f"{name}.npz"}
        for layer, name in files.items()
    ]
    parts = {"step": step, "epoch": 1, "seconds": 1, "logs": {}, "health": {}}
    return json.dumps({**parts, "records": records, "onsets": [], "gone": []}).encode() + b"\n"


def test_of_a_moment_of_many_records_one_is_in_memory_at_a_time(
    tmp_path: Path, outputs: Snapshot
) -> None:
    _, run = begun(tmp_path, outputs, 1)
    wide = keep(LayerRecord.of(np.zeros((1, 2**14), np.float32)))
    data = compressed(wide)
    assert wide.nbytes > 50 * len(data)
    names = {f"layer{k}": f"x{k}" for k in range(30)}
    for name in names.values():
        (run / "records" / f"{name}.npz").write_bytes(data)
    (run / "moments.jsonl").write_bytes(line(0, **names))
    history = History.open(run, memory=2**20)
    tracemalloc.start()
    try:
        records = history[0].records
        assert sum(record.n_channels for record in records.values()) == 30 * 2**14
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * wide.nbytes
    (run / "records" / "x7.npz").unlink()
    assert Place("layer7") not in records and len(records) == 29
    assert "x7.npz (it is not there)" in history.trouble
    with pytest.raises(KeyError):
        records[Place("layer7")]
    with pytest.raises(KeyError):
        records[Place("never")]


def test_a_record_that_cannot_be_read_is_tried_once(
    tmp_path: Path, outputs: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run = begun(tmp_path, outputs, 1)
    (run / "records" / "x.npz").write_bytes(b"torn")
    (run / "moments.jsonl").write_bytes(b"".join(line(step, conv="x") for step in range(50)))
    tried = []
    read = HistoryFolder.read_record
    monkeypatch.setattr(
        HistoryFolder, "read_record", lambda self, name: tried.append(name) or read(self, name)
    )
    history = History.open(run)
    assert [len(each.records) for each in history] == [0] * 50
    assert tried == ["x.npz"]
    assert history.counts == {}


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("1" + "0" * 400, "which is too large"),
        ("1" * 5000, "it holds a number of too many digits"),
        ("1e400", "whole numbers"),
    ],
)
def test_a_count_that_no_number_holds_is_left_out(
    tmp_path: Path, outputs: Snapshot, number: str, told: str
) -> None:
    _, run = begun(tmp_path, outputs)
    path = run / "moments.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace(b'"conv":[4', b'"conv":[' + number.encode())
    assert changed != lines[1]
    path.write_bytes(lines[0] + changed + lines[2])
    back = History.open(run)
    assert back.steps.tolist() == [0, 2]
    assert told in back.trouble and "set_int_max_str_digits" not in back.trouble
