"""What excites the live model's channel most, and whether that is to be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...analysis.channel.picturing import Picturing
from ...model import ascend
from ...records.channel.ascent import Ascent
from ...runtime.newest_work import Turn
from ...validation.messages import percent
from ..linking.wire_channel import Tone
from .answer import Answer, Picture, Strip
from .patches_part import found_patches
from .subject import ChannelSubject

# Heading, and the arguments of each search; searches under one heading stand side by side.
_SEARCHES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("most, at one place", "from grey", {}),
    ("most, at one place", "from its strongest", {"start": "top"}),
    ("most, everywhere", "from grey", {"objective": "everywhere"}),
    ("least, at one place", "from grey", {"negative": True}),
)


def ascents(subject: ChannelSubject, channel: int, turn: Turn) -> Iterator[Answer]:
    """Pictures found by gradient ascent, one search after the other.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `ascend`.
    """
    strips: dict[str, list[Picture]] = {}
    words: list[tuple[Tone, str]] = []

    def look(share: float, path: str) -> None:
        turn.look()

    for heading, start, options in _SEARCHES:
        found = ascend(
            subject.probe,
            subject.path,
            [channel],
            survey=None if options.get("objective") else subject.survey,
            progress=look,
            **options,
        )
        if not strips:
            words.append(("plain" if found.believed[0] else "doubt", found.sentences[0]))
        picture = _picture(subject, found, start)
        if picture is None:
            words.append(("faint", "Its inputs are no pictures: ascend() gives what was found."))
            yield Answer(tuple(words))
            return
        strips.setdefault(heading, []).append(picture)
        yield Answer(tuple(words), _strips(strips))
    basis = f"Reach: activation over the best of {found.samples:,} inputs; 64 steps a search."
    words.append(("faint", basis))
    yield Answer(tuple(words), _strips(strips))


def _strips(pictures: Mapping[str, list[Picture]]) -> tuple[Strip, ...]:
    return tuple(Strip(title, tuple(each), across=2) for title, each in pictures.items())


def _picture(subject: ChannelSubject, found: Ascent, start: str) -> Picture | None:
    if found.drawn is not None:
        drawn = found.drawn[0]
        codes = Picturing((1, 2), float(found.drawn.min()), float(found.drawn.max())).codes(drawn)
    else:
        axes = found_patches(subject).field.of(found.source).axes
        low, high = float(np.min(found.low)), float(np.max(found.high))
        codes = Picturing(axes, low, high).codes(found.images[0])
    if codes is None:
        return None
    believed, reach = bool(found.believed[0]), float(found.reach[0])
    caption = f"reach {reach:.2f}" if np.isfinite(reach) else found.state[0]
    if not believed:
        caption = found.state[0].replace("-", " ") if found.state[0] != "reached" else "not found"
    alone = found.selectivity[0]
    title = f"{start}: {found.sentences[0]}"
    if believed and np.isfinite(alone):
        title += f" {percent(float(alone))} of the other living channels it reaches less far."
    return Picture(codes, caption, title, doubt=not believed)
