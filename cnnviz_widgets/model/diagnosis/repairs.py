"""What known repairs of the inputs bring about."""

from __future__ import annotations

from .measured import Measured
from .question import Question
from .subject import Subject


def with_repairs(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with what came of known repairs."""
    return measured
