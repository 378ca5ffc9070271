"""A search for what excites some channels: batch by batch, from where it is to begin."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .....analysis.arrays import Floats, Indices, Singles
from .....records.channel.ascent import BELIEVED_FROM, Start
from .....records.survey.layer_summary import LayerSummary
from .....runtime.progress import Progress
from ..tapped_pass import TappedPass
from .climber import Climb, Climber
from .natural import Natural, natural
from .parameters import Parameters, parameters_of

# More at once are hardly quicker, on a few cores or on many.
_MOST_ROWS = 32
# What a pass forward and back holds, as a multiple of the outputs up to the layer.
_HELD = 4
# How far a step goes. A few have to do for what is given, and it has a shape already.
_RATES: dict[Start, float] = {"grey": 0.2, "top": 0.2, "given": 0.4}
# How much of the moves each step makes: the picture that is given is to stay where it is.
_MOVES: dict[Start, float] = {"grey": 1.0, "top": 1.0, "given": 0.125}
# Looks at a picture that is moved and noisy, and the noise as a share of the range.
_LOOKS, _NOISE = 16, 0.05


@dataclass
class Found:
    """What n searches found.

    Attributes
    ----------
    images : ndarray of float32, shape (n, …)
    activation, robust, selectivity : ndarray of float64, shape (n,)
        As in `Ascent`; `robust` before it is a share.
    risen : ndarray of bool, shape (n,)
        Whether they got anywhere.
    started : list of str
    """

    images: Singles
    activation: Floats
    robust: Floats
    selectivity: Floats
    risen: NDArray[np.bool_]
    started: list[Start]

    @classmethod
    def nothing(cls, count: int, shape: tuple[int, ...]) -> Found:
        """Before the first search, of inputs of a shape."""
        none = np.full(count, np.nan)
        return cls(
            images=np.zeros((count, *shape), np.float32),
            activation=none,
            robust=none.copy(),
            selectivity=none.copy(),
            risen=np.zeros(count, dtype=bool),
            started=["grey"] * count,
        )

    def put(self, rows: Indices, start: Start, **values: NDArray[Any]) -> None:
        """What was found for some of them."""
        for name, array in values.items():
            getattr(self, name)[rows] = array
        for row in rows:
            self.started[row] = start


class Task:
    """What is searched for, and how much of it is done.

    Parameters
    ----------
    channels : ndarray of int, shape (n,)
    steps, seed : int
    progress : callable
        Given the share and `path`.
    path : str
    """

    def __init__(
        self, channels: Indices, steps: int, seed: int, progress: Progress, path: str
    ) -> None:
        self.channels, self.steps, self.seed = channels, steps, seed
        self._progress, self._path = progress, path
        self._made, self._all, self._share = 0, 0, 0.0

    def begins(self, rows: int) -> None:
        """So many channels are to be searched for."""
        self._all += rows * self.steps

    def made(self, steps: int) -> None:
        """So many steps more have been made."""
        self._made += steps
        self._share = max(self._share, self._made / self._all)
        self._progress(self._share, self._path)

    def ended(self) -> None:
        """Nothing is left to be done."""
        self._progress(1.0, self._path)

    def drawing(self, stream: int, channels: Indices) -> list[np.random.Generator]:
        """Random numbers for each channel, the same whichever others are asked."""
        return [np.random.default_rng([self.seed, stream, int(each)]) for each in channels]


class Search:
    """Searches for the inputs of one layer's channels.

    Parameters
    ----------
    tapped : TappedPass
    everywhere, negative, is_noise, channels_first : bool
        As `ascend` and `parameters_of` have them.
    surveyed : LayerSummary, optional
        What is known of more inputs than the probe's.

    Attributes
    ----------
    parameters : Parameters
        What is varied.
    natural : Natural
        What the user's own inputs do.
    """

    def __init__(
        self,
        tapped: TappedPass,
        *,
        everywhere: bool,
        negative: bool,
        is_noise: bool,
        channels_first: bool,
        surveyed: LayerSummary | None = None,
    ) -> None:
        self._tapped = tapped
        self.parameters: Parameters = parameters_of(
            tapped.values, is_noise=is_noise, channels_first=channels_first
        )
        self._climber = Climber(tapped, self.parameters, everywhere, -1 if negative else 1)
        self._rows = _rows_that_fit(tapped)
        self.natural: Natural = natural(
            self._climber,
            [
                (tapped.values[rows].astype(np.float32), self._held(rows))
                for rows in self._batches(np.arange(tapped.probe.samples))
            ],
            rests_at_zero=tapped.info.bounds[0] == 0,
            by_output=not negative,
            surveyed=surveyed,
        )

    def run(self, task: Task, start: Start, given: Singles | None) -> Found:
        """Search for each of some channels.

        Parameters
        ----------
        task : Task
            Of n channels.
        start : {'grey', 'top', 'given'}
        given : ndarray, shape (n, …), or None
            The inputs to begin at.
        """
        found = Found.nothing(len(task.channels), self._tapped.values.shape[1:])
        self._search(found, np.arange(len(task.channels)), task, start, given)
        reach = self.natural.share(found.activation, task.channels)
        again = np.flatnonzero(~found.risen | (reach < BELIEVED_FROM))
        if start == "grey" and again.size:
            self._search(found, again, task, "top", None)
        task.ended()
        return found

    def _search(
        self, found: Found, chosen: Indices, task: Task, start: Start, given: Singles | None
    ) -> None:
        """Search for some of the channels, and keep what is better than what there is."""
        task.begins(len(chosen))
        for rows in self._batches(chosen):
            channels = task.channels[rows]
            held = self._held(self.natural.samples[channels])
            z = self._beginning(task, channels, start, None if given is None else given[rows])
            begun = _own(self._told(self._images(z), held), channels)
            climb = Climb.begun(z)
            self._climber.climb(
                climb,
                channels,
                self.natural.spread[channels],
                _draws(task, channels, start),
                _RATES[start],
                held,
                on_steps=task.made,
            )
            images = self._images(climb.z)
            told = self._told(images, held)
            # What is given may be as high as can be already.
            least = np.full(len(rows), -np.inf) if start == "given" else begun
            risen = self.natural.has_risen(_own(told, channels), least, channels)
            # What was found from grey, if anything, is not to be replaced by less.
            less = found.risen[rows] & (found.activation[rows] >= _own(told, channels))
            better = np.isnan(found.activation[rows]) | (risen & ~less)
            found.put(
                rows[better],
                start,
                images=images[better],
                activation=_own(told, channels)[better],
                robust=_own(self._looked_at(images, held, task), channels)[better],
                selectivity=self._selectivity(told, channels)[better],
                risen=risen[better],
            )

    def _beginning(
        self, task: Task, channels: Indices, start: Start, given: Singles | None
    ) -> Singles:
        if given is not None:
            return self.parameters.of(given)
        if start == "top":
            return self.parameters.of(self._tapped.values[self.natural.samples[channels]])
        return np.stack([self.parameters.first(each) for each in task.drawing(0, channels)])

    def _images(self, z: Singles) -> Singles:
        return np.asarray(self.parameters.inputs(z), dtype=np.float32)

    def _told(self, images: Singles, held: list[NDArray[Any]]) -> Floats:
        return self.natural.of(self._climber.excitement(images, held))

    def _looked_at(self, images: Singles, held: list[NDArray[Any]], task: Task) -> Floats:
        moves = np.random.default_rng(task.seed).uniform(-1, 1, (_LOOKS, 3)).astype(np.float32)
        return self.natural.of(self._climber.excitement(images, held, moves, _NOISE))

    def _selectivity(self, told: Floats, channels: Indices) -> Floats:
        """The share of the other living channels that are excited less far, of each row."""
        shares = self.natural.share(told)
        own = _own(shares, channels)
        others = np.tile(self.natural.best > self.natural.rest, (len(channels), 1))
        others[np.arange(len(channels)), channels] = False
        count = others.sum(1)
        less = (others & (shares < own[:, None])).sum(1)
        known = (count > 0) & ~np.isnan(own)
        return np.where(known, less / np.maximum(count, 1), np.nan)

    def _batches(self, numbers: Indices) -> list[Indices]:
        return [numbers[k : k + self._rows] for k in range(0, len(numbers), self._rows)]

    def _held(self, samples: Indices) -> list[NDArray[Any]]:
        """The model's other inputs, of some samples."""
        given, place = self._tapped.given, self._tapped.place
        return [array[samples] for k, array in enumerate(given) if k != place]


def _draws(task: Task, channels: Indices, start: Start) -> Singles:
    """By how much each step's picture is moved."""
    draws = [each.uniform(-1, 1, (task.steps, 3)) for each in task.drawing(1, channels)]
    return np.stack(draws).astype(np.float32) * _MOVES[start]


def _own(values: Floats, channels: Indices) -> Floats:
    """Of each row the value of its own channel."""
    return np.asarray(values[np.arange(len(channels)), channels])


def _rows_that_fit(tapped: TappedPass) -> int:
    """How many rows the probe's budget of memory lets the outputs up to the layer have."""
    held = 0
    for info in tapped.probe.layers:
        held += 4 * prod(length or 1 for length in info.output_shape[1:])
        if info.path == tapped.info.path:
            break
    return max(1, min(_MOST_ROWS, tapped.probe.memory_budget // max(1, _HELD * held)))
