"""A survey leaves models, random numbers and Keras as they were, also where it is interrupted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.survey.passes import compiled_parts
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.model.survey.surveyor import Surveyor

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


def a_survey(probe: ModelProbe) -> None:
    survey(probe, (SAMPLES, np.arange(len(SAMPLES)) % 2), layers="all")


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


def test_an_interrupt_at_any_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # To compile it each time would take a second.
    monkeypatch.setattr(Surveyor, "_fastest", lambda surveyor, inputs: surveyor._eager())
    check_interrupts(
        a_survey,
        (
            "model/survey/surveyor.py",
            "model/survey/run.py",
            "model/survey/beginning.py",
            "model/survey/passes/eager_parts.py",
        ),
    )


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
