"""The bar of samples: what it says, what it is asked, and how that fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.records.samples.row_heads import SampleAnswers
from cnnviz_widgets.widgets.panels.samples import SamplesBar

GRID = np.random.default_rng(0).random((3, 4, 4, 5)).astype("float32")


def bar(on_ask: Any = None) -> SamplesBar:
    return SamplesBar(cv.ChannelGrid(GRID), on_ask)


def test_it_counts_what_is_judged() -> None:
    made = bar()
    made.show_answers(SampleAnswers.none(7))
    assert (made.samples, made.judged, made.right) == (7, 0, 0)


def test_what_the_page_asks_for_is_done_and_answered() -> None:
    asked: list[Any] = []
    made = bar(lambda what, numbers: asked.append((what, numbers)))
    made._asked = [1, "class", [2]]
    assert asked == [("class", (2,))]
    assert (made._answered, made.error) == (1, "")


def test_what_fails_is_told_of_and_the_next_wish_takes_that_back() -> None:
    def refuse(what: str, numbers: tuple[int, ...]) -> None:
        if what == "wrong":
            raise ValueError("no answer is wrong")

    made = bar(refuse)
    made._asked = [1, "wrong", []]
    assert (made._answered, made.error) == (1, "ValueError: no answer is wrong")
    made._asked = [2, "random", []]
    assert (made._answered, made.error) == (2, "")


def test_an_interrupt_is_told_of_and_goes_on() -> None:
    def interrupt(what: str, numbers: tuple[int, ...]) -> None:
        raise KeyboardInterrupt

    made = bar(interrupt)
    with pytest.raises(KeyboardInterrupt):
        made._asked = [1, "wrong", []]
    assert made._answered == 1
    assert "interrupted" in made.error


def test_without_anyone_to_ask_it_says_so() -> None:
    made = bar()
    made._asked = [1, "wrong", []]
    assert made.error == "TypeError: nothing here can choose samples: SamplesBar needs on_ask=…"


@pytest.mark.parametrize("grid", [None, 3, "grid"])
def test_a_grid_is_needed(grid: Any) -> None:
    with pytest.raises(TypeError, match="grid must be a ChannelGrid"):
        SamplesBar(grid)
