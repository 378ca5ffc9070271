"""The map of a live network: what it rests on, and that it holds together."""

from __future__ import annotations

import threading
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, map_network, model_lock, network_stations, survey
from cnnviz_widgets.model.map.network_map import read_map
from cnnviz_widgets.records.map.network_record import NetworkRecord
from cnnviz_widgets.records.map.station_groups import STATES

RANDOM = np.random.default_rng(5)
IMAGES = RANDOM.normal(size=(48, 8, 8, 2)).astype("float32")
LABELS = np.arange(48) % 4


def network(last: str | None = "softmax", classes: int = 4) -> Any:
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            L.Conv2D(6, 3, activation="relu", name="one"),
            L.Conv2D(9, 3, activation="relu", name="two"),
            L.Flatten(name="flat"),
            L.Dense(classes, activation=last, name="head"),
        ]
    )


@pytest.fixture(scope="module")
def probe() -> ModelProbe:
    return ModelProbe(network(), IMAGES)


def check(record: NetworkRecord) -> None:
    """What holds of any map."""
    paths = [station.path for station in record.stations]
    assert list(record.groups) == paths
    for station in record.stations:
        made = record.groups[station.path]
        assert made.groups.shape == made.states.shape == (station.channels,)
        assert made.profile.shape == (station.channels, len(record.columns))
        assert made.profile.dtype == np.float32
        assert sorted(made.order) == list(range(station.channels))
        assert made.stability.shape == (made.count,)
        assert made.places.shape == (station.channels, len(station.shape) - 2)
    if record.method != "none":
        edges = [(p, each.path) for each in record.stations for p in each.parents]
        assert sorted(record.effects) == sorted(edges)
    for (parent, child), effects in record.effects.items():
        assert effects.rms.shape == (record.groups[parent].count, record.groups[child].count)


def test_a_map_is_what_the_layers_put_out(probe: ModelProbe) -> None:
    record = map_network(probe, labels=LABELS, class_names=list("abcd"))
    check(record)
    assert record.columns == tuple("abcd")
    assert (record.column_kind, record.samples, record.surveyed) == ("classes", 48, 0)
    assert (record.method, record.notes) == ("one-pass", ())
    values = probe.outputs("two").reshape(48, -1, 9)
    made = record.groups["two"]
    of_class = [values[k == LABELS].mean(axis=(0, 1)) for k in range(4)]
    np.testing.assert_allclose(made.profile, np.transpose(of_class), rtol=1e-5)
    np.testing.assert_array_equal(made.values, values.max(axis=(0, 1)))
    at = probe.outputs("two")[(made.samples, *made.places.T, np.arange(9))]
    np.testing.assert_array_equal(at, made.values)


def test_a_class_without_a_sample_has_no_column(probe: ModelProbe) -> None:
    few = np.where(LABELS == 2, -1, LABELS)
    record = map_network(probe, labels=few, class_names=list("abcde"), effects=False)
    check(record)
    assert record.columns == tuple("abd")
    assert record.notes[0] == "No sample is of 'c', 'e': no column."
    assert all(np.isfinite(each.profile).all() for each in record.groups.values())
    unnamed = map_network(probe, labels=few, effects=False)
    assert unnamed.columns == ("0", "1", "3")


def test_without_labels_predicted_classes_or_samples_are_columns(probe: ModelProbe) -> None:
    predicted = probe.outputs("head").argmax(axis=1)
    record = map_network(probe, effects=False)
    check(record)
    assert record.column_kind == "predicted"
    assert record.columns == tuple(str(k) for k in np.unique(predicted))
    assert record.notes == (
        "There are no labels: columns are the classes that the model predicts.",
        "Effects were not asked for.",
    )
    assert (record.method, record.effects) == ("none", {})
    regression = ModelProbe(network(None, 1), IMAGES)
    record = map_network(regression, effects=False)
    check(record)
    assert record.column_kind == "samples"
    assert len(record.columns) == 16
    assert record.notes[0] == (
        "There are no labels, and the model is no classifier: columns are 16 of 48 samples."
    )
    one = map_network(ModelProbe(network(), IMAGES[:1]))
    check(one)
    assert one.columns == ("sample 0",)
    assert "fewer than three classes" in one.notes[0]


