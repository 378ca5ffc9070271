"""Histograms counted by hand."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.diagnosis.histogram import histogram


def test_histogram() -> None:
    edges, shares = histogram(np.array([0.0, 1, 1, 4]), bins=4)
    assert edges == (0, 1, 2, 3, 4)
    assert shares == (0.25, 0.5, 0, 0.25)
    assert histogram(np.array([2.0, 2])) == ((2, 2), (1,))
    assert histogram(np.empty(0)) == ((), ())


def test_numbers_too_small_to_be_told_apart_have_one_bin() -> None:
    tiny = np.array([0, 1e-45, 3e-45], np.float32)
    assert histogram(tiny) == ((0, float(tiny[2])), (1,))
    near = np.array([1, 1 + 2**-23], np.float32)
    assert histogram(near)[1] == (1,)
    assert len(histogram(near.astype(np.float64))[1]) == 24


def test_a_range_beyond_the_values_own_precision_is_counted() -> None:
    far = np.array([-3e38, 0, 3e38, 3e38], np.float32)
    edges, shares = histogram(far, bins=3)
    assert np.all(np.diff(edges) > 1.9e38)
    assert shares == (0.25, 0.25, 0.5)
