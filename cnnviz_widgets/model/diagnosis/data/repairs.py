"""Known repairs, each tried on a copy of the inputs or of what passes through the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ....diagnosis.measurements.data.answers import Answers, judged, marks, more_often
from ....diagnosis.measurements.data.input_range import look_like_bytes, scale_of
from ....diagnosis.measurements.data.input_repairs import InputRepair, input_repairs
from ....diagnosis.measurements.data.norm_shift import (
    ALIKE,
    FEW,
    NormShift,
    Remembered,
    largest,
)
from ....diagnosis.measurements.data.repairs import AT_STAKE, Repair
from ....diagnosis.measurements.data.tasks import Asked
from ...layers.abstraction_levels import image_channel_axis, is_image
from ...layers.layer_kinds import kind_named
from ..subject import Array, Subject
from .judges import Judge
from .norm_shift import by_batch
from .runs import Outputs, Runs

NOTABLE_RATIO, NOTABLE_SHIFT = 1.5, 0.5
"""How far what enters a BatchNormalization must lie from its averages for their exchange to be
tried; other samples of the same data lie within."""

FAR_FACTOR = 50.0
"""By how much a repair must change the spread of the inputs for unchanged answers to speak for it.
Bytes and the unit range lie 127 or 255 apart."""


class Judging(Protocol):
    """Who judges outputs, with a repair of the inputs or without."""

    def answers(self, outputs: Outputs, repair: InputRepair | None = None) -> Answers:
        """How well they answer."""
        ...

    def marks(self, outputs: Outputs, repair: InputRepair | None = None) -> NDArray[np.float64]:
        """How well each sample is answered."""
        ...


@dataclass(frozen=True, eq=False)
class ByTargets:
    """Judges by targets that stay as they are."""

    judge: Judge

    def answers(self, outputs: Outputs, repair: InputRepair | None = None) -> Answers:
        """How well outputs answer."""
        return self.judge.answers(outputs)

    def marks(self, outputs: Outputs, repair: InputRepair | None = None) -> NDArray[np.float64]:
        """How well each sample is answered."""
        return marks(self.judge.question, self.judge.of(outputs))


@dataclass(frozen=True, eq=False)
class ByInputs:
    """Judges by targets that are prepared as the inputs are: an autoencoder's.

    Attributes
    ----------
    layer : str
    targets : ndarray
    """

    layer: str
    targets: Array

    def answers(self, outputs: Outputs, repair: InputRepair | None = None) -> Answers:
        """How well outputs answer, by squares over the variance."""
        own = judged(
            self._question(repair),
            outputs[0],
            layer=self.layer,
            losses=(math.nan, 1.0),
            loss_name="squared error over the variance",
        )
        return replace(own, loss=1 - own.score)

    def marks(self, outputs: Outputs, repair: InputRepair | None = None) -> NDArray[np.float64]:
        """How well each sample is answered, in the unit of the targets."""
        question = self._question(repair)
        variance = max(float(np.var(question.targets)), 1e-30)
        return np.asarray(marks(question, outputs[0]) / variance)

    def _question(self, repair: InputRepair | None) -> Asked:
        targets = self.targets if repair is None else repair.apply(self.targets)
        return Asked("values", targets)


@dataclass(frozen=True, eq=False)
class Trying:
    """What repairs are tried on, and who judges them.

    Attributes
    ----------
    subject : Subject
    runs : Runs
    judging : Judging
    shift : NormShift or None
    memories : mapping of str to Remembered
        Of each BatchNormalization.
    """

    subject: Subject
    runs: Runs
    judging: Judging
    shift: NormShift | None
    memories: Mapping[str, Remembered]


def judging_of(subject: Subject, runs: Runs, judge: Judge | None, asked: bool) -> Judging | None:
    """Who judges repairs; None where nobody can.

    Parameters
    ----------
    subject : Subject
    runs : Runs
    judge : Judge or None
        By the targets that were given.
    asked : bool
        Whether targets were given.
    """
    inputs, outputs = runs.inputs, runs.outputs
    may_mirror = len(inputs) == len(outputs) == 1 and inputs[0].shape == outputs[0].shape
    if may_mirror and inputs[0].ndim > 1 and _is_number(inputs[0]):
        shown = inputs[0].astype(np.float32)
        if not asked and np.isfinite(outputs[0]).all():
            return ByInputs(subject.returned[0] if subject.returned else "", shown)
        if judge is not None and _go_together(judge, shown):
            return ByInputs(judge.layer, judge.targets.astype(np.float32))
    return None if judge is None else ByTargets(judge)


def _go_together(judge: Judge, inputs: Array) -> bool:
    """Whether targets are on the inputs' own scale, as an autoencoder's or a denoiser's are."""
    targets = judge.targets
    return targets.shape == inputs.shape and scale_of(targets) == scale_of(inputs)


