"""The loss of one output, against Keras and numbers worked by hand."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.data.tasks import asked
from cnnviz_widgets.model.experiments.losses import Loss, some_targets_of
from cnnviz_widgets.model.experiments.output_loss import OutputLoss, loss_of_output, meaning_of

SHARES = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], np.float32)
LABELS = np.array([0, 1])
EXPECTED = -np.log([0.7, 0.1]).mean()


def model(*names: str, **compiled: Any) -> keras.Model:
    inputs = keras.Input((4,))
    outputs = [keras.layers.Dense(3, name=name)(inputs) for name in names or ("meaning",)]
    made = keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0])
    if compiled:
        made.compile("sgd", **compiled)
    return made


def loss(own: Any, outputs: np.ndarray, targets: np.ndarray) -> OutputLoss:
    question = asked(outputs, targets, meaning_of(own, None))
    assert question is not None
    return OutputLoss(model(), own, targets, question, outputs, None)


@pytest.mark.parametrize("outputs", [SHARES, np.log(SHARES) + 2])
@pytest.mark.parametrize("targets", [LABELS, np.eye(3)[LABELS]])
def test_without_a_loss_labels_are_compared_by_cross_entropy(
    outputs: np.ndarray, targets: np.ndarray
) -> None:
    assert loss(None, outputs, targets)(outputs) == pytest.approx(EXPECTED, rel=1e-5)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("sparse_categorical_crossentropy", EXPECTED),
        ("categorical_crossentropy", EXPECTED),
        (keras.losses.CategoricalCrossentropy(), EXPECTED),
        ("mse", np.mean((SHARES - np.eye(3)[LABELS]) ** 2)),
    ],
)
@pytest.mark.parametrize("targets", [LABELS, LABELS[:, None], np.eye(3)[LABELS]])
def test_targets_are_brought_into_the_form_of_the_loss(
    own: Any, expected: float, targets: np.ndarray
) -> None:
    made = loss(own, SHARES, targets)
    assert made(SHARES) == pytest.approx(expected, rel=1e-5)
    assert made.why == ""


def test_labels_without_an_output_are_left_out() -> None:
    labels = np.array([0, 9])
    assert loss("sparse_categorical_crossentropy", SHARES, labels)(SHARES) == pytest.approx(
        -np.log(0.7), rel=1e-5
    )
    assert np.isnan(loss("sparse_categorical_crossentropy", SHARES, labels + 9)(SHARES))


def test_a_loss_that_does_not_fit_is_replaced_and_says_why() -> None:
    def broken(targets: Any, outputs: Any) -> Any:
        raise RuntimeError("no such thing")

    made = loss(broken, SHARES, LABELS)
    assert "no such thing" in made.why
    assert made(SHARES) == pytest.approx(EXPECTED, rel=1e-5)


@pytest.mark.parametrize(
    ("compiled", "expected"),
    [
        ({"loss": "mse"}, ["mse", "mse"]),
        ({"loss": ["mse", "mae"]}, ["mse", "mae"]),
        ({"loss": {"b": "mae"}}, [None, "mae"]),
    ],
)
def test_each_output_has_its_own_loss(compiled: dict[str, Any], expected: list[Any]) -> None:
    made = model("a", "b", **compiled)
    assert [loss_of_output(made, None, k) for k in (0, 1)] == expected
    assert loss_of_output(made, "huber", 1) == "huber"


def test_the_losses_of_a_dict_of_outputs_go_by_its_keys() -> None:
    inputs = keras.Input((3,))
    outputs = {"z": keras.layers.Dense(1, name="first")(inputs), "y": keras.layers.Dense(2)(inputs)}
    made = keras.Model(inputs, outputs)
    made.compile(loss={"z": "mse", "y": "mae"})
    assert [loss_of_output(made, None, number) for number in (0, 1)] == ["mae", "mse"]


@pytest.mark.parametrize(
    ("own", "name", "from_logits", "ignored"),
    [
        ("mse", "meansquarederror", False, None),
        (keras.losses.BinaryCrossentropy(from_logits=True), "binarycrossentropy", True, None),
        (
            keras.losses.SparseCategoricalCrossentropy(ignore_class=255),
            "sparsecategoricalcrossentropy",
            False,
            255,
        ),
        (
            functools.partial(keras.losses.binary_crossentropy, from_logits=True),
            "binarycrossentropy",
            True,
            None,
        ),
        (None, "", False, None),
    ],
)
def test_what_a_loss_tells(own: Any, name: str, from_logits: bool, ignored: int | None) -> None:
    meaning = meaning_of(own, None)
    assert (meaning.loss, meaning.from_logits, meaning.ignored) == (name, from_logits, ignored)


def test_outputs_may_have_no_targets() -> None:
    made = model("a", "b")
    x = np.zeros((2, 3))
    for targets in ([x, None], {"a": x}):
        first, second = some_targets_of(made, targets, 2)
        assert first is not None
        assert second is None
    with pytest.raises(ValueError, match=r"has the keys \['c'\], not \['a', 'b'\]"):
        some_targets_of(made, {"c": x}, 2)
    for nothing in ([None, None], {"a": None}, {}):
        with pytest.raises(ValueError, match="one output at the least"):
            some_targets_of(made, nothing, 2)
    with pytest.raises(ValueError, match="2 samples"):
        some_targets_of(made, [x[:1], None], 2)


def test_a_loss_without_a_reduction_counts_by_its_mean() -> None:
    made = model("a")
    outputs = np.array([[1.0], [3.0]], np.float32)
    unreduced = keras.losses.MeanSquaredError(reduction="none")
    loss = Loss(made, unreduced, [np.zeros((2, 1))], keras.ops.convert_to_tensor(outputs), [None])
    assert loss(keras.ops.convert_to_tensor(outputs)) == 5
