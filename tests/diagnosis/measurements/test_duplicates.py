"""Equal channels among many."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.diagnosis.measurements.duplicates import identical_groups


def test_groups_are_found_among_thousands() -> None:
    values = np.random.default_rng(0).normal(size=(40, 5000)).astype(np.float32)
    values[:, [10, 4000, 77]] = values[:, [3]]
    values[:, 4999] = values[:, 0]
    assert identical_groups(values) == ((0, 4999), (3, 10, 77, 4000))


def test_all_equal() -> None:
    assert identical_groups(np.full((9, 4), 0.02, np.float32)) == ((0, 1, 2, 3),)


def test_zero_and_nonfinite_channels_are_in_no_group() -> None:
    values = np.ones((3, 6))
    values[:, :2] = 0
    values[0, 2:4] = np.nan
    assert identical_groups(values) == ((4, 5),)


def test_near_is_not_equal() -> None:
    values = np.random.default_rng(1).normal(size=(30, 2))
    values[:, 1] = values[:, 0] + 1e-3 * values[:, 1]
    assert identical_groups(values) == ()
    values[:, 1] = values[:, 0] * (1 + 1e-7)
    assert identical_groups(values) == ((0, 1),)


def test_numbers_too_large_to_add_are_left_out() -> None:
    values = np.full((9, 4), 3e38, np.float32)
    values[:, 2:] = 1
    assert identical_groups(values) == ((2, 3),)
