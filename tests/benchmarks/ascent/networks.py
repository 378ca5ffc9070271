"""Three small networks on the shipped images, as they are after each epoch of their training."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from ..zoo.data import FILE, Array, held_out, scaled, training

FACES = FILE.with_name("faces.zip")
FACE_SIZE = 32
SEEN = 512
"""So many of its own inputs a network is measured by."""


class Network(NamedTuple):
    """A network in training.

    Attributes
    ----------
    model : keras.Model
    inputs : ndarray
        Images that it was not trained on.
    layers : tuple of str
        Those that are looked at.
    """

    model: Any
    inputs: Array
    layers: tuple[str, ...]


NAMES = ("plain", "residual", "colour")


def epochs(name: str, count: int, seed: int = 1) -> Iterator[Network]:
    """A network after each epoch of its training: the same one, further on."""
    keras.utils.set_random_seed(seed)
    network, (images, labels) = _MAKERS[name]()
    network.model.compile(
        keras.optimizers.Adam(2e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    for _ in range(count):
        network.model.fit(images, labels, batch_size=64, epochs=1, verbose=0)
        yield network


def _convolution(filters: int, name: str) -> Any:
    return L.Conv2D(filters, 3, padding="same", activation="relu", name=name)


def _fashion() -> tuple[Array, tuple[Array, Array]]:
    images, labels = training()
    return scaled(held_out()[0][:SEEN], "unit"), (scaled(images, "unit"), labels)


def _plain() -> tuple[Network, tuple[Array, Array]]:
    inputs, data = _fashion()
    layers = [
        *(_convolution(16, "conv1"), _convolution(32, "conv2"), L.MaxPooling2D(2)),
        *(_convolution(32, "conv3"), _convolution(64, "conv4"), L.MaxPooling2D(2)),
        *(_convolution(64, "conv5"), L.GlobalAveragePooling2D(name="gap"), L.Dense(10, name="out")),
    ]
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    return Network(model, inputs, ("conv2", "conv3", "conv4", "conv5")), data


def _residual() -> tuple[Network, tuple[Array, Array]]:
    """Normalised before each rectifier, with shortcuts."""
    inputs, data = _fashion()
    given = keras.Input((28, 28, 1))
    x = L.Conv2D(24, 3, 2, padding="same", name="stem")(given)
    x = L.ReLU(name="relu0")(L.BatchNormalization()(x))
    for k in range(1, 4):
        y = L.BatchNormalization()(L.Conv2D(24, 3, padding="same")(x))
        y = L.Conv2D(24, 3, padding="same")(L.ReLU(name=f"inner{k}")(y))
        x = L.ReLU(name=f"relu{k}")(L.Add()([x, L.BatchNormalization()(y)]))
    head = L.Dense(10, name="out")(L.GlobalAveragePooling2D(name="gap")(x))
    return Network(keras.Model(given, head), inputs, ("inner1", "relu2", "relu3")), data


def _colour() -> tuple[Network, tuple[Array, Array]]:
    """Tells by how many quarters a face is turned; normalised behind each rectifier."""
    with zipfile.ZipFile(FACES) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        files = [archive.read(name) for name in names]
    faces = [
        tf.image.resize(tf.io.decode_jpeg(file, 3), (FACE_SIZE, FACE_SIZE), antialias=True)
        for file in files
    ]
    labels = np.arange(len(faces), dtype="int32") % 4
    turned = [np.rot90(face, label) for face, label in zip(faces, labels, strict=True)]
    images = scaled(np.stack(turned), "signed")
    layers = []
    for k, filters in enumerate((16, 32, 48), 1):
        norm = L.BatchNormalization(name=f"norm{k}")
        layers += [_convolution(filters, f"conv{k}"), norm, L.MaxPooling2D(2)]
    layers += [_convolution(48, "conv4"), L.Flatten(), L.Dense(4, name="out")]
    model = keras.Sequential([keras.Input((FACE_SIZE, FACE_SIZE, 3)), *layers])
    return (
        Network(model, images[-SEEN:], ("conv2", "conv3", "conv4")),
        (images[:-SEEN], labels[:-SEEN]),
    )


_MAKERS = dict(zip(NAMES, (_plain, _residual, _colour), strict=True))
