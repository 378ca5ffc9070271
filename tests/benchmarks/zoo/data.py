"""The images of the zoo: the shipped part of Fashion-MNIST, in the range a network is given."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Scale: TypeAlias = Literal["unit", "signed", "standard", "offset", "bytes"]

FILE = Path(__file__).parents[3] / "notebooks" / "data" / "fashion_mnist_10k.npz"
TRAINED = 7800


@functools.cache
def _file() -> dict[str, Array]:
    with np.load(FILE) as file:
        return {name: file[name] for name in file.files}


def training() -> tuple[Array, Array]:
    """Images (7800, 28, 28, 1), uint8, and labels (7800,) to train on."""
    file = _file()
    return file["x_train"][:TRAINED, ..., None], file["y_train"][:TRAINED].astype("int32")


def shown() -> tuple[Array, Array]:
    """The 200 images, and labels, from which a diagnosis is given a few."""
    file = _file()
    return file["x_train"][TRAINED:, ..., None], file["y_train"][TRAINED:].astype("int32")


def held_out() -> tuple[Array, Array]:
    """The 2,000 images, and labels, on which the truth is measured."""
    file = _file()
    return file["x_test"][..., None], file["y_test"].astype("int32")


def scaled(images: Array, scale: Scale) -> Array:
    """The bytes as float32 in [0, 1], [−1, 1], with mean 0 and spread 1, in [3, 4], or as is."""
    values = images.astype("float32")
    if scale == "unit":
        return values / np.float32(255)
    if scale == "signed":
        return values / np.float32(127.5) - np.float32(1)
    if scale == "standard":
        return (values / np.float32(255) - np.float32(0.286)) / np.float32(0.353)
    return values / np.float32(255) + np.float32(3) if scale == "offset" else values
