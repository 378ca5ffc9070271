"""Decisive trials: the model without what is under suspicion."""

from __future__ import annotations

from .measured import Measured
from .question import Question
from .subject import Subject


def with_trials(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with the decisive trials of what is accused."""
    return measured
