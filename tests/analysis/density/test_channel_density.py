"""Densities against the truth they were drawn from, SciPy's estimate, and hand counts."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from scipy.stats import gaussian_kde, norm

from cnnviz_widgets.analysis.density.channel_density import channel_density
from cnnviz_widgets.analysis.density.fan import density_fan
from cnnviz_widgets.analysis.density.sampling import MOST_VALUES
from cnnviz_widgets.analysis.density.types import ChannelDensity, DensityStyle

from .samples import normal

CURVE, BARS, RUG, EMPTY, NONFINITE = DensityStyle


def of(values: np.ndarray, points: int = 256) -> ChannelDensity:
    """The density of one channel, with what holds of every density checked."""
    density = channel_density(np.asarray(values)[..., None], points)
    check(density, points)
    return density


def check(density: ChannelDensity, points: int = 256) -> None:
    assert density.grid.shape == density.density.shape == (density.n_channels, points)
    steps = np.diff(density.grid, axis=1)
    assert (steps > 0).all()
    np.testing.assert_allclose(steps, steps.mean(axis=1, keepdims=True) * np.ones(points - 1), 1e-3)
    assert np.isfinite(density.grid).all()
    assert (density.density >= 0).all()
    assert np.isfinite(density.density).all()
    drawn = np.isin(density.style, (CURVE, BARS, RUG))
    mass = np.trapezoid(density.density, density.grid, axis=1)
    np.testing.assert_allclose(mass[drawn], 1 - density.zero_share[drawn], atol=1e-6)
    assert (mass[~drawn] == 0).all()
    np.testing.assert_array_equal(np.isnan(density.bandwidth), density.style != CURVE)


def error(density: ChannelDensity, truth: np.ndarray) -> float:
    """Relative L2 distance of the first channel's density from the truth on its grid."""
    grid = density.grid[0]
    distance = np.trapezoid((density.density[0] - truth) ** 2, grid)
    return float(np.sqrt(distance / np.trapezoid(truth**2, grid)))


def test_a_normal_sample() -> None:
    density = of(normal(10_000))
    assert density.style[0] == CURVE
    assert error(density, norm.pdf(density.grid[0])) < 0.05
    assert density.zero_share[0] == 0
    assert density.outside_share[0] == 0
    assert density.atoms == ()


def test_the_bandwidth_is_within_5_per_cent_of_the_optimum() -> None:
    found = channel_density(normal(10_000, 9, seed=3)).bandwidth
    optimum = (4 / 3) ** 0.2 * 10_000**-0.2
    assert abs(np.median(found) / optimum - 1) < 0.05


def test_agrees_with_scipy_at_the_same_bandwidth() -> None:
    values = np.concatenate([normal(3000), 5 + 0.5 * normal(2000, seed=1)])
    density = of(values)
    factor = density.bandwidth[0] / values.std(ddof=1)
    reference = gaussian_kde(values, factor)(density.grid[0])
    np.testing.assert_allclose(density.density[0], reference, atol=0.003 * reference.max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-4, 1e-2, 1e2, 1e4, -1e3])
