"""What the networks are trained on: pictures, tables and series drawn by NumPy, and Fashion-MNIST.

Each function draws `count` samples as (inputs, targets). Pictures are bytes, and tables are in
units of their own, as such data lie in files; `Data.scaled` makes of them what a network is given.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Draw: TypeAlias = Callable[[np.random.Generator, int], tuple[Any, Any]]

FILE = Path(__file__).parents[3] / "notebooks" / "data" / "fashion_mnist_10k.npz"
SIDE, HELD = 16, 256
NOISE = 12
WORDS, LENGTH = 20, 12
# Shirt, trouser, bag and ankle boot: told apart by a small network after a moment.
PAIRED = (0, 1, 8, 9)


@dataclass(frozen=True)
class Data:
    """Samples to train on, and others that no training sees.

    Attributes
    ----------
    inputs, targets : array, or dict of arrays
    held_inputs, held_targets : array, or dict of arrays
    """

    inputs: Any
    targets: Any
    held_inputs: Any
    held_targets: Any

    @classmethod
    def drawn(cls, draw: Draw, seed: int, count: int) -> Data:
        """`count` samples to train on and `HELD` others."""
        everything = draw(np.random.default_rng(seed), count + HELD)
        parts = [part for each in everything for part in (_cut(each, count), _cut(each, -HELD))]
        return cls(parts[0], parts[2], parts[1], parts[3])

    def scaled(self, values: Any, scale: str) -> Any:
        """`values` in the range a network is given; pictures where there are any, else all."""
        pictures = any(each.ndim == 4 for each in keras.tree.flatten(values))

        def one(values: Array, own: Array) -> Array:
            if values.dtype == np.int32 or (pictures and values.ndim != 4):
                return values
            return in_range(values.astype("float32"), own, scale)

        return keras.tree.map_structure(one, values, self.inputs)


def in_range(values: Array, own: Array, scale: str) -> Array:
    """Bytes or units as float32, by the mean and spread that the data `own` have in each column."""
    if scale == "unit":
        return values / np.float32(255)
    if scale == "signed":
        return values / np.float32(127.5) - np.float32(1)
    if scale == "standard":
        axes = tuple(range(own.ndim - 1))
        mean, spread = own.mean(axes, dtype="float64"), own.std(axes, dtype="float64")
        return ((values - mean) / spread).astype("float32")
    return values


def _cut(values: Any, count: int) -> Any:
    part = slice(count, None) if count < 0 else slice(count)
    return keras.tree.map_structure(lambda each: each[part], values)


@dataclass(frozen=True)
class Scene:
    """Pictures of one thing each before a bluish ground, and what is in them.

    Attributes
    ----------
    pictures : ndarray, shape (n, 16, 16, 3), uint8
    shape, hue : ndarray of int, shape (n,)
        Disc, square or cross; warm or cold.
    place : ndarray, shape (n, 3)
        Height, breadth and size, each about 0 to 1.
    inside : ndarray of bool, shape (n, 16, 16)
    """

    pictures: Array
    shape: Array
    hue: Array
    place: Array
    inside: Array


def scene(rng: np.random.Generator, count: int) -> Scene:
    """Things of any shape, hue, size and place."""
    shape, hue = rng.integers(0, 3, count), rng.integers(0, 2, count)
    centre, size = rng.uniform(4.5, 11.5, (count, 2)), rng.uniform(3, 5, count)
    steps = np.arange(SIDE) + 0.5
    down = np.abs(steps[None, :, None] - centre[:, 0, None, None])
    across = np.abs(steps[None, None, :] - centre[:, 1, None, None])
    reach = size[:, None, None]
    box = np.maximum(down, across) < reach
    masks = (
        np.hypot(down, across) < reach,
        np.maximum(down, across) < 0.85 * reach,
        box & (np.minimum(down, across) < 1.3),
    )
    inside = np.choose(shape[:, None, None], masks)
    ground = np.array([50, 70, 100]) + rng.normal(0, 12, (count, 1, 1, 3))
    ink = np.array([[205, 115, 45], [60, 120, 200]])[hue][:, None, None]
    colours = np.where(inside[..., None], ink + rng.normal(0, 15, (count, 1, 1, 3)), ground)
    pictures = np.clip(colours + rng.normal(0, 12, colours.shape), 0, 255).astype("uint8")
    place = np.column_stack([centre / SIDE, (size - 3) / 2]).astype("float32")
    return Scene(pictures, shape, hue, place, inside)


def coloured(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Shape and hue as one of six classes."""
    drawn = scene(rng, count)
    return drawn.pictures, (2 * drawn.shape + drawn.hue).astype("int32")


