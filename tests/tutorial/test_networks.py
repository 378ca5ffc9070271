"""The networks of the study against the paper's tables, the parameters counted by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from dcgan_study.networks import NOISE, VERSIONS, check, discriminator, generator

# Kind, name, shape of a sample, activation, parameters.
Row = tuple[str, str, tuple[int, ...], str | None, int]


def rows(model: Any) -> list[Row]:
    """All layers but the input."""
    return [
        (
            type(layer).__name__,
            layer.name,
            tuple(layer.output.shape[1:]),
            getattr(getattr(layer, "activation", None), "__name__", None),
            layer.count_params(),
        )
        for layer in model.layers[1:]
    ]


# [WL20 Table 1] at 160×160: kernel × inputs × outputs, and a bias for each output.
GENERATOR_1: list[Row] = [
    ("Dense", "dense1", (2560,), "relu", 256 * 2560 + 2560),
    ("Dense", "dense2", (25600,), "relu", 2560 * 25600 + 25600),
    ("Reshape", "reshape", (20, 20, 64), None, 0),
    ("Conv2DTranspose", "up1", (40, 40, 32), "relu", 5 * 5 * 64 * 32 + 32),
    ("Conv2DTranspose", "up2", (80, 80, 16), "relu", 5 * 5 * 32 * 16 + 16),
    ("Conv2DTranspose", "image", (160, 160, 3), "tanh", 5 * 5 * 16 * 3 + 3),
]
GENERATOR_2: list[Row] = [
    ("Dense", "dense2", (25600,), "relu", 256 * 25600 + 25600),
    *GENERATOR_1[2:],
]
DISCRIMINATOR_1: list[Row] = [
    ("Conv2D", "conv1", (80, 80, 16), "linear", 5 * 5 * 3 * 16 + 16),
    ("LeakyReLU", "conv1_act", (80, 80, 16), None, 0),
    ("Conv2D", "conv2", (40, 40, 32), "linear", 5 * 5 * 16 * 32 + 32),
    ("LeakyReLU", "conv2_act", (40, 40, 32), None, 0),
    ("Conv2D", "conv3", (20, 20, 64), "linear", 5 * 5 * 32 * 64 + 64),
    ("LeakyReLU", "conv3_act", (20, 20, 64), None, 0),
    ("Flatten", "flatten", (25600,), None, 0),
    ("Dense", "dense1", (160,), "linear", 25600 * 160 + 160),
    ("LeakyReLU", "dense1_act", (160,), None, 0),
    ("Dense", "verdict", (1,), "sigmoid", 160 + 1),
]
# Batch normalisation has four numbers a channel, and stands before the activation.
DISCRIMINATOR_3: list[Row] = [
    DISCRIMINATOR_1[0],
    ("BatchNormalization", "conv1_norm", (80, 80, 16), None, 4 * 16),
    *DISCRIMINATOR_1[1:3],
    ("BatchNormalization", "conv2_norm", (40, 40, 32), None, 4 * 32),
    *DISCRIMINATOR_1[3:5],
    ("BatchNormalization", "conv3_norm", (20, 20, 64), None, 4 * 64),
    *DISCRIMINATOR_1[5:8],
    ("BatchNormalization", "dense1_norm", (160,), None, 4 * 160),
    *DISCRIMINATOR_1[8:],
]


@pytest.mark.parametrize(
    ("model", "table"),
    [
        (generator(1, 160), GENERATOR_1),
        (generator(2, 160), GENERATOR_2),
        (generator(3, 160), GENERATOR_2),
        (discriminator(1, 160), DISCRIMINATOR_1),
        (discriminator(2, 160), DISCRIMINATOR_1),
        (discriminator(3, 160), DISCRIMINATOR_3),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_papers_tables_at_the_papers_size(model: Any, table: list[Row]) -> None:
    assert rows(model) == table
    assert model.count_params() == sum(row[-1] for row in table)
    for before, after in pairwise(model.layers):
        assert after.input is before.output


def test_a_quarter_of_the_size_has_a_sixteenth_of_the_features() -> None:
    assert rows(generator(1, 40)) == [
        ("Dense", "dense1", (160,), "relu", 256 * 160 + 160),
        ("Dense", "dense2", (1600,), "relu", 160 * 1600 + 1600),
        ("Reshape", "reshape", (5, 5, 64), None, 0),
        ("Conv2DTranspose", "up1", (10, 10, 32), "relu", 51_232),
        ("Conv2DTranspose", "up2", (20, 20, 16), "relu", 12_816),
        ("Conv2DTranspose", "image", (40, 40, 3), "tanh", 1_203),
    ]
    dense = {row[1]: row for row in rows(discriminator(3, 40))}["dense1"]
    assert dense == ("Dense", "dense1", (160,), "linear", 1600 * 160 + 160)


@pytest.mark.parametrize("version", VERSIONS)
def test_convolutions_and_slopes(version: int) -> None:
    made, judge = generator(version, 16), discriminator(version, 16)
    convolutions = [
        layer for layer in (*made.layers, *judge.layers) if hasattr(layer, "kernel_size")
    ]
    assert len(convolutions) == 6
    for layer in convolutions:
        assert (layer.kernel_size, layer.strides, layer.padding) == ((5, 5), (2, 2), "same")
    slopes = [layer.negative_slope for layer in judge.layers if hasattr(layer, "negative_slope")]
    assert slopes == [0.2] * 4


def test_from_noise_to_image_to_verdict() -> None:
    made, judge = generator(1, 24, "relu"), discriminator(1, 24)
    assert made.input_shape == (None, NOISE) == (None, 256)
    assert made.output_shape == judge.input_shape == (None, 24, 24, 3)
    assert judge.output_shape == (None, 1)
    assert made.get_layer("image").activation.__name__ == "relu"


@pytest.mark.parametrize(("size", "nearest"), [(42, 40), (47, 48), (4, 8), (0, 8), (-8, 8)])
def test_a_size_that_three_layers_cannot_double(size: int, nearest: int) -> None:
    for make in (generator, discriminator):
        with pytest.raises(ValueError, match=f"multiple of 8.* got {size}, nearest is {nearest}$"):
            make(1, size)


@pytest.mark.parametrize("version", [0, 4, "1"])
def test_a_version_that_is_not(version: Any) -> None:
    with pytest.raises(ValueError, match=f"version is 1, 2 or 3; got {version!r}"):
        check(version, 40)
