"""The effects of groups against plain ablation, one group at a time."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.exchanged_pass import run_exchanged
from cnnviz_widgets.model.map.ablating import side_by_side
from cnnviz_widgets.model.map.effects import channel_effects, group_effects
from cnnviz_widgets.records.map.station import Station

from .map_nets import KINDS, SAMPLES, Made, groups_of, numbers, stations_of


def held(probe: ModelProbe, stations: list[Station]) -> dict[str, Any]:
    """The output of each station as the model makes it."""
    values: dict[str, Any] = {}

    def hold(path: str) -> Any:
        def at(value: Any, axis: int) -> Any:
            values[path] = value
            return value

        return at

    run_exchanged(probe, {station.path: hold(station.path) for station in stations})
    return values


def laid_out(value: Any, axis: int) -> Any:
    rows = np.moveaxis(np.asarray(keras.ops.cast(value, "float32")), axis, -1)
    return rows.reshape(-1, rows.shape[-1]).astype("float64")


def seen(probe: ModelProbe, base: dict[str, Any], silenced: str, off: Any) -> dict[str, Any]:
    """What comes to each station, (value, channel), with all held but some silenced channels."""
    came: dict[str, Any] = {}

    def put_back(path: str) -> Any:
        def at(value: Any, axis: int) -> Any:
            came[path] = laid_out(value, axis)
            if path != silenced:
                return base[path]
            shape = [1] * len(value.shape)
            shape[axis] = -1
            return base[path] * keras.ops.cast(np.reshape(~off, shape), value.dtype)

        return at

    run_exchanged(probe, {path: put_back(path) for path in base})
    return came


def by_hand(
    probe: ModelProbe, stations: list[Station], groups: dict[str, Any]
) -> dict[tuple[str, str], tuple[Any, Any]]:
    """RMS and mean of each edge, by the definition."""
    base = held(probe, stations)
    plain = {path: laid_out(base[path], probe.info(path).channel_axis or -1) for path in base}
    found: dict[tuple[str, str], tuple[Any, Any]] = {}
    for parent in stations:
        if not any(parent.path in child.parents for child in stations):
            continue
        rows: dict[str, list[Any]] = {}
        for group in range(groups[parent.path].max() + 1):
            came = seen(probe, base, parent.path, groups[parent.path] == group)
            for child in stations:
                if parent.path not in child.parents:
                    continue
                of = groups[child.path]
                own = plain[child.path]
                with np.errstate(invalid="ignore", divide="ignore"):
                    change = (own - came[child.path]) / own.std(axis=0)
                each = np.sqrt((change**2).mean(axis=0)), change.mean(axis=0)
                lives = own.std(axis=0) > 1e-5 * np.abs(own).max(axis=0)
                rows.setdefault(child.path, []).append(
                    [
                        [
                            row[(of == b) & lives].mean() if (lives & (of == b)).any() else 0.0
                            for b in range(of.max() + 1)
                        ]
                        for row in each
                    ]
                )
        for path, tables in rows.items():
            found[parent.path, path] = tuple(np.array(tables).transpose(1, 0, 2))  # type: ignore[assignment]
    return found


@functools.cache
def made(kind: str) -> tuple[ModelProbe, list[Station], dict[str, Any]]:
    keras.utils.set_random_seed(4)
    model, inputs, reads = KINDS[kind]()
    probe = ModelProbe(model, inputs)
    stations = stations_of(probe, reads)
    return probe, stations, groups_of(stations)


def check(
    probe: ModelProbe,
    stations: list[Station],
    groups: dict[str, Any],
    method: str,
    off: float = 1e-4,
) -> tuple[str, ...]:
    effects, how, notes = group_effects(probe, stations, groups)
    assert how == method, notes
    expected = by_hand(probe, stations, groups)
    assert set(effects) == set(expected)
    for edge, (rms, mean) in expected.items():
        size = np.abs(rms).max() or 1.0
        assert np.abs(rms).max() > 0, edge
        assert np.abs(effects[edge].rms - rms).max() <= off * size, edge
        assert np.abs(effects[edge].mean - mean).max() <= off * size, edge
    return notes


@pytest.mark.parametrize("kind", KINDS)
def test_one_pass_gives_what_one_by_one_ablation_gives(kind: str) -> None:
    assert check(*made(kind), method="one-pass") == ()


def test_a_linear_net_worked_out_by_hand() -> None:
    """y = W x with x of two samples: what is silenced is W's share, over y's deviation."""
    model = keras.Sequential(
        [keras.Input((2,)), L.Dense(2, name="x"), L.Dense(3, name="y"), L.Dense(1, name="z")]
    )
    x, y, z = model.layers
    x.set_weights([np.eye(2), np.zeros(2)])
    y.set_weights([np.array([[2.0, 1.0, 0.0], [0.0, -3.0, 0.0]]), np.zeros(3)])
    z.set_weights([np.array([[1.0], [1.0], [5.0]]), np.zeros(1)])
    probe = ModelProbe(model, np.array([[1.0, 0.0], [3.0, 2.0]], dtype="float32"))
    stations = stations_of(probe, {"x": (), "y": ("x",), "z": ("y",)})
    # y is (2, 1, 0) and (6, −3, 0): deviations 2, 2 and none; z is 3 and 3, and varies not.
    groups = {"x": np.array([0, 1]), "y": np.array([0, 1, 1]), "z": np.array([0])}
    effects, method, notes = group_effects(probe, stations, groups)
    assert (method, notes) == ("one-pass", ())
    # Without x0, y0 loses 2 and 6, y1 loses 1 and 3; without x1, y1 gains 0 and 6.
    rms = [[np.sqrt(20) / 2, np.sqrt(5) / 2], [0, np.sqrt(18) / 2]]
    np.testing.assert_allclose(effects["x", "y"].rms, rms, rtol=1e-6)
    np.testing.assert_allclose(effects["x", "y"].mean, [[2, 1], [0, -1.5]], rtol=1e-6)
    # The silent y2 is in no mean; nothing lives in z.
    np.testing.assert_array_equal(effects["y", "z"].rms, [[0], [0]])
    assert not effects["x", "y"].rms.flags.writeable


def test_weights_that_change_between_calls_are_followed() -> None:
    probe, stations, groups = made("volume")
    before, _, _ = group_effects(probe, stations, groups)
    kernel = probe.model.get_layer("b").kernel
    kernel.assign(np.roll(kernel.numpy(), 1, axis=-2) - 0.1)
    check(probe, stations, groups, "one-pass")
    after, _, _ = group_effects(probe, stations, groups)
    assert np.abs(after["a", "b"].rms - before["a", "b"].rms).max() > 0.01


@pytest.mark.parametrize("eagerly", [False, True])
def test_few_bytes_make_chunks_of_samples_and_of_slots(
    eagerly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, stations, groups = made("volume")
    if eagerly:
        model, inputs, _ = KINDS["volume"]()
        model.compile(run_eagerly=True)
        probe = ModelProbe(model, inputs)
    whole, _, _ = group_effects(probe, stations, groups)
    monkeypatch.setattr(side_by_side, "MOST_BYTES", 1)
    shares: list[float] = []
    effects, method, _ = group_effects(
        probe, stations, groups, progress=lambda share, path: shares.append(share)
    )
    assert method == "one-pass"
    assert len(shares) > SAMPLES and shares == sorted(shares) and shares[-1] == 1
    for edge, each in whole.items():
        np.testing.assert_allclose(effects[edge].rms, each.rms, rtol=2e-5, atol=1e-6)
        np.testing.assert_allclose(effects[edge].mean, each.mean, rtol=2e-5, atol=1e-6)


class Mixing(keras.Layer):
    """Takes from each row the mean of the batch."""

    def call(self, x: Any) -> Any:
        return x - 0.5 * keras.ops.mean(x, axis=0, keepdims=True)


class Turning(keras.Layer):
    """Turns the batch round: sums of the first copy alone do not tell."""

    def call(self, x: Any) -> Any:
        return x[::-1]


class Noisy(keras.Layer):
    """Draws the same noise in each pass, another one for each row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(3)

    def call(self, x: Any) -> Any:
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)


