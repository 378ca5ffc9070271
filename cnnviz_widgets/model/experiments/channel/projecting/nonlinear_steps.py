"""Which nonlinearities lie between an input and a tensor of a traced graph.

What several operations make of one tensor, each entry by itself, is one step: SiLU is a sigmoid and
a product. So each tensor has a root, the last one behind it in which entries are mixed, or which a
rectifier gave; operations with one root are one step. A rectifier that is only a part of one is
told by its result meeting its own root again, as in PReLU. Whatever is not known to be linear
counts as a nonlinearity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from ....keras_compat.traced_functions import body_of
from ..fields.graph_walk import CALLS, on_the_way
from .backward_rules import RECTIFIERS

# Nothing of what a tensor holds is in what they give.
_ENDS = frozenset(
    {"StopGradient", "Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike", "PreventGradient"}
)
# Linear in what they are given, or a choice among it that the way back follows; entries are mixed.
_MIXING = frozenset(
    {"Conv", "Conv2D", "Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput"}
    | {"Conv3DBackpropInputV2", "DepthwiseConv2dNativeBackpropInput", "MatMul", "BatchMatMul"}
    | {"BatchMatMulV2", "BatchMatMulV3", "Einsum", "XlaDotV2", "XlaConvV2", "FusedBatchNormV3"}
    | {"AvgPool", "AvgPool3D", "MaxPool", "MaxPoolV2", "MaxPool3D", "Max", "Min"}
    | {"ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea"}
    | {"ImageProjectiveTransformV3", "ScaleAndTranslate", "Cumsum", "ConcatV2", "Pack"}
    | {"Pad", "PadV2", "MirrorPad", "SpaceToBatchND", "BatchToSpaceND", "SpaceToDepth"}
    | {"DepthToSpace", "GatherV2", "GatherNd", "Tile", "StridedSlice", "Slice", "Split", "SplitV"}
    | {"TensorListFromTensor", "TensorListStack", "TensorListGetItem", "TensorListSetItem"}
    | {"Unpack", "Roll", "ReverseV2", "ExtractImagePatches", "MatrixBandPart"}
)
# Of two tensors that both hang on the input they make a product.
_PRODUCTS = frozenset(
    {"Mul", "MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum", "Conv2D"}
    | {"Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput", "XlaDotV2", "XlaConvV2"}
)
_LINEAR = _MIXING | {
    *("Identity", "IdentityN", "Cast", "Reshape", "Squeeze", "ExpandDims", "Transpose", "Mul"),
    *("Neg", "EnsureShape", "CheckNumerics", "BroadcastTo", "Mean", "Sum"),
    *("Add", "AddV2", "AddN", "Sub", "BiasAdd"),
}
# Linear as long as only what they are given first hangs on the input.
_LINEAR_IN_FIRST = frozenset({"RealDiv", "Div", "GatherV2", "GatherNd", "Pad", "PadV2"})
_COMPARISONS = frozenset(
    {"Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "Sign"}
    | {"Select", "SelectV2", "Where"}
)
# What they run is one step by itself, whatever there is in it.
_BODIES = {
    **dict.fromkeys(("While", "StatelessWhile"), "loop"),
    **dict.fromkeys(("If", "StatelessIf", "Case", "StatelessCase"), "branch"),
}
# What a step is called that holds these operations; the first that fits.
_NAMES: Sequence[tuple[Collection[str], str]] = (
    ({"Rsqrt", "SquaredDifference"}, "normalisation"),
    ({"Rsqrt", "Square"}, "normalisation"),
    ({"LRN"}, "normalisation"),
    ({"FusedBatchNormV3"}, "normalisation"),
    ({"Softplus", "Tanh"}, "Mish"),
    ({"Pow", "Tanh"}, "GELU"),
    ({"Erf"}, "GELU"),
    ({"Erfc"}, "GELU"),
    ({"Sigmoid", "product"}, "SiLU"),
    ({"Maximum", "Minimum"}, "clip"),
    ({"Elu"}, "ELU"),
    ({"Selu"}, "SELU"),
)
UNREACHED = "ReLU out of the rule's reach"
"""In a function that the model compiles itself, or with a gradient that the model gives it."""


@dataclass(frozen=True)
class NonlinearSteps:
    """What lies on the way.

    Attributes
    ----------
    covered : int
        Rectifiers that a rule was applied to.
    uncovered : tuple of (str, int)
        What else is not linear, and how often; the most frequent first.
    parts : tuple of str
        Names of rectifiers that are only a part of a function: of such the rule makes nonsense.
    """

    covered: int
    uncovered: tuple[tuple[str, int], ...]
    parts: tuple[str, ...]


class _Root:
    """A tensor that steps begin at.

    Attributes
    ----------
    rectified : str or None
        The name of the rectifier's operation that gave it.
    behind : _Root or None
        The root of what went into that.
    """

    __slots__ = ("behind", "rectified")

    def __init__(self, rectified: str | None = None, behind: _Root | None = None) -> None:
        self.rectified = rectified
        self.behind = behind

    def line(self) -> list[_Root]:
        """The root itself and those behind it."""
        return [self] if self.behind is None else [self, *self.behind.line()]


def nonlinear_steps(source: Any, target: Any, applied: Collection[str]) -> NonlinearSteps:
    """What is not linear between two tensors of a graph.

    Parameters
    ----------
    source, target : tensor
    applied : collection of str
        Names of the rectifiers that a rule was applied to.
    """
    walk = _Walk(applied)
    walk.follow([target], [source], [_Root()])
    uncovered = Counter(map(_name, walk.steps.values()))
    uncovered.update([UNREACHED] * walk.unreached)
    return NonlinearSteps(
        len(walk.rectifiers), tuple(uncovered.most_common()), tuple(sorted(walk.parts))
    )


@dataclass
class _Walk:
    applied: Collection[str]
    rectifiers: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    unreached: int = 0
    steps: dict[_Root, set[str]] = field(default_factory=dict)
    depth: int = 0

    def follow(
        self, targets: Sequence[Any], inputs: Sequence[Any], roots: Sequence[_Root | None]
    ) -> list[_Root | None]:
        """The roots of some tensors, given those of what their graph is given; None: of none."""
        known = {tensor.name: root for tensor, root in zip(inputs, roots, strict=True)}
        for op in _read(targets, on_the_way(targets, known)):
            given = [known.get(tensor.name) for tensor in op.inputs]
            found = self._through(op, given) if any(given) else [None] * len(op.outputs)
            known.update(
                {tensor.name: root for tensor, root in zip(op.outputs, found, strict=True)}
            )
        return [known.get(tensor.name) for tensor in targets]

    def _through(self, op: Any, given: list[_Root | None]) -> Sequence[_Root | None]:
        """The roots of what an operation gives."""
        if op.type in _ENDS:
            return [None] * len(op.outputs)
        if op.type in CALLS:
            body = body_of(op)
            if body is not None:
                # Rules belong to the graph outside.
                self.depth += 1
                found = self.follow(body.outputs, body.inputs, given)
                self.depth -= 1
                return found
        if op.type == "IdentityN":
            return given
        roots = list(dict.fromkeys(root for root in given if root is not None))
        if op.type in RECTIFIERS:
            root = self._rectified(op, roots[0])
        elif op.type in _BODIES:
            root = _Root()
            self.steps[_Root()] = {_BODIES[op.type]}
        elif op.type in _MIXING and _is_linear(op, given):
            root = _Root()
        else:
            root = self._step(op, given, roots)
        return [root] * len(op.outputs)

    def _rectified(self, op: Any, behind: _Root) -> _Root:
        if self.depth or op.name not in self.applied:
            self.unreached += 1
            return _Root()
        if op.type == "Relu6" and _is_shifted(op.inputs[0].op):
            self.parts.add(op.name)
        self.rectifiers.add(op.name)
        return _Root(op.name, behind)

    def _step(self, op: Any, given: Sequence[_Root | None], roots: Sequence[_Root]) -> _Root:
        root = roots[0] if len(roots) == 1 else self._met(roots)
        if not _is_linear(op, given):
            is_product = op.type in _PRODUCTS
            self.steps.setdefault(root, set()).add("product" if is_product else op.type)
        return root

    def _met(self, roots: Sequence[_Root]) -> _Root:
        """The root of what is made of several; rectifiers that meet their own root are parts."""
        lines = [root.line() for root in roots]
        counts = Counter(root for line in lines for root in line)
        for line in lines:
            shared = next((k for k, root in enumerate(line) if counts[root] > 1), 0)
            self.parts.update(root.rectified for root in line[:shared] if root.rectified)
        return _Root()


def _read(targets: Sequence[Any], operations: Sequence[Any]) -> list[Any]:
    """Of operations in their order those whose values are in the targets."""
    wanted = {tensor.op.name for tensor in targets}
    for op in reversed(operations):
        if op.name in wanted and op.type not in _ENDS:
            wanted.update(tensor.op.name for tensor in op.inputs)
    return [op for op in operations if op.name in wanted]


def _is_linear(op: Any, given: Sequence[_Root | None]) -> bool:
    """Whether what an operation gives is linear in what hangs on the input of all it is given."""
    depends = [root is not None for root in given]
    if op.type in _PRODUCTS and sum(depends) > 1:
        return False
    if op.type in _LINEAR_IN_FIRST:
        return not any(depends[1:])
    if op.type in ("Select", "SelectV2"):
        return not depends[0]
    if op.type == "FusedBatchNormV3":
        return not op.get_attr("is_training")
    return op.type in _LINEAR


def _is_shifted(op: Any) -> bool:
    """Whether one number is added: ``relu6(x + 3)`` is a hard sigmoid, no rectifier."""
    if op.type not in ("Add", "AddV2"):
        return False
    values = (tf.get_static_value(tensor) for tensor in op.inputs)
    return any(value is not None and np.size(value) == 1 and np.any(value) for value in values)


def _name(kinds: Collection[str]) -> str:
    for needed, name in _NAMES:
        if set(needed) <= set(kinds):
            return name
    if not _COMPARISONS.isdisjoint(kinds):
        return "where"
    return " and ".join(sorted(each if each == "product" else each.lower() for each in kinds))
