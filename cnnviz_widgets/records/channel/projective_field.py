"""What a unit paints into the picture that a model draws, told by taking it out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Singles
from ...validation.messages import percent
from ..layer_picture import counted
from .projection import FEWEST_MAPS, MOSTLY_SHARED

# Of the greatest value of the picture: sums of the same numbers in another order differ by less.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class ProjectiveField:
    """The part of one output that is there for a channel's sake; read-only.

    Attributes
    ----------
    path, channel, sample : str, int and int
    place : tuple of int
        The unit: the channel at this place of the layer's output, along each axis but those of the
        samples and channels; () where the layer has no positions.
    activation : float
        Of the unit.
    how : {'silence', 'mean'}
        Whether it was set to 0, or to the channel's mean over all samples and places.
    set_to : float
        That number.
    output : int
        Which of the model's outputs.
    axes : tuple of int
        Its axes along which it is a picture, the batch being axis 0: two of an image, one of a
        sequence, none of a table.
    before : ndarray of float32, shape (…)
        The output as it is, of this sample.
    unit : ndarray of float32, shape (…)
        What of it goes with the unit alone: the output as it is minus the output without.
    whole : ndarray of float32, shape (…)
        What goes with the channel at all of its places.
    likeness_to_others : float or None
        The mean cosine of `whole` to that of up to 8 other channels that are not zero everywhere on
        the sample. None where there is none, or either changes nothing.
    others : int
        How many they are.
    strengths : ndarray of float64, shape (others,)
        The norm of what goes with each of them.
    moment : int or None
        The training step that the model had come to, as it was told.
    """

    path: str
    channel: int
    sample: int
    place: tuple[int, ...]
    activation: float
    how: str
    set_to: float
    output: int
    axes: tuple[int, ...]
    before: Singles
    unit: Singles
    whole: Singles
    likeness_to_others: float | None
    others: int
    strengths: Floats
    moment: int | None = None

    @property
    def painted(self) -> NDArray[np.bool_]:
        """Which pixels the unit has a part in, of the shape of the picture.

        A change of 1e-5 of the greatest value, or less, may be rounding, and counts as none.
        """
        return self._changed(self.unit)

    @property
    def extent(self) -> tuple[tuple[int, int], ...] | None:
        """Where the unit paints: along each of `axes` a half-open interval; None: nowhere."""
        painted = self.painted
        if not painted.any():
            return None
        ends = []
        for axis in range(painted.ndim):
            others = tuple(k for k in range(painted.ndim) if k != axis)
            where = np.flatnonzero(painted.any(axis=others))
            ends.append((int(where[0]), int(where[-1]) + 1))
        return tuple(ends)

    @property
    def strength(self) -> float:
        """The norm of what goes with the whole channel."""
        return float(np.linalg.norm(self.whole.astype(np.float64)))

    @property
    def doubt(self) -> str | None:
        """Why it is not to be read as this channel's own; None where nothing says so."""
        if not self._changed(self.whole).any():
            return "it paints nothing here"
        likeness = self.likeness_to_others
        if likeness is not None and likeness >= MOSTLY_SHARED and self.others >= FEWEST_MAPS:
            return "mostly what other channels paint, too"
        return None

    @property
    def summary(self) -> str:
        """What was found and how far it is to be believed, in a few sentences."""
        at = f" at {self.place}" if self.place else ""
        text = (
            f"Channel {self.channel} of '{self.path}' is {self.activation:.3g}{at} on sample "
            f"{self.sample}"
        )
        extent = self.extent
        if extent is None:
            text += "; without it nothing changes."
        elif extent:
            box = " × ".join(f"{first}–{last - 1}" for first, last in extent)
            text += f"; it paints {box}, {percent(float(self.painted.mean()))} of the picture."
        else:
            text += f"; without it the output changes by {self.strength:.3g}."
        if self.others:
            text += (
                f" Of {counted(self.others, 'other channel')} "
                f"{int((self.strengths < self.strength).sum())} paint less"
            )
            if self.likeness_to_others is not None:
                text += f"; cosine {self.likeness_to_others:.2f} to theirs"
            text += f": {self.doubt}." if self.doubt else "."
        return text

    def _changed(self, part: Singles) -> NDArray[np.bool_]:
        greatest = float(np.abs(self.before).max(initial=0.0))
        changed = ~(np.abs(part) <= _ROUNDING * greatest)
        rest = tuple(k for k in range(part.ndim) if k + 1 not in self.axes)
        return np.asarray(changed.any(axis=rest))
