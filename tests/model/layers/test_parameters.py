"""How each kind of layer's weights are arranged: entries tell their own indices, outputs confirm.

Every array that is set here says in its entries where in Keras' layout they stand, so that one
number, read where the docstring puts it, shows whether an axis has moved to the right place.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L
from numpy.typing import NDArray

from cnnviz_widgets.model import LayerParameters, ModelProbe
from cnnviz_widgets.model.layers.parameters import layer_parameters

RNG = np.random.default_rng(5)


def told(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Entry (i, j, k) is the number ijk in decimal, plus a quarter that no axis gives."""
    numbers = np.full(shape, 0.25, dtype=np.float32)
    for digits, power in zip(np.indices(shape), range(len(shape))[::-1], strict=True):
        numbers += 10**power * digits
    return numbers


def filled(layer: Any, *input_shape: int) -> Any:
    """The layer, built on inputs of this shape without the batch, with telling weights."""
    layer(np.zeros((1, *input_shape), "float32"))
    for variable in layer.weights:
        variable.assign(told(tuple(variable.shape)))
    return layer


def parameters(layer: Any) -> tuple[LayerParameters, ...]:
    found = layer_parameters(layer, layer.weights)
    for part in found:
        assert part.values.dtype == np.float32
        assert not part.values.flags.writeable
        assert part.bias is None or not part.bias.flags.writeable
        assert part.values.ndim >= 2
    return found


def only(layer: Any) -> LayerParameters:
    (found,) = parameters(layer)
    return found


def test_convolutions() -> None:
    part = only(filled(L.Conv2D(5, (2, 3)), 6, 6, 4))
    assert part.name == "kernel"
    assert part.values.shape == (4, 2, 3, 5)
    assert part.values[3, 1, 2, 4] == 1234.25  # Keras: tap 1, tap 2, in 3, out 4
    np.testing.assert_array_equal(part.bias, [0.25, 1.25, 2.25, 3.25, 4.25])
    assert (part.inputs, part.outputs, part.columns) == ("input channel", "output channel", ())
    assert part.first_channel == 0

    part = only(filled(L.Conv1D(5, 3, use_bias=False), 6, 4))
    assert part.values.shape == (4, 3, 5)
    assert part.values[3, 2, 4] == 234.25
    assert part.bias is None

    part = only(filled(L.Conv3D(5, (2, 3, 4)), 6, 6, 6, 2))
    assert part.values.shape == (2, 2, 3, 4, 5)
    assert part.values[1, 0, 2, 3, 4] == 2314.25


def test_grouped_convolution_has_the_inputs_of_a_group() -> None:
    part = only(filled(L.Conv2D(6, 2, groups=2), 6, 6, 4))
    assert part.values.shape == (2, 2, 2, 6)
    assert part.values[1, 0, 1, 5] == 115.25
    assert part.inputs == "grouped input channel"


def test_transposed_convolutions_keep_their_outputs_before_their_inputs_in_keras() -> None:
    part = only(filled(L.Conv2DTranspose(5, (2, 3)), 6, 6, 4))
    assert part.values.shape == (4, 2, 3, 5)
    assert part.values[3, 1, 2, 4] == 1243.25  # Keras: tap 1, tap 2, out 4, in 3

    part = only(filled(L.Conv1DTranspose(5, 3), 6, 4))
    assert part.values.shape == (4, 3, 5)
    assert part.values[3, 2, 4] == 243.25

    part = only(filled(L.Conv3DTranspose(5, (2, 3, 4)), 4, 4, 4, 2))
    assert part.values.shape == (2, 2, 3, 4, 5)
    assert part.values[1, 0, 2, 3, 4] == 2341.25


