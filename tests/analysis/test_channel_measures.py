"""Per-channel measures against sums worked by hand and NumPy's own on float64 copies."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from cnnviz_widgets.analysis.channel_measures import channel_measures, pooled_mean_std


def test_worked_example() -> None:
    # channel 0: 1, 2, 3, 6 → mean 12/4 = 3, variance (4 + 1 + 0 + 9)/4 = 3.5
    # channel 1: all zero; channel 2: 5 throughout
    # channel 3: 0, nan, inf, 4 → finite 0 and 4: mean 2, std 2; 1 of 4 zero, 2 of 4 not finite
    values = np.array(
        [[1, 0, 5, 0], [2, 0, 5, np.nan], [3, 0, 5, np.inf], [6, 0, 5, 4]], dtype=np.float32
    ).reshape(2, 2, 4)
    measures = channel_measures(values)
    np.testing.assert_array_equal(measures.minimum, [1, 0, 5, 0])
    np.testing.assert_array_equal(measures.maximum, [6, 0, 5, 4])
    np.testing.assert_allclose(measures.mean, [3, 0, 5, 2], rtol=1e-15)
    np.testing.assert_allclose(measures.std, [3.5**0.5, 0, 0, 2], rtol=1e-15)
    np.testing.assert_array_equal(measures.zero_share, [0, 1, 0, 0.25])
    np.testing.assert_array_equal(measures.nonfinite_share, [0, 0, 0, 0.5])
    np.testing.assert_array_equal(measures.dead, [False, True, False, False])
    np.testing.assert_array_equal(measures.constant, [False, False, True, False])
    np.testing.assert_array_equal(measures.nonfinite, [False, False, False, True])
    assert (measures.n_values, measures.n_samples, measures.n_channels) == (4, 2, 4)
    assert measures.dead_share == 0.25
    assert measures.constant_share == 0.25
    assert measures.nonfinite_channel_share == 0.25


@pytest.mark.parametrize(
    "shape", [(7, 3), (5, 11, 13, 3), (3, 40, 40, 64), (2, 3, 4, 5, 6), (64, 25600), (9000, 1)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_numpy(shape: tuple[int, ...], dtype: type) -> None:
    rng = np.random.default_rng(1)
    values = np.maximum(rng.standard_normal(shape) + 0.3, 0).astype(dtype)
    measures = channel_measures(values)
    rows = values.reshape(-1, shape[-1]).astype(np.float64)
    np.testing.assert_array_equal(measures.minimum, rows.min(axis=0))
    np.testing.assert_array_equal(measures.maximum, rows.max(axis=0))
    np.testing.assert_allclose(measures.mean, rows.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(measures.std, rows.std(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(measures.zero_share, (rows == 0).mean(axis=0))


def test_a_small_spread_far_from_zero_keeps_its_digits() -> None:
    noise = np.random.default_rng(2).standard_normal((50_000, 2))
    values = 1e6 + 1e-3 * noise
    measures = channel_measures(values)
    # The spacing of float64 at 1e6 is 1.2e-10, a hundred-thousandth per cent of the spread.
    np.testing.assert_allclose(measures.std, 1e-3 * noise.std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(measures.mean - 1e6, 1e-3 * noise.mean(axis=0), atol=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e-30, 1e30, 1e200, 1e300])
def test_any_magnitude(scale: float) -> None:
    noise = np.random.default_rng(3).standard_normal((1000, 3))
    ordinary = channel_measures(noise)
    # One channel alone is extreme, so that both ways of summing stand side by side.
    values = noise * np.array([1.0, scale, 1.0])
    measures = channel_measures(values)
    np.testing.assert_allclose(measures.std / [1, scale, 1], ordinary.std, rtol=1e-12)
    np.testing.assert_allclose(measures.mean / [1, scale, 1], ordinary.mean, rtol=1e-10)


def test_float32_at_the_ends_of_its_range() -> None:
    top = np.finfo(np.float32).max
    values = np.array([[top, 1e-45], [-top, 3e-45]], dtype=np.float32)
    measures = channel_measures(values)
    np.testing.assert_array_equal(measures.maximum, values.max(axis=0).astype(np.float64))
    # ±top: the mean is 0 and every value lies top away from it.
    np.testing.assert_allclose(measures.std[0], float(top), rtol=1e-12)
    assert measures.mean[0] == 0
    assert measures.std[1] > 0


@pytest.mark.parametrize("value", [0.1, -1e-30, 1e30, 12345.678])
def test_equal_values_have_no_spread(value: float) -> None:
    measures = channel_measures(np.full((9999, 2), value))
    np.testing.assert_array_equal(measures.std, [0, 0])
    np.testing.assert_array_equal(measures.mean, [value, value])
    assert measures.constant.all()


def test_one_value_cannot_show_whether_it_varies() -> None:
    measures = channel_measures(np.array([[0.0, 3.0, np.nan]]))
    np.testing.assert_array_equal(measures.constant, [False, False, False])
    np.testing.assert_array_equal(measures.dead, [True, False, False])
    np.testing.assert_array_equal(measures.nonfinite, [False, False, True])
    np.testing.assert_array_equal(measures.std, [0, 0, np.nan])


def test_zeros_beside_nan_are_not_dead_nor_constant() -> None:
    values = np.zeros((4, 2))
    values[1] = np.nan
    values[:, 1] = np.where(np.isnan(values[:, 1]), np.nan, 2.0)
    measures = channel_measures(values)
    assert not measures.dead.any()
    assert not measures.constant.any()
    np.testing.assert_array_equal(measures.zero_share, [0.75, 0])


def test_nothing_finite() -> None:
    values = np.array([[np.nan, np.inf], [np.inf, -np.inf]])
    measures = channel_measures(values)
    for name in ("minimum", "maximum", "mean", "std"):
        assert np.isnan(getattr(measures, name)).all()
    np.testing.assert_array_equal(measures.nonfinite_share, [1, 1])


def test_blocks_with_and_without_faults_join() -> None:
    values = np.random.default_rng(4).standard_normal((300_000, 2)).astype(np.float32)
    values[123_456, 0] = np.nan
    values[:5, 1] = -np.inf
    measures = channel_measures(values)
    clean = [np.delete(values[:, 0], 123_456), values[5:, 1]]
    for c, channel in enumerate(clean):
        exact = channel.astype(np.float64)
        assert measures.minimum[c] == exact.min()
        np.testing.assert_allclose(measures.mean[c], exact.mean(), rtol=1e-10)
        np.testing.assert_allclose(measures.std[c], exact.std(), rtol=1e-12)
    np.testing.assert_array_equal(measures.nonfinite_share, [1 / 300_000, 5 / 300_000])


@pytest.mark.parametrize(
    "dtype", [np.float16, ml_dtypes.bfloat16, np.int8, np.uint8, np.int64, np.bool_, ">f4"]
)
def test_other_number_types(dtype: object) -> None:
    # 0, 1, 1, 1 → mean 3/4, variance 3/4 · 1/4 = 3/16
    values = np.array([[0], [1], [1], [1]]).astype(dtype)
    measures = channel_measures(values)
    assert measures.mean[0] == 0.75
    np.testing.assert_allclose(measures.std[0], (3 / 16) ** 0.5, rtol=1e-15)
    assert measures.zero_share[0] == 0.25


def test_axes_in_any_memory_order() -> None:
    values = np.random.default_rng(5).standard_normal((3, 4, 5, 6))
    moved = np.moveaxis(values, 1, -1)
    expected = channel_measures(np.ascontiguousarray(moved))
    found = channel_measures(moved)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(found.std, expected.std, rtol=1e-12)
    assert found.n_samples == 3


def test_rank_one_is_one_value_a_channel() -> None:
    measures = channel_measures([0.0, 2.0])
    assert (measures.n_values, measures.n_samples) == (1, 1)
    np.testing.assert_array_equal(measures.dead, [True, False])


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        (np.ones((2, 2), dtype=complex), TypeError, "complex128"),
        (np.array([["a"]]), TypeError, "dtype <U1"),
        (np.array([[None]]), TypeError, "object"),
        (np.zeros(2, dtype="V4"), TypeError, "V4"),
        (np.zeros(2, dtype=[("x", "f4")]), TypeError, "real numbers"),
        (3.0, ValueError, "single number"),
        (np.zeros((4, 0)), ValueError, r"\(4, 0\)"),
        (np.zeros((0, 4)), ValueError, r"\(0, 4\)"),
    ],
)
def test_bad_input(values: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        channel_measures(values)  # type: ignore[arg-type]


def test_the_record_is_read_only_and_the_input_untouched() -> None:
    values = np.array([[1.0, np.nan], [2.0, 3.0]])
    before = values.copy()
    measures = channel_measures(values)
    np.testing.assert_array_equal(values, before)
    with pytest.raises(ValueError, match="read-only"):
        measures.mean[0] = 9


def test_what_takes_longest_can_be_left_out() -> None:
    values = np.random.default_rng(5).standard_normal((40, 7, 3)).astype(np.float32)
    values[values < 0] = 0
    values[:, :, 1] = 0
    values[3, 2, 2] = np.nan
    whole, quick = channel_measures(values), channel_measures(values, spread=False)
    for name in ("minimum", "maximum", "zero_share", "nonfinite_share", "dead", "constant"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(whole, name))
    np.testing.assert_array_equal(quick.nonfinite, whole.nonfinite)
    assert np.isnan([quick.mean, quick.std]).all()


# Channels of spreads 1, 2 and 3, far from one another.
VALUES = np.random.default_rng(0).normal(size=(4000, 3)) * (1, 2, 3) + (0, 50, -700)


class TestScale:
    def test_is_the_spread_that_channels_have_about_their_own_means(self) -> None:
        within = np.sqrt(np.mean((VALUES - VALUES.mean(axis=0)) ** 2))
        assert channel_measures(VALUES).scale == pytest.approx(within)

    def test_is_zero_where_each_channel_is_stuck_at_a_number_of_its_own(self) -> None:
        assert channel_measures(np.tile([0.0, 5.0, -2.0], (8, 1))).scale == 0

    @pytest.mark.parametrize("unit", [1e-200, 1e-30, 1e30, 1e200])
    def test_goes_with_the_unit_whatever_that_is(self, unit: float) -> None:
        scale = channel_measures(VALUES * unit).scale
        assert scale == pytest.approx(channel_measures(VALUES).scale * unit)

    def test_passes_over_channels_that_have_no_finite_value(self) -> None:
        broken = np.column_stack([VALUES, np.full(len(VALUES), np.nan)])
        assert channel_measures(broken).scale == pytest.approx(channel_measures(VALUES).scale)
        assert np.isnan(channel_measures(np.full((3, 2), np.nan)).scale)
        assert np.isnan(channel_measures(VALUES, spread=False).scale)

    def test_is_not_known_from_one_value(self) -> None:
        assert np.isnan(channel_measures(np.array([[1.0, 5.0]])).scale)


def test_mean_and_spread_of_all_channels_together_are_those_of_their_values() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(rng.normal(0, 9, 7), rng.random(7), (50, 7))
    values[3:9, 2] = np.nan
    values[:, 4] = np.inf
    finite = values[np.isfinite(values)]
    mean, std = pooled_mean_std(channel_measures(values))
    assert (mean, std) == pytest.approx((finite.mean(), finite.std()), rel=1e-12)
    nothing = pooled_mean_std(channel_measures(np.full((3, 2), np.nan)))
    assert np.isnan(nothing).all()
    assert np.isnan(pooled_mean_std(channel_measures(values, spread=False))).all()
