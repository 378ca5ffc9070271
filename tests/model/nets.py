"""Small models, one of each kind, with weights that make the outputs easy to work out."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers as L

IMAGES = np.random.default_rng(7).normal(size=(4, 8, 8, 3)).astype("float32")


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(4, 3, name="conv"),
            L.BatchNormalization(name="norm"),
            L.ReLU(name="relu"),
            L.Dropout(0.5, name="drop"),
            L.Flatten(name="flat"),
            L.Dense(2, name="head"),
        ]
    )


def nested() -> Any:
    """A backbone that is used twice, joined by an operation: ``half`` and ``sum`` are none of a
    layer's."""
    backbone = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(2, 3, name="conv"), L.GlobalMaxPooling2D(name="pool")],
        name="backbone",
    )
    inputs = keras.Input((8, 8, 3))
    total = backbone(inputs) + backbone(inputs * 0.5)
    model = keras.Model(inputs, L.Dense(2, name="head")(total))
    # By themselves they are counted through the whole session: ``add_7``.
    for operation, name in {"Multiply": "half", "Add": "sum"}.items():
        next(each for each in model.operations if type(each).__name__ == operation).name = name
    return model


class Block(keras.Layer):
    """Returns something that no layer inside it does."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = L.Dense(3, name="inner", kernel_initializer="ones")

    def call(self, x: Any) -> Any:
        return x + self.inner(x)


class Subclassed(keras.Model):
    """Has a list of blocks, and returns a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [Block(name=f"block{k}") for k in range(2)]
        self.head = L.Dense(1, name="head", kernel_initializer="ones")

    def call(self, x: Any, training: bool = False) -> Any:
        for block in self.blocks:
            x = block(x)
        return {"logits": self.head(x), "features": x}


class Raising(keras.Model):
    """Raises inside `second` as long as `broken` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.first = L.Dense(2, name="first")
        self.second = Faulty(name="second")
        self.drop = L.Dropout(0.5, name="drop")

    def call(self, x: Any) -> Any:
        return self.drop(self.second(self.first(x)))


class Faulty(keras.Layer):
    error: BaseException | None = None

    def call(self, x: Any) -> Any:
        if self.error is not None:
            raise self.error
        return x * 2
