"""Which layers a map draws, of models of every kind."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, network_stations
from cnnviz_widgets.model.map.graph.drawable import stage_of
from cnnviz_widgets.model.map.graph.layer_graph import LayerGraph
from cnnviz_widgets.model.map.stations import choose, chosen_stations
from cnnviz_widgets.records.map.station import Station

from ..nets import IMAGES, Subclassed, nested, sequential
from .hand_made import chain, graph, layer, residual

LARGE: Any = {"shape": (None, 16, 16, 4)}
STEPS = np.random.default_rng(0).normal(size=(2, 6, 8)).astype("float32")


def of(model: Any, inputs: Any, **options: Any) -> tuple[Station, ...]:
    stations = network_stations(ModelProbe(model, inputs), **options)
    check(stations)
    return stations


def check(stations: tuple[Station, ...]) -> None:
    """What holds of any: parents are stations before it, and nothing is between two twice."""
    paths = [station.path for station in stations]
    assert len(set(paths)) == len(paths)
    for number, station in enumerate(stations):
        assert set(station.parents) <= set(paths[:number])
        assert station.layers[-1] == station.path
        assert not set(station.layers[:-1]) & set(paths)


def paths_of(stations: tuple[Station, ...]) -> list[str]:
    return [station.path for station in stations]


# --- Which outputs -----------------------------------------------------------------------------


def test_a_station_is_read_behind_what_finishes_it() -> None:
    conv, head = of(sequential(), IMAGES)
    assert (conv.path, conv.kind, conv.channels, conv.stage) == ("drop", "Conv2D", 4, "6 × 6")
    assert conv.layers == ("conv", "norm", "relu", "drop")
    assert (head.path, head.parents, head.stage) == ("head", ("drop",), "units")
    assert head.layers == ("flat", "head")


def test_what_two_read_is_not_finished_by_one_of_them() -> None:
    stations = choose(
        graph(
            layer("conv", "Conv2D"),
            layer("relu", "ReLU", "conv"),
            layer("next", "Conv2D", "relu"),
            layer("sum", "Add", "conv", "next"),
        ),
        24,
    ).stations
    assert paths_of(stations) == ["conv", "next", "sum"]
    assert stations[2].parents == ("conv", "next")


def test_every_call_of_a_shared_layer_is_a_station() -> None:
    stations = of(nested(), IMAGES)
    assert paths_of(stations) == ["backbone/conv", "backbone/conv:1", "sum", "head"]
    assert stations[2].parents == ("backbone/conv", "backbone/conv:1")
    assert stations[2].kind == "Add"


def test_a_block_that_hands_on_is_its_layer_and_one_that_adds_a_merge() -> None:
    stations = of(Subclassed(), np.ones((2, 3), "float32"))
    assert paths_of(stations) == ["block0", "block1/inner", "block1", "head"]
    assert [station.kind for station in stations] == ["Dense", "Dense", "Block", "Dense"]


def test_units_that_are_laid_out_in_space_are_the_channels_of_a_map() -> None:
    generator = keras.Sequential(
        [
            keras.Input((5,)),
            L.Dense(4 * 4 * 3, name="dense"),
            L.BatchNormalization(name="norm"),
            L.ReLU(name="relu"),
            L.Reshape((4, 4, 3), name="laid"),
            L.Conv2DTranspose(2, 3, name="up"),
        ]
    )
    first, second = of(generator, np.zeros((2, 5), "float32"))
    assert (first.path, first.kind, first.channels, first.stage) == ("laid", "Dense", 3, "4 × 4")
    assert second.parents == ("laid",)


def test_attention_and_what_goes_both_ways_are_drawn_whole() -> None:
    inputs = keras.Input((6, 8))
    x = L.MultiHeadAttention(2, 4, name="mha")(inputs, inputs)
    x = L.LayerNormalization(name="norm")(x + inputs)
    x = L.Bidirectional(L.GRU(3), name="both")(x)
    stations = of(keras.Model(inputs, L.Dense(2, name="head")(x)), STEPS)
    assert paths_of(stations) == ["mha", "norm", "both", "head"]
    assert [station.kind for station in stations[:3]] == [
        "MultiHeadAttention",
        "Add",
        "Bidirectional",
    ]
    assert [station.channels for station in stations] == [8, 8, 6, 2]
    assert stations[0].stage == "6 steps"


def test_states_are_no_stations_and_whole_numbers_neither() -> None:
    words = keras.Input((4,), dtype="int32")
    x = L.Embedding(7, 5, name="words")(words)
    x, state, _ = L.LSTM(3, return_state=True, name="lstm")(x)
    model = keras.Model(words, [L.Dense(2, name="head")(state), keras.ops.cast(x > 0, "int32")])
    stations = of(model, np.ones((2, 4), "int32"))
    assert paths_of(stations) == ["words", "lstm", "head"]
    # The head reads a state, which is made from the words whatever the first output is.
    assert stations[2].parents == ("words", "lstm")


def test_channels_first_and_volumes() -> None:
    assert stage_of(layer("a", "Conv2D", shape=(None, 4, 28, 14), channel_axis=1)) == "28 × 14"
    assert stage_of(layer("a", "Conv3D", shape=(None, 4, 8, 9, 2))) == "4 × 8 × 9"
    assert stage_of(layer("a", "Conv1D", shape=(None, 1, 2))) == "1 step"
    assert stage_of(layer("a", "Conv1D", shape=(None, None, 2))) == "steps"
    assert stage_of(layer("a", "Conv2D", shape=(None, None, None, 2))) == "? × ?"


def test_several_inputs_have_a_first_station_each() -> None:
    left, right = keras.Input((3,), name="left"), keras.Input((2,), name="right")
    a, b = L.Dense(4, name="a")(left), L.Dense(4, name="b")(right)
    both = L.Concatenate(name="both")([a, b])
    model = keras.Model([left, right], [L.Dense(1, name="one")(both), L.Dense(2, name="two")(a)])
    stations = of(model, [np.ones((2, 3), "float32"), np.ones((2, 2), "float32")])
    parents = {station.path: station.parents for station in stations}
    assert parents == {"a": (), "b": (), "both": ("a", "b"), "one": ("both",), "two": ("a",)}


def test_a_merge_with_the_input_is_a_merge() -> None:
    inputs = keras.Input((3,))
    total = L.Add(name="sum")([L.Dense(3, name="a")(inputs), inputs])
    assert paths_of(of(keras.Model(inputs, total), np.ones((2, 3), "float32"))) == ["a", "sum"]


def test_without_weights_what_computes_is_drawn() -> None:
    pooled = [keras.Input((8, 8, 3)), L.ZeroPadding2D(name="pad"), L.MaxPooling2D(name="pool")]
    assert paths_of(of(keras.Sequential(pooled), IMAGES)) == ["pool"]
    flat = keras.Sequential([keras.Input((8, 8, 3)), L.Flatten(name="flat")])
    assert paths_of(of(flat, IMAGES)) == ["flat"]


def test_one_layer() -> None:
    (only,) = of(keras.Sequential([keras.Input((3,)), L.Dense(2, name="d")]), np.ones((1, 3)))
    assert only == Station("d", 2, "Dense", (None, 2), (), ("d",), 0, "units")


def test_no_channels_no_stations() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.ops.sum(inputs, axis=1))
    assert of(model, np.ones((2, 3), "float32")) == ()


class ThroughFunctions(keras.Model):
    """Two layers, with functions that no pass follows between them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = L.Dense(4, name="first"), L.Dense(2, name="last")

    def call(self, x: Any) -> Any:
        between = np.maximum(keras.ops.convert_to_numpy(self.first(x)), 0)
        return self.last(keras.ops.convert_to_tensor(between))


