"""Colours in another order than in training; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement
from ..base import ALL_OF_OUTPUTS, BEYOND, NOT_AS_TRAINED, Sign
from ..wording import few_samples
from .repaired import best_repair, compared, told


class ChannelOrder(Sign):
    """Red where blue was: the answers are far better with the colours reversed."""

    kind, title, source = "channel-order", "colours in another order", BEYOND
    spoils = ALL_OF_OUTPUTS
    anywhere = NOT_AS_TRAINED

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, about the model as a whole."""
        repair = best_repair(model, self.kind)
        if repair is None:
            return
        yield self.finding(
            "",
            "severe",
            Measurement(*told(repair)),
            "The colours of the inputs are in another order than in training (RGB for BGR, or the "
            f"reverse): {compared(repair)}.",
            reference=Comparison(
                f"the same inputs, {repair.how} (effect: ratio)",
                repair.after.loss,
                effect=repair.ratio,
            ),
            samples=repair.after.samples,
            limits=few_samples(repair.after.samples),
            cure=f"Reverse the colours: `{repair.code}`. OpenCV reads BGR; PIL, TensorFlow and "
            "Keras read RGB.",
        )

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """A note is as true in the right order."""
        return other.severity != "note"
