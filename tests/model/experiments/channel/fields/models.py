"""Tiny models, one for each way in which places of a layer come to see parts of the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import ops

Image = (15, 14, 2)


def strided() -> Any:
    return keras.Sequential(
        [
            keras.Input((21, 20, 1)),
            L.Conv2D(2, 5, 2, "same", activation="relu", name="five"),
            L.MaxPooling2D(3, 2, "same", name="pool"),
            L.Conv2D(2, (2, 3), 1, "valid", name="uneven"),
            L.BatchNormalization(name="norm"),
            L.LeakyReLU(name="leaky"),
            L.Dropout(0.5, name="drop"),
            L.AveragePooling2D(2, 1, "same", name="average"),
            L.GlobalAveragePooling2D(name="everywhere"),
            L.Dense(2, activation="softmax", name="head"),
        ]
    )


def dilated() -> Any:
    """Gaps behind gaps: some places see only every other position, and edges cut in between."""
    return keras.Sequential(
        [
            keras.Input((13, 16, 1)),
            L.Conv2D(2, 3, dilation_rate=2, padding="same", name="first"),
            L.Conv2D(2, 3, dilation_rate=3, padding="same", activation="relu", name="second"),
            L.Conv2D(1, 2, dilation_rate=4, padding="same", name="even"),
            L.DepthwiseConv2D(3, dilation_rate=2, padding="valid", name="depthwise"),
            L.MaxPooling2D(2, 2, name="pool"),
        ]
    )


def far_apart() -> Any:
    """Dilation by more than the picture is wide: taps fall beside it."""
    return keras.Sequential(
        [
            keras.Input((6, 5, 1)),
            L.ZeroPadding2D(((4, 3), (2, 5)), name="wide"),
            L.Conv2D(1, 2, dilation_rate=5, padding="same", name="apart"),
            L.Conv2D(1, 3, 2, "valid", name="strided"),
        ]
    )


def decoder() -> Any:
    return keras.Sequential(
        [
            keras.Input((5, 6, 2)),
            L.Conv2DTranspose(3, 3, 2, "same", activation="relu", name="double"),
            L.ZeroPadding2D(((1, 2), (0, 3)), name="pad"),
            L.SeparableConv2D(3, 3, 2, "same", name="separable"),
            L.UpSampling2D((2, 3), name="nearest"),
            L.Cropping2D(((1, 0), (2, 1)), name="crop"),
            L.Conv2DTranspose(2, (2, 3), (3, 2), "valid", name="gaps"),
            L.Conv2DTranspose(2, 4, 2, "same", output_padding=1, name="longer"),
            L.UpSampling2D(2, interpolation="bilinear", name="bilinear"),
            L.AveragePooling2D(3, 2, "same", name="average"),
        ]
    )


def resized() -> Any:
    inputs = keras.Input((9, 7, 1))
    x = L.Resizing(13, 5, name="bilinear")(inputs)
    x = L.Conv2D(1, 3, padding="same", name="conv")(x)
    x = L.Resizing(6, 11, interpolation="nearest", name="nearest")(x)
    return keras.Model(inputs, L.Resizing(8, 9, interpolation="bicubic", name="cubic")(x))


def branches() -> Any:
    inputs = keras.Input((15, 16, 1))
    a = L.Conv2D(2, 3, 2, "same", activation="relu", name="near")(inputs)
    b = L.Conv2D(2, 7, 2, "same", activation="relu", name="far")(inputs)
    c = L.MaxPooling2D(2, 2, "same", name="pool")(inputs)
    x = L.Concatenate(name="joined")([a, b, c])
    y = L.Conv2D(5, 3, padding="same", dilation_rate=2, activation="relu", name="wide")(x)
    x = L.Add(name="sum")([x, y])
    x = L.Multiply(name="gated")([x, L.Dense(5, activation="sigmoid", name="gate")(x)])
    x = L.DepthwiseConv2D(3, 2, "valid", depth_multiplier=2, name="depthwise")(x)
    return keras.Model(inputs, L.GlobalMaxPooling2D(name="top")(x))


def squeezed() -> Any:
    """Excitation: what a place sees is multiplied by what all see."""
    inputs = keras.Input((8, 8, 2))
    x = L.Conv2D(4, 3, name="conv")(inputs)
    s = L.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    s = L.Conv2D(4, 1, activation="sigmoid", name="excite")(s)
    return keras.Model(inputs, L.Multiply(name="scaled")([x, s]))


def nested() -> Any:
    backbone = keras.Sequential(
        [
            keras.Input(Image),
            L.Conv2D(3, 3, activation="relu", name="conv"),
            L.MaxPooling2D(2, name="pool"),
        ],
        name="backbone",
    )
    inputs = keras.Input(Image)
    x = L.Conv2D(4, 3, name="behind")(backbone(inputs))
    return keras.Model(inputs, L.ReLU(name="relu")(x))


def shared() -> Any:
    inputs = keras.Input((9, 9, 1))
    twice = L.Conv2D(1, 3, padding="same", activation="relu", name="twice")
    first = twice(inputs)
    x = L.Add(name="sum")([first, twice(first)])
    return keras.Model(inputs, twice(x))


class Residual(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.one = L.Conv2D(3, 3, padding="same", name="one")
        self.two = L.Conv2D(3, 3, padding="same", name="two")
        self.norm = L.BatchNormalization(name="norm")
        self.pool = L.MaxPooling2D(2, name="pool")
        self.flat = L.Flatten(name="flat")
        self.head = L.Dense(3, name="head")

    def call(self, x: Any, training: bool = False) -> Any:
        x = ops.relu(self.one(x))
        y = ops.relu(self.norm(self.two(x), training=training))
        return self.head(self.flat(self.pool(x + y)))


def subclassed() -> Any:
    model = Residual()
    model(np.zeros((1, 10, 9, 1)))
    return model


def channels_first() -> Any:
    first = "channels_first"
    return keras.Sequential(
        [
            keras.Input((2, 11, 12)),
            L.ZeroPadding2D(((1, 2), (0, 3)), data_format=first, name="pad"),
            L.DepthwiseConv2D(3, data_format=first, name="depthwise"),
            L.MaxPooling2D(2, data_format=first, name="pool"),
            L.UpSampling2D(2, data_format=first, name="up"),
            L.BatchNormalization(axis=1, name="norm"),
            L.GlobalAveragePooling2D(data_format=first, name="everywhere"),
        ]
    )


def grouped() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 9, 4)),
            L.Conv2D(4, 3, 2, "same", groups=2, name="groups"),
            L.GroupNormalization(2, name="norm"),
        ]
    )


def normalised() -> Any:
    return keras.Sequential(
        [
            keras.Input((7, 8, 3)),
            L.Conv2D(4, 3, padding="same", name="conv"),
            L.LayerNormalization(name="by_place"),
            L.Dense(3, activation="gelu", name="one_by_one"),
            L.PReLU(name="prelu"),
            L.UnitNormalization(name="unit"),
            L.Permute((2, 1, 3), name="turned"),
            L.Conv2D(2, (1, 3), activation="silu", name="across"),
            L.Softmax(name="share"),
        ]
    )


def series() -> Any:
    """A stack of causal convolutions, each reaching farther back."""
    return keras.Sequential(
        [
            keras.Input((24, 2)),
            *(L.Conv1D(2, 2, padding="causal", dilation_rate=2**k, name=f"c{k}") for k in range(3)),
            L.MaxPooling1D(2, name="pool"),
            L.Conv1D(2, 3, 2, "same", activation="tanh", name="strided"),
            L.Conv1DTranspose(2, 3, 2, name="transposed"),
            L.UpSampling1D(2, name="up"),
            L.Cropping1D((1, 2), name="crop"),
            L.SeparableConv1D(2, 3, name="separable"),
            L.AveragePooling1D(2, name="average"),
            L.GlobalMaxPooling1D(name="top"),
        ]
    )


def volume() -> Any:
    return keras.Sequential(
        [
            keras.Input((7, 6, 8, 1)),
            L.Conv3D(2, 3, 2, "same", name="conv"),
            L.UpSampling3D((1, 2, 1), name="up"),
            L.Conv3DTranspose(1, 2, 2, name="transposed"),
            L.MaxPooling3D(2, name="pool"),
            L.Conv3D(1, 2, dilation_rate=2, padding="same", name="dilated"),
            L.AveragePooling3D(2, name="average"),
        ]
    )


def two_inputs() -> Any:
    image, curve = keras.Input((8, 9, 1), name="image"), keras.Input((12, 2), name="curve")
    x = L.Conv2D(2, 3, name="seen")(image)
    y = L.Conv1D(2, 3, 2, name="heard")(curve)
    y = L.Dense(2, name="last")(L.GlobalAveragePooling1D(name="loud")(y))
    return keras.Model([curve, image], L.Add(name="both")([x, L.Reshape((1, 1, 2), name="all")(y)]))


def attention() -> Any:
    inputs = keras.Input((6, 4))
    x = L.Conv1D(4, 3, padding="same", name="local")(inputs)
    y = L.MultiHeadAttention(2, 2, name="attention")(x, x)
    return keras.Model(inputs, L.Add(name="sum")([x, y]))


def patches() -> Any:
    inputs = keras.Input((8, 12, 1))
    x = L.Conv2D(3, 4, 4, name="embedding")(inputs)
    x = L.Reshape((6, 3), name="tokens")(x)
    x = L.Dense(3, activation="relu", name="each")(x)
    return keras.Model(inputs, L.Reshape((2, 3, 3), name="picture")(x))


def operations() -> Any:
    """What graphs have besides layers, and pixels that are moved into channels and back."""
    inputs = keras.Input((8, 6, 2))
    x = L.Conv2D(4, 3, padding="same", name="conv")(inputs)
    x = ops.pad(x, [[0, 0], [2, 1], [0, 3], [0, 0]], mode="reflect")
    x = ops.flip(x, axis=1)
    x = ops.roll(x, 3, axis=2)[:, 1:-2:2, ::-1]
    x = ops.concatenate([x[:, :, :3], x[:, :, 7:2:-2]], axis=2)
    first, second = ops.split(x, 2, axis=1)
    x = ops.stack([first, second, first + ops.max(second, axis=1, keepdims=True)], axis=1)
    x = x[:, 2]
    x = L.Reshape((*x.shape[1:3], 2, 2), name="unfolded")(x)
    x = ops.transpose(x, (0, 1, 3, 2, 4))
    x = L.Reshape((x.shape[1] * 2, x.shape[3], 2), name="shuffled")(x)
    x = ops.einsum("bhwc,cd->bhwd", x, ops.ones((2, 3)))
    return keras.Model(inputs, L.Conv2D(1, 2, name="end")(x))


def bare() -> Any:
    """TensorFlow's own operations, which models call by themselves."""
    kernel = tf.ones((3, 2, 2, 2))
    steps: dict[str, Callable[[Any], Any]] = {
        "to_depth": lambda x: tf.nn.space_to_depth(x, 2),
        "rolled": lambda x: tf.roll(x, [-1, 2], [1, 3]),
        "to_space": lambda x: tf.nn.depth_to_space(x, 2),
        "padded": lambda x: tf.nn.conv2d(x, kernel, [2, 1], [[0, 0], [2, 1], [0, 3], [0, 0]]),
        "pooled": lambda x: tf.nn.avg_pool2d(x, 2, 1, "SAME"),
        "some": lambda x: tf.gather(x, [2, 0, 4, 3], axis=1),
        "summed": lambda x: tf.cumsum(x, axis=2),
        "back": lambda x: tf.cumsum(x, axis=1, reverse=True),
        "cut": lambda x: tf.slice(x, [0, 1, 2, 0], [-1, 3, 7, -1]),
        "stacked": lambda x: tf.stack(tf.unstack(x, axis=1)[::-1], axis=2),
        "symmetric": lambda x: tf.pad(x, [[0, 0], [2, 1], [0, 2], [0, 0]], "SYMMETRIC"),
        "corners": lambda x: tf.compat.v1.image.resize_bilinear(x, [6, 7], align_corners=True),
        "nearest": lambda x: tf.compat.v1.image.resize_nearest_neighbor(x, [9, 4]),
        "parts": lambda x: tf.concat(tf.split(x, [2, 3, 4], axis=1)[::2], 1),
        "products": lambda x: tf.matmul(x, x[:, :, 1:], transpose_b=True),
        "spread": lambda x: x + tf.broadcast_to(x[:, :1], tf.shape(x)),
        "sorted": lambda x: tf.sort(x, axis=2),
    }
    layers = [L.Lambda(step, name=name) for name, step in steps.items()]
    return keras.Sequential([keras.Input((8, 10, 2)), *layers])