def test_the_bandwidth_scales_with_the_values(scale: float, dtype: type) -> None:
    values = normal(10_000)
    plain, scaled = of(values), of((scale * values).astype(dtype))
    np.testing.assert_allclose(scaled.bandwidth, abs(scale) * plain.bandwidth, rtol=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_of_a_normal_sample(dtype: type) -> None:
    # Forty samples: one alone may by chance differ from its own distribution by 0.05.
    values = np.maximum(normal(12_544, 40), 0).astype(dtype)
    density = channel_density(values)
    check(density)
    assert (density.style == CURVE).all()
    assert (density.grid[:, 0] == 0).all()
    np.testing.assert_allclose(density.zero_share, (values == 0).mean(axis=0), rtol=1e-12)
    mass = np.trapezoid(density.density, density.grid, axis=1)
    assert np.abs(mass + density.zero_share - 1).max() <= 1e-3
    truth = norm.pdf(density.grid)
    distance = np.sqrt(((density.density - truth) ** 2).sum(axis=1) / (truth**2).sum(axis=1))
    assert np.median(distance) < 0.03
    assert distance.max() < 0.06


def test_values_below_zero_mirror_those_above() -> None:
    values = np.maximum(normal(5000), 0)
    above, below = of(values), of(-values)
    assert below.grid[0, -1] == 0
    np.testing.assert_allclose(below.grid[0], -above.grid[0, ::-1], atol=1e-3)
    np.testing.assert_allclose(
        below.density[0], above.density[0, ::-1], atol=0.01 * above.density.max()
    )


def test_zeros_far_from_the_rest_do_not_stretch_the_grid() -> None:
    values = (1000 + normal(8000)) * (np.arange(8000) % 2)
    density = of(values)
    assert density.zero_share[0] == 0.5
    assert density.style[0] == CURVE
    assert 990 < density.grid[0, 0] < density.grid[0, -1] < 1010
    assert error(density, 0.5 * norm.pdf(density.grid[0] - 1000)) < 0.06


@pytest.mark.parametrize("sign", [1, -1])
def test_zeros_in_some_rows_only(sign: int) -> None:
    # The values nearest to zero stand among rows without any zero, and before them.
    values = sign * np.concatenate([10 + normal(600), np.where(np.arange(400) % 2, 0, 12.5)])
    values[600:] += np.where(values[600:] != 0, 0.1 * normal(400, seed=1), 0)
    density = of(values)
    others = values[values != 0]
    assert density.style[0] == CURVE
    assert density.zero_share[0] == 0.2
    assert density.grid[0, 0] < others.min()
    assert density.grid[0, -1] > others.max()


def test_zeros_amid_the_rest_are_split_off_only() -> None:
    values = np.concatenate([normal(9000), np.zeros(3000)])
    density = of(values)
    assert density.zero_share[0] == 0.25
    assert error(density, 0.75 * norm.pdf(density.grid[0])) < 0.05


def test_relu6() -> None:
    values = np.clip(4 * normal(12_544), 0, 6)
    density = of(values)
    grid, heights = density.grid[0], density.density[0]
    assert (grid[0], grid[-1]) == (0, 6)
    ((channel, value, share),) = density.atoms
    assert (channel, value) == (0, 6)
    np.testing.assert_allclose(share, (values == 6).mean(), rtol=1e-12)
    # The bar is half a cell at the end: without it the curve runs on as before.
    curve = heights.copy()
    curve[-1] -= share / ((grid[-1] - grid[-2]) / 2)
    truth = norm.pdf(grid / 4) / 4
    assert np.sqrt(((curve - truth) ** 2).sum() / (truth**2).sum()) < 0.06


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        (np.tanh(15 * normal(10_000)).astype(np.float32), [-1, 1]),
        (np.clip(0.2 * normal(10_000) + 0.5, 0.25, 0.75), [0.25, 0.75]),
        (np.maximum(normal(10_000), 0) - 0.4, [-0.4]),
        ((1 / (1 + np.exp(-12 * normal(10_000)))).astype(np.float32), [1]),
    ],
)
def test_saturated_ends_are_atoms_and_nothing_lies_beyond(
    values: np.ndarray, ends: list[float]
) -> None:
    density = of(values)
    assert density.style[0] == CURVE
    for end in ends:
        share = (values == np.asarray(end, dtype=values.dtype)).mean()
        matching = [a for a in density.atoms if np.isclose(a.value, end, rtol=1e-6)]
        assert any(np.isclose(a.share, share) for a in matching)
        if end == min(ends) and end == values.min():
            assert density.grid[0, 0] == values.min()
        if end == values.max():
            assert density.grid[0, -1] == values.max()


def test_an_atom_inside_stands_out_of_the_curve() -> None:
    values = normal(10_000)
    values[::4] = 0.3
    density = of(values)
    ((_, value, share),) = density.atoms
    assert (value, share) == (0.3, 0.25)
    heights = density.density[0].copy()
    peak = heights.argmax()
    assert abs(density.grid[0, peak] - 0.3) <= (density.grid[0, 1] - density.grid[0, 0]) / 2
    heights[peak] -= 0.25 / (density.grid[0, 1] - density.grid[0, 0])
    truth = 0.75 * norm.pdf(density.grid[0])
    assert np.sqrt(((heights - truth) ** 2).sum() / (truth**2).sum()) < 0.06


def test_all_zero() -> None:
    density = of(np.zeros(100))
    assert density.style[0] == EMPTY
    assert density.zero_share[0] == 1
    assert not density.density.any()


