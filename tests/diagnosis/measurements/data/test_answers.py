"""How well answers fit, by hand and by SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from cnnviz_widgets.diagnosis.measurements.data.answers import (
    Answers,
    constant_loss,
    constant_outputs,
    judged,
)
from cnnviz_widgets.diagnosis.measurements.data.tasks import Asked, Meaning, asked

RNG = np.random.default_rng(0)


def answers(outputs: np.ndarray, targets: np.ndarray, meaning: Meaning | None = None) -> Answers:
    question = asked(outputs, np.asarray(targets), meaning or Meaning())
    assert question is not None
    losses = (math.nan, math.nan)
    return judged(question, outputs, layer="meaning", losses=losses, loss_name="")


def scores(labels: list[int], classes: int = 3) -> np.ndarray:
    return np.eye(classes)[labels]


def test_classes_by_hand() -> None:
    found = answers(scores([0, 1, 1, 2, 2, 2, 0, 0]), np.array([0, 1, 1, 2, 1, 1, 1, 0]))
    assert (found.right, found.score, found.constant_score) == (5, 5 / 8, 5 / 8)
    assert (found.commonest, found.different) == (1, 3)
    assert found.p_value == pytest.approx(binomtest(5, 8, 5 / 8, "greater").pvalue)
    assert found.skill == 0
    assert not found.better
    # Eight samples cannot tell it from a model that gets most of the others right.
    assert not found.no_better


def test_many_samples_can_tell_chance_from_learning() -> None:
    labels = np.arange(64) % 4
    assert answers(scores([*RNG.permutation(labels)], 4), labels).no_better
    learnt = np.where(np.arange(64) < 40, labels, 0)
    found = answers(scores([*learnt], 4), labels)
    assert found.better
    assert found.solved
    assert not found.no_better


def test_one_answer_for_all() -> None:
    labels = np.array([0] * 12 + [1] * 4)
    found = answers(scores([0] * 16), labels)
    assert (found.different, found.score) == (1, 0.75)
    assert not found.one_answer  # a model that finds half of them would miss all four by chance
    labels[:2] = 1
    assert answers(scores([0] * 16), labels).no_better


def test_a_low_loss_is_no_constant_answer() -> None:
    labels = np.array([0] * 40 + [1] * 24)
    question = asked(scores([0] * 64), labels, Meaning())
    assert question is not None
    outputs = scores([0] * 64)
    for loss, expected in ((0.6, True), (0.5, False)):
        found = judged(question, outputs, layer="", losses=(loss, 0.66), loss_name="")
        assert found.no_better is expected


def test_values_by_hand() -> None:
    targets = np.array([[0.0], [1], [2], [3]])
    found = answers(targets + 0.5, targets)
    # Variance about the mean, n − 1 below: 5 / 3.
    assert found.score == pytest.approx(1 - 0.25 * 3 / 5)
    assert (found.constant_score, found.different) == (0, 0)
    assert found.alike == pytest.approx(1)


def test_values_no_nearer_than_their_mean() -> None:
    targets = RNG.normal(size=(64, 2))
    assert answers(RNG.normal(size=(64, 2)), targets).no_better
    assert answers(np.zeros((64, 2)), targets).no_better
    good = answers(targets + 0.3 * RNG.normal(size=(64, 2)), targets)
    assert good.solved
    assert not good.no_better
    assert not answers(RNG.normal(size=(4, 2)), targets[:4]).no_better


def test_the_same_on_another_scale_is_seen_by_its_correlation() -> None:
    targets = RNG.normal(size=(64, 1))
    found = answers(100 * targets + 7, targets)
    assert found.no_better
    assert found.alike == pytest.approx(1)


def test_classes_in_another_order_are_seen_when_renumbered() -> None:
    labels = np.arange(60) % 3
    found = answers(scores([*((labels + 1) % 3)]), labels)
    assert (found.score, found.alike) == (0, 1)
    assert found.no_better


def test_many_answers_a_sample_are_compared_sample_by_sample() -> None:
    labels = RNG.integers(0, 3, (16, 5, 5))
    found = answers(np.eye(3)[labels], labels)
    assert (found.score, found.different) == (1, 0)
    assert found.p_value == pytest.approx(0.5**16)
    assert found.solved
    assert answers(RNG.normal(size=(16, 5, 5, 3)), labels).no_better


def test_ignored_places_do_not_count() -> None:
    labels = np.array([[0, 1, 9], [1, 9, 9]])
    outputs = np.eye(3)[[[0, 1, 0], [0, 0, 0]]]
    question = asked(outputs, labels, Meaning(ignored=9))
    assert question is not None
    found = judged(question, outputs, layer="", losses=(0, 0), loss_name="")
    assert found.score == 0.5


def test_constant_answers() -> None:
    classes = Asked("classes", np.array([0, 0, 0, 2]), classes=3)
    shares, logits = constant_outputs(classes)
    assert shares.tolist() == [0.75, 0, 0.25]
    assert np.exp(logits) == pytest.approx(shares, abs=1e-6)
    values = Asked("values", np.array([[0.0], [0], [9]]))
    assert [each.item() for each in constant_outputs(values)] == [3, 0]
    absolute = constant_loss(values, (3, 1), lambda out: float(np.abs(out - values.targets).mean()))
    assert absolute == 3  # the median's, not the mean's 4
    assert math.isnan(constant_loss(values, (3, 1), lambda _: math.nan))


def test_targets_that_do_not_vary_tell_nothing() -> None:
    found = answers(np.ones((9, 1)), np.full((9, 1), 5.0))
    assert math.isnan(found.score)
    assert not (found.no_better or found.solved)
