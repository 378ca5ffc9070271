"""What operations read that compute: entry by entry, or along whole axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .....analysis.channel.intervals import Bounds, aligned, reduced
from .operation import Key, Operation, Rule, State, Unclear, each, only, together


def _by_entry(operation: Operation, states: Sequence[State]) -> State:
    """Entry by entry; what is smaller is broadcast."""
    rank = operation.op.outputs[0].shape.rank
    if rank is None:
        raise Unclear
    return each(together(*states), lambda key, bounds: aligned(bounds, rank))


def _one_by_one(operation: Operation, states: Sequence[State]) -> list[State]:
    """`IdentityN`: each output is an input."""
    return list(states)


def _normalising(operation: Operation, states: Sequence[State]) -> list[State]:
    """`FusedBatchNorm`: entry by entry, unless it looks at the batch that it is given."""
    state = states[0]
    if operation.attribute("is_training"):
        channel = operation.attribute("data_format").index("C")
        axes = [axis for axis in range(len(operation.input_shape(0))) if axis != channel]
        state = each(state, lambda key, bounds: reduced(bounds, axes))
    return [only([state, *states[1:]], 0)] + [{} for _ in operation.op.outputs[1:]]


def _reducing(operation: Operation, states: Sequence[State]) -> State:
    """Sums, means and the like along some axes."""
    shape = operation.input_shape(0)
    axes = [axis % len(shape) for axis in operation.whole(1)]
    keep = operation.attribute("keep_dims")
    return each(only(states, 0), lambda key, bounds: reduced(bounds, axes, keep=keep))


def _pointing(operation: Operation, states: Sequence[State]) -> State:
    """`ArgMax`, `ArgMin`."""
    axis = operation.whole(1)[0] % len(operation.input_shape(0))
    return each(only(states, 0), lambda key, bounds: reduced(bounds, [axis], keep=False))


def _along_the_last(operation: Operation, states: Sequence[State]) -> list[State]:
    """Each entry reads all along the last axis."""
    last = len(operation.input_shape(0)) - 1
    state = each(only(states, 0), lambda key, bounds: reduced(bounds, [last]))
    return [state] * len(operation.op.outputs)


def _summing_up(operation: Operation, states: Sequence[State]) -> State:
    """`Cumsum`, `Cumprod`: each entry reads those before it."""
    axis = 1 + operation.whole(1)[0] % len(operation.input_shape(0))
    turn = operation.attribute("reverse")
    if operation.attribute("exclusive"):
        raise Unclear

    def change(key: Key, bounds: Bounds) -> Bounds:
        rows = np.flip(bounds, axis) if turn else bounds
        summed: Bounds = np.minimum.accumulate(rows, axis=axis)
        return np.flip(summed, axis) if turn else summed

    return each(only(states, 0), change)


def _multiplying(operation: Operation, states: Sequence[State]) -> State:
    """Products of matrices, also many of them."""
    names = ("transpose_a", "transpose_b") if operation.kind == "MatMul" else ("adj_x", "adj_y")
    turned = [bool(operation.attribute(name)) for name in names]
    ranks = [len(operation.op.inputs[number].shape) for number in (0, 1)]
    rank = max(ranks)

    def rows(key: Key, bounds: Bounds) -> Bounds:
        if turned[0]:
            bounds = np.swapaxes(bounds, -1, -2)
        return aligned(reduced(bounds, [ranks[0] - 1]), rank)

    def columns(key: Key, bounds: Bounds) -> Bounds:
        if turned[1]:
            bounds = np.swapaxes(bounds, -1, -2)
        return aligned(reduced(bounds, [ranks[1] - 2]), rank)

    return together(each(states[0], rows), each(states[1], columns))


def _contracting(operation: Operation, states: Sequence[State]) -> State:
    """`Einsum`: each operand is read whole along the axes that the result does not have."""
    operands, _, result = operation.attribute("equation").replace(" ", "").partition("->")
    parts = []
    for letters, state in zip(operands.split(","), states, strict=True):
        if "." in letters or "." in result or len(set(letters)) < len(letters):
            raise Unclear
        parts.append(each(state, lambda key, bounds, own=letters: _named(bounds, own, result)))  # type: ignore[misc]
    return together(*parts)


def _named(bounds: Bounds, own: str, wanted: str) -> Bounds:
    """Axes by their letters: those that are wanted in their order, the others read whole."""
    bounds = reduced(
        bounds, [k for k, letter in enumerate(own) if letter not in wanted], keep=False
    )
    stay = [letter for letter in own if letter in wanted]
    order = sorted(range(len(stay)), key=lambda k: wanted.index(stay[k]))
    bounds = bounds.transpose(0, *(1 + k for k in order))
    missing = tuple(1 + k for k, letter in enumerate(wanted) if letter not in stay)
    return np.expand_dims(bounds, missing)


def _nothing(operation: Operation, states: Sequence[State]) -> list[State]:
    """What hangs on the shape of a tensor alone."""
    return [{} for _ in operation.op.outputs]


_BY_ENTRY = """
Abs Acos Acosh Add AddN AddV2 Asin Asinh Atan Atan2 Atanh BiasAdd Cast Ceil CheckNumerics
ClipByValue Cos Cosh Digamma Div DivNoNan Elu EnsureShape Equal Erf Erfc Erfinv Exp Expm1
FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars Floor FloorDiv FloorMod Greater GreaterEqual
Identity Inv Invert IsFinite IsInf IsNan LeakyRelu Less LessEqual Lgamma Log Log1p LogicalAnd
LogicalNot LogicalOr Maximum Minimum Mod Mul MulNoNan Neg NotEqual Pow PreventGradient
QuantizeAndDequantizeV2 QuantizeAndDequantizeV4 RealDiv Reciprocal Relu Relu6 Rint Round Rsqrt
SelectV2 Selu Sigmoid Sign Sin Sinh Snapshot Softplus Softsign Sqrt Square SquaredDifference
StopGradient Sub Tan Tanh TruncateDiv TruncateMod Xdivy Xlog1py Xlogy
"""

RULES: dict[str, Rule] = {
    **dict.fromkeys(_BY_ENTRY.split(), _by_entry),
    **dict.fromkeys(
        ("All", "Any", "EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum"), _reducing
    ),
    **dict.fromkeys(("LRN", "LogSoftmax", "Softmax", "TopKV2"), _along_the_last),
    **dict.fromkeys(("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "MatMul"), _multiplying),
    **dict.fromkeys(("OnesLike", "Rank", "Shape", "ShapeN", "Size", "ZerosLike"), _nothing),
    "ArgMax": _pointing,
    "ArgMin": _pointing,
    "Cumprod": _summing_up,
    "Cumsum": _summing_up,
    "Einsum": _contracting,
    "FusedBatchNormV3": _normalising,
    "IdentityN": _one_by_one,
}
