"""A survey's folder: read back equal, never lost, and nothing else is taken for one."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.records.survey.sample_digests import as_pairs
from cnnviz_widgets.records.survey.survey import Survey
from cnnviz_widgets.runtime.held_folder import HeldFolder

from ....analysis.survey.passes import add, in_order
from ..surveys import SAMPLES, labels, outputs, survey_bits, survey_of


@pytest.fixture(scope="module")
def half() -> Survey:
    return survey_of(0, 150)


@pytest.fixture(scope="module")
def whole() -> Survey:
    return survey_of(0, SAMPLES)


@pytest.fixture
def folder(tmp_path: Path, half: Survey) -> Path:
    return half.save(tmp_path / "survey")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def header_in(folder: Path) -> dict[str, Any]:
    header: dict[str, Any] = json.loads((folder / "survey.json").read_text())
    return header


def put_header(folder: Path, **parts: Any) -> None:
    (folder / "survey.json").write_text(json.dumps(header_in(folder) | parts))


def layer_file(folder: Path, number: int = 0) -> Path:
    return folder / str(header_in(folder)["layers"][number]["file"])


def put_arrays(folder: Path, number: int = 0, **arrays: Any) -> None:
    path = layer_file(folder, number)
    with np.load(path) as file:
        there = dict(file)
    changed = {**there, **arrays}
    np.savez(path, **{name: array for name, array in changed.items() if array is not None})


def test_reads_back_equal(folder: Path, half: Survey) -> None:
    back = Survey.load(folder)
    assert survey_bits(back) == survey_bits(half)
    for name in ("ranges", "model", "weights", "rows", "classes", "skipped"):
        assert getattr(back, name) == getattr(half, name)
    assert Survey(**{**vars(half), "masked": True}).save(folder) == folder
    assert Survey.load(folder).masked and not half.masked
    assert as_pairs(back.digests) == as_pairs(half.digests) != []
    told = [(each.bounds, each.kind, each.ends) for each in back.layers.values()]
    assert told == [((0.0, np.inf), "Conv2D", (None, 6.0))] * 3
    assert repr(back) == repr(half)
    np.testing.assert_array_equal(back.quantile("net/conv", 0.3), half.quantile("net/conv", 0.3))


def test_goes_on_after_reading_and_ends_equal(folder: Path, whole: Survey) -> None:
    back = Survey.load(folder)
    for path, values in outputs().items():
        add(back.layers[path].tally, values, in_order(150, SAMPLES, 40), labels())
    assert survey_bits(back) == survey_bits(whole)


def test_is_an_open_format(folder: Path) -> None:
    header = header_in(folder)
    assert (header["format"], header["version"]) == ("cnnviz_widgets survey", 1)
    assert header["ranges"] == [[0, 150]]
    assert header["layers"][0]["bounds"] == [0, "Infinity"]
    with np.load(layer_file(folder), allow_pickle=False) as file:
        assert file["zeros"].shape == (7,)


def test_a_survey_of_no_samples_can_be_saved(tmp_path: Path) -> None:
    none = survey_of(0, 0)
    none.save(tmp_path / "s")
    assert survey_bits(Survey.load(tmp_path / "s")) == survey_bits(none)


def test_a_later_state_takes_its_place_and_nothing_is_left(folder: Path, whole: Survey) -> None:
    (folder / ".hidden").write_text("an editor's")
    (folder / "notes.txt").write_text("mine")
    (folder / "layers-0123456789abcdef").mkdir()
    (folder / "layers-0123456789abcdef" / "00000.npz").write_text("left by a killed process")
    (folder / ".survey.json.0123456789abcdef").write_text("left, too")
    whole.save(folder)
    assert survey_bits(Survey.load(folder)) == survey_bits(whole)
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == [
        *(".hidden", "layers", "notes.txt", "survey.json")
    ]
    assert len(files_in(folder)) == 6


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            lambda: survey_of(0, 300, weights="cd" * 32),
            "of another model or other weights",
        ),
        (lambda: survey_of(0, 100), "of samples 0 to 149, while this one is of 0 to 99"),
        (lambda: survey_of(200, 300), "of samples 0 to 149, while this one is of 200 to 299"),
        (lambda: survey_of(0, 300, layers={}), r"another survey, of other layers \('net/conv'\)"),
        (lambda: survey_of(0, 300, classes=2), "of 3 classes and 16 rows a sample"),
    ],
)
def test_another_survey_is_not_written_over(
    other: Callable[[], Survey], message: str, folder: Path
) -> None:
    before = files_in(folder)
    with pytest.raises(ValueError, match=message):
        other().save(folder)
    assert files_in(folder) == before


def test_what_is_no_survey_is_not_written_over(tmp_path: Path, half: Survey) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ValueError, match=r"holds something else \('thesis.tex'\)"):
        half.save(tmp_path)
    assert files_in(tmp_path) == {"thesis.tex": b"mine"}
    (tmp_path / "survey.json").write_text("{}")
    with pytest.raises(ValueError, match="holds a survey that cannot be read"):
        half.save(tmp_path)
    with pytest.raises(NotADirectoryError, match=r"cannot be written.*no folder"):
        half.save(tmp_path / "thesis.tex")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"version": 2}, "newer version of cnnviz_widgets: its format is version 2"),
        ({"version": 0}, "its version is 0"),
        ({"version": "1"}, "its version is '1'"),
        ({"format": "cnnviz_widgets history"}, "its format is 'cnnviz_widgets history'"),
        ({"ranges": [[5, 5]]}, "run of samples"),
        ({"ranges": [[5, 9], [9, 12]]}, "run of samples"),
        ({"ranges": [[5, 9], [2, 4]]}, "run of samples"),
        ({"ranges": [[-1, 9]]}, "a sample's number is -1"),
        ({"ranges": [[0, 2**63]]}, "a sample's number is"),
        ({"ranges": [[0, 150, 1]]}, "no pair"),
        ({"ranges": [[0, 149]], "digests": []}, "counts 150 of 149 samples"),
        ({"ranges": [[0, 151]], "digests": []}, "counts 150 of 151 samples"),
        ({"ranges": [[1000, 1150]], "digests": []}, "were never seen"),
        ({"rows": -1}, "the number of rows"),
        ({"rows": 10**9}, "the number of rows"),
        ({"rows": 3}, "kept_rows|rows"),
        ({"classes": 4}, "class_samples has the shape"),
        ({"classes": 2**40}, "the number of classes"),
        ({"skipped": {"x": 1}}, "the reason why 'x' was left out is 1"),
        ({"model": None}, "the model is None"),
        ({"layers": {}}, "no list"),
        ({"weights": 3}, "the digest of the weights"),
        ({"masked": 1}, "whether steps are masked is 1, neither true nor false"),
        ({"digests": None}, "the list of samples' digests"),
        ({"digests": [[3, "0"]]}, "not 16 hexadecimal digits"),
        ({"digests": [[151, "0" * 16]]}, "digests are not those of samples that are kept"),
        ({"digests": [[3, "0" * 16]] * 2}, "digests are not those of samples that are kept"),
    ],
    ids=str,
)
def test_a_damaged_header_is_refused(parts: dict[str, Any], message: str, folder: Path) -> None:
    put_header(folder, **parts)
    with pytest.raises(ValueError, match=message) as told:
        Survey.load(folder)
    assert os.fspath(folder) in str(told.value)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"file": "../../secret.npz"}, "no name such as"),
        ({"file": "/etc/passwd"}, "no name such as"),
        ({"file": "layers-0123456789abcdef/../../x.npz"}, "no name such as"),
        ({"file": "layers-0123456789abcdef/00000.npz\n"}, "no name such as"),
        ({"file": "layers-0123456789abcdef/00000.npz"}, "a file of a layer is not there"),
        ({"file": 3}, "the name of its file is 3"),
        ({"axes": [5, 4, 1]}, "axes has the shape"),
        ({"axes": [2**31, 2**31]}, "too many values a sample"),
        ({"axes": [0, 4]}, "the length of an axis is 0"),
        ({"axes": [4, 5]}, r"its axes are \(5, 4\)"),
        ({"channels": 6}, "has the shape"),
        ({"channels": 0}, "no channel"),
        ({"channels": 2**40}, "the number of its channels"),
        ({"bounds": [1, 0]}, "its bounds are 1.0 and 0.0"),
        ({"bounds": [None, 0]}, "its bounds are nan"),
        ({"bounds": [0]}, "no pair"),
        ({"kind": None}, "the name of its class is None"),
        ({"ends": [None, "Infinity"]}, "its ends are None and inf"),
        ({"ends": [1]}, "no pair"),
        ({"path": "net/dense"}, "is listed twice"),
    ],
    ids=str,
)
def test_a_damaged_list_of_layers_is_refused(
    parts: dict[str, Any], message: str, folder: Path
) -> None:
    layers = header_in(folder)["layers"]
    layers[0] |= parts
    put_header(folder, layers=layers)
    with pytest.raises(ValueError, match=message):
        Survey.load(folder)


def test_two_layers_of_one_file_are_refused(folder: Path) -> None:
    layers = header_in(folder)["layers"]
    layers[2]["file"] = layers[0]["file"]
    put_header(folder, layers=layers)
    with pytest.raises(ValueError, match="its file is another layer's"):
        Survey.load(folder)


def changed(name: str, value: Any) -> Callable[[Path], None]:
    """Puts a number into an array of the first layer."""

    def change(folder: Path) -> None:
        with np.load(layer_file(folder)) as file:
            array = file[name]
        array.flat[0] = value
        put_arrays(folder, **{name: array})

    return change


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("seen", -1), ("seen", 10**6), ("zeros", -1), ("zeros", 2**60), ("nonfinite", 2**60)),
        *(("active", -1), ("active", 151), ("active", 0), ("active", 1)),
        *(("fired", -1), ("fired", 151), ("faulty", 1), ("low", np.nan), ("low", np.inf)),
        *(("high", -1e9), ("high", np.nan), ("sums", np.nan), ("squares", np.inf)),
        *(("centre", np.nan), ("cell_centre", np.inf), ("unit", 2000), ("unit", -2000)),
        *(("cell_exponent", 5000), ("cells_exponent", -5000), ("cells_exponent", 127)),
        *(("cells_counts", 2**8 - 1), ("top_values", np.nan), ("top_values", 1e9)),
        *(("top_samples", 299), ("top_samples", -5), ("top_places", 20), ("bottom_places", -1)),
        *(("bottom_values", np.inf), ("class_samples", -1), ("class_samples", 10**6)),
        *(("class_fired", -1), ("class_known", 10**6), ("class_sums", np.nan)),
        *(("gram", np.nan), ("gram", -1e9), ("waiting_numbers", 200), ("waiting_rows", np.inf)),
        *(("kept_numbers", 200), ("kept_pooled", np.nan), ("kept_labels", 3)),
        *(("kept_rows_numbers", -7), ("axes", 6)),
    ],
)
def test_numbers_that_cannot_be_are_refused(name: str, value: Any, folder: Path) -> None:
    changed(name, value)(folder)
    with pytest.raises(ValueError, match=r"the layer 'net/conv' \(layers-"):
        Survey.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: put_arrays(folder, zeros=None),
        lambda folder: put_arrays(folder, zeros=np.zeros(7)),
        lambda folder: put_arrays(folder, zeros=np.zeros(8, int)),
        lambda folder: put_arrays(folder, gram=None),
        lambda folder: put_arrays(folder, low=np.array(["x"] * 7)),
        lambda folder: put_arrays(folder, kept_pooled=np.zeros((600, 7), "f4")),
        lambda folder: layer_file(folder).write_bytes(b""),
        lambda folder: layer_file(folder).write_bytes(b"PK\x05\x06" + bytes(18)),
        lambda folder: layer_file(folder).write_bytes(layer_file(folder).read_bytes()[:-40]),
        lambda folder: layer_file(folder).write_bytes(
            layer_file(folder).read_bytes().replace(b"'shape': (7,)", b"'shape': (9,)", 1)
        ),
        lambda folder: (folder / "survey.json").write_bytes(b""),
        lambda folder: (folder / "survey.json").write_bytes(b"[" * 100_000),
        lambda folder: (folder / "survey.json").write_bytes(b"\xff"),
        lambda folder: layer_file(folder).unlink(),
    ],
)
def test_damaged_files_are_refused(change: Callable[[Path], Any], folder: Path) -> None:
    change(folder)
    with pytest.raises(ValueError, match="cannot be read as a survey"):
        Survey.load(folder)


def test_what_unpacks_to_more_than_its_file_is_refused(folder: Path) -> None:
    path = layer_file(folder)
    with np.load(path) as file:
        np.savez_compressed(path, **dict(file))
    with pytest.raises(ValueError, match="are larger than the file"):
        Survey.load(folder)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_links_are_not_followed(folder: Path, whole: Survey, tmp_path: Path) -> None:
    layers = layer_file(folder).parent
    elsewhere = tmp_path / "elsewhere"
    layers.rename(elsewhere)
    layers.symlink_to(elsewhere)
    with pytest.raises((OSError, ValueError)):
        Survey.load(folder)
    whole.save(folder)  # and what they lead to is not removed
    assert len(files_in(elsewhere)) == 3


def test_there_is_no_survey(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        Survey.load(tmp_path / "x")
    with pytest.raises(FileNotFoundError, match=r"it has no survey\.json"):
        Survey.load(tmp_path)
    for path in (None, 3, b"x"):
        with pytest.raises(TypeError, match="path must be a path"):
            Survey.load(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("fails_at", range(1, 30))
def test_a_full_disk_at_any_moment_leaves_the_old_state(
    fails_at: int, folder: Path, half: Survey, whole: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    before = files_in(folder)

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == fails_at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **more)

        return call

    for name in ("replace", "fsync", "mkdir"):
        monkeypatch.setattr(os, name, failing(getattr(os, name)))
    monkeypatch.setattr(HeldFolder, "write", failing(HeldFolder.write))
    try:
        whole.save(folder)
    except OSError as error:
        assert error.errno == errno.ENOSPC
        assert "No space left on device" in str(error)
        assert os.fspath(folder) in str(error)
        replaced = "might not outlast" in str(error)
    else:
        replaced = True
    monkeypatch.undo()
    assert survey_bits(Survey.load(folder)) == survey_bits(whole if replaced else half)
    if not replaced:
        assert files_in(folder) == before
    whole.save(folder)
    assert len(files_in(folder)) == 4


def test_another_that_writes_at_the_same_time_is_kept_out(folder: Path, whole: Survey) -> None:
    before = files_in(folder)
    with HeldFolder(folder).locked(), pytest.raises(OSError, match="another writes to it"):
        whole.save(folder)
    assert files_in(folder) == before
    whole.save(folder)


_WRITER = """
import sys
from pathlib import Path
from tests.records.survey.surveys import survey_of
states = [survey_of(0, last) for last in (100, 150, 200)]
print("ready", flush=True)
for turn in range(10_000):
    folder = Path(sys.argv[1]) / f"{turn:05d}"
    for state in states:
        state.save(folder)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
def test_killed_at_any_moment_a_whole_state_is_left(tmp_path: Path) -> None:
    expected = {last: survey_bits(survey_of(0, last)) for last in (100, 150, 200)}
    rng = np.random.default_rng(0)
    for attempt in range(6):
        parent = tmp_path / str(attempt)
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, os.fspath(parent)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        with process.stdout as lines:
            assert lines.readline() == b"ready\n"
            time.sleep(float(rng.uniform(0.05, 0.3)))
            process.kill()
            process.wait()
        last = max(parent.iterdir())
        if not (last / "survey.json").exists():  # it was at its first state
            continue
        back = Survey.load(last)
        assert survey_bits(back) == expected[back.samples]
        survey_of(0, 250).save(last)
        assert len(files_in(last)) == 4


def test_a_system_that_holds_no_folders_saves_and_loads(
    tmp_path: Path, half: Survey, whole: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz_widgets.runtime.held_folder._HOLDS", False)
    half.save(tmp_path / "s")
    whole.save(tmp_path / "s")
    assert survey_bits(Survey.load(tmp_path / "s")) == survey_bits(whole)
    assert len(files_in(tmp_path / "s")) == 4
