"""Where values end: densities against the truth that samples were drawn from, at its bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, softmax
from scipy.stats import gaussian_kde

from cnnviz_widgets.analysis.density.bounds import UNBOUNDED, finite_range, shared_ends, sharp_ends
from cnnviz_widgets.analysis.density.channel_density import channel_density
from cnnviz_widgets.analysis.density.types import ChannelDensity, DensityStyle
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.records.snapshot import record_arrays, record_from_arrays

TRUTHS = {
    "gamma": stats.gamma(2, scale=2),
    "exponential": stats.expon(),
    "half-normal": stats.halfnorm(),
    "beta, low": stats.beta(2, 5),
    "beta, amid": stats.beta(2, 2),
    "beta, at its end": stats.beta(5, 1),
    "uniform": stats.uniform(),
    "uniform around 0": stats.uniform(-0.3, 0.6),
    "uniform far from 0": stats.uniform(2, 3),
    "truncated normal": stats.truncnorm(-2, 2),
    # All of them are positive, or from 0 to 1, and end elsewhere.
    "uniform within 0 and 1": stats.uniform(0.1, 0.8),
    "beta within 0 and 1": stats.beta(2, 2, 0.1, 0.8),
    "half-normal from 1": stats.halfnorm(1),
    "exponential from 0.5": stats.expon(0.5),
    "negative": stats.gamma(2, scale=2),
}
# Deterministic ones of values without a bound.
ACTIVATIONS: dict[str, tuple[Callable[[Any], Any], tuple[float, float]]] = {
    "relu": (lambda x: np.maximum(x, 0), (0, np.inf)),
    "relu6": (lambda x: np.clip(4 * x, 0, 6), (0, 6)),
    "sigmoid": (expit, (0, 1)),
    "tanh": (np.tanh, (-1, 1)),
    "softplus": (lambda x: np.log1p(np.exp(x)), (0, np.inf)),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), (-1, np.inf)),
    "hard sigmoid": (lambda x: np.clip(x / 3 + 0.5, 0, 1), (0, 1)),
    "exponential": (np.exp, (0, np.inf)),
    "softmax": (lambda x: softmax(x, axis=-1), (0, 1)),
    "log sigmoid": (lambda x: np.log(expit(x)), (-np.inf, 0)),
    "silu": (lambda x: x * expit(x), (-0.2785, np.inf)),
}


def normal(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def errors(density: ChannelDensity, truth: Any) -> NDArray[np.float64]:
    """Relative L2 distance of each channel's density from the truth on its grid."""
    true = truth(density.grid)
    distance = np.trapezoid((density.density - true) ** 2, density.grid, axis=1)
    return np.sqrt(distance / np.trapezoid(true**2, density.grid, axis=1))


def check(density: ChannelDensity, low: float = -np.inf, high: float = np.inf) -> None:
    """Nothing beyond, and a curve's mass is what is not zero."""
    assert (density.style == DensityStyle.CURVE).all()
    assert density.grid.min() >= low
    assert density.grid.max() <= high
    assert (density.density >= 0).all()
    mass = np.trapezoid(density.density, density.grid, axis=1)
    np.testing.assert_allclose(mass, 1 - density.zero_share, atol=1e-6)


@pytest.mark.parametrize("name", TRUTHS)
def test_the_truth_of_values_that_end_somewhere(name: str) -> None:
    truth, sign = TRUTHS[name], -1.0 if name == "negative" else 1.0
    values = sign * truth.rvs(size=(10_000, 20), random_state=1)
    density = channel_density(values)
    check(density, *sorted(sign * np.array(truth.support())))
    found = errors(density, lambda x: truth.pdf(sign * x))
    assert np.median(found) <= 0.04
    assert found.max() <= 0.055


@pytest.mark.parametrize("samples", [32, 300])
@pytest.mark.parametrize("name", ["gamma", "half-normal", "uniform", "beta, low"])
def test_few_values_end_there_too_and_are_as_near_to_the_truth_as_scipy(
    name: str, samples: int
) -> None:
    truth = TRUTHS[name]
    values = truth.rvs(size=(samples, 64), random_state=2)
    density = channel_density(values)
    check(density, *truth.support())
    scipy = [
        np.sqrt(
            np.mean((gaussian_kde(v)(grid) - truth.pdf(grid)) ** 2 / np.mean(truth.pdf(grid) ** 2))
        )
        for v, grid in zip(values.T, density.grid, strict=True)
    ]
    # Of 32 values no estimate is near.
    assert np.median(errors(density, truth.pdf)) <= np.median(scipy) + (
        0.07 if samples < 60 else 0.01
    )


