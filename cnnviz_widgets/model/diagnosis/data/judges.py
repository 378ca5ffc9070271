"""Who judges the answers of each output: what it is asked, and by what loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....diagnosis.findings import Skipped
from ....diagnosis.measurements.data.answers import Answers, constant_loss, judged
from ....diagnosis.measurements.data.tasks import Array, Asked, asked
from ...experiments.changed_outputs import returned_layers
from ...experiments.losses import some_targets_of
from ...experiments.output_loss import OutputLoss, loss_of_output, meaning_of
from ...layers.layer_info import LayerInfo
from ..bare_pass import are_examples
from ..question import Question
from ..subject import Subject
from .runs import Outputs, Runs

EXAMPLES = (
    "they are taken for examples of what the model makes, not for answers to these inputs: it "
    "makes images of what is none, and was compiled with no loss"
)


@dataclass(frozen=True, eq=False)
class Judge:
    """What judges one output.

    Attributes
    ----------
    number : int
        Of the output.
    layer : str
        Path of the layer that makes it.
    question : Asked
    targets : ndarray
        As given.
    rows : ndarray of int
        Which of the run's samples have targets.
    loss : OutputLoss
    constant_loss : float
    """

    number: int
    layer: str
    question: Asked
    targets: NDArray[Any]
    rows: NDArray[np.intp]
    loss: OutputLoss
    constant_loss: float

    def of(self, outputs: Outputs) -> Array:
        """The samples of its output that it judges."""
        return outputs[self.number][self.rows]

    def answers(self, outputs: Outputs) -> Answers:
        """How well these outputs answer."""
        own = self.of(outputs)
        return judged(
            self.question,
            own,
            layer=self.layer,
            losses=(self.loss(own), self.constant_loss),
            loss_name=self.loss.name,
        )


@dataclass(frozen=True, eq=False)
class Given:
    """The targets of one output.

    Attributes
    ----------
    number : int
    info : LayerInfo
        Of the layer that makes the output.
    targets : ndarray
    loss : str, keras.losses.Loss, callable, or None
        That was given, or that the model was compiled with.
    """

    number: int
    info: LayerInfo
    targets: NDArray[Any]
    loss: Any

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which samples have targets that are all numbers."""
        flat = self.targets.reshape(len(self.targets), -1)
        return np.asarray(np.isfinite(flat.astype(np.float32)).all(axis=1))

    @property
    def ignored(self) -> int | None:
        """A class number that the loss leaves out."""
        return meaning_of(self.loss, None).ignored


def given_targets(subject: Subject, question: Question, skipped: list[Skipped]) -> list[Given]:
    """The targets of each output that has any; why those of others are left out."""
    if question.targets is None:
        return []
    model = subject.probe.model
    targets = some_targets_of(model, question.targets, subject.probe.samples)
    infos = returned_layers(subject.probe, len(targets))
    if len(targets) == 1 and len(subject.returned) == 1 and infos[0] is None:
        infos = [subject.infos[subject.returned[0]]]
    given = []
    for number, (info, array) in enumerate(zip(infos, targets, strict=True)):
        if array is not None and info is not None:
            loss = loss_of_output(model, question.loss, number)
            given.append(Given(number, info, array, loss))
        elif array is not None:
            skipped.append(
                Skipped("targets", "which of the model's outputs they belong to cannot be told")
            )
    return given


def judges(
    subject: Subject, runs: Runs, given: list[Given], skipped: list[Skipped]
) -> Iterator[Judge]:
    """One for each output that can be judged; why the others cannot."""
    for each in given:
        judge = _judge(subject, runs, each, skipped)
        if isinstance(judge, str):
            skipped.append(Skipped(targets_of_output(each, given), judge))
        elif judge is not None:
            yield judge


def _judge(
    subject: Subject, runs: Runs, given: Given, skipped: list[Skipped]
) -> Judge | str | None:
    """The judge of one output, or why there is none."""
    targets, outputs = given.targets, runs.outputs[given.number]
    if len(targets) != subject.probe.samples:
        return (
            f"there are {len(targets)} of them for {subject.probe.samples} samples: whose answers "
            "they are cannot be told"
        )
    model, rows, loss = subject.probe.model, runs.rows, given.loss
    if outputs.ndim == 0 or len(outputs) != len(rows):
        return f"{given.info.path} does not put out one answer for each sample"
    if are_examples(subject.probe, loss):
        return EXAMPLES
    targets, finite = targets[rows], given.finite[rows]
    if not finite.all():
        skipped.append(_without_nan(finite))
    meaning = meaning_of(loss, given.info.activation)
    task = asked(outputs[finite], targets[finite], meaning)
    if task is None:
        return None if finite.any() else "no sample has targets that are all numbers"
    why = _why_not(task, outputs)
    if why:
        return why
    own = OutputLoss(model, loss, targets[finite], task, outputs[finite], given.info.activation)
    if own.why:
        skipped.append(_other_loss(own))
    kept = np.flatnonzero(finite)
    constant = constant_loss(task, outputs[finite].shape, own)
    return Judge(given.number, given.info.path, task, targets[finite], kept, own, constant)


def _why_not(task: Asked, outputs: Array) -> str:
    """Why these targets judge nothing; "" where they do."""
    if not np.isfinite(outputs).all():
        return "the model's outputs are not finite: there are no answers to compare with them"
    if task.task != "values" and _all_alike(task):
        return "all samples call for the same answer: give some of every class"
    return ""


def _all_alike(task: Asked) -> bool:
    targets = task.targets[task.counts]
    if task.task == "yes or no" and targets.ndim > 1:
        targets = targets.reshape(-1, targets.shape[-1])
        return bool((targets == targets[:1]).all())
    return not targets.size or bool((targets == targets.flat[0]).all())


def _without_nan(finite: NDArray[np.bool_]) -> Skipped:
    count = int((~finite).sum())
    return Skipped(
        f"answers of {count} of {finite.size} samples",
        "their targets are not finite; trained on such targets a model's weights become NaN",
    )


def _other_loss(loss: OutputLoss) -> Skipped:
    instead = f"{loss.name} judges in its place" if loss.name else "no loss is compared"
    return Skipped("the model's own loss", f"{loss.why}; {instead}")


def targets_of_output(given: Given, all_given: list[Given]) -> str:
    """What to call the targets of an output."""
    return "targets" if len(all_given) == 1 else f"targets of {given.info.path}"


def worst(known: list[Judge], outputs: Outputs) -> Judge:
    """Of several, the judge of the output that does worst: it alone may be to blame."""

    def rank(judge: Judge) -> tuple[bool, float]:
        answers = judge.answers(outputs)
        return (not answers.no_better, -math.inf if math.isnan(answers.skill) else answers.skill)

    return known[0] if len(known) == 1 else min(known, key=rank)
