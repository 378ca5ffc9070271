"""NetworkMap: what a user does with the map, in Python and by what the page asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from traitlets import link

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe, map_network, model_lock
from tests.widgets.small_training import IMAGES, LABELS

CLASSES = np.asarray(LABELS)


def _model(seed: int = 3) -> Any:
    """A residual block: conv2 and what goes past it meet, and one channel of conv1 is dead."""
    keras.utils.set_random_seed(seed)
    given = keras.Input((8, 8, 1))
    x = kl.Conv2D(8, 3, padding="same", activation="relu", name="conv1")(given)
    y = kl.Conv2D(8, 3, padding="same", activation="relu", name="conv2")(x)
    x = kl.Add(name="add")([x, y])
    x = kl.Conv2D(6, 3, strides=2, activation="relu", name="conv3")(x)
    model = keras.Model(given, kl.Dense(3, name="logits")(kl.Flatten()(x)), name="net")
    kernel, bias = model.get_layer("conv1").get_weights()
    kernel[..., 5], bias[5] = 0, -1
    model.get_layer("conv1").set_weights([kernel, bias])
    return model


@pytest.fixture(scope="module")
def model() -> Any:
    return _model()


@pytest.fixture
def shown(model: Any) -> Iterator[cv.NetworkMap]:
    shown = cv.NetworkMap(model, IMAGES, labels=CLASSES, class_names=["<script>", "b", "c"])
    yield shown
    shown.close()


def _ask(shown: cv.NetworkMap, verb: str, path: str = "", channels: Any = (), to: int = -1) -> None:
    view = shown.view
    view._asked = [view._asked[0] + 1, verb, path, list(channels), to]
    assert view._answered == view._asked[0]


def test_it_says_what_stands(model: Any, shown: cv.NetworkMap) -> None:
    assert [station.path for station in shown.stations] == [
        *("conv1", "conv2", "add", "conv3", "logits")
    ]
    assert shown.columns == 24
    assert shown.samples == len(IMAGES)
    assert shown.groups("conv1")[5] == -1, "a silent channel is in no group"
    assert shown.groups("conv1").shape == (8,)
    edge = shown.effects["conv2", "add"]
    assert edge.rms.shape == (shown.groups("conv2").max() + 1, shown.groups("add").max() + 1)
    same = map_network(ModelProbe(model, IMAGES), labels=CLASSES)
    assert np.array_equal(same.effects["conv2", "add"].rms, edge.rms)


def test_a_moved_channel_changes_the_effects_of_its_station_alone(shown: cv.NetworkMap) -> None:
    before, groups = dict(shown.effects), shown.groups("conv2")
    channel = int(np.flatnonzero(groups == 0)[0])
    shown.move("conv2", [channel], int(groups.max()) + 1)
    after = shown.groups("conv2")
    alone = np.flatnonzero(after == after[channel])
    assert alone.tolist() == [channel]
    assert shown.effects["add", "conv3"] is before["add", "conv3"]
    # Measured anew as if the whole map had been: what is held still is what is held there.
    record = shown.record
    shown.refresh()
    assert np.array_equal(shown.groups("conv2"), after)
    for edge, effect in record.effects.items():
        assert np.allclose(effect.rms, shown.effects[edge].rms, rtol=1e-4, atol=1e-6), edge


def test_undo_and_redo_go_back_and_forth(shown: cv.NetworkMap) -> None:
    before = shown.record
    shown.merge("conv3", 0, 1)
    merged = shown.groups("conv3")
    assert merged.max() == before.groups["conv3"].groups.max() - 1
    assert shown.view.undoable == "merge two groups"
    shown.undo()
    assert np.array_equal(shown.groups("conv3"), before.groups["conv3"].groups)
    for edge, effect in before.effects.items():
        assert np.array_equal(effect.rms, shown.effects[edge].rms)
    shown.redo()
    assert np.array_equal(shown.groups("conv3"), merged)
    assert (shown.view.undoable, shown.view.redoable) == ("merge two groups", "")
    with pytest.raises(ValueError, match="no edit was taken back"):
        shown.redo()


def test_an_edit_outlives_a_training_until_it_is_reset() -> None:
    model = _model()
    shown = cv.NetworkMap(model, IMAGES, labels=CLASSES)
    groups = shown.groups("conv2")
    living = np.flatnonzero(groups >= 0)
    shown.move("conv2", living[:2].tolist(), int(groups[living[-1]]))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(IMAGES, CLASSES, epochs=2, verbose=0)
    shown.refresh()
    after, pins = shown.groups("conv2"), shown.record.groups["conv2"].pinned
    assert pins == set(living[:2].tolist())
    assert len(set(after[living[:2]].tolist())) == 1
    shown.reset("conv2")
    assert shown.record.groups["conv2"].pinned == frozenset()
    shown.close()


def test_the_page_asks_and_errors_stay_there(shown: cv.NetworkMap) -> None:
    view = shown.view
    _ask(shown, "select", "conv2", [1, 2])
    assert (shown.layer, shown.selection.selected) == ("conv2", (1, 2))
    _ask(shown, "split", "conv9", [], 0)
    assert "conv9" in view.error and "conv2" in view.error
    _ask(shown, "pin", "conv2", [1])
    assert view.error == ""
    assert [entry["pinned"] for entry in view._groups if entry["pinned"]] == [[1]]
    _ask(shown, "undo")
    assert not any(entry["pinned"] for entry in view._groups)


def test_another_layer_has_other_channels(shown: cv.NetworkMap) -> None:
    shown.layer = "conv2"
    shown.selection.selected = [3]
    shown.layer = "conv3"
    assert shown.selection.selected == ()
    with pytest.raises(ValueError, match="conv2"):
        shown.layer = "cnov2"


def test_what_travels_are_the_records_numbers(shown: cv.NetworkMap) -> None:
    view, record = shown.view, shown.record
    for entry in view._effects:
        edge = tuple(view._stations[entry[end]]["path"] for end in ("parent", "child"))
        effect = record.effects[edge]  # type: ignore[index]
        assert np.frombuffer(entry["rms"], "<f4").tolist() == effect.rms.ravel().tolist()
        assert np.frombuffer(entry["mean"], "<f4").tolist() == effect.mean.ravel().tolist()
    rows = sum(entry["rows"] for entry in view._groups)
    assert len(view._profile) == rows * len(record.columns)
    for number, station in enumerate(record.stations):
        sent = [entry for entry in view._groups if entry["station"] == number]
        channels = [np.frombuffer(entry["channels"], "<i4").tolist() for entry in sent]
        own = record.groups[station.path]
        assert channels == [own.members(k).tolist() for k in range(own.count)]
        thin = np.frombuffer(view._stations[number]["thin"], "<i4").tolist()
        assert thin == np.flatnonzero(own.groups < 0).tolist()


def test_patches_are_what_the_strongest_place_sees(shown: cv.NetworkMap) -> None:
    """A channel of a first 3 × 3 layer sees one pixel around its place."""
    view, own = shown.view, shown.record.groups["conv1"]
    sent = np.frombuffer(view._patches, "<i4").reshape(-1, 7).tolist()
    first = [entry for entry in sent if view._groups[entry[0]]["station"] == 0]
    assert {entry[1] for entry in first} == set(np.flatnonzero(own.groups >= 0).tolist())
    _, height, width, _ = view._picture_shape
    assert (height, width) == IMAGES.shape[1:3]
    for entry in first:
        y, x = own.places[entry[1]].tolist()
        assert entry[3:] == [y - 1, y + 2, x - 1, x + 2]


def test_weights_are_read_when_they_are_asked_for(shown: cv.NetworkMap) -> None:
    assert shown.view._weights == []
    shown.view.reading = "weights"
    kinds = {(entry["parent"], entry["child"]) for entry in shown.view._weights}
    assert kinds, "at least the plain convolutions are joined by one kernel"
    assert len(kinds) < len(shown.view._effects), "a sum is made by no kernel"


def test_densities_are_measured_when_they_are_asked_for(model: Any, shown: cv.NetworkMap) -> None:
    assert not any(entry["density"] for entry in shown.view._groups)
    shown.view.facet = "density"
    outputs = keras.Model(model.inputs, model.get_layer("conv1").output)(IMAGES).numpy()
    own = shown.record.groups["conv1"]
    for entry in shown.view._groups:
        assert len(entry["density"]) == 64
        if entry["station"] == 0:
            values = outputs[..., own.members(entry["group"])]
            assert entry["zeros"] == pytest.approx((values == 0).mean(), abs=0.02)
            assert entry["density_range"][1] == pytest.approx(values.max(), rel=0.3)
    channel = int(np.flatnonzero(own.groups >= 0)[0])
    shown.move("conv1", [channel], own.count)
    assert all(entry["density"] for entry in shown.view._groups), "measured anew"


def test_a_failed_call_leaves_what_was_shown(shown: cv.NetworkMap, monkeypatch: Any) -> None:
    before = shown.record
    monkeypatch.setattr(
        "cnnviz_widgets.widgets.map.map_subject.read_map",
        lambda *arguments, **options: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    with pytest.raises(KeyboardInterrupt):
        shown.refresh()
    assert shown.record is before
    assert "was interrupted" in shown.view.error
    assert shown.view.progress == -1


def test_a_map_says_that_the_model_has_been_trained_since() -> None:
    """Without a monitor nobody tells it: it looks when a cell has run."""
    model = _model()
    shown = cv.NetworkMap(model, IMAGES, labels=CLASSES)
    moments: Any = shown._moments
    moments.look()
    assert shown.view.fresh
    kernel, bias = model.get_layer("conv3").get_weights()
    kernel[0, 0, 0, 0] += 1e-6
    model.get_layer("conv3").set_weights([kernel, bias])
    moments.look()
    assert not shown.view.fresh
    shown.refresh()
    moments.look()
    assert shown.view.fresh
    shown.close()


def test_two_maps_of_one_model_are_apart(model: Any, shown: cv.NetworkMap) -> None:
    other = cv.NetworkMap(model, IMAGES, labels=CLASSES)
    before = other.groups("conv2").copy()
    groups = shown.groups("conv2")
    shown.move("conv2", [int(np.flatnonzero(groups >= 0)[0])], int(groups.max()) + 1)
    assert np.array_equal(other.groups("conv2"), before)
    other.close()


def test_the_still_picture_is_of_what_is_shown(shown: cv.NetworkMap) -> None:
    picture = shown.picture()
    assert picture is not None
    assert len(picture.convert("RGB").getcolors(2**20)) > 20
    shown.close()
    assert shown.picture() is None


def test_an_inspectors_map_is_made_when_it_is_looked_at(model: Any) -> None:
    inspector = cv.ModelInspector(model, IMAGES[:8], targets=CLASSES[:8])
    view = inspector.map
    assert view._stations == []
    inspector.drawer.show_tab("map")
    assert view._stations[0]["path"] == "conv1"
    assert view._column_kind == "classes"
    view._asked = [1, "select", "conv3", [2], -1]
    assert (inspector.layer, inspector.selection.selected) == ("conv3", (2,))
    inspector.layer = "conv2"
    assert view.layer == "conv2"
    inspector.drawer.show_tab("density")
    inspector.refresh()
    assert not view.fresh
    view.reading = "weights"
    assert not view.fresh, "another reading of the map from before"
    inspector.drawer.show_tab("map")
    assert view.fresh
    inspector.close()


def test_an_edit_that_waits_for_the_model_undoes_no_refresh() -> None:
    """The page asks in a thread of its own while a cell makes the map again."""
    model = _model()
    shown = cv.NetworkMap(model, IMAGES, labels=CLASSES)
    before, groups = shown.effects["conv3", "logits"], shown.groups("conv1")
    chosen, lock = int(np.flatnonzero(groups == 0)[0]), model_lock(model)
    page = threading.Thread(target=_ask, args=(shown, "move", "conv1", [chosen], groups.max() + 1))
    with lock:
        page.start()
        while not lock.wanted:
            time.sleep(0.01)
        layer = model.get_layer("logits")
        layer.set_weights([each[..., ::-1] for each in layer.get_weights()])
        shown.refresh()
        again = shown.effects["conv3", "logits"]
    page.join()
    assert not np.allclose(before.rms, again.rms)
    assert shown.effects["conv3", "logits"] is again
    assert (shown.groups("conv1") == shown.groups("conv1")[chosen]).sum() == 1
    shown.close()


@pytest.mark.parametrize(
    "change", [lambda shown: shown.split("conv2", 0), lambda shown: shown.refresh()]
)
def test_what_cannot_be_drawn_changes_nothing(
    shown: cv.NetworkMap, monkeypatch: Any, change: Any
) -> None:
    shown.view.facet = "density"
    shown.pin("conv2", [1])
    before, edits = shown.record, shown.view.undoable
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(
            "cnnviz_widgets.widgets.map.drawing.measured_facets.group_densities",
            lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt),
        )
        change(shown)
    assert shown.record is before
    assert shown.view.undoable == edits
    shown.undo()
    assert not shown.record.groups["conv2"].pinned


def test_what_the_model_has_no_more_keeps_no_map_from_being_made() -> None:
    keras.utils.set_random_seed(1)
    layers = [
        keras.Input((6,)),
        kl.Dense(5, name="a"),
        kl.Dense(4, name="b"),
        kl.Dense(3, name="c"),
    ]
    model = keras.Sequential(layers)
    shown = cv.NetworkMap(model, np.eye(6, dtype=np.float32), groups=2)
    for path in ("a", "b", "c"):
        shown.pin(path, np.flatnonzero(shown.groups(path) >= 0).tolist())
    model.pop()
    model.pop()
    model.add(kl.Dense(2, name="b"))
    shown.refresh()
    assert [station.path for station in shown.stations] == ["a", "b"]
    assert shown.record.groups["a"].pinned
    shown.close()


def test_edits_of_folded_columns_are_there_when_they_are_unfolded() -> None:
    keras.utils.set_random_seed(1)
    layers = [kl.Dense(6, activation="tanh", name=f"d{k}") for k in range(8)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    shown = cv.NetworkMap(model, np.eye(6, dtype=np.float32), groups=2, columns=4)
    folded = next(station.path for station in shown.stations if station.folded)
    drawn = {station.path for station in shown.stations}
    shown.expand(folded)
    inner = next(station.path for station in shown.stations if station.path not in drawn)
    shown.move(inner, [0], 2)
    groups = shown.groups(inner)
    shown.expand(folded, fold=True)
    shown.refresh()
    shown.expand(folded)
    assert np.array_equal(shown.groups(inner), groups)
    assert shown.record.groups[inner].pinned == {0}
    shown.close()


def test_a_layer_that_is_linked_leaves_what_is_selected_of_it(model: Any) -> None:
    inspector = cv.ModelInspector(model, IMAGES[:8])
    inspector.layer = "conv2"
    inspector.selection.selected = [1, 2]
    shown = cv.NetworkMap(model, IMAGES, selection=inspector.selection)
    link((inspector, "layer"), (shown, "layer"))
    assert (shown.layer, inspector.selection.selected) == ("conv2", (1, 2))
    shown.close()
    inspector.close()