class Fixed(keras.Layer):
    """Takes the batch for five samples, as a layer does that was written for it."""

    def call(self, x: Any) -> Any:
        rows = keras.ops.reshape(x, (SAMPLES, -1, x.shape[-1]))
        return keras.ops.reshape(rows, (SAMPLES, x.shape[-1]))


def between(*layers: Any) -> Made:
    first = [keras.Input((3,)), L.Dense(4, activation="relu", name="a")]
    model = keras.Sequential([*first, *layers, L.Dense(3, name="b"), L.Dense(2, name="c")])
    return model, numbers(3), {"a": (), "b": ("a",), "c": ("b",)}


@pytest.mark.parametrize("layer", [Mixing, Turning, Noisy, Fixed])
def test_rows_that_act_on_one_another_are_silenced_one_by_one(layer: type[Any]) -> None:
    model, inputs, reads = between(layer())
    probe = ModelProbe(model, inputs)
    stations = stations_of(probe, reads)
    (note,) = check(probe, stations, groups_of(stations, 2), "one-by-one")
    assert note.startswith("Groups were silenced one by one: ")


def test_mixing_before_the_first_station_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    model = keras.Sequential(
        [keras.Input((3,)), Mixing(), L.Dense(4, name="a"), L.Dense(2, name="b")]
    )
    probe = ModelProbe(model, numbers(3))
    stations = stations_of(probe, {"a": (), "b": ("a",)})
    monkeypatch.setattr(side_by_side, "MOST_BYTES", 1)
    check(probe, stations, groups_of(stations, 2), "one-by-one")


