"""The survey that an inspector's numbers rest on, as long as the model has the weights it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ....analysis.channel_measures import ChannelMeasures
from ....model import ModelProbe
from ....model.samples.pool import Pool
from ....model.samples.surveyed_inputs import is_source
from ....model.survey.fit import WeightsWatch, check_layers
from ....records.layer_picture import counted
from ....records.place_record import PlaceRecord
from ....records.survey.layer_summary import LayerSummary
from ....records.survey.survey import Survey
from ....records.survey.surveyed_record import SurveyedRecord
from ...panels.samples import SamplesBar


class SurveyState:
    """Puts what a survey says in the place of what the few samples shown say.

    Parameters
    ----------
    probe : ModelProbe
    bar : SamplesBar
        Says what was surveyed.
    survey : Survey or None
    pool : Pool or None
        What the survey may be of: a few samples tell.

    Attributes
    ----------
    survey : Survey or None
        The last one, whether it still holds or not.
    source : Pool or None
        Its samples by their numbers, where they are at hand.

    Raises
    ------
    TypeError, ValueError
        No survey, or one of another model.
    """

    def __init__(
        self,
        probe: ModelProbe,
        bar: SamplesBar,
        survey: Survey | None,
        pool: Pool | None = None,
    ) -> None:
        self.survey: Survey | None = None
        self.source: Pool | None = None
        self._watch: WeightsWatch | None = None
        self._bar = bar
        if survey is not None:
            self.take(survey, probe, None)
            # Of other weights nobody can tell.
            if pool is not None and self.present is not None and is_source(survey, probe, pool):
                self.source = pool

    def take(self, survey: Survey, probe: ModelProbe, source: Pool | None) -> None:
        """Rest on this survey, of these samples, from now on; raises as the constructor."""
        check_layers(survey, probe)
        self.source = source
        self.survey, self._watch = survey, WeightsWatch(survey.weights)
        self.look(probe)

    @property
    def present(self) -> Survey | None:
        """The survey, if it is of the model as it was when last looked at."""
        return self.survey if self._watch is not None and self._watch.are_same else None

    def look(self, probe: ModelProbe) -> None:
        """At all weights: are they those of the survey?"""
        if self._watch is not None:
            self._watch.look(probe.model)
        self._tell()

    def glance(self, probe: ModelProbe) -> None:
        """At the weights' sums, as often as a training is looked at."""
        if self._watch is not None and self._watch.are_same:
            self._watch.glance(probe.model)
            self._tell()

    @property
    def warning(self) -> str:
        """That the survey is stale, in a sentence; "" where it is not."""
        if self.survey is None or self.present is not None:
            return ""
        samples = counted(self.survey.samples, "sample")
        return f"Not used: the survey of {samples} is of earlier weights."

    def over(self, measures: Mapping[str, ChannelMeasures]) -> dict[str, ChannelMeasures]:
        """Measures of the samples shown, with those of a survey in their place where it has any."""
        summaries = self._summaries
        return {
            path: summaries[path].measures if self._is_of(path, each.n_channels) else each
            for path, each in measures.items()
        }

    @property
    def counts(self) -> dict[str, int]:
        """Path → how many samples its layer's measures rest on."""
        return {path: each.samples for path, each in self._summaries.items()}

    def surveyed(self, present: PlaceRecord) -> PlaceRecord:
        """A place of the live model, with what was surveyed of it."""
        path, record = present.place.layer, present.record
        if not self._is_of(path, record.n_channels):
            return present
        return replace(present, record=SurveyedRecord.of_survey(record, self._summaries[path]))

    @property
    def _summaries(self) -> Mapping[str, LayerSummary]:
        return {} if self.present is None else self.present.layers

    def _is_of(self, path: str, channels: int) -> bool:
        return path in self._summaries and self._summaries[path].channels == channels

    def _tell(self) -> None:
        words = "" if self.survey is None else counted(self.survey.samples, "sample")
        self._bar.show_survey(words, is_stale=self.present is None)
