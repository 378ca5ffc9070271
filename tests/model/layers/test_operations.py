"""What a functional model's graph has besides layers, and what no list of layers can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.experiments.ablation import ablate
from cnnviz_widgets.model.experiments.fresh_model import fresh_probe
from cnnviz_widgets.model.layers.unseen import Unseen
from cnnviz_widgets.widgets.panels.selector import LayerSelector

X = np.random.default_rng(5).normal(size=(32, 8, 8, 3)).astype("float32")


def by_kind(probe: ModelProbe) -> dict[str, Any]:
    return {info.kind: info for info in probe.layers}


def half_dead(convolution: Any, of: int = 16, dead: int = 12) -> None:
    """Push all but the last channels below zero."""
    convolution.set_weights(
        [
            *convolution.get_weights()[:1],
            np.where(np.arange(of) < dead, -4, 0).astype("float32"),
        ]
    )


def classifier(activation: Callable[[Any], Any]) -> Any:
    inputs = keras.Input((8, 8, 3))
    convolution = L.Conv2D(16, 3, name="conv")
    x = activation(convolution(inputs))
    x = L.GlobalAveragePooling2D(name="pool")(x)
    half_dead(convolution)
    return keras.Model(inputs, L.Dense(3, name="head")(x))


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize(
    ("activation", "kind"),
    [
        (keras.ops.relu, "Relu"),
        (keras.activations.relu, "ReLU"),
        (lambda x: keras.ops.maximum(x, 0), "Maximum"),
        (lambda x: keras.ops.clip(x, 0, 6), "Clip"),
        (lambda x: keras.activations.relu(x, max_value=4.0), "ReLU"),
        (L.ReLU(), "ReLU"),
    ],
)
def test_channels_that_die_in_an_operation_are_found_there(
    activation: Callable[[Any], Any], kind: str, run_eagerly: bool
) -> None:
    model = classifier(activation)
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    probe = ModelProbe(model, X)
    info = by_kind(probe)[kind]
    assert (info.parents, info.output_shape, info.channels) == (("conv",), (None, 6, 6, 16), 16)
    assert (info.parameters, dict(info.weight_shapes), info.inputs) == (
        0,
        {},
        probe.info("conv").inputs,
    )
    assert probe.info("pool").parents == (info.path,)
    assert probe.unseen == ()
    (found,) = [each for each in diagnose(probe, reference=False) if each.kind == "dead"]
    assert (found.layer, found.channels) == (info.path, tuple(range(12)))
    # What is dead is not missed, what lives is.
    assert ablate(probe, info.path, range(12)).unchanged
    assert not ablate(probe, info.path, [15]).unchanged


def test_values_shapes_and_axes_of_operations() -> None:
    inputs = keras.Input((4, 6, 3))
    x = inputs / 2.0
    x = keras.ops.transpose(x, (0, 3, 1, 2))
    x = x[:, :, 1:]
    y = keras.ops.reshape(x, (-1, 3, 18))
    model = keras.Model(inputs, [keras.ops.softmax(y), keras.ops.sum(y)])
    images = np.arange(2 * 4 * 6 * 3, dtype="float32").reshape(2, 4, 6, 3)
    probe = ModelProbe(model, images)
    infos = by_kind(probe)
    turned = np.transpose(images / 2, (0, 3, 1, 2))
    expected = {
        "Transpose": turned,
        "GetItem": turned[:, :, 1:],
        "Reshape": turned[:, :, 1:].reshape(-1, 3, 18),
    }
    for kind, values in expected.items():
        np.testing.assert_array_equal(probe.outputs(infos[kind].path), values)
    assert {kind: info.channel_axis for kind, info in infos.items()} == {
        "TrueDivide": -1,
        "Transpose": 1,
        "GetItem": 1,
        "Reshape": -1,
        "Softmax": -1,
        "Sum": None,
    }
    assert infos["Softmax"].activation == "softmax"


def test_indices_and_masks_are_no_channels() -> None:
    inputs = keras.Input((5,))
    mask = keras.ops.cast(inputs > 0, "float32")
    zeros = keras.ops.zeros_like(inputs)
    model = keras.Model(inputs, keras.ops.argmax(inputs * mask + zeros, axis=-1))
    for run_eagerly in (False, True):
        model.compile("sgd", "mse", run_eagerly=run_eagerly)
        probe = ModelProbe(model, np.ones((2, 5), "float32"))
        assert [info.kind for info in probe.layers] == ["Cast", "Multiply", "Add"]
        assert probe.layers[1].parents == (probe.layers[0].path,)


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_of_several_results_the_values_are_listed(run_eagerly: bool) -> None:
    inputs = keras.Input((5, 4))
    first, *others = keras.ops.unstack(inputs, axis=1)
    best, places = keras.ops.top_k(inputs, 2)
    taken = keras.ops.take_along_axis(inputs, places, axis=-1)
    model = keras.Model(inputs, [first, *others, best, taken - best])
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    probe = ModelProbe(model, np.arange(40, dtype="float32").reshape(2, 5, 4))
    assert sorted(info.kind for info in probe.layers) == [
        *("Subtract", "TakeAlongAxis", "TopK", *["Unstack"] * 5)
    ]
    ends = [info.path for info in probe.layers if info.kind == "Unstack"]
    assert [probe.outputs(path)[0, 0] for path in ends] == [0, 4, 8, 12, 16]
    assert not probe.outputs(by_kind(probe)["Subtract"].path).any()
    assert probe.unseen == ()


def test_an_operation_of_a_functional_model_inside_a_subclassed_one() -> None:
    inputs = keras.Input((8, 8, 3))
    inner = keras.Model(inputs, keras.ops.relu(L.Conv2D(2, 3, name="c")(inputs)), name="inner")

    class Outer(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.pool = inner, L.GlobalMaxPooling2D(name="pool")

        def call(self, x: Any) -> Any:
            return self.pool(self.inner(x))

    probe = ModelProbe(Outer(), X)
    assert [info.kind for info in probe.layers] == ["Conv2D", "Relu", "GlobalMaxPooling2D"]
    assert [info.path.partition("/")[0] for info in probe.layers] == ["inner", "inner", "pool"]
    assert probe.unseen == ()


def test_an_operation_of_the_user_s_own_kind() -> None:
    class Halve(keras.Operation):
        def call(self, x: Any) -> Any:
            return x / 2

        def compute_output_spec(self, x: Any) -> Any:
            return keras.KerasTensor(x.shape, x.dtype)

    inputs = keras.Input((3,))
    probe = ModelProbe(keras.Model(inputs, Halve(name="half")(inputs)), np.ones((2, 3), "f"))
    assert (probe.layers[0].path, probe.layers[0].kind) == ("half", "Halve")
    np.testing.assert_array_equal(probe.outputs("half"), np.full((2, 3), 0.5))


def test_what_a_layer_is_made_of_is_no_operation_of_the_model() -> None:
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, keras.ops.pad(L.ZeroPadding2D(name="border")(inputs), PADS))
    probe = ModelProbe(model, np.ones((2, 4, 4, 3), "float32"))
    assert [info.kind for info in probe.layers] == ["ZeroPadding2D", "Pad"]


PADS = ((0, 0), (1, 1), (1, 1), (0, 0))


def test_a_changed_operation_is_read_as_it_is_now() -> None:
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.ops.leaky_relu(inputs, 0.5))
    probe = ModelProbe(model, -np.ones((1, 2), "float32"))
    (info,) = probe.layers
    assert probe.outputs(info.path)[0, 0] == -0.5
    model.operations[-1].negative_slope = 0.25
    assert probe.outputs(info.path)[0, 0] == -0.25


def test_the_fresh_reference_has_the_operations() -> None:
    probe = ModelProbe(classifier(keras.ops.relu), X)
    path = by_kind(probe)["Relu"].path
    for paths in (None, [path]):
        fresh = fresh_probe(probe, paths)
        assert fresh.outputs(path).shape == (32, 6, 6, 16)
        assert fresh.outputs(path).min() == 0
    assert [info.path for info in probe.layers] == [info.path for info in fresh_probe(probe).layers]


# --- What is not seen, and where that is told -------------------------------------------------


class Bare(keras.Model):
    """Between its layers, and at its end, functions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = L.Conv2D(4, 3, name="conv")
        self.pool = L.GlobalAveragePooling2D(name="pool")
        self.head = L.Dense(3, name="head")

    def call(self, x: Any) -> Any:
        return tf.nn.softmax(self.head(self.pool(tf.nn.relu(self.conv(x)))))


