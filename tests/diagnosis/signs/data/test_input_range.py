"""Whether inputs are in the range of training, by each kind of evidence."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.data.input_range import (
    Averages,
    InputScale,
    LossTrial,
    SurenessTrial,
    sureness_trial,
)
from cnnviz_widgets.diagnosis.signs.data.input_range import InputRange

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (20, 4, 4, 1)).astype(np.float32)


def found(*trials: LossTrial | SurenessTrial, averages: Averages | None = None) -> list[Finding]:
    model = ModelFacts({}, 20, input_scale=InputScale(BYTES, averages, trials))
    return [*InputRange().findings(model)]


def test_averages_of_another_range() -> None:
    assert found(averages=Averages("norm", 9.0)) == []
    (finding,) = found(averages=Averages("norm", 255.0))
    assert (finding.kind, finding.layer) == ("input-range", "")


def test_a_loss_that_is_far_lower_on_scaled_inputs() -> None:
    assert found(LossTrial("x / 255", 1.0, 0.6)) == []
    (finding,) = found(LossTrial("x / 255", 2.0, 0.5))
    assert finding.reference is not None
    assert (finding.measured.value, finding.reference.effect) == (2.0, 4.0)


def test_the_first_trial_that_decides_is_told() -> None:
    (finding,) = found(LossTrial("x / 255", 1.0, 0.6), LossTrial("x / 127.5 − 1", 1.0, 0.2))
    assert finding.reference is not None
    assert "x / 127.5 − 1" in finding.reference.name


def test_sure_of_everything_but_mostly_of_the_same() -> None:
    choice = RNG.integers(0, 4, 40)
    now = np.eye(4)[choice]
    scaled = 0.6 * now + 0.1
    assert found(sureness_trial(now, scaled, "x / 255")) != []
    # Trained on bytes: small inputs all get one answer.
    same = np.full((40, 4), 0.1)
    same[:, 0] = 0.7
    assert found(sureness_trial(now, same, "x / 255")) == []
    # Sure on either scale, or on neither.
    assert found(sureness_trial(now, now, "x / 255")) == []
    assert found(sureness_trial(scaled, scaled, "x / 255")) == []
