"""The graph that Keras keeps of a functional model's calls. All of it is private.

From 3.8 on: ``Function`` offers its operations, and not in which order it calls them on what. Where
one of these names is missing, no functional model can be read: an ``AttributeError`` says which.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras

COPY_SUFFIX = "_clone"
"""How the name of a tensor ends that Keras has copied from another (3.8). Under another name, calls
that ``keras.Model(middle, end)`` copies are listed in the order in which Keras runs them."""


class Origin(NamedTuple):
    """The call that made a symbolic tensor.

    Attributes
    ----------
    operation : keras.Operation or None
        None where no operation did.
    node : node or None
        The call.
    """

    operation: Any
    node: Any


def origin(tensor: Any) -> Origin:
    """The call that made a symbolic tensor (3.8: ``_keras_history``)."""
    operation, index, _ = tensor._keras_history
    return Origin(operation, nodes_of(operation)[index] if operation else None)


def nodes_of(operation: Any) -> list[Any]:
    """Every call of an operation in any graph, as they were written (3.8: ``_inbound_nodes``)."""
    nodes: list[Any] = operation._inbound_nodes
    return nodes


def executed_nodes(graph: Any) -> list[Any]:
    """A graph's calls in the order in which Keras makes them (3.8: ``_nodes_by_depth``)."""
    by_depth = graph._nodes_by_depth
    return [
        node
        for depth in sorted(by_depth, reverse=True)
        for node in by_depth[depth]
        if not node.is_input
    ]


def as_output(graph: Any, tensors: list[Any]) -> Any:
    """Tensors in the structure of the graph's own outputs (3.8: ``_outputs_struct``)."""
    return keras.tree.pack_sequence_as(graph._outputs_struct, tensors)


def constructor_arguments(operation: Any) -> dict[str, Any] | None:
    """What an operation was made with (3.8: ``_auto_config``).

    None where Keras has not noted it: then a graph passes for none that ``clone_model`` made.
    """
    config = getattr(operation, "_auto_config", None)
    return None if config is None else config.config
