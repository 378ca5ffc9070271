"""Tour: what it takes a model to be of."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.widgets.panels.tour import Tour, subject_of

RANDOM = np.random.default_rng(0)


def model_of(*layers: Any, shape: tuple[int, ...], dtype: str = "float32") -> keras.Model:
    return keras.Sequential([keras.Input(shape, dtype=dtype), *layers])


CASES = {
    "image": (
        model_of(kl.Conv2D(2, 3), kl.Flatten(), kl.Dense(2), shape=(6, 6, 3)),
        RANDOM.random((2, 6, 6, 3)),
    ),
    "generator": (
        model_of(
            *(kl.Dense(4 * 4 * 8), kl.Reshape((4, 4, 8))),
            *(kl.Conv2DTranspose(4, 4, strides=2, padding="same"), kl.Conv2D(3, 3, padding="same")),
            shape=(5,),
        ),
        RANDOM.random((2, 5)),
    ),
    "text": (
        model_of(kl.Embedding(9, 4), kl.LSTM(3), kl.Dense(2), shape=(7,), dtype="int32"),
        RANDOM.integers(0, 9, (2, 7)),
    ),
    "sequence": (model_of(kl.Conv1D(4, 3), kl.Dense(2), shape=(9, 2)), RANDOM.random((2, 9, 2))),
    "table": (model_of(kl.Dense(4), kl.Dense(2), shape=(6,)), RANDOM.random((2, 6))),
}


@pytest.mark.parametrize("subject", CASES)
def test_the_tour_is_worded_for_what_the_model_is_of(subject: str) -> None:
    model, inputs = CASES[subject]
    probe = ModelProbe(model, inputs)
    assert subject_of(probe.layers, probe.image_ends) == subject


def test_an_inspector_has_its_tour() -> None:
    inspector: Any = cv.ModelInspector(*CASES["table"])
    assert inspector.tour.subject == "table"


def test_other_subjects_are_refused() -> None:
    with pytest.raises(Exception, match="subject"):
        Tour(subject="film")
