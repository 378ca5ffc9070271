"""What an activation lets out is where a layer's densities end, also behind what hands it on."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.analysis.density.types import DensityStyle
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.reading.record_reader import read_place
from cnnviz_widgets.model.training.moment_reader import MomentReader
from cnnviz_widgets.records.place import Place

INPUTS = np.random.default_rng(0).normal(size=(12, 10, 10, 3)).astype("float32")
BOUNDS = {
    "relu": (0, math.inf),
    "relu6": (0, 6),
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "tanh": (-1, 1),
    "softplus": (0, math.inf),
    "softmax": (0, 1),
    "elu": (-1, math.inf),
    "selu": (-1.7581, math.inf),
    "exponential": (0, math.inf),
    "linear": (-math.inf, math.inf),
}


def model(activation: str) -> Any:
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((10, 10, 3)),
            L.Conv2D(6, 3, activation=activation, name="conv"),
            L.Dropout(0.5, name="drop"),
            L.Reshape((64, 6), name="rows"),
        ]
    )


@pytest.mark.parametrize("activation", BOUNDS)
def test_densities_end_where_the_activation_does(activation: str) -> None:
    probe = ModelProbe(model(activation), INPUTS)
    assert [info.bounds for info in probe.layers] == [BOUNDS[activation]] * 3
    low, high = BOUNDS[activation]
    reading = MomentReader(probe).read([Place("conv"), Place("rows")], step=0)
    records = [*reading.records.values(), read_place(probe, Place("rows")).record]
    assert len(records) == 3
    for record in records:
        assert record.bounds == (low, high)
        curves = record.density.style == DensityStyle.CURVE
        assert curves.all()
        assert record.density.grid.min() >= low
        assert record.density.grid.max() <= high
        assert low <= record.fan.grid[0] < record.fan.grid[-1] <= high


def test_layers_that_are_activations_know_their_ends() -> None:
    inputs = keras.Input((4,))
    kinds = [
        (L.ReLU(max_value=2.0), (0, 2)),
        (L.ReLU(negative_slope=0.1), (-math.inf, math.inf)),
        (L.ELU(alpha=0.5), (-0.5, math.inf)),
        (L.Softmax(), (0, 1)),
        (L.Activation("tanh"), (-1, 1)),
        (L.LeakyReLU(), (-math.inf, math.inf)),
        (L.Dense(3), (-math.inf, math.inf)),
    ]
    whole = keras.Model(inputs, [layer(inputs) for layer, _ in kinds])
    probe = ModelProbe(whole, np.zeros((2, 4), dtype="float32"))
    for layer, bounds in kinds:
        assert probe.info(layer.name).bounds == bounds


def test_weights_have_no_bound_of_an_activation() -> None:
    record = read_place(ModelProbe(model("relu"), INPUTS), Place("conv", "weights")).record
    assert record.bounds == (-math.inf, math.inf)
    assert record.values.min() < 0


class Scaled(L.Layer):
    """Has an activation, and takes something off what it lets out."""

    def __init__(self) -> None:
        super().__init__(name="scaled")
        self.activation = keras.activations.sigmoid

    def call(self, x: Any) -> Any:
        return self.activation(x) - 0.5


def test_values_beyond_what_the_activation_would_let_out_are_drawn_as_they_are() -> None:
    probe = ModelProbe(keras.Sequential([keras.Input((10, 10, 3)), Scaled()]), INPUTS)
    record = read_place(probe, Place("scaled")).record
    assert record.density.grid.min() < 0
    assert record.density.grid.min() <= record.values.min()