class Numpy(Bare):
    def call(self, x: Any) -> Any:
        return self.head(np.maximum(np.asarray(self.pool(self.conv(x))), 0))


class Layered(Bare):
    def call(self, x: Any) -> Any:
        return self.head(self.pool(self.conv(x)))


class Residual(keras.Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first, self.second = L.Dense(3, name="first"), L.Dense(3, name="second")

    def call(self, x: Any) -> Any:
        return x + self.second(keras.ops.relu(self.first(x)))


class Looping(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.inner = L.Dense(3, name="inner")

    def call(self, x: Any) -> Any:
        return tf.while_loop(lambda k, v: k < 3, lambda k, v: (k + 1, self.inner(v)), (0, x))[1]


def stepwise() -> Any:
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(4, 3, name="conv"), L.Flatten(name="flat")]
    )
    cells = [L.LSTMCell(3, name="low"), L.LSTMCell(2, name="high")]
    return keras.Sequential(
        [
            keras.Input((5, 8, 8, 3)),
            L.TimeDistributed(inner, name="each"),
            L.TimeDistributed(L.Dense(4), name="lone"),
            L.LSTM(4, return_sequences=True, name="lstm"),
            L.RNN(cells, name="cells"),
        ]
    )


STEPS = np.ones((2, 5, 8, 8, 3), "float32")
ROWS = np.ones((2, 3), "float32")


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize(
    ("model", "inputs", "unseen"),
    [
        (Bare, X, [Unseen("", "Bare", "functions", ("pool", ""))]),
        (Numpy, X, [Unseen("", "Numpy", "functions", ("head",))]),
        (Layered, X, []),
        (
            lambda: keras.Sequential([Residual(name="block")]),
            ROWS,
            [Unseen("block", "Residual", "functions", ("block/second",))],
        ),
        (
            stepwise,
            STEPS,
            [
                Unseen("each", "TimeDistributed", "steps", ("conv", "flat")),
                Unseen("cells", "RNN", "steps", ("low", "high")),
            ],
        ),
    ],
)
def test_where_values_are_not_seen_is_known(
    model: Callable[[], Any], inputs: Any, unseen: list[Unseen], run_eagerly: bool
) -> None:
    made = model()
    made.compile("sgd", "mse", run_eagerly=run_eagerly)
    assert list(ModelProbe(made, inputs).unseen) == unseen