def test_a_stateful_network_of_a_fixed_batch_is_silenced_one_by_one() -> None:
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(SAMPLES, 6, 2)),
            L.LSTM(4, stateful=True, return_sequences=True, name="a"),
            L.GRU(3, stateful=True, name="b"),
            L.Dense(2, name="c"),
        ]
    )
    probe = ModelProbe(model, numbers(6, 2))
    stations = stations_of(probe, {"a": (), "b": ("a",), "c": ("b",)})
    (note,) = check(probe, stations, groups_of(stations, 2), "one-by-one")
    assert note == ("Groups were silenced one by one: the model takes batches of 5 samples only.")


def test_a_graph_that_is_not_known_is_silenced_one_by_one() -> None:
    model, inputs, reads = KINDS["subclassed"]()
    model(inputs)
    model.compile(run_eagerly=True)
    probe = ModelProbe(model, inputs)
    stations = stations_of(probe, reads)
    (note,) = check(probe, stations, groups_of(stations, 2), "one-by-one")
    assert "graph" in note


def test_stations_whose_parents_were_not_named_hold_one_another() -> None:
    """Taken for a chain: each is silenced with all others held all the same."""
    probe, stations, groups = made("residual")
    paths = [station.path for station in stations]
    chain = dict(zip(paths, [(), *((path,) for path in paths)], strict=False))
    stations = stations_of(probe, chain)
    effects, method, _ = group_effects(probe, stations, groups)
    assert method == "one-pass"
    expected = by_hand(probe, stations, groups)
    for edge, (rms, _) in expected.items():
        np.testing.assert_allclose(effects[edge].rms, rms, rtol=1e-4, atol=1e-5)


class Rolling(keras.Layer):
    """Makes something else each time."""

    calls = 0

    def call(self, x: Any) -> Any:
        self.calls += 1
        return x * float(self.calls)


def test_what_cannot_be_repeated_is_not_measured() -> None:
    model, inputs, reads = between(Rolling())
    model.compile(run_eagerly=True)
    probe = ModelProbe(model, inputs)
    stations = stations_of(probe, reads)
    effects, method, (note,) = group_effects(probe, stations, groups_of(stations, 2))
    assert (effects, method) == ({}, "none")
    assert note.startswith("Effects could not be measured: the model makes something else")


