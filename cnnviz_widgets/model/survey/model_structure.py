"""What a built model is made of, as one text: two models of one text and one set of weights agree.

It is the same in every process and after saving and loading. Names and what only a training needs
are left out: layers are told by their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import keras

from ..keras_compat.graph import executed_nodes
from ..keras_compat.layers import is_book
from ..layers.call_order import is_structure, parts
from .plain_parts import code_of, plain, short, users_function

# Of a layer's configuration: what it is called, how it is trained or drawn, and on what it was
# built; a function without a name is there with its file and line.
_LEFT_OUT = frozenset(
    {
        *("trainable", "seed", "build_config", "build_input_shape", "compile_config"),
        *("batch_shape", "batch_input_shape", "shared_object_id", "function"),
    }
)
_LEFT_OUT_ENDS = ("initializer", "regularizer", "constraint")


def model_structure(model: Any) -> str:
    """What a model computes with its weights, as far as that can be told without running it.

    Of each layer its configuration; where it gives none, the texts, switches and fractions among
    its attributes: whole numbers and lists are also what layers count in. Of a functional model
    which call reads what, and of the user's own classes and functions their code.

    Parameters
    ----------
    model : keras.Model
        Built.
    """
    layers = parts(model)
    numbers = {id(layer): number for number, layer in enumerate(layers)}
    return json.dumps([_part(layer, numbers) for layer in layers], sort_keys=True)


def _part(layer: Any, numbers: Mapping[int, int]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if isinstance(layer, keras.Sequential):
        told["graph"] = [numbers[id(each)] for each in layer.layers]
    elif isinstance(layer, keras.Function):
        told["graph"] = _graph(layer, numbers)
    if is_structure(layer):
        return told
    kind = type(layer)
    told["kind"] = f"{kind.__module__}.{kind.__qualname__}"
    told["config"] = _config(layer)
    told["code"] = code_of(kind.call, kind)
    told["functions"] = {
        name: code_of(value)
        for name, value in vars(layer).items()
        if users_function(value) is not None and not is_book(name)
    }
    if hasattr(layer, "get_vocabulary"):
        # What was learnt by `adapt` is no weight.
        told["vocabulary"] = short(layer.get_vocabulary())
    return told


def _graph(graph: Any, numbers: Mapping[int, int]) -> list[str]:
    """Where each output of a graph comes from: its call, what that reads, and so on."""
    known = {id(tensor): f"input {number}" for number, tensor in enumerate(graph.inputs)}
    for node in executed_nodes(graph):
        args, kwargs = node.arguments.convert(lambda each: known.get(id(each), each))
        given = [args, {name: value for name, value in kwargs.items() if value is not None}]
        call = short([numbers[id(node.operation)], given])
        for number, tensor in enumerate(node.outputs):
            known[id(tensor)] = f"{call}[{number}]"
    return [known[id(tensor)] for tensor in graph.outputs]


def _config(layer: Any) -> Any:
    if not isinstance(layer, keras.Layer):
        # An operation of a graph: its attributes are its arguments.
        given = {name: value for name, value in vars(layer).items() if name[:1] != "_"}
        return plain({name: value for name, value in given.items() if name != "name"})
    try:
        config = plain(layer.get_config())
        return _lasting({name: value for name, value in config.items() if name != "name"})
    except Exception:
        # Whatever a user's own raises: it has none.
        return {name: value for name, value in vars(layer).items() if _is_setting(name, value)}


def _is_setting(name: str, value: Any) -> bool:
    if is_book(name) or name.strip("_") in _LEFT_OUT | {"name"}:
        return False
    # Keras' own texts are names: of the layer, and of where it is.
    return isinstance(value, (bool, float)) or (isinstance(value, str) and name[:1] != "_")


def _lasting(config: Any) -> Any:
    """A configuration without what is left out, at whatever depth."""
    if isinstance(config, list):
        return [_lasting(each) for each in config]
    if not isinstance(config, dict):
        return config
    # A data type's policy has nothing but its name.
    without = _LEFT_OUT | {"name"} if len(config) > 1 else frozenset()
    return {
        name: _lasting(value)
        for name, value in config.items()
        if name not in without and not name.endswith(_LEFT_OUT_ENDS)
    }