def test_layers_in_a_compiled_loop_are_told_of() -> None:
    model = Looping()
    assert [(each.path, each.why, each.names) for each in ModelProbe(model, ROWS).unseen] == [
        ("", "compiled", ("inner",)),
        ("", "functions", ("",)),
    ]


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_what_keras_converts_is_no_function_of_the_model(policy: str) -> None:
    keras.config.set_dtype_policy(policy)
    try:
        model = Layered()
    finally:
        keras.config.set_dtype_policy("float32")
    assert ModelProbe(model, X).unseen == ()
    assert ModelProbe(model, X.astype("float64")).unseen == ()


def test_the_report_and_the_selector_say_what_is_not_seen() -> None:
    model = Bare()
    report = diagnose(model, X, reference=False)
    (told,) = [item for item in report.skipped if item.what.startswith("values inside")]
    assert told.what == "values inside the model's own call (Bare)"
    assert "before pool and at its end" in told.why
    assert "ReLU" in told.why
    selector = LayerSelector()
    selector.show_unseen(ModelProbe(model, X).unseen)
    assert selector._unseen == [f"the model's own call (Bare): {told.why}"]
    selector.show_unseen(())
    assert selector._unseen == []


def test_blocks_that_are_alike_are_told_as_one() -> None:
    model = keras.Sequential([Residual(name="one"), Residual(name="two")])
    report = diagnose(model, np.random.default_rng(0).normal(size=(8, 3)), reference=False)
    told = [item for item in report.skipped if item.what.startswith("values inside")]
    assert [(item.what, "before second" in item.why) for item in told] == [
        ("values inside one and two (Residual)", True)
    ]


def test_the_range_of_an_output_is_not_judged_behind_a_function() -> None:
    class Scaled(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.head = L.Dense(2, activation="relu", name="head")

        def call(self, x: Any) -> Any:
            return self.head(x) - 3.0

    report = diagnose(Scaled(), X[:, 0, 0], targets=-np.ones((32, 2), "f"), reference=False)
    assert "unreachable-targets" not in [finding.kind for finding in report]
    assert "unreachable-targets" in [item.what for item in report.skipped]