class InFunctions(keras.layers.Layer):
    """Convolves in a compiled function within another one."""

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(3, 2, shape[-1], 2), name="kernel")

    def call(self, x: Any) -> Any:
        return self.outer(x, self.kernel.value)

    @tf.function
    def outer(self, x: Any, kernel: Any) -> Any:
        return tf.nn.relu(self.inner(x, kernel)) + x[:, 1:-1, 1:-1, :1]

    @tf.function
    def inner(self, x: Any, kernel: Any) -> Any:
        x = tf.nn.conv2d(x, kernel, 1, "VALID", dilations=[1, 2])
        flat = tf.reshape(x, (-1, 2)) @ tf.ones((2, 2))
        return tf.reshape(flat, (-1, *x.shape[1:]))


def in_functions() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 7, 1)),
            L.Conv2D(2, 3, name="before"),
            InFunctions(name="inside"),
            L.Conv2D(1, 2, name="behind"),
        ]
    )


def films() -> Any:
    return keras.Sequential(
        [
            keras.Input((3, 6, 7, 1)),
            L.TimeDistributed(L.Conv2D(2, 3), name="each"),
            L.Reshape((3, 40), name="frames"),
        ]
    )


MODELS: dict[str, Callable[[], Any]] = {
    each.__name__: each
    for each in (
        strided,
        dilated,
        far_apart,
        decoder,
        resized,
        branches,
        squeezed,
        nested,
        shared,
        subclassed,
        channels_first,
        grouped,
        normalised,
        series,
        volume,
        two_inputs,
        attention,
        patches,
        operations,
        bare,
        in_functions,
        films,
    )
}
