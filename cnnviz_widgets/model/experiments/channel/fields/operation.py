"""An operation of a traced graph, and what is known of what goes into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .....analysis.channel.intervals import Bounds, aligned, reduced, united

Shape: TypeAlias = tuple[int, ...]


class Key(NamedTuple):
    """Along which axis of which input positions are counted.

    Attributes
    ----------
    number : int
        Of the input, from 0.
    axis : int
    free : bool
        Whether they go on beyond the edges.
    """

    number: int
    axis: int
    free: bool


State: TypeAlias = Mapping[Key, Bounds]
"""What a tensor's entries depend on; empty where they depend on no input."""


class Unclear(Exception):
    """What an operation reads for which entry cannot be told.

    Attributes
    ----------
    most : state or None
        What it reads at most, where that is not all that it is given.
    """

    def __init__(self, most: State | None = None) -> None:
        super().__init__()
        self.most = most


class Operation:
    """An operation whose attributes are read when they are asked for.

    Parameters
    ----------
    op : tf.Operation
    """

    def __init__(self, op: Any) -> None:
        self.op = op
        self.kind: str = op.type

    def attribute(self, name: str) -> Any:
        """What the operation was made with; text as text."""
        value = self.op.get_attr(name)
        return value.decode() if isinstance(value, bytes) else value

    def input_shape(self, number: int) -> Shape:
        """Raises `Unclear` where it is not known; a batch of unknown length counts as of one."""
        return _known(self.op.inputs[number].shape)

    def output_shape(self, number: int = 0) -> Shape:
        """Raises `Unclear` where it is not known; a batch of unknown length counts as of one."""
        return _known(self.op.outputs[number].shape)

    def constant(self, number: int) -> NDArray[Any]:
        """An input that is always the same; raises `Unclear` where it is none."""
        value = tf.get_static_value(self.op.inputs[number])
        if value is None:
            raise Unclear
        return np.asarray(value)

    def whole(self, number: int) -> list[int]:
        """Such an input as whole numbers, however many there are."""
        return [int(each) for each in np.atleast_1d(self.constant(number))]


Rule: TypeAlias = Callable[[Operation, Sequence[State]], State | list[State]]
"""Given the states of what goes into an operation, that of each output; one is the first's."""


def each(state: State, change: Callable[[Key, Bounds], Bounds]) -> State:
    """A state with its bounds changed."""
    return {key: change(key, bounds) for key, bounds in state.items()}


def together(*states: State) -> State:
    """Of what depends on several tensors of one shape, or of such as are broadcast to it."""
    result: dict[Key, Bounds] = {}
    for state in states:
        for key, bounds in state.items():
            result[key] = united(result[key], bounds) if key in result else bounds
    return result


def everything(states: Sequence[State], rank: int) -> State:
    """Of what may depend on all of it."""

    def whole(key: Key, bounds: Bounds) -> Bounds:
        return aligned(reduced(bounds, range(bounds.ndim - 1), keep=False), rank)

    return together(*(each(state, whole) for state in states))


def only(states: Sequence[State], number: int) -> State:
    """The state of the one input that may hang on the model's; raises `Unclear` if more do."""
    if any(state for k, state in enumerate(states) if k != number):
        raise Unclear
    return states[number]


def _known(shape: Any) -> Shape:
    if shape.rank is None or None in shape.as_list()[1:]:
        raise Unclear
    # Functions that a model compiles itself may be for batches of any length.
    return tuple(1 if length is None else length for length in shape.as_list())
