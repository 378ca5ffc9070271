"""How much of an image linear functions of maps give back."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.resemblance import neighbour_correlation, readable_share

RNG = np.random.default_rng(0)
IMAGE = RNG.normal(size=(8, 100, 2))


@pytest.mark.parametrize("samples", [2, 8])
def test_maps_that_hold_the_image(samples: int) -> None:
    image = IMAGE[:samples]
    maps = np.concatenate((image @ RNG.normal(size=(2, 3)), RNG.normal(size=(samples, 100, 2))), 2)
    assert readable_share(maps, image) == pytest.approx(1, abs=1e-3)


def test_maps_that_hold_half_of_it() -> None:
    # Signal and noise of equal power: R² is 1/2.
    maps = IMAGE + RNG.normal(size=IMAGE.shape)
    assert readable_share(maps, IMAGE) == pytest.approx(0.5, abs=0.07)


def test_maps_that_hold_nothing() -> None:
    assert readable_share(RNG.normal(size=(8, 100, 4)), IMAGE) < 0.02
    assert readable_share(np.zeros((8, 100, 4)), IMAGE) == 0


def test_what_cannot_be_told() -> None:
    assert np.isnan(readable_share(IMAGE, np.ones((8, 100, 1))))  # the image does not vary
    assert np.isnan(readable_share(RNG.normal(size=(8, 4, 30)), IMAGE[:, :4]))  # too few values


def test_neighbours_of_noise_and_of_pictures() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(16, 12, 12, 3))
    assert abs(neighbour_correlation(noise)) < 0.05
    # Each pixel doubled both ways: every other pair is equal, the others independent.
    doubled = noise.repeat(2, axis=1).repeat(2, axis=2)
    pairs = 24 * 23
    assert neighbour_correlation(doubled) == pytest.approx(24 * 12 / pairs, abs=0.03)
    assert np.isnan(neighbour_correlation(np.ones((2, 4, 4, 1))))
    assert np.isnan(neighbour_correlation(noise[:, :1, :1]))
