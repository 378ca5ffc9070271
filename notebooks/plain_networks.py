"""The networks that the sixth notebook maps, and their training: small ones after CNNVis's."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

PLANS: dict[str, tuple[int | str, ...]] = {
    "shallow": (8, 8, "halve", 16, 16, "halve", 32, 32, 32, "halve"),
    "base": (8, 8, "halve", 16, 16, "halve", 16, 16, 16, "halve", 32, 32, 32, "halve"),
    "deep": (*[8] * 4, "halve", *[16] * 4, "halve", *[16] * 6, "halve", *[32] * 6, "halve"),
}
"""Channels of each convolution, in order, and where the map is halved."""

KINDS: dict[str, tuple[str, float]] = {
    "shallow": ("shallow", 1),
    "base": ("base", 1),
    "deep": ("deep", 1),
    "narrow": ("base", 0.25),
    "wide": ("base", 4),
}
"""The plan of each network, and how many times its channels."""


def network(kind: str, *, seed: int = 0, spread: float | None = None) -> keras.Sequential:
    """A network of convolutions and two dense layers, untrained.

    Parameters
    ----------
    kind : str
        Of `KINDS`.
    seed : int
        Of Keras', Python's and NumPy's random numbers from here on.
    spread : float, optional
        The standard deviation of the weights at the start, of all layers but the last; by default
        that of He, which keeps the size of the signal from layer to layer.
    """
    plan, width = KINDS[kind]
    keras.utils.set_random_seed(seed)
    start = "he_normal" if spread is None else keras.initializers.RandomNormal(stddev=spread)
    stack = [keras.Input((28, 28, 1))]
    convolutions = 0
    for step in PLANS[plan]:
        if isinstance(step, str):
            stack.append(layers.MaxPooling2D(name=f"pool{convolutions}"))
            continue
        convolutions += 1
        stack.append(
            layers.Conv2D(
                max(1, round(step * width)),
                3,
                padding="same",
                activation="relu",
                kernel_initializer=start,
                name=f"conv{convolutions}",
            )
        )
    dense = layers.Dense(
        round(32 * width), activation="relu", kernel_initializer=start, name="dense"
    )
    last = layers.Dense(10, activation="softmax", name="answer")
    return keras.Sequential([*stack, layers.Flatten(name="flatten"), dense, last], name=kind)


def train(
    model: keras.Model, images: np.ndarray, labels: np.ndarray, epochs: int, rate: float = 2e-3
) -> None:
    """Train a network with Adam, in batches of 64."""
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(images, labels, batch_size=64, epochs=epochs, verbose=0)
