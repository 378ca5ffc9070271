"""Receptive fields against what a pass backward reaches, for every kind of model."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, receptive_field
from cnnviz_widgets.model.experiments.channel.fields.receptive_field import NOT_TRACED
from cnnviz_widgets.model.reading.inputs import input_names
from cnnviz_widgets.records.channel.receptive_field import ReceptiveField

from .gradient_support import RULES, Hull, Supports, make_positive
from .models import MODELS

PLACES = 6
LEAST_CASES = 250


class Case(NamedTuple):
    probe: ModelProbe
    fields: dict[str, ReceptiveField]
    places: dict[str, list[tuple[int, ...]]]


@functools.cache
def case(name: str) -> Case:
    keras.utils.set_random_seed(0)
    model = MODELS[name]()
    shapes = [tuple(each.shape[1:]) for each in getattr(model, "inputs", None) or []]
    rng = np.random.default_rng(1)
    inputs = [rng.random((2, *shape)).astype("float32") for shape in shapes or [(10, 9, 1)]]
    probe = ModelProbe(model, inputs if len(inputs) > 1 else inputs[0])
    fields = {info.path: receptive_field(probe, info.path) for info in probe.layers}
    return Case(probe, fields, {path: some_places(field) for path, field in fields.items()})


def some_places(field: ReceptiveField) -> list[tuple[int, ...]]:
    """Corners, the middle, next to an edge, and others."""
    lengths = field.of(field.input).places
    rng = np.random.default_rng(2)
    return [
        tuple(0 for _ in lengths),
        tuple(n - 1 for n in lengths),
        tuple(n // 2 for n in lengths),
        tuple(1 % n for n in lengths),
        *(tuple(int(rng.integers(n)) for n in lengths) for _ in range(PLACES - 4)),
    ]


def compared(name: str, rules: dict[str, str]) -> list[tuple[Any, Hull, str]]:
    """Each place's field beside what a pass backward finds of it."""
    probe, fields, places = case(name)
    supports = Supports(probe, places, rules)
    names = input_names(probe.model, probe.inputs)
    return [
        (
            each.at(*place),
            supports.hull(path, names.index(each.name), sample, each.axes),
            f"{path} at {place}",
        )
        for path, field in fields.items()
        for each in field.fields.values()
        for sample, place in enumerate(places[path])
    ]


@pytest.mark.parametrize("name", MODELS)
def test_a_field_is_exactly_what_a_pass_backward_reaches(name: str) -> None:
    make_positive(case(name).probe.model)
    for box, hull, where in compared(name, RULES):
        assert box == (None if None in hull else tuple(hull)), where
    assert not any(field.unknown for field in case(name).fields.values())


def test_there_are_enough_cases() -> None:
    places = sum(len(each.fields) * PLACES for name in MODELS for each in [case(name)])
    assert places >= LEAST_CASES


@pytest.mark.parametrize("name", ["branches", "decoder", "normalised"])
def test_what_random_weights_reach_lies_within(name: str) -> None:
    model = case(name).probe.model
    rng = np.random.default_rng(4)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape) + 2 * ("variance" in weight.path))
    for box, hull, where in compared(name, {}):
        for interval, reached in zip(box or [], hull, strict=False):
            if reached is not None:
                assert interval[0] <= reached[0] and reached[1] <= interval[1], where
        assert box is not None or None in hull, where


def image_probe(*layers: Any, size: int = 16, samples: int = 1) -> ModelProbe:
    model = keras.Sequential([keras.Input((size, size, 1)), *layers])
    return ModelProbe(model, np.zeros((samples, size, size, 1), dtype="float32"))


def test_size_stride_and_offset_are_those_of_the_books() -> None:
    probe = image_probe(
        L.Conv2D(1, 7, 2, "same", name="stem"),
        L.MaxPooling2D(3, 2, "same", name="pool"),
        L.Conv2D(1, 3, padding="same", name="conv"),
        size=64,
    )
    stem, conv = (receptive_field(probe, path) for path in ("stem", "conv"))
    assert (stem.size, stem.stride, stem.offset) == ((7, 7), (2.0, 2.0), (-2, -2))
    # 7 + 2·2 + 2·4; to the left 2, and one place of stride 4.
    assert (conv.size, conv.stride, conv.offset) == ((19, 19), (4.0, 4.0), (-6, -6))
    assert conv.at(0, 0) == ((0, 13), (0, 13))
    assert conv.of(conv.input).reach(0, 0) == ((-6, 13), (-6, 13))
    assert conv.at(8, 8) == conv.of(conv.input).reach(8, 8) == ((26, 45), (26, 45))


def test_behind_upsampling_it_moves_by_less_than_a_pixel() -> None:
    probe = image_probe(L.Conv2D(1, 3, padding="same"), L.UpSampling2D(2, name="up"))
    field = receptive_field(probe, "up")
    assert (field.size, field.stride) == ((3, 3), (0.5, 0.5))
    assert field.at(6, 7) == field.at(7, 6) == ((2, 5), (2, 5))


