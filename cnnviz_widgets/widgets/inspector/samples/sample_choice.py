"""Which inputs a live model is shown, and how others are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import numpy as np

from ....analysis.arrays import Indices
from ....model import ModelProbe, model_lock
from ....model.experiments.losses import checked_targets
from ....model.samples.answers import AnswerSource
from ....model.samples.input_set import InputSet, like
from ....model.samples.pool import Pool
from ....model.samples.pool_scores import CHOICES, Choice, pool_answers, ranking
from ....records.layer_picture import MOST_ROWS
from ....records.samples.shown_inputs import ShownInputs
from ....runtime.call_stack import surely
from ....validation.arrays import indices
from ....validation.texts import one_of
from ...jupyter.work_report import WorkReport
from ...panels.samples import SamplesBar
from ...views.sample_names import sample_names
from .sample_heads import SampleHeads

WAYS = ("given", "these", "surveyed", *CHOICES, "next", "previous")
"""What can be asked for."""

_TITLES = {"wrong": "wrong ones", "unsure": "least sure", "random": "at random"}
# Of more classes a list is of no use.
_MOST_CLASSES = 1000


@dataclass(frozen=True)
class _Choice:
    """What is chosen from.

    Attributes
    ----------
    title : str
    source : Pool or None
    of_given : bool
        Whether these are the inputs as they were given.
    page : int
        So many are shown at a time.
    """

    title: str
    source: Pool | None
    of_given: bool
    page: int


def input_set(
    probe: ModelProbe,
    targets: Any,
    labels: Sequence[int | str] | None,
    class_names: Sequence[str] | None,
    shown: ShownInputs | None = None,
    source: Pool | None = None,
) -> InputSet:
    """Inputs that a probe reads its model on.

    Raises
    ------
    TypeError, ValueError
        Targets or labels that do not fit them.
    """
    checked = checked_targets(probe.model, targets, probe.samples)
    names = sample_names(labels, checked, class_names, probe.samples)
    return InputSet(probe, checked, tuple(names), shown, source)


class Reader(Protocol):
    """What reads the model on its inputs."""

    def use(self, inputs: InputSet) -> None:
        """Read it on these from now on."""


class InputChoice:
    """Shows a live model other inputs, and goes back where they cannot be shown.

    Parameters
    ----------
    given : InputSet
    pool : Pool or None
        What others are chosen from; None: from those given.
    heads : SampleHeads
    bar : SamplesBar
        Its page asks for others.
    readers : sequence of Reader
    refresh : callable
        Reads the model again, and shows it.
    work : WorkReport
    surveyed : callable
        The samples surveyed by their numbers, None where they are not at hand.

    Attributes
    ----------
    present : InputSet
        What the model is shown.
    """

    def __init__(
        self,
        given: InputSet,
        pool: Pool | None,
        heads: SampleHeads,
        bar: SamplesBar,
        *,
        readers: Sequence[Reader],
        refresh: Callable[[], None],
        work: WorkReport,
        surveyed: Callable[[], Pool | None] = lambda: None,
    ) -> None:
        self.present = self._given = given
        self._class_names = heads.class_names or None
        self._pool = pool
        self._heads, self._bar = heads, bar
        self._readers = readers
        self._refresh = refresh
        self._work = work
        self._surveyed = surveyed
        self._chance = np.random.default_rng(0)
        self._times_set = 0
        # What was chosen last, their numbers in order, and the first that is shown.
        self._chosen = _Choice("", pool, pool is None, given.probe.samples)
        self._ranking: Indices = np.arange(0)
        self._start = 0
        bar.on_ask = self.choose

    def offer(self) -> None:
        """Say on the page what can be chosen."""
        answers, pool = self._heads.answers, self._pool
        choices = ["given", "these"]
        if answers.judged or (pool is not None and pool.has_targets and answers.answers):
            choices.append("wrong")
        if np.isfinite(answers.confidence).any():
            choices.append("unsure")
        if pool is not None:
            choices.append("random")
        classes = self._classes()
        if classes:
            choices.append("class")
        words = ""
        if pool is not None:
            words = pool.note or (f"{pool.size:,}" if pool.is_read else "a dataset")
        self._bar.offer(words, choices, classes)

    def set_inputs(
        self, inputs: Any, targets: Any = None, labels: Sequence[int | str] | None = None
    ) -> None:
        """Show the model these from now on; raises as `ModelInspector.set_inputs`."""
        probe = like(self.present.probe, inputs)
        with model_lock(probe.model):
            shown = ShownInputs(f"other inputs, {self._times_set + 1}")
            given = input_set(probe, targets, labels, self._class_names, shown)
            self._show(given)
            self._given = given
            self._times_set += 1
            self._turn(np.arange(0), 0)

    def set_targets(self, targets: Any) -> None:
        """Judge by these targets from now on."""
        with model_lock(self.present.probe.model):
            before = self.present
            checked = checked_targets(before.probe.model, targets, before.probe.samples)
            self.present = replace(before, targets=checked)
            if before is self._given:
                self._given = self.present
            self._heads.judge_by(self.present)
            self.offer()

    def choose(self, what: str, numbers: Sequence[int] = ()) -> None:
        """Show the model other samples; raises as `ModelInspector.choose_samples`."""
        one_of("what", what, WAYS)
        with model_lock(self.present.probe.model):
            self._choose(what, numbers)

    def _choose(self, what: str, numbers: Sequence[int]) -> None:
        if what == "given":
            self._show(self._given)
            self._turn(np.arange(0), 0)
        elif what == "these":
            rows = indices("numbers", numbers, self.present.probe.samples)
            if not rows.size:
                raise ValueError("numbers must name one sample or more; got none")
            self._show(self.present.some(rows, self._picked(rows)))
            self._turn(np.arange(0), 0)
        elif what == "surveyed":
            self._show_surveyed(numbers)
        elif what in ("next", "previous"):
            step = self._chosen.page if what == "next" else -self._chosen.page
            self._show_page(self._ranking, self._start + step)
        else:
            self._rank(cast(Choice, what), numbers)

    def _show_surveyed(self, numbers: Sequence[int]) -> None:
        source = self._surveyed()
        if source is None:
            raise ValueError(
                "what was surveyed is not at hand: survey arrays, or a pool that the inspector has"
            )
        rows = indices("numbers", numbers, source.size)
        if not rows.size:
            raise ValueError("numbers must name one sample or more; got none")
        page = min(len(rows), MOST_ROWS)
        self._begin(_Choice(f"{len(rows):,} of those surveyed", source, False, page), rows)

    def _rank(self, what: Choice, numbers: Sequence[int]) -> None:
        report = self._work.reported("the choice")
        with surely(report), report:
            given = self._given
            plain = None if isinstance(given.targets, list) else given.targets
            model, inputs = given.probe.model, given.probe.inputs
            source = self._pool or Pool(model, inputs if plain is None else (inputs, plain))
            source.read(self._work.progress)
            number = self._class_number(what, numbers)
            answers = None
            if what != "random" and (answer_source := AnswerSource.of(given.probe)) is not None:
                names = self._class_names or ()
                # Of those given: in batches of a single one that is picked it would take an age.
                probe, tell = given.probe, self._work.progress
                answers = pool_answers(probe, answer_source, source, names, tell)
            chosen = ranking(what, answers, source.size, number, self._chance)
        title = _TITLES.get(what) or f"class {self._classes()[number]}"
        page = self._given.probe.samples
        self._begin(_Choice(title, source, self._pool is None, page), chosen)

    def _begin(self, chosen: _Choice, numbers: Indices) -> None:
        """Show the first of these."""
        before, self._chosen = self._chosen, chosen
        try:
            self._show_page(numbers, 0)
        except BaseException:
            # What was chosen before is what 'next' goes on with.
            self._chosen = before
            raise

    def _class_number(self, what: Choice, numbers: Sequence[int]) -> int:
        if what != "class":
            return -1
        classes = self._classes()
        if len(numbers) != 1 or not 0 <= numbers[0] < len(classes):
            raise ValueError(
                f"numbers must be one class, from 0 to {len(classes) - 1}; got {tuple(numbers)}"
            )
        return numbers[0]

    def _show_page(self, numbers: Indices, start: int) -> None:
        """Show those that begin at a place of the ranking."""
        source, page = self._chosen.source, self._chosen.page
        if source is None or not 0 <= start < len(numbers):
            raise ValueError("there are no more samples of this choice")
        chosen = numbers[start : start + page]
        title = self._chosen.title + (f" of the {source.note}" if source.note else "")
        if len(chosen) < len(numbers):
            title += f", {start + 1:,} to {start + len(chosen):,} of {len(numbers):,}"
        shown = ShownInputs(title, tuple(chosen.tolist()), source.size)
        if not self._chosen.of_given:
            inputs, targets = source.take(chosen)
            probe = like(self.present.probe, inputs)
            self._show(input_set(probe, targets, None, self._class_names, shown, source))
        else:
            self._show(self._given.some(chosen, shown))
        self._turn(numbers, start)

    def _turn(self, numbers: Indices, start: int) -> None:
        """These were chosen, and are shown from this place on."""
        self._ranking, self._start = numbers, start
        shown = self.present.shown
        self._bar.show_choice(
            "" if self.present is self._given or shown is None else shown.title,
            has_previous=start > 0,
            has_next=start + self._chosen.page < len(numbers),
        )

    def _show(self, inputs: InputSet) -> None:
        """Read the model on these; where that fails, on those before again."""
        pictures = self._heads.pictures_of(inputs.probe)
        before, heads = self.present, self._heads.saved()
        try:
            self._use(inputs)
            self._heads.begin(inputs, pictures)
            self._refresh()
        except BaseException:
            self._use(before)
            self._heads.restore(heads)
            raise
        self.offer()

    def _use(self, inputs: InputSet) -> None:
        self.present = inputs
        for reader in self._readers:
            reader.use(inputs)

    def _picked(self, rows: Indices) -> ShownInputs:
        """What those of the samples shown are that were picked."""
        shown = self.present.shown
        numbers, total = rows.tolist(), self.present.probe.samples
        if shown is not None and shown.numbers:
            numbers, total = [shown.numbers[row] for row in rows], shown.total
        title = f"sample {numbers[0]:,}" if len(numbers) == 1 else f"{len(numbers):,} picked"
        return ShownInputs(title, tuple(numbers), total)

    def _classes(self) -> list[str]:
        """Names of the classes that answers are of; [] where they are of none."""
        answers = self._heads.answers
        if not len(answers) or answers.answer_class.max() < 0 or answers.truth_class.max() < 0:
            return []
        count = max(2, self._heads.class_count)
        if count > _MOST_CLASSES:
            return []
        names = self._class_names or ()
        return list(names) if len(names) == count else [str(number) for number in range(count)]
