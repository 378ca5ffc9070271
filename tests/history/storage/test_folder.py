"""A history in a folder: what it writes, and what is left of it after every kind of mishap."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice
from cnnviz_widgets.history import memory_limit
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.onsets import Onset
from cnnviz_widgets.records.layer_health import HEALTH_FIELDS, LayerHealth
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import ParameterSnapshot, Snapshot, keep, record_arrays

ROOT = Path(__file__).resolve().parents[3]
NASTY = 'a/b:1/<script>alert("é")</script>\n../../x'
CONV, DENSE = Place("conv"), Place(NASTY, "weights", "kernel")
LAYERS = [{"path": "conv", "kind": "Conv2D"}, {"path": NASTY, "kind": "Dense"}]
DEAD = Onset("dead", "conv", 1, (0, 2), text="2 of 4 channels are zero on every sample")


@pytest.fixture(scope="module")
def outputs() -> Snapshot:
    values = np.random.default_rng(0).normal(size=(3, 5, 5, 4))
    return keep(LayerRecord.of(np.maximum(values, 0), "conv"))


@pytest.fixture(scope="module")
def weights() -> Snapshot:
    return keep(ParameterRecord.of(np.random.default_rng(1).normal(size=(6, 5)), NASTY))


def moment(step: int, **parts: Any) -> Moment:
    health = {
        "conv": LayerHealth(channels=4, dead=step % 3, weight_norm=step / 7),
        NASTY: LayerHealth(minimum=-math.inf, maximum=math.inf, nonfinite_weights=2),
    }
    logs = {"loss": math.nan, "lowest": -math.inf, "accuracy": 1 / 3}
    return Moment(
        **{"step": step, "epoch": 1, "seconds": step / 3, "health": health, "logs": logs, **parts}
    )


def same_records(one: LayerRecord, other: LayerRecord) -> bool:
    first, second = record_arrays(one), record_arrays(other)
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f")
        for name in first
    )


def same_moments(one: Moment, other: Moment) -> bool:
    def numbers(of: Moment) -> str:
        return repr((of.step, of.epoch, of.seconds, dict(of.health), dict(of.logs), of.samples))

    return (
        numbers(one) == numbers(other)
        and one.records.keys() == other.records.keys()
        and all(same_records(one.records[place], other.records[place]) for place in one.records)
    )


def strict(text: str | bytes) -> Any:
    """JSON as every reader knows it: without NaN and Infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def run_of(history: History) -> Path:
    assert history.folder is not None
    return Path(history.folder)


# What is written


def test_a_history_comes_back_as_it_was(
    tmp_path: Path, outputs: Snapshot, weights: Snapshot
) -> None:
    history = History(LAYERS, folder=tmp_path, model="net <b>")
    history.append(moment(0, records={CONV: outputs}))
    history.append(moment(1, epoch=None, records={CONV: outputs, DENSE: weights}), onsets=[DEAD])
    history.append(moment(5))
    back = History.open(tmp_path)
    assert len(back) == len(history) == 3
    assert all(map(same_moments, back, history))
    assert list(back[1].health) == ["conv", NASTY]
    assert (back.model, back.layers, back.onsets) == ("net <b>", history.layers, (DEAD,))
    assert back.places == history.places == (CONV, DENSE)
    assert back.holds(DENSE).tolist() == [False, True, False]
    assert isinstance(back[1].records[DENSE], ParameterSnapshot)
    np.testing.assert_array_equal(back.numbers("dead_share")[1], history.numbers("dead_share")[1])
    assert back.trouble == history.trouble == ""
    assert back.read_only and not history.read_only
    assert "3 moments, steps 0 to 5" in repr(back) and "run-0001" in repr(back)


