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
from ....model.samples.raw_inputs import raw_inputs
from ....records.place_record import NOW, PlaceRecord
from ....records.record_kind import OUTPUTS
from ....records.sample_subset import SampleChoice
from ....records.samples.row_heads import SampleAnswers, SamplePictures
from ....records.samples.shown_inputs import ShownInputs
from ...jupyter.ownership import of_open
from ...panels.samples import SamplesBar
from ...views.layer_views import LayerViews

_NOTHING = SamplePictures()
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
    """

    def __init__(
        self,
        views: LayerViews,
        bar: SamplesBar,
        class_names: Sequence[str],
        decode: Decode | None,
        inputs: InputSet,
    ) -> None:
        self._grid, self._cloud, self._bar = views.grid, views.embedding, bar
        self.class_names = class_names
        self._decode = decode
        self._source: AnswerSource | None = None
        # The output that the answers were read off, each sample's when last it was, where that
        # is small.
        self._last: NDArray[Any] | None = None
        # What the grid leads its rows by: these samples now, as they were, or none.
        self._led_by = ""
        self._held: _Now | None = None
        self.begin(inputs, self.pictures_of(inputs.probe))

    @property
    def _now(self) -> _Now:
        return of_open(self._grid, self._held, "inputs")

    def let_go(self) -> None:
        """Forget the inputs; the inspector is closed."""
        self._held = self._last = self._source = None

    def pictures_of(self, probe: ModelProbe) -> SamplePictures:
        """The samples of a probe, as rows are led by them; raises as `sample_pictures`."""
        return sample_pictures(probe, self._decode)

    def begin(self, inputs: InputSet, pictures: SamplePictures) -> None:
        """Lead rows by these samples from now on; no answers are known yet."""
        self._held = _Now(inputs, pictures, SampleAnswers.none(inputs.probe.samples, inputs.names))
        self._last = None
        self._led_by = ""
        self._cloud.start("the inputs" if inputs.shown is None else inputs.shown.title)

    def saved(self) -> object:
        """What rows are led by, for `restore`."""
        return self._now

    def restore(self, saved: object) -> None:
        """Lead rows by what they were led by then."""
        assert isinstance(saved, _Now)
        self._held = saved
        self._last = None
        self._led_by = ""
        self._cloud.start("the inputs" if saved.inputs.shown is None else saved.inputs.shown.title)

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
        if self._led_by == "now":
            self._answer(self._now.pictures, self.answers)
        self._bar.show_answers(self.answers)

    @property
    def answers(self) -> SampleAnswers:
        """To all samples, as far as they have been read."""
        return self._now.answers

    @property
    def inputs(self) -> ShownInputs | None:
        """Which inputs these are."""
        return self._now.inputs.shown

    @property
    def class_count(self) -> int:
        """How many channels the output has that answers are read off."""
        return 0 if self._source is None else self._source.info.channels or 0

    def expect(self, probe: ModelProbe) -> None:
        """A pass is about to be made of all layers."""
        self._source = AnswerSource.of(probe)

    def look(self, info: LayerInfo, output: NDArray[Any]) -> None:
        """A pass over all samples has come to this output."""
        samples = self._now.inputs.probe.samples
        if self._source is not None and self._source.takes(info.path, output, samples):
            self._read(output, None)

    def follow(
        self, probe: ModelProbe, choice: SampleChoice | None, output: NDArray[Any] | None
    ) -> None:
        """A monitor has read this output, of some of the samples or of all."""
        if output is not None:
            self.expect(probe)
            self._read(output, choice)

    def show(self, present: PlaceRecord, output_paths: frozenset[str]) -> None:
        """Lead the rows of what is shown: of the past no answers are known, or no samples."""
        now, is_now = self._now, present.step == NOW
        same = is_now or present.inputs == self.inputs
        led_by = "now" if is_now else "past" if same else "others"
        answers = now.answers if is_now else now.answers.unanswered()
        if led_by == "others":
            if self._led_by != led_by:
                self._grid.show_samples(_NOTHING, SampleAnswers.none(0), ())
                self._cloud.show_samples(_NOTHING, SampleAnswers.none(0))
        elif led_by == self._led_by:
            self._answer(now.pictures, answers)
        else:
            self._grid.show_samples(now.pictures, answers, now.inputs.names)
            self._cloud.show_samples(now.pictures, answers, raw_inputs(now.inputs.probe))
        self._led_by = led_by
        are_classes = (
            self._source is not None
            and is_now
            and present.place.layer in output_paths
            and present.record.kind is OUTPUTS
            and present.record.n_channels > 1
        )
        self._grid.mark_answers(are_classes)
        self._bar.show_answers(now.answers)

    def _answer(self, pictures: SamplePictures, answers: SampleAnswers) -> None:
        self._grid.show_answers(pictures, answers)
        self._cloud.show_answers(pictures, answers)

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
        if made is not None:
            # A generator's rows are led by what it makes of them.
            self._led_by = ""
        self._held = replace(now, answers=answers, pictures=made or now.pictures)
        self._last = np.array(output) if output.nbytes <= _MOST_BYTES else None
