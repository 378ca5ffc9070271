"""The same architecture, freshly initialised: what a measure without a scale of its own is held to.

A trained layer's forks or densities are large or small only beside those which the same layer has
before any training [WL20 §1.3, METHOD §3]. The reference is built from the configurations of the
user's layers; not one of his objects is in it, and building it leaves no trace in his model, in
the random numbers he draws next or in the names his next layers get.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras

from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...validation.keywords import checked_keywords
from ...validation.objects import instance
from ...validation.scalars import whole_number
from ..keras_compat.graph import origin
from ..keras_compat.layers import stack_of
from ..keras_compat.random_numbers import apart
from ..keras_compat.scopes import nothing_waits, same_scopes
from ..layers.call_order import calls_of, is_structure, parts, run_as_written
from ..layers.layer_info import LayerInfo
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe
from .rebuilding import CannotRebuild, check_apart, custom_objects, rebuilt, said

LIMIT_BYTES = 2**30
"""How many bytes of weights a reference may have when nothing else is said."""


class NoReference(ValueError):
    """No freshly initialised counterpart of a model can be had; the message says why."""


@checked_keywords
def fresh_probe(
    probe: ModelProbe,
    paths: Iterable[str] | None = None,
    *,
    seed: int = 0,
    limit_bytes: int = LIMIT_BYTES,
) -> ModelProbe:
    """A probe of the same architecture, freshly initialised, on the same inputs.

    Every weight is drawn anew by the initialiser that the user's layer names; an initialiser's
    own fixed seed is exchanged for one made from it and `seed`, since it would only bring back
    the weights his training began with. Quantised layers are drawn as they were before that.
    BatchNormalization has averages of 0 and 1, as in any new network. What a `Normalization` or a
    lookup layer was adapted to is kept: it is a fact about the data.

    With `paths` only what leads to these layers is built: the first blocks of VGG16 without the
    411 MB of its dense layer. Abstraction levels are then those of the part that was built; take
    them from the user's own probe.

    Parameters
    ----------
    probe : ModelProbe
    paths : iterable of str, optional
        Layers the reference must have, under the same paths. Default: all. It may have more.
    seed : int
        The same one gives the same weights, with initialisers that draw as Keras' own do, from
        Python's or from NumPy's random numbers.
    limit_bytes : int
        Weights beyond this are not made.

    Returns
    -------
    ModelProbe
        It alone holds its model; both are gone with it.

    Raises
    ------
    NoReference
        If a layer has no configuration, cannot be built from it, or would bring the user's own
        layers or weights along; or if the weights take more than `limit_bytes`.
    ValueError
        If a path is unknown, or `paths` is empty.
    """
    instance("probe", probe, ModelProbe)
    whole_number("seed", seed, 0)
    whole_number("limit_bytes", limit_bytes, 0, "of bytes")
    with model_lock(probe.model):
        known = probe.layers
        infos = None if paths is None else [probe.info(path) for path in paths]
        if infos == []:
            raise ValueError("paths is empty: name at least one layer, or give None for all")
        scopes, own, interrupts = same_scopes(), apart(seed), interrupts_kept()
        with surely(scopes, own, interrupts), scopes, own, interrupts:
            fresh = _fresh_probe(probe, infos, seed, limit_bytes)
        if missing := _missing(fresh, known if infos is None else infos):
            raise NoReference(
                f"the model built anew calls its layers differently: it lacks "
                f"{', '.join(missing[:3])}"
            )
        return fresh


def undrawn(layer: Any, seed: int) -> Any:
    """A layer built anew from its configuration, on the same shapes, with no weight drawn.

    Each of its variables knows its shape and the function that it would be drawn by, as Keras
    itself hands them over: the axes that count as inputs of an attention's kernel, the gates of a
    bias. It takes no memory.

    Parameters
    ----------
    layer : keras.Layer
        Built.
    seed : int
        Makes the seeds that its initialisers get in place of fixed ones.

    Raises
    ------
    NoReference
        If it has no configuration, or cannot be built from it.
    """
    # Keras keeps a list of what is still to be drawn: this is none of it.
    unlisted, scopes, interrupts = nothing_waits(), same_scopes(), interrupts_kept()
    try:
        with (
            surely(scopes, unlisted, interrupts),
            scopes,
            unlisted,
            interrupts,
            keras.StatelessScope(initialize_variables=False),
        ):
            fresh = _Rebuild(layer, seed, 0).layer(layer)
            fresh.build_from_config(layer.get_build_config())
    except NoReference:
        raise
    except Exception as error:
        raise NoReference(f"'{layer.name}' cannot be built anew: {said(error)}") from error
    return fresh


def _fresh_probe(
    probe: ModelProbe, cut: list[LayerInfo] | None, seed: int, limit_bytes: int
) -> ModelProbe:
    model = probe.model
    try:
        layers = None if cut is None else [probe.layer_of(info.path) for info in cut]
        fresh = _Rebuild(model, seed, limit_bytes).model(layers)
        result = ModelProbe(fresh, probe.inputs, memory_budget=probe.memory_budget)
        # Read here, where what the layers do as they are traced reaches nobody's random numbers.
        _ = result.layers
    except NoReference:
        raise
    except Exception as error:
        raise NoReference(f"the model cannot be built anew: {said(error)}") from error
    try:
        check_apart(model, fresh)
    except CannotRebuild as error:
        raise NoReference(str(error)) from error
    return result


def _missing(fresh: ModelProbe, needed: Sequence[LayerInfo]) -> list[str]:
    there = {info.path: info for info in fresh.layers}
    return [
        info.path
        for info in needed
        if info.path not in there
        or there[info.path].kind != info.kind
        or there[info.path].output_shape != info.output_shape
    ]


class _Rebuild:
    """Builds a model anew, each layer once however often it is used."""

    def __init__(self, model: Any, seed: int, limit_bytes: int) -> None:
        self._model = model
        self._seed = seed
        self._limit_bytes = limit_bytes
        self._made: dict[int, Any] = {}
        self._custom = custom_objects(model)

    def model(self, layers: Iterable[Any] | None) -> Any:
        """The model, or as much of it as leads to these of its layers."""
        model = self._model
        if not is_structure(model):
            self._check_size([model])
            return self._from_config(model)
        holders = None if layers is None else _holders(model, layers)
        if isinstance(model, keras.Sequential):
            stack = stack_of(model)
            if holders is not None:
                stack = stack[: 1 + max(k for k, part in enumerate(stack) if id(part) in holders)]
            self._check_size(stack)
            return self._sequential(model, stack)
        graph = model if holders is None else _cut(model, holders)
        self._check_size([op for op in graph.operations if isinstance(op, keras.Layer)])
        return self._functional(model, graph)

    def layer(self, layer: Any) -> Any:
        """One layer, not yet built."""
        return self._from_config(layer)

    def _check_size(self, layers: Sequence[Any]) -> None:
        shapes = {id(weight): weight.shape for layer in layers for weight in layer.weights}
        size = 4 * sum(math.prod(shape) for shape in shapes.values())
        if size > self._limit_bytes:
            raise NoReference(
                f"its weights take {size / 2**20:,.0f} MB, more than the limit of "
                f"{self._limit_bytes / 2**20:,.0f} MB for a reference"
            )

    def _sequential(self, model: Any, parts: Sequence[Any]) -> Any:
        return keras.Sequential([self._fresh(part) for part in parts], name=model.name)

    def _functional(self, model: Any, graph: Any) -> Any:
        inputs = keras.tree.map_structure(
            lambda tensor: self._fresh(origin(tensor).operation).output, model.input
        )
        outputs = run_as_written(graph, inputs, self._calling)
        return keras.Model(inputs, outputs, name=model.name)

    def _calling(self, operation: Any) -> Callable[..., Any]:
        fresh = self._fresh(operation)

        def call(*args: Any, **kwargs: Any) -> Any:
            if any(isinstance(v, keras.Variable) for v in keras.tree.flatten((args, kwargs))):
                raise NoReference(f"'{operation.name}' is called on a variable of the model's own")
            return fresh(*args, **kwargs)

        return call

    def _fresh(self, operation: Any) -> Any:
        """The counterpart of a layer or of a bare operation of the graph."""
        if id(operation) not in self._made:
            self._made[id(operation)] = self._make(operation)
        return self._made[id(operation)]

    def _make(self, operation: Any) -> Any:
        if not is_structure(operation):
            return self._from_config(operation)
        if isinstance(operation, keras.Sequential):
            return self._sequential(operation, stack_of(operation))
        return self._functional(operation, operation)

    def _from_config(self, operation: Any) -> Any:
        try:
            return rebuilt(operation, self._custom, lambda config: _reseeded(config, self._seed))
        except CannotRebuild as error:
            raise NoReference(str(error)) from error


def _holders(model: Any, layers: Iterable[Any]) -> set[int]:
    """``id`` of each of the model's direct parts that is one of `layers` or has one inside."""
    ids = {id(layer) for layer in layers}
    direct = model.layers if isinstance(model, keras.Sequential) else model.operations
    return {id(part) for part in direct if any(id(each) in ids for each in parts(part))}


def _cut(model: Any, holders: set[int]) -> Any:
    """The part of a functional model's graph that leads to all calls of these parts."""
    calls = calls_of(model, holders)
    return keras.Function(model.input, [tensor for node in calls for tensor in node.outputs])


def _reseeded(value: Any, seed: int, in_initializer: bool = False) -> Any:
    """The configuration with other seeds in its initialisers, equal ones still equal."""
    if isinstance(value, dict):
        return {
            key: random.Random(f"{seed} {entry}").randrange(2**31)
            if in_initializer and key == "seed" and isinstance(entry, int)
            else _reseeded(entry, seed, in_initializer or str(key).endswith("initializer"))
            for key, entry in value.items()
        }
    if type(value) in (list, tuple):
        return type(value)(_reseeded(entry, seed, in_initializer) for entry in value)
    return value
