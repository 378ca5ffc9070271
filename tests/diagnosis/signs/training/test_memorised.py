"""Training whose losses part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.measurements.training.head import Head
from cnnviz_widgets.diagnosis.measurements.training.loss_history import LossHistory

from ..answers import FAILING
from ..layers import facts, kinds, layer, only

FALLING = (2.3, 1.0, 0.5, 0.1, 0.02, 0.001)
RISING = (2.2, 1.6, 1.5, 1.9, 2.5, 3.1)
TEN = Head("head", ("softmax",), 10, 0, 1, "sparse_categorical_crossentropy")
VALUES = Head("head", (), 1, loss="mean_squared_error")


def model(history: LossHistory | None, *heads: Head, **others: object) -> ModelFacts:
    plain = facts(layer("head", np.random.default_rng(0).normal(size=(64, 10)), output=True))
    return replace(plain, loss_history=history, heads=heads, **others)  # type: ignore[arg-type]


def test_learnt_by_heart() -> None:
    finding = only(model(LossHistory(FALLING, RISING, 1.0, 0.4), TEN), "memorised")
    assert (finding.severity, finding.layer, finding.samples) == ("warning", "", 0)
    assert "After epoch 3 of 6" in finding.summary
    assert "from 1.5 to 3.1" in finding.summary
    assert "100 % of the training answers are right, and 40 %" in finding.summary
    assert "EarlyStopping" in finding.cure


@pytest.mark.parametrize(
    ("history", "heads", "is_told"),
    [
        # (1 − v) / (1 − chance): 0.28, 0.56 at ten classes; 0.6 at two.
        (LossHistory(FALLING, RISING, 1.0, 0.75), (TEN,), False),
        (LossHistory(FALLING, RISING, 1.0, 0.5), (TEN,), True),
        (LossHistory(FALLING, RISING, 1.0, 0.7), (replace(TEN, units=1),), True),
        (LossHistory(FALLING, RISING, 0.1, 0.1), (TEN,), False),
        (LossHistory(FALLING, RISING, 0.1, 0.0), (), True),
        # Cross-entropy alone: over ln 10 = 2.3 or below.
        (LossHistory(FALLING, RISING), (TEN,), True),
        (LossHistory(FALLING, (*RISING[:5], 2.2)), (TEN,), False),
        # Nothing but losses: they must rise by half and stay near the first.
        (LossHistory(FALLING, RISING), (), True),
        (LossHistory(FALLING, (2.2, 0.5, 0.4, 0.5, 0.6, 0.7)), (), False),
        (LossHistory(FALLING, (2.2, 1.6, 1.5, 1.5, 1.6, 1.7)), (), False),
        (LossHistory((*FALLING[:5], 0.0), RISING), (), True),
        # Nothing to tell by.
        (LossHistory(FALLING, ()), (TEN,), False),
        (LossHistory(FALLING[:3], RISING[:3], 1.0, 0.2), (TEN,), False),
        (LossHistory(tuple(-x for x in FALLING), tuple(-x for x in RISING)), (), False),
        (None, (TEN,), False),
    ],
)
def test_what_counts(history: LossHistory | None, heads: tuple[Head, ...], is_told: bool) -> None:
    assert ("memorised" in kinds(model(history, *heads))) == is_told


def test_values_are_held_to_a_constant_answer() -> None:
    """Of FAILING its loss is 2.3: 1.5 is more than half, 1.0 is less."""
    for last, is_told in ((1.5, True), (1.0, False)):
        history = LossHistory(FALLING, (*RISING[:5], last))
        assert ("memorised" in kinds(model(history, VALUES, answers=FAILING))) == is_told
