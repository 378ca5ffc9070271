"""What a model keeps of its training: penalties, and losses by epoch."""

from __future__ import annotations

from .measured import Measured
from .question import Question
from .subject import Subject


def with_training_record(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with its penalties and the losses of its training."""
    return measured
