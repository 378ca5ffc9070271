"""The ablation bar: what the page asks for is run once, and its outcome or error comes back."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest

import cnnviz_widgets as cv


@dataclass
class Outcome:
    summary: str
    details: tuple[tuple[str, object], ...] = ()


def ask(bar: cv.AblationBar, serial: int, how: str, channels: list[int], layer: str) -> None:
    """As the page does."""
    bar.set_state({"_asked": [serial, how, channels, layer]})


def test_a_trial_is_run_with_what_was_asked_and_listed() -> None:
    calls: list[tuple] = []

    def run(how: str, channels: tuple[int, ...]) -> Outcome:
        calls.append((how, channels))
        return Outcome("loss 0.4 → 0.6", (("loss before", "0.4"), ("answers", 5)))

    bar = cv.AblationBar(on_ask=run, layer="conv1")
    ask(bar, 1, "mean", [3, 1], "conv1")
    assert calls == [("mean", (3, 1))]
    assert bar.trials == [
        {
            "how": "mean",
            "channels": [3, 1],
            "layer": "conv1",
            "summary": "loss 0.4 → 0.6",
            "details": [["loss before", "0.4"], ["answers", "5"]],
            "numbers": None,
        }
    ]
    assert (bar._started, bar._answered, bar.error) == (1, 1, "")


def test_the_page_hears_of_the_beginning_before_the_trial_runs() -> None:
    bar = cv.AblationBar(layer="conv1")
    seen: list[tuple[int, int]] = []

    def run(how: str, channels: tuple[int, ...]) -> Outcome:
        seen.append((bar._started, bar._answered))
        return Outcome("")

    bar.on_ask = run
    ask(bar, 1, "silence", [0], "conv1")
    assert seen == [(1, 0)]


def test_thirty_trials_are_kept_the_newest_first() -> None:
    bar = cv.AblationBar(on_ask=lambda how, channels: Outcome(str(channels)))
    for serial in range(1, 34):
        ask(bar, serial, "silence", [serial], "")
    assert [trial["summary"] for trial in bar.trials] == [f"({n},)" for n in range(33, 3, -1)]


def test_numbers_of_an_outcome_travel_where_it_has_any_and_json_has_words_for_them() -> None:
    @dataclass
    class Measured(Outcome):
        numbers: object = None

    numbers = {"samples": 4, "change": math.inf, "right": (3, 2), "loss": (0.5, math.nan)}
    bar = cv.AblationBar(on_ask=lambda how, channels: Measured("worse", (), numbers))
    ask(bar, 1, "mean", [0], "")
    assert bar.trials[0]["numbers"] == {
        "samples": 4,
        "change": None,
        "right": [3, 2],
        "loss": [0.5, None],
    }
    json.dumps(bar.trials, allow_nan=False)


def test_an_error_is_told_and_the_next_trial_clears_it() -> None:
    def run(how: str, channels: tuple[int, ...]) -> Outcome:
        if how == "merge":
            raise ValueError("merge needs two channels; got 1")
        return Outcome("done")

    bar = cv.AblationBar(on_ask=run)
    ask(bar, 1, "merge", [0], "")
    assert bar.error == "ValueError: merge needs two channels; got 1"
    assert bar._answered == 1
    assert bar.trials == []
    ask(bar, 2, "silence", [0], "")
    assert bar.error == ""
    assert bar._answered == 2


def test_an_interrupt_is_told_answered_and_goes_on() -> None:
    def run(how: str, channels: tuple[int, ...]) -> Outcome:
        raise KeyboardInterrupt

    bar = cv.AblationBar(on_ask=run)
    with pytest.raises(KeyboardInterrupt):
        ask(bar, 1, "silence", [0], "")
    assert bar._answered == 1
    assert "interrupted" in bar.error


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([1, "drop", [0], "conv1"], "silence, mean, merge; got 'drop'"),
        ([1, "silence", [0], "conv2"], "'conv2' were meant, but 'conv1' is shown"),
    ],
    ids=["how", "layer"],
)
def test_what_cannot_be_meant_is_not_run(asked: list, told: str) -> None:
    bar = cv.AblationBar(on_ask=lambda how, channels: pytest.fail("was run"), layer="conv1")
    bar.set_state({"_asked": asked})
    assert told in bar.error
    assert bar._answered == 1


def test_without_a_function_it_says_so() -> None:
    bar = cv.AblationBar()
    ask(bar, 1, "silence", [0], "")
    assert "on_ask" in bar.error


def test_holds_the_selection_it_is_given() -> None:
    selection = cv.Selection()
    bar = cv.AblationBar(selection)
    assert bar.selection is selection
    with pytest.raises(ValueError, match="make another view"):
        bar.selection = cv.Selection()