def test_a_field_larger_than_the_picture_is_known_all_the_same() -> None:
    convolutions = [L.Conv2D(1, 9, padding="same", name=f"c{k}") for k in range(4)]
    field = receptive_field(image_probe(*convolutions), "c3")
    assert field.size == (33, 33)
    assert field.at(8, 8) == ((0, 16), (0, 16))
    assert field.of(field.input).reach(8, 8) == ((-8, 25), (-8, 25))


def test_what_sees_all_has_the_size_of_the_input() -> None:
    probe = image_probe(
        L.Conv2D(2, 5, padding="same"), L.GlobalAveragePooling2D(name="gap"), L.Dense(2, name="d")
    )
    for path in ("gap", "d"):
        field = receptive_field(probe, path)
        assert field.at() == ((0, 16), (0, 16)) == field.of(field.input).reach()
        assert (field.size, field.stride, field.offset) == ((16, 16), (0.0, 0.0), (0, 0))


def test_a_place_that_sees_only_padding_sees_nothing() -> None:
    field = receptive_field(image_probe(L.ZeroPadding2D(2, name="pad")), "pad")
    assert field.at(1, 8) is None and field.at(8, 1) is None
    assert field.at(2, 2) == ((0, 1), (0, 1))


def test_branches_of_other_depth_are_told_apart_by_their_channels() -> None:
    inputs = keras.Input((9, 9, 1))
    near, far = L.Conv2D(2, 1)(inputs), L.Conv2D(3, 5, padding="same")(inputs)
    model = keras.Model(inputs, L.Concatenate(name="joined")([near, far]))
    field = receptive_field(ModelProbe(model, np.zeros((1, 9, 9, 1))), "joined")
    assert field.at(4, 4) == ((2, 7), (2, 7))
    assert field.at(4, 4, channel=1) == ((4, 5), (4, 5))
    assert field.at(4, 4, channel=2) == ((2, 7), (2, 7))
    with pytest.raises(ValueError, match=r"channel must be below 5; got 5"):
        field.at(4, 4, channel=5)


def test_each_unit_of_what_is_flattened_sees_its_own_part() -> None:
    probe = image_probe(L.Conv2D(2, 3, name="conv"), L.Flatten(name="flat"), size=8)
    field = receptive_field(probe, "flat")
    assert field.at() == ((0, 8), (0, 8))
    assert field.at(channel=2 * (3 * 6 + 4) + 1) == ((3, 6), (4, 7))


def test_several_inputs_have_a_field_each() -> None:
    fields = case("two_inputs").fields
    both = fields["both"]
    # Though the model takes the curve first.
    assert list(both.fields) == ["image", "curve"] and both.input == "image"
    assert both.at(2, 3) == both.of("image").at(2, 3) == ((2, 5), (3, 6))
    assert both.of("curve").at(2, 3) == ((0, 11),)
    assert list(fields["heard"].fields) == ["curve"] and fields["heard"].at(1) == ((2, 5),)
    with pytest.raises(ValueError, match=r"name must be 'image' or 'curve'; got 'sound'"):
        both.of("sound")


def test_a_recurrent_layer_may_see_all_and_says_so() -> None:
    model = keras.Sequential(
        [keras.Input((6, 2)), L.Conv1D(2, 3, name="conv"), L.LSTM(2, name="lstm")]
    )
    probe = ModelProbe(model, np.zeros((2, 6, 2)))
    field = receptive_field(probe, "lstm")
    assert field.at() == ((0, 6),)
    assert "While" in field.unknown
    assert not receptive_field(probe, "conv").unknown


def test_words_are_places() -> None:
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            L.Embedding(9, 3, name="words"),
            L.Conv1D(2, 3, name="c"),
        ]
    )
    probe = ModelProbe(model, np.ones((2, 7), dtype="int32"))
    assert receptive_field(probe, "words").at(4) == ((4, 5),)
    assert receptive_field(probe, "c").at(1) == ((1, 4),)


def test_channels_first_sees_what_channels_last_does() -> None:
    """Convolutions of that kind may not run on every machine, but can be traced on any."""
    fields = []
    for order, shape in (("channels_last", (12, 11, 3)), ("channels_first", (3, 12, 11))):
        keras_layers = [
            L.Conv2D(4, 3, 2, "same", data_format=order, name="conv"),
            L.Conv2DTranspose(2, 3, 2, data_format=order, name="transposed"),
            L.AveragePooling2D(2, data_format=order, name="pool"),
        ]
        model = keras.Sequential([keras.Input(shape), *keras_layers])
        probe = ModelProbe(model, np.zeros((1, *shape), dtype="float32"))
        fields.append({info.path: receptive_field(probe, info.path) for info in probe.layers})
    for path, last in fields[0].items():
        first = fields[1][path]
        assert first.size == last.size and not first.unknown
        for place in np.ndindex(last.of(last.input).places):
            assert first.at(*place) == last.at(*place)


