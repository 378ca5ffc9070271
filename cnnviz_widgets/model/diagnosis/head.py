"""The head of a model, its loss and its targets."""

from __future__ import annotations

from .measured import Measured
from .question import Question
from .subject import Subject


def with_head(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with what the model ends in beside what judges it."""
    return measured
