"""Whether a survey is of a model as it is now."""

from __future__ import annotations

from typing import Any

from ...records.survey.survey import Survey
from ...validation.objects import instance
from ..reading.probe import ModelProbe
from .model_stamp import model_digest, weights_stamp


def check_survey(survey: Any, probe: ModelProbe) -> None:
    """Refuse what is no survey of a probe's model as it is now.

    Raises
    ------
    TypeError
        No survey.
    ValueError
        It is of other layers, of another model or of other weights.
    """
    check_layers(survey, probe)
    if model_digest(probe.model) != survey.weights:
        raise ValueError(
            f"the survey of {survey.samples:,} samples is of other weights than "
            f"{probe.model.name!r} has now, or of a model that was built in another way: survey it "
            "again, cv.survey(model, data)"
        )


def check_layers(survey: Any, probe: ModelProbe) -> None:
    """Refuse what is no survey of these layers, whatever their weights are by now.

    Raises
    ------
    TypeError
        No survey.
    ValueError
        None of its layers is the model's, or one has another number of channels.
    """
    instance("survey", survey, Survey, "cv.survey(model, data) makes one")
    paths = {info.path for info in probe.layers}
    if not paths & survey.layers.keys():
        names = ", ".join(map(repr, list(survey.layers)[:3]))
        raise ValueError(
            f"the survey is of another model, {survey.model!r}: {probe.model.name!r} has none of "
            f"its layers, such as {names}"
        )
    for info in probe.layers:
        summary = survey.layers.get(info.path)
        if summary is not None and info.channels not in (None, summary.channels):
            raise ValueError(
                f"the survey is of another model, {survey.model!r}: its layer {info.path!r} has "
                f"{summary.channels:,} channels, that of {probe.model.name!r} {info.channels:,}"
            )


class WeightsWatch:
    """Tells whether a model, with its weights, still is what a survey is of.

    Parameters
    ----------
    weights : str
        The digest of both, as `Survey.weights`.

    Attributes
    ----------
    are_same : bool
        By the last look; False before the first.
    """

    def __init__(self, weights: str) -> None:
        self._weights = weights
        self._stamp: tuple[bytes, ...] | None = None
        self.are_same = False

    def look(self, model: Any) -> None:
        """At all of it: as long as it takes to read the weights once."""
        self.are_same = model_digest(model) == self._weights
        if self.are_same:
            self._stamp = weights_stamp(model)

    def glance(self, model: Any) -> None:
        """At the weights' sums, for training steps: changed ones are seen, none come back."""
        self.are_same = self.are_same and weights_stamp(model) == self._stamp
