"""A survey that is stopped keeps what it did; gone on with, it ends the same to the last bit."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from cnnviz_widgets.model.survey import run
from cnnviz_widgets.model.survey.stopped import SurveyInterrupted, SurveyStopped
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.records.survey.survey import Survey

from .everything import images, labels, small, survey_bits

X, Y = images(), labels()
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def model() -> Any:
    return small()


@pytest.fixture(scope="module")
def whole(model: Any) -> Survey:
    return survey(model, X, labels=Y)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state after every batch."""
    monkeypatch.setattr(run.States, "are_due", property(lambda states: states._folder is not None))


def stopping_after(batches: int, error: BaseException) -> Any:
    calls = iter(range(batches))

    def progress(share: float, message: str) -> None:
        if next(calls, None) is None:
            raise error

    return progress


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_an_interrupt_keeps_what_was_done(
    batches: int, model: Any, whole: Survey, tmp_path: Path
) -> None:
    with pytest.raises(SurveyInterrupted) as caught:
        survey(
            model,
            X,
            labels=Y,
            checkpoint=tmp_path / "s",
            progress=stopping_after(batches, KeyboardInterrupt()),
        )
    done = min(64 * (batches + 1), len(X))
    assert caught.value.survey is not None
    assert caught.value.survey.ranges == ((0, done),)
    assert f"The {done} samples before it" in str(caught.value)
    assert Survey.load(tmp_path / "s").samples == done
    asked: list[str] = []
    again = survey(
        model,
        X,
        labels=Y,
        checkpoint=tmp_path / "s",
        progress=lambda share, message: asked.append(message),
    )
    assert len(asked) == 3 - batches
    assert survey_bits(again) == survey_bits(whole)


@pytest.mark.usefixtures("often")
def test_another_batch_size_goes_on_from_it(model: Any, whole: Survey, tmp_path: Path) -> None:
    failing = tf.data.Dataset.from_tensor_slices((X[:150], Y[:150])).batch(50)
    assert survey(model, failing, checkpoint=tmp_path / "s").samples == 150
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(33)
    assert survey_bits(survey(model, data, checkpoint=tmp_path / "s")) == survey_bits(whole)


KILLED = """
import sys, time
from cnnviz_widgets.model.survey import run
from cnnviz_widgets.model.survey.survey import survey
from tests.model.survey.everything import images, labels, small

run._FIRST = 0

def progress(share, message):
    if message.startswith("128"):
        print("half", flush=True)
        time.sleep(600)

survey(small(), images(), labels=labels(), checkpoint=sys.argv[1], progress=progress)
"""


def test_after_kill_9_it_goes_on_and_ends_bit_equal(
    model: Any, whole: Survey, tmp_path: Path
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "s")], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half\n"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert Survey.load(tmp_path / "s").samples == 64
    again = survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(again) == survey_bits(whole)


def test_a_finished_survey_is_read_again(model: Any, whole: Survey, tmp_path: Path) -> None:
    survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    again = survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(again) == survey_bits(whole)
    with pytest.raises(SurveyStopped, match=r"hold 150 samples.*before number 200 were"):
        survey(model, X[:150], labels=Y[:150], checkpoint=tmp_path / "s")


def test_a_state_of_another_survey_is_refused(model: Any, tmp_path: Path) -> None:
    survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    other = small()
    other.get_layer("head").bias.assign(np.ones(3))
    for why, of in {
        "weights were others": lambda: survey(other, X, labels=Y, checkpoint=tmp_path / "s"),
        "3 layers, not of these 5": lambda: survey(
            model, X, labels=Y, layers="all", checkpoint=tmp_path / "s"
        ),
        "3 classes, not 0": lambda: survey(model, X, checkpoint=tmp_path / "s"),
    }.items():
        with pytest.raises(ValueError, match=f"is of another survey.*{why}"):
            of()
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="something else"):
        survey(model, X, checkpoint=tmp_path / "t")
    (tmp_path / "file").write_text("dear")
    with pytest.raises(NotADirectoryError, match="no folder"):
        survey(model, X, checkpoint=tmp_path / "file")


def other_at(row: int) -> Any:
    """The samples, of which one is another."""
    other = X.copy()
    other[row] += 1
    return other


@pytest.mark.parametrize("batch", [None, 40])
def test_other_data_of_the_same_length_are_refused(
    batch: int | None, model: Any, whole: Survey, tmp_path: Path
) -> None:
    def data(x: Any, y: Any) -> Any:
        return (x, y) if batch is None else tf.data.Dataset.from_tensor_slices((x, y)).batch(batch)

    with pytest.raises(SurveyInterrupted):
        survey(
            model,
            data(X, Y),
            checkpoint=tmp_path / "s",
            progress=stopping_after(1, KeyboardInterrupt()),
        )
    before = survey_bits(Survey.load(tmp_path / "s"))
    for x, y, why in (
        (other_at(0), Y, "sample 0 is not the one that was surveyed"),
        (other_at(127), Y, "sample 127 is not the one"),
        (X, np.where(np.arange(len(Y)) == 99, (Y + 1) % 3, Y), "sample 99 has another label"),
    ):
        with pytest.raises(ValueError, match=f"is of other data: {why}.*Give another folder"):
            survey(model, data(x, y), checkpoint=tmp_path / "s")
        assert survey_bits(Survey.load(tmp_path / "s")) == before
    # What is still to come, and in which type numbers are, is free.
    assert survey(model, data(other_at(128), Y), checkpoint=tmp_path / "s").samples == len(X)
    again = survey(model, data(X.astype("float64"), Y), checkpoint=tmp_path / "t")
    assert survey_bits(again)["digests"] == survey_bits(whole)["digests"]


@pytest.mark.usefixtures("often")
def test_a_full_disk_is_said_and_the_survey_goes_on(
    model: Any, whole: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Survey, path: Any) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Survey, "save", full)
    with pytest.warns(UserWarning, match=r"goes on, but its state was not kept.*No space left"):
        found = survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(found) == survey_bits(whole)


@pytest.mark.usefixtures("often")
def test_two_surveys_into_one_folder_do_not_spoil_it(
    model: Any, whole: Survey, tmp_path: Path
) -> None:
    def other(share: float, message: str) -> None:
        # Meanwhile another one, of the same, has come further.
        if message.startswith("64 "):
            survey(model, X, labels=Y, checkpoint=tmp_path / "s")

    with pytest.warns(UserWarning, match=r"its state was not kept.*another survey"):
        found = survey(model, X, labels=Y, checkpoint=tmp_path / "s", progress=other)
    assert survey_bits(found) == survey_bits(whole)
    assert survey_bits(Survey.load(tmp_path / "s")) == survey_bits(whole)


def test_states_take_a_small_part_of_the_time(tmp_path: Path) -> None:
    states = run.States(tmp_path / "s")
    assert not states.are_due
    states._cost = 0.01
    states._written = time.monotonic() - 0.2
    assert not states.are_due
    states._written -= 0.2
    assert states.are_due
    assert not run.States(None).are_due


def test_an_error_in_the_progress_is_told_with_what_was_done(model: Any) -> None:
    with pytest.raises(SurveyStopped, match="before sample 128: no more") as caught:
        survey(model, X, progress=stopping_after(1, RuntimeError("no more")))
    assert caught.value.survey is not None
    assert caught.value.survey.samples == 128
