"""Losses and metrics over time: put together where they are many, and through a folder."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.training_logs import LogCurve, LogTable, TrainingLogs
from cnnviz_widgets.records.layer_health import layer_health


def moment(step: int) -> Moment:
    return Moment(step, health={"a": layer_health(None, None)})


def logs(steps: list[int], values: list[float], name: str = "loss") -> TrainingLogs:
    table = LogTable()
    for step, value in zip(steps, values, strict=True):
        table.add(name, "batch", step, value)
    return table.logs


def test_of_a_hundred_thousand_steps_neighbours_are_put_together_and_extremes_stay() -> None:
    values = np.random.default_rng(0).normal(size=100_000)
    values[31_415] = 50.0
    table = LogTable(most=256)
    for step, value in enumerate(values):
        table.add("loss", "batch", step, float(value))
    curve = table.logs.curves["loss"]
    assert 100 < len(curve) <= 256
    assert curve.counts.sum() == 100_000
    ends = curve.counts.cumsum()
    assert curve.steps.tolist() == (ends - 1).tolist()
    starts = np.concatenate([[0], ends[:-1]])
    for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = values[start:end]
        assert math.isclose(curve.means[at], part.mean(), abs_tol=1e-9)
        assert (curve.lows[at], curve.highs[at]) == (part.min(), part.max())
    assert curve.highs.max() == 50.0


def test_a_mean_with_nan_is_nan_and_its_extremes_are_of_the_others() -> None:
    table = LogTable(most=2)
    for step, value in enumerate([1.0, math.nan, 3.0, 4.0]):
        table.add("loss", "batch", step, value)
    curve = table.logs.curves["loss"]
    assert np.isnan(curve.means).tolist() == [True, False]
    assert (curve.lows.tolist(), curve.highs.tolist()) == ([1.0, 3.0], [1.0, 4.0])


def test_a_history_in_a_folder_tells_the_same_once_it_is_opened_again(tmp_path: Path) -> None:
    history = History([{"path": "a"}], folder=tmp_path)
    table = LogTable()
    table.begin_epoch(0, 1)
    table.add("loss", "batch", 1, math.inf)
    table.add("loss", "batch", 2, 0.5)
    table.add("auc", "running", 2, 0.25)
    history.append(moment(2), logs=table.logs)
    history.append(moment(3))
    history.append(moment(4), logs=logs([3, 4], [math.nan, 0.125]))
    curves = History.open(tmp_path).logs.curves
    assert curves["loss"].steps.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(curves["loss"].means, [math.inf, 0.5, math.nan, 0.125])
    assert curves["auc"].of == "running"
    assert History.open(tmp_path).logs.epochs == ((0, 1),)


def test_folders_of_earlier_versions_have_no_logs_and_are_read(tmp_path: Path) -> None:
    History([{"path": "a"}], folder=tmp_path).append(moment(2))
    line = json.loads((tmp_path / "run-0001" / "moments.jsonl").read_text())
    assert "curves" not in line  # as they were written before
    opened = History.open(tmp_path)
    assert (len(opened), bool(opened.logs), opened.trouble) == (1, False, "")


@pytest.mark.parametrize(
    "damage",
    [
        {"curves": []},
        {"curves": {"loss": {"of": "dream", "steps": [1], "means": [1]}}},
        {"curves": {"loss": {"of": "batch", "steps": [2, 1], "means": [1, 1]}}},
        {"curves": {"loss": {"of": "batch", "steps": [1], "means": [1, 2]}}},
        {"curves": {"loss": {"of": "batch", "steps": [1], "means": ["x"]}}},
        {"epochs": [["a", 1]]},
    ],
)
def test_damaged_logs_are_left_out_and_told_of(tmp_path: Path, damage: dict[str, object]) -> None:
    History([{"path": "a"}], folder=tmp_path).append(moment(2), logs=logs([1], [1.0], "fine"))
    file = tmp_path / "run-0001" / "moments.jsonl"
    line = json.loads(file.read_text())
    for name, value in damage.items():
        line[name] = {**line[name], **value} if isinstance(value, dict) else value
    file.write_text(json.dumps(line) + "\n")
    opened = History.open(tmp_path)
    assert len(opened) == 1
    assert "line 1" in opened.trouble
    assert set(opened.logs.curves) <= {"fine"}


def test_what_could_not_be_written_stands_in_the_next_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History([{"path": "a"}], folder=tmp_path)
    folder = history._folder
    assert folder is not None
    append = folder.append

    def full(*_args: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(folder, "append", full)
    history.append(moment(1), logs=logs([1], [1.0]))
    monkeypatch.setattr(folder, "append", append)
    history.append(moment(2), logs=logs([2], [2.0]))
    assert History.open(tmp_path).logs.curves["loss"].means.tolist() == [1.0, 2.0]


def test_only_logs_can_be_appended() -> None:
    with pytest.raises(TypeError, match="logs must be a TrainingLogs"):
        History([]).append(moment(0), logs={"loss": 1.0})  # type: ignore[arg-type]


def test_a_curve_of_two_kinds_is_what_is_true_of_both() -> None:
    table = LogTable()
    table.add("a", "batch", 1, 1.0)
    table.add("a", "running", 2, 1.0)
    assert table.logs.curves["a"].of == "running"
    empty = LogCurve("batch", *(np.zeros(0, np.int64),) * 2, *(np.zeros(0),) * 3)
    assert len(empty) == 0