def test_depthwise_convolutions_count_their_outputs_input_by_input() -> None:
    part = only(filled(L.DepthwiseConv2D((2, 3), depth_multiplier=2), 6, 6, 4))
    assert part.values.shape == (1, 2, 3, 8)
    assert part.values[0, 1, 2, 3 * 2 + 1] == 1231.25  # Keras: taps 1 and 2, in 3, multiplier 1
    assert part.bias is not None
    assert part.bias.shape == (8,)

    part = only(filled(L.DepthwiseConv1D(3, depth_multiplier=2), 6, 4))
    assert part.values.shape == (1, 3, 8)
    assert part.values[0, 2, 2 * 2 + 1] == 221.25


@pytest.mark.parametrize("rank", [1, 2])
def test_separable_convolutions_are_two(rank: int) -> None:
    kind = {1: L.SeparableConv1D, 2: L.SeparableConv2D}[rank]
    layer = filled(kind(5, 3, depth_multiplier=2), *(6,) * rank, 4)
    depthwise, pointwise = parameters(layer)
    assert (depthwise.name, pointwise.name) == ("depthwise_kernel", "pointwise_kernel")
    assert depthwise.values.shape == (1, *(3,) * rank, 8)
    assert depthwise.values[(0, *(2,) * rank, 3 * 2 + 1)] == {1: 231.25, 2: 2231.25}[rank]
    assert depthwise.bias is None
    assert depthwise.first_channel is None
    assert pointwise.values.shape == (8, *(1,) * rank, 5)
    assert pointwise.values[(7, *(0,) * rank, 4)] == 74.25
    assert pointwise.inputs == depthwise.outputs == "depthwise channel"
    np.testing.assert_array_equal(pointwise.bias, [0.25, 1.25, 2.25, 3.25, 4.25])


