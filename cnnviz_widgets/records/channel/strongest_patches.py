"""Where channels are strongest and weakest, and what they see there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Integers
from ...analysis.channel.class_lift import ClassLift, class_lift
from ...validation.scalars import index_below
from ..survey.strongest_samples import StrongestSamples
from .patch import Patch, cut_out, patch_box
from .receptive_field import ReceptiveField


@dataclass(frozen=True, eq=False, repr=False)
class StrongestPatches:
    """On which samples, and where in them, each of C channels is strongest; read-only.

    Attributes
    ----------
    path : str
        Of the layer.
    strongest, weakest : StrongestSamples
        `count` samples a channel, each by its one greatest or least finite value, the most
        extreme first.
    seen : int
        On how many samples that is.
    surveyed : bool
        Whether these are a survey's; else the probe's inputs.
    nonfinite : ndarray of int64, shape (C,)
        How many values are NaN or infinite: they are passed over.
    field : ReceptiveField
    inputs : mapping of str to ndarray
        The samples, by the names of the inputs; empty where they are a survey's.
    """

    path: str
    strongest: StrongestSamples
    weakest: StrongestSamples
    seen: int
    surveyed: bool
    nonfinite: Integers
    field: ReceptiveField
    inputs: Mapping[str, NDArray[Any]]

    def __repr__(self) -> str:
        of = "surveyed samples" if self.surveyed else "samples"
        return (
            f"<StrongestPatches of {self.path!r}: {len(self.values):,} channels, {self.count} of "
            f"{self.seen:,} {of} each>"
        )

    @property
    def values(self) -> Floats:
        """The greatest values, shape (C, count); NaN where a channel has fewer."""
        return self.strongest.values

    @property
    def samples(self) -> Integers:
        """The numbers of their samples, shape (C, count); −1 where there are fewer."""
        return self.strongest.samples

    @property
    def places(self) -> Integers:
        """Indices into the layer's output, shape (C, count, axes); −1 where there are fewer."""
        return self.strongest.places

    @property
    def count(self) -> int:
        """How many samples a channel."""
        return int(self.values.shape[1])

    def patch(
        self, channel: int, rank: int, *, weakest: bool = False, inputs: Any = None
    ) -> Patch | None:
        """What a channel sees where it is strongest: cut out at its exact receptive field.

        Parameters
        ----------
        channel : int
        rank : int
            0 for the strongest.
        weakest : bool
            Of the weakest samples instead.
        inputs : array, or dict of array, optional
            The samples that were surveyed, from number 0 on; of several inputs that of `field`,
            or all by their names. Default: the probe's, where they were not surveyed.

        Returns
        -------
        Patch or None
            Of the first input that the layer depends on. None where the channel has no such
            sample, or sees only padding there.

        Raises
        ------
        TypeError, ValueError
            No such channel or rank; the samples are not at hand.
        """
        channel = index_below("channel", channel, len(self.values))
        rank = index_below("rank", rank, self.count)
        chosen = self.weakest if weakest else self.strongest
        number = int(chosen.samples[channel, rank])
        if number < 0:
            return None
        field = self.field.of(self.field.input)
        place = tuple(chosen.places[channel, rank].tolist())
        box = patch_box(field, place, channel)
        if box is None:
            return None
        array = self._samples(inputs)
        if number >= len(array):
            raise ValueError(
                f"inputs must hold sample {number:,} of those surveyed; got {len(array):,}"
            )
        pixels, outside = cut_out(np.asarray(array[number]), field.axes, box)
        return Patch(pixels, outside, box, number, place, float(chosen.values[channel, rank]))

    def class_lift(self, labels: Any) -> ClassLift:
        """Which class is most frequent among each channel's strongest samples, and how much so.

        Parameters
        ----------
        labels : array_like of int, shape (N,)
            The class of each sample, from number 0 on; below 0 where it is not known.

        Raises
        ------
        TypeError, ValueError
            They are no labels of all these samples.
        """
        array = np.asarray(labels)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise TypeError(
                f"labels must be one whole number a sample; got an array of {array.dtype} of shape "
                f"{array.shape}"
            )
        needed = 1 + int(self.samples.max(initial=-1))
        if len(array) < max(needed, 0 if self.surveyed else self.seen):
            raise ValueError(
                f"labels must be of all {max(needed, self.seen):,} samples; got {len(array):,}"
            )
        return class_lift(self.samples, array.astype(np.int64))

    def _samples(self, inputs: Any) -> Any:
        name = self.field.input
        given = self.inputs if inputs is None else inputs
        if isinstance(given, Mapping):
            if name in given:
                return given[name]
            if inputs is not None:
                raise ValueError(f"inputs must have the input {name!r}; got {sorted(given)}")
            raise ValueError(
                "the samples were surveyed, and are not kept: give them as inputs=, in the order "
                "in which they were"
            )
        return given
