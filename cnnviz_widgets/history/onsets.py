"""When trouble begins in a training, at which layer, and when it is over."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..analysis.channel_measures import ChannelMeasures
from ..diagnosis.phrases import are, listed, some_of
from ..diagnosis.signs.base import SAME_IN_LAYERS
from ..records.layer_health import LayerHealth
from ..validation.objects import instance, optional
from ..validation.scalars import whole_number
from ..validation.texts import one_of

if TYPE_CHECKING:  # what a diagnosis imports takes longer to load than opening a history
    from ..diagnosis.facts import Role

OnsetKind: TypeAlias = Literal["dead", "non-finite", "frozen"]

ONSET_KINDS: tuple[OnsetKind, ...] = OnsetKind.__args__  # type: ignore[attr-defined]
# As many channels of an onset are named as a picture has columns; its text counts all.
MOST_CHANNELS = 2048
# Of a layer that dies and comes back at every other look nobody reads more; they are counted.
MOST_ENDED = 20


@dataclass(frozen=True)
class Onset:
    """Something that went wrong at one layer, from the step at which it was first seen.

    Attributes
    ----------
    kind : {'dead', 'non-finite', 'frozen'}
    layer : str
        Path of the layer where it begins.
    step : int
        The first step at which it was seen; it happened after the look before.
    channels : tuple of int
        The channels that were dead or not finite since then, ascending, `MOST_CHANNELS` at most;
        () where only weights are concerned.
    ended : int or None
        The step at which it was seen to be over; None while it lasts.
    text : str
        One sentence.
    from_start : bool
        Whether it was there at the first look: training did not bring it about.
    """

    kind: OnsetKind
    layer: str
    step: int
    channels: tuple[int, ...] = ()
    ended: int | None = None
    text: str = ""
    from_start: bool = False

    def __post_init__(self) -> None:
        one_of("kind", self.kind, ONSET_KINDS)
        whole_number("step", self.step, 0)


class OnsetWatch:
    """Looks at every layer at every moment of a training, and tells when trouble begins.

    One cause has one onset:

    - Layers that only hand on (flatten, pooling, dropout) never begin to die, nor does an
      activation whose channel was dead before it, nor a layer that gets nothing but zeros.
    - Channels that are dead at the first look have an onset of their own, `Onset.from_start`.
    - NaN and infinity begin at the layer that gets none from its parents. While they last
      anywhere, weights that turn NaN elsewhere are their consequence: training carries them.
    - A layer that is wholly dead gets no gradient, and is not called frozen on top of it; one
      cause that stops three layers or more at the same look, such as a learning rate of 0, is
      told at the first of them.

    Its memory is bounded: an onset that lasts grows by its channels, and of those that are over
    `MOST_ENDED` of a kind and layer are remembered. It may be read from another thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._layers: dict[str, _Layer] = {}
        self._step: int | None = None
        # What this step's looks found, for the layers that read these.
        self._seen: dict[str, _Seen] = {}
        self._onsets: tuple[Onset, ...] | None = ()

    def look(
        self,
        step: int,
        path: str,
        measures: ChannelMeasures | None,
        health: LayerHealth,
        *,
        trainable: bool,
        kind: Role,
        parents: Sequence[str] | None = None,
    ) -> None:
        """Look at one layer at one moment; layers in execution order, steps ascending.

        Parameters
        ----------
        step : int
            The training step.
        path : str
        measures : ChannelMeasures or None
            Of its outputs; None where they were not read: then dead channels stay as they were.
        health : LayerHealth
            Of the same layer; its `change` is that since the look before.
        trainable : bool
            Whether training is meant to change its weights.
        kind : {'weights', 'activation', 'other'}
            Whether the layer mixes its channels by weights, works channel by channel
            (an activation, but batch normalisation, too), or only hands on.
        parents : sequence of str, optional
            Paths of the layers it reads. Without them whatever was not finite before it at this
            step is taken for one, and dead channels for its own.
        """
        whole_number("step", step, 0)
        optional("measures", measures, ChannelMeasures)
        instance("health", health, LayerHealth)
        one_of("kind", kind, ("weights", "activation", "other"))
        with self._lock:
            if step != self._step:
                self._step = step
                self._seen.clear()
            layer = self._layers.setdefault(path, _Layer(path))
            before = layer.numbers_of_onsets()
            if measures is not None:
                self._look_at_channels(step, layer, measures, kind, parents or ())
            self._look_for_nonfinite(step, layer, measures, health, parents)
            _look_for_stillness(step, layer, health, trainable)
            if measures is not None:
                out = bool(measures.nonfinite.any())
                self._seen[path] = _Seen(measures.dead, out)
            else:
                self._seen[path] = _Seen(None, health.nonfinite_channels > 0)
            layer.last_step = step
            if layer.numbers_of_onsets() != before:
                self._onsets = None

    @property
    def onsets(self) -> tuple[Onset, ...]:
        """All that are remembered, by step; the same object as long as nothing changes."""
        with self._lock:
            if self._onsets is None:
                found = [onset for layer in self._layers.values() for onset in layer.onsets()]
                self._onsets = tuple(sorted(_told_once(found), key=lambda onset: onset.step))
            return self._onsets

    @property
    def forgotten(self) -> dict[tuple[OnsetKind, str], int]:
        """How many more there were of a kind at a layer than are remembered, where there were."""
        with self._lock:
            return {
                (course.kind, layer.path): course.forgotten
                for layer in self._layers.values()
                for course in layer.courses
                if course.forgotten
            }

    def _look_at_channels(
        self,
        step: int,
        layer: _Layer,
        measures: ChannelMeasures,
        kind: Role,
        parents: Sequence[str],
    ) -> None:
        own = self._begun_here(measures.dead, kind, parents)
        first = layer.from_start is None
        if layer.from_start is None or layer.from_start.size != own.size:
            # A layer that was rebuilt with other channels has no earlier ones to compare with.
            layer.from_start = own if first else np.zeros_like(own)
        layer.from_start = layer.from_start & own
        layer.dead_from_start.look(step, layer.from_start, _noun(measures), from_start=True)
        layer.dead.look(step, own & ~layer.from_start, _noun(measures))
        layer.wholly_dead = bool(measures.dead.all())

    def _begun_here(
        self, dead: NDArray[np.bool_], kind: Role, parents: Sequence[str]
    ) -> NDArray[np.bool_]:
        """Which of the dead channels are not merely handed on."""
        if kind == "other" or not dead.any():
            return np.zeros_like(dead)
        seen = [self._seen[path].dead for path in parents if path in self._seen]
        given = [channels for channels in seen if channels is not None]
        if given and len(given) == len(parents) and all(channels.all() for channels in given):
            return np.zeros_like(dead)
        own = dead.copy()
        if kind == "activation":
            for channels in given:
                if channels.size == own.size:
                    own &= ~channels
        return own

    def _look_for_nonfinite(
        self,
        step: int,
        layer: _Layer,
        measures: ChannelMeasures | None,
        health: LayerHealth,
        parents: Sequence[str] | None,
    ) -> None:
        course = layer.nonfinite
        count = health.nonfinite_weights
        if measures is not None:
            channels = measures.nonfinite
        else:
            channels = np.zeros(course.open.channels.size if course.open else 0, dtype=np.bool_)
        if not (count or health.nonfinite_channels or channels.any()):
            course.end(step)
            return
        if course.open is None and self._spread_from_elsewhere(layer, count > 0, parents):
            return
        noun = "channels" if measures is None else _noun(measures)
        what = ""
        if count:
            what = f"{count:,} of its weights {are(count)} NaN or infinite"
        elif measures is None:
            some = some_of(health.nonfinite_channels, health.channels, noun)
            what = f"{some} {_hold(health.nonfinite_channels)}"
        course.look(step, channels, noun, what=what, from_start=layer.last_step is None)

    def _spread_from_elsewhere(
        self, layer: _Layer, in_weights: bool, parents: Sequence[str] | None
    ) -> bool:
        before = self._seen if parents is None else parents
        if any(path in self._seen and self._seen[path].nonfinite for path in before):
            return True
        return in_weights and any(
            other.nonfinite.open is not None
            for other in self._layers.values()
            if other is not layer
        )


