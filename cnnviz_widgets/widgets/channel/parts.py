"""The questions that a page can ask about a channel, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from ...runtime.newest_work import Turn
from .answer import Answer
from .ascent_part import ascents
from .occlusion_part import occlusions
from .painting_part import draws_pictures, paintings
from .patches_part import patches
from .projection_part import projections
from .subject import ChannelSubject

Ask: TypeAlias = Callable[[ChannelSubject, int, Turn], Iterator[Answer]]
"""Gives one answer after another, each in place of the one before."""


class Part(NamedTuple):
    """A question.

    Attributes
    ----------
    title : str
        Its heading in the page.
    hint : str
        What is done, in a few words.
    ask : Ask
    fits : callable, optional
        Of which layers of which models it is asked; None: of all.
    """

    title: str
    hint: str
    ask: Ask
    fits: Callable[[ChannelSubject], bool] | None = None


PARTS = {
    "patches": Part("Strongest patches", "where it fires most, and least", patches),
    "ascent": Part("What excites it most", "by gradient ascent", ascents),
    "projection": Part("What makes it fire there", "by back-projection", projections),
    "occlusion": Part("What it loses if covered", "by occlusion", occlusions),
    "painting": Part("What it paints", "by taking it out", paintings, draws_pictures),
}
"""By their names."""
