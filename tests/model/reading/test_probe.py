"""What ModelProbe reads from each kind of model, against numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import LayerInfo, ModelCallError, ModelProbe
from cnnviz_widgets.model.reading import description, model_reader
from cnnviz_widgets.model.reading.fingerprint import fingerprint
from cnnviz_widgets.model.reading.passes.compiled_pass import CompiledPass

from .. import nets


def paths(model: Any, inputs: Any) -> list[str]:
    return [info.path for info in ModelProbe(model, inputs).layers]


def dense(weights: Any, bias: Any, name: str) -> Any:
    """A built dense layer with these weights."""
    layer = L.Dense(len(bias), name=name)
    layer.build((None, len(weights)))
    layer.set_weights([np.array(weights, "float32"), np.array(bias, "float32")])
    return layer


def test_sequential_outputs_by_hand() -> None:
    first = dense([[1, -1], [2, 0]], [0, 1], "first")
    second = dense([[1], [10]], [5], "second")
    model = keras.Sequential([keras.Input((2,)), first, L.ReLU(name="relu"), second])
    probe = ModelProbe(model, [[1.0, 1.0], [0.0, 3.0]])
    np.testing.assert_array_equal(probe.outputs("first"), [[3, 0], [6, 1]])
    np.testing.assert_array_equal(probe.outputs("relu"), [[3, 0], [6, 1]])
    np.testing.assert_array_equal(probe.outputs("second"), [[8], [21]])
    assert probe.samples == 2


def test_outputs_follow_the_weights_without_a_new_trace() -> None:
    layer = dense([[1.0]], [0.0], "d")
    probe = ModelProbe(keras.Sequential([keras.Input((1,)), layer]), [[2.0]])
    kept = probe.outputs("d")
    reading = probe._reader.description()
    layer.set_weights([np.array([[3.0]]), np.array([1.0])])
    assert probe.outputs("d") == 7
    assert kept == 2
    assert probe._reader.description() is reading


def test_constants_of_the_model_s_own_graph_do_not_keep_it_from_being_traced() -> None:
    inputs = keras.Input((2,))
    weighed = keras.ops.multiply(inputs, keras.ops.convert_to_tensor([2.0, 3.0]))
    model = keras.Model(inputs, L.Activation("relu", name="end")(weighed))
    probe = ModelProbe(model, [[1.0, -1.0]])
    np.testing.assert_array_equal(probe.outputs("end"), [[2, 0]])
    assert isinstance(probe._reader.description().forward, CompiledPass)


def test_training_needs_no_new_trace_and_shows() -> None:
    model = nets.sequential()
    model.compile("sgd", "mse", jit_compile=False)
    probe = ModelProbe(model, nets.IMAGES)
    probe.read()
    reading = probe._reader.description()
    model.fit(nets.IMAGES, np.zeros((4, 2)), verbose=0)
    model.predict(nets.IMAGES, verbose=0)
    model.evaluate(nets.IMAGES, np.zeros((4, 2)), verbose=0)
    expected = model(nets.IMAGES, training=False)
    np.testing.assert_allclose(probe.outputs("head"), expected, rtol=1e-5, atol=1e-6)
    assert probe._reader.description() is reading


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.add(L.Dense(1, name="more")),
        lambda model: model.pop(),
        lambda model: setattr(model.get_layer("head"), "activation", keras.activations.tanh),
        lambda model: setattr(model.get_layer("relu"), "negative_slope", np.float64(0.5)),
        lambda model: setattr(model.get_layer("conv"), "dtype_policy", "mixed_bfloat16"),
        lambda model: setattr(model.get_layer("relu"), "call", lambda x: x - 1),
    ],
)
def test_a_changed_model_is_read_as_it_is_now(change: Any) -> None:
    model = nets.sequential()
    probe = ModelProbe(model, nets.IMAGES)
    probe.read()
    change(model)
    # A model called as a plain function is the oracle: its last layer's output is its own.
    expected = model(nets.IMAGES, training=False)
    last = probe.layers[-1].path
    assert last == model.layers[-1].name
    np.testing.assert_allclose(probe.outputs(last), expected, rtol=1e-4, atol=1e-5)


def test_steady_looks_see_new_weights_but_no_new_activation() -> None:
    only = dense([[1], [1]], [-5], "only")
    model = keras.Sequential([keras.Input((2,)), only])
    probe = ModelProbe(model, [[1.0, 1.0]])
    with probe.steady():
        only.bias.assign([-7])
        only.activation = keras.activations.relu
        np.testing.assert_array_equal(probe.outputs("only"), [[-5]])
    np.testing.assert_array_equal(probe.outputs("only"), [[0]])


def test_some_samples_of_a_steady_model_need_no_look_at_its_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = nets.sequential()
    whole = ModelProbe(model, nets.IMAGES)
    few = whole.some(2)
    few.outputs("head")
    looks: list[Any] = []
    for module in (model_reader, description):
        monkeypatch.setattr(
            module, "fingerprint", lambda model: looks.append(model) or fingerprint(model)
        )
    with whole.steady():
        few.outputs("head")
    assert len(looks) == 1


def test_some_samples_of_a_changed_model_are_read_as_it_is_now() -> None:
    model = nets.sequential()
    whole = ModelProbe(model, nets.IMAGES)
    few = whole.some(2)
    few.outputs("head")
    for activation in (keras.activations.tanh, keras.activations.relu):
        model.get_layer("head").activation = activation
        expected = model(few.inputs, training=False)
        with whole.steady():
            np.testing.assert_allclose(few.outputs("head"), expected, rtol=1e-4, atol=1e-5)


def test_trainable_flag_is_read_anew() -> None:
    model = nets.sequential()
    probe = ModelProbe(model, nets.IMAGES)
    assert probe.info("conv").trainable
    model.get_layer("conv").trainable = False
    assert not probe.info("conv").trainable


def test_layer_info_of_a_sequential_model() -> None:
    probe = ModelProbe(nets.sequential(), nets.IMAGES)
    assert [info.path for info in probe.layers] == [
        "conv",
        "norm",
        "relu",
        "drop",
        "flat",
        "head",
    ]
    conv = probe.info("conv")
    assert (conv.name, conv.kind, conv.depth) == ("conv", "Conv2D", 0)
    assert conv.output_shape == (None, 6, 6, 4)
    assert dict(conv.weight_shapes) == {"kernel": (3, 3, 3, 4), "bias": (4,)}
    assert conv.parameters == 3 * 3 * 3 * 4 + 4
    assert conv.weight_axes["kernel"] == ("height", "width", "in", "out")
    assert (conv.channel_axis, conv.channels) == (-1, 4)
    assert list(probe.info("norm").weight_shapes) == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
    ]
    assert probe.info("head").output_shape == (None, 2)
    assert probe.info("relu").parents == ("norm",)


def test_unbuilt_sequential_is_built_on_the_inputs() -> None:
    model = keras.Sequential([L.Conv2D(2, 3, name="conv"), L.Flatten(), L.Dense(1, name="head")])
    probe = ModelProbe(model, nets.IMAGES)
    assert model.built
    assert model.input_shape == (None, 8, 8, 3)
    np.testing.assert_allclose(probe.outputs("head"), model(nets.IMAGES), rtol=1e-5, atol=1e-6)


def test_nested_model_used_twice() -> None:
    model = nets.nested()
    probe = ModelProbe(model, nets.IMAGES)
    assert [info.path for info in probe.layers] == [
        "half",
        "backbone/conv",
        "backbone/pool",
        "backbone/conv:1",
        "backbone/pool:1",
        "sum",
        "head",
    ]
    backbone = model.get_layer("backbone")
    np.testing.assert_allclose(
        probe.outputs("backbone/pool"), backbone(nets.IMAGES), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        probe.outputs("backbone/pool:1"), backbone(nets.IMAGES * 0.5), rtol=1e-5, atol=1e-6
    )
    second = probe.info("backbone/conv:1")
    assert (second.depth, second.call_index, second.name) == (1, 1, "conv")
    np.testing.assert_array_equal(
        probe.weights("backbone/conv:1")["kernel"], probe.weights("backbone/conv")["kernel"]
    )
    assert probe.info("sum").parents == ("backbone/pool", "backbone/pool:1")
    assert probe.info("head").parents == ("sum",)


def test_backbone_called_with_training_false() -> None:
    backbone = nets.sequential()
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, L.Dense(1, name="top")(backbone(inputs, training=False)))
    probe = ModelProbe(model, nets.IMAGES)
    np.testing.assert_allclose(
        probe.outputs(f"{backbone.name}/head"),
        backbone(nets.IMAGES, training=False),
        rtol=1e-5,
        atol=1e-6,
    )


def test_nested_model_with_an_output_of_its_own_is_listed() -> None:
    inner_input = keras.Input((2,))
    features = dense([[1], [1]], [0], "d")(inner_input)

    class Tripling(keras.Model):
        def call(self, x: Any) -> Any:
            return super().call(x) * 3

    inner = Tripling(inner_input, features, name="inner")
    inputs = keras.Input((2,))
    probe = ModelProbe(keras.Model(inputs, inner(inputs)), [[1.0, 2.0]])
    assert [info.path for info in probe.layers] == ["inner/d", "inner"]
    assert probe.outputs("inner/d") == 3
    assert probe.outputs("inner") == 9


def test_subclassed_model_with_a_list_of_blocks() -> None:
    probe = ModelProbe(nets.Subclassed(), np.ones((2, 3), "float32"))
    assert [info.path for info in probe.layers] == [
        "block0/inner",
        "block0",
        "block1/inner",
        "block1",
        "head",
    ]
    # All weights are one: 1 → inner 3 → block 1 + 3 = 4 → inner 12 → block 16 → head 48.
    for path, value in zip(
        ("block0/inner", "block0", "block1/inner", "block1", "head"),
        (3, 4, 12, 16, 48),
        strict=True,
    ):
        np.testing.assert_array_equal(np.unique(probe.outputs(path)), [value])
    assert dict(probe.info("block0").weight_shapes) == {}
    assert dict(probe.info("block0/inner").weight_shapes) == {"kernel": (3, 3), "bias": (3,)}
    assert probe.info("block1/inner").depth == 1


def test_shared_layer() -> None:
    shared = dense([[2.0]], [1.0], "shared")
    a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
    model = keras.Model([a, b], L.Concatenate(name="both")([shared(a), shared(b), shared(a + b)]))
    probe = ModelProbe(model, [[[1.0]], [[10.0]]])
    assert probe.outputs("shared") == 3
    assert probe.outputs("shared:1") == 21
    assert probe.outputs("shared:2") == 23
    np.testing.assert_array_equal(probe.outputs("both"), [[3, 21, 23]])
    assert [info.call_index for info in probe.layers if info.name == "shared"] == [0, 1, 2]


@pytest.mark.parametrize("as_dict", [False, True])
def test_several_inputs_and_outputs(as_dict: bool) -> None:
    a, b = keras.Input((1,), name="a"), keras.Input((2,), name="b")
    one = dense([[2.0]], [0.0], "one")(a)
    two = dense([[1.0], [1.0]], [0.0], "two")(b)
    given: Any = {"a": np.array([[3.0]]), "b": np.array([[4.0, 5.0]])}
    if as_dict:
        model = keras.Model({"a": a, "b": b}, {"one": one, "two": two})
    else:
        model = keras.Model([a, b], [one, two])
    for inputs in (given, [given["a"], given["b"]], (given["a"], given["b"])):
        probe = ModelProbe(model, inputs)
        assert probe.outputs("one") == 6
        assert probe.outputs("two") == 9
        assert type(probe.inputs) is (dict if as_dict else list)


def test_states_of_an_lstm() -> None:
    inputs = keras.Input((5, 2))
    whole, hidden, cell = L.LSTM(3, return_sequences=True, return_state=True, name="lstm")(inputs)
    model = keras.Model(inputs, [whole, hidden, cell])
    x = np.random.default_rng(0).normal(size=(2, 5, 2)).astype("float32")
    probe = ModelProbe(model, x)
    assert [info.path for info in probe.layers] == ["lstm", "lstm[1]", "lstm[2]"]
    assert [info.output_index for info in probe.layers] == [(0,), (1,), (2,)]
    assert [info.output_shape for info in probe.layers] == [(None, 5, 3), (None, 3), (None, 3)]
    for path, expected in zip(("lstm", "lstm[1]", "lstm[2]"), model(x), strict=True):
        np.testing.assert_allclose(probe.outputs(path), expected, rtol=1e-5, atol=1e-6)
    # The cell runs in a loop and is not listed: its weights are the layer's.
    assert list(probe.info("lstm").weight_shapes) == ["kernel", "recurrent_kernel", "bias"]


def test_unrolled_cells_are_not_listed_either() -> None:
    assert paths(
        keras.Sequential([keras.Input((3, 2)), L.GRU(2, unroll=True, name="gru")]),
        np.ones((1, 3, 2)),
    ) == ["gru"]


def test_layer_with_a_dict_of_outputs() -> None:
    class Head(keras.Layer):
        def call(self, x: Any) -> Any:
            return {"boxes": x * 2, "scores": [x + 1, x + 2]}

    inputs = keras.Input((1,))
    out = Head(name="head")(inputs)
    probe = ModelProbe(keras.Model(inputs, out), [[5.0]])
    assert {info.path: float(probe.outputs(info.path)[0, 0]) for info in probe.layers} == {
        "head[boxes]": 10,
        "head[scores][0]": 6,
        "head[scores][1]": 7,
    }
    with pytest.raises(ValueError, match=r"head\[boxes\]"):
        probe.info("head")


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_other_precisions_are_read_as_float32(policy: str) -> None:
    model = keras.Sequential(
        [keras.Input((2,)), L.Dense(1, dtype=policy, kernel_initializer="ones", name="d")]
    )
    probe = ModelProbe(model, [[1.0, 0.5]])
    assert probe.outputs("d").dtype == np.float32
    assert probe.outputs("d") == 1.5
    assert probe.info("d").dtype == policy.removeprefix("mixed_")
    assert probe.weights("d")["kernel"].dtype == np.float32


def test_channels_first() -> None:
    inputs = keras.Input((3, 8, 8))
    x = L.Activation("linear", name="in")(inputs)
    x = L.MaxPooling2D(data_format="channels_first", name="pool")(x)
    x = L.BatchNormalization(axis=1, name="norm")(x)
    x = L.ReLU(name="relu")(x)
    x = L.Add(name="sum")([x, x])
    last = L.Permute((2, 3, 1), name="turn")(x)
    mean = L.GlobalAveragePooling2D(data_format="channels_first", name="mean")(x)
    probe = ModelProbe(keras.Model(inputs, [last, mean]), np.moveaxis(nets.IMAGES, -1, 1))
    assert {info.path: info.channel_axis for info in probe.layers} == {
        "in": 1,
        "pool": 1,
        "norm": 1,
        "relu": 1,
        "sum": 1,
        "turn": -1,
        "mean": -1,
    }
    assert {info.channels for info in probe.layers} == {3}
    np.testing.assert_allclose(probe.outputs("pool")[0, 1, 0, 0], nets.IMAGES[0, :2, :2, 1].max())


def test_channels_first_convolution_is_described() -> None:
    model = keras.Sequential(
        [keras.Input((3, 8, 8)), L.Conv2D(5, 3, data_format="channels_first", name="c"), L.ReLU()]
    )
    probe = ModelProbe(model, np.moveaxis(nets.IMAGES, -1, 1))
    assert [(i.output_shape, i.channel_axis) for i in probe.layers] == [((None, 5, 6, 6), 1)] * 2


def test_bare_operations_and_lambda() -> None:
    inputs = keras.Input((2,))
    x = keras.ops.abs(inputs * 0.5) + 1
    x = L.Lambda(lambda v: v * 10, name="ten")(x)
    probe = ModelProbe(keras.Model(inputs, keras.ops.sum(x, axis=-1)), [[-2.0, 4.0]])
    assert [info.kind for info in probe.layers] == ["Multiply", "Absolute", "Add", "Lambda", "Sum"]
    np.testing.assert_array_equal(probe.outputs("ten"), [[20, 30]])
    np.testing.assert_array_equal(probe.outputs(probe.layers[-1].path), [50])


def test_embedding_of_integers() -> None:
    table = np.arange(10, dtype="float32").reshape(5, 2)
    model = keras.Sequential([keras.Input((3,), dtype="int32"), L.Embedding(5, 2, name="e")])
    model.get_layer("e").set_weights([table])
    probe = ModelProbe(model, np.array([[0, 4, 1]]))
    np.testing.assert_array_equal(probe.outputs("e"), table[[[0, 4, 1]]])
    assert probe.inputs.dtype == np.int32
    with pytest.raises(TypeError, match="int32"):
        ModelProbe(model, np.array([[0.5, 1, 2]]))


@pytest.mark.parametrize(
    ("layer", "shape", "axes", "output"),
    [
        (L.Conv1D(4, 3, name="l"), (2, 9, 3), ("step", "in", "out"), (None, 7, 4)),
        (
            L.Conv3D(4, 2, name="l"),
            (2, 4, 4, 4, 1),
            ("depth", "height", "width", "in", "out"),
            (None, 3, 3, 3, 4),
        ),
        (
            L.Conv2DTranspose(4, 2, strides=2, name="l"),
            (2, 4, 4, 3),
            ("height", "width", "out", "in"),
            (None, 8, 8, 4),
        ),
        (
            L.DepthwiseConv2D(3, depth_multiplier=2, name="l"),
            (2, 4, 4, 3),
            ("height", "width", "in", "multiplier"),
            (None, 2, 2, 6),
        ),
    ],
)
def test_kernels_and_their_axes(
    layer: Any, shape: tuple[int, ...], axes: tuple[str, ...], output: tuple[int | None, ...]
) -> None:
    layer = type(layer).from_config(layer.get_config())
    probe = ModelProbe(keras.Sequential([layer]), np.ones(shape, "float32"))
    info = probe.info("l")
    assert info.output_shape == output
    assert info.weight_axes["kernel"] == axes
    kernel = probe.weights("l")["kernel"]
    assert kernel.shape == info.weight_shapes["kernel"]
    np.testing.assert_array_equal(kernel, np.asarray(layer.get_weights()[0]))


def test_separable_convolution_has_two_kernels() -> None:
    probe = ModelProbe(keras.Sequential([L.SeparableConv2D(5, 3, name="s")]), nets.IMAGES)
    assert probe.info("s").weight_axes == {
        "depthwise_kernel": ("height", "width", "in", "multiplier"),
        "pointwise_kernel": ("height", "width", "in", "out"),
        "bias": ("out",),
    }


def test_attention_shows_the_layers_inside() -> None:
    inputs = keras.Input((5, 8))
    model = keras.Model(inputs, L.MultiHeadAttention(2, 4, name="mha")(inputs, inputs))
    probe = ModelProbe(model, np.ones((2, 5, 8), "float32"))
    assert [info.path for info in probe.layers] == [
        "mha/query",
        "mha/key",
        "mha/value",
        "mha/attention_output",
        "mha",
    ]
    np.testing.assert_array_equal(probe.outputs("mha"), probe.outputs("mha/attention_output"))
    assert probe.info("mha").parameters == 0  # they belong to the layers inside


def test_wrappers() -> None:
    model = keras.Sequential(
        [
            keras.Input((3, 2)),
            L.TimeDistributed(L.Dense(4, name="step"), name="each"),
            L.Bidirectional(L.LSTM(2, name="lstm"), name="both"),
        ]
    )
    probe = ModelProbe(model, np.ones((2, 3, 2), "float32"))
    assert [info.path for info in probe.layers] == [
        "each",
        "both/forward_lstm",
        "both/backward_lstm",
        "both",
    ]
    assert dict(probe.info("each").weight_shapes) == {"kernel": (2, 4), "bias": (4,)}
    np.testing.assert_allclose(
        probe.outputs("both"),
        np.concatenate(
            [probe.outputs("both/forward_lstm"), probe.outputs("both/backward_lstm")], -1
        ),
    )


def test_weights_with_one_name_in_layers_that_are_not_listed() -> None:
    class Pair(keras.Layer):
        """Uses two layers without calling them."""

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.left, self.right = L.Dense(1, name="left"), L.Dense(1, name="right")

        def build(self, shape: Any) -> None:
            self.left.build(shape)
            self.right.build(shape)

        def call(self, x: Any) -> Any:
            return keras.ops.matmul(x, self.left.kernel) + keras.ops.matmul(x, self.right.kernel)

    probe = ModelProbe(keras.Sequential([Pair(name="pair")]), np.ones((2, 3), "float32"))
    assert list(probe.weights("pair")) == [
        "left/kernel",
        "left/bias",
        "right/kernel",
        "right/bias",
    ]


def test_same_name_in_different_models_and_side_by_side() -> None:
    parts = [keras.Sequential([dense([[k]], [0], "d")], name=f"part{k}") for k in (1, 2)]
    inputs = keras.Input((1,))
    model = keras.Model(inputs, parts[0](inputs) + parts[1](inputs))
    probe = ModelProbe(model, [[1.0]])
    assert (probe.outputs("part1/d"), probe.outputs("part2/d")) == (1, 2)

    class Twins(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = dense([[3]], [0], "twin"), dense([[4]], [0], "twin")

        def call(self, x: Any) -> Any:
            return self.b(self.a(x)) + self.a(x)

    probe = ModelProbe(Twins(), np.ones((1, 1), "float32"))
    values = {info.path: float(probe.outputs(info.path)[0, 0]) for info in probe.layers}
    assert values == {"twin": 3, "twin#1": 12, "twin:1": 3}


def test_any_text_may_be_a_name() -> None:
    model = nets.nested()
    model.get_layer("head").name = "<img src=x onerror=alert(1)>:1"
    assert paths(model, nets.IMAGES)[-1] == "<img src=x onerror=alert(1)>:1"


def test_a_slash_in_a_name_is_refused_by_keras_and_the_layer_is_named() -> None:
    model = nets.nested()
    probe = ModelProbe(model, nets.IMAGES)
    model.get_layer("backbone").get_layer("conv").name = "a/b"
    with pytest.raises(ModelCallError, match="cannot contain character") as raised:
        _ = probe.layers
    assert raised.value.path == "backbone/a/b"


def test_a_name_that_looks_like_a_later_call_does_not_collide() -> None:
    shared, other = dense([[2]], [0], "d"), dense([[5]], [0], "other")
    other.name = "d:1"
    inputs = keras.Input((1,))
    model = keras.Model(inputs, [other(inputs), shared(shared(inputs))])
    values = ModelProbe(model, [[1.0]]).read()
    assert sorted(float(v[0, 0]) for v in values.values()) == [2, 4, 5]
    assert len(values) == 3


def test_eager_models() -> None:
    model = nets.sequential()
    model.compile("sgd", "mse", run_eagerly=True)
    probe = ModelProbe(model, nets.IMAGES, memory_budget=0)
    np.testing.assert_allclose(probe.outputs("head"), model(nets.IMAGES), rtol=1e-5, atol=1e-6)
    assert list(probe.stream(lambda info, array: array.mean())) == [i.path for i in probe.layers]
    assert probe.info("relu").parents == ("norm",)


def test_model_that_uses_numpy_in_its_call() -> None:
    class Numpy(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.d = L.Dense(1, kernel_initializer="ones", name="d")

        def call(self, x: Any) -> Any:
            return self.d(np.sort(np.asarray(x)) * np.array([[1.0, 10.0]], "f"))

    probe = ModelProbe(Numpy(), np.array([[2.0, 1.0]], "float32"))
    assert probe.outputs("d") == 21


def test_eager_loop_cells_are_not_listed() -> None:
    model = keras.Sequential([keras.Input((3, 2)), L.LSTM(2, name="lstm")])
    model.compile("sgd", "mse", run_eagerly=True)
    assert paths(model, np.ones((1, 3, 2))) == ["lstm"]


def test_read_and_outputs_agree_and_are_read_only() -> None:
    probe = ModelProbe(nets.nested(), nets.IMAGES)
    everything = probe.read()
    assert list(everything) == [info.path for info in probe.layers]
    for path, array in everything.items():
        assert array.dtype == np.float32
        assert not array.flags.writeable
        np.testing.assert_allclose(array, probe.outputs(path), rtol=1e-6)
    some = probe.read(["head", "backbone/conv"])
    assert list(some) == ["backbone/conv", "head"]
    with pytest.raises(TypeError, match="several paths"):
        probe.read("head")


def test_weights_are_copies() -> None:
    layer = dense([[1.0]], [0.0], "d")
    probe = ModelProbe(keras.Sequential([keras.Input((1,)), layer]), [[1.0]])
    weights = probe.weights("d")
    weights["kernel"][:] = 9
    assert probe.weights("d")["kernel"] == 1


@pytest.mark.parametrize("budget", [0, 2**30])
def test_stream(budget: int) -> None:
    probe = ModelProbe(nets.sequential(), nets.IMAGES, memory_budget=budget)
    seen: list[tuple[float, str]] = []

    def measure(info: LayerInfo, array: Any) -> float:
        assert array.shape == (4, *info.output_shape[1:])
        assert not array.flags.writeable
        return float(array.sum())

    result = probe.stream(measure, progress=lambda share, text: seen.append((share, text)))
    expected = {path: float(array.sum()) for path, array in probe.read().items()}
    assert result == pytest.approx(expected, rel=1e-5)
    assert list(result) == [info.path for info in probe.layers]
    assert seen == [(pytest.approx((k + 1) / 6), path) for k, path in enumerate(result)]
    assert list(probe.stream(measure, ["flat"])) == ["flat"]


def test_streaming_holds_one_output_at_a_time() -> None:
    import gc
    import weakref

    probe = ModelProbe(nets.sequential(), nets.IMAGES, memory_budget=0)
    alive: list[Any] = []

    def count(info: LayerInfo, array: Any) -> int:
        alive.append(weakref.ref(array))
        gc.collect()
        return sum(reference() is not None for reference in alive)

    assert set(probe.stream(count).values()) == {1}


def test_streaming_runs_in_the_calling_thread() -> None:
    import threading

    probe = ModelProbe(nets.sequential(), nets.IMAGES, memory_budget=0)
    threads = probe.stream(lambda info, array: threading.current_thread())
    assert set(threads.values()) == {threading.current_thread()}


def test_the_live_layer_behind_a_path() -> None:
    probe = ModelProbe(nets.nested(), nets.IMAGES)
    for info in probe.layers:
        assert probe.layer_of(info.path).name == info.name
    with pytest.raises(ValueError, match="there is no layer 'nought'"):
        probe.layer_of("nought")
