"""What is measured and what goes on at a station where copies of samples stand side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from ...keras_compat.layers import copy_mask
from .effect_sums import EffectSums, Moments
from .slots import Joints, Slots

NULL = 1
"""The copy in which nothing is silenced, where there is one besides the first: not the last, which
a layer that turns the batch round would put in the first one's place."""


class Window(NamedTuple):
    """Some of the slots, which one pass has room for.

    Attributes
    ----------
    low, high : int
        Which.
    extra : int
        Copies in front of them in which nothing is silenced: 1, or 2 where the second is compared.
    """

    low: int
    high: int
    extra: int

    @property
    def copies(self) -> int:
        """How many copies of the samples there are."""
        return self.extra + self.high - self.low

    def kept(self, slots: Slots, path: str, channels: int) -> NDArray[np.bool_]:
        """Which channels of a station go on as they are, (copy, channel)."""
        front = np.ones((self.extra, channels), dtype=bool)
        return np.concatenate([front, slots.kept(path, channels, self.low, self.high)])

    def spans(self, joints: Joints, slots: Slots) -> NDArray[np.int32]:
        """The copies in which each station's groups are silenced, (station, start and stop)."""
        spans = [slots.span(path, self.low, self.high) for path in joints.paths]
        return np.array(
            [(self.extra + span.start, self.extra + span.stop) for span in spans], np.int32
        )


class AtStation(NamedTuple):
    """What a station's output holds; tensors or arrays.

    Attributes
    ----------
    count
        Values a channel of the first copy.
    total, squares, largest : (channel,)
        Of the first copy, as of `Moments`.
    astray : (channel,)
        Sum of the squared difference of the copy that should be as the first.
    changes : list of ((group, channel), (group, channel))
        For each parent the sum of the squared change, and of the change.
    """

    count: Any
    total: Any
    squares: Any
    largest: Any
    astray: Any
    changes: list[tuple[Any, Any]]


def at_station(
    value: Any, axis: int, kept: Any, spans: list[tuple[Any, Any]], null: Any
) -> tuple[Any, AtStation]:
    """Measure a station's output, and put all copies back but for its own silenced groups.

    Parameters
    ----------
    value : tensor, (copies · rows, …)
        One copy of the samples after the other.
    axis : int
        Of its channels.
    kept : tensor of bool, (copies, channel)
    spans : list of (int, int)
        For each parent that is measured, the first copy that silences a group of it, and the one
        behind the last.
    null : int
        The copy that should be as the first.

    Returns
    -------
    tensor
        What goes on in its place.
    AtStation
    """
    ops = keras.ops
    shape = ops.shape(value)
    axis %= len(shape)
    copies = ops.shape(kept)[0]
    apart = ops.reshape(value, (copies, -1, *shape[1:]))
    own = apart[0]
    wide = ops.cast(own, "float64")
    others = [each for each in range(len(shape)) if each != axis]
    behind = [each + 1 for each in others]
    changes = []
    for start, stop in spans:
        change = wide[None] - ops.cast(apart[start:stop], "float64")
        changes.append((ops.sum(ops.square(change), behind), ops.sum(change, behind)))
    astray = ops.sum(ops.square(wide - ops.cast(apart[null], "float64")), others)
    total, squares = ops.sum(wide, others), ops.sum(ops.square(wide), others)
    count = ops.sum(ops.cast(ops.ones_like(ops.take(own, 0, axis=axis)), "float64"))
    found = AtStation(count, total, squares, ops.max(ops.abs(wide), others), astray, changes)
    laid = [1] * (len(shape) + 1)
    laid[0], laid[axis + 1] = -1, kept.shape[1]
    put_back = ops.where(ops.reshape(kept, laid), own[None], ops.zeros_like(own[None]))
    result = ops.reshape(ops.cast(put_back, value.dtype), shape)
    copy_mask(result, of=value)
    return result, found


def as_arrays(found: AtStation) -> AtStation:
    """The same as arrays: eagerly the tensors would live to the end."""
    arrays: AtStation = keras.tree.map_structure(np.asarray, found)
    return arrays


def take_in(
    sums: EffectSums,
    found: Mapping[str, AtStation],
    joints: Joints,
    slots: Slots,
    window: Window,
) -> None:
    """Add what one pass has found; a chunk's moments count once, in its first window."""
    for path, at in found.items():
        if not window.low:
            moments = Moments(float(at.count), at.total, at.squares, at.largest)
            sums.add_moments(path, moments)
        for parent, (squares, total) in zip(joints.parents(path), at.changes, strict=True):
            if parent in slots.first:
                span = slots.span(parent, window.low, window.high)
                groups = int(slots.groups[parent].max(initial=-1)) + 1
                sums.add_changes((parent, path), groups, span.group, squares, total)