def test_a_quick_moment_comes_back_with_its_samples(tmp_path: Path) -> None:
    choice = SampleChoice((0, 3, 7), 8)
    values = np.random.default_rng(0).normal(size=(3, 5, 5, 4))
    quick = replace(LayerRecord.of(values, "conv"), samples=choice)
    history = History(LAYERS, folder=tmp_path)
    history.append(moment(0, records={CONV: LayerRecord.of(np.ones((8, 2, 2, 4)), "conv")}))
    history.append(moment(1, samples=choice, records={CONV: quick}))
    history.append(moment(2, samples=choice))
    lines = [strict(line) for line in (run_of(history) / "moments.jsonl").read_bytes().splitlines()]
    # Of all samples nothing is written: as in folders from before there were quick looks.
    assert "samples" not in lines[0]
    assert lines[1]["samples"] == {"numbers": [0, 3, 7], "total": 8}
    back = History.open(tmp_path)
    assert all(map(same_moments, back, history))
    assert [each.samples for each in back] == [None, choice, choice]
    assert back[0].records[CONV].samples is None
    assert back[0].records[CONV].sample_numbers.tolist() == list(range(8))
    assert back[1].records[CONV].samples == choice
    assert back.trouble == ""


@pytest.mark.parametrize("samples", [{"numbers": [3, 1], "total": 8}, {"numbers": [0]}, 4])
def test_samples_that_cannot_be_are_damage(tmp_path: Path, samples: Any) -> None:
    history = History(LAYERS, folder=tmp_path)
    history.append(moment(0, samples=SampleChoice((0, 3), 8)))
    history.append(moment(1))
    path = run_of(history) / "moments.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    damaged = json.dumps({**strict(first), "samples": samples}).encode() + b"\n"
    path.write_bytes(damaged + second)
    back = History.open(tmp_path)
    assert back.steps.tolist() == [1]
    assert back.trouble.startswith("1 line of moments.jsonl cannot be read whole: line 1 (")


def test_a_history_opened_can_only_be_read(tmp_path: Path) -> None:
    History(LAYERS, folder=tmp_path).append(moment(0))
    with pytest.raises(ValueError, match="opened to be read"):
        History.open(tmp_path).append(moment(1))


def test_the_files_can_be_read_with_json_and_numpy_alone(
    tmp_path: Path, outputs: Snapshot, weights: Snapshot
) -> None:
    history = History(LAYERS, folder=tmp_path, model="net")
    history.append(moment(0, records={DENSE: weights}))
    history.append(moment(3, records={CONV: outputs}), onsets=[DEAD])
    run = tmp_path / "run-0001"
    header = strict((run / "history.json").read_text(encoding="utf-8"))
    assert (header["version"], header["model"], header["layers"]) == (1, "net", LAYERS)
    assert header["numbers"] == list(HEALTH_FIELDS)
    first, second = (strict(line) for line in (run / "moments.jsonl").read_bytes().splitlines())
    assert first["logs"] == {"loss": None, "lowest": "-Infinity", "accuracy": 1 / 3}
    numbers = dict(zip(header["numbers"], first["health"][NASTY], strict=True))
    assert (numbers["minimum"], numbers["change"]) == ("-Infinity", None)
    assert (second["step"], second["epoch"], second["seconds"]) == (3, 1, 1)
    assert second["onsets"][0]["channels"] == [0, 2]
    (entry,) = first["records"]
    assert (entry["layer"], entry["view"], entry["weight"]) == DENSE
    with np.load(run / "records" / entry["file"], allow_pickle=False) as arrays:
        assert str(arrays["path"]) == NASTY


def test_no_name_of_a_layer_becomes_a_name_of_a_file(
    tmp_path: Path, outputs: Snapshot, weights: Snapshot
) -> None:
    history = History(LAYERS, folder=tmp_path / "kept")
    history.append(moment(0, records={CONV: outputs, DENSE: weights}))
    names = sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    )
    assert names == [
        "kept/run-0001/history.json",
        "kept/run-0001/moments.jsonl",
        "kept/run-0001/records/0000000000-0.npz",
        "kept/run-0001/records/0000000000-1.npz",
    ]


def test_every_history_has_a_folder_of_its_own(tmp_path: Path) -> None:
    first = History(LAYERS, folder=tmp_path, model="first")
    first.append(moment(0))
    (tmp_path / "run-0041").mkdir()
    (tmp_path / "run-x").mkdir()
    second = History(LAYERS, folder=tmp_path, model="second")
    assert run_of(second).name == "run-0042"
    # One without any moment is not what one wants to see again.
    assert History.open(tmp_path).model == "first"
    second.append(moment(0))
    first.append(moment(1))
    assert History.open(tmp_path).model == "second"
    assert len(History.open(run_of(first))) == 2


