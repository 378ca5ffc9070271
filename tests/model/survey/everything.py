"""What a survey has to find, by holding every activation of every sample at once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers as L
from numpy.typing import NDArray

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.records.survey.layer_summary import LayerSummary
from cnnviz_widgets.records.survey.sample_digests import as_pairs
from cnnviz_widgets.records.survey.survey import Survey

from ...analysis.survey.passes import bits

Values = NDArray[Any]

CLASSES = 3
SAMPLES = 200
# A survey's passes are on so many samples; held passes are made on as many.
BATCH = 64


def images() -> Values:
    return np.random.default_rng(0).normal(size=(SAMPLES, 7, 6, 2)).astype("float32")


def labels() -> Values:
    return np.random.default_rng(1).integers(0, CLASSES, SAMPLES)


def small() -> Any:
    """With a channel that is dead and one that is constant."""
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [
            keras.Input((7, 6, 2)),
            L.Conv2D(5, 3, activation="relu", name="conv"),
            L.MaxPooling2D(name="pool"),
            L.Conv2D(4, 2, padding="same", activation="tanh", name="bent"),
            L.Flatten(name="flat"),
            L.Dense(CLASSES, activation="softmax", name="head"),
        ]
    )
    kernel, bias = (np.array(each) for each in model.get_layer("conv").get_weights())
    kernel[..., :2] = 0
    bias[:2] = -1, 0.25
    model.get_layer("conv").set_weights([kernel, bias])
    return model


def held(model: Any, inputs: Any, paths: Any) -> dict[str, Values]:
    """Path → all outputs, shape (N, …), from passes as long as a survey's."""
    count = len(keras.tree.flatten(inputs)[0])
    parts: dict[str, list[Values]] = {path: [] for path in paths}
    probe: Any = None
    for first in range(0, count, BATCH):
        rows = np.minimum(np.arange(first, first + BATCH), count - 1)
        batch = keras.tree.map_structure(lambda each, at=rows: np.asarray(each)[at], inputs)
        probe = ModelProbe(model, batch)
        for path, values in probe.read(paths).items():
            parts[path].append(values[: count - first])
    outputs = {}
    for path, each in parts.items():
        values = np.concatenate(each).astype("float32")
        axis = probe.info(path).channel_axis
        outputs[path] = np.moveaxis(values, axis, -1)
    return outputs


def check_survey(survey: Survey, outputs: dict[str, Values], classes: Values | None = None) -> None:
    """All that each layer's summary says, against its held values."""
    assert list(survey.layers) == list(outputs)
    for path, values in outputs.items():
        try:
            check_layer(survey.layers[path], values, classes)
        except AssertionError as wrong:
            raise AssertionError(f"{path}: {wrong}") from wrong


def check_layer(layer: LayerSummary, values: Values, classes: Values | None = None) -> None:
    samples, channels = len(values), values.shape[-1]
    flat = values.reshape(samples, -1, channels).astype("float64")
    assert (layer.samples, layer.channels, layer.axes) == (samples, channels, values.shape[1:-1])
    assert layer.values.tolist() == [flat[..., 0].size] * channels
    finite = np.isfinite(flat)
    assert layer.nonfinite.tolist() == (~finite).sum((0, 1)).tolist()
    assert layer.zeros.tolist() == (flat == 0).sum((0, 1)).tolist()
    assert layer.nonzero_samples.tolist() == (flat != 0).any(axis=1).sum(0).tolist()
    assert layer.fired.tolist() == (finite & (flat > 0)).any(axis=1).sum(0).tolist()
    known = np.where(finite, flat, np.nan)
    np.testing.assert_array_equal(layer.low, np.nanmin(known, (0, 1)))
    np.testing.assert_array_equal(layer.high, np.nanmax(known, (0, 1)))
    mean, std = np.nanmean(known, (0, 1)), np.nanstd(known, (0, 1))
    span = np.maximum(std, np.abs(mean))
    assert (np.abs(layer.mean - mean) <= 1e-6 * span + 1e-12).all(), (layer.mean, mean)
    assert (np.abs(layer.std - std) <= 1e-6 * span + 1e-12).all(), (layer.std, std)
    check_extremes(layer.strongest, np.where(finite, flat, -np.inf), layer.axes, 1)
    check_extremes(layer.weakest, np.where(finite, flat, np.inf), layer.axes, -1)
    if classes is None:
        assert layer.class_means.shape == (channels, 0)
        return
    for number, means in enumerate(layer.class_means.T):
        of = known[classes == number]
        assert layer.class_samples[number] == len(of)
        if len(of):
            # Each sample counts once, however many of its values are finite.
            there = np.isfinite(of).any(axis=1)
            truth = np.nanmean(np.where(there[:, None], of, 0), axis=1).mean(0, where=there)
            assert (np.abs(means - truth) <= 1e-6 * np.maximum(span, np.abs(truth)) + 1e-12).all()
            assert layer.class_fired[:, number].tolist() == (of > 0).any(axis=1).sum(0).tolist()


def check_extremes(found: Any, flat: Values, axes: tuple[int, ...], sign: int) -> None:
    """Nine samples of each channel, by their one extreme value; the lower number first of equal."""
    extremes = (sign * flat).max(axis=1)
    order = np.argsort(-extremes, axis=0, kind="stable")[:9].T
    there = np.isfinite(np.take_along_axis(extremes.T, order, axis=1))
    count = order.shape[1]
    np.testing.assert_array_equal(found.samples[:, :count], np.where(there, order, -1))
    assert (found.samples[:, count:] == -1).all()
    for channel, samples in enumerate(order):
        for rank, sample in enumerate(samples):
            if not there[channel, rank]:
                continue
            column = sign * flat[sample, :, channel]
            assert found.values[channel, rank] == sign * column.max()
            place = tuple(int(at) for at in np.unravel_index(column.argmax(), axes)) if axes else ()
            assert tuple(found.places[channel, rank].tolist()) == place


def survey_bits(survey: Survey) -> dict[str, Any]:
    """All that it holds, as bytes."""
    layers: dict[str, Any] = {path: bits(summary.tally) for path, summary in survey.layers.items()}
    digests = as_pairs(survey.digests)
    return {"ranges": survey.ranges, "weights": survey.weights, "digests": digests, **layers}
