"""Moving averages of BatchNormalization that are not those of the data; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.data.norm_shift import NormShift
from ...measurements.data.repairs import Repair
from ...phrases import listed
from ..base import ALL_OF_OUTPUTS, BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import solves
from ..data.input_range import by_memory
from ..data.repaired import best_repair, compared, told
from ..wording import few_samples


class StaleAverages(Sign):
    """In inference, BatchNormalization uses averages that the layers before it have left behind.

    Told by the answers with the averages of these samples in their place; without targets by what
    enters the layers, where the first ones set right does not set those behind right.
    """

    kind, title, source = "stale-averages", "stale moving averages", BEYOND
    cure = (
        "Renew the averages: set `layer.momentum = 0.9` for each BatchNormalization and run 100 "
        "batches of training data through `model(x, training=True)`, which changes no other "
        "weight. In a custom training loop pass `training=True`."
    )
    spoils = ALL_OF_OUTPUTS
    anywhere = NOT_AS_TRAINED | {"memorised"}  # validation, too, runs by the moving averages

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, at the first layer concerned."""
        repair, shift = best_repair(model, self.kind), model.norm_shift
        if repair is not None:
            yield self._by_repair(repair, shift)
            return
        # Where other averages were tried and did not help, they are not what is wrong.
        tried = any(each.helps or each.kind == self.kind for each in model.repairs)
        if shift is not None and shift.cause == "averages" and not solves(model) and not tried:
            yield self._by_memory(shift, model)

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """A note is as true with the right averages."""
        return other.severity != "note"

    def _by_repair(self, repair: Repair, shift: NormShift | None) -> Finding:
        return self.finding(
            "",
            "severe",
            Measurement(*told(repair)),
            f"The moving averages of BatchNormalization are not those of these data: "
            f"{compared(repair)}.{_spread(shift)}",
            reference=Comparison(
                f"{repair.how} (effect: ratio)", repair.after.loss, effect=repair.ratio
            ),
            samples=repair.after.samples,
            limits=few_samples(repair.after.samples),
        )

    def _by_memory(self, shift: NormShift, model: ModelFacts) -> Finding:
        judged = model.answers is not None
        return self.finding(
            "",
            by_memory(shift, model),
            Measurement(
                "spread of what BatchNormalization is given over its moving averages", shift.ratio
            ),
            "The moving averages of BatchNormalization are probably stale:"
            f"{_spread(shift)} With the first of them set right, those behind are still "
            f"{shift.deeper:.2g} times as widely spread.",
            reference=Comparison("the moving averages (effect: ratio)", 1.0, effect=shift.ratio),
            samples=shift.samples,
            limits=(
                "Too few samples to try other averages."
                if judged
                else "Without targets, inputs unlike those of training cannot be ruled out."
            ),
        )


def _spread(shift: NormShift | None) -> str:
    if shift is None:
        return ""
    return (
        f" What reaches {listed(shift.layers)} is spread {shift.ratio:.2g} times as widely as "
        "they say."
    )
