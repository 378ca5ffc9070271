"""Layers and operations built anew from their configurations, apart from the user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from ..keras_compat.layers import inner_layers, lambda_output_shape
from ..keras_compat.quantised import without_quantisation
from ..layers.layer_kinds import kind_of


class CannotRebuild(ValueError):
    """A layer cannot be built from its configuration; the message says why."""


def rebuilt(
    operation: Any,
    custom: Mapping[str, Any],
    change: Callable[[dict[str, Any]], dict[str, Any]],
) -> Any:
    """The counterpart of a layer or a bare operation, not yet built.

    What a `Normalization` or a lookup layer was adapted to is in it.

    Parameters
    ----------
    operation : keras.Layer or keras.Operation
    custom : mapping of str to object
        As `custom_objects` gives them.
    change : callable
        Given its configuration, what it is made from.

    Raises
    ------
    CannotRebuild
        It has no configuration or cannot be built from it, or is a Lambda whose function may use
        the model's own layers or weights.
    """
    kind = type(operation)
    try:
        if kind is keras.layers.Lambda:
            return _lambda(operation)
        config = without_quantisation(operation, operation.get_config())
        if isinstance(operation, keras.layers.Normalization) and operation.input_mean is None:
            config["mean"] = np.asarray(operation.adapt_mean)
            config["variance"] = np.asarray(operation.adapt_variance)
        if kind_of(operation).vocabulary and config.get("output_mode") != "tf_idf":
            # As with means and variances: words are a fact about the data.
            config["vocabulary"] = operation.get_vocabulary(include_special_tokens=False)
        with keras.saving.custom_object_scope(custom):
            fresh = kind.from_config(change(config))
        if not isinstance(operation, keras.Layer):
            fresh.name = operation.name  # not part of every operation's configuration
        return fresh
    except CannotRebuild:
        raise
    except Exception as error:
        raise CannotRebuild(
            f"'{operation.name}' ({kind.__name__}) cannot be built anew from its "
            f"configuration: {said(error)}"
        ) from error


def custom_objects(model: Any) -> dict[str, Any]:
    """The classes and functions of the user's own that configurations name."""
    objects: dict[str, Any] = {}
    for layer in inner_layers(model):
        for value in [layer, *vars(layer).values()]:
            if inspect.isfunction(value):
                objects.setdefault(value.__name__, value)
            elif isinstance(value, (keras.Layer, *_PARTS)):
                objects.setdefault(type(value).__name__, type(value))
    return {name: value for name, value in objects.items() if not _is_of_library(value)}


def check_apart(model: Any, fresh: Any) -> None:
    """See that two models share nothing: a configuration may hold live objects.

    Raises
    ------
    CannotRebuild
        They share a layer or a variable.
    """
    theirs = {id(layer): layer.name for layer in inner_layers(model)}
    theirs.update({id(variable): variable.path for variable in model.variables})
    for thing in [*inner_layers(fresh), *fresh.variables]:
        if id(thing) in theirs:
            raise CannotRebuild(
                f"a configuration hands the model's own '{theirs[id(thing)]}' on instead of "
                "describing it; the other model must not share it"
            )


_PARTS = (
    keras.initializers.Initializer,
    keras.regularizers.Regularizer,
    keras.constraints.Constraint,
)


def _is_of_library(thing: Any) -> bool:
    """Whether a function or class is one of Keras' or the like, which knows nothing of models."""
    owner: str = getattr(thing, "__module__", None) or ""
    is_code = inspect.isroutine(thing) or inspect.isclass(thing)
    return is_code and owner.partition(".")[0] in ("keras", "tensorflow", "numpy", "math")


def _lambda(layer: Any) -> Any:
    """A Lambda layer of the very same functions, if these bring nothing of the model along.

    Its configuration is Python code, which Keras rightly does not run; the functions at hand are
    the ones that the user's model runs anyway.
    """
    shape = lambda_output_shape(layer)
    parts = [part for part in (layer.function, shape, layer.mask) if callable(part)]
    if not all(map(_is_free, parts)) or not all(map(_is_plain, _leaves(layer.arguments))):
        raise CannotRebuild(
            f"the function of '{layer.name}' (Lambda) may use layers or weights of the model"
        )
    return keras.layers.Lambda(
        layer.function,
        output_shape=shape,
        mask=layer.mask,
        arguments=layer.arguments,
        name=layer.name,
        dtype=layer.dtype_policy,
    )


def _is_free(function: Any) -> bool:
    """Whether a function reaches no layer and no variable by name, closure or default."""
    if _is_of_library(function):
        return True
    if not inspect.isfunction(function):
        return False
    used = inspect.getclosurevars(function)
    reached = [used.nonlocals, used.globals, function.__defaults__, function.__kwdefaults__]
    return all(_is_plain(value) or _is_free(value) for value in _leaves(reached))


def _is_plain(value: Any) -> bool:
    if inspect.ismodule(value) or inspect.isclass(value) or value is None:
        return True
    return isinstance(value, (bool, int, float, str, np.ndarray, np.number))


def _leaves(structure: Any) -> list[Any]:
    leaves: list[Any] = keras.tree.flatten(structure)
    return leaves


def said(error: Exception) -> str:
    """The first line of what an error says, and of which kind it is."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
