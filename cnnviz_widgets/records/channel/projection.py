"""What of one input makes a channel fire, led back through the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...analysis.arrays import Singles
from ..layer_picture import counted

Rule: TypeAlias = Literal["plain", "guided", "deconv"]

RULES: tuple[Rule, ...] = Rule.__args__  # type: ignore[attr-defined]
"""``"plain"``: the gradient; what rectifiers hand back in guided backpropagation and deconvnets."""

MOSTLY_SHARED = 0.5
"""From this mean cosine on a map is mostly not the channel's own.

Of maps of length 1 whose cosine is c in the mean, what all have in common has the squared length c:
from ½ on it is more than what is any one map's own.
"""

FEWEST_MAPS = 3
"""Of fewer others the one that happens to do the same decides what they are like in the mean."""


@dataclass(frozen=True, eq=False)
class Projection:
    """A channel's activation at one place, led back to the input; read-only.

    Attributes
    ----------
    path, channel, sample : str, int and int
    place : tuple of int
        Of the layer's output, along each axis but those of the samples and channels.
    activation : float
        Of the channel there: the map is seeded with it.
    rule : {'plain', 'guided', 'deconv'}
    map : ndarray of float32
        Shaped as one input. Of the plain gradient times the activation, or what the rule makes of
        that.
    source : str
        The name of the input that it leads to.
    covered : int or None
        How many of the nonlinearities on the way the rule covers; all of them, by the plain
        gradient. None where the model cannot be traced, so that they are not known.
    uncovered : tuple of (str, int)
        What else is not linear on the way, and how often: the plain gradient leads through it.
    likeness_to_others : float or None
        The mean cosine to the maps of up to 12 other channels that fire at the same place. None
        where none does, or the map is zero everywhere.
    others : int
        How many they are.
    likeness_to_fresh : float or None
        The mean cosine to the maps of up to 12 channels that fire there in the same network freshly
        initialised. None where it was not asked for, or there is none: `notes` say why.
    fresh : int
        How many they are.
    notes : tuple of str
    moment : int or None
        The training step that the model had come to, as it was told.
    """

    path: str
    channel: int
    sample: int
    place: tuple[int, ...]
    activation: float
    rule: Rule
    map: Singles
    source: str
    covered: int | None
    uncovered: tuple[tuple[str, int], ...]
    likeness_to_others: float | None
    others: int
    likeness_to_fresh: float | None
    fresh: int
    notes: tuple[str, ...] = ()
    moment: int | None = None

    @property
    def activations(self) -> int | None:
        """How many nonlinearities are on the way."""
        if self.covered is None:
            return None
        return self.covered + sum(count for _, count in self.uncovered)

    @property
    def sentence(self) -> str:
        """The rule, by its name alone only where it covers all nonlinearities on the way.

        Such as ``guided for 3 of 5 activations; 2 SiLU: plain there``.
        """
        if self.rule == "plain" or (self.activations and not self.uncovered):
            return self.rule
        if not self.activations:
            return f"{self.rule}: no activation on the way, as plain"
        rest = ", ".join(f"{count} {name}" for name, count in self.uncovered)
        return (
            f"{self.rule} for {self.covered} of {counted(self.activations, 'activation')}; "
            f"{rest}: plain there"
        )

    @property
    def doubt(self) -> str | None:
        """Why the map is not to be read as what the channel looks for; None where nothing says so.

        The likeness to `FEWEST_MAPS` other maps, or more, is `MOSTLY_SHARED` at the least.
        """
        if _is_shared(self.likeness_to_fresh, self.fresh):
            return "mostly the picture, not the network"
        if _is_shared(self.likeness_to_others, self.others):
            return "mostly the picture, not the channel"
        return None

    @property
    def summary(self) -> str:
        """What was done and how far it is to be believed, in a few sentences."""
        where = f" at {self.place}" if self.place else ""
        text = (
            f"Channel {self.channel} of '{self.path}' is {self.activation:.3g}{where} on sample "
            f"{self.sample}; {self.sentence}."
        )
        likeness = [
            f"{value:.2f} to {of}"
            for value, of in (
                (self.likeness_to_others, counted(self.others, "other channel")),
                (self.likeness_to_fresh, "a freshly initialised network"),
            )
            if value is not None
        ]
        if likeness:
            doubt = f": {self.doubt}" if self.doubt else ""
            text += f" Cosine of the map {' and '.join(likeness)}{doubt}."
        return " ".join((text, *self.notes))


def _is_shared(likeness: float | None, maps: int) -> bool:
    return likeness is not None and likeness >= MOSTLY_SHARED and maps >= FEWEST_MAPS