@pytest.mark.parametrize("value", [0.5, -3.0, 1e-30, -1e30, 7.0])
def test_a_constant_is_one_bar(value: float) -> None:
    density = of(np.full(1000, value))
    assert density.style[0] == BARS
    assert density.atoms == ((0, value, 1.0),)
    (at,) = np.flatnonzero(density.density[0])
    step = density.grid[0, 1] - density.grid[0, 0]
    assert abs(density.grid[0, at] - value) <= 0.51 * step


def test_a_constant_beside_zeros() -> None:
    density = of(np.repeat([0.0, 0.25], [30, 10]))
    assert density.style[0] == BARS
    assert density.atoms == ((0, 0.25, 0.25),)
    assert density.zero_share[0] == 0.75


def test_whole_numbers_are_bars_at_their_values() -> None:
    # 0, 1, 2, 3 with shares 1/8, 1/2, 1/4, 1/8 of 800
    values = np.repeat([0, 1, 2, 3], [100, 400, 200, 100])
    density = of(values)
    assert density.style[0] == BARS
    assert density.zero_share[0] == 0.125
    assert [a[1:] for a in density.atoms] == [(1, 0.5), (2, 0.25), (3, 0.125)]
    at = np.flatnonzero(density.density[0])
    step = density.grid[0, 1] - density.grid[0, 0]
    np.testing.assert_allclose(density.grid[0, at], [1, 2, 3], atol=step / 2)
    np.testing.assert_allclose(density.density[0, at] * step, [0.5, 0.25, 0.125], rtol=1e-9)


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).integers(0, 256, 10_000),
        np.random.default_rng(0).integers(0, 256, 10_000) / 255,
        np.random.default_rng(0).integers(0, 10, 1000) * 0.37 + 0.1,
        np.random.default_rng(0).choice([0.2, 0.7], 100),
    ],
)
def test_values_on_a_lattice_are_bars(values: np.ndarray) -> None:
    assert of(values).style[0] == BARS


def test_few_values_are_a_rug() -> None:
    density = of(np.array([0.0, 0.0, 0.2, 0.5, 0.9]))
    assert density.style[0] == RUG
    assert density.zero_share[0] == 0.4
    at = np.flatnonzero(density.density[0])
    np.testing.assert_allclose(density.grid[0, at], [0.2, 0.5, 0.9], atol=0.002)


@pytest.mark.parametrize(("n", "style"), [(19, RUG), (20, CURVE)])
def test_where_a_rug_ends(n: int, style: DensityStyle) -> None:
    assert of(np.concatenate([np.zeros(50), normal(n)])).style[0] == style


def test_one_value() -> None:
    density = channel_density(np.array([[0.3, 0.0, np.nan, -2.0]]))
    check(density)
    np.testing.assert_array_equal(density.style, [RUG, EMPTY, NONFINITE, RUG])


def test_one_dimension_is_one_value_a_channel() -> None:
    density = channel_density([0.3, 0.0])
    check(density)
    assert density.n_values == 1


def test_what_is_not_finite_is_left_out() -> None:
    clean = 10 + normal(5000)
    values = np.concatenate([clean, np.full(1000, np.nan), np.full(250, np.inf)])
    np.random.default_rng(1).shuffle(values)
    density, reference = of(values), of(clean)
    assert density.nonfinite_share[0] == 0.2
    assert density.zero_share[0] == 0
    np.testing.assert_allclose(density.grid, reference.grid, rtol=1e-6)
    np.testing.assert_allclose(density.density, reference.density, atol=1e-4)


def test_zero_share_is_of_the_finite_values() -> None:
    density = of(np.concatenate([np.zeros(50), normal(50), np.full(100, np.nan)]))
    assert density.zero_share[0] == 0.5
    assert density.nonfinite_share[0] == 0.5


def test_nothing_finite() -> None:
    density = of(np.array([np.nan, np.inf, -np.inf]))
    assert density.style[0] == NONFINITE
    assert density.nonfinite_share[0] == 1
    assert density.zero_share[0] == 0


def test_heavy_tails() -> None:
    values = np.random.default_rng(0).standard_cauchy(10_000)
    density = of(values)
    assert density.style[0] == CURVE
    np.testing.assert_allclose(density.outside_share, 0.002, atol=1e-9)
    low, high = np.quantile(values, [0.001, 0.999])
    assert density.grid[0, 0] <= low
    assert density.grid[0, -1] >= high
    assert density.grid[0, -1] < 3 * high


