"""One look at a model in training: the numbers of all layers, the records of some."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, MomentReader
from cnnviz_widgets.records.parameter_record import ParameterRecord
from cnnviz_widgets.records.place import Place

from .. import nets


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
    from ..snapshot import differences, snapshot

    model = nets.sequential()
    model.compile("adam", "mse")
    reader = reader_of(model)
    before = snapshot(model)
    reader.read([Place("conv"), Place("conv", "weights")], step=0)
    assert not differences(before, snapshot(model))


# Quick looks ---------------------------------------------------------------------------------

# A sample has one bright pixel, and channel c of `small_net` fires where it is at c.
PIXELS = np.eye(8, dtype="float32")


def small_net(activation: str = "relu") -> Any:
    """Eight units, each of which fires on one of `PIXELS` only: unit c on sample c."""
    model = keras.Sequential(
        [
            keras.Input((8,)),
            L.Dense(8, activation=activation, name="units"),
            L.Identity(name="same"),
            L.Dense(2, name="head"),
        ]
    )
    model.get_layer("units").set_weights([np.eye(8), np.zeros(8)])
    return model


def set_units(model: Any, alive: Any) -> None:
    """Which units fire on their sample."""
    kernel = np.diag(np.asarray(alive, dtype="float32"))
    model.get_layer("units").set_weights([kernel, np.zeros(8)])


def of_kind(reading: Any, kind: str) -> list[Any]:
    return [onset for onset in reading.onsets if onset.kind == kind]


def dead_at(reading: Any, path: str = "units") -> list[int]:
    return np.flatnonzero(reading.measures[path].dead).tolist()


def test_a_quick_look_rests_on_samples_spread_evenly() -> None:
    model = nets.sequential()
    images = np.random.default_rng(2).normal(size=(64, 8, 8, 3)).astype("float32")
    probe = ModelProbe(model, images)
    reader = MomentReader(probe)
    reader.read(step=0)
    place = Place("relu")
    reading = reader.read([place, Place("conv", "weights")], step=1, samples=16)
    choice = reading.moment.samples
    assert str(choice) == "16 of 64 samples"
    numbers = np.array(choice.numbers)
    assert (numbers[0], numbers[-1]) == (0, 63)
    assert set(np.diff(numbers)) == {4, 5}
    record = reading.records[place]
    np.testing.assert_allclose(record.values, probe.outputs("relu")[numbers], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(record.sample_numbers, numbers)
    assert record.samples == choice
    assert "at 16 of 64 samples" in record.omissions[0]
    assert reading.moment.health["relu"].maximum == record.values.max()
    # A weight has nothing to do with samples.
    assert reading.records[Place("conv", "weights")].samples is None
    assert reader.probe.choice == choice
    full = reader.read([place], step=2)
    assert full.moment.samples is None
    assert full.records[place].shape[0] == 64
    assert reader.probe is probe


@pytest.mark.parametrize("samples", [4, 5, 100])
def test_a_look_at_no_fewer_samples_is_a_full_one(samples: int) -> None:
    reading = reader_of(nets.sequential()).read([Place("relu")], step=0, samples=samples)
    assert reading.moment.samples is None
    assert reading.records[Place("relu")].samples is None


def test_a_channel_silent_on_the_quick_samples_only_is_not_dead() -> None:
    model = small_net()
    reader = reader_of(model, PIXELS)
    reader.read(step=0)
    for step in range(1, 20):
        reading = reader.read([Place("units")], step=step, samples=2)  # samples 0 and 7
        assert dead_at(reading) == []
        assert reading.moment.health["units"].dead == 0
        record = reading.records[Place("units")]
        assert not record.measures.dead.any()
        assert record.tree.zero.tolist() == [1, 2, 3, 4, 5, 6]  # in this picture
        assert not of_kind(reading, "dead")


@pytest.mark.parametrize("samples", [None, 2])
def test_the_onsets_of_quick_looks_are_those_of_full_ones(samples: int | None) -> None:
    """Units 3 and 7 die at step 2, 7 comes back at step 4; quick ones see samples 0 and 7."""
    model = small_net()
    reader = reader_of(model, PIXELS)
    reader.read(step=0)
    dead = []
    for step, gone in enumerate([[], [3, 7], [3, 7], [3], [3], [3, 5]], 1):
        set_units(model, [unit not in gone for unit in range(8)])
        reading = reader.read(step=step, samples=samples)
        dead.append(dead_at(reading))
        assert reading.moment.health["units"].dead == len(gone)
        # So does a layer that only hands on, which has no onset of its own.
        assert dead_at(reading, "same") == dead[-1]
    assert dead == [[], [3, 7], [3, 7], [3], [3], [3, 5]]
    (onset,) = of_kind(reading, "dead")
    assert (onset.layer, onset.step, onset.channels) == ("units", 2, (3, 5, 7))


def test_one_that_comes_back_where_nobody_looks_is_found_soon() -> None:
    model = small_net()
    reader = reader_of(model, PIXELS)
    set_units(model, [False] * 8)
    reader.read(step=0)
    set_units(model, [unit == 3 for unit in range(8)])
    found = [dead_at(reader.read(step=step, samples=2)) for step in range(1, 9)]
    assert found[-1] == [0, 1, 2, 4, 5, 6, 7]
    # … and at once by a full look.
    set_units(model, [True] * 8)
    assert dead_at(reader.read(step=9)) == []


def test_what_is_not_finite_on_other_samples_stays_so() -> None:
    """Sample 3 of the inputs is NaN from the start."""
    inputs = PIXELS.copy()
    inputs[3] = np.nan
    model = small_net("linear")
    reader = reader_of(model, inputs)
    (first,) = of_kind(reader.read(step=0), "non-finite")
    for step in range(1, 4):
        reading = reader.read(step=step, samples=2)
        assert reading.moment.health["units"].nonfinite_channels == 8
        assert of_kind(reading, "non-finite") == [first]
    # Weights that are NaN are seen on any sample.
    model.get_layer("head").set_weights([np.full((8, 2), np.nan), np.zeros(2)])
    assert reader.read(step=4, samples=2).moment.health["head"].nonfinite_channels == 2


def test_a_quick_look_without_one_before_it_invents_nothing() -> None:
    reading = reader_of(small_net(), PIXELS).read(step=0, samples=2)
    assert dead_at(reading) == []


def test_a_model_for_batches_of_one_length_is_read_on_all_samples() -> None:
    inputs = keras.Input(batch_shape=(4, 8, 8, 3))
    flat = keras.ops.reshape(inputs, (4, 192))
    model = keras.Model(inputs, L.Dense(2, name="head")(flat))
    reader = reader_of(model)
    for step in range(3):
        reading = reader.read([Place("head")], step=step, samples=2)
        assert reading.moment.samples is None
        assert reading.records[Place("head")].shape == (4, 2)


def test_several_inputs_and_outputs_without_samples() -> None:
    one, other = keras.Input((3,), name="one"), keras.Input((3,), name="other")
    both = L.Dense(2, name="both")(one + other)
    pooled = L.Lambda(lambda x: keras.ops.mean(x, axis=0, keepdims=True), name="mean")(both)
    model = keras.Model({"one": one, "other": other}, [both, pooled])
    batch = np.arange(30, dtype="float32").reshape(10, 3)
    reader = reader_of(model, {"one": batch, "other": -2 * batch})
    reading = reader.read([Place("both"), Place("mean")], step=0, samples=4)
    assert reading.records[Place("both")].sample_numbers.tolist() == [0, 3, 6, 9]
    assert reading.records[Place("mean")].samples is None
    kernel = model.get_layer("both").get_weights()[0]
    np.testing.assert_allclose(
        reading.records[Place("both")].values, -batch[[0, 3, 6, 9]] @ kernel, rtol=1e-5, atol=1e-5
    )
