"""Small pictures of samples over one range, whatever the values were scaled to."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.thumbnails import (
    CURVE,
    MOST_BYTES,
    MOST_SIDE,
    curves,
    thumbnails,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 12, 10, 3))
IMAGES[0, 0, 0], IMAGES[0, 0, 1] = 0, 255


@pytest.mark.parametrize(
    "scaled",
    [
        IMAGES.astype(np.uint8),
        IMAGES / 255,
        IMAGES / 127.5 - 1,
        (IMAGES - IMAGES.mean()) / IMAGES.std(),
        (IMAGES / 255).astype(np.float16),
    ],
    ids=["bytes", "0 to 1", "-1 to 1", "standardised", "half"],
)
def test_the_same_picture_whatever_its_preprocessing(scaled: np.ndarray) -> None:
    made = thumbnails(scaled)
    assert made.pixels.shape == (5, 12, 10, 3)
    assert abs(made.pixels.astype(int) - IMAGES).max() <= 1
    assert (made.low, made.high) == pytest.approx((scaled.min(), scaled.max()), rel=1e-3)


def test_one_stray_value_takes_no_contrast_and_one_that_is_not_finite_is_dark() -> None:
    images = IMAGES / 255
    images[1, 1, 1], images[1, 2, 2] = 1e6, np.nan
    made = thumbnails(images)
    assert made.high < 1.1
    assert made.pixels[1, 1, 1].tolist() == [255] * 3
    assert made.pixels[1, 2, 2].tolist() == [0] * 3
    assert abs(made.pixels[3].astype(int) - IMAGES[3]).max() <= 3


def test_large_ones_are_averaged_over_squares() -> None:
    images = np.random.default_rng(1).random((2, 150, 130, 1))
    made = thumbnails(images)
    side = 3
    assert made.pixels.shape == (2, 50, 44, 1)
    corner, end = images[1, :side, :side].mean(), images[1, -side:, 129:].mean()
    span = made.high - made.low
    assert made.pixels[1, 0, 0, 0] == pytest.approx(255 * (corner - made.low) / span, abs=1)
    assert made.pixels[1, -1, -1, 0] == pytest.approx(255 * (end - made.low) / span, abs=1)
    many = thumbnails(np.zeros((128, 100, 100, 3), np.float32))
    assert many.pixels.nbytes <= MOST_BYTES
    assert max(many.pixels.shape[1:3]) <= MOST_SIDE


@pytest.mark.parametrize(("channels", "shown"), [(1, 1), (2, 1), (3, 3), (4, 3)])
def test_three_channels_are_colours(channels: int, shown: int) -> None:
    images = np.random.default_rng(1).random((2, 4, 4, channels))
    assert thumbnails(images).pixels.shape[-1] == shown


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan])
def test_a_flat_picture_is_black(value: float) -> None:
    assert not thumbnails(np.full((2, 4, 4, 1), value)).pixels.any()


def test_a_curve_rises_from_the_lower_left_to_the_upper_right() -> None:
    made = curves(np.linspace(0, 5, 200)[np.newaxis])
    down, across = CURVE
    picture = made.pixels[0, ..., 0]
    assert picture.shape == (down, across)
    assert picture[down - 1, 0] == picture[0, across - 1] == 255
    assert picture.any(axis=0).all()
    assert picture[0, 0] == picture[down - 1, across - 1] == 0


def test_a_curve_of_one_point_or_of_none_known_is_drawn_as_far_as_it_goes() -> None:
    assert curves(np.array([[2.0]])).pixels.any()
    assert not curves(np.full((1, 9), np.nan)).pixels.any()


def test_they_take_no_more_than_asked_for() -> None:
    images = np.random.default_rng(0).random((50, 28, 28, 1))
    for most in (50, 50 * 14 * 14, 10**6):
        assert thumbnails(images, most_bytes=most).pixels.nbytes <= most
    assert thumbnails(images, most_bytes=50 * 14 * 14).pixels.shape[1:3] == (14, 14)
