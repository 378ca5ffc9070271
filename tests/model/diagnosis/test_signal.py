"""The signal over depth, in small real networks."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model.diagnosis import measured, signal
from cnnviz_widgets.model.diagnosis.diagnose import diagnose

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 20)).astype(np.float32)
LABELS = X[:, :4].argmax(1)
IMAGES = RNG.normal(size=(32, 8, 8, 3)).astype(np.float32)


def of_depth(report: Report) -> list[Finding]:
    return [each for each in report if each.kind in ("vanishing-signal", "exploding-signal")]


def stack(
    count: int, activation: str, initializer: Any = "glorot_uniform", *, norm: bool = False
) -> Any:
    """Dense layers, and a head; no weight is left where a draw puts it."""
    keras.utils.set_random_seed(0)
    parts = [keras.Input((20,))]
    for k in range(count):
        parts.append(
            L.Dense(32, activation=activation, kernel_initializer=initializer, name=f"d{k + 1}")
        )
        parts += [L.LayerNormalization(name=f"n{k + 1}")] * norm
    model = keras.Sequential([*parts, L.Dense(4, activation="softmax", name="head")])
    for layer in model.layers:
        if isinstance(layer, L.Dense):
            layer.bias.assign(0.01 * RNG.normal(size=layer.bias.shape))
    return model


def convolutions(count: int) -> Any:
    keras.utils.set_random_seed(1)
    layers = [
        L.Conv2D(8, 3, padding="same", activation="relu", name=f"conv{k + 1}") for k in range(count)
    ]
    return keras.Sequential(
        [keras.Input((8, 8, 3)), *layers, L.GlobalAveragePooling2D(name="pool"), L.Dense(4)]
    )


@pytest.mark.parametrize("count", [40, 100])
def test_many_convolutions_fade_once(count: int) -> None:
    report = diagnose(convolutions(count), IMAGES)
    (found,) = [each for each in report if each.severity != "note"]
    assert (found.kind, found.layer, found.severity) == ("vanishing-signal", "conv1", "severe")
    assert "a layer: samples differ by" in found.summary


def test_a_stack_of_sigmoids() -> None:
    report = diagnose(stack(10, "sigmoid"), X, targets=LABELS)
    (found,) = [each for each in report if each.severity != "note"]
    assert (found.kind, found.layer) == ("vanishing-signal", "d1")
    assert "Exchange the sigmoid" in found.cure


def test_weights_drawn_too_small_and_too_large() -> None:
    small = stack(6, "relu", keras.initializers.RandomNormal(stddev=0.01))
    for layer in small.layers:
        layer.bias.assign(0 * layer.bias)
    (found,) = of_depth(diagnose(small, X))
    assert (found.kind, found.layer, found.severity) == ("vanishing-signal", "d1", "severe")
    large = stack(12, "relu", keras.initializers.RandomNormal(stddev=1.0))
    (found,) = of_depth(diagnose(large, X))
    assert (found.kind, found.layer, found.severity) == ("exploding-signal", "d1", "warning")


def test_what_overflows_is_told_where_it_begins_to_grow() -> None:
    large = stack(30, "relu", keras.initializers.RandomNormal(stddev=10.0))
    report = diagnose(large, X)
    assert report.findings[0].kind == "exploding-signal"
    assert "it overflows" in report.findings[0].summary
    assert "non-finite" not in {each.kind for each in report}


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu"])
def test_stacks_that_keep_the_scale(activation: str) -> None:
    initializer = {"relu": "he_normal", "selu": "lecun_normal"}.get(activation, "glorot_uniform")
    assert of_depth(diagnose(stack(8, activation, initializer), X, targets=LABELS)) == []


def test_normalisations_bring_the_scale_back() -> None:
    small = stack(8, "relu", keras.initializers.RandomNormal(stddev=0.01), norm=True)
    assert of_depth(diagnose(small, X, targets=LABELS)) == []


def test_residual_connections_carry_the_signal_past_weak_layers() -> None:
    weak = keras.initializers.RandomNormal(stddev=1e-3, seed=1)
    inputs = x = keras.Input((20,))
    for k in range(12):
        x = L.Add(name=f"add{k}")(
            [x, L.Dense(20, "relu", kernel_initializer=weak, name=f"d{k}")(x)]
        )
    model = keras.Model(inputs, L.Dense(4, name="head")(x))
    assert of_depth(diagnose(model, X, targets=LABELS)) == []


def test_bytes_that_the_model_scales_itself() -> None:
    bytes_ = RNG.integers(0, 256, (32, 8, 8, 3)).astype(np.float32)
    layers = [L.Conv2D(8, 3, padding="same", kernel_initializer="he_normal") for _ in range(4)]
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Rescaling(1 / 255), *layers, L.Flatten(), L.Dense(1)]
    )
    assert of_depth(diagnose(model, bytes_)) == []


def test_tokens_and_a_recurrent_layer() -> None:
    inputs = keras.Input((6,), dtype="int32")
    x = L.LSTM(8, name="lstm")(L.Embedding(1000, 8, name="table")(inputs))
    for k in range(4):
        x = L.Dense(16, "relu", kernel_initializer="he_normal", name=f"d{k}")(x)
    model = keras.Model(inputs, L.Dense(1, "sigmoid", name="head")(x))
    tokens = RNG.integers(0, 1000, (32, 6))
    report = diagnose(model, tokens, targets=RNG.integers(0, 2, 32))
    assert not [each for each in of_depth(report) if each.severity == "severe"]


def test_one_sample_and_a_model_without_weights() -> None:
    assert of_depth(diagnose(stack(5, "tanh"), X[:1])) == []
    (found,) = of_depth(diagnose(convolutions(40), IMAGES[:1]))
    assert "1 sample is few" in found.limits
    model = keras.Sequential([keras.Input((20,)), L.Activation("relu")])
    assert of_depth(diagnose(model, X)) == []


def test_several_inputs_and_a_dict_of_outputs() -> None:
    inputs = [keras.Input((20,), name="a"), keras.Input((20,), name="b")]
    x = L.Concatenate(name="both")(inputs)
    for k in range(8):
        x = L.Dense(32, "sigmoid", name=f"d{k}")(x)
    outputs = {"one": L.Dense(1, name="one")(x), "two": L.Dense(1, name="two")(x)}
    targets = {"one": X[:, :1], "two": X[:, 1:2]}
    report = diagnose(keras.Model(inputs, outputs), {"a": X, "b": -X}, targets=targets)
    (found,) = of_depth(report)
    assert (found.kind, found.layer) == ("vanishing-signal", "d0")


def test_a_subclassed_model() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = [L.Dense(32, "sigmoid", name=f"d{k}") for k in range(10)]
            self.head = L.Dense(1, name="head")

        def call(self, x: Any) -> Any:
            for layer in self.hidden:
                x = layer(x)
            return self.head(x)

    (found,) = of_depth(diagnose(Own(), X, targets=X[:, :1]))
    assert (found.kind, found.layer) == ("vanishing-signal", "d0")


def test_a_loss_that_raises_is_skipped() -> None:
    def broken(_true: Any, _predicted: Any) -> Any:
        raise RuntimeError("no such thing")

    report = diagnose(stack(5, "tanh"), X, targets=LABELS, loss=broken)
    (why,) = [each.why for each in report.skipped if each.what == "vanishing-signal: gradients"]
    assert "no such thing" in why


def test_no_backward_pass_where_it_can_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("gradients were taken")

    monkeypatch.setattr(signal, "relative_gradients", never)
    diagnose(stack(6, "relu"), X)  # no targets
    diagnose(stack(6, "relu", norm=True), X, targets=LABELS)  # normalised all the way
    diagnose(stack(1, "relu"), X, targets=LABELS)  # too few layers
    diagnose(stack(6, "relu"), X, targets=[*LABELS, 0])  # not those of the inputs


def test_fewer_samples_where_outputs_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    real = signal.relative_gradients

    def counting(*args: Any, **options: Any) -> Any:
        taken.append(options["samples"])
        return real(*args, **options)

    monkeypatch.setattr(signal, "relative_gradients", counting)
    model = stack(5, "tanh")
    monkeypatch.setattr(signal, "OUTPUT_BYTES", 4 * (5 * 32 + 4) * 3)
    diagnose(model, X, targets=LABELS)
    monkeypatch.setattr(signal, "OUTPUT_BYTES", 1)
    diagnose(model, X, targets=LABELS)
    assert taken == [3, 1]
    monkeypatch.setattr(signal, "WEIGHT_BYTES", 1)
    report = diagnose(model, X, targets=LABELS)
    assert taken == [3, 1]
    assert any("MB for gradients" in each.why for each in report.skipped)


def test_an_untrained_network_is_its_own_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a reference was built")

    monkeypatch.setattr(measured, "fresh_probe", never)
    tiny = keras.initializers.RandomNormal(stddev=1e-4)
    model = keras.Sequential(
        [keras.Input((20,)), L.Dense(8, kernel_initializer=tiny, name="faint"), L.Dense(2)]
    )
    told: list[str] = []
    report = diagnose(model, X, progress=lambda _, message: told.append(message))
    assert "near-zero" not in {each.kind for each in report}
    assert not any("anew" in message for message in told)
