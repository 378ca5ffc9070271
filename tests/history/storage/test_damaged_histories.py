"""What is left of a history's folder after every kind of damage, and in the hands of strangers."""

from __future__ import annotations

import errno
import faulthandler
import gc
import io
import json
import os
import random
import shutil
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.onsets import Onset
from cnnviz_widgets.records.layer_health import LayerHealth
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import Snapshot, keep, record_arrays

CONV, KERNEL = Place("conv"), Place("conv", "weights", "kernel")
LAYERS = [{"path": "conv", "kind": "Conv2D"}, {"path": "flat", "kind": "Flatten"}]
STEPS = list(range(0, 120, 10))
# A wait for a pipe takes no signal: the process ends, and with it the test fails.
HANGS = 120
MOST_MEMORY = 2**27


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(HANGS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="module")
def outputs() -> Snapshot:
    return keep(LayerRecord.of(np.random.default_rng(0).random((3, 5, 5, 4)), "conv"))


@pytest.fixture(scope="module")
def weights() -> Snapshot:
    return keep(ParameterRecord.of(np.random.default_rng(1).random((6, 5)), "conv", name="kernel"))


def moment(step: int, records: dict[Place, Any] | None = None) -> Moment:
    health = {f"layer {k}": LayerHealth(channels=4, weight_norm=step / 7) for k in range(20)}
    return Moment(step, 1, step / 3, health, {"loss": 1 / (1 + step)}, records or {})


@pytest.fixture
def run(tmp_path: Path, outputs: Snapshot, weights: Snapshot) -> Path:
    """Twelve moments of 1 kB each, with a picture of outputs at all and of weights at some."""
    history = History(LAYERS, folder=tmp_path / "kept", model="net")
    for step in STEPS:
        history.append(moment(step, {CONV: outputs, **({KERNEL: weights} if step > 90 else {})}))
    return Path(str(history.folder))


# Damages by chance

Damage = Callable[[Path], None]


