"""A contact sheet: what excites each channel of a layer most, in the order of its tree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ....analysis.channel.picturing import Picturing
from ....analysis.thumbnails import averaged, curves
from ....records.channel.ascent import Ascent
from ....records.layer_picture import counted
from ...linking.wire_channel import SheetEntry, Tone
from ...linking.wire_format import wire
from ..patches_part import found_patches
from ..subject import ChannelSubject
from .layer_answer import Choice, LayerAnswer
from .patience import Patience

# The first few come soon; batches of more are no quicker.
_FIRST, _AT_ONCE = 8, 32
# Each word of what is there brings all of it: it is told once there is so much more.
_MOST_WORDS = 5
# More could not be looked at, and take minutes.
MOST_CHANNELS = 2048
# Pixels of a picture's longer side.
_SIDE = 32
BELIEVED, TOO_LITTLE, NOT_WOKEN, SILENT = range(4)


class _Sheet:
    """What was found by now."""

    def __init__(self, channels: list[int]) -> None:
        self.channels = channels
        self.samples = 0
        self._low, self._high = np.inf, -np.inf
        self._pictures: dict[int, NDArray[np.float32]] = {}
        self._states: dict[int, int] = {}
        self._titles: dict[int, str] = {}

    @property
    def left(self) -> list[int]:
        """Channels that were not searched for, in order."""
        return self.channels[len(self._states) :]

    @property
    def has_pictures(self) -> bool:
        """Whether what was found can be drawn."""
        return len(self._pictures) == len(self._states)

    def add(self, found: Ascent, axes: tuple[int, ...]) -> None:
        """Take what was found for the next few channels.

        Parameters
        ----------
        found : Ascent
        axes : tuple of int
            Of the input, as those of `Picturing`.
        """
        self.samples = found.samples
        images = found.images
        if found.drawn is not None:
            images, axes = found.drawn, (1, 2)
            ends = [float(images.min()), float(images.max())]
            self._low, self._high = min(self._low, *ends), max(self._high, *ends)
        else:
            self._low, self._high = float(np.min(found.low)), float(np.max(found.high))
        for row, channel in enumerate(found.channels.tolist()):
            self._states[channel] = _state(found, row)
            self._titles[channel] = f"channel {channel}: {found.sentences[row]}"
            picture = _small(images[row], axes)
            if picture is not None:
                self._pictures[channel] = picture

    def entry(self) -> SheetEntry:
        """As it travels, all on one scale."""
        done = self.channels[: len(self._states)]
        pictures = np.stack([self._pictures[channel] for channel in done])
        if pictures.ndim == 2:
            codes = curves(pictures).pixels
        else:
            drawn = Picturing((1, 2), self._low, self._high)
            codes = np.stack([_codes(drawn, each) for each in pictures])
        _, height, width, depth = codes.shape
        return {
            "channels": wire(np.array(self.channels), "<i4"),
            "done": len(done),
            "height": height,
            "width": width,
            "depth": depth,
            "pixels": wire(codes, "u1"),
            "state": wire(np.array([self._states[channel] for channel in done]), "u1"),
            "titles": [self._titles[channel] for channel in done],
        }

    def of_state(self, *states: int) -> tuple[int, ...]:
        """The channels of which so much was found."""
        return tuple(channel for channel in sorted(self._states) if self._states[channel] in states)


def contact_sheet(subject: ChannelSubject, patience: Patience) -> Iterator[LayerAnswer]:
    """What gradient ascent finds for each channel, batch by batch.

    What was found before it was left is not searched for again.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `ascend`.
    """
    sheet = subject.once("sheet", lambda: _Sheet(_channels(subject)))
    told = 0
    while True:
        done = len(sheet.channels) - len(sheet.left)
        if done and not sheet.has_pictures:
            yield LayerAnswer((("faint", "Its inputs are no pictures: ascend() gives them."),))
            return
        if done and (not told or not sheet.left or _MOST_WORDS * (done - told) >= done + _FIRST):
            told = done
            yield LayerAnswer(tuple(_words(subject, sheet)), tuple(_choices(sheet)), sheet.entry())
        if not sheet.left:
            return
        found = patience.ascend(subject, sheet.left[: _AT_ONCE if done else _FIRST])
        sheet.add(found, found_patches(subject).field.of(found.source).axes)


def _channels(subject: ChannelSubject) -> list[int]:
    """All channels, in the tree's order as far as it has them."""
    count = subject.probe.info(subject.path).channels or 0
    ordered = [channel for channel in subject.order if channel < count]
    rest = sorted(set(range(count)) - set(ordered))
    return [*ordered, *rest][:MOST_CHANNELS]


def _small(image: NDArray[np.float32], axes: tuple[int, ...]) -> NDArray[np.float32] | None:
    """An image as small as it is drawn, (height, width, channel); of a curve its points.

    None where it cannot be drawn.
    """
    places = [axis - 1 for axis in axes]
    if len(places) == 1:
        rows = np.moveaxis(image, places, [0]).reshape(image.shape[places[0]], -1)
        return np.asarray(rows[:, 0], dtype=np.float32)
    if len(places) != 2 or image.ndim > 3:
        return None
    moved = np.moveaxis(image, places, [0, 1])
    moved = moved.reshape(*moved.shape[:2], -1)
    small: NDArray[np.float32] = averaged(moved[None], max(1, -(-max(moved.shape[:2]) // _SIDE)))[0]
    return small


def _codes(drawn: Picturing, picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    codes = drawn.codes(picture)
    assert codes is not None  # numbers, down and across
    return codes


def _state(found: Ascent, row: int) -> int:
    if found.state[row] == "reached":
        return BELIEVED if found.believed[row] else TOO_LITTLE
    return SILENT if found.state[row] == "silent" else NOT_WOKEN


_NAMES = {
    BELIEVED: "",
    TOO_LITTLE: "not found (faint)",
    NOT_WOKEN: "not woken (hatched)",
    SILENT: "silent (empty)",
}


def _words(subject: ChannelSubject, sheet: _Sheet) -> Iterator[tuple[Tone, str]]:
    done = len(sheet.channels) - len(sheet.left)
    of = f"{done:,} of {counted(len(sheet.channels), 'channel')}" if sheet.left else "All"
    parts = [f"{len(sheet.of_state(BELIEVED)):,} reach half of the best input, or more"]
    parts += [f"{len(which):,} {name}" for which, name in _doubted(sheet)]
    yield "plain", f"{of}: {'; '.join(parts)}."
    count = subject.probe.info(subject.path).channels or 0
    if count > len(sheet.channels):
        yield "faint", f"The first {len(sheet.channels):,} of {count:,}, in the tree's order."
    by = counted(sheet.samples, "input")
    yield "faint", f"At one place, from grey, all on one scale; measured by {by}."


def _doubted(sheet: _Sheet) -> Iterator[tuple[tuple[int, ...], str]]:
    for state, name in _NAMES.items():
        if state != BELIEVED and (which := sheet.of_state(state)):
            yield which, name


def _choices(sheet: _Sheet) -> Iterator[Choice]:
    for which, name in _doubted(sheet):
        noun = name.split(" (")[0]
        yield Choice(f"{len(which):,} {noun}", f"Channels of the sheet: {noun}.", which)
