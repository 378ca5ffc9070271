"""The mean weight between groups, against loops over the kernel."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.map.mean_weights import mean_weights
from cnnviz_widgets.records.map.station import Station

from .map_nets import KINDS, groups_of, numbers, stations_of


def made(kind: str) -> tuple[ModelProbe, list[Station], dict[str, Any]]:
    keras.utils.set_random_seed(4)
    model, inputs, reads = KINDS[kind]()
    probe = ModelProbe(model, inputs)
    stations = stations_of(probe, reads)
    return probe, stations, groups_of(stations)


def check(found: Any, weight: Any, of: Any, to: Any) -> None:
    """`weight(i, o)` gives all numbers that lead from a channel to a channel."""
    assert found.shape == (of.max() + 1, to.max() + 1)
    for a, b in np.ndindex(found.shape):
        means = [
            np.mean(weight(i, o))
            for i, o in itertools.product(np.flatnonzero(of == a), np.flatnonzero(to == b))
        ]
        np.testing.assert_allclose(found[a, b], np.mean(means), rtol=1e-5, atol=1e-7)


def test_each_kind_of_kernel_joins_its_stations() -> None:
    probe, stations, groups = made("chain")
    model = probe.model
    found = mean_weights(probe, stations, groups)
    deep = model.get_layer("deep").kernel.numpy()
    apart, _, _ = (each.numpy() for each in model.get_layer("apart").weights)
    point = model.get_layer("apart").pointwise_kernel.numpy()
    up = model.get_layer("up").kernel.numpy()
    dense = model.get_layer("dense").kernel.numpy()

    def by_depth(i: int, o: int) -> Any:
        return deep[:, :, i, o % 2] if o // 2 == i else 0.0

    weights = {
        ("conv", "swish"): by_depth,
        ("swish", "apart"): lambda i, o: apart[:, :, i, 0].mean() * point[0, 0, i, o],
        ("apart", "up"): lambda i, o: up[:, :, o, i],
        ("up", "dense"): lambda i, o: dense[i::5, o],
        ("dense", "head"): lambda i, o: model.get_layer("head").kernel.numpy()[i, o],
    }
    assert set(found) == set(weights)
    for edge, weight in weights.items():
        check(found[edge], weight, groups[edge[0]], groups[edge[1]])
        assert not found[edge].flags.writeable


@pytest.mark.parametrize("told", [True, False])
def test_a_flattening_of_channels_that_come_first(told: bool) -> None:
    given = keras.Input((2, 6, 6))
    x = L.Conv2D(4, 3, data_format="channels_first", name="a")(given)
    x = L.Flatten(data_format="channels_first" if told else None)(x)
    model = keras.Model(given, L.Dense(3, name="head")(x))
    probe = ModelProbe(model, numbers(2, 6, 6))
    stations = stations_of(probe, {"a": (), "head": ("a",)})
    groups = groups_of(stations, 2)
    kernel = model.get_layer("head").kernel.numpy()
    values = probe.outputs("a")
    # Which inputs of the head are channel 1's: those that are as it is.
    flat = keras.Model(given, model.layers[2].output)(probe.inputs)
    own = [np.isin(np.asarray(flat)[0], values[0, c]).nonzero()[0] for c in range(4)]
    assert [len(each) for each in own] == [16] * 4
    found = mean_weights(probe, stations, groups)["a", "head"]
    check(found, lambda i, o: kernel[own[i], o], groups["a"], groups["head"])


def test_a_grouped_convolution_joins_within_its_groups() -> None:
    model = keras.Sequential(
        [keras.Input((5, 5, 2)), L.Conv2D(4, 1, name="a"), L.Conv2D(6, 3, groups=2, name="b")]
    )
    probe = ModelProbe(model, numbers(5, 5, 2))
    stations = stations_of(probe, {"a": (), "b": ("a",)})
    groups = {"a": np.arange(4), "b": np.arange(6)}
    kernel = model.get_layer("b").kernel.numpy()

    def weight(i: int, o: int) -> Any:
        return kernel[:, :, i % 2, o] if i // 2 == o // 3 else 0.0

    check(mean_weights(probe, stations, groups)["a", "b"], weight, groups["a"], groups["b"])


def test_what_no_single_kernel_joins_has_none() -> None:
    for kind, joined in (
        ("residual", {("a", "b"), ("b", "c"), ("sum", "d"), ("sum", "e"), ("cat", "head")}),
        ("unet", {("a", "b"), ("b", "c")}),
        ("attention", {("ln", "mlp"), ("mlp", "head")}),
        ("sequence", {("both", "head")}),
        ("volume", {("a", "b"), ("b", "head")}),
    ):
        assert set(mean_weights(*made(kind))) == joined, kind
