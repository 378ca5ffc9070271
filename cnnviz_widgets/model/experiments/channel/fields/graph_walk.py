"""From a model's inputs through its traced graph to one tensor: what each entry depends on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....keras_compat.traced_functions import body_of
from . import mixing_rules, shape_rules, window_rules
from .operation import Operation, State, Unclear, everything

_RULES = {**mixing_rules.RULES, **shape_rules.RULES, **window_rules.RULES}
# They run another graph for the operation: what goes in is what its graph is given.
CALLS = ("PartitionedCall", "StatefulPartitionedCall")


@dataclass
class Walk:
    """What is found on the way.

    Attributes
    ----------
    unknown : set of str
        Kinds of operations of which it is not known what they read: all of it is taken.
    """

    unknown: set[str] = field(default_factory=set)

    def state_of(self, target: Any, inputs: Sequence[Any], states: Sequence[State]) -> State:
        """What the entries of a tensor depend on, given that of the inputs of its graph."""
        return self._states_of([target], inputs, states)[0]

    def _states_of(
        self, targets: Sequence[Any], inputs: Sequence[Any], states: Sequence[State]
    ) -> list[State]:
        known: dict[str, State] = {
            tensor.name: state for tensor, state in zip(inputs, states, strict=True)
        }
        operations = on_the_way(targets, known)
        last_use = {tensor.name: op for op in operations for tensor in op.inputs}
        kept = {tensor.name for tensor in targets}
        for op in operations:
            given = [known.get(tensor.name, {}) for tensor in op.inputs]
            for tensor, state in zip(op.outputs, self._through(op, given), strict=True):
                known[tensor.name] = state
            for tensor in op.inputs:
                if last_use[tensor.name] is op and tensor.name not in kept:
                    known.pop(tensor.name, None)
        return [known.get(tensor.name, {}) for tensor in targets]

    def _through(self, op: Any, given: Sequence[State]) -> list[State]:
        if not any(given):
            return [{} for _ in op.outputs]
        if op.type in CALLS:
            body = body_of(op)
            if body is not None:
                return self._states_of(body.outputs, body.inputs, given)
        rule = _RULES.get(op.type)
        try:
            if rule is None:
                raise Unclear
            states = rule(Operation(op), given)
        except Unclear as unclear:
            # Of what is the same everywhere nothing is lost, whichever of it is read.
            if rule is None or any(bounds.size > 2 for state in given for bounds in state.values()):
                self.unknown.add(op.type)
            if unclear.most is None:
                return [everything(given, tensor.shape.rank or 0) for tensor in op.outputs]
            states = unclear.most
        if isinstance(states, list):
            return states
        return [states, *({} for _ in op.outputs[1:])]


def on_the_way(targets: Sequence[Any], known: Collection[str]) -> list[Any]:
    """The operations that lead from known tensors to these, each behind those that it reads."""
    order: list[Any] = []
    seen: set[str] = set()
    waiting: list[tuple[Any, bool]] = [(tensor.op, False) for tensor in targets]
    while waiting:
        op, is_ready = waiting.pop()
        if is_ready:
            order.append(op)
            continue
        if op.name in seen:
            continue
        seen.add(op.name)
        if op.outputs and all(tensor.name in known for tensor in op.outputs):
            continue
        waiting.append((op, True))
        waiting += [(tensor.op, False) for tensor in op.inputs]
    return order
