"""How others do it, and what a step cannot cost less than."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from ..zoo.data import Array


class Pictures(NamedTuple):
    """What a method made of each channel.

    Attributes
    ----------
    images : ndarray, shape (channels, …)
    blank : ndarray of bool, shape (channels,)
        Where it stood still, or gave up.
    """

    images: Array
    blank: Array


def keras_blog(model: Any, path: str, inputs: Array, channels: Array) -> Pictures:
    """'How convolutional neural networks see the world': its start, its steps, its way to give up.

    From grey noise, (128 ± 10) / 255 of the range, 20 steps of 1 / 255 of the range along the
    gradient over its own root mean square; a filter whose loss is 0 is passed over.
    """
    low, span = float(inputs.min()), float(inputs.max() - inputs.min())
    part = keras.Model(model.inputs, model.get_layer(path).output)

    @tf.function
    def step(images: Any, chosen: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(images)
            maps = tf.gather(part(images, training=False), chosen, axis=-1, batch_dims=1)
            loss = tf.reduce_mean(maps, list(range(1, len(maps.shape))))
        slope = tape.gradient(loss, images)
        size = tf.sqrt(tf.reduce_mean(slope**2, [1, 2, 3], keepdims=True)) + 1e-5
        return loss, images + slope / size * span / 255

    noise = np.random.default_rng(0).uniform(size=(len(channels), *inputs.shape[1:]))
    images = tf.constant(low + span * (noise * 20 + 128) / 255, tf.float32)
    blank = np.zeros(len(channels), dtype=bool)
    for _ in range(20):
        loss, moved = step(images, tf.constant(channels))
        blank |= np.asarray(loss) <= 0
        images = tf.where(blank[:, None, None, None], images, moved)
    return Pictures(np.asarray(images), blank)


def bare_step(model: Any, path: str, inputs: Array, channels: Array) -> Callable[[], Any]:
    """One pass forward to a layer and back to the pixels, compiled, of one batch."""
    part = keras.Model(model.inputs, model.get_layer(path).output)
    images = tf.constant(inputs[: len(channels)])
    mask = tf.one_hot(channels, part.output_shape[-1])

    @tf.function
    def step() -> Any:
        maps = tf.einsum("b...c,bc->b...", part(images, training=False), mask)
        return tf.gradients(tf.reduce_mean(maps), images)[0]

    return step


def tf_keras_vis(model: Any, path: str, inputs: Array, channels: Array) -> Array:
    """Activation maximisation by tf-keras-vis with its own settings, in one batch."""
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.utils.model_modifiers import ExtractIntermediateLayer, ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    maximise = ActivationMaximization(
        model, [ExtractIntermediateLayer(path), ReplaceToLinear()], clone=True
    )
    low, high = float(inputs.min()), float(inputs.max())
    noise = np.random.default_rng(0).uniform(low, high, (len(channels), *inputs.shape[1:]))
    return np.asarray(
        maximise(
            CategoricalScore([int(each) for each in channels]),
            seed_input=noise.astype("float32"),
            input_range=(low, high),
        )
    )
