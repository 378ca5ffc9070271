"""Which input positions the entries of a tensor depend on, and how that goes through operations.

For each entry of a tensor stand the first and the last position, along one axis of the input, that
the entry depends on. Both are in one array of shape (2, *axes): the first position and the negated
last one, so that what depends on several entries is their minimum. An axis along which nothing
changes has length 1, whatever the tensor's own length is. `EMPTY` stands where an entry depends on
nothing. As each entry is a hull of true dependences, so is every result: nothing is lost on the
way through gaps between taps or at edges.

Where `free` is set, positions go on beyond the edges instead of ending there: what an operation
pads with is taken for more of the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bounds: TypeAlias = NDArray[np.int32]

EMPTY = 1 << 30
"""Instead of a position, where there is none."""

# Entries may repeat their pattern after so many: behind upsampling, for instance.
_LONGEST_PERIOD = 64


class Window(NamedTuple):
    """How a window moves over an axis.

    Entry u of the result reads `stride·u − before + dilation·j` for each j of the kernel.
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @property
    def reach(self) -> int:
        """From the window's first entry to one past its last."""
        return self.dilation * (self.kernel - 1) + 1


def same_padding(length: int, kernel: int, stride: int, dilation: int = 1) -> int:
    """How much padding lies before the first entry, where the result covers all of an axis."""
    count = -(-length // stride)
    missing = (count - 1) * stride + dilation * (kernel - 1) + 1 - length
    return max(missing, 0) // 2


def own_positions(length: int, axis: int, rank: int) -> Bounds:
    """Of an input itself: each entry depends on its own position along this axis."""
    shape = [2] + [1] * rank
    shape[1 + axis] = length
    positions = np.arange(length, dtype=np.int32)
    return np.stack([positions, -positions]).reshape(shape)


def aligned(bounds: Bounds, rank: int) -> Bounds:
    """With leading axes of length 1 up to a rank: as in broadcasting."""
    missing = rank - (bounds.ndim - 1)
    return bounds.reshape(2, *[1] * missing, *bounds.shape[1:]) if missing > 0 else bounds


def united(first: Bounds, second: Bounds) -> Bounds:
    """What depends on both."""
    rank = max(first.ndim, second.ndim) - 1
    return np.minimum(aligned(first, rank), aligned(second, rank))


def reduced(bounds: Bounds, axes: Sequence[int], *, keep: bool = True) -> Bounds:
    """What depends on all entries along some axes."""
    result: Bounds = bounds.min(axis=tuple(1 + axis for axis in axes), keepdims=keep)
    return result


def collapsed(bounds: Bounds, axes: Sequence[int]) -> Bounds:
    """The same, with length 1 along those axes along which nothing changes."""
    for axis in axes:
        at = 1 + axis
        if bounds.shape[at] > 1:
            first = bounds[_part(bounds.ndim, at, slice(0, 1))]
            if bool((bounds == first).all()):
                bounds = first
    return bounds


def spread_out(bounds: Bounds, axis: int, length: int) -> Bounds:
    """With the tensor's own length along an axis."""
    shape = list(bounds.shape)
    shape[1 + axis] = length
    return np.broadcast_to(bounds, shape)


def sliced(bounds: Bounds, axis: int, part: slice) -> Bounds:
    """A slice along an axis."""
    at = 1 + axis
    return bounds if bounds.shape[at] == 1 else bounds[_part(bounds.ndim, at, part)]


def padded(
    bounds: Bounds, axis: int, length: int, before: int, after: int, *, free: bool
) -> Bounds:
    """With padding along an axis, on which nothing depends; less than none is cropped."""
    at = 1 + axis
    if bounds.shape[at] == 1:
        if free or (before <= 0 and after <= 0):
            return bounds
        bounds = spread_out(bounds, axis, length)
    first, last = max(-before, 0), bounds.shape[at] - max(-after, 0)
    bounds = bounds[_part(bounds.ndim, at, slice(first, last))]
    before, after = max(before, 0), max(after, 0)
    if not before and not after:
        return bounds
    if free:
        return _continued(bounds, at, before, after)
    widths = [(0, 0)] * bounds.ndim
    widths[at] = (before, after)
    return np.pad(bounds, widths, constant_values=EMPTY)


def windowed(
    bounds: Bounds, axis: int, length: int, window: Window, count: int, *, free: bool
) -> Bounds:
    """What reads windows along an axis of some length: `count` of them."""
    at = 1 + axis
    if bounds.shape[at] == 1:
        return bounds if free else _where(bounds, axis, _any_tap(length, window, count))
    end = (count - 1) * window.stride - window.before + window.reach
    wide = padded(bounds, axis, length, window.before, end - length, free=free)
    result: Bounds | None = None
    for tap in range(window.kernel):
        first = tap * window.dilation
        last = first + (count - 1) * window.stride + 1
        some = wide[_part(wide.ndim, at, slice(first, last, window.stride))]
        result = some if result is None else np.minimum(result, some)
    assert result is not None
    return result


def unwindowed(
    bounds: Bounds, axis: int, length: int, window: Window, count: int, *, free: bool
) -> Bounds:
    """What a transposed convolution writes: the other way round, `count` entries."""
    written = np.arange(count)[:, None] + window.before
    distance = written - window.dilation * np.arange(window.kernel)
    taps = np.where(distance % window.stride == 0, distance // window.stride, EMPTY)
    return gathered(bounds, axis, length, taps, free=free)


def gathered(
    bounds: Bounds, axis: int, length: int, taps: NDArray[np.integer], *, free: bool = False
) -> Bounds:
    """What reads some entries along an axis.

    Parameters
    ----------
    bounds : ndarray
    axis, length : int
    taps : ndarray of int, shape (count, k)
        The entries that each of the result reads; `EMPTY` for none, and out of range for padding.
    free : bool
    """
    at = 1 + axis
    out_of_range = (taps < 0) | (taps >= length)
    none = np.equal(taps, EMPTY) if free else np.logical_or(np.equal(taps, EMPTY), out_of_range)
    if bounds.shape[at] == 1:
        return _where(bounds, axis, ~np.all(none, axis=1))
    known = taps[~none]
    before = max(0, -int(known.min(initial=0)))
    after = max(0, int(known.max(initial=0)) - length + 1)
    wide = padded(bounds, axis, length, before, after, free=free)
    wide = padded(wide, axis, wide.shape[at], 0, 1, free=False)
    index = np.where(none, wide.shape[at] - 1, taps + before)
    result: Bounds = np.take(wide, index, axis=at).min(axis=at + 1)
    return result


def transposed(bounds: Bounds, order: Sequence[int]) -> Bounds:
    """With its axes in another order."""
    return bounds.transpose(0, *(1 + axis for axis in order))


def reshaped(bounds: Bounds, old: Sequence[int], new: Sequence[int]) -> Bounds:
    """Of a tensor that is given another shape of as many entries."""
    full: list[int] = []
    shape: list[int] = []
    for before, after in _same_products(old, new):
        if all(bounds.shape[1 + axis] == 1 for axis in before):
            full += [1] * len(before)
            shape += [1] * len(after)
        else:
            full += [old[axis] for axis in before]
            shape += [new[axis] for axis in after]
    return np.broadcast_to(bounds, (2, *full)).reshape(2, *shape)


def space_to_batch(
    bounds: Bounds,
    shape: Sequence[int],
    blocks: Sequence[int],
    pads: Sequence[tuple[int, int]],
    *,
    free: bool,
) -> Bounds:
    """Every so many-th entry along the axes behind the first goes into a batch of its own."""
    lengths = list(shape)
    for axis, (before, after) in enumerate(pads, 1):
        bounds = padded(bounds, axis, lengths[axis], before, after, free=free)
        lengths[axis] += before + after
    count = len(blocks)
    split = [lengths[0]]
    for length, block in zip(lengths[1:], blocks, strict=False):
        split += [length // block, block]
    rest = lengths[1 + count :]
    order = [
        *range(2, 2 * count + 1, 2),
        *range(0, 1),
        *range(1, 2 * count + 1, 2),
        *range(2 * count + 1, 2 * count + 1 + len(rest)),
    ]
    turned = transposed(reshaped(bounds, lengths, [*split, *rest]), order)
    middle = [[*split, *rest][axis] for axis in order]
    batch = lengths[0] * int(np.prod(blocks))
    return reshaped(turned, middle, [batch, *middle[count + 1 :]])


def batch_to_space(
    bounds: Bounds,
    shape: Sequence[int],
    blocks: Sequence[int],
    crops: Sequence[tuple[int, int]],
) -> Bounds:
    """`space_to_batch` undone."""
    count = len(blocks)
    batch = shape[0] // int(np.prod(blocks))
    split = [*blocks, batch, *shape[1:]]
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    order += range(2 * count + 1, len(split))
    turned = transposed(reshaped(bounds, shape, split), order)
    middle = [split[axis] for axis in order]
    lengths = [shape[1 + axis] * blocks[axis] for axis in range(count)]
    whole = [batch, *lengths, *shape[1 + count :]]
    result = reshaped(turned, middle, whole)
    for axis, (before, after) in enumerate(crops, 1):
        result = sliced(result, axis, slice(before, whole[axis] - after))
    return result


def slope(first: NDArray[np.integer]) -> float:
    """By how much positions grow from one entry to the next; 0 where there is one entry."""
    if len(first) < 2:
        return 0.0
    period = _period(first[None])
    if period is None:
        return float(first[-1] - first[0]) / (len(first) - 1)
    return float(first[period] - first[0]) / period


def _part(rank: int, at: int, part: slice) -> tuple[slice, ...]:
    return tuple(part if axis == at else slice(None) for axis in range(rank))


def _where(bounds: Bounds, axis: int, there: NDArray[np.bool_]) -> Bounds:
    """Of what changes nothing along an axis: the same where there is something to depend on."""
    if there.all():
        return bounds
    shape = [1] * bounds.ndim
    shape[1 + axis] = len(there)
    return np.where(there.reshape(shape), bounds, np.int32(EMPTY))


def _any_tap(length: int, window: Window, count: int) -> NDArray[np.bool_]:
    """Which windows read any entry at all."""
    taps = np.arange(count)[:, None] * window.stride - window.before
    taps = taps + window.dilation * np.arange(window.kernel)
    return np.asarray(np.any((taps >= 0) & (taps < length), axis=1))


def _same_products(old: Sequence[int], new: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The shortest runs of axes of both shapes that hold as many entries."""
    runs: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        before, after, many, few = [], [], 1, 1
        if i < len(old):
            before, many, i = [i], old[i], i + 1
        if j < len(new):
            after, few, j = [j], new[j], j + 1
        while many != few:
            if many < few:
                before.append(i)
                many, i = many * old[i], i + 1
            else:
                after.append(j)
                few, j = few * new[j], j + 1
        runs.append((before, after))
    return runs


def _period(rows: NDArray[np.integer]) -> int | None:
    """After how many entries all rows repeat, each with its own step; None if they do not."""
    length = rows.shape[-1]
    for period in range(1, min(length // 2, _LONGEST_PERIOD) + 1):
        steps = rows[..., period:] - rows[..., :-period]
        if bool((steps == steps[..., :1]).all()):
            return period
    return None


def _continued(bounds: Bounds, at: int, before: int, after: int) -> Bounds:
    """With more entries on both sides, as they go on."""
    rows = np.moveaxis(bounds, at, -1)
    length = rows.shape[-1]
    period = _period(rows) if bool((rows < EMPTY).all()) else None
    places = np.arange(-before, length + after)
    if period is None:
        wide = rows[..., np.clip(places, 0, length - 1)]
    else:
        step = rows[..., period : period + 1] - rows[..., :1]
        inside = places % period
        wide = rows[..., inside] + step * ((places - inside) // period).astype(np.int32)
    return np.moveaxis(wide, -1, at)
