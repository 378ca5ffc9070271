"""A functional or sequential model as one list of calls, whatever models it is nested of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from ....layers.call_order import WrittenOrder, graph_of, is_structure
from .cannot_shrink import CannotShrink

Shape = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class GraphCall:
    """One call of a layer, or of a bare operation.

    Attributes
    ----------
    operation : keras.Layer or keras.Operation
    inputs, outputs : tuple of int
        Numbers of the tensors that it reads and makes.
    arguments : tuple
        What else it is called with, numbers and arrays among it.
    """

    operation: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arguments: tuple[Any, ...] = ()


class CallGraph:
    """All calls of a model, in an order in which they can be made.

    Parameters
    ----------
    model : keras.Model

    Attributes
    ----------
    calls : list of GraphCall
    shapes : list of tuple
        Of each tensor, the batch first.
    returned : tuple of int
        The tensors that the model returns.
    given : dict of int to tuple of int
        By the ``id`` of each model inside it, and its own, the tensors that it is given.

    Raises
    ------
    CannotShrink
        The model has a ``call`` of its own, or is not built.
    """

    def __init__(self, model: Any) -> None:
        if not is_structure(model):
            raise CannotShrink(
                f"'{model.name}' is a {type(model).__name__} with a call of its own, which nobody "
                "can write anew: only functional and sequential models become smaller"
            )
        self.calls: list[GraphCall] = []
        self.shapes: list[Shape] = []
        self.given: dict[int, tuple[int, ...]] = {}
        inputs = tuple(self._new(tensor.shape) for tensor in keras.tree.flatten(model.inputs))
        self.returned = self._enter(model, inputs)
        self._readers: dict[int, list[GraphCall]] = {}
        for call in self.calls:
            for number in call.inputs:
                self._readers.setdefault(number, []).append(call)
        self._makers = {number: call for call in self.calls for number in call.outputs}
        self._times = Counter(id(call.operation) for call in self.calls)

    def readers(self, tensor: int) -> list[GraphCall]:
        """The calls that read a tensor."""
        return self._readers.get(tensor, [])

    def maker(self, tensor: int) -> GraphCall | None:
        """The call that made a tensor; None of an input of the model."""
        return self._makers.get(tensor)

    def times(self, operation: Any) -> int:
        """How often something is called."""
        return self._times[id(operation)]

    def call_of(self, operation: Any) -> GraphCall | None:
        """The call of something that is called once; None where there is no call, or several."""
        calls = [call for call in self.calls if call.operation is operation]
        return calls[0] if len(calls) == 1 else None

    def _new(self, shape: Sequence[int | None]) -> int:
        self.shapes.append(tuple(shape))
        return len(self.shapes) - 1

    def _enter(self, structure: Any, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """List the calls inside a model that is given these tensors; what it returns."""
        self.given[id(structure)] = inputs
        graph = as_graph(structure)
        numbers = dict(zip(map(id, graph.inputs), inputs, strict=True))
        for node in WrittenOrder(graph).nodes:
            operation = node.operation
            read = tuple(numbers[id(tensor)] for tensor in node.input_tensors)
            if is_structure(operation):
                made = self._enter(operation, read)
            else:
                made = tuple(self._new(tensor.shape) for tensor in node.outputs)
                others = keras.tree.flatten((node.arguments.args, node.arguments.kwargs))
                plain = tuple(each for each in others if not isinstance(each, keras.KerasTensor))
                self.calls.append(GraphCall(operation, read, made, plain))
            numbers.update(zip(map(id, node.outputs), made, strict=True))
        return tuple(numbers[id(tensor)] for tensor in graph.outputs)


def as_graph(structure: Any) -> Any:
    """The graph of a functional or sequential model.

    Raises
    ------
    CannotShrink
        A sequential model that Keras has made no graph of.
    """
    graph = graph_of(structure)
    if graph is not None:
        return graph
    try:
        return keras.Function(structure.inputs, structure.outputs)
    except (AttributeError, ValueError) as error:
        raise CannotShrink(
            f"'{structure.name}' has no inputs of its own: give it a keras.Input"
        ) from error
