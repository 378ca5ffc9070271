"""Where the live model's channel is strongest and weakest, and whether that says anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ...analysis.channel.picturing import Picturing, reduction_of
from ...model import layer_coherence, strongest
from ...records.channel.layer_coherence import LayerCoherence
from ...records.channel.patch import Patch
from ...records.channel.strongest_patches import StrongestPatches
from ...runtime.newest_work import Turn
from ...validation.messages import listed
from ..linking.wire_channel import Tone
from .answer import Answer, Picture, Strip
from .subject import ChannelSubject

COUNT = 9
# Of fewer samples nine say nothing: each of them would be among the strongest.
_FEWEST = 2 * COUNT
# Of how many inputs the range is taken that pictures are drawn in.
_MOST_MEASURED = 256


def patches(subject: ChannelSubject, channel: int, turn: Turn) -> Iterator[Answer]:
    """The nine strongest and the nine weakest samples of a channel, cut out at what it sees.

    Yields
    ------
    Answer
        First without the control, which takes longer.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `strongest`.
    """
    found = found_patches(subject)
    turn.look()
    strips, words = [], _of_class(subject, found, channel)
    for title, is_weakest in (("strongest", False), ("weakest", True)):
        if same := _all_the_same(found, channel, is_weakest):
            words.append(("faint", f"Its {title}: {same}"))
        elif pictures := _pictures(subject, found, channel, is_weakest):
            strips.append(Strip(title, pictures))
    if not strips and not _all_the_same(found, channel, False):
        values = found.values[channel]
        told = ", ".join(
            f"{subject.sample_name(number, surveyed=found.surveyed)}: {value:.3g}"
            for number, value in zip(found.samples[channel].tolist(), values, strict=True)
            if number >= 0
        )
        words.insert(0, ("plain", told or "It has no finite value."))
    of = "surveyed" if found.surveyed else "shown"
    basis: tuple[Tone, str] = ("faint", f"Of {found.seen:,} samples {of}, one patch a sample.")
    yield Answer((*words, basis), tuple(strips))
    control = _of_control(subject, channel)
    turn.look()
    yield Answer((*words, *control, basis), tuple(strips))


def found_patches(subject: ChannelSubject) -> StrongestPatches:
    """Where each channel of the layer is strongest: of a survey, where its samples are at hand."""

    def find() -> StrongestPatches:
        survey = subject.survey
        if survey is not None and subject.path in survey.layers:
            return strongest(subject.probe, subject.path, survey=survey)
        count = min(COUNT, subject.probe.samples)
        return strongest(subject.probe, subject.path, count=count)

    return subject.once("patches", find)


def patches_of_shown(subject: ChannelSubject) -> StrongestPatches:
    """Where channels are strongest on the samples shown, whatever was surveyed."""
    found = found_patches(subject)
    if not found.surveyed:
        return found
    return subject.once("shown", lambda: strongest(subject.probe, subject.path, count=1))


def picturing(subject: ChannelSubject) -> Picturing:
    """How samples of the input are drawn that the layer depends on."""

    def make() -> Picturing:
        found = found_patches(subject)
        field = found.field.of(found.field.input)
        inputs = found.inputs or subject.surveyed_inputs
        given = inputs[field.name] if isinstance(inputs, Mapping) else inputs
        return Picturing.of(given[:_MOST_MEASURED], field.axes)

    return subject.once("picturing", make)


def _all_the_same(found: StrongestPatches, channel: int, is_weakest: bool) -> str:
    """What is said of a channel whose extreme value is that of as many samples as are told."""
    chosen = found.weakest if is_weakest else found.strongest
    values = chosen.values[channel][chosen.samples[channel] >= 0]
    if len(values) < 2 or values.min() != values.max():
        return ""
    which = "the least" if is_weakest else "the greatest"
    return f"{values[0]:.3g} is {which} value of {len(values)} samples or more, so none is told."


def _pictures(
    subject: ChannelSubject, found: StrongestPatches, channel: int, is_weakest: bool
) -> tuple[Picture, ...]:
    if found.surveyed and subject.surveyed_inputs is None:
        return ()
    inputs = subject.surveyed_inputs if found.surveyed else None
    pictures = []
    for rank in range(found.count):
        patch = found.patch(channel, rank, weakest=is_weakest, inputs=inputs)
        if patch is None:
            continue
        codes = picturing(subject).codes(patch.pixels)
        if codes is None:
            return ()
        pictures.append(_picture(subject, found, patch, codes))
    return tuple(pictures)


def _picture(
    subject: ChannelSubject, found: StrongestPatches, patch: Patch, codes: NDArray[np.uint8]
) -> Picture:
    field = found.field.of(found.field.input)
    outside = None
    if patch.outside.ndim == 2 and patch.outside.any():
        step = reduction_of(patch.outside)
        outside = patch.outside[::step, ::step]
    whole = all(box == (0, length) for box, length in zip(patch.box, field.lengths, strict=True))
    mark = None
    if whole and len(patch.place) == len(field.places) == 2:
        down, across = (
            (at + 0.5) / length for at, length in zip(patch.place, field.places, strict=True)
        )
        mark = (down, across)
    name = subject.sample_name(patch.sample, surveyed=found.surveyed)
    seen = " × ".join(f"{max(first, 0)} to {last - 1}" for first, last in patch.box)
    parts = [
        f"{name}: {patch.value:.4g}",
        f"at {listed([str(at) for at in patch.place])}" if patch.place else "",
        f"sees {seen}",
        "hatched: beyond the picture" if outside is not None else "",
    ]
    return Picture(
        codes,
        f"{patch.value:.3g}",
        " · ".join(filter(None, parts)),
        outside=outside,
        mark=mark,
        sample=patch.sample,
        surveyed=found.surveyed,
    )


def _of_class(
    subject: ChannelSubject, found: StrongestPatches, channel: int
) -> list[tuple[Tone, str]]:
    labels = subject.labels
    if labels is None or found.surveyed or found.seen < _FEWEST or not (labels >= 0).any():
        return []
    lift = subject.once("lift", lambda: found.class_lift(labels))
    number = int(lift.classes[channel])
    if number < 0:
        return []
    times = f"{lift.lift[channel]:.1f} times its share"
    between = f"{lift.low[channel]:.1f} to {lift.high[channel]:.1f}"
    name = subject.class_name(number)
    text = f"{int(lift.hits[channel])} of {int(lift.counted[channel])} {name}: {times} ({between})"
    if lift.raised[channel]:
        return [("plain", f"{text}.")]
    return [("doubt", f"{text}: may be chance.")]


def _of_control(subject: ChannelSubject, channel: int) -> list[tuple[Tone, str]]:
    """Whether its strongest samples are more alike than those of random directions."""
    probe = subject.probe
    if probe.samples < _FEWEST:
        return [("faint", f"Too few samples to tell from chance: {probe.samples} of {_FEWEST}.")]

    def measure() -> LayerCoherence:
        labels = subject.labels
        known = labels is not None and bool((labels >= 0).any())
        return layer_coherence(probe, subject.path, labels=labels if known else None, count=COUNT)

    control = subject.once("control", measure)
    tone: Tone = "plain" if control.coherent[channel] else "doubt"
    on = f" On the {control.seen:,} samples shown." if subject.survey is not None else ""
    of_patches = control.sentence_on_patches(channel)
    words: list[tuple[Tone, str]] = [(tone, control.sentence(channel) + on)]
    return [*words, ("plain", of_patches)] if of_patches else words
