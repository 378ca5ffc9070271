"""What is done to a network, or to what it is shown; each with the kinds that name it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import keras
import numpy as np

from .data import Array

# Changes a trained model: the model, the layer, training inputs, random numbers.
Plant: TypeAlias = Callable[[Any, Any, Any, np.random.Generator], None]
# Changes what is shown: inputs, targets, random numbers.
Shown: TypeAlias = Callable[[Any, Any, np.random.Generator], tuple[Any, Any]]


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, or, without kinds, only unusual.

    Attributes
    ----------
    name : str
    kinds : tuple of str
        Each names the cause rightly; () for what is healthy.
    families : mapping of str to str
        Family → the layer where it is, "" for the whole.
    changes : mapping
        To the family's recipe.
    scale : str
        Range of the shown inputs, where it is not that of the training.
    plant, shown : callable or None
    harms : bool
        Whether it must cost some of the healthy network's score. Else it is there by construction.
    given : bool
        Whether targets are shown.
    earlier : bool
        Whether the weights before training are shown.
    compiled : bool
        Whether the model knows its loss, optimizer and history.
    diverged : bool
        Whether training decides which of many kinds there are: `proof.diverged_kinds`.
    """

    name: str
    kinds: tuple[str, ...]
    families: Mapping[str, str]
    changes: Mapping[str, Any] = field(default_factory=dict)
    scale: str = ""
    plant: Plant | None = None
    shown: Shown | None = None
    harms: bool = True
    given: bool = True
    earlier: bool = False
    compiled: bool = True
    diverged: bool = False


def of(*families: str) -> dict[str, str]:
    """Families in which a fault is nowhere in particular."""
    return dict.fromkeys(families, "")


# -- shown


@dataclass(frozen=True)
class OnPictures:
    """The same to every picture, or table where there is none."""

    change: Callable[[Array], Array]

    def __call__(self, inputs: Any, targets: Any, rng: np.random.Generator) -> tuple[Any, Any]:
        return keras.tree.map_structure(self.change, inputs), targets


def divided_again(pictures: Array) -> Array:
    """0 to 1/255."""
    return pictures / np.float32(255)


def bgr(pictures: Array) -> Array:
    """Colours in reversed order."""
    return np.ascontiguousarray(pictures[..., ::-1])


def each_standardised(pictures: Array) -> Array:
    """Every sample with mean 0 and spread 1."""
    axes = tuple(range(1, pictures.ndim))
    centred = pictures - pictures.mean(axes, keepdims=True)
    return (centred / pictures.std(axes, keepdims=True)).astype("float32")


def misplaced(inputs: Any, targets: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Targets in another order than the inputs."""
    mixed = rng.permutation(len(targets))
    return inputs, targets[mixed]


def with_gaps(inputs: Any, targets: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """One number in a hundred is NaN."""
    return np.where(rng.random(inputs.shape) < 0.01, np.float32(np.nan), inputs), targets


def one_class(inputs: Any, targets: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Only samples of the commonest class."""
    chosen = targets == np.bincount(targets).argmax()
    return inputs[chosen], targets[chosen]


def mostly_one(inputs: Any, targets: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """All of class 0, and a quarter of the others."""
    chosen = (targets == 0) | (rng.random(len(targets)) < 0.25)
    return inputs[chosen], targets[chosen]


# -- planted


def found(model: Any, path: str) -> Any:
    """A layer by its path through nested models."""
    for name in path.split("/"):
        model = model.get_layer(name)
    return model


def _part(rng: np.random.Generator, count: int, share: float) -> Array:
    return np.sort(rng.choice(count, max(2, round(share * count)), replace=False))


def low_bias(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """Biases of 80 % of a ReLU layer's units so low that these never fire."""
    kernel, bias = layer.get_weights()
    values = keras.Model(model.input, layer.output)(inputs, training=False)
    bias[_part(rng, len(bias), 0.8)] -= float(np.max(values)) + 1
    layer.set_weights([kernel, bias])


def low_shift(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """The same through the shift of a normalisation before a ReLU."""
    gamma, beta, *averages = layer.get_weights()
    values = keras.Model(model.input, layer.output)(inputs, training=False)
    beta[_part(rng, len(beta), 0.8)] -= float(np.max(values)) + 1
    layer.set_weights([gamma, beta, *averages])


def constants(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """Most units read nothing: weights 0, bias 0.5."""
    kernel, bias = layer.get_weights()
    chosen = _part(rng, len(bias), 0.8)
    kernel[..., chosen], bias[chosen] = 0, 0.5
    layer.set_weights([kernel, bias])


def twins(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """Most units are copies of one of them."""
    kernel, bias = layer.get_weights()
    chosen = _part(rng, len(bias), 0.8)
    kernel[..., chosen], bias[chosen] = kernel[..., chosen[:1]], bias[chosen[0]]
    layer.set_weights([kernel, bias])


def stuck(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """Biases so far out that each unit stays at one end of its activation."""
    kernel, bias = layer.get_weights()
    away = 30 * np.abs(kernel).reshape(-1, len(bias)).sum(0)
    layer.set_weights([kernel, bias + rng.choice([-1, 1], len(bias)) * away])


def not_a_number(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """One weight is NaN."""
    kernel, *others = layer.get_weights()
    kernel.flat[rng.integers(kernel.size)] = np.nan
    layer.set_weights([kernel, *others])


def shuffled(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """A kernel's weights in any order."""
    kernel, *others = layer.get_weights()
    layer.set_weights([rng.permutation(kernel.ravel()).reshape(kernel.shape), *others])


def never_updated(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """Averages of every normalisation as they begin."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma, beta, 0 * mean, 0 * variance + 1])


def of_other_data(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """Averages of every normalisation as of data eight times as wide."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma, beta, 8 * mean, 64 * variance])


def deaf_to_noise(model: Any, layer: Any, inputs: Any, rng: np.random.Generator) -> None:
    """A layer that hardly hears what comes in."""
    kernel, bias = layer.get_weights()
    layer.set_weights([0.01 * kernel, bias])
