"""What targets ask for, in each form that Keras takes."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.data.tasks import Meaning, asked

RNG = np.random.default_rng(0)
LABELS = np.array([0, 2, 1, 2])
SCORES = RNG.normal(size=(4, 3))
SHARES = np.full((4, 3), 1 / 3)
MAPS = RNG.normal(size=(4, 5, 6, 3))
PLACES = RNG.integers(0, 3, (4, 5, 6))


@pytest.mark.parametrize(
    ("outputs", "targets", "expected"),
    [
        (SCORES, LABELS, LABELS),
        (SCORES, LABELS[:, None], LABELS),
        (SCORES, LABELS.astype(np.float32), LABELS),
        (SCORES, np.eye(3)[LABELS], LABELS),
        (SCORES, np.eye(3, dtype=int)[LABELS], LABELS),
        (SCORES, np.eye(3)[LABELS] * 0.7 + 0.1, LABELS),
        (MAPS, PLACES, PLACES),
        (MAPS, PLACES[..., None], PLACES),
        (MAPS, np.eye(3)[PLACES], PLACES),
    ],
)
def test_classes(outputs: np.ndarray, targets: np.ndarray, expected: np.ndarray) -> None:
    question = asked(outputs, targets, Meaning())
    assert question is not None
    assert question.task == "classes"
    np.testing.assert_array_equal(question.targets, expected)


@pytest.mark.parametrize(
    ("outputs", "targets", "meaning", "threshold"),
    [
        (np.full((4, 1), 0.2), [0, 1, 1, 0], Meaning("sigmoid", "binarycrossentropy"), 0.5),
        (
            np.full((4, 1), 9.0),
            [[0], [1], [1], [0]],
            Meaning(None, "binarycrossentropy", True),
            0.0,
        ),
        (np.full((4, 1), 9.0), [False, True, True, False], Meaning(), 0.0),
        (np.full((4,), 0.2), [0, 1, 1, 0], Meaning("sigmoid"), 0.5),
        (np.full((4, 1), 0.2), [-1, 1, 1, -1], Meaning("tanh", "hinge"), 0.0),
    ],
)
def test_yes_or_no(
    outputs: np.ndarray, targets: list[object], meaning: Meaning, threshold: float
) -> None:
    question = asked(outputs, np.array(targets), meaning)
    assert question is not None
    assert (question.task, question.threshold) == ("yes or no", threshold)
    assert question.targets.ravel().tolist() == [False, True, True, False]


def test_several_labels_at_once() -> None:
    question = asked(np.full((2, 3), 0.4), np.array([[1, 1, 0], [0, 1, 1]]), Meaning("sigmoid"))
    assert question is not None
    assert (question.task, question.targets.shape) == ("yes or no", (2, 3))


@pytest.mark.parametrize(
    ("outputs", "targets", "meaning"),
    [
        (SCORES[:, :1], [0.5, 2, 3, 1], Meaning()),
        (SCORES[:, :1], [[5], [2], [3], [1]], Meaning()),
        (SCORES, RNG.normal(size=(4, 3)), Meaning()),
        (np.full((4, 1), 3.0), [0, 1, 1, 0], Meaning(None, "meansquarederror")),
        (MAPS, np.abs(MAPS) / np.abs(MAPS).sum(-1, keepdims=True), Meaning("sigmoid")),
    ],
)
def test_values(outputs: np.ndarray, targets: object, meaning: Meaning) -> None:
    question = asked(outputs, np.array(targets), meaning)
    assert question is not None
    assert question.task == "values"
    assert question.targets.shape == outputs.shape


@pytest.mark.parametrize(
    "targets",
    [np.zeros((4, 2)), np.zeros((4, 3, 3)), np.zeros((4, 0)), np.array([0.5, 1, 1, 0])],
)
def test_what_does_not_fit(targets: np.ndarray) -> None:
    assert asked(SCORES, targets, Meaning()) is None


def test_labels_beyond_the_outputs_and_ignored_ones() -> None:
    question = asked(SCORES, np.array([0, 3, -1, 2]), Meaning(ignored=-1))
    assert question is not None
    assert question.unknown.tolist() == [False, True, False, False]
    assert question.counts.tolist() == [True, True, False, True]


def test_squares_of_shares_are_still_classes() -> None:
    question = asked(SHARES, np.eye(3)[LABELS], Meaning("softmax", "meansquarederror"))
    assert question is not None
    assert question.task == "classes"


def test_labels_that_no_integer_holds_are_beyond_the_outputs() -> None:
    question = asked(SCORES, np.array([0, 1e30, -1e30, 2]), Meaning())
    assert question is not None
    assert question.task == "classes"
    assert question.unknown.tolist() == [False, True, True, False]