def repairs(trying: Trying) -> Iterator[Repair]:
    """What came of each repair, until one is found that helps.

    One of the inputs' scale that helps without solving the task may be next to the right one: the
    others are tried then, too.

    Raises
    ------
    ModelCallError
        The model's call raises.
    """
    before = trying.judging.answers(trying.runs.outputs)
    if not _worth_trying(before):
        return
    helped = False
    candidates = list(_candidates(trying))
    for number, candidate in enumerate(candidates):
        if helped and candidate.kind != "input-range":
            return
        share = number / (len(candidates) + 1)
        trying.subject.progress(share, f"does it help: {candidate.how}?")
        repair = _tried(trying, candidate, before)
        yield repair
        if repair.helps and repair.after.solved:
            return
        helped = helped or repair.helps
    if not helped and _averages_are_off(trying):
        share = len(candidates) / (len(candidates) + 1)
        trying.subject.progress(share, "does it help: averages of these samples?")
        yield _of_averages(trying, before)


def _worth_trying(before: Answers) -> bool:
    """Whether there is so much to be won that a repair could be told from chance."""
    if math.isnan(before.score):
        return False
    at_stake = before.loss >= AT_STAKE * before.constant_loss
    return not before.solved or (at_stake and before.score < 1)


def _candidates(trying: Trying) -> Iterator[InputRepair]:
    """What may be done to the inputs, and is not against what BatchNormalization remembers."""
    inputs = _tried_on(trying)
    if inputs:
        first = next(iter(inputs.values()))
        for each in input_repairs(first, _colours(first)):
            if _fits_memory(each, trying.shift):
                yield each


def _tried_on(trying: Trying) -> dict[int, Array]:
    """The inputs that may need a repair, by number: all on one scale."""
    inputs = {
        number: each.astype(np.float32)
        for number, each in enumerate(trying.runs.inputs)
        if _may_be_scaled(trying.subject, each)
    }
    first = next(iter(inputs.values()), None)
    if first is None:
        return {}
    return {number: each for number, each in inputs.items() if scale_of(each) == scale_of(first)}


def _tried(trying: Trying, repair: InputRepair, before: Answers) -> Repair:
    runs, judging = trying.runs, trying.judging
    inputs = runs.inputs
    for number, each in _tried_on(trying).items():
        inputs[number] = repair.apply(each)
    outputs = runs.run(inputs)
    off = trying.shift is not None and trying.shift.off
    # Trained on these inputs, no model would answer as well when they are so much smaller.
    far = not 1 / FAR_FACTOR < repair.factor < FAR_FACTOR
    return Repair(
        repair.kind,
        repair.how,
        repair.code,
        before,
        judging.answers(outputs, repair),
        more_often(judging.marks(outputs, repair), judging.marks(runs.outputs)),
        expected=(off or far) and repair.kind == "input-range",
        with_targets=isinstance(judging, ByInputs),
        factor=repair.factor,
    )


def _of_averages(trying: Trying, before: Answers) -> Repair:
    runs, judging, shift = trying.runs, trying.judging, trying.shift
    outputs = runs.run(exchanges={path: by_batch(each) for path, each in trying.memories.items()})
    return Repair(
        "stale-averages",
        "BatchNormalization by the averages of these samples",
        "",
        before,
        judging.answers(outputs),
        more_often(judging.marks(outputs), judging.marks(runs.outputs)),
        expected=shift is not None and (shift.off or shift.is_beginning),
    )


def _may_be_scaled(subject: Subject, inputs: NDArray[Any]) -> bool:
    """Whether an input holds measurements, not the numbers of tokens or classes."""
    if not _is_number(inputs) or inputs.ndim < 2:
        return False
    if np.array_equal(inputs, np.round(inputs)) and not look_like_bytes(inputs):
        kinds = (kind_named(info.family, info.kind) for info in subject.infos.values())
        return not any(kind.looks_up for kind in kinds)
    return inputs.ndim > 2 or inputs.dtype.kind == "f"


def _is_number(inputs: NDArray[Any]) -> bool:
    return inputs.dtype.kind in "fiu" and inputs.size > 0 and bool(np.isfinite(inputs).all())


def _colours(inputs: Array) -> int | None:
    if not is_image(inputs.shape):
        return None
    axis = image_channel_axis(inputs.shape)
    return None if axis is None else axis % inputs.ndim


def _fits_memory(repair: InputRepair, shift: NormShift | None) -> bool:
    """Whether a repair brings the first BatchNormalization nearer to what it remembers."""
    if shift is None or not math.isfinite(shift.ratios[0]) or shift.ratios[0] <= 0:
        return True
    now = abs(math.log(shift.ratios[0]))
    then = abs(math.log(shift.ratios[0] * repair.factor))
    return then <= max(now, math.log(ALIKE))


def _averages_are_off(trying: Trying) -> bool:
    """Whether what enters BatchNormalization may lie beside its averages, in any layer."""
    shift, memories = trying.shift, trying.memories
    if len(trying.runs.rows) < FEW or not memories:
        return False
    if shift is None or any(each.initial for each in memories.values()):
        return True
    factors = [max(each, 1 / each) for each in shift.ratios if math.isfinite(each) and each > 0]
    return largest(factors) > NOTABLE_RATIO or largest(shift.shifts) > NOTABLE_SHIFT