def test_a_grey_image_without_a_channel_has_two_axes_from_the_start() -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 7)),
            L.Rescaling(2.0, name="scaled"),
            L.Reshape((6, 7, 1), name="image"),
            L.Conv2D(1, 3, name="conv"),
        ]
    )
    probe = ModelProbe(model, np.zeros((1, 6, 7)))
    scaled = receptive_field(probe, "scaled")
    assert scaled.of(scaled.input).axes == (1, 2)
    assert receptive_field(probe, "conv").at(1, 2) == ((1, 4), (2, 5))


def test_a_text_is_seen_whole() -> None:
    words = L.TextVectorization(output_sequence_length=4, vocabulary=["a", "b"], name="words")
    for shape in ((), (1,)):
        model = keras.Sequential(
            [keras.Input(shape, dtype="string"), words, L.Embedding(5, 2, name="rows")]
        )
        probe = ModelProbe(model, np.array(["a b", "b"]).reshape(2, *shape))
        field = receptive_field(probe, "rows")
        assert field.at(2) == ((0, 1),) * len(shape)


def test_a_batch_that_is_folded_into_places_is_no_part_of_them() -> None:
    probe = image_probe(L.Conv2D(1, 3, dilation_rate=3, name="conv"), samples=3)
    assert receptive_field(probe, "conv").at(1, 2) == ((1, 8), (2, 9))


class Dilation(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        return tf.nn.dilation2d(x, tf.ones((3, 3, 1)), [1] * 4, "VALID", "NHWC", [1] * 4)


def test_an_operation_of_another_kind_counts_as_seeing_all_and_is_named() -> None:
    probe = image_probe(
        L.Cropping2D(((2, 1), (0, 0)), name="crop"),
        Dilation(name="dilation"),
        L.Conv2D(1, 3, name="conv"),
    )
    field = receptive_field(probe, "conv")
    assert field.at(0, 0)[0] == (2, 15)  # type: ignore[index]
    assert field.unknown == ("Dilation2D",)
    assert not receptive_field(probe, "crop").unknown


def test_entries_taken_by_computed_numbers_may_be_any_of_their_axis() -> None:
    inputs = keras.Input((6, 8, 1))
    taken = keras.ops.take(L.Conv2D(1, 3)(inputs), [3, 0], axis=1)
    model = keras.Model(inputs, L.Activation("relu", name="end")(taken))
    field = receptive_field(ModelProbe(model, np.zeros((1, 6, 8, 1))), "end")
    assert field.at(1, 2) == ((0, 6), (2, 5))
    assert field.unknown == ("GatherV2",)


class InNumPy(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        return keras.ops.convert_to_tensor(x.numpy() * 2)

    def compute_output_shape(self, shape: Any) -> Any:
        return shape


def test_a_model_that_cannot_be_traced_may_see_all() -> None:
    model = keras.Sequential([L.Conv2D(1, 3, name="conv"), InNumPy(name="outside")])
    probe = ModelProbe(model, np.zeros((1, 6, 5, 1), dtype="float32"))
    field = receptive_field(probe, "outside")
    assert field.at(0, 0) == ((0, 6), (0, 5)) and field.unknown == (NOT_TRACED,)
    assert field.size == (6, 5)


def test_a_model_that_runs_eagerly_is_traced_for_it() -> None:
    model = keras.Sequential([keras.Input((6, 5, 1)), L.Conv2D(1, 3, name="conv")])
    model.compile("sgd", "mse", run_eagerly=True)
    field = receptive_field(ModelProbe(model, np.zeros((1, 6, 5, 1))), "conv")
    assert field.at(1, 1) == ((1, 4), (1, 4)) and not field.unknown


def test_a_layer_that_hangs_on_no_input_has_no_field() -> None:
    class Bias(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return keras.ops.ones((1, 3))

    field = receptive_field(image_probe(Bias(name="bias")), "bias")
    assert not field.fields
    with pytest.raises(ValueError, match=r"the layer 'bias' depends on no input of the model"):
        field.at()


def test_it_says_what_it_is() -> None:
    fields = case("two_inputs").fields
    assert repr(fields["both"]) == (
        "<ReceptiveField of 'both': <3 × 3 of 'image' (8 × 9), moving by 1 × 1>, "
        "<11 of 'curve' (12), moving by 0>>"
    )
    lstm = keras.Sequential([keras.Input((6, 2)), L.LSTM(2, name="lstm")])
    told = repr(receptive_field(ModelProbe(lstm, np.zeros((2, 6, 2))), "lstm"))
    assert told.endswith("; unknown: TensorListFromTensor, TensorListStack, While>")


def test_wrong_arguments_are_told_what_was_expected() -> None:
    probe = image_probe(L.Conv2D(1, 3, name="conv"))
    field = receptive_field(probe, "conv")
    with pytest.raises(ValueError, match=r"has 2 indices, of axes of length \(14, 14\); got no"):
        field.at()
    with pytest.raises(ValueError, match=r"below the length of its axis, \(14, 14\); got"):
        field.at(0, 14)
    with pytest.raises(TypeError, match=r"each index must be a whole number, 0 or more; got 0.5"):
        field.at(0, 0.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"probe must be a ModelProbe; got None"):
        receptive_field(None, "conv")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"conv"):
        receptive_field(probe, "cov")
