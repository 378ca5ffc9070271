"""Small models with every kind of joint between stations, and stations of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.records.map.station import Station

SAMPLES = 5


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(SAMPLES, *shape)).astype("float32")


def stations_of(probe: ModelProbe, reads: dict[str, tuple[str, ...]]) -> list[Station]:
    """Stations with these parents."""
    infos = {info.path: info for info in probe.layers}
    return [
        Station(
            path, infos[path].channels or 0, infos[path].kind, infos[path].output_shape, parents
        )
        for path, parents in reads.items()
    ]


def groups_of(stations: list[Station], count: int = 3, seed: int = 1) -> dict[str, Any]:
    """Groups at random, with some channels of no group."""
    rng = np.random.default_rng(seed)
    groups = {}
    for station in stations:
        numbers = np.arange(station.channels) % min(count, station.channels)
        rng.shuffle(numbers)
        if station.channels > count + 1:
            numbers[int(np.flatnonzero(numbers == 0)[0])] = -1
        groups[station.path] = numbers
    return groups


Made = tuple[Any, Any, dict[str, tuple[str, ...]]]


def chain() -> Made:
    """Convolution of every kind, pooling, flattening."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            L.Conv2D(4, 3, padding="same", activation="relu", name="conv"),
            L.MaxPooling2D(name="pool"),
            L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="deep"),
            L.BatchNormalization(name="norm"),
            L.Activation("swish", name="swish"),
            L.SeparableConv2D(6, 3, padding="same", activation="relu", name="apart"),
            L.Conv2DTranspose(5, 3, strides=2, padding="same", activation="relu", name="up"),
            L.Dropout(0.3),
            L.Flatten(name="flat"),
            L.Dense(7, activation="relu", name="dense"),
            L.Dense(3, activation="softmax", name="head"),
        ]
    )
    names = ["conv", "swish", "apart", "up", "dense", "head"]
    reads = dict(zip(names, [(), *((name,) for name in names)], strict=False))
    return model, numbers(8, 8, 2), reads


def residual() -> Made:
    given = keras.Input((6, 6, 2))
    x = L.Conv2D(4, 3, padding="same", activation="relu", name="a")(given)
    y = L.Conv2D(4, 3, padding="same", activation="relu", name="b")(x)
    y = L.Conv2D(4, 3, padding="same", name="c")(y)
    x = L.ReLU(name="sum")(L.Add()([x, y]))
    x = L.Concatenate(name="cat")(
        [L.Conv2D(3, 1, name="d")(x), L.Conv2D(3, 5, padding="same", name="e")(x)]
    )
    x = L.Dense(2, name="head")(L.GlobalAveragePooling2D()(x))
    reads = {"a": (), "b": ("a",), "c": ("b",), "sum": ("a", "c"), "d": ("sum",), "e": ("sum",)}
    return keras.Model(given, x), numbers(6, 6, 2), {**reads, "cat": ("d", "e"), "head": ("cat",)}


def unet() -> Made:
    given = keras.Input((8, 8, 2))
    a = L.Conv2D(3, 3, padding="same", activation="relu", name="a")(given)
    b = L.Conv2D(5, 3, padding="same", activation="relu", name="b")(L.MaxPooling2D()(a))
    c = L.Conv2D(6, 3, padding="same", activation="relu", name="c")(L.MaxPooling2D()(b))
    x = L.Concatenate()([L.UpSampling2D()(c), b])
    x = L.Conv2D(4, 3, padding="same", activation="relu", name="d")(x)
    x = L.Concatenate()([L.UpSampling2D()(x), a])
    x = L.Conv2D(2, 3, padding="same", name="e")(x)
    return (
        keras.Model(given, x),
        numbers(8, 8, 2),
        {"a": (), "b": ("a",), "c": ("b",), "d": ("c", "b"), "e": ("d", "a")},
    )


def shared() -> Made:
    """Twins, of which one encoder is called for each, nested; two inputs, two outputs."""
    one, other = keras.Input((5, 5, 2), name="one"), keras.Input((5, 5, 2), name="other")
    inner = keras.Input((5, 5, 2))
    x = L.Conv2D(4, 3, activation="relu", name="c1")(inner)
    x = L.LayerNormalization(name="ln")(L.Conv2D(4, 2, name="c2")(x))
    enc = keras.Model(inner, L.GlobalMaxPooling2D(name="pool")(x), name="enc")
    a, b = enc(one), enc(other)
    both = L.Dense(5, activation="tanh", name="both")(L.Concatenate()([a, b]))
    model = keras.Model(
        {"one": one, "other": other},
        {"far": L.Dense(2, name="far")(both), "gap": L.Subtract(name="gap")([a, b])},
    )
    reads: dict[str, tuple[str, ...]] = {"enc/c1": (), "enc/ln": ("enc/c1",)}
    reads |= {"enc/c1:1": (), "enc/ln:1": ("enc/c1:1",)}
    reads |= {"both": ("enc/ln", "enc/ln:1"), "gap": ("enc/ln", "enc/ln:1"), "far": ("both",)}
    return model, {"one": numbers(5, 5, 2), "other": numbers(5, 5, 2, seed=3)}, reads