def placed(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Where the thing is and how large."""
    drawn = scene(rng, count)
    return drawn.pictures, drawn.place


def named_and_placed(rng: np.random.Generator, count: int) -> tuple[Array, dict[str, Array]]:
    """Hue and shape as one of six classes, and where the thing is."""
    drawn = scene(rng, count)
    label = (2 * drawn.shape + drawn.hue).astype("int32")
    return drawn.pictures, {"what": label, "where": drawn.place}


def segmented(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """For each pixel: ground, or something warm or cold."""
    drawn = scene(rng, count)
    return drawn.pictures, (drawn.inside * (1 + drawn.hue[:, None, None])).astype("int32")


def labelled(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Two things side by side; whether there is a disc, a square, a cross, something warm."""
    left, right = scene(rng, count), scene(rng, count)
    pictures = np.concatenate([left.pictures, right.pictures], 2)[:, :, ::2]
    there = [(left.shape == kind) | (right.shape == kind) for kind in range(3)]
    warm = (left.hue == 0) | (right.hue == 0)
    return pictures, np.column_stack([*there, warm]).astype("float32")


def counted(rng: np.random.Generator, count: int) -> tuple[Any, Array]:
    """A picture and two measured values; the class is the hue and the sign of their product."""
    drawn = scene(rng, count)
    facts = rng.standard_normal((count, 2)).astype("float32")
    label = 2 * drawn.hue + (facts.prod(1) > 0)
    return {"picture": drawn.pictures, "facts": facts}, label.astype("int32")


@functools.cache
def _fashion() -> tuple[Array, Array]:
    """All images, 14×14 by the mean of four pixels, and labels."""
    with np.load(FILE) as file:
        images, labels = file["x_train"], file["y_train"]
    pooled = images.reshape(-1, 14, 2, 14, 2).mean((2, 4))
    return pooled.round().astype("uint8")[..., None], labels.astype("int32")


def fashion(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Garments in ten classes."""
    images, labels = _fashion()
    chosen = rng.permutation(len(images))[:count]
    return images[chosen], labels[chosen]


def garments(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Garments; what a network is to give back is the garment, 0 to 1."""
    images, _ = fashion(rng, count)
    return images, images.astype("float32") / np.float32(255)


def pairs(rng: np.random.Generator, count: int) -> tuple[Any, Array]:
    """Two garments each; whether they are of one class."""
    images, labels = _fashion()
    groups = [np.flatnonzero(labels == label) for label in PAIRED]
    first = rng.integers(0, len(groups), count)
    same = rng.integers(0, 2, count)
    second = np.where(same, first, (first + rng.integers(1, len(groups), count)) % len(groups))
    left, right = (
        np.stack([images[rng.choice(groups[kind])] for kind in kinds]) for kinds in (first, second)
    )
    return {"left": left, "right": right}, same.astype("float32")[:, None]


def noise(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Random numbers, and the picture that they stand for, −1 to 1."""
    codes = rng.standard_normal((count, NOISE)).astype("float32")
    down, across = np.mgrid[-1:1:14j, -1:1:14j]
    y, x, turn = (np.tanh(codes[:, k, None, None]) for k in range(3))
    distance = np.hypot(down - 0.6 * y, across - 0.6 * x)
    pictures = np.tanh(4 * (0.6 + 0.2 * turn - distance)) * np.tanh(2 + codes[:, 3, None, None])
    return codes, pictures[..., None].astype("float32")


def table(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Ten columns in units of their own, and one of three classes."""
    z = rng.standard_normal((count, 10))
    votes = np.column_stack([2 * z[:, 0] * z[:, 1], 1.5 * z[:, 2], z[:, 3] ** 2 - 1 + z[:, 4]])
    return _in_units(z), votes.argmax(1).astype("int32")


def amounts(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Ten columns in units of their own, and an amount, about −5 to 5."""
    z = rng.standard_normal((count, 10))
    value = (
        2 * np.sin(1.5 * z[:, 0]) + z[:, 1] * z[:, 2] + z[:, 3] + 0.2 * rng.standard_normal(count)
    )
    return _in_units(z), value.astype("float32")[:, None]


def chosen(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Ten columns in units of their own, and yes or no."""
    z = rng.standard_normal((count, 10))
    return _in_units(z), (z[:, 0] * z[:, 1] + 0.7 * z[:, 2] > 0).astype("float32")[:, None]


def _in_units(z: Array) -> Array:
    """Columns as years, grams, shares, …: with means and spreads of their own."""
    mean = np.array([40, 70, 0.5, 1013, 3, 12, 200, -5, 0.02, 8])
    spread = np.array([12, 15, 0.1, 20, 1, 6, 80, 9, 0.01, 2])
    return (mean + spread * z).astype("float32")


def series(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Two channels over 32 moments, in millivolts; slow, fast, or stepping."""
    label = rng.integers(0, 3, count)
    moments = np.arange(32)[None]
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    rate = np.array([0.35, 0.9, 0.35])[label][:, None] * rng.uniform(0.85, 1.15, (count, 1))
    wave = np.sin(rate * moments + phase)
    wave = np.where(label[:, None] == 2, np.sign(wave), wave) * rng.uniform(0.7, 1.3, (count, 1))
    both = np.stack([wave, np.roll(wave, 3, 1)], -1) + rng.normal(0, 0.15, (count, 32, 2))
    return (40 * both + 15).astype("float32"), label.astype("int32")


def rows_of_words(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Rows of three words or more, then zeros; whether there are more of 1 to 9 than of others."""
    words = rng.integers(1, WORDS, (count, LENGTH))
    words[np.arange(LENGTH)[None] >= rng.integers(3, LENGTH + 1, (count, 1))] = 0
    low, high = ((words > 0) & (words < 10)).sum(1), (words >= 10).sum(1)
    return words.astype("int32"), (low > high).astype("float32")[:, None]


def sentences(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Rows of words, among them 1, 2 and 3 once each; the class is which of them comes first."""
    words = rng.integers(4, WORDS, (count, LENGTH))
    where = rng.permuted(np.tile(np.arange(LENGTH), (count, 1)), axis=1)[:, :3]
    np.put_along_axis(words, where, np.tile([1, 2, 3], (count, 1)), 1)
    return words.astype("int32"), where.argmin(1).astype("int32")
