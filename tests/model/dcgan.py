"""The study's DCGANs [WL20 §2], trained for moments on Fashion-MNIST, in one graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from dcgan_study.networks import NOISE, discriminator, generator
from numpy.typing import NDArray

Array = NDArray[Any]
FILE = Path(__file__).parents[2] / "notebooks" / "data" / "fashion_mnist_10k.npz"


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