def blank_line(path: Path) -> None:
    data = path.read_bytes()
    at = data.find(b"\n", len(data) // 2) + 1 or len(data) // 2
    path.write_bytes(data[:at] + b"\n" + data[at:])


def zero_block(path: Path) -> None:
    """A block of a disk was never written."""
    data = bytearray(path.read_bytes())
    size = min(4096, len(data) // 3)
    start = len(data) // 2 // size * size
    data[start : start + size] = bytes(size)
    path.write_bytes(data)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def flipped_bits(path: Path) -> None:
    data = bytearray(path.read_bytes())
    rng = random.Random(0)
    for _ in range(3):
        data[rng.randrange(len(data) // 3, len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


DAMAGES: dict[str, Damage] = {
    "blank line": blank_line,
    "zero block": zero_block,
    "cut": cut,
    "missing": Path.unlink,
    "flipped bits": flipped_bits,
}
# How many of twelve moments, and of their pictures of outputs, are left; and what is told.
LEFT = {
    ("history.json", "blank line"): (12, 12, ""),
    ("history.json", "zero block"): (12, 12, "history.json is damaged"),
    ("history.json", "cut"): (12, 12, "history.json is damaged"),
    ("history.json", "missing"): (12, 12, "history.json is damaged: it is not there"),
    ("history.json", "flipped bits"): (12, 12, "history.json is damaged"),
    ("moments.jsonl", "blank line"): (12, 12, "1 line of moments.jsonl cannot be read whole"),
    ("moments.jsonl", "zero block"): (8, 8, "of moments.jsonl cannot be read whole"),
    ("moments.jsonl", "cut"): (8, 8, ""),
    ("moments.jsonl", "missing"): (0, 0, "moments.jsonl cannot be read: it is not there"),
    ("moments.jsonl", "flipped bits"): (9, 9, "of moments.jsonl cannot be read whole"),
    ("records/0000000050-0.npz", "blank line"): (12, 11, "1 record of the folder"),
    ("records/0000000050-0.npz", "zero block"): (12, 11, "1 record of the folder"),
    ("records/0000000050-0.npz", "cut"): (12, 11, "1 record of the folder"),
    ("records/0000000050-0.npz", "missing"): (12, 11, "1 record of the folder"),
    ("records/0000000050-0.npz", "flipped bits"): (12, 11, "1 record of the folder"),
}


@pytest.mark.parametrize(("file", "damage"), LEFT)
def test_what_is_damaged_is_left_out_and_told_and_the_rest_is_there(
    run: Path, file: str, damage: str, outputs: Snapshot
) -> None:
    moments, pictures, told = LEFT[file, damage]
    DAMAGES[damage](run / file)
    history = History.open(run)
    found = list(history)
    assert len(found) >= moments
    assert sum(CONV in each.records for each in found) >= pictures
    assert told in history.trouble and bool(told) == bool(history.trouble)
    assert len(found) == 12 or "history.json" not in file
    for each in found:
        assert each.logs["loss"] == 1 / (1 + each.step) or damage == "flipped bits"
        if CONV in each.records:
            np.testing.assert_array_equal(
                each.records[CONV].tiles.codes, outputs.tiles.codes, strict=True
            )


def test_any_bit_may_flip(run: Path) -> None:
    whole = {name: (run / name).read_bytes() for name in ("history.json", "moments.jsonl")}
    rng = random.Random(1)
    for name, data in whole.items():
        for _ in range(60):
            at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
            (run / name).write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
            try:
                history = History.open(run)
            except ValueError as error:
                # Of the number of the version nobody can tell.
                assert name == "history.json" and "version" in str(error)
                continue
            # A line break that goes takes two lines with it.
            assert len(history) >= 10
            assert history.numbers("weight_norm")[1].shape[0] == len(history)
        (run / name).write_bytes(data)


def test_any_bit_of_a_record_may_flip(run: Path, outputs: Snapshot) -> None:
    path = run / "records" / "0000000050-0.npz"
    data = path.read_bytes()
    rng = random.Random(2)
    for _ in range(60):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        path.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
        history = History.open(run)
        found = history.at(50).records
        if CONV in found:  # dates and names are of no matter
            for name, array in record_arrays(outputs).items():
                np.testing.assert_array_equal(record_arrays(found[CONV])[name], array)
        else:
            assert "0000000050-0.npz (" in history.trouble


def test_without_a_header_the_moments_tell_of_the_layers(run: Path) -> None:
    (run / "history.json").unlink()
    history = History.open(run.parent)
    assert [layer["path"] for layer in history.layers] == [
        *(f"layer {k}" for k in range(20)),
        "conv",
    ]
    assert history.model == ""
    np.testing.assert_allclose(history.numbers("weight_norm")[1][:, 3], np.array(STEPS) / 7)


def test_with_all_pictures_damaged_the_numbers_are_there(run: Path) -> None:
    for path in (run / "records").iterdir():
        path.write_bytes(b"torn")
    history = History.open(run)
    assert [len(each.records) for each in history] == [0] * 12
    assert "14 records of the folder cannot be read: 0000000000-0.npz (" in history.trouble
    assert " and 11 more." in history.trouble
    assert history.counts == {}
    np.testing.assert_allclose(history.numbers("weight_norm")[1][:, 3], np.array(STEPS) / 7)


# Headers


@pytest.mark.parametrize("version", [0, -5, True, 1.5, "1", None, [1]])
def test_versions_are_whole_numbers_from_1_on(run: Path, version: Any) -> None:
    change_header(run, {"version": version})
    with pytest.raises(ValueError, match=r"its version is .*, and versions are whole numbers"):
        History.open(run)


def test_a_newer_version_is_refused(run: Path) -> None:
    change_header(run, {"version": 2})
    with pytest.raises(ValueError, match="newer version"):
        History.open(run)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "other"}, "its format is 'other'"),
        ({"model": 3}, "the model is 3, no text"),
        ({"model": "\ud800"}, "it holds what is no text"),
        ({"layers": 3}, "the list of layers is 3, no list"),
        ({"layers": [{}]}, "'path' is missing"),
        ({"layers": ["conv"]}, "a layer is 'conv', no object"),
        ({"layers": [{"path": "conv"}] * 2}, "'conv' is listed twice"),
        ({"layers": [{"path": "conv", "kind": [3]}]}, "the kind of 'conv' is [3]"),
        ({"layers": [{"path": "conv", "parameters": True}]}, "the parameters of 'conv' is True"),
        ({"layers": [{"path": "conv", "class_names": [3]}]}, "the class_names of 'conv' is [3]"),
        ({"layers": [{"path": "conv", "class_names": "ab"}]}, "the class_names of 'conv' is 'ab'"),
        ({"numbers": None}, "its numbers are None"),
    ],
)
def test_a_part_of_a_header_that_cannot_be_is_told(
    run: Path, change: dict[str, Any], told: str
) -> None:
    change_header(run, change)
    history = History.open(run)
    assert len(history) == 12
    assert told in history.trouble
    paths = [layer["path"] for layer in history.layers]
    assert len(set(paths)) == len(paths) and {"conv", "layer 3"} <= set(paths)