def test_onsets_are_written_as_they_change(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    other = Onset("frozen", NASTY, 2, text="its weights stand still")
    told = [(), (DEAD,), (DEAD, other), (replace(DEAD, ended=3), other), (other,), (other,)]
    for step, onsets in enumerate(told):
        history.append(moment(step), onsets=onsets)
        assert History.open(tmp_path).onsets == onsets
    lines = [strict(line) for line in (run_of(history) / "moments.jsonl").read_text().splitlines()]
    assert [len(line["onsets"]) for line in lines] == [0, 1, 1, 1, 0, 0]
    assert [line["gone"] for line in lines if line["gone"]] == [[["dead", "conv", 1]]]


def test_the_same_step_again_takes_the_place_of_the_one_before(
    tmp_path: Path, outputs: Snapshot, weights: Snapshot
) -> None:
    history = History(LAYERS, folder=tmp_path)
    history.append(moment(4, records={CONV: outputs}))
    history.append(moment(4, epoch=9, records={DENSE: weights}))
    back = History.open(tmp_path)
    assert back.steps.tolist() == [4]
    assert (back[0].epoch, set(back[0].records)) == (9, {CONV, DENSE})


def test_in_the_folder_nothing_is_thinned(
    tmp_path: Path, outputs: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_limit, "_LEAST_BESIDE_FOLDER", 2**17)
    steps = 20
    health = {f"layer {k}": LayerHealth(channels=1) for k in range(100)}
    history = History(LAYERS, folder=tmp_path, memory=40_000)
    for step in range(steps):
        history.append(Moment(step, health=health, records={CONV: outputs} if step < 3 else {}))
    assert len(history) < steps
    assert history.nbytes <= 2**17 + 40_000
    back = History.open(tmp_path)
    assert back.steps.tolist() == list(range(steps))
    assert back.holds(CONV).sum() == 3
    assert len(History.open(tmp_path, memory=40_000)) == len(history)


def test_records_are_read_on_demand_and_a_few_are_held(tmp_path: Path, outputs: Snapshot) -> None:
    history = History(LAYERS, folder=tmp_path, memory=8 * 5 * outputs.nbytes)
    for step in range(20):
        history.append(moment(step, records={CONV: outputs}))
    numbers = history.nbytes - 5 * outputs.nbytes
    back = History.open(tmp_path, memory=8 * 5 * outputs.nbytes)
    before = back.nbytes
    assert before <= numbers + outputs.nbytes
    assert all(same_records(part.records[CONV], outputs) for part in back)
    assert before < back.nbytes <= before + 5 * outputs.nbytes
    assert back.at(19).records[CONV] is back.at(19).records[CONV]


# Mishaps


def test_a_last_line_cut_anywhere_loses_itself_alone(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(3):
        history.append(moment(step), onsets=[DEAD] if step else [])
    path = run_of(history) / "moments.jsonl"
    data = path.read_bytes()
    start = data.rindex(b"\n", 0, -1) + 1
    for length in range(start, len(data) + 1):
        path.write_bytes(data[:length])
        back = History.open(tmp_path)
        # The line is whole without the line break.
        assert back.steps.tolist() == [0, 1, 2][: 3 if length >= len(data) - 1 else 2]
        assert back.onsets == (DEAD,)
        assert back.trouble == ""


BAD_LINES = {
    b"{}\n": "'epoch' is missing",
    b"\0\0\n": "it is zeros",
    b"[1]\n": "the line is [1], no object",
    b"3\n": "the line is 3, no object",
    b'{"step":1,"epoch"\n': "Expecting ':'",
    b"\n": "it is blank",
    b"\xff\xfe\n": "no text",
}


@pytest.mark.parametrize("damaged", BAD_LINES)
def test_a_damaged_line_is_left_out_and_named(tmp_path: Path, damaged: bytes) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(3):
        history.append(moment(step))
    path = run_of(history) / "moments.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for at in range(3):
        path.write_bytes(b"".join(damaged if k == at else line for k, line in enumerate(lines)))
        back = History.open(tmp_path)
        assert back.steps.tolist() == [step for step in range(3) if step != at]
        begin = f"1 line of moments.jsonl cannot be read whole: line {at + 1} ("
        assert back.trouble.startswith(begin) and BAD_LINES[damaged] in back.trouble


def test_of_lines_in_another_order_those_that_fit_stay(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(0, 60, 10):
        history.append(moment(step))
    path = run_of(history) / "moments.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for at in range(5):
        for wrong in (b"3", b"999999"):
            other = lines[at].replace(b'"step":%d,' % (10 * at), b'"step":%s,' % wrong, 1)
            path.write_bytes(b"".join([*lines[:at], other, *lines[at + 1 :]]))
            back = History.open(tmp_path)
            found = set(back.steps.tolist())
            fits = wrong == b"3" and at < 2
            # Where two lines contradict each other, one of them is left out.
            assert len(found) == (6 if fits else 5)
            assert len(found & set(range(0, 60, 10))) >= 4
            assert 999999 not in found
            assert ("its step" in back.trouble) == (not fits)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "no record", "pickles"])
def test_a_record_that_cannot_be_read_is_not_there_and_the_rest_is(
    tmp_path: Path, outputs: Snapshot, weights: Snapshot, damage: str
) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(3):
        history.append(moment(step, records={CONV: outputs, DENSE: weights}))
    path = run_of(history) / "records" / "0000000001-0.npz"
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        path.write_bytes(data[:200] + bytes(255 - byte for byte in data[200:-200]) + data[-200:])
    elif damage == "no record":
        np.savez(path, values=np.zeros(3))
    else:
        np.savez(path, **{**record_arrays(outputs), "path": np.array([{}], dtype=object)})
    back = History.open(tmp_path)
    assert list(back[1].records) == [DENSE]
    assert back.holds(CONV).tolist() == [True, False, True]
    assert back.trouble.startswith("1 record of the folder cannot be read: 0000000001-0.npz (")
    assert set(back[0].records) == set(back[2].records) == {CONV, DENSE}


def test_a_name_of_a_file_never_leads_out_of_the_folder(tmp_path: Path, outputs: Snapshot) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(2):
        history.append(moment(step, records={CONV: outputs}))
    path = run_of(history) / "moments.jsonl"
    path.write_text(path.read_text().replace("0000000000-0.npz", "../../secret.npz"))
    back = History.open(tmp_path)
    assert [len(part.records) for part in back] == [0, 1]
    assert "line 1 (a record: '../../secret.npz' is no name of a file" in back.trouble


def test_folders_without_a_history_say_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        History.open(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="no history in"):
        History.open(tmp_path)
    (tmp_path / "run-0001").mkdir()
    with pytest.raises(FileNotFoundError, match="no history in"):
        History.open(tmp_path)
    History(LAYERS, folder=tmp_path)
    assert len(History.open(tmp_path)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "newer version .* version 2, and this one reads version 1"),
        ({"version": "one"}, "damaged or no history's"),
        ({"format": "other"}, "damaged or no history's"),
        ({"numbers": ["channels"]}, "damaged or no history's"),
        ({"layers": 3}, "damaged or no history's"),
        (None, "damaged or no history's"),
    ],
)
def test_a_header_that_cannot_be_read_is_told(
    tmp_path: Path, change: dict[str, Any] | None, message: str
) -> None:
    history = History(LAYERS, folder=tmp_path)
    path = run_of(history) / "history.json"
    header = json.loads(path.read_text())
    path.write_text(json.dumps({**header, **change}) if change else path.read_text()[:30])
    with pytest.raises(ValueError, match=message):
        History.open(tmp_path)


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="no history can be kept in this folder"):
        History(LAYERS, folder=tmp_path / "file" / "inside")


