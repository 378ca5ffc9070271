"""Keeping what a model's call writes down from reaching the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


@contextmanager
def undisturbed(model: Any) -> Iterator[None]:
    """Let a model be called in this thread without a trace.

    Assignments to Keras variables (averages, seeds, states, metrics) end in the scope. The losses
    of the user's own last call, which the next call would clear, are put back: a training loop
    may still be about to add them up. So is Keras' note of whether a layer was ever called.
    """
    kept = [
        (layer, list(layer._losses), set(layer._loss_ids), layer._called)
        for layer in model._flatten_layers()
    ]
    try:
        with keras.StatelessScope():
            yield
    finally:
        for layer, losses, loss_ids, called in kept:
            layer._losses[:] = losses
            layer._loss_ids.clear()
            layer._loss_ids.update(loss_ids)
            vars(layer)["_called"] = called
