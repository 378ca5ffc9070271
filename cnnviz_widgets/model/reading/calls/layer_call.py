"""A call of a layer: while it lasts, and once it has ended."""

from __future__ import annotations

import weakref
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ...layers.call_order import GraphCall, WrittenOrder
from .tensors import PlacedTensor

Key = tuple[tuple[str, int], ...]
"""Which call it is, the same in every pass: of each layer from the outside in, its path without
call indices and the number of its call within the layer around it, as written."""


@dataclass
class LayerCall:
    """One call of one layer, or of a bare operation of a graph, in the recorded pass.

    Attributes
    ----------
    layer : keras.Layer or keras.Operation
    path : str
        Names from the outside in; a later call of the same layer ends in ``:1``, ``:2``, …. Not to
        be relied on in the pass that first finds out which calls there are: see
        `forward_pass.arranged`.
    base : str
        The path without call index.
    key : tuple
        Which call it is.
    order : tuple of float
        Calls sorted by it are in execution order, but a layer's own calls as they were written,
        and a block after the layers inside it.
    depth : int
        How many layers it is nested in, the model itself not counted.
    inputs : list of tensor
        The tensors among its arguments.
    origins : tuple of int
        Numbers of the recorded calls, in order of execution, whose outputs it reads, or that made
        what a block returns; input k of the model is ``-1 - k``. What comes from a function that
        is no layer counts as coming from the call before.
    outputs : list of (tuple, tensor)
        Every tensor it returned, with its place in the returned structure: ``()`` for a lone
        tensor, ``(1,)`` for the second of a tuple, ``("boxes",)`` for an entry of a dict.
    has_inner : bool
        Whether other recorded calls happened inside this one.
    """

    layer: Any
    path: str
    base: str
    key: Key
    order: tuple[float, ...]
    depth: int
    inputs: list[Any]
    origins: tuple[int, ...]
    outputs: list[PlacedTensor]
    has_inner: bool


@dataclass
class Frame:
    """A call that has begun and not ended.

    Attributes
    ----------
    layer : keras.Layer or keras.Operation
    base : str
    key, order : tuple
    given : list of tensor
        What it was called with.
    origins : tuple of int
        Where that comes from, as in `LayerCall`.
    index : int or None
        Its call index, where graphs alone lead to it.
    is_graph : bool
        Whether it is a graph of the calls inside it, nothing more.
    written : WrittenOrder or None
        Of the calls inside it, where there is a graph of them.
    calls : Counter
        How often each layer, by its ``id``, was called inside it.
    """

    layer: Any
    base: str
    key: Key = ()
    order: tuple[float, ...] = ()
    given: list[Any] = field(default_factory=list)
    origins: tuple[int, ...] = ()
    index: int | None = None
    has_inner: bool = False
    is_graph: bool = False
    written: WrittenOrder | None = None
    calls: Counter[int] = field(default_factory=Counter)
    inner_outputs: list[weakref.ref[Any]] = field(default_factory=list)

    def call_in_graph(self, operation: Any) -> GraphCall | None:
        """The call that comes next of this operation, where it is one of the graph's."""
        if self.written is None:
            return None
        return self.written.call(operation, self.calls[id(operation)])
