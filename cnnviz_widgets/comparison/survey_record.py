"""A layer as a survey left it: what was found on all samples, and the values of a few."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import Floats
from ..analysis.channel_measures import ChannelMeasures
from ..diagnosis.measurements.saturation import STUCK
from ..diagnosis.measurements.surveyed import surveyed_at_ends
from ..records.cached_property import cached_property
from ..records.layer_picture import LayerPicture, counted
from ..records.sample_subset import SampleChoice
from ..records.survey.compared_values import ComparedValues, DrawnRows
from ..records.survey.layer_summary import LayerSummary
from ..records.survey.surveyed_record import SurveyedRecord


@dataclass(frozen=True, eq=False)
class SurveyRecord(SurveyedRecord):
    """A layer of a survey, beside no model: its samples are those that the survey kept.

    Its values are means over all places of a sample, those that are not finite left out.

    Attributes
    ----------
    drawn : ndarray of float32, shape (sample, place, channel)
        The values at the places that were drawn of each: the same ones in every survey with as
        many rows of layers of the same axes.
    """

    drawn: NDArray[Any] = field(kw_only=True)

    @classmethod
    def of_layer(cls, summary: LayerSummary, end: int) -> SurveyRecord:
        """What is left of a layer.

        Parameters
        ----------
        summary : LayerSummary
            Of one sample or more.
        end : int
            More than the number of any sample of the survey.
        """
        kept, pooled = summary.tally.kept_rows, summary.tally.kept
        order = np.argsort(kept.numbers)
        return cls(
            # Both are by ascending hash: the first of those with means have rows, too.
            pooled.arrays["pooled"][: order.size][order],
            summary.path,
            samples=SampleChoice(tuple(kept.numbers[order].tolist()), end),
            bounds=summary.bounds,
            summary=summary,
            drawn=kept.arrays["rows"][order],
        )

    def values_beside(self, other: LayerPicture) -> ComparedValues:
        """The values at the places drawn where both have the same ones, else the means."""
        rows = other.drawn_rows
        axes, drawn = self.summary.axes, self.drawn.shape[1]
        if rows is None or (axes, drawn) != (rows.axes, rows.values.shape[1]):
            return ComparedValues(self.values, ", by their means over each sample's places")
        how = f", at {counted(drawn, 'drawn place')} of each" if drawn < math.prod(axes) else ""
        return ComparedValues(self.drawn, how)

    @property
    def drawn_rows(self) -> DrawnRows:
        """The values at the places that were drawn."""
        return DrawnRows(self.summary.axes, self.drawn)

    @property
    def saturated(self) -> NDArray[np.bool_] | None:
        """Which channels are stuck at an end of the activation; None where it has no ends."""
        at_ends = surveyed_at_ends(self.summary)
        return None if at_ends is None else np.asarray(at_ends >= STUCK)

    @property
    def class_means(self) -> Floats | None:
        """The mean on each class, shape (channel, class); None without labels."""
        return self.summary.class_means if self.summary.class_samples.size else None

    @property
    def extent(self) -> str:
        """How many channels of which size, on how many samples, and how many are kept."""
        size = " × ".join(map(str, self.summary.axes))
        of = f" of {size}" if size else ""
        kept = f"{self.basis} surveyed, {self.n_samples:,} of them kept"
        return f"{counted(self.n_channels, self.channel_noun)}{of} · {kept}"

    @cached_property
    def shown_measures(self) -> ChannelMeasures:
        """Those of all samples: the few that are kept are some of them."""
        return self.measures

    @property
    def _choice_note(self) -> str:
        return (
            f"Rows are {counted(self.n_samples, 'sample')} that the survey kept, drawn at random."
        )

    def _omissions(self) -> list[str]:
        notes = super()._omissions()
        if self.summary.axes:
            notes.append("Each tile is the mean over a sample's places.")
        return notes
