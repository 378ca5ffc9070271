"""Inputs that are not in the range the model was trained on; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement, Severity
from ...measurements.data.input_range import Averages, InputScale, LossTrial, SurenessTrial
from ...phrases import percent, span
from ..base import ALL_OF_OUTPUTS, BEYOND, Sign
from ..wording import distribution

AVERAGES_RATIO = 10.0
"""Spread of a normalised output over that of training. Forgotten scaling of bytes makes it 50 to
255; data of another source seldom differs by more than 3."""

LOSS_OF_SCALED = 0.5
"""Loss on inputs scaled otherwise over the loss on them as they are."""

SURE, UNSURE, SAME_ANSWER = 0.9, 0.8, 0.4
"""Share of outputs within 1 % of certain as given, and as scaled; share of answers that stay the
same, which by chance among ten is 0.1."""


class InputRange(Sign):
    """The scale of the inputs, told by the best evidence there is.

    What BatchNormalization remembers; else the loss on inputs scaled otherwise; without targets
    how sure the outputs are. A network given numbers 255 times too large is sure of everything,
    but still mostly of the same thing as on the right scale, where its sureness varies. One that
    was trained on bytes says nearly the same of all inputs when they are made small.
    """

    kind, title, source = "input-range", "unexpected input range", BEYOND
    cure = (
        "Scale the inputs as in training (for example x / 255), or put a Rescaling layer into the "
        "model so that it cannot be forgotten."
    )
    spoils = ALL_OF_OUTPUTS

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, about the model as a whole."""
        scale = model.input_scale
        if scale is None:
            return
        if scale.averages is not None and far_from(scale.averages):
            yield self._by_averages(scale.averages, scale, model.samples)
            return
        for trial in scale.trials:
            if not decides(trial):
                continue
            if isinstance(trial, LossTrial):
                yield self._by_loss(trial, scale)
            else:
                yield self._by_sureness(trial, scale)
            return

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """A note is as true on the right scale."""
        return other.severity != "note"

    def _by_averages(self, averages: Averages, scale: InputScale, samples: int) -> Finding:
        return self._of_scale(
            scale,
            "severe",
            Measurement(
                f"spread of {averages.layer}'s output over that in training", averages.ratio
            ),
            f"The inputs ({_range(scale.values)}) are not in the range of training: what "
            f"{averages.layer} normalises is {averages.ratio:.0f} times as widely spread as its "
            "averages say.",
            Comparison(
                "the moving averages of training (effect: ratio)", 1.0, effect=averages.ratio
            ),
            samples=samples,
        )

    def _by_loss(self, trial: LossTrial, scale: InputScale) -> Finding:
        return self._of_scale(
            scale,
            "severe",
            Measurement("loss on the inputs", trial.now),
            f"The inputs ({_range(scale.values)}) are not in the range of training: the loss on "
            f"them is {trial.now:.3g}, on {trial.how} {trial.scaled:.3g}.",
            Comparison(
                f"the same inputs as {trial.how} (effect: ratio)",
                trial.scaled,
                effect=trial.now / max(trial.scaled, 1e-12),
            ),
            samples=len(scale.values),
        )

    def _by_sureness(self, trial: SurenessTrial, scale: InputScale) -> Finding:
        return self._of_scale(
            scale,
            "warning",
            Measurement("share of outputs within 1 % of 0 or 1", trial.now, True),
            f"The inputs ({_range(scale.values)}) are probably not in the range of training: "
            f"{percent(trial.now)} of the answers are as sure as can be, on {trial.how} "
            f"{percent(trial.scaled)} of mostly the same answers.",
            Comparison(f"the same inputs as {trial.how}", trial.scaled),
            samples=trial.samples,
            limits="Without targets this is told from how sure the outputs are.",
        )

    def _of_scale(
        self,
        scale: InputScale,
        severity: Severity,
        measured: Measurement,
        summary: str,
        reference: Comparison,
        *,
        samples: int,
        limits: str = "",
    ) -> Finding:
        return self.finding(
            "",
            severity,
            measured,
            summary,
            reference=reference,
            samples=samples,
            limits=limits,
            evidence=distribution("input value", scale.values),
        )


def far_from(averages: Averages) -> bool:
    """Whether the inputs are spread far wider than BatchNormalization knows them."""
    return averages.ratio > AVERAGES_RATIO


def decides(trial: LossTrial | SurenessTrial) -> bool:
    """Whether a trial shows that the inputs are on another scale than those of training."""
    if isinstance(trial, LossTrial):
        return trial.scaled < LOSS_OF_SCALED * trial.now
    return (
        trial.now >= SURE
        and trial.scaled <= UNSURE
        and trial.same >= SAME_ANSWER
        and trial.answers >= (2 if trial.choices == 1 else 3)
    )


def _range(inputs: NDArray[np.floating]) -> str:
    return span(float(inputs.min()), float(inputs.max()))
