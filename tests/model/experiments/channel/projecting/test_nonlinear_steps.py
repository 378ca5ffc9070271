"""Which nonlinearities a rule covers, which it does not, and which are refused."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, NoGradients, project_back

from .models import IMAGES, Parts, bare, between

UNREACHED = "ReLU out of the rule's reach"


@tf.custom_gradient
def own_gradient(x: Any) -> Any:
    return tf.nn.relu(x), lambda gradient: gradient


COVERED = {
    "layer": lambda: L.ReLU(),
    "capped at 6": lambda: L.ReLU(max_value=6),
    "leaky": lambda: L.LeakyReLU(),
    "slope": lambda: L.ReLU(negative_slope=0.1),
    "bare": lambda: bare(tf.nn.relu),
    "ops": lambda: bare(keras.ops.relu),
    "both signs": lambda: bare(lambda x: tf.concat([tf.nn.relu(x), tf.nn.relu(-x)], -1)),
}


@pytest.mark.parametrize("name", COVERED)
def test_rectifiers_are_covered(name: str) -> None:
    probe = between(COVERED[name](), L.ReLU())
    plain = project_back(probe, "last", 0, 0, fresh=False)
    found = project_back(probe, "last", 0, 0, rule="deconv", fresh=False)
    assert (found.sentence, found.uncovered) == ("deconv", ())
    assert not np.allclose(found.map, plain.map, atol=1e-3 * np.abs(plain.map).max())


UNCOVERED = {
    "maximum": (lambda: bare(lambda x: tf.maximum(x, 0.0)), "maximum"),
    "where": (lambda: bare(lambda x: tf.where(x > 0, x, tf.zeros_like(x))), "where"),
    "comparison": (lambda: bare(lambda x: x * tf.cast(x > 0, x.dtype)), "where"),
    "threshold": (lambda: L.ReLU(threshold=0.1), "where"),
    "elu": (lambda: L.ELU(), "ELU"),
    "gelu": (lambda: L.Activation("gelu"), "GELU"),
    "gelu by tanh": (lambda: bare(lambda x: tf.nn.gelu(x, approximate=True)), "GELU"),
    "silu": (lambda: L.Activation("silu"), "SiLU"),
    "bare silu": (lambda: bare(lambda x: x * tf.sigmoid(x)), "SiLU"),
    "mish": (lambda: L.Activation("mish"), "Mish"),
    "tanh": (lambda: L.Activation("tanh"), "tanh"),
    "layer norm": (lambda: L.LayerNormalization(), "normalisation"),
    "compiled": (
        lambda: bare(tf.function(lambda x: tf.nn.relu(x))),
        "ReLU out of the rule's reach",
    ),
    "own gradient": (lambda: bare(own_gradient), UNREACHED),
}


@pytest.mark.parametrize("name", UNCOVERED)
def test_what_a_rule_does_not_cover_is_named_and_plain(name: str) -> None:
    make, called = UNCOVERED[name]
    probe = between(make())
    plain = project_back(probe, "last", 0, 0, fresh=False)
    assert plain.sentence == "plain"
    found = project_back(probe, "last", 0, 0, rule="deconv", fresh=False)
    assert found.sentence == f"deconv for 0 of 1 activation; 1 {called}: plain there"
    np.testing.assert_allclose(found.map, plain.map, rtol=1e-5, atol=1e-7)


def test_some_are_covered_and_some_are_not() -> None:
    silu = [L.Activation("silu") for _ in range(2)]
    probe = between(L.ReLU(), silu[0], L.BatchNormalization(), L.ReLU(), silu[1], L.LeakyReLU())
    found = project_back(probe, "last", 1, 0, rule="guided", fresh=False)
    assert found.sentence == "guided for 3 of 5 activations; 2 SiLU: plain there"
    assert (found.covered, found.activations) == (3, 5)


LINEAR = {
    "pools": lambda: Parts([L.AveragePooling2D(2), L.UpSampling2D(2), L.MaxPooling2D(2)]),
    "batch": lambda: L.BatchNormalization(),
    "dropout": lambda: L.Dropout(0.3),
    "grouped": lambda: L.Conv2D(4, 3, groups=2),
    "dilated": lambda: L.Conv2D(4, 2, dilation_rate=2),
    "separable": lambda: L.SeparableConv2D(4, 2),
    "transposed": lambda: L.Conv2DTranspose(4, 2, 2),
    "resized": lambda: L.UpSampling2D(2, interpolation="bilinear"),
    "padded": lambda: L.ZeroPadding2D(1),
    "dense": lambda: L.Dense(4),
    "residual": lambda: bare(lambda x: x + 2 * x / 3 - tf.reduce_mean(x, 1, keepdims=True)),
}


@pytest.mark.parametrize("name", LINEAR)
def test_what_is_linear_is_not_counted(name: str) -> None:
    found = project_back(between(LINEAR[name]()), "last", 0, 0, rule="guided", fresh=False)
    assert found.sentence == "guided: no activation on the way, as plain"


def test_branches_meet_without_being_parts_of_one_another() -> None:
    x = keras.Input((8, 8, 3))
    first = L.Conv2D(4, 3, padding="same", activation="relu")(x)
    branch = L.Conv2D(4, 3, padding="same", activation="relu")(first)
    gate = L.Dense(4, activation="sigmoid")(L.GlobalAveragePooling2D(keepdims=True)(first))
    y = L.ReLU()(L.Add()([first, L.Multiply()([branch, gate])]))
    model = keras.Model(x, L.Conv2D(2, 3, name="last")(y))
    probe = ModelProbe(model, IMAGES[:, :8, :8])
    found = project_back(probe, "last", 0, 0, rule="deconv", fresh=False)
    assert found.covered == 3
    assert dict(found.uncovered) == {"sigmoid": 1, "product": 1}


PARTS = {
    "prelu": lambda: L.PReLU(alpha_initializer=keras.initializers.Constant(0.2)),
    "hard silu": lambda: L.Activation("hard_silu"),
    "hard sigmoid": lambda: L.Activation("hard_sigmoid"),
    "capped and leaky": lambda: L.ReLU(max_value=4, negative_slope=0.1),
    "by hand": lambda: bare(lambda x: tf.nn.relu(x) - 0.2 * tf.nn.relu(-x)),
    "with what it was given": lambda: bare(lambda x: 0.2 * x + tf.nn.relu(x)),
}


@pytest.mark.parametrize("name", PARTS)
def test_rectifiers_that_are_none_by_themselves_are_refused(name: str) -> None:
    probe = between(L.ReLU(), PARTS[name]())
    with pytest.raises(NoGradients, match=r"only part of an activation such as PReLU or hard"):
        project_back(probe, "last", 0, 0, rule="guided", fresh=False)


def test_the_plain_gradient_leads_through_them_all_the_same() -> None:
    probe = between(PARTS["prelu"]())
    assert project_back(probe, "last", 0, 0, fresh=False).sentence == "plain"
    with pytest.raises(NoGradients, match=r"only part of an activation"):
        project_back(probe, "last", 0, 0, rule="deconv", fresh=False)


def test_what_is_stopped_or_only_counted_is_not_on_the_way() -> None:
    def function(x: Any) -> Any:
        size = tf.cast(tf.shape(tf.nn.relu(x))[1], x.dtype)
        return tf.nn.relu(x) * size + tf.stop_gradient(tf.nn.elu(x))

    found = project_back(between(bare(function)), "last", 0, 0, rule="guided", fresh=False)
    assert (found.sentence, found.covered) == ("guided", 1)


def test_loops_attention_and_gates_are_told_one_by_one() -> None:
    series = np.random.default_rng(0).normal(size=(3, 7, 4)).astype("float32")
    x = keras.Input((7, 4))
    y = L.LSTM(4, return_sequences=True)(L.LSTM(4, return_sequences=True)(x))
    y = L.LayerNormalization()(y + L.MultiHeadAttention(2, 2)(y, y))
    gate = L.Dense(4, activation="sigmoid")(L.GlobalAveragePooling1D(keepdims=True)(y))
    model = keras.Model(x, L.Dense(3, activation="relu", name="last")(y * gate))
    probe = ModelProbe(model, series)
    sample, place, channel = (int(each) for each in np.argwhere(probe.outputs("last") > 0)[0])
    found = project_back(probe, "last", channel, sample, place=place, rule="guided", fresh=False)
    counts = dict(found.uncovered)
    assert (found.covered, counts["loop"], counts["normalisation"]) == (1, 2, 1)
    assert counts["sigmoid"] == 1
    assert any("softmax" in name or "exp" in name for name in counts)
