"""Faults that are planted in a trained network; each says what is true afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from .data import Array
from .truth import Truth, outputs

# Changes the model, and notes in the truth what it did; the array is training inputs.
Plant: TypeAlias = Callable[[Any, np.random.Generator, Array, Truth], None]


def _axis(layer: Any) -> int:
    """Where a kernel keeps its outputs."""
    return -2 if "Transpose" in type(layer).__name__ else -1


def _some(rng: np.random.Generator, count: int, low: float, high: float) -> Array:
    """From `low` to `high` of the channels, ascending."""
    chosen = max(1, round(count * rng.uniform(low, high)))
    return np.sort(rng.choice(count, chosen, replace=False))


def _note(truth: Truth, kind: str, block: str, channels: Array) -> None:
    truth.demand(kind, block)
    truth.channels[kind] = tuple(int(channel) for channel in channels)


def low_bias(block: str) -> Plant:
    """Biases of 30 to 60 % of a ReLU layer's units so low that these never fire."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        kernel, bias = layer.get_weights()
        chosen = _some(rng, len(bias), 0.3, 0.6)
        bias[chosen] -= 3 * outputs(model, inputs)[block].max() + 1
        layer.set_weights([kernel, bias])
        _note(truth, "dead", block, chosen)

    return plant


def low_shift(block: str) -> Plant:
    """The same through the shift of the normalisation before the ReLU."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(f"{block}_norm")
        gamma, beta, *averages = layer.get_weights()
        chosen = _some(rng, len(beta), 0.3, 0.6)
        beta[chosen] -= 3 * outputs(model, inputs)[f"{block}_act"].max() + 1
        layer.set_weights([gamma, beta, *averages])
        _note(truth, "dead", block, chosen)

    return plant


def twins(block: str) -> Plant:
    """25 to 50 % of a layer's filters become copies of one of them, bias included."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        kernel, *bias = layer.get_weights()
        kernel = np.moveaxis(kernel, _axis(layer), 0).copy()
        chosen = _some(rng, len(kernel), 0.25, 0.5)
        if len(chosen) < 2:
            chosen = np.arange(2)
        kernel[chosen] = kernel[chosen[0]]
        for vector in bias:
            vector[chosen] = vector[chosen[0]]
        layer.set_weights([np.moveaxis(kernel, 0, _axis(layer)), *bias])
        _note(truth, "duplicate", block, chosen)
        # Their maps are the same, too: where they are many, forks near 0 are most forks.
        truth.ignore.add("uniform")

    return plant


def saturating(block: str) -> Plant:
    """A sigmoid or tanh layer's weights 60 times too large: its units sit at their ends."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        layer.set_weights([60 * weight for weight in layer.get_weights()])
        truth.demand("saturated", block)
        # A unit that is at the same end for every image is constant as well.
        truth.ignore.add("constant")

    return plant


def not_a_number(block: str) -> Plant:
    """One filter's weights are NaN."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        kernel, *others = layer.get_weights()
        kernel = np.moveaxis(kernel, _axis(layer), 0).copy()
        chosen = rng.integers(len(kernel), size=1)
        kernel[chosen] = np.nan
        layer.set_weights([np.moveaxis(kernel, 0, _axis(layer)), *others])
        _note(truth, "non-finite", block, chosen)

    return plant


def constants(block: str) -> Plant:
    """30 to 60 % of a layer's filters read nothing: weights 0, bias 0.5."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        kernel, bias = layer.get_weights()
        kernel = np.moveaxis(kernel, _axis(layer), 0).copy()
        chosen = _some(rng, len(kernel), 0.3, 0.6)
        kernel[chosen] = 0
        bias[chosen] = 0.5
        layer.set_weights([np.moveaxis(kernel, 0, _axis(layer)), bias])
        _note(truth, "constant", block, chosen)
        # Constant maps are alike, and filters of zeros are equal.
        truth.ignore |= {"uniform", "duplicate"}

    return plant


def blinding(block: str) -> Plant:
    """All of a ReLU layer's biases so low that only its strongest 1 % of values get through.

    They get through as strong as all were before.
    """

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        kernel, bias = layer.get_weights()
        before = outputs(model, inputs)[block]
        layer.set_weights([kernel, bias + 1000])  # what it would be without the ReLU
        low = bias + 1000 - np.quantile(outputs(model, inputs)[block], 0.99, axis=(0, 1, 2))
        layer.set_weights([kernel, low])
        gain = np.sqrt((before**2).mean() / (outputs(model, inputs)[block] ** 2).mean())
        layer.set_weights([gain * kernel, gain * low])
        truth.demand("unlike-input", block)
        # A filter that answers to little may be left with no pixel at all, and most are 0.
        truth.ignore |= {"dead", "near-zero"}

    return plant


def vanishing(block: str) -> Plant:
    """A layer's weights a thousand times too small."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        layer.set_weights([weight / 1000 for weight in layer.get_weights()])
        truth.demand("near-zero", block)
        # What is left of the signal may be too little for the output to depend on it.
        truth.ignore.add("constant")

    return plant


def shuffled(block: str, kind: str) -> Plant:
    """A layer's kernel is its own values in random order: nothing that was learnt is left."""

    def plant(model: Any, rng: np.random.Generator, inputs: Array, truth: Truth) -> None:
        layer = model.get_layer(block)
        kernel, *others = layer.get_weights()
        layer.set_weights([rng.permutation(kernel.ravel()).reshape(kernel.shape), *others])
        truth.demand(kind, block)
        # The layers behind it can make little of that: the output may hardly depend on the input.
        truth.ignore.add("constant")

    return plant
