"""Keeping what a model's call writes down from reaching the model."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import keras
from keras.src.backend.common import global_state

# Where Keras notes, for each thread, within which scopes a layer is called: one at a time, or a
# list of them.
_SCOPES = ("stateless_scope", "symbolic_scope", "autocast_scope", "current_call_ctx")
_SCOPE_STACKS = ("name_scope_stack", "remat_scope_stack")


class undisturbed:
    """Let a model be called in this thread without a trace.

    Assignments to Keras variables (averages, seeds, states, metrics) end in the scope. The losses
    of the user's own last call, which the next call would clear, are put back: a training loop
    may still be about to add them up. So is Keras' note of whether a layer was ever called, and,
    since an interrupt may have kept Keras from leaving them, the scopes that it is in.

    Parameters
    ----------
    model : keras.Model
    """

    def __init__(self, model: Any) -> None:
        self._layers: list[tuple[Any, list[Any], set[Any], bool]] = [
            (layer, list(layer._losses), set(layer._loss_ids), layer._called)
            for layer in model._flatten_layers()
        ]
        self._stateless = keras.StatelessScope()
        self._scopes = {name: global_state.get_global_attribute(name) for name in _SCOPES}
        self._stacks = {name: list(_stack(name)) for name in _SCOPE_STACKS}

    def __enter__(self) -> None:
        self._stateless.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if hasattr(self._stateless, "original_scope"):  # it was entered
                self._stateless.__exit__(kind, error, trace)
        finally:
            for name, scope in self._scopes.items():
                global_state.set_global_attribute(name, scope)
            for name, stack in self._stacks.items():
                _stack(name)[:] = stack
            for layer, losses, loss_ids, called in self._layers:
                layer._losses[:] = losses
                layer._loss_ids.clear()
                layer._loss_ids.update(loss_ids)
                vars(layer)["_called"] = called


def _stack(name: str) -> list[Any]:
    stack: list[Any] = global_state.get_global_attribute(name, [])
    return stack
