"""The maps of the still pictures and files are those of the page."""

from __future__ import annotations

import math
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import cnnviz_widgets
from cnnviz_widgets.widgets.pictures.colour_maps import chosen_colormap, colour_table

PLOTS = Path(cnnviz_widgets.__file__).parent / "frontend" / "src" / "lib" / "plots"


def in_page(name: str) -> str:
    """The digits of a map's knots."""
    source = (PLOTS / "colormaps.ts").read_text()
    [written] = re.findall(rf"^  {name}:(.*?),$", source, re.DOTALL | re.MULTILINE)
    return "".join(re.findall(r'"([0-9a-f]+)"', written))


@pytest.mark.parametrize("name", ["magma", "viridis", "diverging"])
def test_a_map_has_the_pages_colours(name: str) -> None:
    knots = np.frombuffer(bytes.fromhex(in_page(name)), np.uint8).reshape(-1, 3)
    at = np.linspace(0, 255, len(knots))
    whole = at == np.rint(at)
    assert whole.sum() >= 2
    np.testing.assert_array_equal(colour_table(name)[at[whole].astype(int)], knots[whole])
    for channel in range(3):
        expected = np.interp(np.arange(256), at, knots[:, channel])
        np.testing.assert_allclose(colour_table(name)[:, channel], expected, atol=0.5)


@pytest.mark.parametrize("name", ["viridis", "magma"])
def test_maps_are_those_of_others(name: str) -> None:
    expected = 255 * matplotlib.colormaps[name](np.arange(256))[:, :3]
    assert abs(colour_table(name) - expected).max() < 3.5


def test_the_diverging_map_is_blue_below_white_and_red_above() -> None:
    low, middle, high = colour_table("diverging")[[20, 128, 235]].astype(int)
    assert low[2] > low[0] + 80 and high[0] > high[2] + 80 and middle.min() > 230
    assert (colour_table("grey") == np.arange(256)[:, None]).all()


def test_what_is_chosen_for_values_of_both_signs_is_diverging() -> None:
    ranges = {
        "magma": [(0, 1), (-0.1, 1), (math.nan, math.nan)],
        "diverging": [(-1, 1), (-1, -0.5)],
    }
    for name, each in ranges.items():
        assert {chosen_colormap("auto", low, high) for low, high in each} == {name}
    assert chosen_colormap("grey", -1, 1) == "grey"


def test_an_unknown_map_is_magma() -> None:
    np.testing.assert_array_equal(colour_table("cividis"), colour_table("magma"))
