"""What the page is told of a question about a layer: words, and channels that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...linking.wire_channel import ChoiceEntry, SheetEntry, Tone


@dataclass(frozen=True)
class Choice:
    """Channels that a click selects.

    Attributes
    ----------
    text : str
    title : str
        The same in full.
    channels : tuple of int
        In the layer's own numbering.
    doubt : bool
        Whether what is said of them may be chance.
    """

    text: str
    title: str
    channels: tuple[int, ...]
    doubt: bool = False

    def entry(self) -> ChoiceEntry:
        """As it travels."""
        return {
            "text": self.text,
            "title": self.title,
            "channels": list(self.channels),
            "doubt": self.doubt,
        }


@dataclass(frozen=True)
class LayerAnswer:
    """What came of a question about a layer.

    Attributes
    ----------
    words : sequence of (Tone, str)
        Sentences; ``"doubt"`` where they say that something is not to be believed.
    choices : sequence of Choice
    sheet : SheetEntry or None
        Pictures of all its channels.
    """

    words: Sequence[tuple[Tone, str]] = ()
    choices: Sequence[Choice] = ()
    sheet: SheetEntry | None = None
