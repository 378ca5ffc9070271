"""Activations led back to the input: exactness, cost, and how much of a map is the picture's.

Exactness is against a deconvnet and guided backpropagation written in NumPy, in double precision,
without automatic differentiation. Seconds are the processors', on one thread; all were traced
before. The network has five convolutions and random weights.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, get_args

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, model_lock, project_back
from cnnviz_widgets.model.experiments.channel.projecting.projector import Projector
from cnnviz_widgets.model.experiments.channel.tapped_pass import TappedPass
from cnnviz_widgets.records.channel.projection import MOSTLY_SHARED, Rule

from .table import Row

ROUNDS = 25
RULES: tuple[Rule, ...] = get_args(Rule)
IMAGES = 16


def rows() -> list[Row]:
    """The rows of the table."""
    return [*_exactness_rows(), *_cost_rows(), *_likeness_rows()]


def _exactness_rows() -> list[Row]:
    from tests.model.experiments.channel.projecting.models import IMAGES as SMALL
    from tests.model.experiments.channel.test_back_projection import by_hand, small_vgg

    model = small_vgg()
    probe = ModelProbe(model, SMALL)
    names = [layer.name for layer in model.layers]
    result = []
    for rule in RULES:
        errors = []
        for path in names:
            layers = model.layers[: names.index(path) + 1]
            for sample, channel in np.argwhere(probe.outputs(path).max(axis=(1, 2)) > 0)[::3]:
                row, number = int(sample), int(channel)
                found = project_back(probe, path, number, row, rule=rule, fresh=False)
                place, _, expected = by_hand(layers, SMALL[row], number, rule)
                assert found.place == place
                errors.append(np.abs(found.map - expected).max() / np.abs(expected).max())
        result.append(
            Row(
                f"{rule} of {len(errors)} channels in {len(names)} layers",
                "the same in NumPy, float64",
                f"{max(errors):.1e} of the map's maximum, at worst",
                "≤ 1e-5",
                max(errors) <= 1e-5,
                "convolutions, rectifiers and poolings by hand",
            )
        )
    return result


def _network() -> Any:
    keras.utils.set_random_seed(0)
    layers: list[Any] = []
    for number, channels in enumerate((32, 32, 64, 64, 128)):
        options = {"padding": "same", "activation": "relu", "name": f"conv{number + 1}"}
        layers.append(L.Conv2D(channels, 3, **options))
        if number in (1, 3):
            layers.append(L.MaxPooling2D(2))
    return keras.Sequential([keras.Input((64, 64, 3)), *layers])


def _cost_rows() -> list[Row]:
    model = _network()
    images = np.random.default_rng(0).normal(size=(IMAGES, 64, 64, 3)).astype("float32")
    probe = ModelProbe(model, images)
    channels = np.arange(12)

    @tf.function
    def bare(batch: Any) -> Any:
        output = model(batch, training=False)
        at = tf.gather(output, tf.range(12), axis=-1, batch_dims=0)
        return tf.gradients(tf.reduce_sum(tf.reduce_max(at, [1, 2])), batch)[0]

    batch = tf.constant(np.repeat(images[:1], 12, axis=0))
    with model_lock(model), probe.steady():
        tapped = TappedPass(probe, "conv5")

        def led_back(rule: Rule) -> Callable[[], object]:
            projector = Projector.of(tapped, rule)
            return lambda: projector.led_back(tapped.given, 0, channels, None)

        # The gradient by hand first.
        works = [lambda: np.asarray(bare(batch)), *map(led_back, RULES)]
        base, *seconds = _interleaved(works)
    return [
        Row(
            f"{rule} of 12 channels of the fifth convolution, 64×64 pixels",
            "a plain gradient of the same batch, by hand",
            f"{each / base:.2f}×",
            "≤ 1.2×",
            each <= 1.2 * base,
            f"{1e3 * each:.0f} against {1e3 * base:.0f} ms of processor time, the medians of "
            f"{ROUNDS} rounds in turn",
        )
        for rule, each in zip(RULES, seconds, strict=True)
    ]


def _interleaved(works: list[Callable[[], object]]) -> list[float]:
    """Median processor seconds of each, run in turn after one warm-up."""
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 1):
        for work, taken in zip(works, seconds, strict=True):
            start = time.process_time()
            work()
            if number:
                taken.append(time.process_time() - start)
    return [statistics.median(each) for each in seconds]


def _likeness_rows() -> list[Row]:
    """Of a trained network, as far as the reference is concerned: weights of another seed."""
    from .zoo.data import scaled, training

    images, labels = training()
    pictures = scaled(images, "unit")[:2_000]
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input(pictures.shape[1:]),
            L.Conv2D(16, 3, activation="relu", name="conv1"),
            L.MaxPooling2D(),
            L.Conv2D(32, 3, activation="relu", name="conv2"),
            L.Conv2D(32, 3, activation="relu", name="conv3"),
            L.GlobalAveragePooling2D(),
            L.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(pictures, labels[:2_000], epochs=8, verbose=0)
    probe = ModelProbe(model, pictures[:8])
    fires = np.argwhere(probe.outputs("conv3").max(axis=(1, 2)) > 0)
    asked = [tuple(map(int, each)) for each in fires[:: len(fires) // 8]][:8]
    result = []
    for rule in RULES:
        found = [project_back(probe, "conv3", channel, row, rule=rule) for row, channel in asked]
        others, fresh = (
            float(np.nanmedian([np.nan if each is None else each for each in values]))
            for values in (
                [each.likeness_to_others for each in found],
                [each.likeness_to_fresh for each in found],
            )
        )
        result.append(
            Row(
                f"{rule}: likeness to other channels' maps, and to a fresh network's",
                f"{MOSTLY_SHARED}: most of the map is what all have in common",
                f"{others:.2f}, {fresh:.2f}",
                "for comparison",
                None,
                f"median cosines of {len(found)} channels of a small trained network; "
                f"{sum(each.doubt is not None for each in found)} are doubted",
            )
        )
    return result