LAYERS = {
    "conv1d": (lambda: L.Conv1D(4, 2), (5, 3)),
    "conv2d": (lambda: L.Conv2D(4, 2), (5, 5, 3)),
    "conv3d": (lambda: L.Conv3D(4, 2), (4, 4, 4, 3)),
    "grouped": (lambda: L.Conv2D(4, 2, groups=2), (5, 5, 6)),
    "conv1d transposed": (lambda: L.Conv1DTranspose(4, 2), (5, 3)),
    "conv2d transposed": (lambda: L.Conv2DTranspose(4, 2), (5, 5, 3)),
    "conv3d transposed": (lambda: L.Conv3DTranspose(4, 2), (3, 3, 3, 3)),
    "depthwise 1d": (lambda: L.DepthwiseConv1D(2, depth_multiplier=2), (5, 3)),
    "depthwise 2d": (lambda: L.DepthwiseConv2D(2, depth_multiplier=2), (5, 5, 3)),
    "separable": (lambda: L.SeparableConv2D(4, 2, depth_multiplier=2), (5, 5, 3)),
    "dense": (lambda: L.Dense(4), (3,)),
    "dense over time": (lambda: L.TimeDistributed(L.Dense(4)), (5, 3)),
    "einsum": (lambda: L.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d"), (5, 3)),
    "embedding": (lambda: L.Embedding(3, 4), (3,)),
    "lstm": (lambda: L.LSTM(4, return_sequences=True), (1, 3)),
    "gru": (lambda: L.GRU(4), (1, 3)),
    "simple": (lambda: L.SimpleRNN(4), (1, 3)),
    "two ways": (lambda: L.Bidirectional(L.LSTM(4)), (1, 3)),
    "two ways, added": (lambda: L.Bidirectional(L.GRU(4), merge_mode="sum"), (1, 3)),
    "cells": (lambda: L.RNN([L.LSTMCell(3), L.GRUCell(4)]), (1, 3)),
    "conv lstm": (lambda: L.ConvLSTM2D(4, 2), (1, 4, 4, 3)),
    "norm": (lambda: L.BatchNormalization(), (5, 5, 3)),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_a_row_leads_to_the_channel_that_it_names(kind: str) -> None:
    """The oracle is the layer: with one row of the picture zero, only its channel changes."""
    make, shape = LAYERS[kind]
    layer = make()
    x = RNG.uniform(0.5, 1, (2, *shape)).astype("float32")
    if kind == "embedding":
        x = np.array([[0, 1, 2]])
    layer(x)
    for variable in layer.weights:
        variable.assign(RNG.uniform(0.2, 0.9, variable.shape))
    before = np.asarray(layer(x))
    # A view of the framework's memory says where each number of the picture comes from.
    kept = layer.get_weights()
    checked = 0
    places = [np.arange(w.size, dtype=np.float32).reshape(w.shape) for w in kept]
    starts = np.cumsum([0, *(w.size for w in kept)])
    layer.set_weights([place + start for place, start in zip(places, starts, strict=False)])
    numbered = parameters(layer)
    for part in numbered:
        if part.first_channel is None or part.name.endswith("recurrent_kernel"):
            continue  # with one step, the state that a recurrent kernel meets is zero
        for row in range(part.values.shape[-1]):
            flat = np.concatenate([w.ravel() for w in kept])
            flat[part.values[..., row].ravel().astype(int)] = 0.1
            layer.set_weights(
                [
                    flat[start : start + w.size].reshape(w.shape)
                    for start, w in zip(starts, kept, strict=False)
                ]
            )
            change = np.abs(np.asarray(layer(x)) - before).reshape(-1, before.shape[-1]).max(0)
            assert np.flatnonzero(change > 1e-6).tolist() == [part.first_channel + row]
            checked += 1
    assert checked >= before.shape[-1]


def test_dense() -> None:
    part = only(filled(L.Dense(3), 4))
    assert part.values.shape == (4, 3)
    assert part.values[3, 2] == 32.25
    assert (part.inputs, part.outputs) == ("input feature", "output feature")
    np.testing.assert_array_equal(part.bias, [0.25, 1.25, 2.25])


def test_einsum_dense_lays_its_axes_flat_in_the_order_of_the_output() -> None:
    # Input (batch, time b, feature c), kernel (c, head d, e), output (batch, b, e, d).
    layer = filled(L.EinsumDense("abc,cde->abed", (None, 4, 3), bias_axes="ed"), 5, 2)
    part = only(layer)
    assert part.values.shape == (2, 12)
    assert part.values[1, 3 * 3 + 2] == 123.25  # in 1, e 3, d 2; Keras: (1, 2, 3)
    assert part.bias is not None
    assert part.bias[3 * 3 + 2] == 32.25
    # Rows are pairs (e, d), the layer's channels d alone.
    assert part.first_channel is None


def test_einsum_dense_gives_each_output_its_own_share_of_a_smaller_bias() -> None:
    part = only(filled(L.EinsumDense("abc,cde->abde", (None, 3, 2), bias_axes="e"), 5, 4))
    np.testing.assert_array_equal(part.bias, [0.25, 1.25] * 3)


def test_a_bias_along_an_axis_that_the_kernel_lacks_stands_alone() -> None:
    layer = filled(L.EinsumDense("abc,cd->abd", (5, 3), bias_axes="bd"), 5, 2)
    kernel, bias = parameters(layer)
    assert kernel.bias is None
    assert bias.values.shape == (5, 3)


def test_an_axis_on_both_sides_of_an_einsum_is_of_the_outputs() -> None:
    part = only(filled(L.EinsumDense("abc,bcd->abd", (5, 3)), 5, 2))
    assert part.values.shape == (2, 15)
    assert part.values[1, 4 * 3 + 2] == 412.25


def test_attention_is_four_dense_layers() -> None:
    layer = L.MultiHeadAttention(num_heads=2, key_dim=3)
    layer(np.zeros((1, 4, 6)), np.zeros((1, 4, 6)))
    for variable in layer.weights:
        variable.assign(told(tuple(variable.shape)))
    parts = {part.name.removesuffix("/kernel"): part for part in parameters(layer)}
    assert list(parts) == ["query", "key", "value", "attention_output"]
    assert parts["query"].values.shape == (6, 6)
    assert parts["query"].values[5, 1 * 3 + 2] == 512.25
    assert parts["query"].bias is not None
    assert parts["query"].bias[1 * 3 + 2] == 12.25
    assert parts["query"].first_channel is None
    assert parts["attention_output"].values[1 * 3 + 2, 5] == 125.25
    assert parts["attention_output"].first_channel == 0


def test_embedding() -> None:
    part = only(filled(L.Embedding(5, 3), 1))
    assert part.values.shape == (5, 3)
    assert part.values[4, 2] == 42.25
    assert part.inputs == "token"


def test_recurrent_gates_are_taps_and_outputs_are_units() -> None:
    kernel, recurrent, bias = parameters(filled(L.LSTM(3), 4, 2))
    assert (kernel.name, recurrent.name, bias.name) == ("kernel", "recurrent_kernel", "bias")
    assert kernel.values.shape == (2, 4, 3)
    assert recurrent.values.shape == (3, 4, 3)
    assert kernel.values[1, 2, 1] == 10 + 2 * 3 + 1 + 0.25  # Keras: (in 1, gate 2 · 3 + unit 1)
    assert recurrent.values[2, 3, 0] == 20 + 3 * 3 + 0.25
    assert kernel.bias is None
    assert bias.values.shape == (4, 3)
    assert bias.values[1, 2] == 1 * 3 + 2 + 0.25
    assert bias.columns == ("input", "forget", "cell", "output")
    assert (kernel.inputs, recurrent.inputs, kernel.outputs) == ("input feature", "unit", "unit")


def sigmoid(x: float) -> float:
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("kind", [L.LSTM, L.GRU])
def test_gates_are_named_in_the_order_in_which_keras_computes_with_them(kind: Any) -> None:
    layer = kind(1)
    layer(np.zeros((1, 1, 1), "float32"))
    names = parameters(layer)[0].tap_names
    bias = {"input": 1, "forget": 2, "cell": 0.5, "output": -1,
            "update": 1, "reset": 2, "candidate": 0.5}  # fmt: skip
    kernel, *others = layer.get_weights()
    values = [np.reshape([bias[name] for name in names], kernel.shape)]
    layer.set_weights(values + [np.zeros_like(other) for other in others])
    # One step from a state of zero, by the cells' textbook equations.
    expected = {
        L.LSTM: sigmoid(-1) * np.tanh(sigmoid(1) * np.tanh(0.5)),
        L.GRU: (1 - sigmoid(1)) * np.tanh(0.5),
    }[kind]
    found = float(np.asarray(layer(np.ones((1, 1, 1), "float32"))).item())
    assert found == pytest.approx(expected, abs=1e-6)
    assert set(names) <= set(bias)


def test_only_gates_have_names_for_taps() -> None:
    for layer, shape, names in (
        (L.GRU(3), (4, 2), ("update", "reset", "candidate")),
        (L.ConvLSTM2D(3, 2), (1, 5, 5, 2), ("input", "forget", "cell", "output")),
        (L.SimpleRNN(3), (4, 2), ()),
        (L.Conv2D(3, 4), (5, 5, 2), ()),
    ):
        part = parameters(filled(layer, *shape))[0]
        assert part.tap_names == names
        assert not names or part.values.shape[1] == len(names)


def test_gru_has_three_gates_and_two_sets_of_biases() -> None:
    kernel, recurrent, bias = parameters(filled(L.GRU(3), 4, 2))
    assert kernel.values.shape == (2, 3, 3)
    assert recurrent.values.shape == (3, 3, 3)
    assert bias.values.shape == (6, 3)
    assert bias.values[4, 2] == 10 + 1 * 3 + 2 + 0.25
    assert bias.columns[:4] == ("update", "reset", "candidate", "recurrent update")
    *_, bias = parameters(filled(L.GRU(3, reset_after=False), 4, 2))
    assert bias.columns == ("update", "reset", "candidate")


def test_simple_recurrence_has_one_gate_and_its_bias_with_it() -> None:
    kernel, recurrent = parameters(filled(L.SimpleRNN(3), 4, 2))
    assert kernel.values.shape == (2, 1, 3)
    np.testing.assert_array_equal(kernel.bias, [0.25, 1.25, 2.25])
    assert recurrent.bias is None


def test_forget_gate_is_where_it_is_said() -> None:
    # Keras begins with a bias of one on the forget gate, and zero on all others.
    layer = L.LSTM(3)
    layer(np.zeros((1, 4, 2), "float32"))
    *_, bias = parameters(layer)
    np.testing.assert_array_equal(bias.values[bias.columns.index("forget")], 1)
    assert bias.values.sum() == 3


def test_both_ways_of_a_bidirectional_layer_are_told_apart() -> None:
    layer = filled(L.Bidirectional(L.LSTM(3, name="lstm")), 4, 2)
    parts = parameters(layer)
    assert parts[0].name == "forward_lstm/lstm_cell/kernel"
    assert len({part.name for part in parts}) == 6
    assert [part.first_channel for part in parts] == [0, 0, 0, 3, 3, 3]


def test_convolution_inside_a_recurrence() -> None:
    kernel, recurrent, _ = parameters(filled(L.ConvLSTM2D(3, (1, 2)), 4, 5, 5, 2))
    assert kernel.values.shape == (2, 4, 1, 2, 3)
    assert kernel.values[1, 2, 0, 1, 1] == 110 + 2 * 3 + 1 + 0.25
    assert recurrent.values.shape == (3, 4, 1, 2, 3)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ("gamma", "beta", "moving_mean", "moving_variance")),
        ({"scale": False}, ("beta", "moving_mean", "moving_variance")),
        ({"center": False}, ("gamma", "moving_mean", "moving_variance")),
    ],
)
def test_batch_normalisation(options: dict[str, Any], names: tuple[str, ...]) -> None:
    layer = L.BatchNormalization(**options)
    layer.build((None, 4, 4, 3))
    for k, variable in enumerate(layer.weights):
        variable.assign(100 * k + np.arange(3))
    part = only(layer)
    assert part.name == "vectors"
    assert part.columns == names
    np.testing.assert_array_equal(part.values, 100 * np.arange(len(names))[:, None] + [0, 1, 2])
    assert (part.inputs, part.outputs, part.bias) == ("vector", "channel", None)


