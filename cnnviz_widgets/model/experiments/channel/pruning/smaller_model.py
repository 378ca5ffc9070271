"""A new model of a plan, each weight copied and cut."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .....runtime.call_stack import surely
from .....runtime.interrupts import interrupts_kept
from ....keras_compat.graph import origin
from ....keras_compat.layers import stack_of
from ....keras_compat.random_numbers import apart
from ....keras_compat.scopes import same_scopes
from ....layers.call_order import is_structure, run_as_written
from ....layers.effective_weights import read_only
from ...rebuilding import CannotRebuild, check_apart, custom_objects, rebuilt, said
from .cannot_shrink import CannotShrink
from .cut import Change
from .plan import Plan
from .silent_values import SilentValues

Array = NDArray[Any]


def smaller_model(model: Any, plan: Plan, silent: SilentValues) -> Any:
    """The model without the channels, not compiled; nothing of it is the user's.

    Parameters
    ----------
    model : keras.Model
        Its lock is to be held.
    plan : Plan
    silent : SilentValues
        What the channels are where they were read.

    Raises
    ------
    CannotShrink
        A layer cannot be built from its configuration.
    """
    scopes, own, interrupts = same_scopes(), apart(0), interrupts_kept()
    try:
        with surely(scopes, own, interrupts), scopes, own, interrupts:
            build = _Build(model, plan, silent)
            new = build.model()
            check_apart(model, new)
            build.copy_weights()
    except CannotRebuild as error:
        raise CannotShrink(str(error)) from error
    return new


class _Build:
    """Builds the model, each layer once however often it is used."""

    def __init__(self, model: Any, plan: Plan, silent: SilentValues) -> None:
        self._model, self._plan, self._silent = model, plan, silent
        self._custom = custom_objects(model)
        self._made: dict[int, tuple[Any, Any]] = {}

    def model(self) -> Any:
        """The whole, built."""
        try:
            return self._structure(self._model)
        except (CannotRebuild, CannotShrink):
            raise
        except Exception as error:
            raise CannotShrink(f"the smaller model cannot be built: {said(error)}") from error

    def copy_weights(self) -> None:
        """Give each layer the numbers of the one that it stands for."""
        for operation, new in self._made.values():
            if is_structure(operation) or not isinstance(operation, keras.Layer):
                continue
            change = self._plan.changes.get(id(operation))
            if change is not None and operation.weights:
                values = cut_weights(operation, change, self._silent)
                for weight in new.weights:
                    weight.assign(values[weight.name])
                continue
            for theirs, mine in zip(operation.variables, new.variables, strict=True):
                mine.assign(read_only(theirs))

    def _structure(self, structure: Any) -> Any:
        if isinstance(structure, keras.Sequential):
            return self._sequential(structure)
        given = iter(self._plan.graph.given[id(structure)])
        inputs = keras.tree.map_structure(
            lambda tensor: self._input(origin(tensor).operation, next(given)).output,
            structure.input,
        )
        outputs = run_as_written(structure, inputs, self._fresh)
        return keras.Model(inputs, outputs, name=structure.name)

    def _sequential(self, structure: Any) -> Any:
        stack = stack_of(structure)
        (given,) = self._plan.graph.given[id(structure)]
        layers = [
            self._input(part, given)
            if isinstance(part, keras.layers.InputLayer)
            else self._fresh(part)
            for part in stack
        ]
        new = keras.Sequential(layers, name=structure.name)
        if not new.built:
            new.build(self._shape(given))
        return new

    def _shape(self, tensor: int) -> tuple[int | None, ...]:
        shape = [*self._plan.graph.shapes[tensor]]
        cut = self._plan.cuts.get(tensor)
        if cut is not None:
            shape[cut.axis] = len(cut.kept)
        return tuple(shape)

    def _input(self, layer: Any, tensor: int) -> Any:
        shape = self._shape(tensor)
        return rebuilt(layer, self._custom, lambda config: {**config, "batch_shape": shape})

    def _fresh(self, operation: Any) -> Any:
        """The counterpart of a layer, a model inside the model, or a bare operation."""
        if id(operation) not in self._made:
            self._made[id(operation)] = (operation, self._make(operation))
        return self._made[id(operation)][1]

    def _make(self, operation: Any) -> Any:
        if is_structure(operation):
            return self._structure(operation)
        change = self._plan.changes.get(id(operation), Change())
        config = dict(change.config)
        if change.reads is not None and self._silent.needs_bias(operation):
            config["use_bias"] = True
        return rebuilt(operation, self._custom, lambda own: {**own, **config})


def cut_weights(layer: Any, change: Change, silent: SilentValues) -> dict[str, Array]:
    """The weights of a layer after a change, by their names."""
    values = {weight.name: read_only(weight).copy() for weight in layer.weights}
    cut = change.reads
    if cut is not None and cut.stands is not None:
        for name, axis in change.read_axes.items():
            kernel = np.moveaxis(values[name], axis, 0)
            # The one that stays is read for those that it stands for, too.
            np.add.at(kernel, cut.stands, kernel[cut.gone].copy())
    elif cut is not None and silent.needs_bias(layer):
        added = silent.bias(layer, change, values)
        values["bias"] = (values.get("bias", 0) + added).astype(values["kernel"].dtype)
    for name, axes in change.kept.items():
        for axis, kept in axes.items():
            values[name] = values[name].take(kept, axis)
    return values
