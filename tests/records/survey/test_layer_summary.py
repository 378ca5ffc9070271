"""What a survey says of a layer, against everything held in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz_widgets.analysis.channel_measures import channel_measures
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.density.channel_density import channel_density
from cnnviz_widgets.analysis.density.types import ChannelDensity
from cnnviz_widgets.analysis.survey.layer_tally import GRAM_CHANNELS
from cnnviz_widgets.records.survey.layer_summary import RARE, LayerSummary

from ...analysis.survey.passes import whole

Values = NDArray[Any]
SHARES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
SAMPLES, SIDE = 2000, 8


def summary_of(values: Values, **more: Any) -> LayerSummary:
    return LayerSummary("layer", whole(values, **more))


def shapes() -> dict[str, Values]:
    """One channel of each kind of distribution."""
    rng = np.random.default_rng(0)
    size = (SAMPLES, SIDE, SIDE)
    normal = rng.normal(size=size)
    outlier = rng.normal(size=size)
    outlier[1500, 3, 3] = 1e6
    background = np.where(rng.random(size) < 0.4, 0.37, rng.normal(size=size))
    return {
        "normal": normal,
        "ReLU": np.maximum(rng.normal(size=size) - 0.5, 0),
        "lognormal 1": np.exp(rng.normal(size=size)),
        "lognormal 2": np.exp(2 * rng.normal(size=size)),
        "lognormal 3": np.exp(3 * rng.normal(size=size)),
        "far from 0": 1000 + rng.normal(size=size),
        "bimodal": np.where(rng.random(size) < 0.5, -5, 5) + 0.1 * rng.normal(size=size),
        "Cauchy": rng.standard_cauchy(size=size),
        "sigmoid": 1 / (1 + np.exp(-8 * rng.normal(size=size))),
        "outlier": outlier,
        "background": background,
        "uniform": rng.uniform(size=size),
        "drifting": rng.normal(size=size) * (1 + np.arange(SAMPLES) / 400)[:, None, None],
        "tiny": 1e-30 * rng.normal(size=size),
        "huge": 1e30 * rng.normal(size=size),
    }


@pytest.fixture(scope="module")
def held() -> Values:
    return np.stack(list(shapes().values()), axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def summary(held: Values) -> LayerSummary:
    return summary_of(held)


def test_measures_are_those_of_all_values(held: Values, summary: LayerSummary) -> None:
    expected = channel_measures(held)
    got = summary.measures
    for name in ("minimum", "maximum", "zero_share", "nonfinite_share", "dead", "constant"):
        np.testing.assert_array_equal(getattr(got, name), getattr(expected, name), err_msg=name)
    assert (got.n_values, got.n_samples) == (expected.n_values, expected.n_samples)
    flat = held.reshape(-1, held.shape[-1]).astype("f8")
    spread = flat.std(axis=0)
    np.testing.assert_allclose(got.mean / spread, flat.mean(axis=0) / spread, atol=1e-6)
    np.testing.assert_allclose(got.std, spread, rtol=1e-6)


@pytest.mark.parametrize("name", shapes())
def test_quantiles_are_at_their_ranks(held: Values, summary: LayerSummary, name: str) -> None:
    channel = list(shapes()).index(name)
    ordered = np.sort(held[..., channel], axis=None)
    got = summary.quantile(SHARES)[channel].astype(np.float32)
    low, high = (np.searchsorted(ordered, got, side) / ordered.size for side in ("left", "right"))
    wrong = np.maximum(np.maximum(low - SHARES, SHARES - high), 0).max()
    assert wrong <= max(0.01, summary.resolution[channel]), wrong
    # What is told apart no finer says so, and that is no excuse for the usual ones.
    assert name == "sigmoid" or summary.resolution[channel] < 0.05


def test_densities_are_near_those_of_all_values(held: Values, summary: LayerSummary) -> None:
    expected, got = channel_density(held), summary.density
    np.testing.assert_array_equal(got.zero_share, expected.zero_share)
    apart = np.array([distance(got, expected, channel) for channel in range(held.shape[-1])])
    far = {name: round(float(each), 3) for name, each in zip(shapes(), apart, strict=True)}
    assert np.median(apart) <= 0.05, far
    assert max(apart) <= 0.15, far


def test_a_value_that_recurs_is_told_and_drawn_at_its_place(
    held: Values, summary: LayerSummary
) -> None:
    channel = list(shapes()).index("background")
    for density in (channel_density(held), summary.density):
        (atom,) = (each for each in density.atoms if each.channel == channel)
        assert atom.value == np.float32(0.37)
        assert atom.share == pytest.approx(0.4, abs=0.02)
        # The bar stands in the cell of the value, and holds its share above what is beside it.
        grid, heights = density.grid[channel], density.density[channel]
        at = int(heights.argmax())
        cell = grid[1] - grid[0]
        assert abs(grid[at] - atom.value) <= cell / 2
        beside = heights[[at - 1, at + 1]].mean()
        assert (heights[at] - beside) * cell == pytest.approx(atom.share, abs=0.01)


def test_a_value_that_recurs_takes_no_more_than_its_own_from_its_cell() -> None:
    # Of ten values about it seven are near it, and not equal.
    rng = np.random.default_rng(2)
    values = rng.uniform(size=(SAMPLES, SIDE, SIDE, 1))
    near = rng.random(values.shape)
    values = np.where(near < 0.1, 0.37 + 1e-7 * rng.normal(size=values.shape), values)
    values = np.where(near < 0.03, 0.37, values).astype(np.float32)
    summary = summary_of(values)
    share = (values == np.float32(0.37)).mean()
    (atom,) = summary.density.atoms
    assert abs(atom.share - share) < 0.006
    assert summary.resolution[0] > 0.03


@pytest.mark.parametrize("name", shapes())
def test_shares_between_values(held: Values, summary: LayerSummary, name: str) -> None:
    channel = list(shapes()).index(name)
    values = held[..., channel]
    for low, high in ((-np.inf, np.inf), (0, np.inf), (-np.inf, 0.37), (0.37, 0.5), (2, 1)):
        expected = ((values >= np.float32(low)) & (values <= np.float32(high))).mean()
        got = summary.share_between(np.float32(low), np.float32(high))[channel]
        assert abs(got - expected) <= max(0.01, summary.resolution[channel]), (low, high)


def distance(one: ChannelDensity, other: ChannelDensity, channel: int) -> float:
    """Total variation between a channel's two curves, over the range of both."""
    ends = np.stack([one.grid[channel][[0, -1]], other.grid[channel][[0, -1]]])
    grid = np.linspace(ends[:, 0].min(), ends[:, 1].max(), 4001)
    drawn = [
        np.interp(grid, each.grid[channel], each.density[channel], left=0, right=0)
        for each in (one, other)
    ]
    return float(np.trapezoid(np.abs(drawn[0] - drawn[1]), grid) / 2)