def test_other_normalisations() -> None:
    for layer in (L.LayerNormalization(), L.GroupNormalization(3)):
        part = only(filled(layer, 4, 3))
        assert part.columns == ("gamma", "beta")
        assert part.values.shape == (2, 3)
        assert part.first_channel == 0
    part = only(filled(L.LayerNormalization(axis=(1, 2)), 4, 3))
    assert part.values.shape == (2, 12)
    assert part.values[1, 3 * 3 + 2] == 32.25
    assert part.first_channel is None
    assert parameters(L.BatchNormalization(name="unbuilt")) == ()


class Odd(keras.Layer):
    """Weights of every rank, with names that mean something elsewhere."""

    def build(self, shape: Any) -> None:
        for rank in (0, 1, 2, 5):
            self.add_weight(shape=(2, 3, 2, 3, 4)[5 - rank :], name=f"w{rank}")
        self.add_weight(shape=(2, 4), name="kernel")
        self.add_weight(shape=(4,), name="bias")
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, x: Any) -> Any:
        return x


def test_unknown_weights_show_their_last_axis_as_outputs() -> None:
    parts = {part.name: part for part in parameters(filled(Odd(), 3))}
    assert list(parts) == ["w1", "w2", "w5", "kernel", "bias"]
    assert {name: part.values.shape for name, part in parts.items()} == {
        "w1": (1, 4),
        "w2": (3, 4),
        "w5": (2, 3, 2, 3, 4),
        "kernel": (2, 4),
        "bias": (1, 4),
    }
    assert parts["w5"].values[1, 2, 1, 2, 3] == 12123.25
    assert parts["w1"].columns == ("w1",)
    assert all(part.first_channel is None and part.bias is None for part in parts.values())


