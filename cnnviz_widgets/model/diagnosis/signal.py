"""How the signal goes through the layers, forward and backward."""

from __future__ import annotations

from .measured import Measured
from .question import Question
from .subject import Subject


def with_signal(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with the signal over depth."""
    return measured
