"""What real models end in, beside the losses they were compiled with."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.diagnosis.head import last_activations
from cnnviz_widgets.model.diagnosis.subject import Subject
from cnnviz_widgets.model.experiments.output_loss import named_loss

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 6)).astype(np.float32)
PICTURES = RNG.normal(size=(8, 6, 6, 3)).astype(np.float32)
LABELS = np.arange(24) % 4
losses = keras.losses


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("binary_crossentropy", "binary_crossentropy", False),
        ("CategoricalCrossentropy", "categorical_crossentropy", False),
        ("mse", "mean_squared_error", False),
        (losses.SparseCategoricalCrossentropy(from_logits=True), "sparse_categorical", True),
        (losses.BinaryCrossentropy(), "binary_crossentropy", False),
        (losses.sparse_categorical_crossentropy, "sparse_categorical_crossentropy", False),
        (functools.partial(losses.binary_crossentropy, from_logits=True), "binary_", True),
        (losses.Hinge(), "", False),
        (lambda y, p: 0.0, "", False),
        (None, "", False),
    ],
)
def test_losses_by_their_names(loss: Any, name: str, from_logits: bool) -> None:
    known = named_loss(loss)
    assert known[0].startswith(name)
    assert bool(known[0]) == bool(name)
    assert known[1] == from_logits


def ends(*layers: Any, shape: tuple[int, ...] = (6,)) -> tuple[str, ...] | None:
    model = keras.Sequential([keras.Input(shape), *layers])
    probe = ModelProbe(model, X if shape == (6,) else PICTURES)
    subject = Subject.of(probe, 0, lambda share, message: None)
    return last_activations(subject, subject.returned[0])


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ([L.Dense(4)], ()),
        ([L.Dense(4, activation="relu"), L.BatchNormalization()], ()),
        ([L.Dense(4, activation="softmax")], ("softmax",)),
        ([L.Dense(4), L.Softmax(), L.Reshape((2, 2)), L.Dropout(0.5)], ("softmax",)),
        ([L.Dense(4, activation="softmax"), L.Activation("softmax")], ("softmax", "softmax")),
        ([L.Dense(4), L.ReLU()], ("relu",)),
        ([L.Dense(4), L.LeakyReLU()], None),
        ([L.Dense(4, activation=lambda x: x)], None),
        ([L.Dense(4), L.Lambda(keras.ops.tanh)], None),
        ([L.Dense(4), L.Rescaling(2.0)], None),
        ([L.Reshape((3, 2)), L.LSTM(4)], None),
        ([L.Reshape((3, 2)), L.TimeDistributed(L.Dense(4, activation="softmax"))], ("softmax",)),
        ([L.Reshape((3, 2)), L.Softmax(axis=1)], None),
    ],
)
def test_last_activations(layers: list[Any], names: tuple[str, ...] | None) -> None:
    assert ends(*layers) == names


def test_means_of_scores_are_scores() -> None:
    shape = (6, 6, 3)
    assert ends(L.Conv2D(4, 3), L.GlobalAveragePooling2D(), shape=shape) == ()
    assert ends(L.Conv2D(4, 3, activation="relu"), L.GlobalAveragePooling2D(), shape=shape) is None


def told(model: Any, loss: Any = None, targets: Any = None) -> list[Finding]:
    if loss is not None:
        model.compile("sgd", loss)
    report = diagnose(model, X, targets=targets)
    return [finding for finding in report if finding.kind == "loss-head-mismatch"]


def net(*head: Any) -> Any:
    return keras.Sequential([keras.Input((6,)), L.Dense(8, activation="relu"), *head])


SPARSE = losses.SparseCategoricalCrossentropy


def test_of_a_compiled_model() -> None:
    (finding,) = told(net(L.Dense(4, name="head")), SPARSE(), LABELS)
    assert (finding.layer, finding.samples) == ("head", 24)
    assert "clipped" in finding.summary
    assert told(net(L.Dense(4)), SPARSE(from_logits=True), LABELS) == []
    assert told(net(L.Dense(4, activation="softmax")), SPARSE(), LABELS) == []
    assert told(net(L.Dense(1, activation="tanh")), "hinge", 2 * (LABELS % 2) - 1.0) == []
    assert told(net(L.Dense(1, activation="exponential")), "poisson", LABELS[:, None]) == []


def test_a_loss_that_is_given_goes_first() -> None:
    model = net(L.Dense(4))
    model.compile("sgd", SPARSE(from_logits=True))
    assert told(model, targets=LABELS) == []
    report = diagnose(model, X, targets=LABELS, loss=SPARSE())
    assert "loss-head-mismatch" in [finding.kind for finding in report]


def test_what_keras_corrects_and_what_it_does_not() -> None:
    (finding,) = told(net(L.Dense(4, activation="softmax")), SPARSE(from_logits=True), LABELS)
    assert ("Keras notices" in finding.summary) == (keras.backend.backend() == "tensorflow")
    behind = net(L.Dense(4, activation="softmax"), L.Reshape((4,)))
    (finding,) = told(behind, SPARSE(from_logits=True), LABELS)
    assert "squashes again" in finding.summary


def test_operations_count_as_layers_do() -> None:
    inputs = keras.Input((6,))
    scores = L.Dense(4, activation="softmax")(inputs)
    (finding,) = told(keras.Model(inputs, keras.ops.softmax(scores)), SPARSE(), LABELS)
    assert "softmax already" in finding.summary


def test_each_output_by_its_own_loss() -> None:
    inputs = keras.Input((6,))
    heads = {
        "kind": L.Dense(4, name="kind")(inputs),
        "size": L.Dense(1, name="size")(inputs),
    }
    model = keras.Model(inputs, heads)
    found = told(model, {"kind": SPARSE(), "size": "mse"})
    assert [finding.layer for finding in found] == ["kind"]
    model = keras.Model(inputs, [heads["size"], heads["kind"]])
    found = told(model, ["binary_crossentropy", SPARSE(from_logits=True)])
    assert [finding.layer for finding in found] == ["size"]


class Bare(keras.Model):
    """Its last function is no layer."""

    def __init__(self, after: Any) -> None:
        super().__init__()
        self.dense = L.Dense(4, name="dense")
        self.after = after

    def call(self, x: Any) -> Any:
        return self.after(self.dense(x))


def test_of_a_subclassed_model() -> None:
    (finding,) = told(Bare(lambda x: x), SPARSE(), LABELS)
    assert finding.layer == "dense"
    assert told(Bare(keras.ops.softmax), SPARSE(), LABELS) == []


def test_without_a_loss_only_what_needs_none() -> None:
    assert told(net(L.Dense(4))) == []
    assert "always 1" in told(net(L.Dense(1, activation="softmax")))[0].summary


def test_targets_that_do_not_fit_do_not_stop_it() -> None:
    model = net(L.Dense(4))
    model.compile("sgd", SPARSE())
    assert len(told(model, targets=np.zeros((24, 9)))) == 1
    assert len(told(model, targets=np.full(24, np.nan))) == 1
