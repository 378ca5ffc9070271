"""Surveys compared: which layers and channels go together, and what cannot be."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.model_comparison import LiveSide, ModelComparison
from cnnviz_widgets.model.experiments.survey_side import SurveySide
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.records.survey.survey import Survey

X = np.random.default_rng(4).random((130, 6, 6, 1)).astype("float32")
Y = np.arange(len(X)) % 3


def model(name: str = "v1", width: int = 4, last: str = "answers", first: str = "conv") -> Any:
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            kl.Conv2D(width, 3, activation="tanh", name=first),
            kl.Flatten(name="flat"),
            kl.Dense(3, activation="softmax", name=last),
        ],
        name=name,
    )


@pytest.fixture(scope="module")
def of_one() -> Survey:
    return survey(model(), X, labels=Y)


def compared(one: Survey, other: Survey) -> ModelComparison:
    return ModelComparison(SurveySide(one, "one"), SurveySide(other, "other"))


def test_two_moments_of_a_model_go_by_number_unless_asked_otherwise(of_one: Survey) -> None:
    later = model()
    later.get_layer("conv").kernel.assign(later.get_layer("conv").kernel[..., ::-1])
    sides = compared(of_one, survey(later, X, labels=Y))
    assert (sides.two_models, sides.same_samples, sides.by) == (False, True, "index")
    assert sides.can_match
    assert sides.classes_differ == ""
    assert {change.path_a for change in sides.changes()} == {"conv", "answers"}
    assert sides.read("conv").change.max() > 0.1
    turned = sides.read("conv", "similarity")
    assert turned.match.pairs.tolist() == [[0, 3], [1, 2], [2, 1], [3, 0]]
    np.testing.assert_allclose(turned.change, 0, atol=1e-6)
    assert turned.summary.saturated_a == 0


def test_two_models_are_matched_by_kind_and_by_what_they_show(of_one: Survey) -> None:
    other = survey(model("v2", 6, "logits", "entry"), X)
    sides = compared(of_one, other)
    assert (sides.two_models, sides.by) == (True, "similarity")
    assert [(a.path, a.kind, b.path) for a, b in sides.pairs.pairs] == [
        ("conv", "Conv2D", "entry"),
        ("answers", "Dense", "logits"),
    ]
    assert sides.classes_differ == (
        "Means on classes are not compared: one has 3 classes, other no labels."
    )


def test_other_samples_are_told_from_the_same(of_one: Survey) -> None:
    other = survey(model("v2"), X[::-1], labels=Y)
    sides = compared(of_one, other)
    assert (sides.same_samples, sides.can_match, sides.by) == (False, False, "index")
    assert "shown different inputs" in sides.read("conv").match.note
    assert np.isfinite(sides.read("conv").shift).all()
    # Nobody can say of them whose labels are others.
    assert sides.classes_differ == ""


def test_other_labels_of_the_same_samples_are_told(of_one: Survey) -> None:
    other = survey(model(), X, labels=np.where(Y == 1, 2, Y))
    assert compared(of_one, other).classes_differ == (
        "Means on classes are not compared: 43 of 130 samples that both have kept have other "
        "labels in the two."
    )


def test_layers_of_one_survey_only_are_named_with_the_reason(of_one: Survey) -> None:
    every = survey(model(), X, layers="all")
    assert compared(of_one, every).alone() == [("flat", "Flatten", "not surveyed in one")]
    none = Survey(**{**vars(every), "layers": {"x": every.layers["flat"]}})
    with pytest.raises(ValueError, match=r"no layer in common: 'conv', 'answers' there, 'x' here$"):
        compared(of_one, none)
    skipped = Survey(**{**vars(of_one), "skipped": {"flat": "it holds no values"}})
    assert compared(every, skipped).alone()[0][2] == "not surveyed in other: it holds no values"


def test_a_survey_beside_a_live_model(of_one: Survey) -> None:
    live = LiveSide(ModelProbe(model(), X[:4]), "now")
    sides = ModelComparison(SurveySide(of_one, "before"), live)
    assert (sides.two_models, sides.same_samples, sides.by) == (False, False, "index")
    assert sides.alone() == [("flat", "Flatten", "not surveyed in before")]
    change = sides.read("conv").summary
    assert (change.samples_a, change.samples_b) == (130, 4)
    assert change.shift < 0.2


def test_a_survey_of_no_sample_is_refused(of_one: Survey) -> None:
    with pytest.raises(ValueError, match="'none' is a survey of no sample"):
        SurveySide(Survey(**{**vars(of_one), "ranges": ()}), "none")