def test_what_is_not_finite_spoils_only_its_own_channels() -> None:
    model, inputs, reads = between()
    probe = ModelProbe(model, inputs)
    stations = stations_of(probe, reads)
    groups = {"a": np.array([0, 0, 1, 1]), "b": np.array([0, 0, 1]), "c": np.array([0, 1])}
    before, _, _ = group_effects(probe, stations, groups)
    kernel = model.get_layer("b").kernel
    kernel.assign(np.where([True, False, False], np.nan, kernel.numpy()))
    effects, method, notes = group_effects(probe, stations, groups)
    assert (method, notes) == ("one-pass", ())
    np.testing.assert_allclose(effects["a", "b"].rms[:, 1], before["a", "b"].rms[:, 1], rtol=1e-5)
    assert np.isfinite(effects["a", "b"].rms).all() and effects["a", "b"].rms[:, 0].all()
    np.testing.assert_array_equal(effects["b", "c"].rms, 0)  # all of it is not finite


def test_channels_of_no_group_are_never_silenced() -> None:
    probe, stations, groups = made("chain")
    effects, method, _ = group_effects(probe, stations, {**groups, "conv": np.full(4, -1)})
    assert method == "one-pass"
    assert effects["conv", "swish"].rms.shape == (0, groups["swish"].max() + 1)


@pytest.mark.parametrize("kind", ["residual", "shared"])
def test_a_channel_is_a_group_of_its_own(kind: str) -> None:
    probe, stations, groups = made(kind)
    path = {"residual": "sum", "shared": "enc/ln:1"}[kind]
    found = channel_effects(probe, stations, groups, path, 1)
    assert (found.method, found.notes) == ("one-pass", ())
    alone = {**groups, path: np.where(np.arange(4) == 1, 0, -1)}
    for station in stations:
        if path in station.parents:
            # Each child's channel as a group of its own.
            single = {**alone, station.path: np.arange(station.channels)}
            effects, _, _ = group_effects(probe, stations, single)
            own = found.children[station.path]
            for ours, theirs in (
                (own.rms, effects[path, station.path].rms),
                (own.mean, effects[path, station.path].mean),
            ):
                np.testing.assert_allclose(np.nan_to_num(ours), theirs, rtol=1e-4, atol=1e-6)
    effects, _, _ = group_effects(probe, stations, alone)
    for parent, acting in found.parents.items():
        np.testing.assert_allclose(acting.rms, effects[parent, path].rms, rtol=1e-4, atol=1e-6)
    assert set(found.parents) == set(next(each.parents for each in stations if each.path == path))


def test_one_station_has_no_effects() -> None:
    probe, stations, groups = made("chain")
    assert group_effects(probe, stations[:1], groups) == (
        {},
        "none",
        ("No station reads another one.",),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"conv": np.zeros(3, int)}, "groups of 'conv' must be 4 whole numbers, one a channel"),
        ({"conv": np.zeros(4)}, "whole numbers"),
        ({"conv": np.array([0, 0, 0, 4])}, "fewer than its channels"),
        ({"conv": np.array([0, 0, 0, -2])}, "or -1"),
        ({"conv": None}, "groups of 'conv'"),
    ],
)
def test_groups_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    probe, stations, groups = made("chain")
    with pytest.raises((TypeError, ValueError), match=message):
        group_effects(probe, stations, {**groups, **change})


def test_what_is_not_in_the_model_is_refused() -> None:
    probe, stations, groups = made("chain")
    with pytest.raises(ValueError, match="groups must hold those of 'conv'"):
        group_effects(probe, stations, {})
    with pytest.raises(ValueError, match="no layer 'nowhere'"):
        group_effects(probe, [Station("nowhere", 3, "Dense", (None, 3))], groups)
    with pytest.raises(ValueError, match="path must be one of"):
        channel_effects(probe, stations, groups, "pool", 0)
    with pytest.raises((ValueError, IndexError), match="channel"):
        channel_effects(probe, stations, groups, "conv", 4)
    with pytest.raises(TypeError, match="stations"):
        group_effects(probe, [1], groups)  # type: ignore[list-item]
