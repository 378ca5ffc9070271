"""A small model with an inspector, and a training of a few steps."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import TrainingMonitor

IMAGES = np.random.default_rng(1).random((24, 8, 8, 1)).astype("float32")
LABELS = np.random.default_rng(2).integers(0, 3, 24)
STEPS = 3
"""Batches of an epoch."""


class PromptMonitor(TrainingMonitor):
    """Its updates may follow one another faster than a page could draw them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, smallest_interval=0, **options)


def small_model(*, rate: float = 0.05, seed: int = 4, eager: bool = True) -> Any:
    """Four layers; eager training takes no time to begin."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            # A bias above 0: no channel is dead.
            kl.Conv2D(6, 3, activation="relu", bias_initializer="ones", name="conv1"),
            kl.Conv2D(5, 3, activation="relu", bias_initializer="ones", name="conv2"),
            kl.Flatten(name="flatten"),
            kl.Dense(3, name="logits"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss, run_eagerly=eager)
    return model


def inspected(**options: Any) -> Any:
    """An inspector of a small model."""
    return cv.ModelInspector(small_model(**options), IMAGES[:4])


def fit(model: Any, *callbacks: Any, epochs: int = 1, **options: Any) -> Any:
    """Train in the order of the samples."""
    options = {"batch_size": 8, "shuffle": False, "verbose": 0, **options}
    return model.fit(IMAGES, LABELS, epochs=epochs, callbacks=list(callbacks), **options)


def outputs_of(model: Any, layer: str) -> np.ndarray:
    """The model's own answer to what the inspector shows it."""
    part = keras.Model(model.inputs[0], model.get_layer(layer).output)
    return np.asarray(part(IMAGES[:4], training=False))
