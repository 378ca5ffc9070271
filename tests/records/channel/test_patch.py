"""Boxes cut out of samples, and how alike what is in them is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.intervals import Window, own_positions, windowed
from cnnviz_widgets.records.channel.patch import cut_out
from cnnviz_widgets.records.channel.patch_likeness import PatchLikeness
from cnnviz_widgets.records.channel.receptive_field import InputField

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "box",
    [((1, 3), (2, 5)), ((-2, 2), (0, 6)), ((3, 8), (-1, 7)), ((-3, 0), (1, 2)), ((9, 11), (7, 9))],
)
def test_a_box_is_what_padding_would_make_of_it(box: tuple[tuple[int, int], ...]) -> None:
    sample = RNG.uniform(1, 2, (2, 5, 6)).astype("float32")
    pixels, outside = cut_out(sample, (2, 3), box)
    wide = np.pad(sample, [(0, 0), (12, 12), (12, 12)])
    (top, bottom), (left, right) = box
    expected = wide[:, top + 12 : bottom + 12, left + 12 : right + 12]
    np.testing.assert_array_equal(pixels, expected)
    np.testing.assert_array_equal(outside, expected[0] == 0)
    assert not pixels.flags.writeable


def field_of(length: int, kernel: int) -> InputField:
    """Of a convolution of a square image that keeps its size."""
    window = Window(kernel, before=kernel // 2)
    seen, reached = (
        tuple(
            windowed(own_positions(length, axis, 2), axis, length, window, length, free=free)[
                :, np.newaxis
            ]
            for axis in (0, 1)
        )
        for free in (False, True)
    )
    return InputField("image", (1, 2), (length, length), 1, (length, length), seen, reached)


@pytest.mark.parametrize("kernel", [3, 65])
def test_likeness_is_the_mean_cosine_of_centred_patches(kernel: int) -> None:
    length, half = 70, kernel // 2
    images = RNG.normal(size=(4, length, length, 2)).astype("float32")
    numbers, places = np.array([0, 2, 3]), [(0, 0), (35, 33), (69, 5)]
    flat = np.array([y * length + x for y, x in places])
    rows: list[Any] = []
    for number, (y, x) in zip(numbers, places, strict=True):
        wide = np.pad(images[number], [(half, half), (half, half), (0, 0)])
        step = -(-kernel // 32)
        row = wide[y : y + kernel : step, x : x + kernel : step].ravel().astype("float64")
        rows.append((row - row.mean()) / np.linalg.norm(row - row.mean()))
    products = [rows[0] @ rows[1], rows[0] @ rows[2], rows[1] @ rows[2]]
    found = PatchLikeness(field_of(length, kernel), images)(numbers, flat)
    assert found == pytest.approx(np.mean(products), abs=1e-9)


def test_patches_that_are_the_same_but_for_their_brightness_are_alike() -> None:
    image = RNG.normal(size=(6, 6, 1))
    likeness = PatchLikeness(field_of(6, 3), np.stack([image, image + 5, 3 * image]))
    assert likeness(np.arange(3), np.full(3, 14)) == pytest.approx(1)
    blank = PatchLikeness(field_of(6, 3), np.ones((2, 6, 6, 1)))
    assert blank(np.arange(2), np.full(2, 14)) == 0
