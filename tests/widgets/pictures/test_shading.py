"""Values as colours in the still pictures, against matplotlib's published maps at a few places."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord
from cnnviz_widgets.widgets.pictures.shading import coloured, shaded

# https://bids.github.io/colormap: magma at 0, 1/4, 1/2, 3/4 and 1.
MAGMA = [(0, 0, 4), (81, 18, 124), (183, 55, 121), (252, 137, 97), (252, 253, 191)]


def bounds(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([low], dtype="float32"), np.array([high], dtype="float32")


def test_values_above_zero_are_magma() -> None:
    values = np.linspace(2, 6, 5, dtype="float32")
    colours = coloured(values, *bounds(2, 6))
    assert np.abs(colours.astype(int) - MAGMA).max() <= 3
    # As bright as they are large: its lightness rises.
    fine = coloured(np.linspace(0, 1, 256, dtype="float32"), *bounds(0, 1)) @ [
        0.2126,
        0.7152,
        0.0722,
    ]
    assert (np.diff(fine) > -0.6).all()


def test_values_of_both_signs_are_blue_and_red_about_zero() -> None:
    blue, white, red = coloured(np.array([-1, 0, 1], dtype="float32"), *bounds(-1, 3)).astype(int)
    assert blue[2] > blue[0] + 20
    assert red[0] > red[2] + 20
    assert white.min() > 235
    # A leak below zero is no reason for white.
    leaky = coloured(np.array([0], dtype="float32"), *bounds(-0.2, 1))
    assert leaky.max() < 150


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_orange(value: float) -> None:
    assert coloured(np.array([value], dtype="float32"), *bounds(0, 1)).tolist() == [[213, 94, 0]]
    assert coloured(np.array([value], dtype="float32"), *bounds(np.nan, np.nan)).tolist() == [
        [213, 94, 0]
    ]


def test_a_range_of_no_width_is_the_middle_of_the_map() -> None:
    assert (
        np.abs(coloured(np.array([7], dtype="float32"), *bounds(7, 7)) - np.array(MAGMA[2])).max()
        <= 3
    )


def test_rows_of_a_channel_compare() -> None:
    """The sample that excites a channel twice as much is brighter, however its tile is inside."""
    values = np.zeros((2, 4, 4, 2), dtype="float32")
    values[0, :, :, 0] = np.linspace(0, 1, 16).reshape(4, 4)
    values[1, :, :, 0] = 2 * values[0, :, :, 0]
    values[:, :, :, 1] = 5 * values[::-1, :, :, 0]
    record = LayerRecord(values)
    picture = shaded(record.tiles, "channel").astype(int).sum(axis=(2, 3, 4))
    column = {int(channel): at for at, channel in enumerate(record.tiles.columns)}
    assert picture[1, column[0]] > picture[0, column[0]]
    assert picture[0, column[1]] > picture[1, column[1]]
    assert shaded(record.tiles, "tile", 1).shape == (1, 2, 4, 4, 3)
