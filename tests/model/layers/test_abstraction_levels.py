"""Abstraction levels on graphs and models whose distances are counted by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.layers.abstraction_levels import (
    distances,
    is_image,
    levels,
    output_is_image_end,
)

CHAIN = [(-1,), (0,), (1,), (2,)]


def test_chain() -> None:
    assert levels(CHAIN, image_inputs=[-1], image_outputs=[]) == [1, 2, 3, 4]
    assert levels(CHAIN, image_inputs=[], image_outputs=[3]) == [3, 2, 1, 0]
    assert levels(CHAIN, image_inputs=[-1], image_outputs=[3]) == [1, 2, 1, 0]
    assert levels(CHAIN, image_inputs=[], image_outputs=[]) == [1, 2, 3, 4]


def test_the_longest_way_counts() -> None:
    residual = [(-1,), (0,), (1,), (0, 2)]
    assert distances(residual, [-1]) == [1, 2, 3, 4]


def test_only_image_inputs_count() -> None:
    # Layer 0 reads the image, 1 a vector, 2 both, 3 hangs on nothing.
    graph = [(-1,), (-2,), (0, 1), ()]
    assert distances(graph, [-1]) == [1, None, 2, None]
    assert levels(graph, image_inputs=[-1], image_outputs=[]) == [1, 1, 2, 4]


@pytest.mark.parametrize(
    ("shape", "is_float", "expected"),
    [
        ((4, 32, 32, 3), True, True),
        ((4, 3, 32, 32), True, True),
        ((4, None, None, 1), True, True),
        ((4, 32, 32, 5), True, False),
        ((4, 1, 1, 3), True, False),
        ((4, 32, 3), True, False),
        ((4, 32, 32, 3), False, True),
        ((4, 32, 32, 2), False, False),
    ],
)
def test_what_an_image_is(shape: Any, is_float: bool, expected: bool) -> None:
    assert is_image(shape, is_float) is expected


def test_when_an_output_is_an_image() -> None:
    image = (4, 32, 32, 3)
    assert output_is_image_end((4, 32, 32, 3), [])
    assert output_is_image_end((4, 16, 16, 1), [image])
    assert not output_is_image_end((4, 15, 15, 1), [image])  # too coarse
    assert not output_is_image_end((4, 32, 32, 4), [image])  # a feature map
    assert output_is_image_end((4, 32, 32, 4), [(4, 32, 32, 4)])


def probe_levels(model: Any, shape: tuple[int, ...]) -> tuple[tuple[str, ...], dict[str, int]]:
    probe = ModelProbe(model, np.zeros(shape, "float32"))
    return probe.image_ends, {info.path: info.level for info in probe.layers}


def test_classifier() -> None:
    model = keras.Sequential(
        [L.Conv2D(8, 3, name="a"), L.ReLU(name="b"), L.Flatten(name="c"), L.Dense(2, name="d")]
    )
    assert probe_levels(model, (2, 8, 8, 3)) == (("input",), {"a": 1, "b": 2, "c": 3, "d": 4})
    probe = ModelProbe(model, np.zeros((2, 8, 8, 3)))
    assert [info.relative_level for info in probe.layers] == [0.25, 0.5, 0.75, 1.0]
    assert [info.level_name for info in probe.layers] == ["low", "low", "high", "high"]


def test_generator() -> None:
    model = keras.Sequential(
        [
            L.Dense(4 * 4 * 8, name="a"),
            L.Reshape((4, 4, 8), name="b"),
            L.Conv2DTranspose(3, 2, strides=2, name="c"),
        ]
    )
    assert probe_levels(model, (2, 5)) == (("output",), {"a": 2, "b": 1, "c": 0})


def test_autoencoder() -> None:
    model = keras.Sequential(
        [
            L.Conv2D(8, 3, strides=2, padding="same", name="a"),
            L.Conv2D(16, 3, strides=2, padding="same", name="b"),
            L.Conv2DTranspose(8, 3, strides=2, padding="same", name="c"),
            L.Conv2DTranspose(3, 3, strides=2, padding="same", name="d"),
        ]
    )
    ends, found = probe_levels(model, (2, 16, 16, 3))
    assert ends == ("input", "output")
    assert found == {"a": 1, "b": 2, "c": 1, "d": 0}


def test_neither_end_an_image() -> None:
    model = keras.Sequential([L.Dense(3, name="a"), L.Dense(3, name="b")])
    assert probe_levels(model, (2, 5)) == ((), {"a": 1, "b": 2})


def test_levels_pass_through_bare_operations_and_nested_models() -> None:
    inner = keras.Sequential([L.Conv2D(8, 3, name="i", padding="same")], name="inner")
    inputs = keras.Input((8, 8, 3))
    x = inner(inputs * 2.0)
    x = L.Conv2D(8, 3, padding="same", name="after")(keras.ops.relu(x) + 1.0)
    outputs = L.GlobalMaxPooling2D(name="pool")(x + inner(inputs))
    ends, found = probe_levels(keras.Model(inputs, outputs), (2, 8, 8, 3))
    assert ends == ("input",)
    assert {path: found[path] for path in ("inner/i", "inner/i:1", "after", "pool")} == {
        "inner/i": 1,
        "inner/i:1": 1,
        "after": 2,
        "pool": 3,
    }
    # Operations are as far as what they read: a product 0, relu and sum 1, the other sum 2.
    layers = {"inner/i", "inner/i:1", "after", "pool"}
    assert sorted(level for path, level in found.items() if path not in layers) == [0, 1, 1, 2]


def test_dropout_returns_its_input_and_counts_all_the_same() -> None:
    model = keras.Sequential([L.Flatten(name="a"), L.Dropout(0.5, name="b"), L.Dense(2, name="c")])
    assert probe_levels(model, (2, 8, 8, 3))[1] == {"a": 1, "b": 2, "c": 3}
