"""Occlusion against as many forward passes of the model, in batches, compiled.

A small network of four convolutions on 28 × 28 pixels, patches of 5 × 5 at every position with one
fill. Seconds are the processors', on one thread; both sides were traced before.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, occlude

from .table import Row

ROUNDS = 9
BATCH = 128
CHANNELS = (32, 32, 64, 64)
SIDE, PATCH = 28, 5
_FORWARD = "positions × one forward pass, in batches of 128"


def network() -> Any:
    """Four convolutions, two poolings, ten classes."""
    keras.utils.set_random_seed(0)
    layers: list[Any] = []
    for number, channels in enumerate(CHANNELS):
        layers.append(
            L.Conv2D(channels, 3, padding="same", activation="relu", name=f"conv{number + 1}")
        )
        if number % 2:
            layers.append(L.MaxPooling2D(2))
    ends = [L.GlobalAveragePooling2D(), L.Dense(10, name="logits")]
    return keras.Sequential([keras.Input((SIDE, SIDE, 1)), *layers, *ends])


def rows() -> list[Row]:
    """The rows of the table."""
    model = network()
    images = np.random.default_rng(0).normal(size=(64, SIDE, SIDE, 1)).astype("float32")
    probe = ModelProbe(model, images)
    positions = (SIDE - PATCH + 1) ** 2
    covered = np.repeat(images[:1], positions, axis=0)

    def forward(to: Any) -> Callable[[], object]:
        function = tf.function(lambda batch: to(batch, training=False), reduce_retracing=True)
        return lambda: [function(covered[k : k + BATCH]) for k in range(0, positions, BATCH)]

    def ours(**asked: Any) -> Callable[[], object]:
        return lambda: occlude(probe, 0, size=PATCH, stride=1, fill="mean", **asked)

    whole = forward(model)
    part = forward(keras.Sequential([keras.Input((SIDE, SIDE, 1)), *model.layers[:2]]))
    return [
        _row("a class and all its positions", _FORWARD, ours(target=0), whole, 1.1),
        _row(
            "a class and a channel of the last convolution in one pass",
            _FORWARD,
            ours(target=0, path="conv4", channel=0),
            whole,
            1.1,
        ),
        _row(
            "a channel of the second of four convolutions alone",
            _FORWARD,
            ours(path="conv2", channel=0),
            whole,
            0.8,
        ),
        _row(
            "the same",
            "positions × one pass to that layer",
            ours(path="conv2", channel=0),
            part,
            1.2,
        ),
    ]


def _row(
    what: str, against: str, ours: Callable[[], object], theirs: Callable[[], object], most: float
) -> Row:
    mine, other = _paired(ours, theirs)
    ratio = mine / other
    return Row(
        f"occlusion, {what}",
        against,
        f"{ratio:.2f}×",
        f"≤ {most}×",
        ratio <= most,
        f"{1000 * mine:.0f} against {1000 * other:.0f} ms of processor time, {ROUNDS} rounds",
    )


def _paired(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median processor seconds of two callables run in turn, after one warm-up each."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for function, taken in zip((ours, theirs), seconds, strict=True):
            start = time.process_time()
            function()
            if number:
                taken.append(time.process_time() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])
