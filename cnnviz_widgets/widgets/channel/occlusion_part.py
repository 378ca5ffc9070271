"""What the live model's channel loses where its strongest input is covered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analysis.channel.picturing import Picturing
from ...model import occlude_finer
from ...records.channel.occlusion import Occlusion
from ...runtime.newest_work import Turn
from ..linking.wire_channel import Tone
from .answer import Answer, Picture, Strip
from .patches_part import patches_of_shown
from .subject import ChannelSubject


def occlusions(subject: ChannelSubject, channel: int, turn: Turn) -> Iterator[Answer]:
    """A map of what covering each part of the input takes from the channel: coarse, then finer.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `occlude`.
    """
    sample = int(patches_of_shown(subject).samples[channel, 0])
    if sample < 0:
        yield Answer((("faint", "It has no finite value on the samples shown."),))
        return
    turn.look()
    for found in occlude_finer(subject.probe, sample, path=subject.path, channel=channel):
        turn.look()
        yield Answer(tuple(_words(subject, found)), _strips(subject, found))


def _words(subject: ChannelSubject, found: Occlusion) -> Iterator[tuple[Tone, str]]:
    lost, before = float(found.map.max()), found.before
    size = " × ".join(map(str, found.grid.size))
    name = subject.sample_name(found.sample)
    if lost <= 0 or not np.isfinite(lost):
        yield "doubt", f"Nothing that was covered takes anything from its {before:.3g} on {name}."
    else:
        yield (
            "plain",
            f"Covered where it matters most, its {before:.3g} on {name} loses {lost:.3g}.",
        )
    fills = " and with ".join(found.fills)
    yield "faint", f"Patches of {size}, filled with {fills}: the lesser loss counts."
    for note in found.notes:
        yield "faint", note


def _strips(subject: ChannelSubject, found: Occlusion) -> tuple[Strip, ...]:
    shown = patches_of_shown(subject)
    array, axes = shown.inputs[found.source], shown.field.of(found.source).axes
    codes = Picturing.of(array, axes).codes(np.asarray(array[found.sample]))
    pixels = np.maximum(found.pixels, 0.0)
    if codes is None or pixels.ndim != 2:
        return ()
    most = float(pixels.max()) or 1.0
    lost = Picturing((1, 2), 0.0, most).codes(pixels)
    assert lost is not None  # numbers, down and across
    name = subject.sample_name(found.sample)
    return (
        Strip("its strongest input", (Picture(codes, "", name, sample=found.sample),), across=1),
        Strip(
            "what it loses",
            (Picture(lost, f"white {most:.3g}", f"white: covering it takes {most:.3g}"),),
            across=1,
        ),
    )
