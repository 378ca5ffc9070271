"""Inputs of every kind, and wrong ones: named with what was given and what is expected."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelCallError, ModelProbe

from .. import nets
from ..snapshot import differences, snapshot

X = nets.IMAGES


@pytest.fixture(scope="module")
def model() -> Any:
    return nets.sequential()


@pytest.fixture(scope="module")
def two_inputs() -> Any:
    a, b = keras.Input((1,), name="a"), keras.Input((2,), name="b")
    return keras.Model([a, b], L.Concatenate(name="both")([a, b]))


@pytest.mark.parametrize(
    "given",
    [
        X,
        tf.constant(X),
        X.tolist(),
        [X],
        (X,),
        X.astype("float64"),
        X.astype("float16"),
        np.ma.masked_array(X),
        tf.data.Dataset.from_tensor_slices(X).batch(3),
        tf.data.Dataset.from_tensor_slices((X, [0, 1, 2, 3])).batch(1),
        tf.data.Dataset.from_tensor_slices((X, [0, 1, 2, 3], [1, 1, 1, 1])).batch(9),
    ],
)
def test_every_kind_of_batch(model: Any, given: Any) -> None:
    probe = ModelProbe(model, given)
    np.testing.assert_allclose(probe.inputs, X, atol=2e-3)
    assert probe.inputs.dtype == np.float32
    assert probe.samples == 4
    assert not probe.inputs.flags.writeable


def test_integers_are_cast_to_what_the_model_declares(model: Any) -> None:
    pixels = np.full((2, 8, 8, 3), 255, "uint8")
    assert ModelProbe(model, pixels).inputs.dtype == np.float32


def test_the_probe_has_its_own_copy(model: Any) -> None:
    given = X.copy()
    probe = ModelProbe(model, given)
    given[:] = 0
    np.testing.assert_array_equal(probe.inputs, X)


def test_samples_cut_to_the_first(model: Any) -> None:
    probe = ModelProbe(model, X, samples=3)
    np.testing.assert_array_equal(probe.inputs, X[:3])
    assert probe.outputs("head").shape == (3, 2)
    assert ModelProbe(model, X, samples=99).samples == 4


def test_of_a_dataset_the_first_64_or_as_many_as_asked_for(model: Any) -> None:
    endless = tf.data.Dataset.from_tensor_slices((X, X)).repeat().batch(10)
    assert ModelProbe(model, endless).samples == 64
    probe = ModelProbe(model, endless, samples=6)
    np.testing.assert_array_equal(probe.inputs, X[[0, 1, 2, 3, 0, 1]])


def test_dataset_of_dicts(two_inputs: Any) -> None:
    data = {"a": np.ones((3, 1), "float32"), "b": np.zeros((3, 2), "float32")}
    probe = ModelProbe(two_inputs, tf.data.Dataset.from_tensor_slices((data, [1, 2, 3])).batch(2))
    np.testing.assert_array_equal(probe.outputs("both"), [[1, 0, 0]] * 3)


def test_grey_images_may_lack_their_channel_axis() -> None:
    grey = keras.Sequential([keras.Input((8, 8, 1)), L.Flatten(name="flat")])
    assert ModelProbe(grey, X[..., 0]).inputs.shape == (4, 8, 8, 1)
    flat = keras.Sequential([keras.Input((8, 8)), L.Flatten(name="flat")])
    assert ModelProbe(flat, X[..., :1]).inputs.shape == (4, 8, 8)


def test_length_of_the_batch_a_model_was_built_on_binds_nobody() -> None:
    model = keras.Sequential([L.Flatten(name="flat")])
    model(X[:2])
    assert ModelProbe(model, X).outputs("flat").shape == (4, 192)


def test_nonfinite_inputs_are_let_in_and_counted(model: Any) -> None:
    given = X.copy()
    given[0, 0, 0, 0] = np.nan
    given[1, 0, 0, :2] = np.inf
    probe = ModelProbe(model, given)
    assert probe.nonfinite_inputs == 3
    assert np.isnan(probe.outputs("conv")[0]).any()
    assert np.isfinite(probe.outputs("conv")[3]).all()
    assert ModelProbe(model, X).nonfinite_inputs == 0


def test_text() -> None:
    model = keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            L.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3, name="words"),
        ]
    )
    probe = ModelProbe(model, np.array([["a b"], ["b"]]))
    np.testing.assert_array_equal(probe.outputs("words"), [[2, 3, 0], [3, 0, 0]])
    with pytest.raises(TypeError, match="string"):
        ModelProbe(model, np.ones((2, 1)))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (None, ValueError, r"no inputs.*\(None, 8, 8, 3\)"),
        (X[:0], ValueError, r"empty.*\(0, 8, 8, 3\)"),
        (X[0], ValueError, r"shape \(8, 8, 3\) do not fit input .*\(None, 8, 8, 3\)"),
        (X[:, :7], ValueError, r"shape \(4, 7, 8, 3\) do not fit .*\(None, 8, 8, 3\)"),
        (np.float32(3), ValueError, "number 3.0"),
        ("pictures", TypeError, "not 'pictures'"),
        (["a", "b"], TypeError, "not 'a'"),
        (np.full(X.shape, "a"), TypeError, "<U1.*float32"),
        (X.astype(object), TypeError, "dtype object"),
        (X.astype(complex), TypeError, "complex128"),
        (np.ndarray, TypeError, "class ndarray"),
        (keras.Input((8, 8, 3)), TypeError, "symbolic"),
        ([], ValueError, "empty list"),
        ({}, ValueError, "empty dict"),
        ([X, X], ValueError, "2 arrays, the model has 1 input"),
        ([[1, 2], [3]], TypeError, "cannot be made an array"),
        (tf.data.Dataset.from_tensor_slices(X), ValueError, r"\(None, 8, 8, 3\)"),
        (tf.data.Dataset.from_tensor_slices(X[:0]).batch(2), ValueError, "no batch"),
        (tf.data.Dataset.range(3), ValueError, "batches"),
        (lambda: X, TypeError, "array of numbers"),
    ],
)
def test_wrong_inputs(model: Any, given: Any, error: type[Exception], message: str) -> None:
    before = snapshot(model)
    with pytest.raises(error, match=message):
        ModelProbe(model, given)
    assert differences(before, snapshot(model)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.ones((2, 1)), "1 array, the model has 2 inputs"),
        ([np.ones((2, 1))], "1 array, the model has 2 inputs"),
        ([np.ones((2, 1))] * 3, "3 arrays, the model has 2 inputs"),
        ({"a": np.ones((2, 1))}, r"keys \['a'\], not \['a', 'b'\]"),
        ({"a": np.ones((2, 1)), "c": np.ones((2, 2))}, r"keys \['a', 'c'\]"),
        ([np.ones((2, 1)), np.ones((3, 2))], "number of samples.*'a': 2, 'b': 3"),
        ([np.ones((2, 2)), np.ones((2, 2))], "input 'a' of shape"),
    ],
)
def test_wrong_several_inputs(two_inputs: Any, given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelProbe(two_inputs, given)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "not builtins.NoneType"),
        ("model.keras", "load it first"),
        (keras.Sequential, "class Sequential"),
        (L.Dense(2), "Dense"),
        (lambda x: x, "function"),
    ],
)
def test_no_model(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        ModelProbe(wrong, X)


def test_unbuilt_models_that_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="no inputs"):
        ModelProbe(nets.Subclassed(), None)
    with pytest.raises(ValueError, match="no layers"):
        ModelProbe(keras.Sequential(), X)
    with pytest.raises(ValueError, match=r"\(4, 2\).*'conv'"):
        ModelProbe(keras.Sequential([L.Conv2D(2, 3, name="conv")]), np.ones((4, 2)))


@pytest.mark.parametrize(
    ("samples", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError)]
)
def test_wrong_samples(model: Any, samples: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="samples"):
        ModelProbe(model, X, samples=samples)


def test_wrong_memory_budget(model: Any) -> None:
    with pytest.raises(ValueError, match="-1"):
        ModelProbe(model, X, memory_budget=-1)


def test_a_layer_that_does_not_exist() -> None:
    probe = ModelProbe(nets.nested(), X)
    for ask in (probe.info, probe.outputs, probe.weights, lambda path: probe.read([path])):
        with pytest.raises(ValueError, match="'backbone/conv'"):
            ask("conv")
    with pytest.raises(ValueError, match="'head'"):
        probe.info("haed")
    with pytest.raises(ValueError, match=r"a string such as .*; got 3"):
        probe.info(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a string"):
        probe.info(["head"])  # type: ignore[arg-type]


def test_a_model_whose_call_raises_and_is_mended() -> None:
    model = nets.Raising()
    x = np.ones((2, 3), "float32")
    probe = ModelProbe(model, x)
    model.second.error = ValueError("out of order")
    for read in (lambda: probe.layers, lambda: probe.outputs("first"), probe.read):
        with pytest.raises(
            ModelCallError, match=r"ValueError in layer 'second' \(Faulty\): out of order"
        ) as raised:
            read()
        assert isinstance(raised.value, RuntimeError)
        assert isinstance(raised.value.__cause__, ValueError)
        assert raised.value.path == "second"
    model.second.error = None
    np.testing.assert_array_equal(probe.outputs("second"), 2 * probe.outputs("first"))


def test_an_operation_that_fails_as_it_runs_names_its_layer() -> None:
    class Checked(keras.Layer):
        def call(self, x: Any) -> Any:
            tf.debugging.assert_less(x, 1.0)
            return x

    model = keras.Sequential([keras.Input((2,)), Checked(name="check"), L.ReLU(name="relu")])
    assert ModelProbe(model, np.zeros((1, 2))).outputs("relu").shape == (1, 2)
    probe = ModelProbe(model, np.ones((1, 2)))
    assert len(probe.layers) == 2
    with pytest.raises(ModelCallError, match="InvalidArgumentError in layer 'check'"):
        probe.outputs("relu")
