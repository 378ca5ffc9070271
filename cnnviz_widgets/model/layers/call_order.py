"""In which order the calls of a functional model were written, read off Keras' graph of them.

A functional model does not run in the order in which it was written: Keras goes through its graph
by depth, and where several calls of one layer are equally deep, it often makes the last one first.
What was written first is told by the layer: each call adds a node to its list.

What Keras itself writes anew is taken back to what the user wrote as far as that can be told. The
calls of a model made from tensors inside another one (``keras.Model(middle, end)``) are copies of
that one's and follow its order. ``clone_model`` makes the calls in the order in which Keras runs
them and leaves no trace of another: there those that a function of several inputs is given, and
those that a model returns, count in the order in which they are given and returned.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import keras

from ..keras_compat.graph import (
    COPY_SUFFIX,
    as_output,
    constructor_arguments,
    executed_nodes,
    nodes_of,
    origin,
)
from ..keras_compat.layers import inner_layers, is_of_keras


class GraphCall(NamedTuple):
    """A call in a functional model's graph.

    Attributes
    ----------
    place : int
        Where it stands among all calls of the graph, as `WrittenOrder` orders them.
    number : int
        0 for the first call of this layer in the graph, as they were written.
    of : int
        How many calls of this layer one run of the graph makes.
    """

    place: int
    number: int
    of: int


class WrittenOrder:
    """The order of a graph's calls: as Keras runs them, but a layer's own calls as written.

    Parameters
    ----------
    graph : keras.Function
        A functional model, or another function of Keras operations.

    Attributes
    ----------
    nodes : tuple of node
        The calls; what a call reads comes before it.
    """

    def __init__(self, graph: Any) -> None:
        executed = executed_nodes(graph)
        written = _written(graph, executed)
        self.nodes = tuple(_merged(executed, written))
        places = {id(node): place for place, node in enumerate(self.nodes)}
        numbers = {id(node): k for nodes in written.values() for k, node in enumerate(nodes)}
        self._calls: dict[int, list[GraphCall]] = defaultdict(list)
        for node in executed:
            operation = id(node.operation)
            self._calls[operation].append(
                GraphCall(places[id(node)], numbers[id(node)], len(written[operation]))
            )

    def call(self, operation: Any, nth: int) -> GraphCall | None:
        """The call that Keras makes as the nth (from 0) of this operation when the graph runs.

        Where it runs more than once, later rounds come after earlier ones. None for an operation
        that the graph does not have.
        """
        calls = self._calls.get(id(operation))
        if calls is None:
            return None
        round_, k = divmod(nth, len(calls))
        place, number, of = calls[k]
        return GraphCall(place + round_ * len(self.nodes), number + round_ * of, of)


def graph_of(layer: Any) -> Any:
    """The graph that runs when this layer is called, None where there is none.

    A sequential model runs its layers one after the other, whether Keras keeps a graph or not. A
    functional model with a ``call`` of its own is taken to run its graph in it.
    """
    return layer if isinstance(layer, keras.Function) else None


def is_structure(layer: Any) -> bool:
    """Whether the layer is a functional or sequential model: a graph of others, nothing more.

    A subclass with a ``call`` of its own is more than structure.
    """
    if not isinstance(layer, (keras.Sequential, keras.Function)):
        return False
    owner = next(cls for cls in type(layer).__mro__ if "call" in vars(cls))
    return is_of_keras(owner) and "call" not in vars(layer)


def parts(layer: Any) -> list[Any]:
    """The layer, all layers inside it, and the operations of their graphs that are no layers."""
    if not isinstance(layer, keras.Layer):
        return [layer]
    layers = inner_layers(layer)
    graphs = [inner for inner in layers if isinstance(inner, keras.Function)]
    bare = {id(each): each for graph in graphs for each in graph.operations}
    return [*layers, *(each for each in bare.values() if not isinstance(each, keras.Layer))]


def calls_of(graph: Any, operations: Iterable[int]) -> list[Any]:
    """The nodes in which these operations, given by ``id``, are called, as written."""
    ids = set(operations)
    return [node for node in WrittenOrder(graph).nodes if id(node.operation) in ids]


def run_as_written(graph: Any, inputs: Any, calling: Callable[[Any], Callable[..., Any]]) -> Any:
    """Run a functional model's graph, each layer's calls in the order in which they were written.

    So a copy's calls are in the order of the original's.

    Parameters
    ----------
    graph : keras.Function
    inputs : structure of tensor
        In place of the graph's own.
    calling : callable
        Given an operation of the graph, what is called in its place.

    Returns
    -------
    structure of tensor
        As the graph's own outputs.
    """
    values = dict(zip(map(id, graph.inputs), keras.tree.flatten(inputs), strict=True))
    for node in WrittenOrder(graph).nodes:
        args, kwargs = node.arguments.fill_in(values)
        results = keras.tree.flatten(calling(node.operation)(*args, **kwargs))
        values.update(zip(map(id, node.outputs), results, strict=True))
    return as_output(graph, [values[id(tensor)] for tensor in graph.outputs])


def _written(graph: Any, executed: Sequence[Any]) -> dict[int, list[Any]]:
    """The calls of each operation, by its ``id``, in the order in which they were written."""
    of_operation: dict[int, list[Any]] = defaultdict(list)
    for node in executed:
        of_operation[id(node.operation)].append(node)
    written = {
        operation: sorted(nodes, key=_age) if len(nodes) > 1 else nodes
        for operation, nodes in of_operation.items()
    }
    is_shared = any(len(nodes) > 1 for nodes in written.values())
    if not is_shared or written != of_operation or not _is_clone(graph):
        return written
    by_use = {id(node): k for k, node in enumerate(_by_use(graph))}
    return {
        operation: sorted(nodes, key=lambda node: by_use[id(node)])
        for operation, nodes in written.items()
    }


def _age(node: Any) -> int:
    """Where a call stands in its operation's list, or where the one stands that it is a copy of."""
    nodes = nodes_of(node.operation)
    by_name = {other.outputs[0].name: k for k, other in enumerate(nodes) if other.outputs}
    name = node.outputs[0].name if node.outputs else ""
    # Keras names a copied tensor after the one it is a copy of.
    while (original := name.removesuffix(COPY_SUFFIX)) != name and original in by_name:
        name = original
    return by_name[name] if name in by_name else nodes.index(node)


