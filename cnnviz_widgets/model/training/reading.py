"""What one look at a model in training gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...analysis.channel_measures import ChannelMeasures
from ...history.moment import Moment
from ...history.onsets import Onset
from ...history.training_logs import TrainingLogs
from ...records.layer_picture import LayerPicture
from ...records.place import Place


@dataclass(frozen=True, eq=False)
class Reading:
    """What one look at a model gave.

    Attributes
    ----------
    moment : Moment
        What is kept of it. Its records are live ones, complete and with all values.
    measures : mapping of str to ChannelMeasures
        Of every layer's outputs, in execution order; layers that give no values are left out.
        Those of layers that are not recorded come without mean and std, but for one in turn, and
        for all at the first and the last look. Of a quick look they are over its samples, but
        for `dead` and `nonfinite`, which are over all.
    onsets : tuple of Onset
        All trouble that has been seen to begin so far, by step.
    failed : mapping of Place to str
        Why there is no record of a place that was asked for.
    answers : ndarray or None
        The output that the model's answers are read off, of the samples of this look; None where
        there is none.
    batches : TrainingLogs
        Losses and metrics batch by batch, since the look before.
    """

    moment: Moment
    measures: Mapping[str, ChannelMeasures]
    onsets: tuple[Onset, ...]
    failed: Mapping[Place, str]
    answers: NDArray[np.float32] | None = None
    batches: TrainingLogs = field(default_factory=TrainingLogs)

    @property
    def records(self) -> Mapping[Place, LayerPicture]:
        """The records of the places that were asked for, with all their values."""
        return self.moment.records
