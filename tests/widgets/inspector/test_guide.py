"""The way through a model: what comes next, and what has been looked at."""

from __future__ import annotations

import pytest

from cnnviz_widgets.model.layers.analysis_order import Step
from cnnviz_widgets.widgets.inspector.guide import Guide


def step(path: str, view: str = "outputs") -> Step:
    return Step(path=path, view=view, stage="", first="grid", look_for="")


@pytest.fixture
def guide() -> Guide:
    return Guide([step("a"), step("b"), step("a", "weights")])


def place(found: Step | None) -> tuple[str, str] | None:
    return None if found is None else (found.path, found.view)


def test_leads_from_step_to_step(guide: Guide) -> None:
    guide.look("a", "outputs")
    assert place(guide.next("a", "outputs")) == ("b", "outputs")
    guide.look("b", "outputs")
    assert place(guide.next("b", "outputs")) == ("a", "weights")
    guide.look("a", "weights")
    assert guide.next("a", "weights") is None


def test_leads_back_to_what_was_passed_over(guide: Guide) -> None:
    guide.look("a", "weights")
    assert place(guide.next("a", "weights")) == ("a", "outputs")


def test_goes_on_after_the_present_one_before_it_goes_back(guide: Guide) -> None:
    guide.look("b", "outputs")
    assert place(guide.next("b", "outputs")) == ("a", "weights")


def test_from_a_place_that_is_no_step_the_way_begins_at_its_start(guide: Guide) -> None:
    guide.look("flatten", "outputs")
    assert guide.number("flatten", "outputs") == -1
    assert place(guide.next("flatten", "outputs")) == ("a", "outputs")


def test_remembers_what_has_been_looked_at_when_the_model_changes(guide: Guide) -> None:
    guide.look("a", "outputs")
    guide.follow([step("a"), step("c")])
    assert place(guide.next("a", "outputs")) == ("c", "outputs")
    assert guide.looked(["a", "c"]) == {"a": {"outputs"}, "c": set()}


def test_goes_back_step_by_step(guide: Guide) -> None:
    assert place(guide.previous("a", "weights")) == ("b", "outputs")
    assert place(guide.previous("b", "outputs")) == ("a", "outputs")
    assert guide.previous("a", "outputs") is None
    assert guide.previous("flatten", "outputs") is None


def test_an_empty_way_has_no_next() -> None:
    assert Guide().next("a", "outputs") is None