@pytest.mark.parametrize("shape", [(32, 64), (1, 8, 8, 3)])
def test_gamma_values_have_no_negative_ones(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).gamma(2, 2, shape)
    density = channel_density(values)
    check(density, 0)
    assert density.grid.max() > values.max()


@pytest.mark.parametrize("n", [20, 60, 300, 3000, 16_384])
def test_the_ends_of_a_normal_sample_are_no_bounds(n: int) -> None:
    values = normal(n, 200, seed=n)
    for density in (channel_density(values), channel_density(10 + values)):
        check(density)
        at = values + (10 if density.grid.mean() > 5 else 0)
        reach = 4 * density.bandwidth
        np.testing.assert_allclose(density.grid[:, 0], at.min(axis=0) - reach, atol=1e-5)
        np.testing.assert_allclose(density.grid[:, -1], at.max(axis=0) + reach, atol=1e-5)


def test_one_channel_of_normal_values_has_no_bound_either() -> None:
    values = normal(500, 300, seed=5)
    alone = [channel_density(column[:, None]) for column in values.T]
    assert all(
        density.grid[0, 0] < column.min() for density, column in zip(alone, values.T, strict=True)
    )
    assert all(
        density.grid[0, -1] > column.max() for density, column in zip(alone, values.T, strict=True)
    )


@pytest.mark.parametrize(("mean", "n"), [(10, 10_000), (3, 300), (2, 20)])
def test_normal_values_that_are_all_positive_keep_their_curve(mean: float, n: int) -> None:
    values = mean + normal(n, 400)
    values = values[:, (values > 0).all(axis=0)]
    assert values.shape[1] > 100
    density = channel_density(values)
    check(density, 0)
    # The same values, and one more channel that says that there are negative ones.
    free = channel_density(np.concatenate([values, -values[:, :1]], axis=1))
    found, before = (errors(each, lambda x: stats.norm.pdf(x - mean)) for each in (density, free))
    assert np.median(found) <= np.median(before[:-1]) + (0.03 if n == 20 else 0.005)


@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_an_activation_puts_out_ends_where_it_does(name: str, spread: float) -> None:
    function, bounds = ACTIVATIONS[name]
    values = np.asarray(function(spread * normal(2000, 12)), dtype=np.float32)
    density = channel_density(values, bounds=bounds)
    drawn = density.style == DensityStyle.CURVE
    assert drawn.any()
    assert density.grid[drawn].min() >= bounds[0]
    assert density.grid[drawn].max() <= bounds[1]
    mass = np.trapezoid(density.density, density.grid, axis=1)
    np.testing.assert_allclose(mass, 1 - density.zero_share, atol=1e-6)


def test_a_bound_is_where_it_is_said_to_be() -> None:
    # Logistic values: the density of their sigmoid is 1 from 0 to 1; twelve values say nothing.
    values = expit(np.random.default_rng(3).logistic(size=(30, 200))) * 5 - 1
    density = channel_density(values, bounds=(-1, 4))
    check(density, -1, 4)
    within = (density.grid[:, 0] == -1) & (density.grid[:, -1] == 4)
    assert within.mean() > 0.9
    assert np.median(errors(density, stats.uniform(-1, 5).pdf)) < 0.25


def test_values_beyond_a_bound_disprove_it() -> None:
    values = normal(3000, 3)
    found = channel_density(values, bounds=(0, 1))
    expected = channel_density(values)
    np.testing.assert_array_equal(found.grid, expected.grid)
    np.testing.assert_array_equal(found.density, expected.density)


def test_rounding_beyond_a_bound_does_not() -> None:
    values = 1 - np.abs(0.1 * normal(3000, 2)).astype(np.float32)
    values[0] = np.nextafter(np.float32(1), np.float32(2))
    density = channel_density(values, bounds=(-np.inf, 1))
    check(density)
    assert density.grid.max() <= values.max()


