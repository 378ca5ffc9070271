"""The 16-bit count against a plain one, channel by channel and value by value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnviz_widgets.analysis.density.counting import cell_counts, cell_of

from .plain_counting import plain_counts
from .samples import normal


def check(rows: np.ndarray, channels: np.ndarray, room: float = 0.0) -> None:
    """Both counts agree, of some channels that are padded by a part of their range."""
    some = rows[:, channels]
    low, high = some.min(axis=0).astype(float), some.max(axis=0).astype(float)
    pad = np.maximum(room * (high - low), np.where(high > low, 0, np.abs(high) + 1))
    start, stop = low - pad, high + pad
    counts = cell_counts(rows, channels, start, stop, np.count_nonzero(some, axis=0))
    np.testing.assert_array_equal(counts, plain_counts(some, start, stop))


@pytest.mark.parametrize("channels", [1, 8, 11])
def test_every_value_is_counted_in_its_own_channel(channels: int) -> None:
    rows = normal(300, channels)
    rows[:40, ::3] = 0
    n = np.count_nonzero(rows, axis=0)
    start, stop = rows.min(axis=0), rows.max(axis=0)
    counts = cell_counts(rows, np.arange(channels), start, stop, n)
    for count, column, ends in zip(counts, rows.T, zip(start, stop, strict=True), strict=True):
        expected = np.histogram(column[column != 0], bins=512, range=ends)[0]
        np.testing.assert_array_equal(np.cumsum(count), np.cumsum(expected))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_values_with_zeros_ties_and_channels_left_out(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    width = np.dtype(dtype).itemsize * 8
    # Ranges within which float32 is safe: the caller widens all others.
    far = st.floats(2**-20, 2**20, width=width)
    value = st.one_of(st.just(0.0), st.just(1.0), far, far.map(lambda x: -x))
    shape = st.tuples(st.integers(1, 12), st.integers(1, 20))
    rows = data.draw(arrays.arrays(dtype, shape, elements=value))
    # Zeros lie between the ends of a channel that holds any.
    chosen = data.draw(st.sets(st.integers(0, rows.shape[1] - 1), min_size=1))
    check(rows, np.array(sorted(chosen)), room=data.draw(st.sampled_from([0.0, 0.25])))


@given(
    n=st.integers(1, 700),
    channels=st.integers(1, 20),
    zeros=st.sampled_from([0.0, 0.5, 0.99]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None)
def test_any_number_of_rows_and_channels(
    n: int, channels: int, zeros: float, dtype: type, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n, channels)).astype(dtype)
    rows[random.random((n, channels)) < zeros] = 0
    check(rows, np.arange(channels))


def test_the_cell_of_one_number_is_the_one_that_it_is_counted_in() -> None:
    rows = normal(500, 6).astype(np.float32)
    start, stop = rows.min(axis=0).astype(float), rows.max(axis=0).astype(float)
    for row in rows:
        counts = plain_counts(row[None], start, stop)
        np.testing.assert_array_equal(counts.argmax(axis=1), cell_of(row, start, stop, rows))
