"""What the live model's channel paints into the picture that the model draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analysis.arrays import Singles
from ...analysis.channel.picturing import Picturing
from ...model import projective_field
from ...records.channel.projective_field import ProjectiveField
from ...runtime.newest_work import Turn
from ...validation.messages import percent
from ..linking.wire_channel import Tone
from .answer import Answer, Picture, Strip
from .subject import ChannelSubject


def draws_pictures(subject: ChannelSubject) -> bool:
    """Whether the model's output is a picture, as a generator's or a decoder's."""
    return "output" in subject.probe.image_ends


def paintings(subject: ChannelSubject, channel: int, turn: Turn) -> Iterator[Answer]:
    """What goes from the picture without the channel, at its strongest place and everywhere.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `projective_field`.
    """
    found = projective_field(subject.probe, subject.path, channel)
    turn.look()
    yield Answer(tuple(_words(subject, found)), tuple(_strips(subject, found)))


def _words(subject: ChannelSubject, found: ProjectiveField) -> Iterator[tuple[Tone, str]]:
    extent = found.extent
    at = f" at {', '.join(map(str, found.place))}" if found.place else ""
    if extent is None:
        yield "doubt", f"Its {found.activation:.3g}{at} paints nothing."
    else:
        box = " × ".join(f"{first} to {last - 1}" for first, last in extent)
        share = percent(float(found.painted.mean()))
        yield "plain", f"Its {found.activation:.3g}{at} paints {box}: {share} of the picture."
    if found.others and extent is not None:
        less = int((found.strengths < found.strength).sum())
        likeness = found.likeness_to_others
        cosine = "" if likeness is None else f"; cosine {likeness:.2f} to theirs"
        doubt = "" if found.doubt is None else f": {found.doubt}"
        yield (
            "plain" if found.doubt is None else "doubt",
            f"{less} of {found.others} other channels paint less{cosine}{doubt}.",
        )
    name = subject.sample_name(found.sample)
    yield "faint", f"Of {name}. What goes when it is set to 0: grey is nothing, white adds."


def _strips(subject: ChannelSubject, found: ProjectiveField) -> Iterator[Strip]:
    if len(found.axes) != 2:
        return
    name = subject.sample_name(found.sample)
    whole = Picturing(found.axes, float(found.before.min()), float(found.before.max()))
    before = whole.codes(found.before)
    parts = [("at its strongest", found.unit)] if found.place else []
    painted = [_part(found, title, part) for title, part in [*parts, ("everywhere", found.whole)]]
    if before is None or None in painted:
        return
    picture = Picture(before, "", f"{name}, as it is drawn", sample=found.sample)
    yield Strip("the picture", (picture,), across=1)
    yield Strip("what it paints", tuple(each for each in painted if each is not None), across=2)


def _part(found: ProjectiveField, title: str, part: Singles) -> Picture | None:
    most = float(np.abs(part).max()) or 1.0
    codes = Picturing(found.axes, -most, most).codes(part)
    if codes is None:
        return None
    said = f"What goes without it {title}; white: {most:.3g}"
    return Picture(codes, title, said, doubt=found.doubt is not None)
