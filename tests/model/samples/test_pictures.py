"""Every kind of input as what rows are led by."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.samples.pictures import (
    checked_decode,
    output_pictures,
    sample_pictures,
)

RNG = np.random.default_rng(3)


def probe(shape: tuple[int, ...], inputs: Any, *layers: Any, dtype: str = "float32") -> ModelProbe:
    ends = layers or (L.Flatten(), L.Dense(2))
    return ModelProbe(keras.Sequential([keras.Input(shape, dtype=dtype), *ends]), inputs)


def tokens(ids: Any, dtype: str = "float32") -> ModelProbe:
    return probe((4,), ids, L.Embedding(9, 3), L.Flatten(), L.Dense(2), dtype=dtype)


def test_images_are_pictures_wherever_their_channels_are() -> None:
    images = RNG.random((3, 8, 6, 3)).astype("float32")
    last = sample_pictures(probe((8, 6, 3), images)).pictures
    first = sample_pictures(probe((3, 8, 6), np.moveaxis(images, -1, 1))).pictures
    assert last is not None and first is not None
    assert last.pixels.shape == (3, 8, 6, 3)
    np.testing.assert_array_equal(last.pixels, first.pixels)


def test_at_most_as_many_samples_as_there_are_rows() -> None:
    pictures = sample_pictures(probe((4, 4, 1), np.zeros((200, 4, 4, 1)))).pictures
    assert pictures is not None and len(pictures.pixels) == 128


@pytest.mark.parametrize(
    ("shape", "size", "note"),
    [
        ((50, 1), (24, 36), ""),
        ((50, 3), (24, 36), "Feature 0 of 3"),
        ((30, 12), (30, 12), "Time runs down"),
        ((40,), (24, 36), "All 40 values in a row"),
        ((6, 5, 4, 1), (5, 4), "Slice 3 of 6"),
    ],
)
def test_sequences_volumes_and_long_rows_are_pictures(
    shape: tuple[int, ...], size: tuple[int, int], note: str
) -> None:
    pictures = sample_pictures(probe(shape, RNG.random((2, *shape)))).pictures
    assert pictures is not None
    assert pictures.pixels.shape[1:3] == size
    assert pictures.note == note


def test_the_values_of_a_table_are_told() -> None:
    samples = sample_pictures(probe((3,), np.array([[1.5, 0, 2], [0.001234, -7, 1e6]])))
    assert samples.pictures is None
    assert samples.texts == ("1.5, 0, 2", "0.00123, -7, 1e+06")


def test_token_ids_are_words_with_a_decoder_and_ids_without() -> None:
    ids = np.array([[3, 1, 0, 0], [2, 8, 5, 0]])
    assert sample_pictures(tokens(ids)).texts == ("3 1", "2 8 5")
    words = ["", "dog", "the", "a", "b", "barks"]
    assert sample_pictures(tokens(ids), words).texts == ("a dog", "the (8) barks")
    said = sample_pictures(tokens(ids, "int32"), lambda row: f"sum {row.sum()}")
    assert said.texts == ("sum 4", "sum 15")


def test_a_decoder_that_fails_is_told_of_with_the_sample() -> None:
    def decode(ids: np.ndarray) -> str:
        return "abc"[ids[0]]

    with pytest.raises(ValueError, match="decode fails on the ids of sample 1: IndexError"):
        sample_pictures(tokens(np.array([[1, 0, 0, 0], [7, 0, 0, 0]])), decode)
    with pytest.raises(TypeError, match=r"decode must return a string.* got 3"):
        sample_pictures(tokens(np.ones((1, 4))), lambda ids: 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("decode", [3, "abc", [1, 2], {"a": 1}])
def test_what_is_no_decoder_is_refused(decode: Any) -> None:
    with pytest.raises(TypeError, match="decode must be a function"):
        checked_decode(decode)


def test_text_is_told_as_it_is() -> None:
    class Lengths(keras.Model):
        def call(self, texts: Any) -> Any:
            import tensorflow as tf

            return tf.cast(tf.strings.length(texts), "float32")[:, None]

    samples = sample_pictures(ModelProbe(Lengths(), np.array(["a cat", "zwölf"])))
    assert samples.texts == ("a cat", "zwölf")


def test_of_several_inputs_a_picture_leads_and_the_others_are_told_of() -> None:
    table, image = keras.Input((2,), name="table"), keras.Input((4, 4, 1), name="image")
    model = keras.Model([table, image], L.Dense(1)(L.Concatenate()([table, L.Flatten()(image)])))
    samples = sample_pictures(ModelProbe(model, [np.array([[1, 2.5]]), np.zeros((1, 4, 4, 1))]))
    assert samples.pictures is not None
    assert samples.more == ("table: 1, 2.5",)


def test_what_a_generator_makes_are_pictures() -> None:
    made = output_pictures(RNG.random((2, 8, 8, 3)).astype("float32"))
    assert made is not None and made.pictures is not None
    assert output_pictures(RNG.random((2, 8))) is None
