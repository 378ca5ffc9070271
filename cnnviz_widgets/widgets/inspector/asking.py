"""What is asked: channels of what is shown, and its layer, of the model as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...model import ModelProbe
from ...records.place_record import NOW, PlaceRecord
from ...records.record_kind import ATTENTION
from ..channel.subject import ChannelSubject, inputs_of
from .panes import Panes
from .samples.sample_heads import SampleHeads
from .surveys.survey_state import SurveyState


class Asking:
    """Has questions asked about the channel that a card shows, and about its layer.

    Parameters
    ----------
    panes : Panes
    heads : SampleHeads
        Knows the classes of the samples.
    surveys : SurveyState
    """

    def __init__(
        self,
        panes: Panes,
        heads: SampleHeads,
        surveys: SurveyState,
    ) -> None:
        self._answers = panes.answers
        self._layer_answers, self._pruning = panes.layer_answers, panes.pruning
        self._heads = heads
        self._surveys = surveys
        self._first: int | None = 0
        self._card = panes.views.card
        self._card.observe(self._on_channel, "channel")

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
        is_now, layer = present.step == NOW, present.place.layer
        why_not = _why_not(first is not None, is_now)
        self._pruning.look_at(layer, probe, why_not)
        if self._first is None:
            self._answers.look_at(None)
            self._layer_answers.look_at(None)
            return
        then = f", not as it was at step {present.step:,}" if not is_now else ""
        # What is asked of a moment that is past is answered by the model of the present.
        note = f"Of the model as it is now{then}." if then else ""
        self._answers.channel = self._channel(self._card.channel)
        order = (self._first + present.record.columns).tolist()
        subject = self._subject(layer, probe, order)
        self._answers.look_at(subject, note)
        self._layer_answers.look_at(subject, self._first, present.record.n_channels)

    def _subject(self, path: str, probe: ModelProbe, order: Sequence[int]) -> ChannelSubject:
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
            order=order,
        )

    def _on_channel(self, change: dict[str, Any]) -> None:
        self._answers.channel = self._channel(change["new"])

    def _channel(self, row: int) -> int:
        """The channel of the layer's output that a row of what is shown stands for."""
        return -1 if row < 0 or self._first is None else self._first + row


def _why_not(are_channels: bool, is_now: bool) -> str:
    """Why what is shown cannot be taken out; "" where it can."""
    if not is_now:
        return "This is of the past: rehearsals are made on the model as it is now."
    return "" if are_channels else "These are no channels of the layer's output: select in Outputs."
