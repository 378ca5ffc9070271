"""The samples that lead the rows, and the model's answers to them, as far as they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....model.layers.layer_info import LayerInfo
from ....model.reading.probe import ModelProbe
from ....model.samples.answers import AnswerSource, sample_answers
from ....model.samples.input_set import InputSet
from ....model.samples.pictures import Decode, output_pictures, sample_pictures
from ....records.layer_picture import MOST_ROWS
from ....records.place_record import NOW, PlaceRecord
from ....records.record_kind import OUTPUTS
from ....records.sample_subset import SampleChoice
from ....records.samples.led_rows import LedRows
from ....records.samples.row_heads import SampleAnswers, SamplePictures
from ....records.samples.shown_inputs import ShownInputs
from ...jupyter.ownership import of_open
from ...panels.samples import SamplesBar
from ...views.layer_views import LayerViews
from ..surveys.point_samples import PointSamples
from ..surveys.survey_state import SurveyState

_NOTHING = SamplePictures()
_NOBODY = _NOTHING, SampleAnswers.none(0), ()
# Of an output that is kept, so that other targets can judge it.
_MOST_BYTES = 2**20


@dataclass(frozen=True, eq=False)
class _Now:
    """What rows are led by."""

    inputs: InputSet
    pictures: SamplePictures
    answers: SampleAnswers


class SampleHeads:
    """Leads the rows of a grid, and tells of points, by the samples that the model is shown.

    Answers are read off the passes that are made anyway.

    Parameters
    ----------
    views : LayerViews
    bar : SamplesBar
        Says how many answers are right.
    class_names : sequence of str
        Of the channels of the model's output.
    decode : callable or sequence of str, optional
        As for `sample_pictures`.
    inputs : InputSet
        Those to begin with.
    surveys : SurveyState
        Some of what was surveyed are points, too.

    Attributes
    ----------
    step : int
        The training step that the answers are of; `NOW`: of the model as it stands.
    """

    def __init__(
        self,
        views: LayerViews,
        bar: SamplesBar,
        class_names: Sequence[str],
        decode: Decode | None,
        inputs: InputSet,
        surveys: SurveyState,
    ) -> None:
        self._views = views
        self._grid, self._bar = views.grid, bar
        self._points = PointSamples(views.embedding, surveys, class_names, decode)
        self.class_names = class_names
        self.decode = decode
        self._source: AnswerSource | None = None
        # The output that the answers were read off, each sample's when last it was, where that
        # is small.
        self._last: NDArray[Any] | None = None
        # What the grid leads its rows by, and whether that is of now.
        self._led_by: tuple[SamplePictures, Sequence[str]] | None = None
        self._shows_now = True
        self.step = NOW
        self._held: _Now | None = None
        self.begin(inputs, self.pictures_of(inputs.probe))

    @property
    def _now(self) -> _Now:
        return of_open(self._grid, self._held, "inputs")

    def let_go(self) -> None:
        """Forget the inputs; the inspector is closed."""
        self._held = self._last = self._source = None
        self._points.let_go()

    def pictures_of(self, probe: ModelProbe) -> SamplePictures:
        """The samples of a probe, as rows are led by them; raises as `sample_pictures`."""
        return sample_pictures(probe, self.decode)

    def begin(self, inputs: InputSet, pictures: SamplePictures) -> None:
        """Lead rows by these samples from now on; no answers are known yet."""
        self._held = _Now(inputs, pictures, SampleAnswers.none(inputs.probe.samples, inputs.names))
        self._last = None
        self.step = NOW
        self._led_by = None
        self._views.show_samples_of(_title(inputs.shown), are_others=True)

    def saved(self) -> object:
        """What rows are led by, and which are selected, for `restore`."""
        return self._now, self.step, self._views.sample_selection.selected

    def restore(self, saved: object) -> None:
        """Lead rows by what they were led by then."""
        assert isinstance(saved, tuple)
        self._held, self.step, selected = saved
        self._last = None
        self._led_by = None
        self._views.show_samples_of(_title(self._now.inputs.shown), are_others=True)
        self._views.sample_selection.selected = selected

    def judge_by(self, inputs: InputSet) -> None:
        """The same inputs have other targets: judge the answers that are known by them."""
        before = self._now
        self._held = replace(before, inputs=inputs)
        if self._last is not None:
            self._read(self._last, None)
            # They are as old as they were.
            self._held = replace(self._now, answers=replace(self.answers, old=before.answers.old))
        else:
            none = SampleAnswers.none(inputs.probe.samples, inputs.names)
            self._held = replace(self._now, answers=none)
        if self._shows_now:
            self._answer(self._now.pictures, self.answers)
            self._bar.show_answers(self.answers, self.step)

    @property
    def answers(self) -> SampleAnswers:
        """To all samples, as far as they have been read."""
        return self._now.answers

    @property
    def probe(self) -> ModelProbe:
        """The reader of the live model on all of them, whatever a quick look was at."""
        return self._now.inputs.probe

    @property
    def names(self) -> tuple[str, ...]:
        """What samples are called; () where they have no names."""
        return self._now.inputs.names

    @property
    def inputs(self) -> ShownInputs | None:
        """Which inputs these are."""
        return self._now.inputs.shown

    @property
    def class_count(self) -> int:
        """How many channels the output has that answers are read off."""
        return 0 if self._source is None else self._source.info.channels or 0

    def expect(self, probe: ModelProbe, step: int = NOW) -> None:
        """A pass is about to be made of all layers, at this step of a training."""
        self._source = AnswerSource.of(probe)
        self.step = step

    def look(self, info: LayerInfo, output: NDArray[Any]) -> None:
        """A pass over all samples has come to this output."""
        samples = self._now.inputs.probe.samples
        if self._source is not None and self._source.takes(info.path, output, samples):
            self._read(output, None)

    def follow(
        self,
        probe: ModelProbe,
        choice: SampleChoice | None,
        output: NDArray[Any] | None,
        step: int,
    ) -> None:
        """A monitor has read this output at a step, of some of the samples or of all."""
        if output is not None:
            self.expect(probe, step)
            self._read(output, choice)

    def catch_up(self, probe: ModelProbe, step: int) -> None:
        """Read the answers of a model in training again, where they are of another step.

        Parameters
        ----------
        probe : ModelProbe
            Of all the samples, or of some.
        step : int
            The present one.

        Raises
        ------
        ModelCallError
            The model's call raises.
        """
        source = self._source
        if source is None or step in (self.step, NOW):
            return
        output = probe.outputs(source.info.path)
        if source.takes(source.info.path, output, probe.samples):
            self.follow(probe, probe.choice, output, step)

    def at_rest(self, step: int) -> None:
        """Training has ended at this step: answers of it are of the model as it stands."""
        if self.step == step:
            self.step = NOW
            if self._shows_now:
                self._bar.show_answers(self.answers, self.step)

    def show(self, present: PlaceRecord, output_paths: frozenset[str]) -> None:
        """Lead the rows of what is shown: now, as they were then, or not where nobody knows."""
        now, is_now, rows = self._now, present.step == NOW, present.rows
        nobody = now.answers.unanswered()
        self._views.show_samples_of(_title(self.inputs if is_now else present.inputs))
        if is_now:
            self._lead(now.pictures, now.answers, now.inputs.names)
            self._bar.show_answers(now.answers, self.step)
        elif rows is not None:
            answers = rows.answered(present.answers)
            self._lead(rows.pictures, answers, rows.names)
            # Of more samples than have rows it is not known how many were right.
            self._bar.show_answers(answers if len(rows) < MOST_ROWS else nobody, present.step)
        else:
            same = present.inputs == self.inputs and not self._makes_images
            self._lead(*(now.pictures, nobody, now.inputs.names) if same else _NOBODY)
            self._bar.show_answers(nobody)
        self._shows_now = is_now
        are_classes = (
            self._source is not None
            and (is_now or present.answers is not None)
            and present.place.layer in output_paths
            and present.record.kind is OUTPUTS
            and present.record.n_channels > 1
        )
        self._grid.mark_answers(are_classes)

    @property
    def led_rows(self) -> tuple[LedRows, SampleAnswers]:
        """What leads the rows now, and the answers to it, as far as there are rows."""
        now = self._now
        # What a generator makes is of this moment, and no sample.
        pictures = _NOTHING if self._makes_images else now.pictures
        rows = LedRows.of(pictures, now.answers, now.inputs.names, MOST_ROWS)
        return rows, now.answers.first(MOST_ROWS)

    @property
    def _makes_images(self) -> bool:
        return self._source is not None and self._source.makes_images

    def _lead(self, pictures: SamplePictures, answers: SampleAnswers, names: Sequence[str]) -> None:
        """Show the answers, and the samples where the rows are led by others."""
        if self._led_by is not None and self._led_by[0] is pictures and self._led_by[1] == names:
            self._answer(pictures, answers)
        else:
            now = self._now
            self._grid.show_samples(pictures, answers, names)
            self._points.show(pictures, answers, now.inputs if pictures is now.pictures else None)
        self._led_by = pictures, names

    def _answer(self, pictures: SamplePictures, answers: SampleAnswers) -> None:
        self._grid.show_answers(pictures, answers)
        self._points.answer(pictures, answers)

    def _read(self, output: NDArray[Any], choice: SampleChoice | None) -> None:
        source, now = self._source, self._now
        total = now.inputs.probe.samples
        rows = np.arange(total) if choice is None else np.array(choice.numbers)
        if source is None or len(output) != len(rows) or rows[-1] >= total:
            return
        names = [now.inputs.names[row] for row in rows] if now.inputs.names else ()
        targets = source.targets(now.inputs.targets)
        some = None if targets is None or len(targets) != total else targets[rows]
        answers = sample_answers(source, output, some, names, self.class_names)
        if choice is not None:
            self._held = replace(now, answers=now.answers.renewed(rows, answers))
            if self._last is not None and self._last.shape[1:] == output.shape[1:]:
                self._last[rows] = output
            return
        made = output_pictures(output) if source.makes_images else None
        # A generator's rows are led by what it makes of them.
        self._held = replace(now, answers=answers, pictures=made or now.pictures)
        self._last = np.array(output) if output.nbytes <= _MOST_BYTES else None


def _title(shown: ShownInputs | None) -> str:
    """What samples are samples of; "the inputs" as they were given first."""
    return "the inputs" if shown is None else shown.title
