"""Inputs of samples that were surveyed: had again by their numbers, in a bounded memory."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as kl

from cnnviz_widgets.model import ModelProbe, survey
from cnnviz_widgets.model.samples import surveyed_inputs
from cnnviz_widgets.model.samples.pool import Pool
from cnnviz_widgets.model.samples.surveyed_inputs import (
    flat_inputs,
    inputs_of,
    is_source,
    source_of,
)

IMAGES = np.random.default_rng(0).random((90, 8, 8, 1)).astype("float32")


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.Input((8, 8, 1)), kl.Conv2D(3, 3, activation="relu"), kl.Flatten(), kl.Dense(2)]
    )


def test_arrays_are_had_again_as_the_model_takes_them(model: Any) -> None:
    source = source_of(model, IMAGES[..., 0], None)
    assert source is not None
    [taken] = inputs_of(ModelProbe(model, IMAGES[:2]), source, np.array([70, 3]))
    np.testing.assert_array_equal(taken, IMAGES[[70, 3]])


def test_all_of_arrays_that_are_longer_than_a_pool(model: Any) -> None:
    many = np.zeros((10_050, 8, 8, 1), "float32")
    source = source_of(model, many, np.arange(10_050) % 2)
    assert source is not None and source.size == 10_050
    assert source.take([10_049])[1].tolist() == [1]


@pytest.mark.parametrize("data", ["dataset", "function"])
def test_what_runs_by_is_not_at_hand(model: Any, data: str) -> None:
    given = (
        tf.data.Dataset.from_tensor_slices(IMAGES).batch(8)
        if data == "dataset"
        else lambda index: (0, IMAGES)
    )
    assert source_of(model, given, None) is None


def test_of_large_images_pixels_are_left_out(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveyed_inputs, "MOST_BYTES", 90 * 8 * 8)
    probe = ModelProbe(model, IMAGES[:2])
    [taken] = inputs_of(probe, Pool(model, IMAGES), np.arange(90))
    np.testing.assert_array_equal(taken, IMAGES[:, ::2, ::2])
    [shown] = flat_inputs(probe, 90)
    assert shown.shape[1:] == taken.shape[1:]


def test_a_pool_is_told_from_others_by_what_the_model_makes_of_it(model: Any) -> None:
    probe, surveyed = ModelProbe(model, IMAGES[:2]), survey(model, IMAGES)
    assert is_source(surveyed, probe, Pool(model, IMAGES))
    assert not is_source(surveyed, probe, Pool(model, IMAGES[1:]))
    assert not is_source(surveyed, probe, Pool(model, IMAGES[::-1]))
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES).batch(8)
    # It has not been read.
    assert not is_source(surveyed, probe, Pool(model, dataset))
