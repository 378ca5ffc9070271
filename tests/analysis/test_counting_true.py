"""Counting true entries of columns: the same whatever the shape, however it lies in memory."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.arrays import count_true


@pytest.mark.parametrize("rows", [0, 1, 7, 255, 256, 4001])
@pytest.mark.parametrize("columns", [0, 1, 3, 32, 127, 129, 300])
def test_short_and_long_rows_are_counted_alike(rows: int, columns: int) -> None:
    mask = np.random.default_rng(0).random((rows, columns)) < 0.9
    for each in (mask, np.asfortranarray(mask), np.repeat(mask, 2, axis=0)[::2]):
        counts = count_true(each)
        assert counts.dtype == np.int64
        np.testing.assert_array_equal(counts, mask.sum(axis=0))
