"""Giving an unbuilt model its weights, which is the one change that reading it can need.

`fit` would do the same. It is done on symbolic inputs: nothing is computed, no average and no
seed moves. When it fails, every layer is put back to what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


def is_built(model: Any) -> bool:
    """Whether the model and all layers in it have their weights."""
    return all(layer.built for layer in model._flatten_layers())


def build(model: Any, inputs: Any) -> None:
    """Build `model` for inputs like these, or leave it as it is and raise what building raised.

    Parameters
    ----------
    model : keras.Model
    inputs : array, list or dict of array
        As the model is to be called with.
    """
    undo = [_remember(vars(layer)) for layer in model._flatten_layers()]
    try:
        if isinstance(model, keras.Sequential) and hasattr(inputs, "shape"):
            # By itself it would keep the length of the first batch as part of its shape.
            model.build((None, *inputs.shape[1:]))
        symbolic = keras.tree.map_structure(
            lambda array: keras.KerasTensor(array.shape, _dtype(array)), inputs
        )
        _Forward(model).compute_output_spec(symbolic)
    except BaseException:
        for restore in undo:
            restore()
        raise


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
    name: str = keras.backend.standardize_dtype(array.dtype)
    return name


def _remember(value: Any, depth: int = 4) -> Callable[[], None]:
    """What puts the containers of a layer's attributes back to their present contents.

    In place: Keras and TensorFlow hold on to the very lists. The plain methods of ``list``,
    ``dict`` and ``set`` are used, since those of Keras' tracked kinds track what they are given.
    """
    if depth == 0:
        return lambda: None
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
    if type(value).__name__ == "Tracker":
        return _remember(vars(value), depth)
    return lambda: None