@dataclass
class _Seen:
    """What a look found at a layer: dead channels, where its outputs were read, and NaN."""

    dead: NDArray[np.bool_] | None
    nonfinite: bool


@dataclass
class _Open:
    """An onset that lasts, and every channel that it has concerned.

    `text` says how it began; `counts` whether by channels, so that more of them are worth a word.
    """

    onset: Onset
    channels: NDArray[np.bool_]
    text: str
    counts: bool


@dataclass
class _Course:
    """What became of one kind of trouble at one layer."""

    kind: OnsetKind
    layer: str
    open: _Open | None = None
    ended: list[Onset] = field(default_factory=list)
    forgotten: int = 0
    changes: int = 0

    def look(
        self,
        step: int,
        channels: NDArray[np.bool_],
        noun: str,
        *,
        what: str = "",
        from_start: bool = False,
    ) -> None:
        """Begin, go on or end as these channels say; `what` is told where they are not all."""
        here = self.open
        if here is not None and here.channels.size != channels.size:
            if here.channels.size:  # a layer that was rebuilt with other channels
                self.end(step)
                here = None
            else:
                here.channels = np.zeros_like(channels)
        if not (what or channels.any()):
            self.end(step)
        elif here is None:
            onset = Onset(self.kind, self.layer, step, _named(channels), from_start=from_start)
            text = f"{what or self._counted(channels, noun)} {_since(onset)}"
            self.open = _Open(replace(onset, text=text), channels.copy(), text, counts=not what)
            self.changes += 1
        elif (channels & ~here.channels).any():
            here.channels |= channels
            text = here.text
            if here.counts:
                all_ = some_of(int(here.channels.sum()), channels.size, noun)
                text = f"{text}; {all_} by step {step:,}"
            here.onset = replace(here.onset, channels=_named(here.channels), text=text)
            self.changes += 1

    def end(self, step: int) -> None:
        """It is over, if it lasted."""
        if self.open is None:
            return
        onset = self.open.onset
        self.open = None
        self.changes += 1
        if len(self.ended) < MOST_ENDED:
            over = replace(onset, ended=step)
            self.ended.append(replace(over, text=f"{onset.text}{_over(over)}"))
        else:
            self.forgotten += 1

    def onsets(self) -> Iterator[Onset]:
        yield from self.ended
        if self.open is not None:
            yield self.open.onset

    def _counted(self, channels: NDArray[np.bool_], noun: str) -> str:
        count = int(channels.sum())
        what = f"{are(count)} zero on every sample" if self.kind == "dead" else _hold(count)
        return f"{some_of(count, channels.size, noun)} {what}"


