"""Inputs that are not in the range the model was trained on; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ....validation.messages import percent
from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement, Severity
from ...measurements.data.input_range import InputScale, Preprocessing, SurenessTrial
from ...measurements.data.norm_shift import NormShift, is_off
from ...measurements.data.repairs import Repair
from ...phrases import listed, span
from ..base import ALL_OF_OUTPUTS, BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import solves
from ..outputs.near_zero import NearZero
from ..wording import distribution, few_samples
from .repaired import best_repair, compared, told

FAR = 4.0
"""Spread of what normalisation is given over that of training, either way, from which no other
data of the same kind explains it: forgotten scaling makes it 50 to 255 or as much too small."""

PREPARED = 10.0
"""Spread of prepared inputs over that they were made to have, either way: low contrast makes 2 or
3 of it, bytes and the unit range taken for one another 255."""

SURE, UNSURE, SAME_ANSWER = 0.9, 0.8, 0.4
"""Share of outputs within 1 % of certain as given, and as scaled; share of answers that stay the
same, which by chance among ten is 0.1."""


class InputRange(Sign):
    """The scale of the inputs, told by the best evidence there is.

    A repair that targets have proven; else what BatchNormalization remembers; else what layers
    that prepare inputs were made for; else how sure the outputs are. A network given numbers 255
    times too large is sure of everything, but still mostly of the same thing as on the right
    scale, where its sureness varies. One that was trained on bytes says nearly the same of all
    inputs when they are made small.
    """

    kind, title, source = "input-range", "unexpected input range", BEYOND
    cure = (
        "Scale the inputs as in training (for example x / 255), or put a Rescaling layer into the "
        "model so that it cannot be forgotten."
    )
    spoils = ALL_OF_OUTPUTS
    anywhere = NOT_AS_TRAINED

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, about the model as a whole."""
        repair, scale = best_repair(model, self.kind), model.input_scale
        if repair is not None:
            if not (repair.factor > 1 and _fades_inside(model)):
                yield self._by_repair(repair, scale)
            return
        if any(each.helps for each in model.repairs) or solves(model):
            return
        shift = model.norm_shift
        if shift is not None and shift.cause == "inputs":
            yield self._by_memory(shift, scale, model)
        elif scale is not None:
            yield from self._by_scale(scale, model.samples)

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """A note is as true on the right scale."""
        return other.severity != "note"

    def _by_repair(self, repair: Repair, scale: InputScale | None) -> Finding:
        also = " (inputs and targets alike)" if repair.with_targets else ""
        return self._of_scale(
            scale,
            "severe",
            Measurement(*told(repair)),
            f"The inputs{_range(scale)} are not on the scale the model was trained on: "
            f"{compared(repair)}{also}.",
            Comparison(
                f"the same inputs as {repair.how} (effect: ratio)",
                repair.after.loss,
                effect=repair.ratio,
            ),
            samples=repair.after.samples,
            limits=few_samples(repair.after.samples),
            cure=f"Prepare the inputs as in training: `{repair.code}`. A layer in the model, such "
            "as `keras.layers.Rescaling`, keeps it from being forgotten.",
        )

    def _by_memory(self, shift: NormShift, scale: InputScale | None, model: ModelFacts) -> Finding:
        ratio, judged = shift.ratio, model.answers is not None
        layers = listed(shift.layers)
        return self._of_scale(
            scale,
            by_memory(shift, model),
            Measurement("spread of what BatchNormalization is given over that in training", ratio),
            f"The inputs{_range(scale)} are unlike those of training: what reaches {layers} is "
            f"spread {_times(ratio)} as widely as the moving averages of training say.",
            Comparison("the moving averages of training (effect: ratio)", 1.0, effect=ratio),
            samples=model.samples,
            limits=(
                "None of the usual repairs of the inputs makes the answers right."
                if judged
                else "Without targets, stale moving averages cannot be ruled out."
            ),
            cure=f"Compare with a batch of training data: {_FACTS}. If they agree, run some "
            "batches with `training=True` to renew the averages.",
        )

    def _by_scale(self, scale: InputScale, samples: int) -> Iterator[Finding]:
        made = scale.preprocessing
        if made is not None and is_off(made.ratio, PREPARED):
            yield self._by_preprocessing(made, scale, samples)
        for trial in scale.trials:
            if decides(trial):
                yield self._by_sureness(trial, scale)
                return

    def _by_preprocessing(self, made: Preprocessing, scale: InputScale, samples: int) -> Finding:
        small = made.ratio < 1
        return self._of_scale(
            scale,
            "severe",
            Measurement(f"spread of {made.layer}'s output over what it was made for", made.ratio),
            f"The inputs{_range(scale)} are not what {made.layer} ({made.kind}) was made for "
            f"({made.made_for}): what it puts out goes {span(made.low, made.high)}.",
            Comparison("what it was made for (effect: ratio)", 1.0, effect=made.ratio),
            samples=samples,
            limits="Told from the layer's settings and these inputs alone.",
            cure=(
                f"Give {made.layer} the inputs as they are: leave out the scaling before the model"
                if small
                else "Scale the inputs as they were when the layer was set up"
            )
            + f" (compare {_FACTS}).",
        )

    def _by_sureness(self, trial: SurenessTrial, scale: InputScale) -> Finding:
        return self._of_scale(
            scale,
            "warning",
            Measurement("share of outputs within 1 % of 0 or 1", trial.now, True),
            f"The inputs{_range(scale)} are probably not on the scale of training: "
            f"{percent(trial.now)} of the answers are as sure as can be, on {trial.how} "
            f"{percent(trial.scaled)} of mostly the same answers.",
            Comparison(f"the same inputs as {trial.how}", trial.scaled),
            samples=trial.samples,
            limits="Without targets this is told from how sure the outputs are.",
        )

    def _of_scale(
        self,
        scale: InputScale | None,
        severity: Severity,
        measured: Measurement,
        summary: str,
        reference: Comparison,
        *,
        samples: int,
        limits: str = "",
        cure: str | None = None,
    ) -> Finding:
        return self.finding(
            "",
            severity,
            measured,
            summary,
            reference=reference,
            samples=samples,
            limits=limits,
            cure=cure,
            evidence=None if scale is None else distribution("input value", scale.values),
        )


_FACTS = "x.min(), x.max(), x.mean(), x.std()"


def by_memory(shift: NormShift, model: ModelFacts) -> Severity:
    """How severe a shift is: of a model that does well all the same, a warning."""
    does_well = model.answers is not None and model.answers.better
    return "severe" if is_off(shift.ratio, FAR) and not does_well else "warning"


def decides(trial: SurenessTrial) -> bool:
    """Whether a trial shows that the inputs are on another scale than those of training."""
    return (
        trial.now >= SURE
        and trial.scaled <= UNSURE
        and trial.same >= SAME_ANSWER
        and trial.answers >= (2 if trial.choices == 1 else 3)
    )


def _fades_inside(model: ModelFacts) -> bool:
    """Whether a layer makes its values far smaller than a fresh one does of the same inputs.

    Wider inputs make up for that, too, but they are not what is wrong.
    """
    return any(each.severity != "note" for each in NearZero().findings(model))


def _range(scale: InputScale | None) -> str:
    """`` (from 0 to 255)``, where there are numbers."""
    if scale is None or not _finite(scale.values).size:
        return ""
    values = _finite(scale.values)
    return f" ({span(float(values.min()), float(values.max()))})"


def _finite(values: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(values[np.isfinite(values)])


def _times(ratio: float) -> str:
    return f"{ratio:.3g} times" if ratio >= 1 else f"only {ratio:.2g} times"
