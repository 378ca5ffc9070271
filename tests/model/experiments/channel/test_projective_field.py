"""Projective fields against transposed convolutions made by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L
from numpy.typing import NDArray

from cnnviz_widgets.model import ModelProbe, projective_field
from cnnviz_widgets.records.channel.projective_field import ProjectiveField

RNG = np.random.default_rng(5)
MAPS = RNG.normal(size=(4, 3, 4, 2)).astype("float32")


def footprint(kernel: Any, stride: int, place: tuple[int, int], shape: Any) -> NDArray[np.float64]:
    """What one unit of a transposed convolution without padding paints, if it is 1."""
    drawn = np.zeros((*shape, kernel.shape[2]))
    y, x = (stride * each for each in place)
    drawn[y : y + kernel.shape[0], x : x + kernel.shape[1]] = kernel
    return drawn


def linear(stride: int, kernel: Any, channels_first: bool = False) -> Any:
    """A decoder whose layer ``maps`` hands its input to one transposed convolution."""
    options = {"data_format": "channels_first"} if channels_first else {}
    model = keras.Sequential(
        [
            keras.Input((2, 3, 4) if channels_first else (3, 4, 2)),
            L.AveragePooling2D(1, name="maps", **options),
            L.Conv2DTranspose(3, kernel.shape[:2], strides=stride, name="up", **options),
        ]
    )
    model.get_layer("up").set_weights([kernel, RNG.normal(size=3)])
    return model


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 2)])
def test_a_unit_paints_its_kernel(stride: int, size: tuple[int, int]) -> None:
    kernel = RNG.normal(size=(*size, 3, 2)).astype("float32")
    model = linear(stride, kernel)
    probe = ModelProbe(model, MAPS)
    shape = model.output_shape[1:3]
    for channel, sample, place in ((0, 1, (0, 0)), (1, 3, (2, 3)), (1, 0, (1, 2))):
        found = projective_field(probe, "maps", channel, sample=sample, place=place)
        value = MAPS[(sample, *place, channel)]
        assert found.activation == pytest.approx(float(value))
        expected = value * footprint(kernel[..., channel], stride, place, shape)
        np.testing.assert_allclose(found.unit, expected, atol=1e-5)
        box = tuple((stride * at, stride * at + n) for at, n in zip(place, size, strict=True))
        assert found.extent == box
        whole = sum(
            MAPS[sample, y, x, channel] * footprint(kernel[..., channel], stride, (y, x), shape)
            for y in range(3)
            for x in range(4)
        )
        np.testing.assert_allclose(found.whole, whole, atol=1e-5)
        np.testing.assert_allclose(found.before, np.asarray(model(MAPS))[sample], atol=1e-6)


def test_strongest_sample_and_place_by_default_and_the_mean_as_rest() -> None:
    kernel = RNG.normal(size=(2, 2, 3, 2)).astype("float32")
    probe = ModelProbe(linear(2, kernel), MAPS)
    sample, *place = np.unravel_index(MAPS[..., 1].argmax(), MAPS.shape[:3])
    found = projective_field(probe, "maps", 1, how="mean", moment=7)
    assert (found.sample, found.place, found.moment) == (int(sample), tuple(map(int, place)), 7)
    mean = MAPS[..., 1].mean()
    assert found.set_to == pytest.approx(float(mean), abs=1e-6)
    at = (int(place[0]), int(place[1]))
    expected = (found.activation - mean) * footprint(kernel[..., 1], 2, at, found.before.shape[:2])
    np.testing.assert_allclose(found.unit, expected, atol=1e-5)
    with pytest.raises(ValueError, match="read-only"):
        found.unit[0] = 0


def test_channels_first() -> None:
    kernel = RNG.normal(size=(2, 3, 3, 2)).astype("float32")
    images = np.moveaxis(MAPS, -1, 1).copy()
    last = projective_field(ModelProbe(linear(2, kernel), MAPS), "maps", 1, place=(1, 2), sample=2)
    probe = ModelProbe(linear(2, kernel, channels_first=True), images)
    first = projective_field(probe, "maps", 1, place=(1, 2), sample=2)
    np.testing.assert_allclose(first.unit, np.moveaxis(last.unit, -1, 0), atol=1e-5)
    assert (first.axes, first.extent) == ((2, 3), last.extent)


def rectified(batch: int | None = None) -> Any:
    """A generator of which the second unit of the noise's layer is always shut."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((3,), batch_size=batch),
            L.Dense(12, activation="relu", name="dense"),
            L.Reshape((2, 2, 3), name="maps"),
            L.Conv2DTranspose(1, 3, strides=2, activation="tanh", name="drawn"),
        ]
    )
    kernel, bias = model.get_layer("dense").get_weights()
    bias[1] = -100
    model.get_layer("dense").set_weights([kernel, bias])
    return model


