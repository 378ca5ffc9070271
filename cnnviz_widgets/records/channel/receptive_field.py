"""Which part of the input each place of a layer sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ...analysis.channel.intervals import EMPTY, Bounds, slope
from ...validation.scalars import whole_number
from ...validation.texts import one_of
from ..cached_property import cached_property

Box: TypeAlias = tuple[tuple[int, int], ...]
"""A half-open interval of positions for each axis of an input: first, and one past the last."""


@dataclass(frozen=True, eq=False, repr=False)
class InputField:
    """Which part of one input each place of a layer sees; read-only.

    Attributes
    ----------
    name : str
        Of the input.
    axes : tuple of int
        The input's axes that intervals are of, the batch being axis 0.
    lengths : tuple of int
        How long these are.
    channels : int
        How many channels the layer has.
    places : tuple of int
        The lengths of the layer's axes without batch and channels.
    seen : tuple of ndarray, each of shape (2, channels or 1, *places or 1)
        For each axis, the first position that is seen, and the last one negated;
        `analysis.channel.intervals.EMPTY` where nothing of the input is.
    reached : tuple of ndarray
        The same as if the input went on beyond its edges.
    """

    name: str
    axes: tuple[int, ...]
    lengths: tuple[int, ...]
    channels: int
    places: tuple[int, ...]
    seen: tuple[Bounds, ...]
    reached: tuple[Bounds, ...]

    def at(self, *place: int, channel: int | None = None) -> Box | None:
        """What a place sees: every position that its value can hang on lies in the box.

        Parameters
        ----------
        *place : int
            Indices into the layer's output without batch and channels; none of a layer that has
            no such axes.
        channel : int, optional
            Only what this channel sees, where branches of different depth were joined. Default:
            all of them together.

        Returns
        -------
        tuple of (int, int), or None
            A half-open interval for each of `axes`, within the input: of an image
            ``((y0, y1), (x0, x1))``. None where it sees nothing of the input: padding only.

        Raises
        ------
        TypeError, ValueError
            No such place or channel.
        """
        return self._box(self.seen, place, channel)

    def reach(self, *place: int, channel: int | None = None) -> Box | None:
        """The same where padding counts, too: it may begin before 0, and end behind the input."""
        box = self._box(self.reached, place, channel)
        if box is None:
            return None
        return tuple(
            # What does not move sees what there is.
            interval if step else (max(interval[0], 0), min(interval[1], length))
            for interval, step, length in zip(box, self.stride, self.lengths, strict=True)
        )

    @cached_property
    def size(self) -> tuple[int, ...]:
        """How many positions a place in the middle sees, padding among them, along each axis."""
        sizes = []
        for bounds, step, length in zip(self.reached, self.stride, self.lengths, strict=True):
            first, last = bounds.min(axis=1)
            widths = np.where(first == EMPTY, 0, 1 - last - first)
            sizes.append(int(widths.max()) if step else min(int(widths.max()), length))
        return tuple(sizes)

    @cached_property
    def stride(self) -> tuple[float, ...]:
        """By how many positions it moves from one place to the next, along each axis; 0 if not.

        Less than 1 behind upsampling.
        """
        return tuple(_steps(bounds) for bounds in self.reached)

    @cached_property
    def offset(self) -> tuple[int, ...]:
        """Where what the first place sees begins, padding counted: below 0 is padding."""
        return tuple(
            0 if first == EMPTY or not step else first
            for bounds, step in zip(self.reached, self.stride, strict=True)
            for first in [int(bounds[0].min(axis=0).flat[0])]
        )

    def __repr__(self) -> str:
        size = " × ".join(f"{each:,}" for each in self.size)
        lengths = " × ".join(f"{each:,}" for each in self.lengths)
        step = " × ".join(f"{each:g}" for each in self.stride)
        return f"<{size or 'all'} of {self.name!r} ({lengths or 'no axes'}), moving by {step or 0}>"

    def _box(
        self, bounds: Sequence[Bounds], place: Sequence[int], channel: int | None
    ) -> Box | None:
        at = _checked_place(place, self.places)
        if channel is not None:
            channel = whole_number("channel", channel, 0)
            if channel >= self.channels:
                raise ValueError(f"channel must be below {self.channels:,}; got {channel:,}")
        box = []
        for each in bounds:
            there = [0 if n == 1 else k for k, n in zip(at, each.shape[2:], strict=True)]
            index: tuple[Any, ...] = (slice(None), slice(None), *there)
            of_channels = each[index]
            if channel is None:
                bounds_there = of_channels.min(axis=1)
            else:
                bounds_there = of_channels[:, 0 if of_channels.shape[1] == 1 else channel]
            first, last = int(bounds_there[0]), -int(bounds_there[1])
            if first == EMPTY:
                return None
            box.append((first, last + 1))
        return tuple(box)


@dataclass(frozen=True, eq=False, repr=False)
class ReceptiveField:
    """Which part of the inputs each place of a layer sees; read-only.

    Of a model with several inputs each has a field of its own: `of`. What is said here is of
    `input`, the first image on which the layer depends, or the first input where none is one.

    Attributes
    ----------
    path : str
        Of the layer.
    fields : mapping of str to InputField
        Those of the inputs on which the layer depends, by their names, images first; empty if
        there is none.
    unknown : tuple of str
        Kinds of operations on the way of which it is not known what they read. They are taken to
        read all that they are given: no place sees more than is said, but it may see less.
    """

    path: str
    fields: Mapping[str, InputField]
    unknown: tuple[str, ...] = ()

    def __repr__(self) -> str:
        seen = ", ".join(map(repr, self.fields.values())) or "no input"
        unknown = f"; unknown: {', '.join(self.unknown)}" if self.unknown else ""
        return f"<ReceptiveField of {self.path!r}: {seen}{unknown}>"

    @property
    def input(self) -> str:
        """The name of the first image on which the layer depends, or of the first input.

        Raises
        ------
        ValueError
            It depends on none.
        """
        for name in self.fields:
            return name
        raise ValueError(f"the layer {self.path!r} depends on no input of the model")

    def of(self, name: str) -> InputField:
        """The field in one of the inputs.

        Raises
        ------
        ValueError
            The layer depends on no such input; those on which it does are named.
        """
        return self.fields[one_of("name", name, self.fields)]

    def at(self, *place: int, channel: int | None = None) -> Box | None:
        """What a place sees of `input`, as `InputField.at`."""
        return self.of(self.input).at(*place, channel=channel)

    @property
    def size(self) -> tuple[int, ...]:
        """As `InputField.size`, of `input`."""
        return self.of(self.input).size

    @property
    def stride(self) -> tuple[float, ...]:
        """As `InputField.stride`, of `input`."""
        return self.of(self.input).stride

    @property
    def offset(self) -> tuple[int, ...]:
        """As `InputField.offset`, of `input`."""
        return self.of(self.input).offset


def _checked_place(place: Sequence[int], places: tuple[int, ...]) -> list[int]:
    if len(place) != len(places):
        given = "no index" if not place else f"{len(place)}"
        raise ValueError(
            f"a place of this layer has {len(places)} indices, of axes of length {places}; "
            f"got {given}"
        )
    checked = [whole_number("each index", index, 0) for index in place]
    for index, length in zip(checked, places, strict=True):
        if index >= length:
            raise ValueError(
                f"each index must be below the length of its axis, {places}; got {place}"
            )
    return checked


def _steps(bounds: Bounds) -> float:
    first = bounds[0].min(axis=0)
    for axis, length in enumerate(first.shape):
        if length > 1:
            middle = tuple(
                slice(None) if other == axis else n // 2 for other, n in enumerate(first.shape)
            )
            row = first[middle]
            step = slope(row[row < EMPTY])
            if step:
                return step
    return 0.0
