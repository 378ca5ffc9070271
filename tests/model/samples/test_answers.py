"""What a model answers to each sample, for every form of targets."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.samples.answers import AnswerSource, sample_answers

SCORES = np.array([[2.0, 0, 0], [0, 3, 1], [0, 0, 5], [1, 0, 0]], np.float32)
LABELS = np.array([0, 1, 2, 2])
NAMES = ("cat", "dog", "owl")


def source(outputs: int, loss: Any = None, activation: str | None = None) -> AnswerSource:
    model = keras.Sequential([keras.Input((5,)), L.Dense(outputs, activation=activation)])
    if loss is not None:
        model.compile("sgd", loss)
    found = AnswerSource.of(ModelProbe(model, np.zeros((4, 5))))
    assert found is not None
    return found


def softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores)
    return raised / raised.sum(-1, keepdims=True)


LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    ("loss", "output", "targets"),
    [
        (LOGITS, SCORES, LABELS),
        (LOGITS, SCORES, LABELS[:, np.newaxis]),
        (None, SCORES, LABELS.astype(np.float32)),
        ("sparse_categorical_crossentropy", softmax(SCORES), LABELS),
        ("categorical_crossentropy", softmax(SCORES), np.eye(3)[LABELS]),
        ("mse", softmax(SCORES), np.eye(3)[LABELS]),
    ],
)
def test_classes_in_every_form(loss: Any, output: np.ndarray, targets: np.ndarray) -> None:
    answers = sample_answers(source(3, loss), output, targets, (), NAMES)
    assert answers.truths == ("cat", "dog", "owl", "owl")
    assert answers.answers == ("cat", "dog", "owl", "cat")
    assert answers.right.tolist() == [1, 1, 1, 0]
    np.testing.assert_allclose(answers.confidence, softmax(SCORES).max(-1), rtol=1e-5)
    assert answers.truth_class.tolist() == LABELS.tolist()
    assert (answers.judged, answers.right_count) == (4, 3)


def test_names_of_another_number_of_classes_are_none() -> None:
    answers = sample_answers(source(3, LOGITS), SCORES, LABELS, (), ("cat", "dog"))
    assert answers.answers == ("0", "1", "2", "0")


def test_without_targets_answers_are_known_and_labels_may_judge_them() -> None:
    alone = sample_answers(source(3, LOGITS), SCORES, None, (), NAMES)
    assert alone.answers == ("cat", "dog", "owl", "cat")
    assert alone.judged == 0
    labelled = sample_answers(source(3, LOGITS), SCORES, None, ("cat", "owl", "owl", "cat"), NAMES)
    assert labelled.right.tolist() == [1, 0, 1, 1]
    others = sample_answers(source(3, LOGITS), SCORES, None, ("cat", "fox", "owl", "cat"), NAMES)
    assert others.judged == 0 and others.truths[1] == "fox"


def test_a_class_that_there_is_not_is_wrong_and_one_left_out_is_not_judged() -> None:
    beyond = sample_answers(source(3, LOGITS), SCORES, np.array([0, 1, 2, 7]), (), NAMES)
    assert beyond.truths[3] == "7"
    assert beyond.right.tolist() == [1, 1, 1, 0]
    ignoring = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2)
    left_out = sample_answers(source(3, ignoring), SCORES, LABELS, (), NAMES)
    assert left_out.right.tolist() == [1, 1, -1, -1]


@pytest.mark.parametrize(
    ("loss", "activation", "output", "confidence"),
    [
        ("binary_crossentropy", "sigmoid", [[0.9], [0.2], [0.6]], [0.9, 0.8, 0.6]),
        (
            keras.losses.BinaryCrossentropy(from_logits=True),
            None,
            [[np.log(9)], [np.log(0.25)], [np.log(1.5)]],
            [0.9, 0.8, 0.6],
        ),
        ("hinge", None, [[0.9], [-0.2], [0.6]], [np.nan] * 3),
    ],
)
def test_yes_or_no(
    loss: Any, activation: str | None, output: list[list[float]], confidence: list[float]
) -> None:
    where, scores = source(1, loss, activation), np.array(output, np.float32)
    answers = sample_answers(where, scores, np.array([1, 0, 0]))
    assert answers.truths == ("yes", "no", "no")
    assert answers.answers == ("yes", "no", "yes")
    assert answers.right.tolist() == [1, 1, 0]
    np.testing.assert_allclose(answers.confidence, confidence, rtol=1e-4)
    named = sample_answers(where, scores, np.array([1, 0, 0]), (), ("bad", "good"))
    assert named.answers == ("good", "bad", "good")


def test_values_are_told_beside_the_truth_and_not_judged() -> None:
    answers = sample_answers(source(1, "mse"), np.array([[1.234], [5]]), np.array([1.2, 7]))
    assert answers.truths == ("1.2", "7")
    assert answers.answers == ("1.23", "5")
    assert answers.judged == 0 and np.isnan(answers.confidence).all()


def test_many_answers_a_sample_are_counted() -> None:
    output = np.array([[0.9, 0.1, 0.8], [0.2, 0.7, 0.1]], np.float32)
    targets = np.array([[1, 0, 1], [1, 1, 0]])
    answers = sample_answers(source(3, "binary_crossentropy", "sigmoid"), output, targets)
    assert answers.answers == ("100 % right", "67 % right")
    assert answers.right.tolist() == [1, 0]


def test_an_image_is_told_by_its_error() -> None:
    output, targets = np.zeros((2, 4, 4, 1)), np.zeros((2, 4, 4, 1))
    targets[1] = 0.5
    answers = sample_answers(source(3, "mse"), output, targets)
    assert answers.answers == ("error 0", "error 0.5")


def test_targets_of_which_some_are_no_numbers_or_that_do_not_fit_judge_nothing() -> None:
    nan = sample_answers(source(3, LOGITS), SCORES, np.array([0, 1, np.nan, 2]))
    assert nan.judged == 0
    assert sample_answers(source(3, LOGITS), SCORES, np.zeros((4, 7))).judged == 0


def test_a_model_that_computes_on_after_its_last_layer_gives_no_answers() -> None:
    class Scaled(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = L.Dense(3)

        def call(self, x: Any) -> Any:
            import tensorflow as tf

            return tf.sqrt(tf.abs(self.dense(x)))

    assert AnswerSource.of(ModelProbe(Scaled(), np.zeros((2, 5)))) is None