NOISE = RNG.normal(size=(6, 3)).astype("float32")


def without(model: Any, unit: int, row: int) -> Any:
    values = np.array(model.get_layer("dense")(NOISE))
    values[:, unit] = 0
    drawn = values
    for layer in model.layers[1:]:
        drawn = layer(drawn)
    return np.asarray(model(NOISE))[row] - np.asarray(drawn)[row]


def test_of_a_generator_each_is_what_the_model_draws_without() -> None:
    model = rectified()
    probe = ModelProbe(model, NOISE)
    found = projective_field(probe, "dense", 4)
    assert (found.place, found.axes) == ((), (1, 2))
    np.testing.assert_allclose(found.unit, without(model, 4, found.sample), atol=1e-6)
    np.testing.assert_array_equal(found.unit, found.whole)
    values = probe.outputs("dense")[found.sample]
    others = [k for k in np.flatnonzero(values) if k != 4][:8]
    assert found.others == min(8, int((values != 0).sum()) - 1)
    if found.others == len(others):
        norms = sorted(float(np.linalg.norm(without(model, int(k), found.sample))) for k in others)
        np.testing.assert_allclose(sorted(found.strengths), norms, rtol=1e-4)
    assert "Channel 4 of 'dense'" in found.summary


def test_a_shut_unit_paints_nothing() -> None:
    found = projective_field(ModelProbe(rectified(), NOISE), "dense", 1)
    assert found.extent is None
    assert found.doubt == "it paints nothing here"
    assert "without it nothing changes" in found.summary
    assert found.likeness_to_others is None


def test_a_fixed_batch_is_kept_to() -> None:
    free = projective_field(ModelProbe(rectified(), NOISE), "dense", 4, sample=3)
    fixed = projective_field(ModelProbe(rectified(batch=2), NOISE[:4]), "dense", 4, sample=3)
    np.testing.assert_allclose(fixed.unit, free.unit, atol=1e-6)
    np.testing.assert_allclose(fixed.strengths, free.strengths, rtol=1e-4)


def test_sequences_and_scores() -> None:
    one = keras.Sequential(
        [keras.Input((4, 2)), L.Activation("linear", name="maps"), L.Conv1DTranspose(1, 2, 2)]
    )
    rows = RNG.normal(size=(3, 4, 2)).astype("float32")
    found = projective_field(ModelProbe(one, rows), "maps", 0, place=2)
    assert (found.axes, found.extent) == ((1,), ((4, 6),))
    scores = keras.Sequential([keras.Input((4,)), L.Dense(3, name="maps"), L.Dense(2)])
    table = projective_field(ModelProbe(scores, rows[:, :, 0]), "maps", 0)
    assert (table.axes, table.extent) == ((), ())
    assert "the output changes by" in table.summary


def test_what_others_paint_too_is_doubted() -> None:
    model = keras.Sequential([keras.Input((5,)), L.Dense(4, name="units"), L.Dense(16)])
    model.add(L.Reshape((4, 4, 1)))
    weights = model.layers[1].get_weights()
    weights[0][:] = np.abs(RNG.normal(size=(1, 16)))
    model.layers[1].set_weights(weights)
    model.layers[0].set_weights([np.abs(RNG.normal(size=(5, 4))), np.zeros(4)])
    found = projective_field(ModelProbe(model, np.abs(RNG.normal(size=(3, 5)))), "units", 0)
    assert isinstance(found, ProjectiveField)
    assert found.likeness_to_others == pytest.approx(1)
    assert found.doubt == "mostly what other channels paint, too"
