"""What a model answers to each sample, read off outputs that were read anyway."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...diagnosis.measurements.data.answers import marks
from ...diagnosis.measurements.data.tasks import Asked, Meaning, are_shares, asked
from ...records.samples.row_heads import SampleAnswers
from ...validation.messages import percent
from ..experiments.changed_outputs import returned_layers, returned_unchanged
from ..experiments.output_loss import loss_of_output, meaning_of
from ..layers.layer_info import LayerInfo
from ..reading.probe import ModelProbe, reader_of

Array: TypeAlias = NDArray[Any]

MOST_BYTES = 64 * 2**20
"""Bytes of an output that is kept until its answers have been read: of more nothing is told."""

# Of more answers to one sample nobody reads each.
_FEW = 3


@dataclass(frozen=True, eq=False)
class AnswerSource:
    """Which layer's output the model's answers are read off, and what its numbers mean.

    Attributes
    ----------
    number : int
        Of the model's output.
    info : LayerInfo
        Of the layer that makes it.
    meaning : Meaning
    makes_images : bool
        Whether the model makes images of what is none: rows are led by what it makes.
    """

    number: int
    info: LayerInfo
    meaning: Meaning
    makes_images: bool

    @classmethod
    def of(cls, probe: ModelProbe) -> AnswerSource | None:
        """That of a model; None where it computes on after its last layer, or returns nothing.

        Raises
        ------
        ModelCallError
            The model's call raises.
        """
        count = len(reader_of(probe).description().forward.listing.graph.returned)
        for number, info in enumerate(returned_layers(probe, count)):
            if info is not None and returned_unchanged(probe, info.path, number):
                loss = loss_of_output(probe.model, None, number)
                meaning = meaning_of(loss, info.activation)
                return cls(number, info, meaning, probe.image_ends == ("output",))
        return None

    def takes(self, path: str, output: Array, samples: int) -> bool:
        """Whether these are the answers, one for each sample."""
        fits = output.shape[:1] == (samples,) and output.nbytes <= MOST_BYTES
        return path == self.info.path and fits

    def targets(self, targets: Any) -> Array | None:
        """The targets of this output, of those of all; None where there are none."""
        own: Array | None = targets[self.number] if isinstance(targets, list) else targets
        return own


def sample_answers(
    source: AnswerSource,
    output: Array,
    targets: Array | None,
    names: Sequence[str] = (),
    class_names: Sequence[str] = (),
) -> SampleAnswers:
    """The answers in an output.

    Parameters
    ----------
    source : AnswerSource
    output : ndarray, shape (sample, ...)
    targets : ndarray or None
        As given, one a sample.
    names : sequence of str
        What each sample is called; () where it has no name.
    class_names : sequence of str
        Where as many as the output has classes, these are called so.
    """
    question, is_judged = _question(source, output, targets, len(class_names))
    none = SampleAnswers.none(len(output), tuple(names))
    if question is None or not output.size:
        return none
    if question.task == "values":
        return _of_values(none, question, output, is_judged)
    if question.targets.size != len(output):
        return _of_many(none, question, output, is_judged)
    if question.task == "yes or no":
        return _of_yes_or_no(none, question, output, is_judged, class_names, source.meaning)
    called = class_names if len(class_names) == question.classes else ()
    answers = _of_classes(none, question, output, is_judged, called)
    return answers if is_judged else _by_name(answers, names, question.classes, called)


def _question(
    source: AnswerSource, output: Array, targets: Array | None, names: int
) -> tuple[Asked | None, bool]:
    """What is asked, and whether by targets; else what the output itself looks like."""
    meaning = source.meaning
    fits = targets is not None and not source.makes_images and len(targets) == len(output)
    if fits and targets is not None and np.isfinite(targets.astype(np.float32)).all():
        question = asked(output, targets, meaning)
        if question is not None:
            return question, True
    count = len(output)
    across = output.shape[1] if output.ndim == 2 else 0
    if across > 1 and (are_shares(output) or "categorical" in meaning.loss or names == across):
        return Asked("classes", np.full(count, -1), classes=across), False
    if across == 1 and ("binary" in meaning.loss or meaning.activation == "sigmoid"):
        threshold = 0.0 if meaning.from_logits else 0.5
        return Asked("yes or no", np.zeros(output.shape, np.bool_), threshold=threshold), False
    if output.ndim <= 2 and output.size <= _FEW * count:
        return Asked("values", np.zeros(output.shape, np.float32)), False
    return None, False


def _of_classes(
    none: SampleAnswers, question: Asked, output: Array, judged: bool, called: Sequence[str]
) -> SampleAnswers:
    given = question.answers(output).reshape(len(output)).astype(np.int32)
    shares = _shares(output)
    truths = question.targets.reshape(len(output)).astype(np.int64)
    counts = question.counts.reshape(len(output))
    answers = replace(
        none,
        answers=tuple(_class_name(k, called) for k in given.tolist()),
        confidence=np.take_along_axis(shares, given[:, np.newaxis], 1)[:, 0],
        answer_class=given,
    )
    if not judged:
        return answers
    right = np.where(counts, given == truths, -1).astype(np.int8)
    inside = (truths >= 0) & (truths < question.classes)
    return replace(
        answers,
        truths=tuple(_class_name(k, called) for k in truths.tolist()),
        right=right,
        truth_class=np.where(inside, truths, -1).astype(np.int32),
    )


def _by_name(
    answers: SampleAnswers, names: Sequence[str], classes: int, called: Sequence[str]
) -> SampleAnswers:
    """Judged by what the samples are called, where all are called as a class is."""
    numbers = {_class_name(number, called): number for number in range(classes)}
    if not names or not set(names) <= set(numbers):
        return answers
    truth = np.array([numbers[name] for name in names], np.int32)
    right = (truth == answers.answer_class).astype(np.int8)
    return replace(answers, right=right, truth_class=truth)


def _of_yes_or_no(
    none: SampleAnswers,
    question: Asked,
    output: Array,
    judged: bool,
    names: Sequence[str],
    meaning: Meaning,
) -> SampleAnswers:
    called = names if len(names) == 2 else ("no", "yes")
    flat = output.reshape(len(output)).astype(np.float64)
    given = question.answers(output).reshape(len(output))
    # A score is a logit where it is compared with 0; a margin has no share of 1.
    share = 1 / (1 + np.exp(-np.clip(flat, -60, 60))) if question.threshold == 0 else flat
    known = "hinge" not in meaning.loss and share.min() >= 0 and share.max() <= 1
    confidence = np.where(given, share, 1 - share) if known else np.full(len(flat), math.nan)
    answers = replace(
        none,
        answers=tuple(called[int(each)] for each in given.tolist()),
        confidence=confidence.astype(np.float32),
        answer_class=given.astype(np.int32),
    )
    if not judged:
        return answers
    truths = question.targets.reshape(len(output)).astype(np.bool_)
    return replace(
        answers,
        truths=tuple(called[int(each)] for each in truths.tolist()),
        right=(given == truths).astype(np.int8),
        truth_class=truths.astype(np.int32),
    )


def _of_many(none: SampleAnswers, question: Asked, output: Array, judged: bool) -> SampleAnswers:
    """Several answers a sample: how many of them are right; the sample is, where all are."""
    if not judged:
        return none
    shares = marks(question, output)
    return replace(
        none,
        answers=tuple(f"{percent(share)} right" for share in shares.tolist()),
        right=(shares == 1).astype(np.int8),
    )


def _of_values(none: SampleAnswers, question: Asked, output: Array, judged: bool) -> SampleAnswers:
    per_sample = output.size // len(output)
    if per_sample > _FEW:
        errors = np.sqrt(np.maximum(-marks(question, output), 0))
        texts = tuple(f"error {each:.2g}" for each in errors.tolist())
        return replace(none, answers=texts if judged else none.answers)
    answers = replace(none, answers=_numbers(output))
    return replace(answers, truths=_numbers(question.targets)) if judged else answers


def _numbers(values: Array) -> tuple[str, ...]:
    rows = values.reshape(len(values), -1).tolist()
    return tuple(", ".join(f"{float(each):.3g}" for each in row) for row in rows)


def _class_name(number: int, names: Sequence[str]) -> str:
    return names[number] if 0 <= number < len(names) else str(number)


def _shares(output: Array) -> NDArray[np.float32]:
    """Each class' share of 1, of shares as they are and of scores by softmax."""
    flat = output.reshape(len(output), -1).astype(np.float64)
    if are_shares(flat):
        return np.asarray(flat, np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        raised = np.exp(flat - flat.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)
