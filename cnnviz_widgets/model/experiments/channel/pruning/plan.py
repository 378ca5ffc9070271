"""Which layers change when channels are taken out, from those that make them to all readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .....analysis.arrays import Indices
from ....keras_compat.layers import is_of_keras
from ....layers.layer_kinds import family
from .call_graph import CallGraph, GraphCall
from .cannot_shrink import CannotShrink
from .channelwise import cut_after, cut_before, is_channelwise, merged_cut
from .cut import Change, Cut
from .mixing import (
    CONCATENATES,
    MAKERS,
    MERGES,
    READERS,
    concatenated,
    laid_out_after,
    made_without,
    parts_of_cut,
    read_without,
)


class Plan:
    """What becomes of each layer of a model.

    Parameters
    ----------
    graph : CallGraph
    operation : keras.Layer or keras.Operation
        Whose output loses channels.
    axis : int
        Of its channels.
    gone : ndarray of int
    stands : ndarray of int or None
        As of `Cut`.

    Attributes
    ----------
    graph : CallGraph
    changes : dict of int to Change
        By the ``id`` of the layer.
    cuts : dict of int to Cut
        By the number of the tensor.

    Raises
    ------
    CannotShrink
        They cannot be taken out.
    """

    def __init__(
        self,
        graph: CallGraph,
        operation: Any,
        axis: int,
        gone: Indices,
        stands: Indices | None,
    ) -> None:
        self.graph = graph
        self.changes: dict[int, Change] = {}
        self.cuts: dict[int, Cut] = {}
        call = graph.call_of(operation)
        if call is None:
            raise CannotShrink(
                f"'{operation.name}' is called {graph.times(operation)} times: its channels are "
                "channels of all of these calls"
                if graph.times(operation)
                else f"'{operation.name}' is inside a layer with a call of its own"
            )
        shape = graph.shapes[call.outputs[0]]
        cut = Cut(axis % len(shape), int(shape[axis] or 0), gone, stands)
        self._before(call, cut)
        self._after()

    @property
    def changed(self) -> list[tuple[Any, Change]]:
        """The layers that change, in the order in which they are called."""
        return [
            (call.operation, self.changes[id(call.operation)])
            for call in self.graph.calls
            if id(call.operation) in self.changes
        ]

    def _before(self, call: GraphCall, cut: Cut) -> None:
        """Take channels out of a call's output, and out of whatever makes them."""
        self._check_changeable(call)
        if not cut.kept.size:
            raise CannotShrink(f"'{call.operation.name}' would have no channel left")
        kind = family(call.operation)
        self.cuts[call.outputs[0]] = cut
        if kind in MAKERS:
            self._add(call, made_without(call, cut))
            return
        if is_channelwise(call):
            change, before = cut_before(call, self.graph, cut)
            self._add(call, change)
            parts: Sequence[Cut | None] = [before]
        elif kind in MERGES:
            self._add(call, Change())
            parts = [Cut(cut.axis, cut.count, cut.gone, None)] * len(call.inputs)
        elif kind in CONCATENATES and call.operation.axis % (cut.axis + 1) == cut.axis:
            self._add(call, Change())
            parts = parts_of_cut(call, self.graph, cut)
        else:
            raise CannotShrink(
                f"the channels of '{call.operation.name}' ({type(call.operation).__name__}) are "
                "made in a way that is not known here"
            )
        for number, part in zip(call.inputs, parts, strict=True):
            if part is not None:
                self._step_back(call, number, part)

    def _step_back(self, call: GraphCall, number: int, cut: Cut) -> None:
        maker = self.graph.maker(number)
        name = call.operation.name
        if maker is None:
            raise CannotShrink(f"'{name}' takes its channels from the model's inputs")
        others = [each for each in self.graph.readers(number) if each is not call]
        if others or number in self.graph.returned:
            what = f"by '{others[0].operation.name}', too" if others else "as the model's output"
            raise CannotShrink(
                f"what '{maker.operation.name}' makes is read before '{name}' {what}: there the "
                "channels would be missing"
            )
        self._before(maker, cut)

    def _after(self) -> None:
        """Go on to all that reads what has lost channels."""
        for call in self.graph.calls:
            cuts = [self.cuts.get(number) for number in call.inputs]
            if any(cuts) and not any(number in self.cuts for number in call.outputs):
                self._check_changeable(call)
                self._read(call, cuts)
        if any(number in self.cuts for number in self.graph.returned):
            raise CannotShrink("the model returns these channels: they are its answers")

    def _read(self, call: GraphCall, cuts: Sequence[Cut | None]) -> None:
        kind = family(call.operation)
        known = next(cut for cut in cuts if cut is not None)
        change, after = Change(), None
        if kind in READERS:
            change = read_without(call, self.graph, known)
        elif is_channelwise(call):
            change, after = cut_after(call, self.graph, known)
        elif kind in ("Flatten", "Reshape"):
            change, after = laid_out_after(call, self.graph, known)
        elif kind in MERGES:
            after = merged_cut(call, self.graph, cuts)
        elif kind in CONCATENATES:
            after = concatenated(call, self.graph, cuts)
        else:
            raise CannotShrink(
                f"'{call.operation.name}' ({type(call.operation).__name__}) reads the channels "
                "in a way that is not known here"
            )
        self._add(call, change)
        if after is not None:
            self.cuts[call.outputs[0]] = after

    def _add(self, call: GraphCall, change: Change) -> None:
        self.changes[id(call.operation)] = change

    def _check_changeable(self, call: GraphCall) -> None:
        operation = call.operation
        if self.graph.times(operation) > 1:
            raise CannotShrink(
                f"'{operation.name}' is used {self.graph.times(operation)} times: it would be "
                "another layer in each place"
            )
        caller = next(cls for cls in type(operation).__mro__ if "call" in vars(cls))
        if not is_of_keras(caller) or "call" in vars(operation):
            raise CannotShrink(
                f"'{operation.name}' ({type(operation).__name__}) has a call of its own: what it "
                "does with channels is not known here"
            )
