"""How much of an image linear functions of maps give back."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.diagnosis.resemblance import readable_share

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
