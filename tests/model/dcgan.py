"""The three DCGANs of [WL20 §2], scaled to small images, trained for moments on Fashion-MNIST.

| | generator v1 | v2, v3 | discriminator v1, v2 | v3 |
|---|---|---|---|---|
| | ``dense1``, ``dense2`` | ``dense2`` | without | with batch normalisation |

Layers are named as in v1 throughout, so that the same name is the same place. The last layer of a
generator is tanh: with the paper's ReLU it cannot reach images in [−1, 1].
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from numpy.typing import NDArray

Array = NDArray[Any]
FILE = Path(__file__).parents[2] / "notebooks" / "data" / "fashion_mnist_10k.npz"
NOISE = 256
VERSIONS = (1, 2, 3)


def generator(version: int, size: int, output: str = "tanh") -> Any:
    """Noise (256,) to an image (size, size, 3); `size` is a multiple of 8."""
    side = size // 8
    units = side * side * 64
    inputs = x = keras.Input((NOISE,))
    if version == 1:
        x = L.Dense(units // 10, activation="relu", name="dense1")(x)
    x = L.Dense(units, activation="relu", name="dense2")(x)
    x = L.Reshape((side, side, 64), name="reshape")(x)
    for name, channels, activation in (
        ("up1", 32, "relu"),
        ("up2", 16, "relu"),
        ("image", 3, output),
    ):
        x = L.Conv2DTranspose(
            channels, 5, strides=2, padding="same", activation=activation, name=name
        )(x)
    return keras.Model(inputs, x, name=f"generator_v{version}")


def discriminator(version: int, size: int) -> Any:
    """An image (size, size, 3) to the probability that it is real."""
    inputs = x = keras.Input((size, size, 3))
    for name, channels in (("conv1", 16), ("conv2", 32), ("conv3", 64)):
        x = _leaky(version, L.Conv2D(channels, 5, strides=2, padding="same", name=name))(x)
    x = L.Flatten(name="flatten")(x)
    x = _leaky(version, L.Dense(160, name="dense1"))(x)
    x = L.Dense(1, activation="sigmoid", name="verdict")(x)
    return keras.Model(inputs, x, name=f"discriminator_v{version}")


def _leaky(version: int, layer: Any) -> Any:
    """A layer, from version 3 on its normalisation, and LeakyReLU."""

    def apply(x: Any) -> Any:
        x = layer(x)
        if version >= 3:
            x = L.BatchNormalization(name=f"{layer.name}_norm")(x)
        return L.LeakyReLU(negative_slope=0.2, name=f"{layer.name}_act")(x)

    return apply


def images(size: int) -> Array:
    """Fashion-MNIST in [−1, 1], (8000, size, size, 3), float32."""
    with np.load(FILE) as file:
        grey = file["x_train"][..., None].astype("float32") / 127.5 - 1
    return np.repeat(np.asarray(tf.image.resize(grey, (size, size))), 3, axis=-1)


def train(
    version: int,
    size: int,
    steps: int,
    seed: int,
    real: Array,
    *,
    output: str = "tanh",
    faster: float = 1.0,
) -> tuple[Any, Any]:
    """Generator and discriminator after some steps, as the paper trains them.

    RMSprop, learning rate 7e-4 and 3e-4, binary cross-entropy, batches of 64, those of real and
    of generated images apart.
    """
    keras.utils.set_random_seed(seed)
    made, judge = generator(version, size, output), discriminator(version, size)
    optimizers = tuple(keras.optimizers.RMSprop(rate * faster) for rate in (7e-4, 3e-4))
    for optimizer, model in zip(optimizers, (made, judge), strict=True):
        optimizer.build(model.trainable_variables)
    loss = keras.losses.BinaryCrossentropy()
    rng = np.random.default_rng(seed)
    picks = tf.constant(rng.integers(0, len(real), (steps, 64)))
    noise = tf.constant(rng.standard_normal((steps, 64, NOISE)).astype("float32"))
    reals = tf.constant(real)
    yes, no = tf.ones((64, 1)), tf.zeros((64, 1))

    @tf.function
    def run() -> None:
        for k in tf.range(steps):
            with tf.GradientTape(persistent=True) as tape:
                fake = made(noise[k], training=True)
                doubt = judge(fake, training=True)
                right = loss(yes, judge(tf.gather(reals, picks[k]), training=True))
                of_judge, of_made = right + loss(no, doubt), loss(yes, doubt)
            for value, optimizer, model in (
                (of_judge, optimizers[1], judge),
                (of_made, optimizers[0], made),
            ):
                variables = model.trainable_variables
                optimizer.apply(tape.gradient(value, variables), variables)

    run()
    return made, judge


def noise(samples: int, seed: int = 0) -> Array:
    """Inputs for a generator, (samples, 256)."""
    return np.random.default_rng(seed).standard_normal((samples, NOISE)).astype("float32")
