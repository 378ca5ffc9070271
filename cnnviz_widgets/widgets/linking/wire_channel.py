"""What travels of questions about a channel, and of their answers."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from .wire_pictures import Int32, Uint8

AnswerState: TypeAlias = Literal["asked", "done", "failed"]
Tone: TypeAlias = Literal["plain", "doubt", "faint"]


class PictureEntry(TypedDict):
    """A small picture and what is to be said of it."""

    height: int
    width: int
    channels: int
    """1, or 3 for red, green and blue."""
    pixels: Uint8
    outside: Uint8
    """1 for each pixel that is no picture; empty where all are."""
    mark: tuple[float, float] | None
    """A place in it, down and across, each from 0 to 1."""
    caption: str
    title: str
    sample: int
    """The number of the sample that it is of; −1 for none."""
    surveyed: bool
    """Whether that is the number of one that was surveyed; else of one that is shown."""
    doubt: bool
    """Whether it is not to be believed."""


class StripEntry(TypedDict):
    """Pictures beside one another, under a heading."""

    title: str
    across: int
    """How many stand in a row, where there is room."""
    pictures: list[PictureEntry]


class AnswerEntry(TypedDict):
    """What came of a question about a channel."""

    channel: int
    state: AnswerState
    """Of what is asked the pictures are those of the question before."""
    words: list[tuple[Tone, str]]
    """Sentences, in order; of a question that failed, why."""
    strips: list[StripEntry]


class ChoiceEntry(TypedDict):
    """Channels that a click selects."""

    text: str
    title: str
    channels: list[int]
    """In the layer's own numbering."""
    doubt: bool
    """Whether what is said of them may be chance."""


class SheetEntry(TypedDict):
    """One picture for each of a layer's channels, all of one size and on one scale."""

    channels: Int32
    """The layer's channels in the order of the sheet."""
    done: int
    """How many of them have a picture, from the first on."""
    height: int
    width: int
    depth: int
    """1, or 3 for red, green and blue."""
    pixels: Uint8
    """Of those that have one."""
    state: Uint8
    """Of each that has one: 0 believed, 1 too little was found, 2 not woken, 3 silent."""
    titles: list[str]
    """What is to be said of each that has a picture."""


class LayerAnswerEntry(TypedDict):
    """What came of a question about a layer."""

    state: Literal["asked", "done", "failed", "old"]
    """``"old"``: the weights have changed since."""
    words: list[tuple[Tone, str]]
    """Sentences, in order; of a question that failed, why."""
    choices: list[ChoiceEntry]
    sheet: SheetEntry | None


class RehearsalEntry(TypedDict):
    """What the model is without some channels."""

    layer: str
    channels: list[int]
    """As they were selected."""
    how: Literal["remove", "merge"]
    summary: str
    rows: list[tuple[str, str, str]]
    """What was counted, before and after."""
    why_not: str
    """Why there is no smaller model; '' where there is one."""
    old: bool
    """Whether the weights have changed since."""