def test_groups_by_number_and_method(probe: ModelProbe) -> None:
    counts = map_network(probe, labels=LABELS, effects=False, groups={"one": 2, "two": 4})
    assert [made.count for made in counts.groups.values()][:2] == [2, 4]
    tree = map_network(probe, labels=LABELS, effects=False, groups={"two": "tree"})
    assert np.isnan(tree.groups["two"].stability).all()
    assert np.isfinite(tree.groups["one"].stability).all()
    with pytest.raises(ValueError, match="no layer 'tow'; the closest are 'two'"):
        map_network(probe, groups={"tow": 2})


def test_groups_go_on_through_a_training_and_pins_stay() -> None:
    probe = ModelProbe(network(), IMAGES)
    first = map_network(probe, labels=LABELS, effects=False, groups=3)
    again = map_network(probe, labels=LABELS, effects=False, groups=3, previous=first)
    for path, made in again.groups.items():
        np.testing.assert_array_equal(made.groups, first.groups[path].groups)
    probe.model.compile("sgd", "sparse_categorical_crossentropy")
    probe.model.fit(IMAGES, LABELS, epochs=2, verbose=0)
    living = np.flatnonzero(first.groups["two"].groups >= 0)
    pins = {"two": {int(living[0]): 1, int(living[1]): 2}}
    later = map_network(probe, labels=LABELS, effects=False, groups=3, previous=again, pins=pins)
    check(later)
    made = later.groups["two"]
    assert made.groups[living[0]] == 1
    assert made.groups[living[1]] == 2
    assert made.pinned == {int(k) for k in living[:2]}


def test_faults_are_states_and_not_errors() -> None:
    model = network()
    kernel, bias = model.get_layer("two").get_weights()
    kernel[..., 1] = 0
    bias[:2] = -1e9, 0.7
    model.get_layer("two").set_weights([kernel, bias])
    kernel, bias = model.get_layer("head").get_weights()
    model.get_layer("head").set_weights([kernel, bias * np.nan])
    record = map_network(ModelProbe(model, IMAGES), labels=LABELS)
    check(record)
    made = record.groups["two"]
    assert [STATES[k] for k in made.states[:2]] == ["silent", "constant"]
    assert (made.groups[:2] == -1).all()
    assert record.groups["head"].share("non-finite") == 1
    assert record.groups["head"].count == 0


def test_inputs_that_are_not_finite_are_told() -> None:
    spoilt = IMAGES.copy()
    spoilt[3, 2, 2, 0] = np.nan
    record = map_network(ModelProbe(network(), spoilt), labels=LABELS, effects=False)
    check(record)
    assert record.notes[0].startswith("1 value of the inputs is NaN or infinite")


# --- With a survey -----------------------------------------------------------------------------


def test_a_survey_says_what_many_samples_do(probe: ModelProbe) -> None:
    more = RANDOM.normal(size=(300, 8, 8, 2)).astype("float32")
    labels = np.arange(300) % 4
    paths = [station.path for station in network_stations(probe)]
    found = survey(probe.model, more, labels=labels, layers=paths)
    record = map_network(probe, survey=found)
    check(record)
    assert (record.surveyed, record.samples, record.notes) == (300, 48, ())
    assert record.column_kind == "classes"
    many = ModelProbe(probe.model, more)
    truth = map_network(many, labels=labels, effects=False)
    for path in paths:
        made, exact = record.groups[path], truth.groups[path]
        np.testing.assert_allclose(made.profile, exact.profile, rtol=1e-4, atol=1e-6)
        np.testing.assert_array_equal(made.states, exact.states)
        np.testing.assert_array_equal(made.samples, exact.samples)
        np.testing.assert_array_equal(made.places, exact.places)
        assert np.isfinite(made.stability).all()


def test_what_a_survey_skipped_rests_on_the_samples(probe: ModelProbe) -> None:
    found = survey(probe.model, IMAGES, labels=LABELS, layers=["one", "head"])
    record = map_network(probe, survey=found, labels=LABELS, effects=False)
    check(record)
    assert "1 station of 3 is not in the survey, such as 'two'" in record.notes[0]
    assert (record.groups["two"].samples == -1).all()
    assert np.isfinite(record.groups["two"].profile).all()
    without = map_network(probe, survey=found, effects=False)
    assert np.isnan(without.groups["two"].profile).all()
    assert without.groups["two"].count >= 2  # by samples
    unlabelled = survey(probe.model, IMAGES, layers=["one"])
    predicted = map_network(probe, survey=unlabelled, effects=False)
    check(predicted)
    assert predicted.column_kind == "predicted"
    assert (predicted.groups["one"].samples >= 0).all()


