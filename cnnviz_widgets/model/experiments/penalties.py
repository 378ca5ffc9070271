"""What a model's layers add to the loss: regularizers, and losses of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from ...diagnosis.measurements.training.penalties import Penalty
from ..keras_compat.layers import inner_layers, is_of_keras
from ..layers.layer_info import own_weights
from ..reading.calls.layer_call import LayerCall
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe
from .exchanged_pass import run_exchanged


def may_add(model: Any) -> bool:
    """Whether anything in a model may add to the loss: a regularizer, or code of the user's."""
    layers = inner_layers(model)
    return (
        any(getattr(layer, "activity_regularizer", None) is not None for layer in layers)
        or any(not is_of_keras(type(layer)) for layer in layers)
        or any(weight.regularizer is not None for weight in model.trainable_weights)
    )


def penalties(probe: ModelProbe) -> tuple[Any, tuple[Penalty, ...]]:
    """What the model returns on the probe's inputs, and what each layer adds to the loss.

    The model runs once, operation by operation, and is left as it was.

    Parameters
    ----------
    probe : ModelProbe

    Returns
    -------
    outputs : tensor, or list or dict of tensor
    parts : tuple of Penalty
        Those of outputs in the order in which they come into being, then those of weights.

    Raises
    ------
    ModelCallError
        If the model's call raises.
    """
    added: list[Any] = []
    counted: list[tuple[str, Any, int]] = []

    def note(call: LayerCall) -> None:
        counted.append((call.path, call.layer, len(added)))

    with model_lock(probe.model):
        outputs = run_exchanged(probe, observe=note, losses=added)
        counted.append(("", probe.model, len(added)))
        parts = (*_of_outputs(added, counted), *_of_weights(probe))
    return outputs, parts


def _of_outputs(added: list[Any], counted: list[tuple[str, Any, int]]) -> Iterator[Penalty]:
    """The losses that were added, each by the layer whose call ended next."""
    before = 0
    for path, layer, count in counted:
        if count > before:
            value = sum(float(keras.ops.sum(loss)) for loss in added[before:count])
            is_regularizer = getattr(layer, "activity_regularizer", None) is not None
            yield Penalty(path, "outputs" if is_regularizer else "own", value)
            before = count


def _of_weights(probe: ModelProbe) -> Iterator[Penalty]:
    """What the regularizers of weights add; a shared layer's once."""
    layers = {info.path: probe.layer_of(info.path) for info in probe.layers}
    listed = {id(layer) for layer in layers.values()}
    first = {id(layer): (path, layer) for path, layer in reversed(layers.items())}
    for path, layer in reversed(first.values()):
        parts = [
            float(weight.regularizer(weight.value))
            for weight in own_weights(layer, listed)
            if weight.trainable and weight.regularizer is not None
        ]
        if parts:
            yield Penalty(path, "weights", sum(parts))
