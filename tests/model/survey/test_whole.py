"""What an unfinished survey hands back, and its states, are whole and of one set of weights."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz_widgets.analysis.survey.layer_tally import LayerTally
from cnnviz_widgets.model.survey import run, surveyor
from cnnviz_widgets.model.survey.stopped import SurveyInterrupted, SurveyStopped
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.model.survey.surveyor import Surveyor
from cnnviz_widgets.records.survey.survey import Survey

from .everything import images, labels, small, survey_bits

X, Y = images(), labels()
LAYERS, BATCHES = 3, 4


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state after every batch; and eagerly, as to compile it each time would take a second."""
    monkeypatch.setattr(run.States, "are_due", property(lambda states: states._folder is not None))
    monkeypatch.setattr(Surveyor, "_fastest", lambda surveyor, inputs: surveyor._eager())


@pytest.fixture(scope="module")
def model() -> Any:
    model = small()
    model.compile(run_eagerly=True)
    return model


@pytest.fixture(scope="module")
def whole(model: Any) -> Survey:
    return survey(model, X, labels=Y)


def check_whole(found: Survey | None, folder: Path) -> None:
    """Each layer has all its samples, and more: all that is looked at as a file is read."""
    for each in [found, *([Survey.load(folder)] if folder.exists() else [])]:
        if each is not None:
            assert {layer.samples for layer in each.layers.values()} == {each.samples}
            each.save(folder.parent / f"copy of {each.samples}")
            Survey.load(folder.parent / f"copy of {each.samples}")


def at_call(number: int, do: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something done at a layer's adding up, counted from 0."""
    add, calls = LayerTally.add, iter(range(10**6))

    def adding(tally: LayerTally, *parts: Any) -> None:
        if next(calls) == number:
            do()
        add(tally, *parts)

    monkeypatch.setattr(LayerTally, "add", adding)


@pytest.mark.parametrize("number", range(LAYERS * BATCHES))
def test_an_interrupt_while_layers_are_added_up(
    number: int, model: Any, whole: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        at_call(number, lambda: signal.raise_signal(signal.SIGINT), patch)
        with pytest.raises(SurveyInterrupted) as caught:
            survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    check_whole(caught.value.survey, tmp_path / "s")
    assert caught.value.survey is not None
    assert caught.value.survey.samples == min(64 * (number // LAYERS + 1), len(X))
    again = survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(again) == survey_bits(whole)


@pytest.mark.parametrize("number", [3, 4, 11])
def test_memory_that_ends_while_layers_are_added_up(
    number: int, model: Any, whole: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        at_call(number, full, patch)
        with pytest.raises(SurveyStopped, match="is lost: no room") as caught:
            survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert caught.value.survey is None
    check_whole(None, tmp_path / "s")
    again = survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(again) == survey_bits(whole)


def interrupting(function: Any, at: int) -> Any:
    """A function whose call of that number, counted from 0, is interrupted."""
    calls = iter(range(10**6))

    def instead(*given: Any) -> Any:
        if next(calls) == at:
            raise KeyboardInterrupt
        return function(*given)

    return instead


@pytest.mark.parametrize("last", ["look at the weights", "state"])
def test_an_interrupt_of_the_last_step(
    last: str, model: Any, whole: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.States, "are_due", False)
    if last == "state":
        monkeypatch.setattr(Survey, "save", interrupting(Survey.save, 0))
    else:
        looking = interrupting(surveyor.model_digest, 1)
        monkeypatch.setattr(surveyor, "model_digest", looking)
    with pytest.raises(SurveyInterrupted) as caught:
        survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(caught.value.survey) == survey_bits(whole)
    assert survey_bits(Survey.load(tmp_path / "s")) == survey_bits(whole)


class Changing(keras.utils.PyDataset):
    """Samples that have the model's weights changed as one of their batches is read."""

    def __init__(self, model: Any, at: int, change: Callable[[Any], None]) -> None:
        super().__init__()
        self.model, self.at, self.change = model, at, change
        self.waits = True

    def __len__(self) -> int:
        return len(X) // 20

    def __getitem__(self, index: int) -> Any:
        if index == self.at and self.waits:
            self.waits = False
            weights = [np.array(each) for each in self.model.get_weights()]
            self.change(weights)
            self.model.set_weights(weights)
        return X[20 * index : 20 * index + 20], Y[20 * index : 20 * index + 20]


def turned(weights: Any) -> None:
    weights[0] *= -1


def one_channel(weights: Any) -> None:
    weights[-1][1] += 1


@pytest.mark.parametrize("change", [turned, one_channel])
@pytest.mark.parametrize("at", [4, 7, 9])
def test_no_sample_of_changed_weights_is_kept(
    at: int, change: Any, whole: Survey, tmp_path: Path
) -> None:
    model = small()
    before = model.get_weights()
    with pytest.raises(SurveyStopped, match="weights changed while") as caught:
        survey(model, Changing(model, at, change), checkpoint=tmp_path / "s")
    model.set_weights(before)
    found = caught.value.survey
    assert found is not None
    assert 0 < found.samples <= 20 * at
    part = survey(model, X[: found.samples], labels=Y[: found.samples])
    assert survey_bits(part) == survey_bits(found)
    again = survey(model, X, labels=Y, checkpoint=tmp_path / "s")
    assert survey_bits(again) == survey_bits(whole)


def test_what_only_the_last_look_sees_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveyor, "weights_stamp", lambda model: ())
    model = small()
    with pytest.raises(SurveyStopped, match="weights changed while") as caught:
        survey(model, Changing(model, 9, one_channel))
    assert caught.value.survey is None