def test_a_channel_too_rare_to_be_placed_is_told_from_a_dead_one() -> None:
    rng = np.random.default_rng(1)
    values = np.maximum(rng.normal(size=(500, 8, 8, 5)), 0).astype(np.float32)
    values[..., 1] = 0
    values[..., 3] = 0
    values[7, 2, 2, 3] = 1
    summary = summary_of(values, rows=4)
    np.testing.assert_array_equal(summary.dead, [False, True, False, False, False])
    np.testing.assert_array_equal(summary.rare, [False, False, False, True, False])
    # They are joined last, at 2; the others are told apart by what they share.
    np.testing.assert_array_equal(summary.tree().heights[-2:], 2)
    assert set(summary.tree().order[-2:].tolist()) == {1, 3}
    assert summary.tree().heights[0] < 1 < RARE


@pytest.mark.parametrize("channels", [24, 520])
def test_tree_is_near_that_of_all_rows(channels: int) -> None:
    rng = np.random.default_rng(2)
    few = rng.normal(size=(600, 6, 6, 6))
    values = np.maximum(few @ rng.normal(size=(6, channels)) + 1, 0)
    values = values.astype(np.float32)
    got = summary_of(values).tree("average").heights
    expected = cosine_linkage(values.reshape(-1, channels), linkage="average").heights
    apart = np.abs(np.sort(got) - np.sort(expected))
    # Wide layers rest on the rows of 256 samples.
    median, most = (0.002, 0.03) if channels <= GRAM_CHANNELS else (0.01, 0.08)
    assert np.median(apart) <= median
    assert apart.max() <= most


