"""Which channels are asked about: those of what is shown, of the model as it is now."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...model import ModelProbe
from ...records.place_record import NOW, PlaceRecord
from ...records.record_kind import ATTENTION
from ..channel.channel_answers import ChannelAnswers
from ..channel.subject import ChannelSubject, inputs_of
from ..panels.channel_numbers import ChannelNumbers
from .samples.sample_heads import SampleHeads
from .surveys.survey_state import SurveyState


class Asking:
    """Has questions asked about the channel that a card shows.

    Parameters
    ----------
    card : ChannelNumbers
    answers : ChannelAnswers
    heads : SampleHeads
        Knows the classes of the samples.
    surveys : SurveyState
    """

    def __init__(
        self,
        card: ChannelNumbers,
        answers: ChannelAnswers,
        heads: SampleHeads,
        surveys: SurveyState,
    ) -> None:
        self._answers = answers
        self._heads = heads
        self._surveys = surveys
        self._first: int | None = 0
        self._card = card
        card.observe(self._on_channel, "channel")

    def show(self, present: PlaceRecord, probe: ModelProbe) -> None:
        """Ask about the channels of this place from now on.

        Parameters
        ----------
        present : PlaceRecord
        probe : ModelProbe
            Of the live model.
        """
        first = present.first_channel
        self._first = None if present.record.kind == ATTENTION else first
        if self._first is None:
            self._answers.look_at(None)
            return
        then = f", not as it was at step {present.step:,}" if present.step != NOW else ""
        # What is asked of a moment that is past is answered by the model of the present.
        note = f"Of the model as it is now{then}." if then else ""
        self._answers.channel = self._channel(self._card.channel)
        self._answers.look_at(self._subject(present.place.layer, probe), note)

    def _subject(self, path: str, probe: ModelProbe) -> ChannelSubject:
        classes = self._heads.answers.truth_class.astype(np.int64)
        source = self._surveys.source
        return ChannelSubject(
            probe,
            path,
            labels=classes if (classes >= 0).any() else None,
            class_names=self._heads.class_names,
            sample_names=self._heads.names,
            survey=None if source is None else self._surveys.present,
            surveyed_inputs=None if source is None else inputs_of(source),
        )

    def _on_channel(self, change: dict[str, Any]) -> None:
        self._answers.channel = self._channel(change["new"])

    def _channel(self, row: int) -> int:
        """The channel of the layer's output that a row of what is shown stands for."""
        return -1 if row < 0 or self._first is None else self._first + row
