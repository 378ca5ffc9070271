"""One look at a model in training: the numbers of all layers, the records of some."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.analysis.parameter_record import ParameterRecord
from cnnviz_widgets.analysis.place import Place
from cnnviz_widgets.model import ModelProbe, MomentReader

from . import nets


def reader_of(model: Any, inputs: Any = nets.IMAGES) -> MomentReader:
    return MomentReader(ModelProbe(model, inputs))


def test_all_layers_have_numbers_and_the_watched_ones_records() -> None:
    model = nets.sequential()
    probe = ModelProbe(model, nets.IMAGES)
    relu, kernel = Place("relu"), Place("conv", "weights", "kernel")
    reading = MomentReader(probe).read(
        [relu, kernel, relu], step=4, epoch=2, seconds=1.5, logs={"loss": 0.25}
    )
    moment = reading.moment
    assert (moment.step, moment.epoch, moment.seconds) == (4, 2, 1.5)
    assert moment.logs == {"loss": 0.25}
    assert list(moment.health) == [info.path for info in probe.layers]
    values = probe.outputs("relu")
    assert moment.health["relu"].zero_share == pytest.approx((values == 0).mean())
    assert moment.health["relu"].maximum == values.max()
    assert math.isnan(moment.health["relu"].weight_norm)
    weights = np.concatenate([array.ravel() for array in model.get_layer("conv").get_weights()])
    assert moment.health["conv"].weight_norm == pytest.approx(np.linalg.norm(weights), rel=1e-5)
    assert list(reading.records) == [relu, kernel]
    np.testing.assert_array_equal(reading.records[relu].values, values)
    assert reading.measures["relu"] is reading.records[relu].measures
    record = reading.records[kernel]
    assert isinstance(record, ParameterRecord)
    assert (record.name, record.values.shape) == ("kernel", (3, 3, 3, 4))
    np.testing.assert_array_equal(record.bias, np.zeros(4))
    assert not reading.failed


def test_a_place_that_is_not_there_does_not_spoil_the_rest() -> None:
    reading = reader_of(nets.sequential()).read(
        [Place("gone"), Place("relu", "weights"), Place("head", "weights", "x"), Place("head")],
        step=0,
    )
    assert list(reading.records) == [Place("head")]
    assert "no layer 'gone'" in reading.failed[Place("gone")]
    assert "has no weights" in reading.failed[Place("relu", "weights")]
    assert "it has 'kernel'" in reading.failed[Place("head", "weights", "x")]


def test_channels_first_and_layers_without_channels() -> None:
    inputs = keras.Input((3, 8, 8))
    # On a CPU a convolution of this kind cannot run; a pooling layer can be told the same.
    x = L.Permute((1, 2, 3), name="same")(inputs)
    x = L.UpSampling2D(1, data_format="channels_first", name="up")(x)
    total = keras.ops.sum(x)
    model = keras.Model(inputs, L.Identity(name="lone")(total))
    reading = reader_of(model, nets.IMAGES.transpose(0, 3, 1, 2)).read([Place("up")], step=0)
    assert reading.records[Place("up")].values.shape == (4, 8, 8, 3)
    assert reading.measures["up"].n_channels == 3
    assert "lone" not in reading.measures
    assert reading.moment.health["lone"].channels == 0


def test_changes_and_onsets_from_look_to_look() -> None:
    model = nets.sequential()
    conv = model.get_layer("conv")
    reader = reader_of(model)
    assert math.isnan(reader.read(step=0).moment.health["conv"].change)
    kernel, _ = conv.get_weights()
    conv.set_weights([kernel * 1.5, np.zeros(4, "float32")])
    reading = reader.read(step=10)
    assert reading.moment.health["conv"].change == pytest.approx(0.5, rel=1e-5)
    # Looking again at the same step is no training without a change.
    reading = reader.read(step=10)
    assert reading.moment.health["conv"].change == pytest.approx(0.5, rel=1e-5)
    # Shifted far down, every channel of the activation is zero.
    model.get_layer("norm").set_weights([np.ones(4), np.full(4, -1e3), np.zeros(4), np.ones(4)])
    conv.set_weights([kernel, np.zeros(4, "float32")])
    reading = reader.read(step=20)
    dead = [onset for onset in reading.onsets if onset.kind == "dead"]
    assert [(onset.layer, onset.step, onset.channels) for onset in dead] == [
        ("relu", 20, (0, 1, 2, 3))
    ]


def test_shared_layers_tell_of_their_weights_once() -> None:
    reading = reader_of(nets.nested()).read([Place("backbone/conv:1")], step=0)
    health = reading.moment.health
    assert health["backbone/conv"].weight_norm > 0
    assert math.isnan(health["backbone/conv:1"].weight_norm)
    assert Place("backbone/conv:1") in reading.records


def test_leaves_stay_near_to_where_they_were_drawn() -> None:
    model = nets.sequential()
    reader = reader_of(model)
    place = Place("conv")
    first = reader.read([place], step=0)
    reader.keep_order(first)
    np.testing.assert_array_equal(reader.orders[place], first.records[place].tree.columns)
    backwards = first.records[place].columns[::-1].copy()
    reader.orders[place] = backwards
    turned = reader.read([place], step=1)
    np.testing.assert_array_equal(turned.records[place].columns, backwards)
    reader.keep_order(turned)
    np.testing.assert_array_equal(reader.orders[place], backwards)
    own = reader.read([place], step=2, like={})
    np.testing.assert_array_equal(own.records[place].columns, first.records[place].columns)
    # An order from when the layer had more channels is of no use, and no harm.
    reader.orders[place] = np.arange(9)
    assert not reader.read([place], step=3).failed


def test_a_reading_leaves_no_trace_in_the_model() -> None:
    from .snapshot import differences, snapshot

    model = nets.sequential()
    model.compile("adam", "mse")
    reader = reader_of(model)
    before = snapshot(model)
    reader.read([Place("conv"), Place("conv", "weights")], step=0)
    assert not differences(before, snapshot(model))
