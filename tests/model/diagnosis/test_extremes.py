"""Numbers at the edge of what floats hold: told in the report, never warned of."""

from __future__ import annotations

import warnings
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model.diagnosis.diagnose import diagnose

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(32, 6)).astype(np.float32)


def quietly(model: Any, inputs: Any, **options: Any) -> Report:
    """The report; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        return diagnose(model, inputs, **options)


def autoencoder() -> Any:
    model = keras.Sequential([keras.Input((6,)), L.Dense(3), L.Dense(6)])
    model.compile("adam", "mse")
    model.fit(ROWS, ROWS, epochs=3, verbose=0)
    return model


@pytest.mark.parametrize("factor", [1e-40, 1e-30, 1e18, 1e30, 1e37, 1e200])
@pytest.mark.parametrize("asked", [False, True])
def test_inputs_of_any_size_are_diagnosed_without_a_warning(factor: float, asked: bool) -> None:
    inputs = ROWS.astype(np.float64) * factor
    report = quietly(autoencoder(), inputs, targets=inputs if asked else None)
    assert report.samples == 32