class Block(keras.Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = L.Dense(4, activation="relu", name="inner")

    def call(self, x: Any) -> Any:
        return x + self.inner(x)


class Written(keras.Model):
    """Of blocks whose code adds without a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = L.Dense(4, activation="relu", name="first")
        self.blocks = [Block(name=f"block{k}") for k in range(2)]
        self.head = L.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return keras.ops.sigmoid(self.head(x))


WRITTEN = {
    "first": (),
    "block0/inner": ("first",),
    "block0": ("block0/inner", "first"),
    "block1": ("block0",),
    "head": ("block1",),
}


def subclassed() -> Made:
    return Written(), numbers(6), WRITTEN


def attention() -> Made:
    given = keras.Input((6, 6, 1))
    x = L.Reshape((9, 4), name="tokens")(L.Conv2D(4, 2, strides=2, name="patches")(given))
    y = L.MultiHeadAttention(2, 3, name="mha")(x, x)
    x = L.LayerNormalization(name="ln")(L.Add(name="add")([x, y]))
    x = L.Dense(5, activation="gelu", name="mlp")(x)
    x = L.Dense(2, name="head")(L.GlobalAveragePooling1D()(x))
    reads: dict[str, tuple[str, ...]] = {"tokens": (), "mha": ("tokens",)}
    reads |= {"ln": ("tokens", "mha"), "mlp": ("ln",), "head": ("mlp",)}
    return keras.Model(given, x), numbers(6, 6, 1), reads


def sequence() -> Made:
    """Words with a mask, read by recurrent layers."""
    given = keras.Input((7,), dtype="int32")
    x = L.Embedding(9, 5, mask_zero=True, name="words")(given)
    x = L.LSTM(4, return_sequences=True, name="lstm")(x)
    x = L.Bidirectional(L.GRU(3, name="gru"), name="both")(x)
    x = L.Dense(2, name="head")(x)
    words = np.random.default_rng(2).integers(0, 9, (SAMPLES, 7)).astype("int32")
    return (
        keras.Model(given, x),
        words,
        {"words": (), "lstm": ("words",), "both": ("lstm",), "head": ("both",)},
    )


def volume() -> Made:
    model = keras.Sequential(
        [
            keras.Input((4, 4, 4, 1)),
            L.Conv3D(3, 2, activation="relu", name="a"),
            L.Conv3D(4, 2, activation="relu", name="b"),
            L.Flatten(),
            L.Dense(2, name="head"),
        ]
    )
    return model, numbers(4, 4, 4, 1), {"a": (), "b": ("a",), "head": ("b",)}


def channels_first() -> Made:
    given = keras.Input((2, 6, 6))
    x = L.Conv2D(4, 3, data_format="channels_first", activation="relu", name="a")(given)
    x = L.Conv2D(3, 3, data_format="channels_first", activation="relu", name="b")(x)
    x = L.Dense(2, name="head")(L.Flatten(data_format="channels_first")(x))
    return keras.Model(given, x), numbers(2, 6, 6), {"a": (), "b": ("a",), "head": ("b",)}


def in_half() -> Made:
    """Computes in bfloat16, keeps its weights in float32."""
    given = keras.Input((6, 6, 2))
    half: Any = {"dtype": "mixed_bfloat16", "padding": "same"}
    x = L.Conv2D(4, 3, activation="relu", name="a", **half)(given)
    y = L.Conv2D(4, 3, name="b", **half)(x)
    x = L.Add(name="sum", dtype="mixed_bfloat16")([x, y])
    x = L.Dense(2, name="head", dtype="float32")(L.GlobalAveragePooling2D()(x))
    return (
        keras.Model(given, x),
        numbers(6, 6, 2),
        {"a": (), "b": ("a",), "sum": ("a", "b"), "head": ("sum",)},
    )


KINDS: dict[str, Callable[[], Made]] = {
    "chain": chain,
    "residual": residual,
    "unet": unet,
    "shared": shared,
    "subclassed": subclassed,
    "attention": attention,
    "sequence": sequence,
    "volume": volume,
    "channels-first": channels_first,
    "bfloat16": in_half,
}
