"""A diagnosis with a survey: what is dead is dead on thousands, not on the few that are shown."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model import ModelProbe, diagnose, survey

MANY, FEW = 400, 16


def rarely_firing(units: int = 12) -> tuple[Any, Any]:
    """A quarter of its units is dead; a half fires on a twentieth of the samples each."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(MANY, 8)).astype("float32")
    model = keras.Sequential(
        [keras.Input((8,)), kl.Dense(units, activation="relu", name="rare"), kl.Dense(2)]
    )
    kernel = rng.normal(size=(8, units)).astype("float32")
    kernel /= np.linalg.norm(kernel, axis=0)
    bias = np.zeros(units, dtype="float32")
    bias[: units // 2] = -1.65
    bias[units // 2 : units // 2 + units // 4] = -50
    model.layers[0].set_weights([kernel, bias])
    return model, inputs


def dead(report: Report) -> Any:
    return next(each for each in report if each.kind == "dead" and each.layer == "rare")


def test_dead_is_what_is_dead_on_all_that_were_surveyed() -> None:
    model, inputs = rarely_firing()
    few = diagnose(model, inputs[:FEW])
    many = diagnose(model, inputs[:FEW], survey=survey(model, inputs))
    assert len(dead(few).channels) > 3
    assert dead(many).channels == (6, 7, 8)
    assert (dead(few).samples, dead(many).samples) == (FEW, MANY)
    assert f"zero on all {MANY} samples" in dead(many).summary
    assert any(f"rest on a survey of all {MANY} samples" in note for note in many.notes)


def test_what_fires_on_the_few_is_not_dead_though_it_is_on_all_others() -> None:
    model, inputs = rarely_firing()
    values = np.asarray(model.layers[0](inputs))
    fires = np.flatnonzero(values[:, 0] > 0)
    others = np.setdiff1d(np.arange(MANY), fires)
    few = inputs[np.r_[fires[:1], others[: FEW - 1]]]
    report = diagnose(model, few, survey=survey(model, inputs[others]))
    assert 0 not in dead(report).channels


def test_a_channel_that_is_silent_on_the_few_only_is_not_called_constant() -> None:
    model, inputs = rarely_firing()
    report = diagnose(model, inputs[:FEW], survey=survey(model, inputs))
    assert not [each for each in report if each.kind == "constant" and each.layer == "rare"]


def test_a_survey_of_other_weights_is_refused() -> None:
    model, inputs = rarely_firing()
    surveyed = survey(model, inputs)
    model.layers[0].set_weights([2 * each for each in model.layers[0].get_weights()])
    with pytest.raises(ValueError, match="other weights"):
        diagnose(model, inputs[:FEW], survey=surveyed)


def test_a_survey_of_another_model_is_refused() -> None:
    model, inputs = rarely_firing()
    other = keras.Sequential([keras.Input((8,)), kl.Dense(3, activation="relu", name="other")])
    with pytest.raises(ValueError, match="another model"):
        diagnose(ModelProbe(other, inputs[:FEW]), survey=survey(model, inputs))
    with pytest.raises(TypeError, match="survey"):
        diagnose(model, inputs[:FEW], survey=inputs)