def test_a_survey_of_other_weights_is_refused(probe: ModelProbe) -> None:
    other = survey(network("softmax", 3), IMAGES, layers=["one"])
    with pytest.raises(ValueError, match="the survey is of other weights"):
        map_network(probe, survey=other)
    found = survey(probe.model, IMAGES, labels=LABELS % 2, layers=["one"])
    with pytest.raises(ValueError, match="labels must be 0 to 1, as in the survey; got 3"):
        map_network(probe, survey=found, labels=LABELS)


# --- Regrouping --------------------------------------------------------------------------------


def test_a_station_is_edited_without_the_model(probe: ModelProbe) -> None:
    reading = read_map(probe, labels=LABELS)
    before = reading.record.groups["one"]
    living = np.flatnonzero(before.groups >= 0)
    groups = before.groups.copy()
    groups[living] = np.arange(living.size) % 2
    edited = reading.edited("one", groups, {int(living[0]): 0})
    np.testing.assert_array_equal(edited.groups, groups)
    assert edited.pinned == {int(living[0])}
    changed = reading.with_groups("one", edited)
    assert ("one", "two") not in changed.record.effects
    assert ("two", "head") in changed.record.effects
    measured = changed.with_effects(probe, "one")
    check(measured.record)
    whole = reading.grouped("one", 2)
    assert whole.count == 2
    same = reading.with_groups("two", reading.grouped("two")).with_effects(probe, "two").record
    for edge, effects in reading.record.effects.items():
        np.testing.assert_allclose(same.effects[edge].rms, effects.rms, rtol=1e-4)
    with pytest.raises(ValueError, match="'tow' in this map; the closest are 'two'"):
        reading.edited("tow", groups)
    with pytest.raises(ValueError, match="groups must be whole numbers"):
        reading.edited("one", [0, 1])


# --- Kinds of models ---------------------------------------------------------------------------


def test_volumes_sequences_and_channels_first() -> None:
    volume = keras.Sequential([keras.Input((4, 4, 4, 1)), L.Conv3D(3, 2, name="c")])
    record = map_network(ModelProbe(volume, RANDOM.normal(size=(5, 4, 4, 4, 1))))
    check(record)
    assert record.groups["c"].places.shape == (3, 3)
    steps = keras.Sequential([keras.Input((5, 2)), L.GRU(3, return_sequences=True, name="g")])
    check(map_network(ModelProbe(steps, RANDOM.normal(size=(4, 5, 2)))))
    inputs = keras.Input((2, 6, 6))
    first = L.PReLU(name="p")(inputs)
    turned = L.Permute((2, 3, 1), name="t")(first)
    record = map_network(ModelProbe(keras.Model(inputs, turned), RANDOM.normal(size=(4, 2, 6, 6))))
    check(record)


def test_no_channels_is_an_error() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.ops.sum(inputs, axis=1))
    with pytest.raises(ValueError, match="nothing to map"):
        map_network(ModelProbe(model, np.ones((2, 3), "float32")))


def test_labels_that_do_not_fit_are_refused(probe: ModelProbe) -> None:
    with pytest.raises(ValueError, match="labels must be of all 48 samples of the probe; got 47"):
        map_network(probe, labels=LABELS[1:])
    with pytest.raises(ValueError, match="class_names must name all 4 classes; got 3 names"):
        map_network(probe, labels=LABELS, class_names=list("abc"))
    with pytest.raises(ValueError, match="labels must be below 10,000, as classes are"):
        map_network(probe, labels=LABELS * 5000)


def test_progress_runs_to_its_end_and_may_stop_it(probe: ModelProbe) -> None:
    shares: list[float] = []
    map_network(probe, labels=LABELS, progress=lambda share, message: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(share: float, message: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        map_network(probe, progress=stop)


def test_a_map_is_made_while_another_thread_trains() -> None:
    probe = ModelProbe(network(), IMAGES)
    lock = model_lock(probe.model)
    steps, records = [], []

    def train() -> None:
        frame = __import__("sys")._getframe()
        lock.occupy(frame)
        while not records and len(steps) < 5000:
            steps.append(1)
            threading.Event().wait(0.002)
            lock.give_way()
        lock.leave()

    thread = threading.Thread(target=train)
    thread.start()
    records.append(map_network(probe, labels=LABELS, effects=False))
    thread.join(30)
    assert not thread.is_alive()
    check(records[0])
