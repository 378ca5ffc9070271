"""Giving an unbuilt model its weights, which is the one change that reading it can need.

`fit` would do the same. It is done on symbolic inputs: nothing is computed, no average and no
seed moves. When it fails, every layer is put back to what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ..keras_compat.layers import inner_layers, tracked_contents
from ..keras_compat.scopes import same_scopes
from .call_recorder import ModelCallError, Recorder, call_error
from .calls.recording import recording


def is_built(model: Any) -> bool:
    """Whether the model and all layers in it have their weights."""
    return all(layer.built for layer in inner_layers(model))


def build(model: Any, inputs: Any) -> None:
    """Build `model` for inputs like these, or leave it as it is.

    A model that only runs on real numbers is built by one real forward pass; the variables it
    had before get their values back.

    Parameters
    ----------
    model : keras.Model
    inputs : array, list or dict of array
        As the model is to be called with.

    Raises
    ------
    ModelCallError
        If the model's call raises both ways.
    """
    try:
        _attempt(model, lambda: _build_symbolically(model, inputs), recorded_inside=True)
    except ModelCallError:
        _attempt(model, lambda: _build_by_running(model, inputs), recorded_inside=False)


def _attempt(model: Any, way: Callable[[], None], recorded_inside: bool) -> None:
    """Try one way to build; put every layer back if it fails."""
    recorder = Recorder(model, lambda call: None, inside=recorded_inside)
    contexts = same_scopes(), _UndoneOnError(model), recording(recorder), interrupts_kept()
    scopes, unless_built, recorded, interrupts = contexts
    try:
        with surely(*contexts), scopes, unless_built, recorded, interrupts:
            way()
    except Exception as error:
        # Without call index: Keras may try a call before it makes it.
        raise call_error(error, recorder.failed_base, recorder.failed_kind) from error


class _UndoneOnError:
    """Puts every layer of a model back to what it was where building it raises."""

    def __init__(self, model: Any) -> None:
        self._undo = [_remember(vars(layer)) for layer in inner_layers(model)]

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            for restore in self._undo:
                restore()


def _build_symbolically(model: Any, inputs: Any) -> None:
    if isinstance(model, keras.Sequential) and not model.built and hasattr(inputs, "shape"):
        # By itself it would keep the length of the first batch as part of its shape.
        model.build((None, *inputs.shape[1:]))
    symbolic = keras.tree.map_structure(
        lambda array: keras.KerasTensor(array.shape, _dtype(array)), inputs
    )
    _Forward(model).compute_output_spec(symbolic)


def _build_by_running(model: Any, inputs: Any) -> None:
    values = _VariableValues(model)
    with surely(values), values:
        model(keras.tree.map_structure(keras.ops.convert_to_tensor, inputs), training=False)


class _VariableValues:
    """Gives the variables that a model has their values back."""

    def __init__(self, model: Any) -> None:
        self._values = [(variable, np.array(np.asarray(variable))) for variable in model.variables]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        for variable, value in self._values:
            variable.assign(value)


class _Forward(keras.Operation):  # type: ignore[misc]
    """The model's call as an operation of its own.

    Calling the model itself on symbolic tensors would leave a node in its graph.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def call(self, inputs: Any) -> Any:
        return self._model(inputs, training=False)


def _dtype(array: Any) -> str:
    if array.dtype.kind in "SU":
        return "string"
    name: str = keras.backend.standardize_dtype(array.dtype)
    return name


def _remember(value: Any, depth: int = 4) -> Callable[[], None]:
    """What puts the containers of a layer's attributes back to their present contents.

    In place: Keras and TensorFlow hold on to the very lists. The plain methods of ``list``,
    ``dict`` and ``set`` are used, since those of Keras' tracked kinds track what they are given.
    """
    if depth == 0:
        return lambda: None
    value = tracked_contents(value)
    if isinstance(value, dict):
        entries = dict(value)
        inner = [_remember(entry, depth - 1) for entry in entries.values()]

        def restore() -> None:
            dict.clear(value)
            dict.update(value, entries)
            for step in inner:
                step()

        return restore
    if isinstance(value, list):
        items = list(value)
        inner = [_remember(item, depth - 1) for item in items]

        def restore() -> None:
            list.clear(value)
            list.extend(value, items)
            for step in inner:
                step()

        return restore
    if isinstance(value, set):
        members = set(value)

        def restore() -> None:
            set.clear(value)
            set.update(value, members)

        return restore
    return lambda: None
