"""What the page is told of a question about a channel: words, and pictures with their captions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..linking.wire_channel import PictureEntry, Tone
from ..linking.wire_format import wire


@dataclass(frozen=True, eq=False)
class Picture:
    """A small picture and what is to be said of it.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (height, width, 1 or 3)
    caption : str
        Beneath it, as short as a number.
    title : str
        The same in full.
    outside : ndarray of bool, shape (height, width), optional
        What is no picture.
    mark : (float, float), optional
        A place in it, down and across, each from 0 to 1.
    sample : int
        The number of the sample that it is of; −1 for none.
    surveyed : bool
        Whether that is the number of one that was surveyed; else of one that is shown.
    doubt : bool
        Whether it is not to be believed.
    """

    pixels: NDArray[np.uint8]
    caption: str
    title: str
    outside: NDArray[np.bool_] | None = None
    mark: tuple[float, float] | None = None
    sample: int = -1
    surveyed: bool = False
    doubt: bool = False

    def entry(self) -> PictureEntry:
        """As it travels."""
        height, width, channels = self.pixels.shape
        return {
            "height": height,
            "width": width,
            "channels": channels,
            "pixels": self.pixels.tobytes(),
            "outside": b"" if self.outside is None else wire(self.outside, "u1"),
            "mark": self.mark,
            "caption": self.caption,
            "title": self.title,
            "sample": self.sample,
            "surveyed": self.surveyed,
            "doubt": self.doubt,
        }


@dataclass(frozen=True, eq=False)
class Strip:
    """Pictures beside one another, under a heading.

    Attributes
    ----------
    title : str
    pictures : tuple of Picture
    across : int
        How many stand in a row, where there is room.
    """

    title: str
    pictures: tuple[Picture, ...]
    across: int = 3


@dataclass(frozen=True, eq=False)
class Answer:
    """What came of a question.

    Attributes
    ----------
    words : tuple of (Tone, str)
        Sentences; ``"doubt"`` where they say that something is not to be believed.
    strips : tuple of Strip
    """

    words: tuple[tuple[Tone, str], ...] = ()
    strips: tuple[Strip, ...] = field(default=())

    def entry(self) -> dict[str, Any]:
        """As it travels, but for what it is the answer to."""
        strips: list[Any] = [
            {
                "title": strip.title,
                "across": strip.across,
                "pictures": [picture.entry() for picture in strip.pictures],
            }
            for strip in self.strips
        ]
        return {"words": [(tone, text) for tone, text in self.words], "strips": strips}
