"""Layers that make channels of others: kernels lose what makes them, or what reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .....analysis.arrays import Indices
from ....layers.layer_kinds import family
from .call_graph import CallGraph, GraphCall
from .cannot_shrink import CannotShrink
from .channelwise import check_activation
from .cut import Change, Cut

_CONVOLUTIONS = {f"Conv{rank}D" for rank in (1, 2, 3)}
_TRANSPOSED = {f"Conv{rank}DTranspose" for rank in (1, 2, 3)}
_SEPARABLE = {"SeparableConv1D", "SeparableConv2D"}
MAKERS = {"Dense", "Embedding", *_CONVOLUTIONS, *_TRANSPOSED, *_SEPARABLE}
READERS = MAKERS - {"Embedding"}
MERGES = {
    *("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"),
    *(f"ops.{name}" for name in ("Add", "Maximum", "Minimum", "Multiply", "Subtract")),
}
CONCATENATES = {"Concatenate", "ops.Concatenate"}

_SIZES = {"Dense": "units", "Embedding": "output_dim"}
_KNOWN_WEIGHTS = {"kernel", "bias", "embeddings", "depthwise_kernel", "pointwise_kernel"}


def made_without(call: GraphCall, cut: Cut) -> Change:
    """What becomes of a layer that no longer makes some channels.

    Raises
    ------
    CannotShrink
        They are no channels of its kernel, or depend on each other.
    """
    layer = call.operation
    kind = family(layer)
    _check_plain(layer)
    check_activation(layer)
    change = Change(config={_SIZES.get(kind, "filters"): len(cut.kept)})
    if kind in _TRANSPOSED:
        change.keep("kernel", -2, cut.kept)
    elif kind in _SEPARABLE:
        change.keep("pointwise_kernel", -1, cut.kept)
    else:
        change.keep("embeddings" if kind == "Embedding" else "kernel", -1, cut.kept)
    if getattr(layer, "bias", None) is not None:
        change.keep("bias", 0, cut.kept)
    return change


def read_without(call: GraphCall, graph: CallGraph, cut: Cut) -> Change:
    """What becomes of a layer that no longer reads some channels.

    Raises
    ------
    CannotShrink
        Its kernel does not read the axis that they lie along.
    """
    layer = call.operation
    kind = family(layer)
    _check_plain(layer)
    rank = len(graph.shapes[call.inputs[0]])
    first = getattr(layer, "data_format", None) == "channels_first"
    if cut.axis != (1 if first else rank - 1):
        raise CannotShrink(f"'{layer.name}' reads another axis than the channels'")
    change = Change(reads=cut)
    if kind in _SEPARABLE:
        times = int(layer.depth_multiplier)
        kept = (cut.kept[:, np.newaxis] * times + np.arange(times)).ravel()
        change.keep("depthwise_kernel", -2, cut.kept)
        change.keep("pointwise_kernel", -2, kept)
        if cut.stands is not None:
            raise CannotShrink(
                f"'{layer.name}' has a kernel for each channel: none can stand for another"
            )
        return change
    axis = -1 if kind in _TRANSPOSED else -2
    change.keep("kernel", axis, cut.kept)
    change.read_axes["kernel"] = axis
    return change


def laid_out_after(call: GraphCall, graph: CallGraph, cut: Cut) -> tuple[Change, Cut]:
    """The channels after a layer that lays its input out anew.

    Raises
    ------
    CannotShrink
        They no longer lie along an axis of their own.
    """
    layer = call.operation
    shape = graph.shapes[call.inputs[0]]
    if family(layer) == "Flatten":
        if None in shape[1:]:
            raise CannotShrink(f"'{layer.name}' lays out an input of unknown size")
        sizes = [int(n or 0) for n in shape[1:]]
        numbers = np.arange(math.prod(sizes))
        if layer.data_format == "channels_first":
            # Keras moves what it takes for channels to the end first.
            numbers = np.moveaxis(numbers.reshape(*sizes[1:], sizes[0]), -1, 0)
        else:
            numbers = numbers.reshape(sizes)

        def laid(channels: Indices) -> Indices:
            return numbers.take(channels, cut.axis - 1).ravel()

        stands = None if cut.stands is None else laid(cut.stands)
        return Change(), cut.moved(1, numbers.size, laid(cut.gone), stands)
    target = tuple(layer.target_shape)
    if cut.axis != len(shape) - 1 or target[-1] != cut.count:
        raise CannotShrink(
            f"'{layer.name}' lays the channels out among positions: {shape[1:]} becomes {target}"
        )
    change = Change(config={"target_shape": (*target[:-1], len(cut.kept))})
    return change, Cut(len(target), cut.count, cut.gone, cut.stands)


def concatenated(call: GraphCall, graph: CallGraph, cuts: Sequence[Cut | None]) -> Cut:
    """The channels that a concatenation loses.

    Raises
    ------
    CannotShrink
        It joins along another axis, and not all lose the same channels.
    """
    shapes = [graph.shapes[number] for number in call.inputs]
    known = [cut for cut in cuts if cut is not None]
    axis = call.operation.axis % len(shapes[0])
    if any(cut.axis != axis for cut in known):
        if len(known) == len(cuts) and all(known[0].same_channels(cut) for cut in known):
            return known[0]
        raise CannotShrink(
            f"'{call.operation.name}' joins positions: all that it joins would have to lose the "
            "same channels"
        )
    gone, stands, offset = [], [], 0
    for shape, cut in zip(shapes, cuts, strict=True):
        if cut is not None:
            gone.append(cut.gone + offset)
            stands.append(None if cut.stands is None else cut.stands + offset)
        offset += int(shape[axis] or 0)
    standing = [each for each in stands if each is not None]
    return Cut(axis, offset, np.concatenate(gone), np.concatenate(standing) if standing else None)


def parts_of_cut(call: GraphCall, graph: CallGraph, cut: Cut) -> list[Cut | None]:
    """Of channels that a concatenation is to lose those of each tensor that it joins."""
    parts: list[Cut | None] = []
    offset = 0
    for number in call.inputs:
        count = int(graph.shapes[number][cut.axis] or 0)
        own = cut.gone[(cut.gone >= offset) & (cut.gone < offset + count)] - offset
        parts.append(Cut(cut.axis, count, own, None) if own.size else None)
        offset += count
    return parts


def _check_plain(layer: Any) -> None:
    names = {weight.name for weight in layer.weights}
    if not names <= _KNOWN_WEIGHTS:
        raise CannotShrink(
            f"'{layer.name}' keeps its weights in another form, as of quantisation or LoRA"
        )
    if getattr(layer, "groups", 1) != 1:
        raise CannotShrink(f"'{layer.name}' goes through its channels in {layer.groups} groups")
