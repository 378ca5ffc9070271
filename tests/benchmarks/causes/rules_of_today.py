"""Rules that people run today, on the same networks: what they would name.

The detector of ReLU units that never fire is as TensorBoard users write it by hand. The
heuristics are UMLAUT's [Schoop, Huang, Hartmann: CHI 2021], rebuilt from their description: they
read the inputs, the model's structure, its compiled loss and rate, and the training's history.
Each is credited with the kind of ours that says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from . import proof

RULES = NEVER_FIRES, UMLAUT = "never fires", "UMLAUT"
DEAD_SHARE = 0.2
"""Share of a layer's units that never fire, from which on the detector warns."""
RATES = (1e-7, 1e-2)
"""A rate at or below the first is too low, above the second too high."""
TOO_MUCH_DROPOUT = 0.5


def named(model: Any, inputs: Any) -> dict[str, frozenset[str]]:
    """Rule → the kinds that it names."""
    return {
        NEVER_FIRES: frozenset(_never_fires(model, inputs)),
        UMLAUT: frozenset(_umlaut(model, inputs)),
    }


def _never_fires(model: Any, inputs: Any) -> Iterator[str]:
    for values in proof.relu_outputs(model, inputs).values():
        if (values.reshape(-1, values.shape[-1]).max(0) == 0).mean() >= DEAD_SHARE:
            yield "dead"


def _umlaut(model: Any, inputs: Any) -> Iterator[str]:
    yield from _of_inputs(inputs)
    yield from _of_structure(model)
    yield from _of_loss(model)
    if getattr(model, "optimizer", None):
        yield from _of_rate(model)
    history = getattr(model, "history", None)
    yield from _of_history(history.history if history else {})


def _of_inputs(inputs: Any) -> Iterator[str]:
    for values in keras.tree.flatten(inputs):
        if np.isnan(values).any():
            yield "non-finite"
        if values.min() < -1 or values.max() > 1 or values.dtype.kind != "f":
            yield "input-range"


def _activation(layer: Any) -> str:
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def _of_structure(model: Any) -> Iterator[str]:
    weighted = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D)
    # What a normalisation follows has its activation behind that.
    layers = [layer for layer in model.layers if isinstance(layer, weighted) and layer.use_bias]
    if any(_activation(layer) == "linear" for layer in layers[:-1]):
        yield "linear-stack"
    rates = (layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout))
    if any(rate > TOO_MUCH_DROPOUT for rate in rates):
        yield "dropout-too-high"


def _of_loss(model: Any) -> Iterator[str]:
    name = type(getattr(model, "loss", None)).__name__
    if not name.endswith("CategoricalCrossentropy"):
        return
    is_softmax = _activation(model.layers[-1]) == "softmax"
    if is_softmax == model.loss.get_config()["from_logits"]:
        yield "loss-head-mismatch"


def _of_rate(model: Any) -> Iterator[str]:
    rate = float(np.asarray(model.optimizer.learning_rate))
    # Of a float32, hence not quite.
    if rate <= RATES[0] * (1 + 1e-6):
        yield "untrained"
    if rate > RATES[1]:
        yield "rate-too-high"


def _of_history(history: dict[str, list[float]]) -> Iterator[str]:
    losses, held = history.get("loss", []), history.get("val_loss", [])
    if any(np.isnan(losses)):
        yield "non-finite"
    if len(held) > 1 and held[-1] > held[-2] and losses[-1] <= losses[-2]:
        yield "memorised"
