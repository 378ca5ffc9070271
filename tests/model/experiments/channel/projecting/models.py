"""Tiny models to lead back through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers as L

from cnnviz_widgets.model import ModelProbe

IMAGES = np.random.default_rng(5).normal(size=(3, 16, 16, 3)).astype("float32")


class Parts(keras.Model):
    """Layers in a row, in a call of its own; rectifiers bare."""

    def __init__(self, parts: Sequence[Any]) -> None:
        super().__init__()
        self.parts = list(parts)

    def call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x


def between(*activations: Any) -> ModelProbe:
    """Each activation behind a convolution, and a linear one behind them all."""
    keras.utils.set_random_seed(1)
    layers: list[Any] = [keras.Input((8, 8, 3))]
    for activation in activations:
        layers += [L.Conv2D(4, 3, padding="same"), activation]
    model = keras.Sequential([*layers, L.Conv2D(3, 3, name="last")])
    return ModelProbe(model, IMAGES[:, :8, :8])


def bare(function: Callable[[Any], Any]) -> Any:
    class Bare(keras.Layer):
        def call(self, x: Any) -> Any:
            return function(x)

    return Bare()
