"""Whether the channels of a layer look for anything that a random direction would not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats
from ...analysis.channel.random_directions import LEVEL, Coherence
from ...validation.scalars import index_below


@dataclass(frozen=True, eq=False, repr=False)
class LayerCoherence:
    """How alike each channel's strongest samples are, against random directions of the layer.

    Attributes
    ----------
    path : str
        Of the layer.
    measured : Coherence
        Purity by class, where labels are known, affinity by features, and likeness by what is
        seen of the samples, where the layer's input can be compared.
    count : int
        How many of the strongest samples are looked at.
    seen : int
        Of how many samples.
    features : str
        By what samples are compared for affinity: the path of a layer, or ``"given"``.
    """

    path: str
    measured: Coherence
    count: int
    seen: int
    features: str

    def __repr__(self) -> str:
        return (
            f"<LayerCoherence of {self.path!r}: {int(self.coherent.sum()):,} of "
            f"{int(self.compared.sum()):,} channels more coherent than {self.directions} random "
            f"directions, by {self.by}; {self.expected:.1f} or fewer by chance>"
        )

    @property
    def by(self) -> str:
        """What decides: ``"purity"`` where labels are known, else ``"affinity"``."""
        return "affinity" if np.isnan(self.measured.purity_of_directions).all() else "purity"

    @property
    def chance(self) -> Floats:
        """The p value of each channel, shape (C,); NaN where its strongest samples are not told."""
        chosen = self.measured
        return chosen.purity_chance if self.by == "purity" else chosen.affinity_chance

    @property
    def coherent(self) -> NDArray[np.bool_]:
        """Which channels are more coherent than a random direction, shape (C,)."""
        return np.less_equal(np.nan_to_num(self.chance, nan=1.0), LEVEL)

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Of which channels that could be told, shape (C,)."""
        return np.logical_not(np.isnan(self.chance))

    @property
    def expected(self) -> float:
        """How many channels would pass for coherent by chance alone, at most."""
        return LEVEL * int(self.compared.sum())

    @property
    def directions(self) -> int:
        """With how many random directions channels are compared."""
        return len(self.measured.purity_of_directions)

    def as_large(self, channel: int) -> int:
        """How many of the directions are as coherent as a channel, or more."""
        values, others = self._deciding()
        return int((others >= values[channel]).sum())

    def sentence(self, channel: int) -> str:
        """What is to be said of a channel, in a sentence.

        Raises
        ------
        TypeError, ValueError
            There is no such channel.
        """
        values, _ = self._deciding()
        channel = index_below("channel", channel, len(values))
        if not self.compared[channel]:
            return f"Its strongest {self.count} cannot be told from others of the same value."
        many, p = self.as_large(channel), self.chance[channel]
        word = "pure" if self.by == "purity" else "alike"
        beside = f"{many} of {self.directions} are as {word} or more; p = {p:.2f}"
        if self.coherent[channel]:
            return f"More coherent than a random direction: {beside}."
        return f"No more coherent than a random direction: {beside}."

    def sentence_on_patches(self, channel: int) -> str:
        """What is to be said of what a channel sees, in a sentence; "" where nothing is.

        A detector of edges is of no class, and still finds what is alike.

        Raises
        ------
        TypeError, ValueError
            There is no such channel.
        """
        values, others = self.measured.likeness, self.measured.likeness_of_directions
        channel = index_below("channel", channel, len(values))
        p = self.measured.likeness_chance[channel]
        if np.isnan(p) or np.isnan(others).all():
            return ""
        beside = f"{int((others >= values[channel]).sum())} of {self.directions}; p = {p:.2f}"
        if p <= LEVEL:
            return f"Its patches are more alike than those of random directions: {beside}."
        return f"Its patches are no more alike than those of random directions: {beside}."

    def _deciding(self) -> tuple[Floats, Floats]:
        chosen = self.measured
        if self.by == "purity":
            return chosen.purity, chosen.purity_of_directions
        return chosen.affinity, chosen.affinity_of_directions
