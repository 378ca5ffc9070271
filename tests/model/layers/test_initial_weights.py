"""What was drawn at the start is what Keras draws, of every one of its layers that has weights."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from scipy import stats

import cnnviz_widgets as cv
from cnnviz_widgets.diagnosis.measurements.weight_movement import weight_movement
from cnnviz_widgets.model.layers.effective_weights import effective_arrays
from cnnviz_widgets.model.layers.initial_weights import initial_weights

SEQUENCE, IMAGE, VOLUME = (6, 24), (9, 9, 8), (5, 5, 5, 4)
FRAMES, CLIPS, FILMS = (3, 9, 4), (3, 7, 7, 4), (2, 5, 5, 5, 4)

# Kind, and the shapes of its inputs without the batch.
KINDS: dict[str, tuple[Callable[[], Any], tuple[tuple[int, ...], ...]]] = {
    "Dense": (lambda: kl.Dense(16), ((24,),)),
    "EinsumDense": (
        lambda: kl.EinsumDense("abc,cde->abde", (None, 3, 8), bias_axes="de"),
        (SEQUENCE,),
    ),
    "EinsumDense turned": (lambda: kl.EinsumDense("abc,dc->abd", (None, 16)), (SEQUENCE,)),
    "Embedding": (lambda: kl.Embedding(50, 8), ((6,),)),
    "ReversibleEmbedding": (lambda: kl.ReversibleEmbedding(50, 8, tie_weights=False), ((6,),)),
    "Conv1D": (lambda: kl.Conv1D(12, 3), (SEQUENCE,)),
    "Conv2D": (lambda: kl.Conv2D(12, 3), (IMAGE,)),
    "Conv2D in groups": (lambda: kl.Conv2D(12, 3, groups=4), (IMAGE,)),
    "Conv3D": (lambda: kl.Conv3D(6, 2), (VOLUME,)),
    "Conv1DTranspose": (lambda: kl.Conv1DTranspose(12, 3), (SEQUENCE,)),
    "Conv2DTranspose": (lambda: kl.Conv2DTranspose(12, 3), (IMAGE,)),
    "Conv3DTranspose": (lambda: kl.Conv3DTranspose(6, 2), (VOLUME,)),
    "DepthwiseConv1D": (lambda: kl.DepthwiseConv1D(3, depth_multiplier=2), (SEQUENCE,)),
    "DepthwiseConv2D": (lambda: kl.DepthwiseConv2D(3, depth_multiplier=2), (IMAGE,)),
    "SeparableConv1D": (lambda: kl.SeparableConv1D(12, 3), (SEQUENCE,)),
    "SeparableConv2D": (lambda: kl.SeparableConv2D(12, 3), (IMAGE,)),
    "LSTM": (lambda: kl.LSTM(10), (SEQUENCE,)),
    "GRU": (lambda: kl.GRU(10), (SEQUENCE,)),
    "SimpleRNN": (lambda: kl.SimpleRNN(10), (SEQUENCE,)),
    "RNN of cells": (lambda: kl.RNN([kl.LSTMCell(8), kl.GRUCell(6)]), (SEQUENCE,)),
    "ConvLSTM1D": (lambda: kl.ConvLSTM1D(6, 3), (FRAMES,)),
    "ConvLSTM2D": (lambda: kl.ConvLSTM2D(4, 3), (CLIPS,)),
    "ConvLSTM3D": (lambda: kl.ConvLSTM3D(3, 2), (FILMS,)),
    "Bidirectional": (lambda: kl.Bidirectional(kl.LSTM(10)), (SEQUENCE,)),
    "TimeDistributed": (lambda: kl.TimeDistributed(kl.Dense(16)), (SEQUENCE,)),
    "MultiHeadAttention": (lambda: kl.MultiHeadAttention(3, 8), (SEQUENCE, SEQUENCE)),
    "GroupedQueryAttention": (lambda: kl.GroupQueryAttention(8, 4, 2), (SEQUENCE, SEQUENCE)),
    "AdditiveAttention": (lambda: kl.AdditiveAttention(), ("list", SEQUENCE, SEQUENCE)),
    "Attention": (lambda: kl.Attention(use_scale=True), ("list", SEQUENCE, SEQUENCE)),
    "BatchNormalization": (lambda: kl.BatchNormalization(), (IMAGE,)),
    "LayerNormalization": (lambda: kl.LayerNormalization(), (IMAGE,)),
    "GroupNormalization": (lambda: kl.GroupNormalization(4), (IMAGE,)),
    "RMSNormalization": (lambda: kl.RMSNormalization(), (SEQUENCE,)),
    "SpectralNormalization": (lambda: kl.SpectralNormalization(kl.Conv2D(12, 3)), (IMAGE,)),
    "PReLU": (lambda: kl.PReLU("he_normal"), (SEQUENCE,)),
}  # type: ignore[dict-item]
KINDS = {
    name: entry
    for name, entry in KINDS.items()
    if name.split()[0] not in ("ReversibleEmbedding", "RMSNormalization")
    or hasattr(kl, name.split()[0])
}
# Further ways to draw, each on a kernel.
INITIALIZERS = {
    **{name: name for name in ("he_normal", "lecun_uniform", "orthogonal", "random_normal")},
    "truncated_normal": "truncated_normal",
    "scaled": keras.initializers.VarianceScaling(0.5, "fan_out", "uniform", seed=7),
    "uniform": keras.initializers.RandomUniform(-3, 1, seed=3),
}


def model_of(name: str, seed: int) -> tuple[Any, Any]:
    """A fresh network of one layer, which is called as it is meant to be."""
    keras.utils.set_random_seed(seed)
    make, shapes = KINDS[name]
    layer = make()
    sizes = [shape for shape in shapes if shape != "list"]
    dtype = "int32" if "Embedding" in name else "float32"
    inputs = [keras.Input(shape, dtype=dtype) for shape in sizes]
    called = layer(inputs) if shapes[0] == "list" else layer(*inputs)
    return keras.Model(inputs, called), layer


def own(layer: Any) -> dict[str, np.ndarray]:
    """The weights that act."""
    return effective_arrays(layer, layer.weights)


def still_of(layer: Any, seed: int = 0) -> Any:
    now = {
        name: array for name, array in effective_arrays(layer, layer.weights).items() if array.ndim
    }
    return weight_movement(now, initial_weights(layer, layer.weights, seed=seed))


@pytest.mark.parametrize("name", KINDS)
def test_every_weight_is_drawn_with_keras_own_spread(name: str) -> None:
    _, layer = model_of(name, 1)
    drawn = initial_weights(layer, layer.weights, seed=5)
    stored = effective_arrays(layer, layer.weights)
    assert list(drawn) == list(stored)
    # Beside several of Keras' own draws, since one alone is never of exactly its spread.
    more = [list(own(model_of(name, seed)[1]).values()) for seed in range(3)]
    for k, (weight, values) in enumerate(drawn.items()):
        assert values.shape == stored[weight].shape
        together = np.concatenate([arrays[k].ravel() for arrays in more])
        if values.std() == 0:
            np.testing.assert_array_equal(together, values.flat[0])
        else:
            assert stats.ks_2samp(values.ravel(), together).pvalue > 1e-4, weight


@pytest.mark.parametrize("name", KINDS)
def test_a_fresh_network_is_not_told_as_trained_and_a_moved_one_is(name: str) -> None:
    alarms = 0
    for seed in range(5):
        _, layer = model_of(name, seed)
        alarms += still_of(layer, seed + 50).known and still_of(layer, seed + 50).moved
    assert alarms <= 1
    for weight in layer.weights:
        if weight.shape and str(weight.dtype).startswith("float"):
            weight.assign(2.5 * np.asarray(weight) + 0.05)
    still = still_of(layer)
    assert still.moved or not still.known


BIAS_FREE: dict[str, tuple[Callable[[], Any], tuple[tuple[int, ...], ...]]] = {
    "Dense": (lambda: kl.Dense(32, use_bias=False), ((48,),)),
    "EinsumDense": (lambda: kl.EinsumDense("abc,cd->abd", (None, 32)), ((6, 48),)),
    "Conv2D": (lambda: kl.Conv2D(32, 3, use_bias=False), (IMAGE,)),
    "Conv2DTranspose": (lambda: kl.Conv2DTranspose(32, 3, use_bias=False), (IMAGE,)),
    "SeparableConv2D": (lambda: kl.SeparableConv2D(24, 3, use_bias=False), (IMAGE,)),
    "LSTM": (lambda: kl.LSTM(32, use_bias=False), (SEQUENCE,)),
    "Bidirectional": (lambda: kl.Bidirectional(kl.GRU(24, use_bias=False)), (SEQUENCE,)),
    "MultiHeadAttention": (
        lambda: kl.MultiHeadAttention(4, 16, use_bias=False),
        (SEQUENCE, SEQUENCE),
    ),
}


def diagnosed(name: str, seed: int, change: Callable[[Any], None] | None = None) -> cv.Report:
    """What is said of a network of one layer, which `change` may have changed before."""
    model, layer = model_of(name, seed)
    if change is not None:
        change(layer)
    rng = np.random.default_rng(seed)
    inputs = [
        rng.integers(0, 50, (16, *each.shape[1:]))
        if each.dtype == "int32"
        else rng.standard_normal((16, *each.shape[1:])).astype("float32")
        for each in model.inputs
    ]
    return cv.diagnose(model, inputs if len(inputs) > 1 else inputs[0])


@pytest.mark.parametrize("name", [*KINDS, *(f"{name} without bias" for name in BIAS_FREE)])
def test_a_fresh_network_of_any_kind_is_accused_of_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name.endswith(" without bias"):
        monkeypatch.setitem(KINDS, name, BIAS_FREE[name.removesuffix(" without bias")])
    for seed in range(2):
        assert [finding.kind for finding in diagnosed(name, seed)] in ([], ["untrained"])


def test_without_a_bias_only_a_clear_trace_tells_training() -> None:
    def spread(layer: Any) -> None:
        layer.kernel.assign(2.5 * layer.kernel)

    fresh, trained = (diagnosed("EinsumDense turned", 1, how) for how in (None, spread))
    assert any("cannot be told" in note for note in fresh.notes)
    assert trained.notes == ()
    assert list(trained) == []


@pytest.mark.parametrize("initializer", INITIALIZERS.values(), ids=INITIALIZERS)
@pytest.mark.parametrize("name", ["EinsumDense", "Conv2D", "MultiHeadAttention", "LSTM"])
def test_whatever_draws(name: str, initializer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make = {
        "EinsumDense": lambda: kl.EinsumDense(
            "abc,cde->abde", (None, 3, 8), kernel_initializer=initializer
        ),
        "Conv2D": lambda: kl.Conv2D(12, 3, groups=2, kernel_initializer=initializer),
        "MultiHeadAttention": lambda: kl.MultiHeadAttention(3, 8, kernel_initializer=initializer),
        "LSTM": lambda: kl.LSTM(10, kernel_initializer=initializer),
    }[name]
    monkeypatch.setitem(KINDS, name, (make, KINDS[name][1]))
    moved = [still_of(model_of(name, seed)[1], seed + 9).p_value < 0.01 for seed in range(4)]
    assert sum(moved) <= 1


def is_untrained(report: Any) -> bool:
    return "untrained" in [finding.kind for finding in report]


def test_false_alarms_are_rare_over_many_layers_and_seeds() -> None:
    """Of a network of a hundred layers one would be told as moved by chance, at 1 % each."""
    images = np.random.default_rng(0).normal(size=(8, 12)).astype("float32")
    trained = 0
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((12,)), *(kl.Dense(12, "tanh") for _ in range(30))])
        trained += not is_untrained(cv.diagnose(model, images))
    assert trained == 0


def test_large_weights_are_drawn_smaller_with_the_same_spread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cnnviz_widgets.model.layers.initial_weights._MOST", 100)
    for name in ("MultiHeadAttention", "Conv2D", "EinsumDense turned", "Dense"):
        _, layer = model_of(name, 3)
        drawn = initial_weights(layer, layer.weights)
        for weight, stored in effective_arrays(layer, layer.weights).items():
            if "kernel" in weight:
                assert drawn[weight].size == 256 * 256
                assert stats.ks_2samp(drawn[weight].ravel(), stored.ravel()).pvalue > 1e-3


def test_one_drawn_number_cannot_tell() -> None:
    layer = kl.Dense(1, name="one")
    model = keras.Sequential([keras.Input((1,)), layer])
    assert set(initial_weights(layer, layer.weights)) == {"bias"}
    bare = kl.Dense(1, use_bias=False)
    bare.build((None, 1))
    assert not still_of(bare).known
    report = cv.diagnose(model, np.ones((4, 1), "float32"))
    assert is_untrained(report)


def test_one_number_that_begins_at_a_known_value_does_tell() -> None:
    layer = kl.Attention(use_scale=True)
    layer.build([(None, 3, 4), (None, 3, 4)])
    drawn = initial_weights(layer, layer.weights)
    assert [values.tolist() for values in drawn.values()] == [1.0]


def test_what_cannot_be_built_anew_is_left_out() -> None:
    class Own(keras.Layer):
        def __init__(self, size: Any) -> None:
            super().__init__()
            self.size = size

        def build(self, shape: Any) -> None:
            self.kernel = self.add_weight(shape=(shape[-1], len(self.size)), name="kernel")

    layer = Own(np.zeros(3))
    layer.build((None, 4))
    assert initial_weights(layer, layer.weights) == {}


@pytest.mark.parametrize("mode", ["int8", "int4", "LoRA"])
def test_of_a_quantised_layer_what_still_tells(mode: str) -> None:
    layer = kl.Dense(16)
    layer.build((None, 24))
    if mode == "LoRA":
        layer.enable_lora(2)
    else:
        layer.quantize(mode)
    names = set(initial_weights(layer, layer.weights))
    assert names == ({"kernel", "bias"} if mode == "LoRA" else {"bias"})
    assert not still_of(layer).moved


def test_drawing_leaves_the_users_random_numbers_and_names_alone() -> None:
    _, layer = model_of("MultiHeadAttention", 0)

    def numbers(between: Callable[[], Any]) -> tuple[Any, ...]:
        keras.utils.set_random_seed(4)
        first = [kl.Dense(1).name for _ in range(2)][1]
        between()
        second = kl.Dense(1).name
        counted = int(second.rpartition("_")[2]) - int(first.rpartition("_")[2])
        drawn = np.asarray(keras.random.normal((2,))).tolist()
        return counted, drawn, np.random.rand(), random.random()  # noqa: NPY002

    numbers(lambda: None)  # from here on names are numbered
    assert numbers(lambda: initial_weights(layer, layer.weights)) == numbers(lambda: None)