def test_numbers_in_another_order_are_refused(run: Path) -> None:
    numbers = json.loads((run / "history.json").read_bytes())["numbers"]
    change_header(run, {"numbers": numbers[::-1]})
    with pytest.raises(ValueError, match="its numbers are"):
        History.open(run)


def change_header(run: Path, change: dict[str, Any]) -> None:
    path = run / "history.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))


# Files of strangers


def in_memory(open_it: Callable[[], Any]) -> Any:
    """What is opened, in the memory that is meant for it."""
    tracemalloc.start()
    try:
        return open_it()
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MEMORY


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def put_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


@pytest.mark.parametrize("put", [put_pipe, put_link, put_folder, put_loop])
@pytest.mark.parametrize("file", ["history.json", "moments.jsonl", "records/0000000050-0.npz"])
def test_what_is_no_file_of_the_folder_is_not_read(
    run: Path, file: str, put: Callable[[Path], None]
) -> None:
    put(run / file)
    history = in_memory(lambda: History.open(run))
    assert len(list(history)) == (0 if file == "moments.jsonl" else 12)
    assert "link" in history.trouble or "regular file" in history.trouble


def test_folders_may_be_reached_over_links(run: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.move(run / "records", tmp_path / "elsewhere" / "records")
    (run / "records").symlink_to(tmp_path / "elsewhere" / "records")
    (tmp_path / "link").symlink_to(run.parent)
    history = History.open(tmp_path / "link")
    assert all(CONV in each.records for each in history)
    assert history.trouble == ""


LONG = b'{"step":15,"epoch":1,"seconds":1,"health":{},"logs":{},"records":[],"onsets":[],"gone":[]'
LINES = {
    "deep": (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
    "deep objects": (b'{"a":' * 100_000, "nested too deep"),
    "many lists": (b"[" + b"[]," * 1_000_000 + b"[]]", "too many parts"),
    "long": (LONG + b',"x":"' + b"x" * 2**24 + b'"}', "longer than 16 MB"),
    "step of 2**63": (LONG.replace(b"15", b"9223372036854775808") + b"}", "no whole number"),
    "step below 0": (LONG.replace(b"15", b"-1") + b"}", "no whole number"),
    "step of a fraction": (LONG.replace(b"15", b"15.5") + b"}", "no whole number"),
    "step of truth": (LONG.replace(b"15", b"true") + b"}", "no whole number"),
    "a number of a million digits": (LONG.replace(b"15", b"1" * 1_000_000) + b"}", "line 4 ("),
    "NaN": (LONG.replace(b'"seconds":1', b'"seconds":NaN') + b"}", "NaN is no JSON"),
    "half a letter": (LONG.replace(b'"logs":{}', b'"logs":{"\\ud800":1}') + b"}", "no text"),
    "seconds too large": (
        LONG.replace(b'"seconds":1', b'"seconds":1' + b"0" * 999) + b"}",
        "too l",
    ),
    "counts below 0": (
        LONG.replace(b'"health":{}', b'"health":{"a":[-1,0,0,0,0,0,0,0,0,0,0]}') + b"}",
        "are 0 or more",
    ),
    "endless counts": (
        LONG.replace(b'"health":{}', b'"health":{"a":["Infinity",0,0,0,0,0,0,0,0,0,0]}') + b"}",
        "whole numbers",
    ),
    "many layers": (
        LONG.replace(
            b'"health":{}',
            b'"health":{%s}'
            % b",".join(b'"%d":[0,0,0,0,0,0,0,0,0,0,0]' % k for k in range(10_001)),
        )
        + b"}",
        "more than 10,000 layers",
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_cannot_be_meant_is_left_out(run: Path, name: str) -> None:
    raw, told = LINES[name]
    path = run / "moments.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], raw + b"\n", *lines[3:]]))
    del raw
    history = in_memory(lambda: History.open(run))
    assert history.steps.tolist() == STEPS
    assert told in history.trouble and "line 4 (" in history.trouble


PARTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown view": (
        {"records": [{"layer": "conv", "view": "x", "weight": "", "file": "a.npz"}]},
        "view",
    ),
    "a view of a list": (
        {"records": [{"layer": "conv", "view": [], "weight": "", "file": "a.npz"}]},
        "view",
    ),
    "outputs of a weight": (
        {"records": [{"layer": "conv", "view": "outputs", "weight": "k", "file": "a.npz"}]},
        "outputs are of no weight",
    ),
    "no layer": (
        {"records": [{"view": "outputs", "weight": "", "file": "a.npz"}]},
        "'layer' is missing",
    ),
    "another folder": (
        {"records": [{"layer": "conv", "view": "outputs", "weight": "", "file": "../a.npz"}]},
        "no name of a file",
    ),
    "no name": (
        {"records": [{"layer": "a", "view": "outputs", "weight": "", "file": ".."}]},
        "no name",
    ),
    "a hidden file": (
        {"records": [{"layer": "a", "view": "outputs", "weight": "", "file": ".a"}]},
        "no name",
    ),
    "zero in a name": (
        {"records": [{"layer": "a", "view": "outputs", "weight": "", "file": "a\0"}]},
        "no name",
    ),
    "records of text": ({"records": "conv"}, "no list"),
    "an unknown onset": (
        {"onsets": [{"kind": "x", "ended": None, "from_start": False}]},
        "no onset of kind",
    ),
    "an onset of nothing": ({"onsets": [{}]}, "'kind' is missing"),
    "onsets of numbers": ({"onsets": [1, 2]}, "is 1, no object"),
    "gone is short": ({"gone": [["dead"]]}, "the layer is None, no text"),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_a_line_that_cannot_be_is_left_out_alone(run: Path, name: str) -> None:
    change, told = PARTS[name]
    path = run / "moments.jsonl"
    lines = path.read_bytes().splitlines()
    lines[3] = json.dumps({**json.loads(lines[3]), **change}).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    history = History.open(run)
    assert history.steps.tolist() == STEPS
    assert told in history.trouble and "line 4 (" in history.trouble


def test_a_history_is_of_so_many_places_and_onsets(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz_widgets.history.storage.moment_line._MOST_PLACES", 2)
    monkeypatch.setattr("cnnviz_widgets.history.storage.moment_line._MOST_ONSETS", 2)
    path = run / "moments.jsonl"
    lines = path.read_bytes().splitlines()
    other = {"layer": "other", "view": "outputs", "weight": "", "file": "0000000110-0.npz"}
    begun = [{**asdict(Onset("dead", "conv", step)), "channels": []} for step in range(5)]
    last = json.loads(lines[-1])
    last = {**last, "records": [*last["records"], other], "onsets": begun}
    path.write_bytes(b"\n".join([*lines[:-1], json.dumps(last).encode()]) + b"\n")
    history = History.open(run)
    assert set(history[-1].records) == {CONV, KERNEL}
    assert [onset.step for onset in history.onsets] == [0, 1]
    assert "line 12 (a record: there are more than 2; an onset: there are mo" in history.trouble


def test_a_hole_of_many_gigabytes_is_passed_over(run: Path) -> None:
    with open(run / "moments.jsonl", "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        try:
            file.truncate(end + 2**40)
        except OSError as error:
            pytest.skip(f"no sparse files here: {error}")
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + LONG.replace(b"15", b"200") + b"}\n")
    history = in_memory(lambda: History.open(run))
    assert history.steps.tolist() == [*STEPS, 200]
    assert "line 13 (it is longer than 16 MB)" in history.trouble


# Records of strangers


def as_npz(arrays: dict[str, Any], **others: bytes) -> bytes:
    """An .npz file with these arrays, and files of these contents."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                    np.lib.format.write_array(entry, np.asanyarray(array))
            for name, content in others.items():
                archive.writestr(f"{name}.npy", content)
        return file.getvalue()


def claims(dtype: str, shape: tuple[int, ...], rest: bytes = b"") -> bytes:
    """The header of an array, and what is to stand behind it."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + rest


STRANGE_FILES: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "objects": lambda arrays: as_npz({**arrays, "path": np.array([{}], dtype=object)}),
    "objects it names": lambda arrays: as_npz(
        less(arrays), path=claims("|O", (1,), b"cos\nsystem")
    ),
    "a claim of 8 GB": lambda arrays: as_npz(
        less(arrays, "sheet_codes"), sheet_codes=claims("|u1", (2, 2, 2**16, 2**15))
    ),
    "a claim of text": lambda arrays: as_npz(less(arrays), path=claims("<U999999999", ())),
    "a bomb": lambda arrays: as_npz({**arrays, "bias": np.zeros(2**24)}),
    "channels without end": lambda arrays: as_npz(
        {**arrays, "density_style": np.zeros(2**22, np.uint8)}
    ),
    "more than it says": lambda arrays: as_npz(less(arrays), path=claims("<U4", (), b"\0" * 2**25)),
    "less than it says": lambda arrays: as_npz(less(arrays), path=claims("<U4", (), b"\0")),
    "a header without end": lambda arrays: as_npz(
        less(arrays), path=b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b"(" * 2**20
    ),
    "a deep header": lambda arrays: as_npz(
        less(arrays), path=b"\x93NUMPY\x01\x00" + struct.pack("<H", 60_000) + b"(" * 60_000
    ),
    "many entries": lambda arrays: as_npz(arrays, **{f"x{k}": b"" for k in range(1000)}),
    "an end of more than 4 GB": lambda arrays: with_large_end(as_npz(arrays)),
    "another method": lambda arrays: with_method(as_npz(arrays), 14),
    "a secret": lambda arrays: with_flag(as_npz(arrays), 1),
    "no zip": lambda arrays: b"PK\x05\x06" + bytes(18),
    "text": lambda arrays: b"<html>" * 1000,
    "nothing": lambda arrays: b"",
}


def less(arrays: dict[str, Any], name: str = "path") -> dict[str, Any]:
    return {other: array for other, array in arrays.items() if other != name}


def with_large_end(data: bytes) -> bytes:
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 1)
    return data[:-22] + locator + data[-22:]


def with_method(data: bytes, method: int) -> bytes:
    at = data.rindex(b"PK\x01\x02") + 10
    return data[:at] + struct.pack("<H", method) + data[at + 2 :]


def with_flag(data: bytes, flag: int) -> bytes:
    at = data.rindex(b"PK\x01\x02") + 8
    return data[:at] + struct.pack("<H", flag) + data[at + 2 :]


@pytest.mark.parametrize("name", STRANGE_FILES)
def test_a_file_that_cannot_be_a_record_is_told_in_our_words(
    run: Path, outputs: Snapshot, name: str
) -> None:
    path = run / "records" / "0000000050-0.npz"
    path.write_bytes(STRANGE_FILES[name](record_arrays(outputs)))
    history = History.open(run)
    found = in_memory(lambda: history.at(50).records)
    assert CONV not in found
    assert "1 record of the folder cannot be read: 0000000050-0.npz (" in history.trouble
    for word in ("pickle", "trust", "max_header", "Errno"):
        assert word not in history.trouble
    assert CONV in history.at(40).records


def test_arrays_that_a_record_does_not_have_are_not_read(run: Path, outputs: Snapshot) -> None:
    path = run / "records" / "0000000050-0.npz"
    huge = claims("<f8", (2**29,))
    path.write_bytes(as_npz(record_arrays(outputs), another=huge, evil=claims("|O", (1,), b"x")))
    history = History.open(run)
    record = in_memory(lambda: history.at(50).records[CONV])
    assert history.trouble == ""
    np.testing.assert_array_equal(record.tiles.codes, outputs.tiles.codes)


# Folders that move


def test_a_relative_folder_is_that_of_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: Snapshot
) -> None:
    histories = []
    for name in ("yesterday", "today"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        histories.append(History(LAYERS, folder="history", model=name))
        assert histories[-1].folder == str(tmp_path / name / "history" / "run-0001")
    for step in range(3):
        for history in histories:
            history.append(moment(step, {CONV: outputs}))
    opened = History.open("history")
    monkeypatch.chdir(tmp_path)
    assert [CONV in each.records for each in opened] == [True] * 3
    for name in ("yesterday", "today"):
        back = History.open(Path(name) / "history")
        assert (back.model, back.steps.tolist(), back.trouble) == (name, [0, 1, 2], "")


def test_a_folder_that_moves_is_read_and_written_on(
    tmp_path: Path, run: Path, outputs: Snapshot
) -> None:
    opened = History.open(run)
    shutil.move(run.parent, tmp_path / "moved")
    assert [CONV in each.records for each in opened] == [True] * 12 and opened.trouble == ""
    history = History(LAYERS, folder=tmp_path / "first", model="first")
    history.append(moment(0, {CONV: outputs}))
    shutil.move(tmp_path / "first", tmp_path / "second")
    # What comes to stand in its place is another's.
    other = History(LAYERS, folder=tmp_path / "first", model="other")
    assert other.folder == history.folder
    history.append(moment(1, {CONV: outputs}))
    other.append(moment(7))
    assert History.open(tmp_path / "second").steps.tolist() == [0, 1]
    assert History.open(tmp_path / "first").steps.tolist() == [7]
    assert history.trouble == other.trouble == ""


def test_a_folder_that_is_gone_says_so(run: Path) -> None:
    opened = History.open(run)
    shutil.rmtree(run)
    assert [len(each.records) for each in opened] == [0] * 12
    assert "(it is not there)" in opened.trouble


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of what is held open")
def test_what_is_held_open_goes_with_the_history(run: Path) -> None:
    def held() -> int:
        return len(os.listdir("/proc/self/fd"))

    gc.collect()
    before = held()
    histories = [History.open(run) for _ in range(5)]
    assert held() > before
    assert all(CONV in history.at(0).records for history in histories)
    histories.clear()
    gc.collect()
    assert held() == before


def test_where_no_folder_can_be_held_open_its_absolute_path_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: Snapshot
) -> None:
    monkeypatch.setattr("cnnviz_widgets.runtime.held_folder._HOLDS", False)
    monkeypatch.chdir(tmp_path)
    history = History(LAYERS, folder="kept")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for step in range(3):
        history.append(moment(step, {CONV: outputs}))
    history.sync()
    back = History.open(tmp_path / "kept")
    put_link(tmp_path / "kept" / "run-0001" / "records" / "0000000001-0.npz")
    assert [len(each.records) for each in back] == [1, 0, 1]
    assert "links are not followed" in back.trouble
    assert files_of(tmp_path / "elsewhere") == []


# Full disks


class FullDisk:
    """While `full`, nothing can be written: at the n-th write, all of it or in its middle."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.left = 0
        self.writes = 0
        self._write = os.write
        self._open = os.open
        self._fdopen = os.fdopen
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "open", self.open)
        monkeypatch.setattr(os, "fdopen", self.fdopen)

    def refuse(self) -> None:
        if self.full:
            self.writes += 1
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(self, descriptor: int, data: bytes) -> int:
        if self.full and self.left == 0:
            self._write(descriptor, data[: len(data) // 2])
        self.refuse()
        return self._write(descriptor, data)

    def open(self, path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & os.O_CREAT:
            self.refuse()
        return self._open(path, flags, *args, **options)

    def fdopen(self, descriptor: int, mode: str) -> Any:
        file = self._fdopen(descriptor, mode)
        if mode != "wb":
            return file
        disk = self

        class Full:
            def __enter__(self) -> Any:
                return self

            def __exit__(self, *error: Any) -> None:
                file.close()

            def write(self, data: bytes) -> None:
                if disk.full and disk.left == 0:
                    file.write(data[: len(data) // 2])
                    file.flush()
                disk.refuse()
                file.write(data)

            def flush(self) -> None:
                disk.refuse()
                file.flush()

            def fileno(self) -> int:
                return int(file.fileno())

        return Full()


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_disk_full_at_any_write_of_the_beginning_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    disk.full = True
    for left in range(100):
        disk.left = left
        try:
            history = History(LAYERS, folder=tmp_path / "kept")
        except OSError as error:
            assert "no history can be kept in this folder" in str(error)
            assert files_of(tmp_path / "kept") == []
            continue
        break
    assert left >= 3
    assert history.folder == str(tmp_path / "kept" / "run-0001")


def test_a_disk_full_at_any_write_of_a_moment_costs_nothing_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: Snapshot, weights: Snapshot
) -> None:
    disk = FullDisk(monkeypatch)
    records = {CONV: outputs, KERNEL: weights}
    for left in range(100):
        disk.full = False
        history = History(LAYERS, folder=tmp_path / str(left))
        history.append(moment(0, records))
        disk.full, disk.left, disk.writes = True, left, 0
        history.append(moment(1, records))
        if not history.trouble:
            break
        disk.left = 0
        history.append(moment(2, records))
        told = "From step 1 on this history is in memory only: the folder"
        assert history.trouble.startswith(told) and "No space left" in history.trouble
        run = Path(str(history.folder))
        back = History.open(run)
        assert (back.steps.tolist(), back.trouble) == ([0], "")
        assert files_of(run / "records") == ["0000000000-0.npz", "0000000000-1.npz"]
        assert [len(each.records) for each in history] == [2, 2, 2]
        disk.full = False
        history.append(moment(3, records))
        assert history.trouble == ""
        for each in (history, History.open(run)):
            assert each.steps.tolist() == [0, 1, 2, 3]
            assert [len(part.records) for part in each] == [2] * 4
            assert each.trouble == ""
        assert files_of(run / "records") == [
            f"000000000{k}-{j}.npz" for k in range(4) for j in (0, 1)
        ]
    assert left >= 5


def test_a_long_time_without_room_is_caught_up_little_by_little_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    history = History(LAYERS, folder=tmp_path)
    disk.full, disk.left = True, 0
    for step in range(40):
        history.append(moment(step))
    disk.full = False
    history.append(moment(40))
    back = History.open(tmp_path)
    assert back.steps.tolist() == list(range(16))
    assert "From step 16 on" in history.trouble
    history.sync()
    assert History.open(tmp_path).steps.tolist() == list(range(41))
    assert history.trouble == ""


def test_the_same_step_again_after_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: Snapshot, weights: Snapshot
) -> None:
    disk = FullDisk(monkeypatch)
    history = History(LAYERS, folder=tmp_path)
    history.append(moment(0, {CONV: outputs}))
    disk.full, disk.left = True, 0
    history.append(moment(0, {KERNEL: weights}))
    history.append(moment(5, {CONV: outputs}))
    disk.full = False
    history.append(moment(5, {KERNEL: weights}))
    back = History.open(tmp_path)
    assert back.steps.tolist() == [0, 5]
    assert [set(each.records) for each in back] == [{CONV, KERNEL}] * 2


def test_moments_that_went_before_there_was_room_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: Snapshot
) -> None:
    monkeypatch.setattr("cnnviz_widgets.history.memory_limit._LEAST_BESIDE_FOLDER", 2**14)
    disk = FullDisk(monkeypatch)
    history = History(LAYERS, folder=tmp_path, memory=20_000)
    disk.full, disk.left = True, 0
    for step in range(60):
        history.append(moment(step))
    disk.full = False
    history.sync()
    back = History.open(tmp_path)
    assert 2 < len(back) < 60
    told = f"{60 - len(back)} moments could not be written to the folder: moment "
    assert told in history.trouble and "no room for it in memory" in history.trouble


def test_a_moment_that_nobody_could_read_keeps_no_other_from_the_folder(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    many = {f"layer {k}": LayerHealth() for k in range(10_001)}
    for step in range(4):
        history.append(Moment(step, health=many) if step == 1 else moment(step))
    assert History.open(tmp_path).steps.tolist() == [0, 2, 3]
    told = "1 moment could not be written to the folder: moment 2 (10,001 layers are more"
    assert history.trouble.startswith(told)


def test_a_layer_of_too_many_channels_is_left_out_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: Snapshot
) -> None:
    monkeypatch.setattr("cnnviz_widgets.history.record_keeping.MOST_CHANNELS", 4)
    history = History(LAYERS, folder=tmp_path)
    wide = LayerRecord.of(np.ones((2, 5)), "wide")
    history.append(moment(0, {CONV: outputs, Place("wide"): wide}))
    assert list(history[0].records) == list(History.open(tmp_path)[0].records) == [CONV]
    assert "1 layer cannot be kept: wide (5 channels, and 4 are the most)" in history.trouble


def test_a_file_of_moments_that_is_gone_is_not_made_again(
    tmp_path: Path, outputs: Snapshot
) -> None:
    history = History(LAYERS, folder=tmp_path)
    history.append(moment(0, {CONV: outputs}))
    run = Path(str(history.folder))
    (run / "moments.jsonl").unlink()
    history.append(moment(1, {CONV: outputs}))
    assert "could not be written (it is not there)" in history.trouble
    assert files_of(run) == ["history.json", "records", "records/0000000000-0.npz"]
    assert [len(each.records) for each in history] == [1, 1]


def test_a_file_of_moments_that_was_cut_is_told_and_goes_on(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(3):
        history.append(moment(step))
    path = Path(str(history.folder)) / "moments.jsonl"
    path.write_bytes(path.read_bytes()[:-200])
    history.append(moment(3))
    assert "somebody cut the file" in history.trouble
    back = History.open(tmp_path)
    assert back.steps.tolist() == [0, 1, 3]
    assert "line 3 (" in back.trouble


def test_a_link_in_the_place_of_a_file_is_not_written_through(
    tmp_path: Path, outputs: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    history = History(LAYERS, folder=tmp_path / "kept")
    history.append(moment(0))
    records = Path(str(history.folder)) / "records"
    for name in (".0000000001-0.npz", "0000000001-0.npz"):
        (records / name).symlink_to(victim)
    monkeypatch.setattr("secrets.token_hex", lambda count: "known")
    history.append(moment(1, {CONV: outputs}))
    assert history.trouble == "" and not (records / "0000000001-0.npz").is_symlink()
    # Even one who foresees the name is not followed.
    (records / ".0000000002-0.npz.known").symlink_to(victim)
    history.append(moment(2, {CONV: outputs}))
    assert "in memory only" in history.trouble
    (Path(str(history.folder)) / "moments.jsonl").unlink()
    (Path(str(history.folder)) / "moments.jsonl").symlink_to(victim)
    history.append(moment(3))
    assert "links are not followed" in history.trouble
    assert victim.read_bytes() == b"precious"


def test_a_file_with_a_second_name_is_not_written_to(tmp_path: Path, outputs: Snapshot) -> None:
    victims = [tmp_path / name for name in ("moments", "record")]
    history = History(LAYERS, folder=tmp_path / "kept")
    history.append(moment(0))
    run = Path(str(history.folder))
    record = run / "records" / "0000000001-0.npz"
    victims[0].write_bytes((run / "moments.jsonl").read_bytes())
    victims[1].write_bytes(b"precious")
    (run / "moments.jsonl").unlink()
    for victim, path in zip(victims, (run / "moments.jsonl", record), strict=True):
        os.link(victim, path)
    before = [victim.read_bytes() for victim in victims]
    history.append(moment(1, {CONV: outputs}))
    assert "hard link" in history.trouble
    assert "in memory only" in history.trouble
    assert [victim.read_bytes() for victim in victims] == before
    # A backup of links can be read, and once it is gone all is written.
    assert History.open(run).steps.tolist() == [0]
    victims[0].unlink()
    history.append(moment(2, {CONV: outputs}))
    assert history.trouble == ""
    assert History.open(run).steps.tolist() == [0, 1, 2]
    assert victims[1].read_bytes() == b"precious"


def test_the_header_and_the_moments_outlast_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no list of what is held open")

    def noted(descriptor: int) -> None:
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    history = History(LAYERS, folder=tmp_path / "kept")
    assert [name.startswith(".history.json.") for name in synced] == [True, False, False]
    assert synced[1:] == ["run-0001", "kept"]
    synced.clear()
    history.append(moment(0))
    assert synced == []
    history.sync()
    assert synced == ["moments.jsonl", "records", "run-0001"]
    History.open(tmp_path / "kept").sync()
    assert len(synced) == 3
