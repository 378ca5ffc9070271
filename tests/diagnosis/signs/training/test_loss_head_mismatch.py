"""Heads and losses that do not go together, and those that do."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.data.answers import Answers
from cnnviz_widgets.diagnosis.measurements.training.head import Head
from cnnviz_widgets.diagnosis.signs.training.head_rules import least_loss, mismatch

from ..answers import FAILING, SOLVED
from ..layers import facts, kinds, layer, only

SPARSE, DENSE, BINARY = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
)
RANGES = {
    "softmax": (0, 1),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, math.inf),
    "relu6": (0, 6),
    "softplus": (0, math.inf),
    "exponential": (0, math.inf),
    "elu": (-1, math.inf),
    "log_softmax": (-math.inf, 0),
}


def head(names: str = "", loss: str = "", **others: object) -> Head:
    activations = tuple(names.split())
    low, high = RANGES.get(activations[0] if names else "", (-math.inf, math.inf))
    made = Head("head", activations, 10, low, high, loss)
    return replace(made, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fits",
    [
        head("softmax", SPARSE),
        head("softmax", DENSE, targets="one-hot"),
        head("softmax", BINARY, targets="one-hot"),
        head("", SPARSE, from_logits=True),
        head("", BINARY, from_logits=True, units=1),
        head("sigmoid", BINARY, units=1, targets="yes or no"),
        head("sigmoid", BINARY, targets="several at once"),
        head("log_softmax", SPARSE, from_logits=True),
        head("exponential", DENSE),
        head("softplus", DENSE),
        head("elu", DENSE, from_logits=True),
        head("", "mean_squared_error", targets="values"),
        head("softmax", "mean_squared_error", targets="one-hot"),
        head("tanh"),  # hinge, a GAN's own loss: not known
        head("exponential"),
        head("relu", units=1, targets="values"),
        head("softmax relu", SPARSE),
    ],
)
def test_what_goes_together(fits: Head) -> None:
    assert mismatch(fits) is None


@pytest.mark.parametrize(
    ("wrong", "severity", "words", "cure"),
    [
        (head("softmax", units=1), "severe", "always 1", 'activation="sigmoid"'),
        (head("", DENSE, units=1), "severe", "one unit", "binary_crossentropy"),
        (head("softmax softmax", SPARSE), "warning", "more than 23 %", "Take one of the two"),
        (head("softmax", SPARSE, from_logits=True), "warning", "below 1.46", "from_logits"),
        (head("sigmoid", BINARY, from_logits=True, units=1), "warning", "below 0.50", "from_logi"),
        (head("sigmoid", SPARSE, from_logits=True), "warning", "below 1.46", "no bounds"),
        (head("tanh", DENSE, from_logits=True), "warning", "below 0.80", "no bounds"),
        (head("relu", DENSE, from_logits=True), "warning", "become equal", "no bounds"),
        (head("relu", BINARY, from_logits=True), "severe", "less sure of yes", "no bounds"),
        (head("softplus", BINARY, from_logits=True), "severe", "less sure of yes", "no bounds"),
        (head("", SPARSE), "severe", "no activation", "SparseCategoricalCrossentropy(from_logits"),
        (head("", BINARY, units=1), "severe", "clipped", "BinaryCrossentropy(from_logits=True)"),
        (head("tanh", BINARY, units=1), "severe", "'tanh'", 'activation="sigmoid"'),
        (head("relu", SPARSE), "severe", "'relu'", 'activation="softmax"'),
        (head("log_softmax", SPARSE), "severe", "'log_softmax'", 'activation="softmax"'),
        (head("sigmoid", DENSE), "warning", "each class by itself", 'activation="softmax"'),
        (head("sigmoid", BINARY, targets="one-hot"), "note", "one by one", "softmax"),
        (head("softmax", BINARY, targets="several at once"), "warning", "several", "sigmoid"),
        (head("", "mean_squared_error", targets="class numbers"), "warning", "itself", "sparse"),
        (head("softmax", SPARSE, targets="one-hot"), "warning", "takes class numbers", DENSE),
        (head("softmax", DENSE, targets="class numbers"), "warning", "class numbers", SPARSE),
        (head("relu", targets="one-hot"), "warning", "become equal", "softmax"),
    ],
)
def test_what_does_not(wrong: Head, severity: str, words: str, cure: str) -> None:
    told = mismatch(wrong)
    assert told is not None
    assert told.severity == severity
    assert words in told.summary
    assert cure in told.cure


def test_the_least_loss_by_hand() -> None:
    """ln(e + 9) − 1 of a softmax of ten shares; −ln sigmoid of the ends of a range."""
    shares = head("softmax", SPARSE, from_logits=True)
    assert least_loss(shares) == pytest.approx(math.log(math.e + 9) - 1)
    yes, no = math.log(1 + math.exp(-1)), math.log(2)
    assert least_loss(head("sigmoid", BINARY)) == pytest.approx((yes + no) / 2)


def told(wrong: Head, answers: Answers | None = None) -> Finding:
    plain = facts(layer("head", np.random.default_rng(0).normal(size=(64, 10)), output=True))
    return only(replace(plain, heads=(wrong,), answers=answers), "loss-head-mismatch")


def test_a_loss_that_keras_corrects_says_so() -> None:
    wrong = head("softmax", SPARSE, from_logits=True, corrected=True)
    assert "Keras notices" in told(wrong).summary
    assert told(wrong).samples == 64


def test_severity_follows_the_answers() -> None:
    twice, linear = head("softmax softmax", SPARSE), head("", SPARSE)
    layouts = head("softmax", SPARSE, targets="one-hot")
    assert [told(twice, each).severity for each in (None, FAILING, SOLVED)] == [
        "warning",
        "severe",
        "warning",
    ]
    assert told(linear, SOLVED).severity == "warning"
    assert told(layouts, SOLVED).severity == "note"
    mild = head("sigmoid", BINARY, targets="one-hot")
    assert told(mild, FAILING).severity == "note"


def test_each_output_has_its_own() -> None:
    plain = facts(layer("head", np.random.default_rng(0).normal(size=(64, 10)), output=True))
    both = (replace(head("", SPARSE), layer="head"), head("softmax", SPARSE))
    assert kinds(replace(plain, heads=both)).count("loss-head-mismatch") == 1