class TwoNorms(keras.Layer):
    """Two norms with no vector in common."""

    def __init__(self) -> None:
        super().__init__()
        self.first = L.LayerNormalization(center=False)
        self.second = L.LayerNormalization(scale=False)

    def call(self, x: Any) -> Any:
        return self.second(self.first(x))


def test_no_two_parts_have_one_name() -> None:
    parts = parameters(filled(TwoNorms(), 3))
    assert [(part.name, part.columns) for part in parts] == [
        ("vectors", ("gamma",)),
        ("vectors#1", ("beta",)),
    ]


def test_wrapped_layers_are_arranged_as_themselves() -> None:
    layer = L.SpectralNormalization(L.Conv2DTranspose(5, 2))
    layer.build((None, 6, 6, 3))
    parts = {part.name: part for part in parameters(layer)}
    assert parts["kernel"].values.shape == (3, 2, 2, 5)
    assert parts["kernel"].bias is not None
    assert parts["kernel"].first_channel == 0
    assert parts["vector_u"].first_channel is None


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_other_precisions_become_float32(dtype: str) -> None:
    part = only(filled(L.Conv2D(3, 2, dtype=dtype), 4, 4, 2))
    assert part.values[1, 1, 0, 2] == pytest.approx(1012.25, rel=0.01)
    assert part.bias is not None
    np.testing.assert_array_equal(part.bias, [0.25, 1.25, 2.25])


