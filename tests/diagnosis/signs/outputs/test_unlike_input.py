"""Layers that have lost the image."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnnviz_widgets.diagnosis.judge import suspects
from cnnviz_widgets.diagnosis.measurements.data.answers import Answers

from ..layers import FAILED, RNG, SOLVED, facts, kinds, layer, only


def test_an_untrained_network_is_not_held_to_the_image() -> None:
    lost = replace(layer("a", RNG.normal(size=(64, 8))), readable=0.05)
    model = facts(lost)
    assert suspects(model).by_picture == ("a",)
    assert suspects(replace(model, untrained=True)).by_picture == ()
    assert "unlike-input" not in kinds(replace(model, untrained=True))


def test_a_chain_of_layers_loses_the_image_once() -> None:
    lost = replace(layer("a", RNG.normal(size=(64, 8))), readable=0.05)
    behind = replace(layer("b", RNG.normal(size=(64, 8)), "a"), readable=0.04)
    finding = only(replace(facts(lost, behind), answers=FAILED), "unlike-input")
    assert (finding.severity, finding.follows) == ("warning", ("b",))


@pytest.mark.parametrize("answers", [SOLVED, None])
def test_a_lost_picture_that_nobody_misses_is_a_note(answers: Answers | None) -> None:
    lost = replace(layer("a", RNG.normal(size=(64, 8))), readable=0.05)
    finding = only(replace(facts(lost), answers=answers), "unlike-input")
    assert finding.severity == "note"
    assert "its answers tell" in finding.limits
    assert finding.cure.startswith("Nothing to do") == (answers is SOLVED)


def test_what_the_architecture_loses_by_itself_is_a_note() -> None:
    lost = replace(layer("a", RNG.normal(size=(64, 8))), readable=0.3)
    model = replace(facts(lost), answers=FAILED, fresh_readable={"a": 0.35})
    assert only(model, "unlike-input").severity == "note"
    assert only(replace(model, fresh_readable={"a": 0.8}), "unlike-input").severity == "warning"