def test_training_goes_on_in_memory_when_the_folder_goes_away(
    tmp_path: Path, outputs: Snapshot
) -> None:
    history = History(LAYERS, folder=tmp_path)
    history.append(moment(0, records={CONV: outputs}))
    shutil.rmtree(run_of(history))
    for step in (1, 2):
        history.append(moment(step, records={CONV: outputs}), onsets=[DEAD])
    assert history.trouble.startswith("From step 1 on this history is in memory only: the folder")
    assert history.steps.tolist() == [0, 1, 2]
    assert history.holds(CONV).tolist() == [True, True, True]
    assert same_records(history[2].records[CONV], outputs)
    assert history.onsets == (DEAD,)
    assert "in memory only" in repr(history)


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own that has what these tests have."""
    begin = """
        import sys
        from cnnviz_widgets.history.history import History
        from tests.history.storage.test_folder import *
        outputs = keep(LayerRecord.of(np.random.default_rng(0).normal(size=(3, 5, 5, 4)), "conv"))
    """
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(begin) + textwrap.dedent(code),
            *map(str, arguments),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_full_disk_leaves_whole_lines_and_training_goes_on(tmp_path: Path) -> None:
    # A limit on the size of files makes the system refuse to write, as a full disk does, in
    # the middle of a line.
    process = child(
        """
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        history = History(LAYERS, folder=sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, resource.RLIM_INFINITY))
        for step in range(50):
            history.append(moment(step))
        print(len(history), history.trouble)
        """,
        tmp_path,
    )
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.startswith("50 From step ")
    back = History.open(tmp_path)
    assert 3 < len(back) < 50
    assert back.steps.tolist() == list(range(len(back)))
    assert (run_of(back) / "moments.jsonl").read_bytes().endswith(b"\n")


def test_after_a_full_disk_writing_goes_on(tmp_path: Path) -> None:
    process = child(
        """
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        history = History(LAYERS, folder=sys.argv[1])
        for step in range(60):
            room = (4_000 if 10 <= step < 40 else resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.setrlimit(resource.RLIMIT_FSIZE, room)
            # The first picture fits nowhere, the others not beside it.
            history.append(moment(step, records={CONV: outputs} if step % 7 == 0 else {}))
            if step == 39:
                print("in memory only" in history.trouble)
        print(repr(history.trouble), len(list(run_of(history).rglob(".*"))))
        """,
        tmp_path,
    )
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.splitlines() == ["True", "'' 0"]
    back = History.open(tmp_path)
    assert back.steps.tolist() == list(range(60))
    assert [len(part.records) for part in back] == [int(step % 7 == 0) for step in range(60)]
    assert back.trouble == ""


def test_a_killed_process_loses_one_moment_at_most(tmp_path: Path) -> None:
    rng = random.Random(0)
    for kill in range(5):
        folder = tmp_path / str(kill)
        process = child(
            """
            history = History(LAYERS, folder=sys.argv[1])
            for step in range(1_000_000):
                onsets = [replace(DEAD, ended=step)]
                history.append(moment(step, records={CONV: outputs, DENSE: outputs}), onsets)
                print(step, flush=True)
            """,
            folder,
        )
        assert process.stdout is not None
        told = -1
        try:
            for _ in range(rng.randrange(1, 40)):
                told = int(process.stdout.readline())
        finally:
            os.kill(process.pid, signal.SIGKILL)
        # It may have gone on between what was read here and its end. `communicate` passes over what
        # `readline` has taken from the pipe and not given yet.
        rest = process.stdout.read()
        process.communicate(timeout=60)
        told = max([told, *map(int, rest.split())])
        back = History.open(folder)
        last = int(back.steps[-1])
        assert last in (told, told + 1)
        assert back.steps.tolist() == list(range(last + 1))
        assert back.trouble == ""
        assert back.onsets == (replace(DEAD, ended=last),)
        assert {len(part.records) for part in back} == {2}
        assert back.trouble == ""


def test_a_history_can_be_opened_while_it_is_written(tmp_path: Path, outputs: Snapshot) -> None:
    history = History(LAYERS, folder=tmp_path)
    for step in range(10):
        history.append(moment(step, records={CONV: outputs}))
        back = History.open(tmp_path)
        assert back.steps.tolist() == list(range(step + 1))
        assert back.holds(CONV).all() and back.trouble == ""