def test_a_bound_of_the_layer_serves_each_of_its_channels() -> None:
    # Of channels that end elsewhere nothing is cut; NaN says nothing of ends.
    values = np.abs(normal(500, 6))
    values[:, 1] = 20 + normal(500, seed=1)
    values[::50, 2] = np.nan
    values[::3, 3] = 0
    density = channel_density(values)
    check(density, 0)
    assert density.grid[1, 0] < values[:, 1].min() - 3 * density.bandwidth[1]
    assert density.grid[0, 0] == density.grid[3, 0] == 0


def test_one_channel_of_negative_values_takes_the_layers_bound_away() -> None:
    values = np.random.default_rng(0).gamma(2, 2, (32, 8))
    values[:, 3] -= 4
    assert channel_density(values).grid[:, 0].max() < 0


@pytest.mark.parametrize("most", [1024, 16_384])
@pytest.mark.parametrize("channels", [3, 700])
def test_large_layers_and_many_channels_end_at_their_bounds(channels: int, most: int) -> None:
    values = np.random.default_rng(4).gamma(2, 2, (2500, channels)).astype(np.float32)
    density = channel_density(values, 32, most_values=most)
    check(density, 0)
    assert density.n_read == min(2500, most)


@pytest.mark.parametrize("shape", [(9, 16, 64), (128, 10), (27, 64)])
@pytest.mark.parametrize("kind", ["uniform", "truncated"])
def test_weights_as_they_are_drawn_end_where_all_of_them_do(
    shape: tuple[int, ...], kind: str
) -> None:
    truth = stats.uniform(-0.3, 0.6) if kind == "uniform" else stats.truncnorm(-2, 2, scale=0.15)
    values = truth.rvs(size=shape, random_state=6)
    density = channel_density(values)
    if kind == "uniform":
        check(density, values.min(), values.max())
    else:
        # Few of so few values come near: one end may be free.
        check(density)


@pytest.mark.parametrize("beyond", [-0.2, 1.2])
def test_values_that_stop_before_an_atom_have_it_on_their_grid(beyond: float) -> None:
    rng = np.random.default_rng(0)
    values = np.where(rng.random((5000, 6)) < 0.3, beyond, rng.random((5000, 6)))
    density = channel_density(values)
    check(density, min(beyond, 0), max(beyond, 1))
    assert [round(atom.value, 6) for atom in density.atoms] == [beyond] * 6


def test_only_a_tail_is_cut_off() -> None:
    """Of lognormal values the greatest are far away, and the least are as near as any."""
    values = np.random.default_rng(0).lognormal(0, 1.5, (10_000, 6))
    density = channel_density(values - 3)
    check(density, -3)
    np.testing.assert_allclose(density.outside_share, 0.001)
    np.testing.assert_allclose(density.grid[:, 0], (values - 3).min(axis=0), atol=0.05)
    both = channel_density(np.random.default_rng(0).standard_cauchy((10_000, 6)))
    np.testing.assert_allclose(both.outside_share, 0.002)


def test_the_end_of_one_channel_is_none_of_the_others() -> None:
    values = 0.01 * normal(100, 20)
    values[:, 0] += 1  # far out, narrow, and as normal as the others
    assert shared_ends(values, *finite_range(values)) == UNBOUNDED


def test_values_near_an_end_are_counted_from_it() -> None:
    rng = np.random.default_rng(0)
    # 13 and 14 values in the two cells of the end: only the latter are enough.
    counts = np.zeros((2, 512))
    counts[:, 200:300] = 100
    counts[:, 100:102] = [[6, 7], [7, 7]]
    start, stop = np.zeros(2), np.full(2, 512.0)
    low, high = np.full(2, 100.0), np.full(2, 299.9)
    wide = np.full(2, 2.0)
    none = np.zeros((2, 2), dtype=np.bool_)
    found = sharp_ends(counts, start, stop, low, high, wide, known=none)
    np.testing.assert_array_equal(found, [[False, True], [True, True]])
    turned = sharp_ends(counts[:, ::-1], start, stop, 512 - high, 512 - low, wide, known=none)
    np.testing.assert_array_equal(turned, found[:, ::-1])
    assert not sharp_ends(counts, start, stop, low, high, wide, known=~none).any()
    # A kernel that is narrower than what the values thin out within sees no edge.
    smooth = np.histogram(rng.standard_normal(10_000), bins=512, range=(-6, 6))[0][None]
    ends = np.flatnonzero(smooth[0])[[0, -1]] / 512 * 12 - 6
    one = [np.array([x]) for x in (-6.0, 6.0, ends[0], ends[1], 3.0)]
    assert not sharp_ends(smooth.astype(float), *one, known=none[:1]).any()


