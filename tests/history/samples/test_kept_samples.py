"""What led the rows: kept in memory and in a folder, and read again whatever became of the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis.thumbnails import thumbnails
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.samples.kept_samples import InputChange
from cnnviz_widgets.records.samples.led_rows import LedRows
from cnnviz_widgets.records.samples.row_heads import SampleAnswers, SamplePictures
from cnnviz_widgets.records.samples.shown_inputs import ShownInputs

LAYERS = [{"path": "conv"}]
OTHERS = ShownInputs("wrong ones, 1 to 3 of 9", (4, 0, 2), 12)


def rows(seed: int = 0, side: int = 5, channels: int = 3) -> LedRows:
    images = np.random.default_rng(seed).random((3, side, side, channels))
    truths = ("<b>cat", "dog", "cat")
    none = replace(SampleAnswers.none(3, truths), truth_class=np.array([0, 1, 0], np.int32))
    pictures = SamplePictures(thumbnails(images, "a note"), (), ("more",) * 3)
    return LedRows(pictures, none, ("a", "b", "ü" * 3))


GIVEN, CHOSEN = rows(0), rows(1)


def answers(sure: float) -> SampleAnswers:
    return replace(
        SampleAnswers.none(3),
        answers=("dog", "dog", "cat"),
        confidence=np.array([sure, np.nan, 1.0], np.float32),
        right=np.array([0, 1, -1], np.int8),
        answer_class=np.array([1, 1, 0], np.int32),
        old=np.array([False, True, False]),
    )


def same_rows(left: LedRows | None, right: LedRows) -> None:
    assert left is not None
    assert left.names == right.names and left.truths.truths == right.truths.truths
    np.testing.assert_array_equal(left.truths.truth_class, right.truths.truth_class)
    assert left.pictures.texts == right.pictures.texts
    assert left.pictures.more == right.pictures.more
    ours, theirs = left.pictures.pictures, right.pictures.pictures
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        np.testing.assert_array_equal(ours.pixels, theirs.pixels)
        assert (ours.low, ours.high, ours.note) == (theirs.low, theirs.high, theirs.note)


def same_answers(left: SampleAnswers | None, right: SampleAnswers) -> None:
    assert left is not None and left.answers == right.answers
    for name in ("confidence", "right", "answer_class", "old"):
        np.testing.assert_allclose(getattr(left, name), getattr(right, name), atol=1e-4)


def kept(tmp_path: Path) -> History:
    history = History(LAYERS, folder=tmp_path)
    for step, inputs in enumerate([None, None, OTHERS, OTHERS, None]):
        history.samples.put(inputs, GIVEN if inputs is None else CHOSEN)
        history.append(Moment(step, inputs=inputs, answers=answers(step / 10)))
    return history


CHANGES = (InputChange(2, OTHERS), InputChange(4, None))


def test_a_folder_gives_back_what_was_put_there(tmp_path: Path) -> None:
    history = kept(tmp_path)
    assert not history.trouble
    for each in (history, History.open(tmp_path)):
        assert each.samples.changes == CHANGES
        same_rows(each.samples.of(None), rows(0))
        same_rows(each.samples.of(OTHERS), rows(1))
        assert each.samples.of(replace(OTHERS, title="x")) is None
        for step, moment in enumerate(each):
            same_answers(moment.answers, answers(step / 10))
            shown = rows().answered(moment.answers)
            assert shown.truths == rows().truths.truths and shown.answers == ("dog", "dog", "cat")
        assert not each.trouble
    [path] = tmp_path.iterdir()
    # The same rows are written once.
    assert len((path / "samples.jsonl").read_bytes().splitlines()) == 2


def test_samples_in_words_or_none_of_them(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    none = SampleAnswers.none(2, ("", ""))
    words = LedRows(SamplePictures(None, ("good film", "bad"), ()), none)
    history.samples.put(None, words)
    history.append(Moment(0))
    again = History.open(tmp_path)
    same_rows(again.samples.of(None), words)
    assert again[0].answers is None
    # Answers to others are none of these.
    assert words.answered(answers(0.5)) is words.truths


DAMAGE: dict[str, Any] = {
    "truths": 7,
    "truth_class": [0, 1],
    "names": [None],
    "inputs": {"title": "x", "numbers": [9], "total": 3},
    "pictures": {"shape": [3, 5, 5, 3], "low": 0, "high": 1, "note": "", "pixels": "AAAA"},
}


@pytest.mark.parametrize("part", DAMAGE)
def test_a_damaged_line_is_left_out_and_told(tmp_path: Path, part: str) -> None:
    kept(tmp_path)
    [path] = tmp_path.iterdir()
    file = path / "samples.jsonl"
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    for line in lines:
        if line["inputs"] is not None:
            line[part] = DAMAGE[part]
    file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    again = History.open(tmp_path)
    same_rows(again.samples.of(None), rows(0))
    assert again.samples.of(OTHERS) is None
    assert "of samples cannot be read" in again.trouble
    assert len(again) == 5


@pytest.mark.parametrize(
    "shape", [[3, 5, 5, 4], [9, 5, 5, 3], [3, 10**9, 10**9, 3], [3, 0, 5, 3], [75]]
)
def test_pictures_that_cannot_be_meant_are_refused_before_they_take_memory(
    tmp_path: Path, shape: list[int]
) -> None:
    kept(tmp_path)
    [path] = tmp_path.iterdir()
    file = path / "samples.jsonl"
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    for line in lines:
        line["pictures"]["shape"] = shape
    file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    again = History.open(tmp_path)
    assert again.samples.of(None) is None and "the shape" in again.trouble


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 64, b"[]\n", b"nonsense\n"])
def test_any_file_may_lie_there(tmp_path: Path, content: bytes) -> None:
    kept(tmp_path)
    [path] = tmp_path.iterdir()
    (path / "samples.jsonl").write_bytes(content)
    again = History.open(tmp_path)
    assert again.samples.of(None) is None
    assert len(again) == 5 and again.samples.changes == CHANGES


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    kept(tmp_path)
    [path] = tmp_path.iterdir()
    (path / "samples.jsonl").rename(tmp_path.parent / "elsewhere.jsonl")
    (path / "samples.jsonl").symlink_to(tmp_path.parent / "elsewhere.jsonl")
    again = History.open(tmp_path)
    assert again.samples.of(None) is None and "links are not followed" in again.trouble


@pytest.mark.parametrize("broken", [{"answers": 3}, {"right": [2, 0, 0]}, {"old": [7]}, {"old": 1}])
def test_answers_that_cannot_be_read_cost_no_moment(tmp_path: Path, broken: Any) -> None:
    kept(tmp_path)
    [path] = tmp_path.iterdir()
    file = path / "moments.jsonl"
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    lines[1]["answers"].update(broken)
    file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    again = History.open(tmp_path)
    assert [moment.answers is None for moment in again] == [False, True, False, False, False]
    assert "answers" in again.trouble


def test_what_cannot_be_written_waits(tmp_path: Path) -> None:
    history = History(LAYERS, folder=tmp_path)
    [path] = tmp_path.iterdir()
    (path / "samples.jsonl").mkdir()
    history.samples.put(None, rows())
    history.append(Moment(0))
    assert "samples could not be written" in history.trouble
    (path / "samples.jsonl").rmdir()
    history.samples.put(None, history.samples.of(None) or rows(1))
    assert not history.trouble
    same_rows(History.open(tmp_path).samples.of(None), rows())


def test_pictures_of_earlier_choices_go_where_memory_is_short() -> None:
    history = History(LAYERS, memory=8 * 4_000)
    choices = [ShownInputs(f"others, {number}") for number in range(6)]
    for number, inputs in enumerate(choices):
        history.samples.put(inputs, rows(number, side=20))
        history.append(Moment(number, inputs=inputs))
    assert history.samples.nbytes <= 4_000
    first, last = (history.samples.of(choices[at]) for at in (0, -1))
    assert first is not None and first.pictures.pictures is None and first.truths.truths[1] == "dog"
    assert last is not None and last.pictures.pictures is not None
