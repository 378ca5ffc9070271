"""The training bar: what of training goes on the wire, and what the page's wishes call."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

import pytest
from traitlets import TraitError

from cnnviz_widgets.widgets.panels.training.training_bar import TrainingBar


@dataclass(frozen=True)
class Progress:
    state: str = "training"
    step: int = 7
    batch: int = 3
    steps: int | None = 20
    epoch: int | None = 2
    epochs: int | None = 5
    updates: int = 3
    skipped: int = 4
    spent: float = 0.04
    logs: dict[str, float] = field(default_factory=dict)
    error: str = ""


def test_progress_goes_on_the_wire_and_what_is_not_known_is_zero() -> None:
    bar = TrainingBar()
    assert bar.state == ""
    bar.show(Progress())
    assert (bar.state, bar.step, bar.steps, bar.epoch, bar.epochs) == ("training", 7, 20, 2, 5)
    assert (bar.batch, bar.updates, bar.skipped, bar.spent) == (3, 3, 4, 0.04)
    bar.show(Progress(state="ended", steps=None, epoch=None, epochs=None))
    assert (bar.state, bar.steps, bar.epoch, bar.epochs) == ("ended", 0, 0, 0)


def test_a_loss_that_is_no_number_passes_through_json() -> None:
    bar = TrainingBar()
    bar.show(Progress(logs={"loss": math.nan, "up": math.inf, "down": -math.inf, "fine": 0.5}))
    sent = bar.get_state("logs")["logs"]
    assert json.loads(json.dumps(sent, allow_nan=False)) == {
        "loss": "NaN",
        "up": "Infinity",
        "down": "-Infinity",
        "fine": 0.5,
    }
    bar.set_state({"logs": sent})
    assert math.isnan(bar.logs["loss"])
    assert bar.logs["down"] == -math.inf


def test_why_an_update_failed_is_told_until_one_works() -> None:
    bar = TrainingBar()
    bar.show(Progress(error="ValueError: no"))
    assert bar.error == "ValueError: no"
    bar.show(Progress())
    assert bar.error == ""


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(TraitError, match="asleep"):
        TrainingBar(state="asleep")


@pytest.mark.parametrize("what", ["pause", "resume", "stop"])
def test_each_wish_calls_its_own_and_is_answered(what: str) -> None:
    called: list[str] = []
    bar = TrainingBar(
        *(lambda name=name: called.append(name) for name in ("pause", "resume", "stop"))
    )
    bar.set_state({f"_{what}_asked": 1})
    assert called == [what]
    answered = {name: getattr(bar, f"_{name}_answered") for name in ("pause", "resume", "stop")}
    assert answered == {"pause": 0, "resume": 0, "stop": 0, what: 1}


def test_what_a_wish_raises_is_told_and_answered_and_gone_with_the_next_that_works() -> None:
    fails = [True]

    def stop() -> None:
        if fails:
            raise RuntimeError("no <b>")

    bar = TrainingBar(on_stop=stop)
    bar.set_state({"_stop_asked": 1})
    assert bar.note == "RuntimeError: no <b>"
    assert bar._stop_answered == 1
    fails.clear()
    bar.set_state({"_stop_asked": 2})
    assert bar.note == ""
    assert bar._stop_answered == 2


def test_a_wish_that_nothing_can_serve_says_so() -> None:
    bar = TrainingBar()
    bar.set_state({"_pause_asked": 1})
    assert "on_pause" in bar.note
    assert bar._pause_answered == 1


def test_an_interrupt_leaves_no_wish_open() -> None:
    def pause() -> None:
        raise KeyboardInterrupt

    bar = TrainingBar(on_pause=pause)
    with pytest.raises(KeyboardInterrupt):
        bar.set_state({"_pause_asked": 1})
    assert bar._pause_answered == 1
