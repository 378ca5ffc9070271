"""What excites channels most, as far as it was found, and how far that is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Indices, Singles
from ..cached_property import cached_property

State: TypeAlias = Literal["reached", "not-woken", "silent"]
Start: TypeAlias = Literal["grey", "top", "given"]
Objective: TypeAlias = Literal["once", "everywhere"]

OBJECTIVES: tuple[Objective, ...] = Objective.__args__  # type: ignore[attr-defined]
"""``"once"``: strongly at one place; ``"everywhere"``: in the mean over all places."""

BELIEVED_FROM = 0.5
"""Under half of what the best of the user's own inputs brings about, nothing was found."""


@dataclass(frozen=True, eq=False)
class Ascent:
    """Inputs found by gradient ascent, one for each of n channels of a layer; read-only.

    Attributes
    ----------
    path : str
        The layer's path.
    channels : ndarray of int, shape (n,)
        Which of the layer's channels, in its own numbering.
    images : ndarray of float32, shape (n, …)
        What was found, each as one of the model's inputs is, in their own scale. Where the state is
        not ``"reached"``: where the search began, or as far as it came.
    reach : ndarray of float64, shape (n,)
        How strongly it excites the channel, as a share of what the best of the user's own inputs
        does: (activation − rest) / (best − rest). Infinity for a channel that none of them
        excites and this does; NaN where neither does, or numbers are not finite.
    robust_reach : ndarray of float64, shape (n,)
        The same in the mean over pictures that are shifted, scaled and noisy.
    selectivity : ndarray of float64, shape (n,)
        The share of the layer's other living channels that it reaches less far than this one; 1:
        it is this one's alone. NaN where there are no others.
    state : tuple of {'reached', 'not-woken', 'silent'}
        ``"reached"``: the search rose above where it began. ``"not-woken"``: it did not, neither
        from grey nor from the channel's own strongest input, though the user's inputs excite it.
        ``"silent"``: it did not, and none of the `samples` inputs excites it either.
    activation, best, rest : ndarray of float64, shape (n,)
        Of the channel: what was found brings about; what the best of the user's inputs does; and
        what counts as nothing, 0 where the activation lets out nothing lower, else the median over
        the samples. The greatest value over all places, or the mean, by `objective`.
    best_samples : ndarray of int, shape (n,)
        Which of the probe's inputs excites the channel most; of a silent one, comes nearest to it.
    started : tuple of {'grey', 'top', 'given'}
        Where the search began that found it: at next to nothing (noise, for a generator); at the
        channel's own strongest input; at what was given.
    objective : {'once', 'everywhere'}
    negative : bool
        Whether the search was for what pushes the channel down. All is told of what goes into the
        activation then, upside down: −value.
    by_output : bool
        Whether `activation`, `best` and `rest` are of the layer's output, not of what goes into
        its activation.
    steps, seed : int
    samples : int
        How many of the user's inputs `best` rests on.
    source : str
        The name of the input that was searched for.
    low, high : ndarray of float64, shape (channel,)
        Its range, learnt from the user's inputs: no image goes beyond.
    rules : bool
        Whether the model could be traced, so that the search aimed at what goes into the layer's
        activation, and rectifiers that were shut let through what would open them. False: plain
        gradients of the output, from which more channels are not woken.
    drawn : ndarray of float32, shape (n, …), or None
        The images that a generator makes of what was found; None for another model.
    moment : int or None
        The training step that the model had come to, as it was told.
    """

    path: str
    channels: Indices
    images: Singles
    reach: Floats
    robust_reach: Floats
    selectivity: Floats
    state: tuple[State, ...]
    activation: Floats
    best: Floats
    rest: Floats
    best_samples: Indices
    started: tuple[Start, ...]
    objective: Objective
    negative: bool
    by_output: bool
    steps: int
    seed: int
    samples: int
    source: str
    low: Floats
    high: Floats
    rules: bool = True
    drawn: Singles | None = None
    moment: int | None = None

    def __len__(self) -> int:
        return len(self.channels)

    @cached_property
    def believed(self) -> NDArray[np.bool_]:
        """Whether each image is to be read at all: reached, and half as far as the best input."""
        reached = np.array([state == "reached" for state in self.state], dtype=bool)
        with np.errstate(invalid="ignore"):
            return reached & (self.reach >= BELIEVED_FROM)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said of each image, in a sentence, as ``reach 1.2 of the best of …``."""
        return tuple(self._sentence(row) for row in range(len(self)))

    def _sentence(self, row: int) -> str:
        inputs = f"{self.samples:,} input{'s' * (self.samples != 1)}"
        state, reach = self.state[row], float(self.reach[row])
        if state == "silent":
            if self.negative:
                return f"No lower on any of {inputs}, and nothing found lowers it."
            return f"Silent on {inputs}, and nothing found wakes it."
        if state == "not-woken":
            return self._why_not_woken(row)
        if np.isinf(reach):
            return f"Silent on {inputs}; this wakes it."
        if np.isnan(reach):
            return f"Found; how strongly it can be excited {inputs} cannot tell."
        if not self.believed[row]:
            return f"Not found: reach {reach:.2f} of the best of {inputs}. Do not read it."
        return f"Reach {reach:.2f} of the best of {inputs}; {self.robust_reach[row]:.2f} if moved."

    def _why_not_woken(self, row: int) -> str:
        if not np.isfinite(self.best[row]):
            return "Its values are NaN or infinite: there is nothing to look for."
        return {
            "grey": "Not woken, neither from grey nor from its own strongest input.",
            "top": "Not woken from its own strongest input.",
            "given": "Not woken from what was given.",
        }[self.started[row]]

    def __repr__(self) -> str:
        told = ", ".join(f"{self.state.count(name)} {name}" for name in dict.fromkeys(self.state))
        return f"<Ascent of {len(self)} channels of '{self.path}': {told}>"
