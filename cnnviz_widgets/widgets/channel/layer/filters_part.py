"""Which filters of a layer do nothing, and which do what another one does."""

from __future__ import annotations

from collections.abc import Iterator

from ....model import NoGradients, redundant
from ....records.channel.ascent import Ascent
from ....records.channel.redundancy import AlikePair, Redundancy
from ....records.layer_picture import counted
from ...linking.wire_channel import Tone
from ..subject import ChannelSubject
from .layer_answer import Choice, LayerAnswer
from .patience import Patience

# More would be no choice; without any that stands out a few show how near they come.
_MOST_PAIRS, _FEW_PAIRS = 12, 3
# So many silent channels are searched for in one go.
_AT_ONCE = 32


def filters(subject: ChannelSubject, patience: Patience) -> Iterator[LayerAnswer]:
    """Silent channels, whether anything wakes them, and channels that answer alike.

    Yields
    ------
    LayerAnswer
        First without what takes longer: the null of a freshly initialised network, and ascent.

    Raises
    ------
    Superseded
        Something else was asked.
    ValueError, ModelCallError
        As `redundant`.
    """
    found = redundant(subject.probe, subject.path, fresh=False)
    patience.look()
    yield _answer(found, None, "")
    # Another null can only be stricter: where nothing stands out it changes nothing.
    if found.standing_out:
        found = redundant(subject.probe, subject.path)
        patience.look()
        yield _answer(found, None, "")
    if not found.silent:
        return
    searches: list[Ascent] = []
    try:
        for start in range(0, len(found.silent), _AT_ONCE):
            chosen = found.silent[start : start + _AT_ONCE]
            searches.append(patience.ascend(subject, chosen))
    except NoGradients as error:
        yield _answer(found, None, f"Whether anything wakes them is not known: {error}")
        return
    woken = {
        int(channel)
        for search in searches
        for channel, state in zip(search.channels, search.state, strict=True)
        if state == "reached"
    }
    yield _answer(found, woken, "")


def _answer(found: Redundancy, woken: set[int] | None, why_unknown: str) -> LayerAnswer:
    words = [*_of_blank(found, woken)]
    if why_unknown:
        words.append(("faint", why_unknown))
    words.append(("plain", found.summary))
    return LayerAnswer(tuple(words), (*_blank(found, woken), *_alike(found)))


def _of_blank(found: Redundancy, woken: set[int] | None) -> Iterator[tuple[Tone, str]]:
    on = counted(found.samples, "sample")
    silent = len(found.silent)
    if not silent:
        yield "plain", f"No channel of {found.channels:,} is silent on {on}."
        return
    text = f"{silent:,} of {counted(found.channels, 'channel')} silent on {on}"
    if woken is not None:
        text += f": ascent wakes {len(woken):,}, and does not wake {silent - len(woken):,}"
    yield "plain", f"{text}."


def _blank(found: Redundancy, woken: set[int] | None) -> Iterator[Choice]:
    if not found.silent:
        return
    silent = f"zero everywhere on {counted(found.samples, 'sample')}"
    if woken is None:
        yield Choice(f"{len(found.silent):,} silent", f"{silent}.", found.silent)
        return
    for noun, why, chosen in (
        ("not woken", "and no ascent wakes them", [c for c in found.silent if c not in woken]),
        ("woken", "though ascent wakes them", sorted(woken)),
    ):
        if chosen:
            yield Choice(f"{len(chosen):,} silent, {noun}", f"{silent}, {why}.", tuple(chosen))


def _alike(found: Redundancy) -> Iterator[Choice]:
    extra = tuple(sorted(channel for group in found.groups for channel in group[1:]))
    if extra:
        yield Choice(
            f"{len(extra):,} alike",
            "All that are like another one, but for the first of each group.",
            extra,
        )
    for group in found.groups:
        if len(group) > 2:
            text = _named(group)
            yield Choice(text, f"Channels {text} are alike, one by one.", group)
    most = _MOST_PAIRS if extra else _FEW_PAIRS
    for pair in found.pairs[:most]:
        if pair.stands_out or not extra:
            yield _choice(pair)


def _choice(pair: AlikePair) -> Choice:
    how = pair.symmetry.words or ("shifted" if any(pair.shift) else "")
    text = f"{pair.first} ≈ {pair.second} {how}".rstrip()
    chance = "" if pair.stands_out else ", no more than chance would bring"
    return Choice(
        f"{text} {pair.correlation:.2f}",
        f"Channel {pair.words}{chance}.",
        (pair.first, pair.second),
        doubt=not pair.stands_out,
    )


def _named(channels: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, channels[:6]))
    return f"{shown}, … ({len(channels)})" if len(channels) > 6 else shown