class _Layer:
    """What has been seen of one layer."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.last_step: int | None = None
        self.from_start: NDArray[np.bool_] | None = None
        self.wholly_dead = False
        self.dead_from_start = _Course("dead", path)
        self.dead = _Course("dead", path)
        self.nonfinite = _Course("non-finite", path)
        self.frozen = _Course("frozen", path)
        self.courses = (self.dead_from_start, self.dead, self.nonfinite, self.frozen)

    def onsets(self) -> Iterator[Onset]:
        for course in self.courses:
            yield from course.onsets()

    def numbers_of_onsets(self) -> int:
        """A number that grows with every change of an onset."""
        return sum(course.changes for course in self.courses)


def _look_for_stillness(step: int, layer: _Layer, health: LayerHealth, trainable: bool) -> None:
    if layer.last_step is None or step <= layer.last_step:
        return
    if not trainable or health.nonfinite_weights or health.change > 0:
        layer.frozen.end(step)
    elif health.change == 0 and (layer.frozen.open is not None or not layer.wholly_dead):
        layer.frozen.look(step, np.zeros(0, dtype=np.bool_), "", what="its weights stand still")


def _told_once(onsets: Sequence[Onset]) -> Iterator[Onset]:
    """The onsets, with those of layers that froze at one look as one at the first of them."""
    together: dict[tuple[int, int | None], list[Onset]] = {}
    for onset in onsets:
        if onset.kind == "frozen":
            together.setdefault((onset.step, onset.ended), []).append(onset)
    for onset in onsets:
        group = together[onset.step, onset.ended] if onset.kind == "frozen" else []
        if len(group) < SAME_IN_LAYERS:
            yield onset
        elif onset is group[0]:
            names = listed([other.layer for other in group])
            what = f"the weights of {len(group):,} layers ({names}) stand still"
            yield replace(onset, text=f"{what} {_since(onset)}{_over(onset)}")


def _since(onset: Onset) -> str:
    return "from the start" if onset.from_start else f"from step {onset.step:,} on"


def _over(onset: Onset) -> str:
    return "" if onset.ended is None else f"; over at step {onset.ended:,}"


def _noun(measures: ChannelMeasures) -> str:
    """What the channels are called: those without positions are units."""
    return "units" if measures.n_values == measures.n_samples else "channels"


def _hold(count: int) -> str:
    return "holds NaN or infinity" if count == 1 else "hold NaN or infinity"


def _named(channels: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(channels)[:MOST_CHANNELS].tolist())
