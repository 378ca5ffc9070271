"""Fewer points of a long run: what stays, and what a curve still tells."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from cnnviz_widgets.analysis.decimation import decimated_curves, decimated_moments


class TestMoments:
    def test_few_stay_all(self) -> None:
        assert decimated_moments(np.zeros(4, bool), 10).tolist() == [0, 1, 2, 3]

    def test_the_ends_then_those_asked_for_then_those_kept_then_the_others(self) -> None:
        kept = np.zeros(100, bool)
        kept[[10, 20, 30]] = True
        chosen = decimated_moments(kept, 7, always=[55]).tolist()
        assert len(chosen) == 7
        assert {0, 10, 20, 30, 55, 99} < set(chosen)
        assert chosen == sorted(chosen)

    def test_more_of_them_than_there_is_room_for(self) -> None:
        assert decimated_moments(np.ones(1000, bool), 10, always=np.arange(500)).tolist()[::9] == [
            0,
            999,
        ]
        assert len(decimated_moments(np.ones(1000, bool), 10, always=np.arange(500))) == 10
        assert decimated_moments(np.ones(5, bool), 2, always=[2]).tolist() == [0, 4]


class TestCurves:
    def test_few_points_stay_as_they_are(self) -> None:
        values = np.arange(8.0).reshape(4, 2)
        at, drawn = decimated_curves(values, 4)
        assert at.tolist() == [0, 1, 2, 3]
        assert drawn is values

    def test_by_hand(self) -> None:
        # The first, the stretches [1, 2, 3] and [4, 5, 6], and the last.
        values = np.array([5.0, 1.0, 9.0, 2.0, 8.0, 0.0, 7.0, 4.0])
        at, drawn = decimated_curves(values, 6)
        assert at.tolist() == [0, 1, 3, 4, 6, 7]
        assert drawn.tolist() == [5, 1, 9, 8, 0, 4]

    @pytest.mark.parametrize("count", [401, 402, 799, 2000, 10_000])
    def test_extremes_and_ends_of_every_curve_stay(self, count: int) -> None:
        values = np.random.default_rng(count).normal(size=(count, 3, 2))
        at, drawn = decimated_curves(values, 400)
        assert len(at) == len(drawn) <= 400
        assert (np.diff(at) > 0).all()
        assert (at[0], at[-1]) == (0, count - 1)
        np.testing.assert_array_equal(drawn[[0, -1]], values[[0, -1]])
        np.testing.assert_array_equal(drawn.min(0), values.min(0))
        np.testing.assert_array_equal(drawn.max(0), values.max(0))

    def test_nan_is_a_gap_only_where_a_stretch_holds_nothing_else(self) -> None:
        values = np.ones(4000)
        values[2000:3000] = np.nan
        values[5] = np.nan
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            at, drawn = decimated_curves(values, 400)
        gaps = at[np.isnan(drawn)]
        assert gaps.min() >= 2000
        assert gaps.max() < 3000
        assert len(gaps) > 80


def test_a_long_run_without_curves_is_thinned_as_one_with_them() -> None:
    at, drawn = decimated_curves(np.zeros((3_000, 9, 0)), 1_000)
    assert drawn.shape == (len(at), 9, 0)
    np.testing.assert_array_equal(at, decimated_curves(np.zeros((3_000, 9, 2)), 1_000)[0])