def test_what_is_not_known_is_a_chain_and_is_told() -> None:
    model = ThroughFunctions()
    model.compile("sgd", "mse", run_eagerly=True)
    probe = ModelProbe(model, np.ones((2, 3), "float32"))
    chosen = chosen_stations(probe)
    assert [station.parents for station in chosen.stations] == [(), ("first",)]
    assert "eagerly" in chosen.notes[0]
    assert "1 layer" in chosen.notes[0]


# --- How many ----------------------------------------------------------------------------------


def test_equal_blocks_are_folded_and_opened() -> None:
    blocks = graph(layer("stem", "Conv2D", **LARGE), *residual(9, "stem"))
    stations = choose(blocks, 12).stations
    assert [(each.path, each.folded) for each in stations] == [
        ("stem", 0),
        ("b0/sum", 0),
        ("b8/sum", 7),
    ]
    assert stations[2].parents == ("b0/sum",)
    assert "b3/sum" in stations[2].layers
    whole = choose(blocks, 12, ["b8/sum"]).stations
    assert paths_of(whole) == ["stem", *(f"b{k}/sum" for k in range(9))]
    assert all(each.folded == 0 for each in whole)
    block = choose(blocks, 12, ["b8/sum", "b8/sum", "b3/sum"]).stations
    check(block)
    for k in (3, 8):
        assert {f"b{k}/one", f"b{k}/two"} <= set(paths_of(block))
    assert len(block) == len(whole) + 4


def test_blocks_of_two_parts_are_folded_together() -> None:
    layers = [layer("stem", "Conv2D", **LARGE)]
    for k in range(12):
        layers += residual(1, layers[-1].path, f"a{k}")
        layers.append(layer(f"f{k}/dense", "Dense", layers[-1].path))
        layers.append(layer(f"f{k}/sum", "Add", layers[-2].path, layers[-1].path))
    stations = choose(graph(*layers), 24).stations
    check(stations)
    assert [(each.path, each.folded) for each in stations] == [
        ("stem", 0),
        ("a00/sum", 0),
        ("f0/sum", 0),
        ("a110/sum", 10),
        ("f11/sum", 0),
    ]


