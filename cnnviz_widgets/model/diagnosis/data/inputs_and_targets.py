"""How inputs and targets suit the model: answers, scale, and what would mend them."""

from __future__ import annotations

from dataclasses import replace

from ....diagnosis.facts import ModelFacts
from ....diagnosis.findings import Skipped
from ....diagnosis.signs.by_answers import solves
from ...reading.call_recorder import ModelCallError
from ..measured import Measured
from ..question import Question
from ..subject import Subject
from .input_scale import input_scale
from .judges import Judge, given_targets, judges, worst
from .norm_shift import decided, memories, norm_shift
from .repairs import Trying, judging_of, repairs
from .runs import Runs
from .targets import with_reach


def with_inputs_and_targets(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with how inputs and targets suit the model."""
    skipped: list[Skipped] = []
    runs = Runs(subject, measured)
    given = given_targets(subject, question, skipped)
    facts = with_reach(subject, measured.facts, measured.seen, given, skipped)
    if facts.nonfinite_inputs:
        return measured.but(facts, skipped)
    try:
        known = list(judges(subject, runs, given, skipped))
        judge = worst(known, runs.outputs) if known else None
        if judge is not None:
            facts = replace(facts, answers=judge.answers(runs.outputs))
        facts = _with_scale(subject, measured.but(facts), runs, question, judge)
    except ModelCallError as error:
        skipped.append(Skipped("answers and repairs", f"the model cannot be tried out: {error}"))
    return measured.but(facts, skipped)


def _with_scale(
    subject: Subject, measured: Measured, runs: Runs, question: Question, judge: Judge | None
) -> ModelFacts:
    """What is known, with what memories, repairs and sureness tell of the inputs' scale."""
    facts = measured.facts
    known = memories(subject, facts)
    shift = norm_shift(subject, facts, known)
    judging = judging_of(subject, runs, judge, question.targets is not None)
    if judging is not None and not facts.traceless:
        trying = Trying(subject, runs, judging, shift, known)
        facts = replace(facts, repairs=tuple(repairs(trying)))
    explained = any(repair.helps for repair in facts.repairs)
    if shift is not None and shift.off and not explained:
        shift = decided(subject, runs, shift, known)
    facts = replace(facts, norm_shift=shift)
    settled = explained or solves(facts)
    return replace(
        facts, input_scale=input_scale(subject, measured.but(facts), runs, settled=settled)
    )