def test_one_value_far_out() -> None:
    values = np.append(normal(9999), 1e6)
    density = of(values)
    assert density.grid[0, -1] < 10
    assert error(density, norm.pdf(density.grid[0])) < 0.05


def test_two_modes() -> None:
    values = np.concatenate([normal(5000), 8 + normal(5000, seed=1)])
    density = of(values)
    truth = (norm.pdf(density.grid[0]) + norm.pdf(density.grid[0] - 8)) / 2
    assert error(density, truth) < 0.06


def test_a_hard_edge_stays_a_curve() -> None:
    values = np.random.default_rng(0).exponential(size=10_000)
    density = of(values)
    assert density.style[0] == CURVE
    grid = density.grid[0]
    inside = grid > 0.3
    np.testing.assert_allclose(density.density[0, inside], np.exp(-grid[inside]), atol=0.12)


def test_duplicates_in_pairs_are_no_atoms() -> None:
    density = of(np.repeat(normal(500), 2))
    assert density.style[0] == CURVE
    assert density.atoms == ()


def test_free_ends_are_padded_by_four_bandwidths() -> None:
    values = normal(2000)
    density = of(values)
    h = density.bandwidth[0]
    np.testing.assert_allclose(density.grid[0, 0], values.min() - 4 * h, rtol=1e-6)
    np.testing.assert_allclose(density.grid[0, -1], values.max() + 4 * h, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-300, 1e-100, 1e-38, 1e-30, 1e30, 1e38, 1e100, 1e300, 1e307])
def test_any_magnitude(scale: float) -> None:
    values = normal(1000) * scale
    density = of(values)
    if 1e-100 <= scale <= 1e100:
        plain = of(normal(1000))
        np.testing.assert_allclose(density.bandwidth / scale, plain.bandwidth, rtol=1e-3)
    if 1e-38 <= scale <= 1e37:
        narrow = of(values.astype(np.float32))
        np.testing.assert_allclose(narrow.bandwidth, density.bandwidth, rtol=1e-3)


def test_a_small_spread_far_from_zero() -> None:
    density = of(1e6 + 1e-3 * normal(2000))
    assert density.style[0] == CURVE
    plain = of(normal(2000))
    np.testing.assert_allclose(density.bandwidth, 1e-3 * plain.bandwidth, rtol=1e-3)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_short_floats_are_curves(dtype: type) -> None:
    density = of(normal(5000).astype(dtype))
    assert density.style[0] == CURVE
    assert error(density, norm.pdf(density.grid[0])) < 0.08


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint16, np.int64])
def test_integers_and_booleans(dtype: type) -> None:
    density = of(np.repeat([0, 1], 50).astype(dtype))
    assert density.style[0] == BARS
    assert density.atoms == ((0, 1.0, 0.5),)


def test_large_samples_keep_exact_zero_shares() -> None:
    values = np.maximum(normal(20, 100, 50, 3), 0)
    values[..., 1] = 0
    values[..., 2] += np.where(np.arange(50) == 0, np.nan, 0)
    density = channel_density(values)
    check(density)
    assert (density.n_values, density.n_read) == (100_000, MOST_VALUES)
    assert density.zero_share[0] == (values[..., 0] == 0).mean()
    assert density.zero_share[1] == 1
    np.testing.assert_allclose(density.nonfinite_share, [0, 0, 0.02], atol=1e-12)
    finite = values[..., 2][np.isfinite(values[..., 2])]
    np.testing.assert_allclose(density.zero_share[2], (finite == 0).mean(), rtol=1e-12)
    assert error(density, norm.pdf(density.grid[0])) < 0.05


def test_fewer_values_where_that_is_wished_for() -> None:
    values = np.maximum(normal(20, 100, 50, 2), 0)
    density = channel_density(values, most_values=4096)
    check(density)
    assert (density.n_values, density.n_read) == (100_000, 4096)
    assert density.zero_share[0] == (values[..., 0] == 0).mean()
    assert error(density, norm.pdf(density.grid[0])) < 0.08
    with pytest.raises(ValueError, match="a whole number, 1,024 or more; got 100"):
        channel_density(values, most_values=100)


def test_large_samples_do_not_follow_the_rows_of_an_image() -> None:
    # Every column of the picture has its own value range: regular steps would see few of them.
    values = np.tile(np.arange(256) / 256, (512, 1))[None, :, :, None] + 1e-4 * normal(
        1, 512, 256, 1
    )
    density = channel_density(values)
    third = np.searchsorted(density.grid[0], 1 / 3)
    mass = np.trapezoid(density.density[0, :third], density.grid[0, :third])
    assert abs(mass - 1 / 3) < 0.02


