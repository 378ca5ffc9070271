"""What windows read: convolutions, also transposed ones, _pooling and _resizing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .....analysis.channel.intervals import (
    EMPTY,
    Bounds,
    Window,
    collapsed,
    gathered,
    reduced,
    same_padding,
    unwindowed,
    windowed,
)
from .operation import Key, Operation, Rule, State, Unclear, each, only


@dataclass(frozen=True)
class _Windows:
    """How an operation moves windows over the axes of its input."""

    axes: tuple[int, ...]
    channel: int
    windows: tuple[Window, ...]

    @classmethod
    def of(
        cls, operation: Operation, kernel: Sequence[int], lengths: Sequence[int], rank: int
    ) -> _Windows:
        """Of a kernel as long as this along the spatial axes of what windows move over."""
        layout = operation.attribute("data_format")
        channel = layout.index("C")
        axes = tuple(axis for axis in range(1, rank) if axis != channel)
        strides = operation.attribute("strides")
        padding = operation.attribute("padding")
        dilations = [1] * rank
        if "Pool" not in operation.kind:
            dilations = operation.attribute("dilations")
        explicit = operation.attribute("explicit_paddings") if padding == "EXPLICIT" else ()
        windows = []
        for axis, size, length in zip(axes, kernel, lengths, strict=True):
            stride, dilation = strides[axis], dilations[axis]
            before = 0
            if padding == "SAME":
                before = same_padding(length, size, stride, dilation)
            elif padding == "EXPLICIT":
                before = explicit[2 * axis]
            windows.append(Window(size, stride, dilation, before))
        return cls(axes, channel, tuple(windows))


def _spatial(shape: Sequence[int], channel: int) -> list[int]:
    return [shape[axis] for axis in range(1, len(shape)) if axis != channel]


def _moved(operation: Operation, state: State, moves: _Windows) -> State:
    """Windows moved over each axis in turn: boxes are read, so one after the other is exact."""
    before, after = operation.input_shape(0), operation.output_shape()

    def change(key: Key, bounds: Bounds) -> Bounds:
        for axis, window in zip(moves.axes, moves.windows, strict=True):
            if window != Window(1):
                bounds = windowed(bounds, axis, before[axis], window, after[axis], free=key.free)
        return collapsed(bounds, moves.axes)

    return each(state, change)


def _convolution(operation: Operation, states: Sequence[State]) -> State:
    state = only(states, 0)
    shape, kernel = operation.input_shape(0), operation.input_shape(1)
    channel = operation.attribute("data_format").index("C")
    moves = _Windows.of(operation, kernel[:-2], _spatial(shape, channel), len(shape))
    groups = shape[channel] // kernel[-2]
    made = operation.output_shape()[channel] // groups
    read = each(state, lambda key, bounds: _of_groups(bounds, channel, groups, made))
    return _moved(operation, read, moves)


def _of_groups(bounds: Bounds, channel: int, groups: int, made: int) -> Bounds:
    """Each channel of a group reads all channels of the same group."""
    if groups == 1 or bounds.shape[1 + channel] == 1:
        return reduced(bounds, [channel])
    front, back = bounds.shape[: 1 + channel], bounds.shape[2 + channel :]
    grouped = bounds.reshape(*front, groups, -1, *back).min(axis=2 + channel)
    return np.repeat(grouped, made, axis=1 + channel)


def _depthwise(operation: Operation, states: Sequence[State]) -> State:
    state = only(states, 0)
    shape, kernel = operation.input_shape(0), operation.input_shape(1)
    channel = operation.attribute("data_format").index("C")
    moves = _Windows.of(operation, kernel[:-2], _spatial(shape, channel), len(shape))
    at, times = 1 + channel, kernel[-1]

    def read(key: Key, bounds: Bounds) -> Bounds:
        return bounds if bounds.shape[at] == 1 else np.repeat(bounds, times, axis=at)

    return _moved(operation, each(state, read), moves)


def _pooling(operation: Operation, states: Sequence[State]) -> State:
    shape = operation.input_shape(0)
    channel = operation.attribute("data_format").index("C")
    kernel = operation.attribute("ksize")
    if kernel[0] != 1 or kernel[channel] != 1:
        raise Unclear
    lengths = _spatial(shape, channel)
    moves = _Windows.of(operation, _spatial(kernel, channel), lengths, len(shape))
    return _moved(operation, states[0], moves)


def _transposed_convolution(operation: Operation, states: Sequence[State]) -> State:
    state = only(states, 2)
    before, after = operation.input_shape(2), operation.output_shape()
    kernel = operation.input_shape(1)
    channel = operation.attribute("data_format").index("C")
    # It is the _convolution that would lead from its output back to its input.
    moves = _Windows.of(operation, kernel[:-2], _spatial(after, channel), len(after))

    def change(key: Key, bounds: Bounds) -> Bounds:
        bounds = reduced(bounds, [channel])
        for axis, window in zip(moves.axes, moves.windows, strict=True):
            bounds = unwindowed(bounds, axis, before[axis], window, after[axis], free=key.free)
        return collapsed(bounds, moves.axes)

    return each(state, change)


def _resizing(operation: Operation, states: Sequence[State]) -> State:
    state = only(states, 0)
    before, after = operation.input_shape(0), operation.output_shape()
    taps = {axis: _taps(operation, before[axis], after[axis]) for axis in (1, 2)}

    def change(key: Key, bounds: Bounds) -> Bounds:
        for axis in (1, 2):
            bounds = gathered(bounds, axis, before[axis], taps[axis])
        return bounds

    return each(state, change)


def _taps(operation: Operation, length: int, count: int) -> NDArray[np.int64]:
    """Which entries each of a resized axis reads, shape (count, k), as the kernels compute it."""
    corners = operation.attribute("align_corners") and count > 1
    half = operation.attribute("half_pixel_centers")
    scale = np.float32((length - 1) / (count - 1) if corners else length / count)
    places = np.arange(count, dtype=np.float32)
    at = (places + np.float32(0.5)) * scale if half else places * scale
    if operation.kind == "ResizeNearestNeighbor":
        nearest = np.rint(at) if corners else np.floor(at)
        return _inside(nearest, length)[:, None]
    at = at - np.float32(0.5) if half else at
    first = np.floor(at)
    if operation.kind == "ResizeBilinear":
        return _inside(np.stack([first, np.ceil(at)], axis=1), length)
    return _cubic_taps(at - first, first, length, half)


def _inside(places: NDArray[np.float32], length: int) -> NDArray[np.int64]:
    return np.clip(places, 0, length - 1).astype(np.int64)


# The kernel looks its weights up for so many steps between two entries.
_CUBIC_STEPS = 1024


def _cubic_taps(
    between: NDArray[np.float32], first: NDArray[np.float32], length: int, half: bool
) -> NDArray[np.int64]:
    step = np.rint(between * _CUBIC_STEPS)
    taps = (first[:, None] + np.arange(-1, 3)).astype(np.int64)
    weighs = np.stack([step > 0, step < _CUBIC_STEPS, step > 0, step > 0], axis=1)
    weighs[step == _CUBIC_STEPS] = [False, False, True, False]
    outside = (taps < 0) | (taps >= length)
    if half:  # outside nothing is read; without, the edge again
        return np.where(weighs & ~outside, taps, EMPTY)
    return np.where(weighs, np.clip(taps, 0, length - 1), EMPTY)


RULES: dict[str, Rule] = {
    "AvgPool": _pooling,
    "AvgPool3D": _pooling,
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _transposed_convolution,
    "Conv3D": _convolution,
    "Conv3DBackpropInputV2": _transposed_convolution,
    "DepthwiseConv2dNative": _depthwise,
    "MaxPool": _pooling,
    "MaxPool3D": _pooling,
    "ResizeBicubic": _resizing,
    "ResizeBilinear": _resizing,
    "ResizeNearestNeighbor": _resizing,
}