def _is_clone(graph: Any) -> bool:
    """Whether ``clone_model`` made the inputs: with a batch shape, and silent about sparsity.

    A user gives a shape, and what is loaded from a file gives everything.
    """
    configs = [constructor_arguments(origin(tensor).operation) for tensor in graph.inputs]
    return all(
        config is not None
        and config.get("batch_shape") is not None
        and config.get("sparse") is None
        and config.get("dtype") is not None
        for config in configs
    )


def _by_use(graph: Any) -> Iterator[Any]:
    """The calls in the order in which they are needed, when outputs are made one by one."""
    waiting = [(tensor, False) for tensor in reversed(graph.outputs)]
    entered, done = set(), set()
    while waiting:
        tensor, is_ready = waiting.pop()
        node = origin(tensor).node
        if node is None or node.is_input or id(node) in done:
            continue
        if is_ready:
            done.add(id(node))
            yield node
        elif id(node) not in entered:
            entered.add(id(node))
            waiting.append((tensor, True))
            waiting += [(other, False) for other in reversed(node.input_tensors)]


def _merged(executed: Sequence[Any], written: dict[int, list[Any]]) -> list[Any]:
    """The calls as near to the order of execution as the order of writing allows."""
    place = {id(node): k for k, node in enumerate(executed)}
    before: list[set[int]] = [
        {place[id(other)] for other in node.parent_nodes if id(other) in place} for node in executed
    ]
    for nodes in written.values():
        for first, second in pairwise(nodes):
            before[place[id(second)]].add(place[id(first)])
    after: dict[int, list[int]] = defaultdict(list)
    for k, others in enumerate(before):
        for other in others:
            after[other].append(k)
    missing = Counter({k: len(others) for k, others in enumerate(before)})
    ready = [k for k in range(len(executed)) if not missing[k]]
    merged = []
    while ready:
        k = heapq.heappop(ready)
        merged.append(executed[k])
        for other in after[k]:
            missing[other] -= 1
            if not missing[other]:
                heapq.heappush(ready, other)
    return merged
