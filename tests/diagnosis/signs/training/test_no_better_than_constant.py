"""Answers no better than a constant one, and what is advised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.data.answers import Answers
from cnnviz_widgets.diagnosis.measurements.training.loss_history import LossHistory
from cnnviz_widgets.diagnosis.signs.training.no_better_than_constant import NoBetterThanConstant

from ..layers import layer

CHANCE = Answers(
    "head",
    "classes",
    64,
    9 / 64,
    11 / 64,
    p_value=0.8,
    upper_score=0.25,
    loss=2.5,
    constant_loss=2.3,
    different=10,
    commonest=3,
    alike=0.3,
)
POOR = Answers("y", "values", 64, -0.2, 0, 0.9, 0.1, loss=1.2, constant_loss=1.0, alike=0.1)


def found(answers: Answers, **facts: object) -> list[Finding]:
    return [*NoBetterThanConstant().findings(ModelFacts({}, 64, answers=answers, **facts))]  # type: ignore[arg-type]


def test_classes_at_chance() -> None:
    (finding,) = found(CHANCE)
    assert (finding.severity, finding.layer, finding.samples) == ("severe", "", 64)
    assert finding.summary == (
        "The model answers 9 of 64 right (14 %); always saying class 3 would give 11 "
        "(loss 2.5; of the best constant answer 2.3)."
    )
    assert "x[:10]" in finding.cure


def test_classes_with_names_are_called_by_them() -> None:
    names = tuple("abcdefghij")
    head = layer("head", np.ones((64, 10)), output=True)
    facts = ModelFacts({"head": head}, 64, answers=CHANCE, class_names=names)
    (finding,) = NoBetterThanConstant().findings(facts)
    assert 'always saying "d" would give 11' in finding.summary
    assert facts.names_of("head") == names and facts.names_of("") == ()
    # Names that are not as many as the outputs are of something else.
    (finding,) = NoBetterThanConstant().findings(replace(facts, class_names=names[:3]))
    assert "always saying class 3 would" in finding.summary


def test_one_answer_for_all() -> None:
    (finding,) = found(replace(CHANCE, different=1))
    assert "one and the same answer for all 64 samples" in finding.summary


def test_values() -> None:
    (finding,) = found(POOR)
    assert "R² is -0.2 on 64 samples" in finding.summary
    assert finding.measured.name == "R²"


def test_many_answers_a_sample() -> None:
    (finding,) = found(replace(CHANCE, different=0))
    assert finding.summary.startswith("14 % of the answers are right; always giving")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (replace(POOR, alike=0.98), "undo its scaling"),
        (replace(CHANCE, alike=0.95), "renumbered, 95 %"),
    ],
)
def test_the_cure_names_what_the_answers_show(answers: Answers, words: str) -> None:
    (finding,) = found(answers)
    assert words in finding.cure


def test_the_cure_knows_whether_it_was_learnt() -> None:
    (finding,) = found(CHANCE, loss_history=LossHistory((2.3, 0.2), ()))
    assert "did fall" in finding.cure
    (finding,) = found(CHANCE, loss_history=LossHistory((2.3, 2.3), ()))
    assert "did fall" not in finding.cure


def test_the_cure_knows_what_validation_found() -> None:
    (finding,) = found(CHANCE, loss_history=LossHistory((2.3, 0.2), (2.3, 9.5)))
    assert "training samples alone (their loss is 0.2, that of validation 9.5)" in finding.cure
    (finding,) = found(CHANCE, loss_history=LossHistory((2.3, 0.2), (2.3, 0.4)))
    assert "did fall" in finding.cure


def test_nothing_is_said_of_what_is_right_unknown_or_untrained() -> None:
    assert found(replace(CHANCE, score=0.9, p_value=0.0)) == []
    assert found(replace(CHANCE, upper_score=0.7)) == []
    assert found(CHANCE, untrained=True) == []
    assert [*NoBetterThanConstant().findings(ModelFacts({}, 64))] == []