def test_sparse_channels_of_large_samples_are_read_in_full() -> None:
    values = np.zeros((300_000, 2))
    values[::3000, 0] = 1 + normal(100)
    values[::100_000, 1] = [1, 2, 4]
    density = channel_density(values)
    check(density)
    np.testing.assert_array_equal(density.style, [CURVE, RUG])
    at = np.flatnonzero(density.density[1])
    np.testing.assert_allclose(density.grid[1, at], [1, 2, 4], atol=0.02)
    np.testing.assert_allclose(density.zero_share, 1 - np.array([100, 3]) / 300_000, rtol=1e-12)


def test_the_same_values_give_the_same_curves() -> None:
    values = normal(40_000, 2)
    first, second = channel_density(values), channel_density(values)
    np.testing.assert_array_equal(first.density, second.density)


def test_each_channel_by_itself() -> None:
    n = 3000
    values = np.stack(
        [
            normal(n),
            np.zeros(n),
            np.maximum(normal(n, seed=1), 0),
            np.full(n, 2.0),
            np.clip(normal(n, seed=2), -1, 1),
            np.full(n, np.nan),
            np.arange(n) % 5,
            np.where(np.arange(n) < 7, normal(n), 0),
            1e5 * np.random.default_rng(3).standard_cauchy(n),
        ],
        axis=1,
    )
    together = channel_density(values)
    check(together)
    np.testing.assert_array_equal(
        together.style, [CURVE, EMPTY, CURVE, BARS, CURVE, NONFINITE, BARS, RUG, CURVE]
    )
    for c in range(values.shape[1]):
        alone = channel_density(values[:, c : c + 1])
        np.testing.assert_allclose(together.grid[c], alone.grid[0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(together.density[c], alone.density[0], rtol=1e-6, atol=1e-12)
        assert [a[1:] for a in together.atoms if a.channel == c] == [a[1:] for a in alone.atoms]
    assert sorted(together.atoms) == list(together.atoms)


def test_axes_in_any_memory_order() -> None:
    values = normal(4, 3, 20, 25)
    moved = np.moveaxis(values, 1, -1)
    before = values.copy()
    found, expected = channel_density(moved), channel_density(np.ascontiguousarray(moved))
    np.testing.assert_allclose(found.density, expected.density, rtol=1e-9)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("points", [16, 33, 256, 2000])
def test_any_number_of_points(points: int) -> None:
    curve = of(normal(5000), points)
    reference = of(normal(5000))
    assert curve.style[0] == CURVE
    np.testing.assert_array_equal(curve.bandwidth, reference.bandwidth)
    of(np.maximum(normal(5000), 0), points)
    of(np.arange(100) % 4, points)


def test_25_600_channels_with_their_fan() -> None:
    values = np.maximum(normal(64, 25_600) + 0.5, 0).astype(np.float32)
    seen: list[float] = []
    density = channel_density(values, 32, progress=seen.append)
    check(density, 32)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    np.testing.assert_allclose(density.zero_share, (values == 0).mean(axis=0), rtol=1e-12)
    fan = density_fan(density, 64)
    assert fan.n_channels == (density.style == CURVE).sum() > 25_000
    # The median channel is the distribution that all were drawn from.
    middle = (fan.grid > 0.3) & (fan.grid < 1.5)
    np.testing.assert_allclose(
        fan.quantiles[2, middle], norm.pdf(fan.grid[middle] - 0.5), atol=0.06
    )


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="complex"):
        channel_density(np.zeros((4, 2), dtype=complex))
    with pytest.raises(ValueError, match=r"\(4, 0\)"):
        channel_density(np.zeros((4, 0)))
    with pytest.raises(ValueError, match="single number"):
        channel_density(1.0)
    with pytest.raises(ValueError, match="16 or more; got 3"):
        channel_density(np.zeros((4, 2)), 3)
    with pytest.raises(TypeError):
        channel_density(np.zeros((4, 2)), 64.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="16 or more; got 0"):
        density_fan(channel_density(np.zeros((4, 2))), 0)


def test_the_record_is_read_only() -> None:
    density = channel_density(normal(100, 2))
    with pytest.raises(ValueError, match="read-only"):
        density.density[0] = 1
