"""Keeping what a model's call writes down from reaching the model."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

import keras

from ..keras_compat.layers import CallNotes, inner_layers
from ..keras_compat.scopes import same_scopes, was_entered


class no_side_effects:
    """Let a model be called in this thread without a trace.

    Assignments to Keras variables (averages, seeds, states, metrics) end in the scope. The losses
    of the user's own last call, which the next call would clear, are put back: a training loop
    may still be about to add them up. So is Keras' note of whether a layer was ever called, and,
    since an interrupt may have kept Keras from leaving them, the scopes that it is in.

    Parameters
    ----------
    model : keras.Model
    weights : sequence of (keras.Variable, array)
        Variables that are read as other numbers meanwhile; of the same shapes.
    losses : list, optional
        Where the losses go that layers add, in the order in which they do. Default: nowhere.
    """

    def __init__(
        self,
        model: Any,
        weights: Sequence[tuple[Any, Any]] = (),
        losses: list[Any] | None = None,
    ) -> None:
        self._notes = [(layer, CallNotes.of(layer)) for layer in inner_layers(model)]
        self._stateless = keras.StatelessScope(list(weights), collect_losses=losses is not None)
        if losses is not None:
            self._stateless.losses = losses
        self._scopes = same_scopes()

    def __enter__(self) -> None:
        self._stateless.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if was_entered(self._stateless):
                self._stateless.__exit__(kind, error, trace)
        finally:
            self._scopes.__exit__(kind, error, trace)
            for layer, notes in self._notes:
                notes.put_back(layer)
