"""A full picture of a model's state, to see that reading it leaves everything as it was."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def snapshot(model: Any) -> dict[str, Any]:
    """Everything of the model and of Keras that a read could touch, in comparable form.

    Variables (weights, averages, seeds, metrics, optimizer) byte for byte; every attribute of
    every layer, lists and dicts by their contents, anything else by identity; the nodes of the
    graph; the methods of Keras that are wrapped during a read.
    """
    state: dict[str, Any] = {
        "Layer.__call__": keras.Layer.__dict__["__call__"],
        "layers": [id(layer) for layer in model._flatten_layers()],
    }
    variables = list(model.variables)
    if getattr(model, "optimizer", None) is not None:
        variables += model.optimizer.variables
    variables += [metric_variable for m in model.metrics for metric_variable in m.variables]
    for number, variable in enumerate(variables):
        array = np.asarray(variable)
        state[f"variable {number} {variable.path}"] = (
            id(variable),
            array.tobytes(),
            str(array.dtype),
        )
    for number, layer in enumerate(model._flatten_layers()):
        for name, value in vars(layer).items():
            state[f"layer {number} {layer.name}.{name}"] = _contents(value)
        state[f"class {number}"] = (type(layer), type(layer).call, type(layer).__call__)
    return state


def _contents(value: Any, depth: int = 5) -> Any:
    if depth and isinstance(value, dict):
        return [(_contents(k, depth - 1), _contents(v, depth - 1)) for k, v in value.items()]
    if depth and isinstance(value, (list, tuple)):
        return [_contents(item, depth - 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if type(value).__name__ == "Tracker":
        return _contents({k: v for k, v in vars(value).items() if k != "config"}, depth)
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return (type(value), value)
    return id(value)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Names of what changed, came or went."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
