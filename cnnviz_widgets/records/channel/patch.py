"""The part of one sample that a channel sees at its strongest place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from .receptive_field import Box, InputField


@dataclass(frozen=True, eq=False)
class Patch:
    """What a channel sees of one sample at one place, and what of that is no picture; read-only.

    Attributes
    ----------
    pixels : ndarray
        Cut out of the sample along the axes of the field, the others whole; 0 where `outside`.
    outside : ndarray of bool
        Along the axes of the field: what lies beyond the picture, where the layers on the way
        padded it.
    box : tuple of (int, int)
        A half-open interval of positions for each axis of the field; it may begin before 0, and
        end behind the picture.
    sample : int
        The sample's number.
    place : tuple of int
        Indices into the layer's output.
    value : float
        The channel's value there.
    """

    pixels: NDArray[Any]
    outside: NDArray[np.bool_]
    box: Box
    sample: int
    place: tuple[int, ...]
    value: float


def patch_box(field: InputField, place: tuple[int, ...], channel: int) -> Box | None:
    """Where a patch is to be cut out: all that the channel sees at a place, padding too.

    Along an axis that it sees from end to end there is no padding. None where it sees nothing.
    """
    seen = field.at(*place, channel=channel)
    reach = field.reach(*place, channel=channel)
    if seen is None or reach is None:
        return None
    box = []
    for (first, last), (before, behind), length in zip(seen, reach, field.lengths, strict=True):
        if (first, last) != (0, length):
            first = min(first, before) if first == 0 else first
            last = max(last, behind) if last == length else last
        box.append((first, last))
    return tuple(box)


def cut_out(
    sample: NDArray[Any], axes: tuple[int, ...], box: Box
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A box cut out of a sample, 0 beyond its edges, and which positions those are.

    Parameters
    ----------
    sample : ndarray
        Without the batch's axis.
    axes : tuple of int
        Those of the input that the box is of: the batch's is 0.
    box : tuple of (int, int)
    """
    shape = list(sample.shape)
    whole: list[slice] = [slice(None)] * sample.ndim
    source, target = list(whole), list(whole)
    outside = np.zeros([last - first for first, last in box], dtype=bool)
    for k, (axis, (first, last)) in enumerate(zip(axes, box, strict=True)):
        at, length = axis - 1, sample.shape[axis - 1]
        shape[at] = last - first
        begin = min(max(first, 0), length)
        end = max(min(last, length), begin)
        source[at] = slice(begin, end)
        target[at] = slice(begin - first, end - first) if end > begin else slice(0, 0)
        positions = np.arange(first, last)
        beyond = (positions < 0) | (positions >= length)
        outside |= np.expand_dims(beyond, [j for j in range(len(box)) if j != k])
    pixels = np.zeros(shape, dtype=sample.dtype)
    pixels[tuple(target)] = sample[tuple(source)]
    return frozen(pixels), frozen(outside)
