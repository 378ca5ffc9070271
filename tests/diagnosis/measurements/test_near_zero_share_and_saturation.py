"""Values near zero and at the ends of a range, counted by hand."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.diagnosis.measurements.near_zero_share import near_zero_share
from cnnviz_widgets.diagnosis.measurements.saturation import share_at_ends


def test_near_zero_is_relative_to_the_large_values() -> None:
    values = np.concatenate((np.full(60, 0.001), np.full(40, -5.0)))[:, None]
    assert near_zero_share(values) == 0.6
    assert near_zero_share(values * 1e-6) == 0.6
    assert near_zero_share(np.ones((10, 2))) == 0
    assert np.isnan(near_zero_share(np.empty((5, 0))))


def test_ends_of_a_sigmoid_and_of_tanh() -> None:
    values = np.array([[0.0, 0.5], [0.005, 0.02], [0.995, 0.98], [1.0, 0.5]])
    np.testing.assert_array_equal(share_at_ends(values, 0.0, 1.0), [1.0, 0.0])
    # A range of 2: 0.02 from an end.
    np.testing.assert_array_equal(share_at_ends(values * 2 - 1, -1.0, 1.0), [1.0, 0.0])


def test_only_the_ends_that_count() -> None:
    values = np.array([[0.0], [6.0], [5.99], [3.0]])
    np.testing.assert_array_equal(share_at_ends(values, None, 6.0), [0.5])
    np.testing.assert_array_equal(share_at_ends(values, None, None), [0.0])
