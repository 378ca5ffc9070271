"""What operations read that only move entries: padding, _slicing, joining, turning, _reshaping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .....analysis.channel.intervals import (
    EMPTY,
    Bounds,
    batch_to_space,
    collapsed,
    gathered,
    padded,
    reduced,
    reshaped,
    sliced,
    space_to_batch,
    spread_out,
    transposed,
)
from .operation import Key, Operation, Rule, Shape, State, Unclear, each, only


def _reshaping(operation: Operation, states: Sequence[State]) -> State:
    before, after = operation.input_shape(0), operation.output_shape()
    return each(only(states, 0), lambda key, bounds: _in_shape(bounds, before, after))


def _in_shape(bounds: Bounds, before: Shape, after: Shape) -> Bounds:
    """Another shape; where a batch counts as of one, it is as long as both shapes need it."""
    if math.prod(before) != math.prod(after) or bounds.shape[1] > before[0]:
        rest, others = math.prod(before[1:]), math.prod(after[1:])
        length = bounds.shape[1] if bounds.shape[1] > 1 else math.lcm(rest, others) // rest
        if length * rest % others:
            raise Unclear
        before, after = (length, *before[1:]), (length * rest // others, *after[1:])
    return reshaped(bounds, before, after)


def _transposing(operation: Operation, states: Sequence[State]) -> State:
    order = operation.whole(1)
    return each(states[0], lambda key, bounds: transposed(bounds, order))


def _padding(operation: Operation, states: Sequence[State]) -> State:
    shape, pads = operation.input_shape(0), operation.constant(1)

    def change(key: Key, bounds: Bounds) -> Bounds:
        for axis, (before, after) in enumerate(pads.tolist()):
            if before or after:
                bounds = padded(bounds, axis, shape[axis], before, after, free=key.free)
        return bounds

    return each(only(states, 0), change)


def _mirroring(operation: Operation, states: Sequence[State]) -> State:
    shape, pads = operation.input_shape(0), operation.constant(1)
    kind = "reflect" if operation.attribute("mode") == "REFLECT" else "symmetric"

    def change(key: Key, bounds: Bounds) -> Bounds:
        for axis, (before, after) in enumerate(pads.tolist()):
            if before or after:
                taps = np.pad(np.arange(shape[axis]), (before, after), mode=kind)  # type: ignore[call-overload]
                bounds = gathered(bounds, axis, shape[axis], taps[:, None])
        return bounds

    return each(only(states, 0), change)


def _tiling(operation: Operation, states: Sequence[State]) -> State:
    before, after = operation.input_shape(0), operation.output_shape()

    def change(key: Key, bounds: Bounds) -> Bounds:
        repeats = [
            1 if length == 1 else new // old
            for length, old, new in zip(bounds.shape[1:], before, after, strict=True)
        ]
        return np.tile(bounds, (1, *repeats)) if max(repeats) > 1 else bounds

    return each(only(states, 0), change)


def _concatenation(operation: Operation, states: Sequence[State]) -> State:
    if operation.kind == "ConcatV2":
        parts, axis = range(len(states) - 1), operation.whole(len(states) - 1)[0]
    else:
        parts, axis = range(1, len(states)), operation.whole(0)[0]
    rank = len(operation.output_shape())
    axis %= rank
    lengths = [operation.input_shape(number)[axis] for number in parts]
    return _joined([states[number] for number in parts], axis, lengths, rank)


def _packing(operation: Operation, states: Sequence[State]) -> State:
    rank = len(operation.output_shape())
    axis = operation.attribute("axis") % rank
    stood = [each(state, lambda key, bounds: np.expand_dims(bounds, 1 + axis)) for state in states]
    return _joined(stood, axis, [1] * len(stood), rank)


def _joined(states: Sequence[State], axis: int, lengths: Sequence[int], rank: int) -> State:
    joined: dict[Key, Bounds] = {}
    nothing = np.full((2, *[1] * rank), EMPTY, dtype=np.int32)
    for key in dict.fromkeys(key for state in states for key in state):
        parts = [state.get(key, nothing) for state in states]
        shape = np.broadcast_shapes(*(_without(part, axis) for part in parts))
        wide = [
            np.broadcast_to(spread_out(part, axis, length), _with(shape, axis, length))
            for part, length in zip(parts, lengths, strict=True)
        ]
        joined[key] = collapsed(np.concatenate(wide, axis=1 + axis), [axis])
    return joined


def _without(bounds: Bounds, axis: int) -> tuple[int, ...]:
    return _with(bounds.shape, axis, 1)


def _with(shape: Sequence[int], axis: int, length: int) -> tuple[int, ...]:
    return (*shape[: 1 + axis], length, *shape[2 + axis :])


def _unpacking(operation: Operation, states: Sequence[State]) -> list[State]:
    axis = operation.attribute("axis") % len(operation.input_shape(0))
    return [
        each(states[0], lambda key, bounds, at=number: _entry(bounds, axis, at))  # type: ignore[misc]
        for number in range(len(operation.op.outputs))
    ]


def _splitting(operation: Operation, states: Sequence[State]) -> list[State]:
    value = 1 if operation.kind == "Split" else 0
    axis = operation.whole(0 if operation.kind == "Split" else 2)[0]
    axis %= len(operation.input_shape(value))
    ends = np.cumsum(
        [operation.output_shape(number)[axis] for number in range(len(operation.op.outputs))]
    )
    parts = [slice(last - (last - first), last) for first, last in _pairs(ends)]
    return [
        each(states[value], lambda key, bounds, part=part: sliced(bounds, axis, part))  # type: ignore[misc]
        for part in parts
    ]


def _pairs(ends: Any) -> list[tuple[int, int]]:
    return list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))


def _slicing(operation: Operation, states: Sequence[State]) -> State:
    """`Slice`: from where on, and how long."""
    begin, sizes = operation.whole(1), operation.output_shape()

    def change(key: Key, bounds: Bounds) -> Bounds:
        for axis, (first, size) in enumerate(zip(begin, sizes, strict=True)):
            bounds = sliced(bounds, axis, slice(first, first + size))
        return bounds

    return each(only(states, 0), change)


def _strided_slicing(operation: Operation, states: Sequence[State]) -> State:
    begin, end, step = (operation.whole(number) for number in (1, 2, 3))
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    from_start, to_end, ellipsis, new, shrink = (operation.attribute(name) for name in names)
    rank = len(operation.input_shape(0))
    items: list[Any] = []
    for k in range(len(begin)):
        bit = 1 << k
        if ellipsis & bit:
            items.append(Ellipsis)
        elif new & bit:
            items.append(None)
        elif shrink & bit:
            items.append(begin[k])
        else:
            first = None if from_start & bit else begin[k]
            items.append(slice(first, None if to_end & bit else end[k], step[k]))
    if Ellipsis not in items:
        items.append(Ellipsis)
    named = sum(item is not None and item is not Ellipsis for item in items)
    at = items.index(Ellipsis)
    items[at : at + 1] = [slice(None)] * (rank - named)
    return each(only(states, 0), lambda key, bounds: _indexed(bounds, items))


def _indexed(bounds: Bounds, items: Sequence[Any]) -> Bounds:
    index: list[Any] = [slice(None)]
    axis = 1
    for item in items:
        if item is None:
            index.append(None)
            continue
        uniform = bounds.shape[axis] == 1
        if isinstance(item, slice):
            index.append(slice(None) if uniform else item)
        else:
            index.append(0 if uniform else item)
        axis += 1
    result: Bounds = bounds[tuple(index)]
    return result


def _entry(bounds: Bounds, axis: int, at: int) -> Bounds:
    last = np.moveaxis(bounds, 1 + axis, -1)
    return last[..., 0 if last.shape[-1] == 1 else at]


def _reversing(operation: Operation, states: Sequence[State]) -> State:
    rank = len(operation.input_shape(0))
    axes = tuple(1 + axis % rank for axis in operation.whole(1))
    return each(only(states, 0), lambda key, bounds: np.flip(bounds, axes))


def _rolling(operation: Operation, states: Sequence[State]) -> State:
    shifts, axes = operation.whole(1), operation.whole(2)
    rank = len(operation.input_shape(0))

    def change(key: Key, bounds: Bounds) -> Bounds:
        for shift, axis in zip(shifts, axes, strict=True):
            bounds = np.roll(bounds, shift, axis=1 + axis % rank)
        return bounds

    return each(only(states, 0), change)


def _batching(operation: Operation, states: Sequence[State]) -> State:
    shape, blocks = operation.input_shape(0), operation.whole(1)
    pads = [(int(before), int(after)) for before, after in operation.constant(2)]

    def change(key: Key, bounds: Bounds) -> Bounds:
        return space_to_batch(bounds, shape, blocks, pads, free=key.free)

    return each(only(states, 0), change)


def _unbatching(operation: Operation, states: Sequence[State]) -> State:
    shape, blocks = operation.input_shape(0), operation.whole(1)
    crops = [(int(before), int(after)) for before, after in operation.constant(2)]
    axes = range(len(operation.output_shape()))

    def change(key: Key, bounds: Bounds) -> Bounds:
        samples = max(shape[0], bounds.shape[1], math.prod(blocks))
        return collapsed(batch_to_space(bounds, (samples, *shape[1:]), blocks, crops), axes)

    return each(only(states, 0), change)


def _depth_and_space(operation: Operation, states: Sequence[State]) -> State:
    if operation.attribute("data_format") != "NHWC":
        raise Unclear
    block = operation.attribute("block_size")
    before, after = operation.input_shape(0), operation.output_shape()
    if operation.kind == "DepthToSpace":
        samples, height, width, _ = before
        split = [samples, height, width, block, block, after[3]]
        order = [0, 1, 3, 2, 4, 5]
    else:
        samples, height, width, _ = after
        split = [samples, height, block, width, block, before[3]]
        order = [0, 1, 3, 2, 4, 5]
    middle = [split[axis] for axis in order]

    def change(key: Key, bounds: Bounds) -> Bounds:
        turned = transposed(reshaped(bounds, before, split), order)
        return collapsed(reshaped(turned, middle, after), range(4))

    return each(states[0], change)


def _looking_up(operation: Operation, states: Sequence[State]) -> State:
    """Rows of a table by numbers that are given, or some entries of an axis by constant ones."""
    if operation.attribute("batch_dims"):
        raise Unclear
    rank, of_index = len(operation.output_shape()), len(operation.op.inputs[1].shape)
    before = rank - of_index + 1
    axis = operation.whole(2)[0] % before if operation.kind == "GatherV2" else 0
    behind = before - 1 - axis
    if not states[0]:
        return each(
            only(states, 1),
            lambda key, bounds: bounds.reshape(2, *[1] * axis, *bounds.shape[1:], *[1] * behind),
        )

    def in_place(bounds: Bounds) -> Bounds:
        shape = bounds.shape
        return bounds.reshape(*shape[: 1 + axis], *[1] * of_index, *shape[2 + axis :])

    state = only(states, 0)
    try:
        index = operation.constant(1)
    except Unclear:
        any_of_them = each(state, lambda key, bounds: in_place(reduced(bounds, [axis])))
        raise Unclear(any_of_them) from None

    def chosen(key: Key, bounds: Bounds) -> Bounds:
        if bounds.shape[1 + axis] == 1:
            return in_place(bounds)
        return np.take(bounds, index, axis=1 + axis)

    return each(state, chosen)


def _marking(operation: Operation, states: Sequence[State]) -> State:
    """`OneHot`: a new axis, on which nothing depends."""
    axis = operation.attribute("axis") % len(operation.output_shape())
    return each(only(states, 0), lambda key, bounds: np.expand_dims(bounds, 1 + axis))


RULES: dict[str, Rule] = {
    "BatchToSpaceND": _unbatching,
    "BroadcastTo": lambda operation, states: only(states, 0),
    "Concat": _concatenation,
    "ConcatV2": _concatenation,
    "DepthToSpace": _depth_and_space,
    "ExpandDims": _reshaping,
    "GatherV2": _looking_up,
    "MirrorPad": _mirroring,
    "OneHot": _marking,
    "Pack": _packing,
    "Pad": _padding,
    "PadV2": _padding,
    "Reshape": _reshaping,
    "ResourceGather": _looking_up,
    "ReverseV2": _reversing,
    "Roll": _rolling,
    "Slice": _slicing,
    "SpaceToBatchND": _batching,
    "SpaceToDepth": _depth_and_space,
    "Split": _splitting,
    "SplitV": _splitting,
    "Squeeze": _reshaping,
    "StridedSlice": _strided_slicing,
    "Tile": _tiling,
    "Transpose": _transposing,
    "Unpack": _unpacking,
}
