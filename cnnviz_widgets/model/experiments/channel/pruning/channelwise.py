"""Layers in which each channel goes its own way: what is cut before them is cut after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .....analysis.arrays import Indices
from ....layers.effective_weights import read_only
from ....layers.layer_info import activation_name
from ....layers.layer_kinds import family
from .call_graph import CallGraph, GraphCall
from .cannot_shrink import CannotShrink
from .cut import Change, Cut


def _dimensions(*names: str) -> set[str]:
    return {f"{name}{rank}D" for name in names for rank in (1, 2, 3)}


# What has no weights, and keeps the axes.
_PLAIN = {
    *("Activation", "ActivityRegularization", "AlphaDropout", "Dropout", "ELU", "GaussianDropout"),
    *("GaussianNoise", "Identity", "LeakyReLU", "ReLU", "Rescaling"),
    *_dimensions("AveragePooling", "Cropping", "MaxPooling", "SpatialDropout", "UpSampling"),
    *_dimensions("ZeroPadding"),
    *(f"ops.{name}" for name in ("Absolute", "Cast", "Copy", "Negative", "Sqrt", "Square")),
    "ops.StopGradient",
}
_GLOBAL = _dimensions("GlobalAveragePooling", "GlobalMaxPooling")
_VECTORS = {"BatchNormalization", "PReLU"}
_DEPTHWISE = {"DepthwiseConv1D", "DepthwiseConv2D"}
# Functions of one number each; a softmax and its like are not among them.
_FUNCTIONS = {
    *("celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh"),
    *("hard_shrink", "leaky_relu", "linear", "log_sigmoid", "mish", "relu", "relu6", "selu"),
    *("sigmoid", "silu", "soft_shrink", "softplus", "softsign", "squareplus", "swish", "tanh"),
    *("tanh_shrink", "threshold"),
}
_FUNCTION_OPS = {f"ops.{name.title().replace('_', '')}" for name in _FUNCTIONS}
# With one tensor and plain numbers they are functions of one number, too.
_ARITHMETIC = {
    f"ops.{name}" for name in ("Add", "Maximum", "Minimum", "Multiply", "Power", "Subtract")
} | {"ops.Divide", "ops.TrueDivide"}


def is_channelwise(call: GraphCall) -> bool:
    """Whether a call leaves each channel to itself."""
    kind = family(call.operation)
    if kind in _ARITHMETIC:
        return len(call.inputs) == 1 and all(np.size(each) <= 1 for each in call.arguments)
    return kind in _PLAIN | _GLOBAL | _VECTORS | _DEPTHWISE | _FUNCTION_OPS


def check_activation(layer: Any) -> None:
    """See that a layer's activation looks at one number at a time.

    Raises
    ------
    CannotShrink
        It is a softmax, or one that is not known.
    """
    name = activation_name(layer)
    if name is not None and name not in _FUNCTIONS:
        raise CannotShrink(
            f"the activation '{name}' of '{layer.name}' makes each channel depend on the others"
            if name in ("softmax", "log_softmax", "sparsemax", "glu")
            else f"whether the activation '{name}' of '{layer.name}' takes each channel by itself "
            "is not known"
        )


def cut_after(call: GraphCall, graph: CallGraph, cut: Cut) -> tuple[Change, Cut]:
    """What becomes of a channelwise layer, and the channels that its output loses.

    Raises
    ------
    CannotShrink
        Its channels are other ones, or what stands for another has weights of its own.
    """
    layer = call.operation
    check_activation(layer)
    change = Change()
    rank = len(graph.shapes[call.outputs[0]])
    if family(layer) in _GLOBAL:
        return change, Cut(cut.axis if rank > 2 else 1, cut.count, cut.gone, cut.stands)
    if family(layer) in _DEPTHWISE:
        return _depthwise_after(layer, cut, change)
    if family(layer) == "Rescaling" and np.size(layer.scale) + np.size(layer.offset) > 2:
        raise CannotShrink(f"'{layer.name}' has a scale of its own for each channel")
    _keep_vectors(layer, rank, cut, change)
    return change, cut


def cut_before(call: GraphCall, graph: CallGraph, cut: Cut) -> tuple[Change, Cut]:
    """What becomes of a channelwise layer whose output loses channels, and its input's.

    Raises
    ------
    CannotShrink
        As `cut_after`.
    """
    layer = call.operation
    check_activation(layer)
    change = Change()
    if family(layer) in _GLOBAL:
        shape = graph.shapes[call.inputs[0]]
        first = getattr(layer, "data_format", None) == "channels_first"
        return change, Cut(1 if first else len(shape) - 1, cut.count, cut.gone, None)
    if family(layer) in _DEPTHWISE:
        return _depthwise_before(layer, cut, change)
    _keep_vectors(layer, len(graph.shapes[call.inputs[0]]), cut, change)
    return change, Cut(cut.axis, cut.count, cut.gone, None)


def _keep_vectors(layer: Any, rank: int, cut: Cut, change: Change) -> None:
    kind = family(layer)
    if kind == "BatchNormalization":
        axis = layer.axis[0] if isinstance(layer.axis, (list, tuple)) else layer.axis
        if axis % rank != cut.axis:
            raise CannotShrink(f"'{layer.name}' normalises along another axis than the channels'")
        for weight in layer.weights:
            change.keep(weight.name, 0, cut.kept)
    elif kind == "PReLU":
        axis = cut.axis - 1
        if layer.alpha.shape[axis] == cut.count:
            change.keep("alpha", axis, cut.kept)
    if change.kept:
        _check_alike(layer, change, cut)


def _check_alike(layer: Any, change: Change, cut: Cut) -> None:
    """See that a layer does with a channel what it does with the one that stands for it."""
    if cut.stands is None:
        return
    for weight in layer.weights:
        for axis in change.kept.get(weight.name, ()):
            values = read_only(weight)
            if not np.array_equal(
                values.take(cut.gone, axis), values.take(cut.stands, axis), equal_nan=True
            ):
                raise CannotShrink(
                    f"'{layer.name}' treats the channels differently: after it none of them "
                    "stands for another"
                )


def _depthwise_after(layer: Any, cut: Cut, change: Change) -> tuple[Change, Cut]:
    times = int(layer.depth_multiplier)
    change.keep("kernel", -2, cut.kept)
    gone = _spread(cut.gone, times)
    after = Cut(
        cut.axis,
        cut.count * times,
        gone,
        None if cut.stands is None else _spread(cut.stands, times),
    )
    if layer.use_bias:
        change.keep("bias", 0, after.kept)
        bias = read_only(layer.bias)
        if after.stands is not None and not np.array_equal(bias[gone], bias[after.stands]):
            raise CannotShrink(f"'{layer.name}' treats the channels differently")
    _check_alike(layer, Change(kept={"kernel": {-2: cut.kept}}), cut)
    return change, after


def _depthwise_before(layer: Any, cut: Cut, change: Change) -> tuple[Change, Cut]:
    times = int(layer.depth_multiplier)
    gone = np.unique(cut.gone // times)
    if not np.array_equal(_spread(gone, times), cut.gone):
        raise CannotShrink(
            f"'{layer.name}' makes {times} channels of each: they can only go together"
        )
    before = Cut(cut.axis, cut.count // times, gone, None)
    change.keep("kernel", -2, before.kept)
    if layer.use_bias:
        change.keep("bias", 0, cut.kept)
    return change, before


def _spread(channels: Indices, times: int) -> Indices:
    spread: Indices = (channels[:, np.newaxis] * times + np.arange(times)).ravel()
    return spread


def merged_cut(call: GraphCall, graph: CallGraph, cuts: Sequence[Cut | None]) -> Cut:
    """The channels that a sum, product or the like of several tensors loses.

    Raises
    ------
    CannotShrink
        Not all of the tensors lose the same.
    """
    known = [cut for cut in cuts if cut is not None]
    first = known[0]
    if len(known) < len(cuts) or not all(first.same_channels(other) for other in known):
        makers = [graph.maker(number) for number in call.inputs]
        names = [f"'{each.operation.name}'" if each else "an input" for each in makers]
        raise CannotShrink(
            f"'{call.operation.name}' joins the channels with others that stay: {', '.join(names)} "
            f"would have to lose the same ones; taken out at '{call.operation.name}' they go from "
            "all of these, where nothing else reads them"
        )
    return first
