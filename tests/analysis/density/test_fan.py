"""Fans against quantiles of interpolated curves."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.analysis.density.channel_density import channel_density
from cnnviz_widgets.analysis.density.fan import density_fan
from cnnviz_widgets.analysis.density.types import DensityStyle

from .samples import normal


def test_the_fan_is_the_quantiles_on_a_common_grid() -> None:
    values = normal(2000, 30) * np.linspace(0.5, 2, 30)
    values[:, 4] = 0
    values[:, 5] = 3
    density = channel_density(values)
    fan = density_fan(density, 100)
    curves = np.flatnonzero(density.style == DensityStyle.CURVE)
    assert fan.n_channels == curves.size == 28
    assert fan.grid[0] == density.grid[curves, 0].min()
    assert fan.grid[-1] == density.grid[curves, -1].max()
    heights = [np.interp(fan.grid, density.grid[c], density.density[c], 0, 0) for c in curves]
    expected = np.quantile(heights, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    np.testing.assert_allclose(fan.quantiles, expected, atol=1e-9)


def test_a_fan_of_nothing() -> None:
    fan = density_fan(channel_density(np.zeros((100, 3))))
    assert fan.n_channels == 0
    assert fan.quantiles.shape == (5, 256)
    assert not fan.quantiles.any()