@pytest.mark.parametrize("bounds", [(1, 0), (0, 0), (0,), (0, np.nan), (0, 1, 2)])
def test_wrong_bounds_are_refused(bounds: Any) -> None:
    with pytest.raises(ValueError, match="bounds must be the least and the greatest"):
        channel_density(normal(30, 2), bounds=bounds)
    with pytest.raises(TypeError):
        channel_density(normal(30, 2), bounds=3)  # type: ignore[arg-type]


def test_the_range_of_what_is_finite() -> None:
    values = normal(50, 3)
    values[3, 1], values[4, 2], values[5, 0] = np.nan, np.inf, -np.inf
    finite = values[np.isfinite(values)]
    assert finite_range(values) == (finite.min(), finite.max())
    assert finite_range(np.full((3, 2), np.nan)) == (np.inf, -np.inf)
    assert finite_range(np.arange(6).reshape(3, 2)) == (0, 5)


def test_all_that_a_record_draws_ends_there_and_so_does_what_is_kept_of_it() -> None:
    # Few values a channel: the curve is that of all together.
    values = np.tanh(normal(400, 3))
    for shape in ((400, 3), (10, 120)):
        record = LayerRecord(values.reshape(shape), bounds=(-1.0, 1.0))
        kept = record_from_arrays(record_arrays(record))
        for each in (record, kept):
            found = each.density if each.pooled is None else each.pooled
            assert -1 <= found.grid.min() < found.grid.max() <= 1
            fan = each.fan
            assert fan.n_channels == 0 or -1 <= fan.grid[0] < fan.grid[-1] <= 1


KINDS: list[Callable[[Any, tuple[int, int]], Any]] = [
    lambda rng, shape: rng.standard_normal(shape),
    lambda rng, shape: rng.gamma(2, 2, shape),
    lambda rng, shape: rng.uniform(-1, 1, shape),
    lambda rng, shape: rng.beta(0.3, 0.3, shape),
    lambda rng, shape: np.round(rng.standard_normal(shape), 1),
    lambda rng, shape: np.clip(rng.standard_normal(shape), -1, 1),
    lambda rng, shape: rng.standard_cauchy(shape),
    lambda rng, shape: np.tanh(8 * rng.standard_normal(shape)),
    lambda rng, shape: -rng.lognormal(0, 2, shape),
]


@pytest.mark.parametrize("seed", range(5))
def test_channels_of_any_kind_side_by_side(seed: int) -> None:
    """With zeros, NaN and infinity among them, and bounds that hold or do not."""
    rng = np.random.default_rng(seed)
    for _ in range(40):
        n, channels = int(rng.choice([21, 40, 100, 500, 2000])), int(rng.choice([1, 2, 9]))
        columns = []
        for _ in range(channels):
            column = KINDS[rng.integers(len(KINDS))](rng, (n, 1)) * 10.0 ** rng.integers(-3, 4)
            columns.append(column + rng.choice([0, 0, 3, -100]))
        values = np.concatenate(columns, axis=1)
        values[rng.random(values.shape) < rng.choice([0, 0.1])] = 0
        values[rng.random(values.shape) < rng.choice([0, 0.05])] = rng.choice([np.nan, np.inf])
        known = [UNBOUNDED, (0, 1), (-1, np.inf)][rng.integers(3)]
        density = channel_density(values.astype(rng.choice([np.float32, np.float64])), bounds=known)
        curve = density.style == DensityStyle.CURVE
        drawn = np.isin(density.style, (DensityStyle.CURVE, DensityStyle.BARS, DensityStyle.RUG))
        mass = np.trapezoid(density.density, density.grid, axis=1)
        np.testing.assert_allclose(mass[drawn], 1 - density.zero_share[drawn], atol=1e-6)
        assert np.isfinite(density.density).all()
        assert (density.density >= 0).all()
        finite = values[np.isfinite(values)]
        for bound, side in ((0, 1), (0, -1), (1, -1), (-1, 1)):
            holds = (side * (finite - bound) >= 0).all()
            told = bound == 0 or known[0 if side == 1 else 1] == bound
            if holds and told:
                assert (side * (density.grid[curve] - bound) >= -1e-6).all()
