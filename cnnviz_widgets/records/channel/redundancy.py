"""Which channels of a layer answer alike, one of them turned, mirrored or shifted."""

from __future__ import annotations

from dataclasses import dataclass

from ...analysis.channel.symmetries import Symmetry
from ..layer_picture import counted

EQUAL = 0.9999
"""Correlation from which on two channels answer the same, whatever chance would do."""


@dataclass(frozen=True)
class AlikePair:
    """Two channels that answer alike.

    Attributes
    ----------
    first, second : int
        In the layer's own numbering; `first` is the lesser.
    symmetry : Symmetry
        What is done to a picture so that the second answers to it, turned back, as the first does
        to the picture as it is: the second is the first, turned so.
    shift : tuple of int
        How many positions further along each axis of the map the second answers then.
    correlation : float
        Of their answers over samples and positions.
    stands_out : bool
        Whether it lies above the strictest null, or the two are equal.
    """

    first: int
    second: int
    symmetry: Symmetry
    shift: tuple[int, ...]
    correlation: float
    stands_out: bool

    @property
    def words(self) -> str:
        """Such as ``7 is 3 mirrored, shifted by (0, 1) (0.998)``."""
        how = [self.symmetry.words] if self.symmetry.words else []
        if any(self.shift):
            by = ", ".join(map(str, self.shift))
            how.append(f"shifted by ({by})" if len(self.shift) > 1 else f"shifted by {by}")
        return f"{self.second} is {self.first} {', '.join(how) or 'again'} ({self.correlation:.3f})"


@dataclass(frozen=True)
class Null:
    """What pairs are like by chance.

    Attributes
    ----------
    name : str
        ``"fresh"``: the pairs of the same network freshly initialised; ``"mixtures"``: of random
        mixtures of the layer's own channels, each with the same say; ``"permuted"``: of one
        channel on a sample and another one on another sample.
    level : float
        The correlation that the most alike of as many pairs as the layer has exceeds by chance in
        one of twenty layers.
    largest : float
        That was met.
    pairs : int
        How many were looked at.
    """

    name: str
    level: float
    largest: float
    pairs: int


@dataclass(frozen=True)
class Redundancy:
    """What was found when each channel was compared with each other one.

    Attributes
    ----------
    path : str
    channels : int
        How many the layer has.
    samples : int
        On which they were compared.
    compared : tuple of int
        Those that were compared.
    silent : tuple of int
        Those that are zero everywhere on these samples.
    constant : tuple of int
        Those that are some other number everywhere.
    seldom : tuple of int
        Those that answer at too few places to be compared.
    nonfinite : tuple of int
        Those that are NaN or infinite somewhere.
    pairs : tuple of AlikePair
        The most alike first: all that stand out, or where there is none the most alike few; at
        most `MOST_PAIRS`.
    standing_out : int
        How many pairs stand out.
    nulls : tuple of Null
        The strictest first; () where too few channels are left to be compared.
    symmetries : tuple of Symmetry
        Those that were tried.
    shift : int
        How many positions one was shifted against the other, at most, along each axis.
    notes : tuple of str
        What was left out, and why, in sentences.
    """

    path: str
    channels: int
    samples: int
    compared: tuple[int, ...]
    silent: tuple[int, ...]
    constant: tuple[int, ...]
    seldom: tuple[int, ...]
    nonfinite: tuple[int, ...]
    pairs: tuple[AlikePair, ...]
    standing_out: int
    nulls: tuple[Null, ...]
    symmetries: tuple[Symmetry, ...]
    shift: int
    notes: tuple[str, ...]

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Channels that stand for one another, by the pairs that stand out; each ascending."""
        group: dict[int, set[int]] = {}
        for pair in self.pairs:
            if pair.stands_out:
                joined = group.get(pair.first, {pair.first}) | group.get(pair.second, {pair.second})
                group.update(dict.fromkeys(joined, joined))
        return tuple(sorted({tuple(sorted(each)) for each in group.values()}))

    @property
    def summary(self) -> str:
        """What was found, in a few sentences."""
        found = self._found()
        apart = [
            f"{len(which)} {word}"
            for which, word in (
                (self.silent, "silent"),
                (self.constant, "constant"),
                (self.seldom, "too seldom active"),
                (self.nonfinite, "not finite"),
            )
            if which
        ]
        left = f" Not compared: {', '.join(apart)}." if apart else ""
        return " ".join((found + left, *self.notes))

    def _found(self) -> str:
        count = len(self.compared)
        if count < 2:
            return f"'{self.path}' has {counted(count, 'channel')} that could be compared."
        among = f"among {count} channels of '{self.path}' on {self.samples} samples"
        if not self.nulls:
            if not self.standing_out:
                return f"No two are equal {among}; they are too few to tell likeness from chance."
            return f"{_pairs(self.standing_out)} equal {among}."
        null = self.nulls[0]
        bound = f"{null.level:.3f}, the level of {_SAID[null.name]} (1 in 20 layers)"
        if not self.standing_out:
            most = self.pairs[0].correlation if self.pairs else 0.0
            return f"No pair stands out {among}: the most alike has {most:.3f}, below {bound}."
        return f"{_pairs(self.standing_out)} alike {among}, above {bound}."


MOST_PAIRS = 1000

_SAID = {
    "fresh": "a freshly initialised network's own pairs",
    "mixtures": "random mixtures of its channels",
    "permuted": "channels on different samples",
}


def _pairs(count: int) -> str:
    return f"{count:,} pair{'s are' if count != 1 else ' is'}"