@pytest.mark.parametrize(
    "shape", [(1, 3), (1, 4, 4, 3), (5, 3), (3, 6, 1), (20, 3, 2, 2, 4)], ids=str
)
def test_few_samples_and_any_shape_are_told_of(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    summary = summary_of(values)
    samples, channels = shape[0], shape[-1]
    count = min(samples, 9)
    assert summary.strongest.places.shape == (channels, 9, len(shape) - 2)
    assert (summary.strongest.samples[:, count:] == -1).all()
    assert np.isnan(summary.weakest.values[:, count:]).all()
    peak = values.reshape(samples, -1, channels).max(axis=1)
    np.testing.assert_array_equal(summary.strongest.samples[:, 0], peak.argmax(axis=0))
    for channel in range(channels):
        for rank in range(count):
            at = (
                int(summary.strongest.samples[channel, rank]),
                *summary.strongest.places[channel, rank].tolist(),
                channel,
            )
            assert values[at] == summary.strongest.values[channel, rank]
    assert summary.quantile(0.5).shape == (channels,)
    assert summary.quantile([[0.1, 0.9]]).shape == (channels, 1, 2)
    assert summary.tree().heights.size == max(channels - 1, 0)
    assert summary.density.n_channels == values.shape[-1]


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    values = np.random.default_rng(4).normal(size=(80, 5, 4)).astype(np.float32)
    values[..., 1] = np.nan
    values[3, 2, 2] = np.inf
    values[..., 3] = 0
    summary = summary_of(values)
    expected = channel_measures(values)
    for name in ("minimum", "maximum", "nonfinite_share", "dead", "nonfinite"):
        np.testing.assert_array_equal(
            getattr(summary.measures, name), getattr(expected, name), err_msg=name
        )
    np.testing.assert_allclose(summary.mean, expected.mean, atol=1e-6)
    assert np.isnan(summary.quantile(SHARES)[1]).all()
    assert (summary.strongest.samples[1] == -1).all()
    assert set(summary.tree().nonfinite.tolist()) == {1, 2}
    assert summary.density.n_channels == values.shape[-1]


def seldom() -> Values:
    """Few values, which are seldom drawn, on one side of zero and on both."""
    values = np.zeros((100, 40, 40, 4), dtype=np.float32)
    values[:, :, :, 1] = np.nan
    values[7, 3, 3] = 2, 5, -3, 0.5
    values[9, 30, 3, 3] = -8
    return values


def nearly_all_missing() -> Values:
    values = np.full((80, 64, 2), np.nan, dtype=np.float32)
    values[:, 5] = 5, -5
    return values


def far_from_zero() -> Values:
    return np.abs(np.random.default_rng(0).normal(size=(80, 1000, 2))).astype(np.float32) + 1


QUANTILES = {"seldom": seldom, "missing": nearly_all_missing, "far": far_from_zero}


@pytest.mark.parametrize("name", [*QUANTILES, "kinds"])
def test_quantiles_reach_from_the_least_to_the_greatest_value(name: str, held: Values) -> None:
    values = held if name == "kinds" else QUANTILES[name]()
    summary = summary_of(values, rows=4)
    flat = values.reshape(-1, values.shape[-1])
    low, high = np.nanmin(flat, axis=0), np.nanmax(flat, axis=0)
    shares = np.linspace(0, 1, 501)
    got = summary.quantile(shares)
    np.testing.assert_array_equal(got[:, 0], low)
    np.testing.assert_array_equal(got[:, -1], high)
    assert (np.diff(got, axis=1) >= 0).all()
    one_sided = (low > 0) | (high < 0)
    assert (got[one_sided] != 0).all()
    for share, ends in ((0.0, low), (1.0, high)):
        np.testing.assert_array_equal(summary.quantile(share), ends)


def test_samples_on_which_a_channel_is_not_zero_are_counted_on_either_side() -> None:
    values = np.zeros((100, 4, 3), dtype=np.float32)
    values[20:60, 0, 0] = -1
    values[10:20, :, 1] = 1, -1, 0, 0
    values[:30, 3, 2] = np.nan
    assert summary_of(values).nonzero_samples.tolist() == [40, 10, 30]


@pytest.mark.parametrize("value", [0.0, -0.0, 0.1, -3e38, 1e-44, 1e6])
def test_a_channel_of_one_value_is_told_exactly(value: float) -> None:
    values = np.full((70, 6, 2), value, dtype=np.float32)
    summary = summary_of(values)
    only = float(values.flat[0])
    np.testing.assert_array_equal(summary.mean, only)
    np.testing.assert_array_equal(summary.std, 0)
    np.testing.assert_array_equal(summary.quantile(SHARES), only)
    assert summary.measures.constant.all() == (value != 0)
    assert summary.dead.all() == (value == 0)


def test_what_it_gives_cannot_be_changed() -> None:
    summary = summary_of(np.ones((20, 3, 2), dtype=np.float32), classes=2, labels=np.zeros(20, int))
    for name in (
        *("values", "zeros", "nonfinite", "fired", "low", "high", "mean", "std"),
        *("class_samples", "class_means", "class_fired"),
    ):
        with pytest.raises(ValueError, match="read-only"):
            getattr(summary, name)[...] = 0


@pytest.mark.parametrize("q", [-0.1, 1.1, np.nan, [0.5, 2]])
def test_shares_out_of_range_are_refused(q: Any) -> None:
    with pytest.raises(ValueError, match="q must be shares from 0 to 1"):
        summary_of(np.ones((4, 2), dtype=np.float32)).quantile(q)
