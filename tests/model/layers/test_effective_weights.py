"""The weight that acts is the one that the layer computes with: asked of the layer itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.fresh_model import fresh_probe
from cnnviz_widgets.model.layers.effective_weights import effective_arrays, effective_weights
from cnnviz_widgets.model.training.weight_changes import WeightChanges

RNG = np.random.default_rng(2)


def set_at_random(layer: Any, *names: str) -> None:
    for weight in layer.weights:
        if weight.name in names:
            weight.assign(0.3 * RNG.normal(size=weight.shape))


def model_of(layer: Any, shape: tuple[int, ...], dtype: str = "float32") -> Any:
    inputs = keras.Input(shape, dtype=dtype)
    return keras.Model(inputs, layer(inputs))


def linear(layer: Any, shape: tuple[int, ...]) -> np.ndarray:
    """What a layer without an activation makes of each unit vector, its answer to 0 taken off."""
    ones = np.eye(int(np.prod(shape)), dtype="float32").reshape(-1, *shape)
    return np.asarray(layer(ones)) - np.asarray(layer(np.zeros_like(ones)))


DENSE: dict[str, Callable[[], Any]] = {
    "Dense": lambda: kl.Dense(7, bias_initializer="normal", name="it"),
    "EinsumDense": lambda: kl.EinsumDense("ab,bc->ac", 7, bias_axes="c", name="it"),
    "EinsumDense of heads": lambda: kl.EinsumDense("ab,bcd->acd", (3, 5), name="it"),
    "EinsumDense turned": lambda: kl.EinsumDense("ab,cb->ac", 7, name="it"),
}
STATES: dict[str, Callable[[Any], None]] = {
    "stored": lambda layer: None,
    "int8": lambda layer: layer.quantize("int8"),
    "int4": lambda layer: layer.quantize("int4"),
    "float8": lambda layer: layer.quantize("float8"),
    "LoRA": lambda layer: layer.enable_lora(2, lora_alpha=3),
}


def state(layer: Any, names: str) -> None:
    for name in names.split(" and "):
        STATES[name](layer)
        set_at_random(layer, "lora_kernel_b", "lora_embeddings_b")


EVERY_STATE = [*STATES, "int8 and LoRA", "int4 and LoRA", "LoRA and int8"]


@pytest.mark.parametrize("names", EVERY_STATE)
@pytest.mark.parametrize("kind", DENSE)
def test_kernels_of_dense_layers(kind: str, names: str) -> None:
    if "turned" in kind and " and " in names:
        pytest.skip("Keras itself fails: it takes the outputs for the last axis of the kernel")
    layer = DENSE[kind]()
    model = model_of(layer, (6,))
    state(layer, names)
    (part,) = ModelProbe(model, np.ones((2, 6), "float32")).parameters("it")
    acting = linear(layer, (6,)).reshape(6, -1)
    np.testing.assert_allclose(part.values, acting, atol=2e-6)
    assert part.name == "kernel"
    assert bool(part.how) == (names != "stored")
    if layer.bias is not None:
        at_zero = np.asarray(layer(np.zeros((1, 6), "float32")))[0]
        np.testing.assert_allclose(part.bias, at_zero, atol=1e-6)


@pytest.mark.parametrize("names", ["int4", "int4 and LoRA"])
def test_groups_of_inputs_with_scales_of_their_own(names: str) -> None:
    layer = kl.Dense(5, name="it")
    model = model_of(layer, (9,))
    STATES["int4"] = lambda layer: layer.quantize(
        "int4", config=keras.quantizers.Int4QuantizationConfig(block_size=4)
    )
    state(layer, names)
    (part,) = ModelProbe(model, np.ones((2, 9), "float32")).parameters("it")
    np.testing.assert_allclose(part.values, linear(layer, (9,)), atol=2e-6)


@pytest.mark.parametrize("names", ["stored", "int8", "int4", "LoRA", "int8 and LoRA"])
@pytest.mark.parametrize("tied", [None, True, False])
def test_rows_of_embeddings(names: str, tied: bool | None) -> None:
    if tied is None:
        layer = kl.Embedding(11, 5, name="it")
    else:
        layer = kl.ReversibleEmbedding(11, 5, tie_weights=tied, name="it")
    model = model_of(layer, (3,), "int32")
    state(layer, names)
    parts = ModelProbe(model, np.ones((2, 3), "int32")).parameters("it")
    np.testing.assert_allclose(parts[0].values, np.asarray(layer(np.arange(11))), atol=1e-6)
    assert len(parts) == 2 - bool(tied in (None, True))
    if tied is False:
        reverse = np.asarray(layer(np.eye(5, dtype="float32"), reverse=True))
        np.testing.assert_allclose(parts[1].values, reverse, atol=2e-2 if "int" in names else 1e-6)


@pytest.mark.parametrize("groups", [1, 2])
def test_kernels_of_convolutions_with_lora(groups: int) -> None:
    layer = kl.Conv2D(4, 3, groups=groups, padding="same", use_bias=False, name="it")
    model = model_of(layer, (3, 3, 4))
    state(layer, "LoRA")
    (part,) = ModelProbe(model, np.ones((1, 3, 3, 4), "float32")).parameters("it")
    found = linear(layer, (3, 3, 4))[:, 1, 1].reshape(3, 3, 4, 4)  # tap, tap, in, out
    for channel in range(4):
        first = channel // (4 // groups) * (4 // groups)
        np.testing.assert_allclose(
            part.values[..., channel].transpose(1, 2, 0),
            found[:, :, first : first + 4 // groups, channel],
            atol=1e-5,
        )


def test_a_spectral_norm_acts_as_it_is_stored() -> None:
    inner = kl.Dense(4, use_bias=False, name="inner")
    layer = kl.SpectralNormalization(inner, name="it")
    model = model_of(layer, (5,))
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 5)), np.ones((8, 4)), verbose=0)
    probe = ModelProbe(model, np.ones((2, 5), "float32"))
    parts = {part.name: part for path in ("it", "it/inner") for part in probe.parameters(path)}
    np.testing.assert_allclose(parts["kernel"].values, linear(layer, (5,)), atol=1e-6)


def test_a_tied_weight_is_that_of_the_other_layer() -> None:
    class Tied(kl.Dense):
        def __init__(self, kernel: Any, **kwargs: Any) -> None:
            super().__init__(4, use_bias=False, **kwargs)
            self.shared = [kernel]

        def build(self, input_shape: Any) -> None:
            self._kernel, self.bias, self.built = self.shared[0], None, True

    first = kl.Dense(4, name="first")
    inputs = keras.Input((4,))
    hidden = first(inputs)
    second = Tied(first.kernel, name="second")
    model = keras.Model(inputs, second(hidden))
    first.kernel.assign(RNG.normal(size=(4, 4)))
    probe = ModelProbe(model, np.ones((2, 4), "float32"))
    (part,) = probe.parameters("second")
    np.testing.assert_allclose(part.values, linear(second, (4,)), atol=1e-6)


def test_attention_inside_of_which_layers_are_quantised() -> None:
    layer = kl.MultiHeadAttention(2, 4, name="it")
    inputs = keras.Input((3, 8))
    model = keras.Model(inputs, layer(inputs, inputs))
    layer.value_dense.quantize("int8")
    probe = ModelProbe(model, np.ones((1, 3, 8), "float32"))
    by_layer = {
        path: probe.parameters(path)
        for path in (info.path for info in probe.layers)
        if path.startswith("it")
    }
    parts = [part for found in by_layer.values() for part in found if "value" in part.name]
    parts = parts or list(by_layer["it/value"])
    kernel = next(part for part in parts if part.name.endswith("kernel"))
    acting = linear(layer.value_dense, (1, 8)).reshape(8, -1)
    np.testing.assert_allclose(kernel.values, acting, atol=2e-6)
    assert kernel.how == "int8, dequantised"


def test_a_calibrated_kernel_of_groups() -> None:
    layer = kl.Dense(6, use_bias=False, name="it")
    model = model_of(layer, (8,))
    kernel = np.array(layer.kernel)
    config = keras.quantizers.GPTQConfig(
        dataset=["-"], tokenizer=lambda text: text, weight_bits=4, group_size=4
    )
    layer.quantize("gptq", config=config)
    probe = ModelProbe(model, np.ones((2, 8), "float32"))
    (part,) = probe.parameters("it")
    np.testing.assert_allclose(part.values, kernel)  # not calibrated: as it was
    codes = RNG.integers(0, 16, (6, 8)).astype("uint8")
    layer.quantized_kernel.assign(keras.quantizers.pack_int4(codes, axis=0, dtype="uint8")[0])
    layer.kernel_scale.assign(RNG.random((6, 2)) + 0.1)
    layer.kernel_zero.assign(RNG.integers(0, 16, (6, 2)))
    layer.g_idx.assign(np.arange(8) // 4)
    layer.is_gptq_calibrated = True
    (part,) = probe.parameters("it")
    np.testing.assert_allclose(part.values, linear(layer, (8,)), atol=1e-5)


def test_a_mode_that_is_not_known_is_said_to_be() -> None:
    class Ternary(kl.Dense):
        quantization_mode = "ternary"

    layer = Ternary(3)
    layer._kernel = layer.add_weight(shape=(4, 3), name="kernel", dtype="int8", initializer="ones")
    (weight,) = effective_weights(layer, layer.weights)
    assert "not known" in weight.how
    np.testing.assert_array_equal(weight.read(), np.ones((4, 3)))


class TestEverywhere:
    @pytest.fixture
    def model(self) -> Any:
        return keras.Sequential(
            [keras.Input((6,)), kl.Dense(7, name="it"), kl.Dense(2, name="end")]
        )

    def test_raw_numbers_stay_within_reach(self, model: Any) -> None:
        model.layers[0].quantize("int8")
        probe = ModelProbe(model, np.ones((4, 6), "float32"))
        stored = probe.weights("it")
        assert set(stored) == {"kernel", "kernel_scale", "bias"}
        assert np.abs(stored["kernel"]).max() == 127
        np.testing.assert_allclose(
            probe.parameters("it")[0].values, stored["kernel"] / stored["kernel_scale"]
        )

    def test_the_picture_says_so(self, model: Any) -> None:
        inspector = cv.ModelInspector(model, np.ones((4, 6), "float32"), layer="it", view="weights")
        assert "as it acts" not in inspector.header.facts
        model.layers[0].enable_lora(2)
        set_at_random(model.layers[0], "lora_kernel_b")
        inspector.refresh()
        assert "kernel as it acts (with LoRA of rank 2)" in inspector.header.facts
        np.testing.assert_allclose(
            inspector.record.values, linear(model.layers[0], (6,)), atol=1e-6
        )
        kept = cv.analysis.keep(inspector.record)
        assert kept.how == inspector.record.how == "with LoRA of rank 2"

    def test_norms_and_changes_are_of_what_acts(self, model: Any) -> None:
        layer = model.layers[0]
        set_at_random(layer, "kernel")
        before = np.array(layer.kernel)
        changes = WeightChanges()
        norm = changes.look({"it": layer})["it"].norm
        layer.enable_lora(2)
        set_at_random(layer, "lora_kernel_b")
        found = changes.look({"it": layer})["it"]
        acting = linear(layer, (6,))
        np.testing.assert_allclose(found.norm, np.linalg.norm(acting), rtol=1e-5)
        np.testing.assert_allclose(found.change, np.linalg.norm(acting - before) / norm, rtol=1e-4)
        layer.quantize("int8")
        assert changes.look({"it": layer})["it"].norm == pytest.approx(found.norm, rel=0.01)

    def test_a_quantised_model_is_not_told_of_wide_weights(self) -> None:
        keras.utils.set_random_seed(3)
        model = keras.Sequential(
            [keras.Input((40,)), kl.Dense(60, "relu", name="it"), kl.Dense(3, name="end")]
        )
        images = RNG.normal(size=(32, 40)).astype("float32")
        plain = {(f.kind, f.layer) for f in cv.diagnose(model, images)}
        model.quantize("int8")
        assert {(f.kind, f.layer) for f in cv.diagnose(model, images)} == plain

    def test_earlier_weights_are_compared_as_they_were_stored(self, model: Any) -> None:
        layer = model.layers[0]
        layer.enable_lora(2)
        images = RNG.normal(size=(16, 6)).astype("float32")
        earlier = {path: ModelProbe(model, images).weights(path) for path in ("it", "end")}
        layer.lora_kernel_b.assign(20 * RNG.normal(size=(2, 7)))
        report = cv.diagnose(model, images, earlier=earlier)
        assert {f.layer for f in report if f.kind == "frozen"} == {"end"}

    def test_nothing_is_done_to_what_acts_as_it_is_stored(self, model: Any) -> None:
        arrays = effective_arrays(model.layers[0], model.layers[0].weights, copy=False)
        assert list(arrays) == ["kernel", "bias"]
        np.testing.assert_array_equal(arrays["kernel"], model.layers[0].kernel)

    @pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
    def test_the_fresh_reference_of_a_quantised_model_is_drawn(self, mode: str) -> None:
        model = keras.Sequential(
            [
                keras.Input((4,), dtype="int32"),
                kl.Embedding(30, 16, name="words"),
                kl.EinsumDense("abc,cd->abd", (4, 16), name="turned"),
                kl.Flatten(),
                kl.Dense(40, "relu", name="dense"),
            ]
        )
        words = RNG.integers(0, 30, (16, 4))
        spread = fresh_probe(ModelProbe(model, words)).outputs("dense").std()
        model.quantize(mode)
        fresh = fresh_probe(ModelProbe(model, words))
        assert fresh.outputs("dense").std() == pytest.approx(spread, rel=0.2)
