"""What the network does without a station, against the same network made without it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.map.silenced_blocks import silenced_blocks
from cnnviz_widgets.records.map.station import Station

from .map_nets import KINDS, SAMPLES, numbers, stations_of


def blocks(count: int) -> tuple[Any, dict[str, tuple[str, ...]]]:
    """Residual blocks of equal shape, between two dense layers."""
    given = keras.Input((3,))
    x = L.Dense(4, activation="relu", name="first")(given)
    for number in range(count):
        y = L.Dense(4, name=f"branch{number}")(x)
        x = L.ReLU(name=f"block{number}")(L.Add(name=f"add{number}")([x, y]))
    x = L.Dense(3, activation="softmax", name="head")(x)
    return keras.Model(given, x), {"first": (), "block1": ("first",), "head": ("block1",)}


def test_a_folded_station_is_left_out_whole() -> None:
    keras.utils.set_random_seed(2)
    (model, reads), (short, _) = blocks(2), blocks(0)
    for layer in short.layers[1:]:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    inputs, targets = numbers(3), np.array([0, 1, 2, 1, 0])
    probe = ModelProbe(model, inputs)
    shares: list[float] = []
    found = silenced_blocks(
        probe,
        stations_of(probe, reads),
        targets=targets,
        progress=lambda share, path: shares.append(share),
    )
    before, after = model.predict(inputs, verbose=0), short.predict(inputs, verbose=0)
    block = found["block1"]
    assert (block.parent, block.samples, block.why_not) == ("first", SAMPLES, "")
    expected = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert block.change == pytest.approx(expected, rel=1e-5)
    assert block.answers_changed == int((before.argmax(1) != after.argmax(1)).sum())
    rows = np.arange(SAMPLES)
    assert block.loss_before == pytest.approx(-np.log(before[rows, targets]).mean(), rel=1e-5)
    assert block.loss_after == pytest.approx(-np.log(after[rows, targets]).mean(), rel=1e-5)
    assert shares == [1 / 3, 2 / 3, 1]
    assert found["first"].why_not == "it reads no other station"
    assert found["head"].why_not == "its shape is (None, 3), that of what it reads (None, 4)"


def test_of_several_parents_the_first_one_stands_in() -> None:
    model, inputs, reads = KINDS["residual"]()
    probe = ModelProbe(model, inputs)
    found = silenced_blocks(probe, stations_of(probe, reads))
    assert {path: each.parent for path, each in found.items()} == {
        "a": None, "b": "a", "c": "b", "sum": "a", "d": None, "e": None, "cat": None, "head": None
    }  # fmt: skip
    # The branch silenced.
    model.get_layer("c").set_weights([np.zeros((3, 3, 4, 4)), np.zeros(4)])
    assert silenced_blocks(probe, stations_of(probe, reads))["sum"].change == pytest.approx(0)
    assert found["sum"].change and found["sum"].loss_before is None


def test_a_mask_stays_that_of_the_station() -> None:
    given = keras.Input((7,), dtype="int32")
    x = L.Embedding(9, 4, mask_zero=True, name="words")(given)
    x = L.LSTM(4, return_sequences=True, name="lstm")(x)
    model = keras.Model(given, L.GlobalAveragePooling1D()(x))
    words = np.random.default_rng(2).integers(0, 9, (SAMPLES, 7)).astype("int32")
    probe = ModelProbe(model, words)
    found = silenced_blocks(probe, stations_of(probe, {"words": (), "lstm": ("words",)}))
    embedded = np.asarray(model.layers[1](words)) * (words != 0)[..., None]
    after = embedded.sum(axis=1) / (words != 0).sum(axis=1, keepdims=True)
    before = model.predict(words, verbose=0)
    expected = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert found["lstm"].change == pytest.approx(expected, rel=1e-5)


def test_what_is_not_in_the_model_or_does_not_fit_is_refused() -> None:
    model, reads = blocks(2)
    probe = ModelProbe(model, numbers(3))
    with pytest.raises(ValueError, match="no layer 'nowhere'"):
        silenced_blocks(probe, [Station("nowhere", 3, "Dense", (None, 3))])
    with pytest.raises(ValueError, match="targets"):
        silenced_blocks(probe, stations_of(probe, reads), targets=np.zeros(2))
    with pytest.raises(ValueError, match="a loss needs targets"):
        silenced_blocks(probe, stations_of(probe, reads), loss="mse")