def test_blocks_of_other_kernels_or_sizes_are_not_alike() -> None:
    wide = {"shape": (None, 8, 8, 6)}
    stations = choose(
        graph(layer("s", "Conv2D"), *residual(4, "s"), *residual(4, "b3/sum", "w", **wide)), 12
    ).stations
    assert [each.path for each in stations if each.folded] == ["b3/sum", "w3/sum"]


def test_a_long_chain_is_folded_or_thinned_by_sizes() -> None:
    alike = choose(graph(*chain(600, "Dense", shape=(None, 4))), 24)
    assert [(each.path, each.folded) for each in alike.stations] == [
        ("l0", 0),
        ("l1", 0),
        ("l599", 597),
    ]
    assert alike.notes == ()
    layers, before = [], list[str]()
    for k in range(60):
        size = 64 >> k // 12
        layers.append(layer(f"c{k}", "Conv2D", *before, shape=(None, size, size, 4 + k)))
        before = [f"c{k}"]
    for columns in (24, 12, 5, 3, 2):
        thin = choose(graph(*layers), columns)
        check(thin.stations)
        assert len(thin.stations) == columns
        assert thin.stations[-1].path == "c59"
        assert f"{60 - columns} more stations" in thin.notes[0]
        if columns >= 5:
            assert {each.stage for each in thin.stations} == {
                f"{64 >> k} × {64 >> k}" for k in range(5)
            }
        inside = sum(len(each.layers) for each in thin.stations)
        assert inside == 60


def test_long_shortcuts_do_not_empty_the_map() -> None:
    # A U: every output of the way down is read again on the way up.
    layers, down, before = [], [], list[str]()
    for k in range(5):
        size = {"shape": (None, 64 >> k, 64 >> k, 4)}
        for part in "abc":
            layers.append(layer(f"d{k}{part}", "Conv2D", *before, **size))
            before = [f"d{k}{part}"]
        down.append(before[0])
    for k in reversed(range(4)):
        size = {"shape": (None, 64 >> k, 64 >> k, 4)}
        layers.append(layer(f"u{k}cat", "Concatenate", before[0], down[k], **size))
        layers.append(layer(f"u{k}a", "Conv2D", f"u{k}cat", **size))
        layers.append(layer(f"u{k}b", "Conv2D", f"u{k}a", **size))
        before = [f"u{k}b"]
    stations = choose(graph(*layers), 24).stations
    check(stations)
    assert 8 <= len(stations) <= 24
    assert {f"u{k}cat" for k in range(4)} <= set(paths_of(stations))


def test_a_small_input_beside_does_not_hide_the_trunk() -> None:
    trunk = [layer("stem", "Conv2D", **LARGE), *residual(12, "stem")]
    aside = layer("aside", "Dense", shape=(None, 4), inputs=("numbers",))
    pool = layer("pool", "GlobalAveragePooling2D", "b11/sum", shape=(None, 4))
    both = layer("both", "Concatenate", "pool", "aside", shape=(None, 8))
    stations = choose(graph(*trunk, pool, aside, both), 12).stations
    check(stations)
    assert [(each.path, each.folded) for each in stations] == [
        ("stem", 0),
        ("b0/sum", 0),
        ("b11/sum", 10),
        ("both", 0),
    ]


def test_a_side_exit_does_not_hide_what_comes_after_it() -> None:
    trunk = [layer("stem", "Conv2D", **LARGE), *residual(12, "stem")]
    aside = layer("aside", "Dense", "b5/sum", shape=(None, 4))
    head = layer("head", "Dense", "b11/sum", shape=(None, 4))
    passed = graph(*trunk, head, aside).passed_by_all()
    assert passed == {"stem", *(f"b{k}/sum" for k in range(12)), "head"}


def test_nothing_inside_a_shortcut_is_passed_by_all() -> None:
    assert graph(*chain(2), *residual(2, "l1")).passed_by_all() == {"l0", "l1", "b0/sum", "b1/sum"}
    assert LayerGraph.of_layers([]).passed_by_all() == set()


@pytest.mark.parametrize("name, size, count", [("MobileNetV2", 32, 16)])
def test_keras_own(name: str, size: int, count: int) -> None:
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
    stations = of(model, np.zeros((1, size, size, 3), "float32"))
    assert len(stations) == count
    assert [station.parents for station in stations[1:]] == [
        (station.path,) for station in stations[:-1]
    ]


# --- What is refused ---------------------------------------------------------------------------


def test_wrong_input() -> None:
    probe = ModelProbe(sequential(), IMAGES)
    with pytest.raises(ValueError, match="columns must be 2 to 24; got 25"):
        network_stations(probe, columns=25)
    with pytest.raises(ValueError, match=r"1"):
        network_stations(probe, columns=1)
    with pytest.raises(ValueError, match="there is no layer 'cov'; the closest are 'conv'"):
        network_stations(probe, expanded=["cov"])
    assert paths_of(network_stations(probe, expanded=["conv"])) == ["drop", "head"]
