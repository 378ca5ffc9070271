"""A survey leaves models, random numbers and Keras as they were, also where it is interrupted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.survey import beginning, run, running_sum
from cnnviz_widgets.model.survey.passes import compiled_parts
from cnnviz_widgets.model.survey.stopped import SurveyInterrupted
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.model.survey.surveyor import Surveyor
from cnnviz_widgets.records.survey.storage.folder import survey_is_in
from cnnviz_widgets.records.survey.survey import Survey

from ...interrupts import Events
from ..check_untouched import (
    INPUTS,
    MODELS,
    World,
    check_interrupts,
    check_kept_alive,
    drawn_next,
    trained,
)

# Into a generator that is being thrown away Python lets no interrupt out, but tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SAMPLES = np.concatenate([INPUTS, INPUTS + 1, INPUTS - 1])
COMPILED = "model/survey/passes/compiled_parts.py"
# Each is traced anew for each place, so only some are tried.
EVERY = 9


# What else of the first samples, and of samples that are added up together, is 64 and more.
_SMALL = ("PILOT", "_TOGETHER")


def a_survey(probe: ModelProbe, checkpoint: Path | None = None) -> None:
    labels = np.arange(len(SAMPLES)) % 2
    survey(probe, (SAMPLES, labels), layers="all", checkpoint=checkpoint)


@pytest.mark.parametrize("name", MODELS)
def test_all_is_as_it_was(name: str) -> None:
    world = World(MODELS[name]())
    a_survey(world.probe)
    before = drawn_next()
    a_survey(world.probe)
    assert drawn_next() == before
    world.check()


def test_nothing_is_kept_alive() -> None:
    check_kept_alive(a_survey)


def test_an_interrupt_at_any_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is left behind, and what is handed back or lies on disk is whole."""
    # To compile it each time would take a second.
    monkeypatch.setattr(Surveyor, "_fastest", lambda surveyor, inputs: surveyor._eager())
    monkeypatch.setattr(run.States, "are_due", property(lambda states: states._folder is not None))
    # Three batches, each of which is added up at once.
    for module, name in ((beginning, "_MOST_BATCH"), *((running_sum, each) for each in _SMALL)):
        monkeypatch.setattr(module, name, 2)
    folders = (tmp_path / f"{number}" for number in range(10**6))

    def with_states(probe: ModelProbe) -> None:
        folder = next(folders)
        try:
            a_survey(probe, checkpoint=folder)
        except SurveyInterrupted as error:
            if error.survey is not None:
                check_whole(error.survey, tmp_path / "copy")
            raise
        finally:
            if survey_is_in(folder):
                check_whole(Survey.load(folder), tmp_path / "copy")
            shutil.rmtree(folder, ignore_errors=True)

    check_interrupts(
        with_states,
        (
            "model/survey/surveyor.py",
            "model/survey/running_sum.py",
            "model/survey/data/seen_numbers.py",
            "model/survey/run.py",
            "model/survey/beginning.py",
            "model/survey/passes/eager_parts.py",
        ),
    )


def check_whole(found: Survey, folder: Path) -> None:
    """It can be written and read, where all that it says is looked at, and has whole batches."""
    shutil.rmtree(folder, ignore_errors=True)
    found.save(folder)
    assert {layer.samples for layer in Survey.load(folder).layers.values()} == {found.samples}
    assert found.ranges == ((0, found.samples),)
    assert found.samples % 2 == 0


def test_an_interrupt_of_a_compiled_pass() -> None:
    assert compiled_parts.__file__.endswith(COMPILED)
    world = World(trained())
    whole = Events({COMPILED})
    with whole.followed():
        a_survey(world.probe)
    for place in list(whole.visits)[::EVERY]:
        events = Events({COMPILED}, at=place)
        error: Any = None
        try:
            with events.followed():
                a_survey(world.probe)
        except BaseException as raised:
            error = raised
        assert isinstance(error, KeyboardInterrupt), (place, error)
        world.check()