def dense_model() -> tuple[Any, Any]:
    layer = L.Dense(2, name="d")
    model = keras.Sequential([keras.Input((3,)), L.ReLU(name="relu"), layer])
    layer.set_weights([told((3, 2)), told((2,))])
    return model, layer


def test_probe_reads_the_live_model() -> None:
    model, layer = dense_model()
    probe = ModelProbe(model, np.ones((1, 3), "float32"))
    (before,) = probe.parameters("d")
    layer.kernel.assign(layer.kernel + 100)
    (after,) = probe.parameters("d")
    np.testing.assert_array_equal(before.values, told((3, 2)))
    np.testing.assert_array_equal(after.values, told((3, 2)) + 100)
    assert probe.parameters("relu") == ()
    with pytest.raises(ValueError, match="the closest are 'd'"):
        probe.parameters("dd")


def test_probe_lends_the_memory_of_the_framework() -> None:
    model, layer = dense_model()
    probe = ModelProbe(model, np.ones((1, 3), "float32"))
    (lent,) = probe.parameters("d", copy=False)
    (again,) = probe.parameters("d", copy=False)
    (own,) = probe.parameters("d")
    assert np.shares_memory(lent.values, again.values)
    assert not np.shares_memory(lent.values, own.values)
    assert lent.bias is not None
    assert not lent.values.flags.writeable
    np.testing.assert_array_equal(lent.values, layer.kernel)


def test_probe_leaves_to_listed_layers_what_is_theirs() -> None:
    class Scaled(keras.Layer):
        def __init__(self) -> None:
            super().__init__(name="scaled")
            self.inner = L.Dense(3, name="inner")

        def build(self, shape: Any) -> None:
            self.inner.build(shape)
            self.scale = self.add_weight(shape=(3,), name="scale")

        def call(self, x: Any) -> Any:
            return self.inner(x) * self.scale

    probe = ModelProbe(keras.Sequential([keras.Input((3,)), Scaled()]), np.ones((1, 3), "float32"))
    assert [part.name for part in probe.parameters("scaled")] == ["scale"]
    assert [part.name for part in probe.parameters("scaled/inner")] == ["kernel"]
