"""Whether inputs are in the range of training, by each kind of evidence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.data.answers import Answers
from cnnviz_widgets.diagnosis.measurements.data.input_range import (
    InputScale,
    Preprocessing,
    SurenessTrial,
    sureness_trial,
)
from cnnviz_widgets.diagnosis.measurements.data.norm_shift import NormShift
from cnnviz_widgets.diagnosis.measurements.data.repairs import Repair
from cnnviz_widgets.diagnosis.signs.data.channel_order import ChannelOrder
from cnnviz_widgets.diagnosis.signs.data.input_range import InputRange
from cnnviz_widgets.diagnosis.signs.training.stale_averages import StaleAverages

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (20, 4, 4, 1)).astype(np.float32)


def answered(right: int, loss: float) -> Answers:
    p_value = 0.0 if right > 10 else 0.9
    return Answers("head", "classes", 20, right / 20, 0.2, p_value, 1.0, loss, 2.0, 5)


def repaired(kind: str, how: str, loss: float, right: int = 18) -> Repair:
    return Repair(kind, how, f"x = {how}", answered(4, 4.0), answered(right, loss), 0.0)


def model(
    *repairs: Repair,
    shift: NormShift | None = None,
    answers: Answers | None = None,
    made: Preprocessing | None = None,
    trials: tuple[SurenessTrial, ...] = (),
) -> ModelFacts:
    scale = InputScale(BYTES, made, trials)
    return ModelFacts({}, 20, input_scale=scale, repairs=repairs, norm_shift=shift, answers=answers)


def found(facts: ModelFacts) -> list[Finding]:
    return [*InputRange().findings(facts)]


def test_the_repair_with_the_smallest_loss_is_told_with_both_losses() -> None:
    (finding,) = found(
        model(
            repaired("input-range", "x / 255", 0.9, 12),
            repaired("input-range", "x / 127.5 − 1", 0.5),
        )
    )
    assert (finding.severity, finding.layer) == ("severe", "")
    assert finding.reference is not None
    assert (finding.measured.value, finding.reference.effect) == (4.0, 8.0)
    assert "the loss is 4, with x / 127.5 − 1 0.5 (the best constant answer: 2)" in finding.summary
    assert "18 of 20 answers are right instead of 4" in finding.summary
    assert "x = x / 127.5 − 1" in finding.cure


def test_a_repair_that_does_not_help_is_not_told() -> None:
    assert found(model(repaired("input-range", "x / 255", 3.0))) == []


def test_each_repair_is_told_by_its_own_kind() -> None:
    facts = model(
        repaired("channel-order", "colours reversed", 0.5),
        shift=NormShift(("norm",), (9.0,)),
    )
    assert found(facts) == []
    (finding,) = ChannelOrder().findings(facts)
    assert finding.severity == "severe"
    assert "BGR" in finding.summary
    assert [*StaleAverages().findings(facts)] == []
    (stale,) = StaleAverages().findings(model(repaired("stale-averages", "other averages", 0.5)))
    assert "training=True" in stale.cure
    assert "with other averages 0.5" in stale.summary


@pytest.mark.parametrize(
    ("ratio", "severity"), [(1.5, None), (3.0, "warning"), (0.4, "warning"), (50, "severe")]
)
def test_memories_of_another_range(ratio: float, severity: str | None) -> None:
    findings = found(model(shift=NormShift(("norm",), (ratio,))))
    assert [each.severity for each in findings] == ([severity] if severity else [])


def test_memories_yield_to_answers_that_are_right() -> None:
    shift = NormShift(("norm",), (50.0,))
    assert found(model(shift=shift, answers=answered(18, 0.3))) == []
    (finding,) = found(model(shift=shift, answers=answered(4, 3.0)))
    assert "None of the usual repairs" in finding.limits


def test_stale_averages_by_what_is_left_behind_the_first() -> None:
    facts = model(shift=NormShift(("a", "b"), (0.1, 0.2), deeper=0.1))
    assert found(facts) == []
    (finding,) = StaleAverages().findings(facts)
    assert (finding.severity, finding.measured.value) == ("severe", pytest.approx(0.15))
    assert "Without targets" in finding.limits
    tried = model(repaired("stale-averages", "other averages", 3.9), shift=facts.norm_shift)
    assert [*StaleAverages().findings(tried)] == []


def test_what_a_rescaling_was_made_for() -> None:
    made = Preprocessing("scale", "Rescaling", "bytes, 0 to 255", 0, 0.0039, 0.004)
    (finding,) = found(model(made=made))
    assert "scale (Rescaling)" in finding.summary
    assert "from 0 to 0.0039" in finding.summary
    fitting = Preprocessing("scale", "Rescaling", "bytes, 0 to 255", 0, 1, 0.9)
    assert found(model(made=fitting)) == []


def test_sure_of_everything_but_mostly_of_the_same() -> None:
    choice = RNG.integers(0, 4, 40)
    now = np.eye(4)[choice]
    scaled = 0.6 * now + 0.1
    assert found(model(trials=(sureness_trial(now, scaled, "x / 255"),))) != []
    # Trained on bytes: small inputs all get one answer.
    same = np.full((40, 4), 0.1)
    same[:, 0] = 0.7
    assert found(model(trials=(sureness_trial(now, same, "x / 255"),))) == []
    # Sure on either scale, or on neither.
    assert found(model(trials=(sureness_trial(now, now, "x / 255"),))) == []
    assert found(model(trials=(sureness_trial(scaled, scaled, "x / 255"),))) == []


def test_values_are_told_by_r_squared() -> None:
    before = Answers("y", "values", 30, -4.0, 0.0, 1.0, 0.0, 5.0, 1.0)
    after = Answers("y", "values", 30, 0.9, 0.0, 0.0, 1.0, 0.1, 1.0)
    repair = Repair("input-range", "255 · x", "x = 255 * x", before, after, 0.0, with_targets=True)
    (finding,) = found(model(repair))
    assert "R² rises from -4 to 0.9 (inputs and targets alike)" in finding.summary
    assert math.isclose(finding.measured.value, 5)
