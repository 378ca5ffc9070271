"""What of its strongest input makes the live model's channel fire, led back by three rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analysis.channel.picturing import Picturing
from ...model import NoGradients, project_back
from ...records.channel.projection import RULES, Projection, Rule
from ...runtime.newest_work import Turn
from ..linking.wire_channel import Tone
from .answer import Answer, Picture, Strip
from .patches_part import patches_of_shown
from .subject import ChannelSubject


def projections(subject: ChannelSubject, channel: int, turn: Turn) -> Iterator[Answer]:
    """Maps of the plain gradient, guided backpropagation and the deconvnet's rule.

    What they are like in a freshly initialised network takes longer, and comes then.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `project_back`.
    """
    sample = int(patches_of_shown(subject).samples[channel, 0])
    if sample < 0:
        yield Answer((("faint", "It has no finite value on the samples shown."),))
        return
    found: dict[Rule, Projection] = {}
    refused: dict[Rule, str] = {}
    for fresh in (False, True):
        for rule in RULES:
            turn.look()
            if rule in refused:
                continue
            try:
                found[rule] = project_back(
                    subject.probe, subject.path, channel, sample, rule=rule, fresh=fresh
                )
            except NoGradients as error:
                # A rule may not fit the model where the plain gradient does.
                if rule == "plain":
                    raise
                refused[rule] = str(error)
            yield _answer(subject, found, refused)


def _answer(
    subject: ChannelSubject, found: dict[Rule, Projection], refused: dict[Rule, str]
) -> Answer:
    words: list[tuple[Tone, str]] = []
    pictures = []
    for projection in found.values():
        if projection.doubt:
            words.append(("doubt", f"{projection.sentence}: {projection.doubt}."))
        elif projection.uncovered and projection.rule != "plain":
            words.append(("plain", f"{projection.sentence}."))
        picture = _picture(subject, projection)
        pictures += [] if picture is None else [picture]
    words += [("faint", f"{rule}: {why}") for rule, why in refused.items()]
    plain = found["plain"]
    name = subject.sample_name(plain.sample)
    words.append(
        ("faint", f"Of its {plain.activation:.3g} on {name}. Grey is 0, white adds to it.")
    )
    strips = (Strip("led back", tuple(pictures)),) if pictures else ()
    return Answer(tuple(words), strips)


def _picture(subject: ChannelSubject, found: Projection) -> Picture | None:
    axes = patches_of_shown(subject).field.of(found.source).axes
    most = float(np.abs(found.map).max()) or 1.0
    codes = Picturing(axes, -most, most).codes(found.map)
    if codes is None or len(axes) != 2:
        return None
    return Picture(codes, found.rule, found.summary, doubt=found.doubt is not None)
