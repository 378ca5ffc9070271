"""A last activation, a loss and targets that do not go together; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import ModelFacts
from ...findings import Finding, Severity
from ..base import BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import by_answers
from .head_rules import Mismatch, mismatch


class LossHeadMismatch(Sign):
    """Heads whose loss takes something else than they put out.

    It is a mistake in the code, so it is told before training, too, and where the task is solved.
    """

    kind, title, source = "loss-head-mismatch", "head and loss do not fit", BEYOND
    explains = frozenset({"unreachable-targets", "saturated", "dead", "near-zero", "constant"})
    anywhere = NOT_AS_TRAINED

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """What merely hampers training, or is corrected, brings about nothing further in."""
        return cause.severity == "severe" or other.layer == cause.layer

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One for each output at most."""
        for head in model.heads:
            wrong = mismatch(head)
            if wrong is not None:
                yield self.finding(
                    head.layer,
                    _severity(wrong, model),
                    wrong.measured,
                    wrong.summary,
                    samples=model.samples,
                    cure=wrong.cure,
                )


def _severity(wrong: Mismatch, model: ModelFacts) -> Severity:
    if wrong.severity == "note":
        return "note"
    return by_answers(model, wrong.severity, solved=wrong.solved)
