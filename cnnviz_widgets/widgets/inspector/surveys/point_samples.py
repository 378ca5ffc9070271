"""Tells the points what their samples are: those shown, and those that a survey keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....model.reading.probe import ModelProbe
from ....model.samples.answers import AnswerSource, sample_answers
from ....model.samples.input_set import InputSet
from ....model.samples.pictures import Decode, sample_pictures
from ....model.samples.raw_inputs import raw_inputs, raw_rows_of
from ....model.samples.surveyed_inputs import flat_inputs, inputs_of
from ....records.layer_picture import counted
from ....records.samples.row_heads import SampleAnswers, SamplePictures
from ....records.survey.survey import Survey
from ...views.embedding.embedding import Embedding
from .survey_state import SurveyState


@dataclass(frozen=True, eq=False)
class _Surveyed:
    """Samples that a survey keeps, with what is known of them.

    Attributes
    ----------
    survey : Survey
    numbers : ndarray of int, shape (sample,)
        Descending: their ids as points ascend.
    answers : SampleAnswers
    arrays : list of ndarray, or None
        Their inputs, one array an input of the model; None where these are not at hand.
    """

    survey: Survey
    numbers: Indices
    answers: SampleAnswers
    arrays: list[NDArray[np.generic]] | None


class PointSamples:
    """Tells an embedding what the samples of an inspector are.

    Parameters
    ----------
    cloud : Embedding
    surveys : SurveyState
    class_names : sequence of str
    decode : callable or sequence of str, optional
        As for `sample_pictures`.
    """

    def __init__(
        self,
        cloud: Embedding,
        surveys: SurveyState,
        class_names: Sequence[str],
        decode: Decode | None,
    ) -> None:
        self._cloud = cloud
        self._surveys = surveys
        self._class_names = class_names
        self._decode = decode
        self._surveyed: _Surveyed | None = None
        self._told = SamplePictures()
        self._inputs: InputSet | None = None

    def let_go(self) -> None:
        """Forget the inputs; the inspector is closed."""
        self._surveyed = self._inputs = None
        self._told = SamplePictures()

    def show(
        self, pictures: SamplePictures, answers: SampleAnswers, inputs: InputSet | None
    ) -> None:
        """Tell of other samples.

        Parameters
        ----------
        pictures : SamplePictures
            Of those that are shown.
        answers : SampleAnswers
            To them.
        inputs : InputSet or None
            What they are; None where these are no inputs of now.
        """
        self._inputs = inputs
        surveyed = None if inputs is None else self._look(inputs.probe)
        raw = None if inputs is None else raw_inputs(inputs.probe)
        if inputs is None or surveyed is None:
            self._told = pictures
            self._cloud.show_samples(pictures, answers, raw)
            return
        self._told = SamplePictures()
        shown = flat_inputs(inputs.probe, len(surveyed.numbers))
        if surveyed.arrays is not None and len(shown) == len(surveyed.arrays):
            arrays = _joined(surveyed.arrays, shown)
            self._told = sample_pictures(inputs.probe, self._decode, arrays)
            raw = raw_rows_of(arrays)
        else:
            raw = None
        shown_as = inputs.shown.numbers if inputs.shown and self._is_of_survey(inputs) else ()
        self._cloud.show_samples(
            self._told,
            surveyed.answers.joined(answers),
            raw,
            surveyed=surveyed.numbers,
            shown_as=shown_as,
        )

    def answer(self, pictures: SamplePictures, answers: SampleAnswers) -> None:
        """Tell other answers to the same samples; all anew, where a survey came or went."""
        before = None if self._surveyed is None else self._surveyed.survey
        if self._inputs is not None and before is not self._surveys.present:
            self.show(pictures, answers, self._inputs)
        elif self._inputs is not None and self._surveyed is not None:
            self._cloud.show_answers(self._told, self._surveyed.answers.joined(answers))
        else:
            self._cloud.show_answers(pictures, answers)

    def _is_of_survey(self, inputs: InputSet) -> bool:
        """Whether the numbers of the inputs shown are those of the survey."""
        return inputs.source is not None and inputs.source is self._surveys.source

    def _look(self, probe: ModelProbe) -> _Surveyed | None:
        """What is known of the samples of the survey that holds now; None without one."""
        survey = self._surveys.present
        if survey is None or (self._surveyed is not None and self._surveyed.survey is survey):
            self._surveyed = None if survey is None else self._surveyed
            self._cloud.can_show_surveyed = survey is not None and self._surveys.source is not None
            return self._surveyed
        drawn = next(iter(survey.layers.values())).sample_means
        numbers = drawn.numbers[::-1].astype(np.intp)
        source = self._surveys.source
        arrays = None if source is None else inputs_of(probe, source, numbers)
        answers = self._answers(survey, probe, drawn.labels[::-1])
        self._surveyed = _Surveyed(survey, numbers, answers, arrays)
        self._cloud.can_show_surveyed = source is not None
        self._cloud.surveyed_selection.start(f"the survey of {counted(survey.samples, 'sample')}")
        return self._surveyed

    def _answers(
        self, survey: Survey, probe: ModelProbe, labels: NDArray[np.integer]
    ) -> SampleAnswers:
        """What the model answers to the samples that a survey keeps, as far as it tells."""
        source = AnswerSource.of(probe)
        known = bool(len(labels)) and bool((labels >= 0).all())
        output = None if source is None else survey.layers.get(source.info.path)
        if source is not None and output is not None and not output.axes:
            values = output.sample_means.values[::-1]
            targets = labels if known else None
            return sample_answers(source, values, targets, (), self._class_names)
        names = self._class_names
        truths = [
            "" if each < 0 else names[each] if each < len(names) else str(each)
            for each in labels.tolist()
        ]
        none = SampleAnswers.none(len(labels), tuple(truths))
        none.truth_class[:] = labels
        return none


def _joined(
    surveyed: list[NDArray[np.generic]], shown: list[NDArray[np.generic]]
) -> list[NDArray[np.generic]]:
    return [np.concatenate(each) for each in zip(surveyed, shown, strict=True)]
