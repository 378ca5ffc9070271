"""Intervals on their way through operations, against sets of positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.intervals import (
    EMPTY,
    Bounds,
    Window,
    batch_to_space,
    collapsed,
    gathered,
    own_positions,
    padded,
    reshaped,
    same_padding,
    slope,
    space_to_batch,
    unwindowed,
    windowed,
)

Sets = list[set[int]]


def hulls(sets: Sets) -> list[tuple[int, int] | None]:
    return [(min(each), max(each)) if each else None for each in sets]


def told(bounds: Bounds) -> list[tuple[int, int] | None]:
    return [None if low == EMPTY else (int(low), -int(high)) for low, high in bounds.T]


def read(sets: Sets, taps: Callable[[int], Iterable[int]], count: int) -> Sets:
    """Entries that read others; those out of range are padding."""
    return [
        set().union(*(sets[t] for t in taps(u) if 0 <= t < len(sets)), set()) for u in range(count)
    ]


WINDOWS = [
    (Window(kernel, stride, dilation, before), count)
    for kernel, stride, dilation in product((1, 2, 3), (1, 2, 3), (1, 2, 4))
    for before, count in ((0, 3), (2, 5), (5, 4))
]


def test_stacked_windows_are_exact_through_gaps_and_edges() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        bounds, sets = own_positions(7, 0, 1), [{k} for k in range(7)]
        for _ in range(3):
            window, count = WINDOWS[rng.integers(len(WINDOWS))]
            length = len(sets)
            if rng.random() < 0.5:
                bounds = windowed(bounds, 0, length, window, count, free=False)

                def taps(u: int, w: Window = window) -> list[int]:
                    return [u * w.stride - w.before + w.dilation * j for j in range(w.kernel)]
            else:
                bounds = unwindowed(bounds, 0, length, window, count, free=False)

                def taps(u: int, w: Window = window) -> list[int]:
                    written = [u + w.before - w.dilation * j for j in range(w.kernel)]
                    return [each // w.stride for each in written if each % w.stride == 0]

            sets = read(sets, taps, count)
            assert told(np.broadcast_to(bounds, (2, count))) == hulls(sets)


def test_padding_changes_what_is_seen_beside_it_only() -> None:
    """Rows that see nothing are padding in every column, and the other way round."""
    rows = own_positions(3, 0, 2)
    wide = padded(padded(rows, 0, 3, 1, 0, free=False), 1, 4, 0, 2, free=False)
    assert wide.shape == (2, 4, 6)
    assert (wide[0, 0] == EMPTY).all() and (wide[0, :, 4:] == EMPTY).all()
    np.testing.assert_array_equal(wide[0, 1:, :4], [[0] * 4, [1] * 4, [2] * 4])
    assert padded(rows, 1, 4, 0, 2, free=True) is rows


def test_cropping_is_padding_by_less_than_nothing() -> None:
    assert told(padded(own_positions(6, 0, 1), 0, 6, -2, -1, free=False)) == [
        (2, 2),
        (3, 3),
        (4, 4),
    ]
    assert told(padded(own_positions(6, 0, 1), 0, 6, -4, 1, free=False))[-1] is None


def test_free_positions_go_on_as_they_were() -> None:
    twice = gathered(own_positions(4, 0, 1), 0, 4, (np.arange(8) // 2)[:, None])
    assert told(padded(twice, 0, 8, 3, 2, free=True)) == [
        (k, k) for k in (-2, -1, -1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4)
    ]
    uneven = np.array([[0, 1, 5], [-2, -2, -6]], dtype=np.int32)
    assert told(padded(uneven, 0, 3, 1, 1, free=True))[:2] == [(0, 2), (0, 2)]


@pytest.mark.parametrize(
    ("old", "new"),
    [((2, 6, 3), (12, 3)), ((12, 1), (3, 2, 2)), ((1, 4, 6), (8, 3)), ((6,), (1, 6, 1, 1))],
)
def test_reshaping_moves_entries_as_numpy_does(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    for axis in range(len(old)):
        bounds = own_positions(old[axis], axis, len(old))
        expected = np.broadcast_to(bounds, (2, *old)).reshape(2, *new)
        result = reshaped(bounds, old, new)
        np.testing.assert_array_equal(np.broadcast_to(result, (2, *new)), expected)


def test_what_does_not_change_stays_small() -> None:
    bounds = own_positions(5, 1, 3)
    assert reshaped(bounds, (1000, 5, 2000), (1000, 5, 40, 50)).shape == (2, 1, 5, 1, 1)
    wide = np.broadcast_to(bounds, (2, 4, 5, 3))
    assert collapsed(wide, (0, 1, 2)).shape == (2, 1, 5, 1)


def test_batches_of_every_other_entry_come_back_together() -> None:
    shape, blocks, pads = (2, 6, 7, 3), (2, 3), [(1, 1), (0, 2)]
    for axis in (1, 2):
        bounds = own_positions(shape[axis], axis, 4)
        batched = space_to_batch(bounds, shape, blocks, pads, free=False)
        middle = (12, 4, 3, 3)
        assert batched.ndim == 5
        back = batch_to_space(np.broadcast_to(batched, (2, *middle)), middle, blocks, pads)
        np.testing.assert_array_equal(back, np.broadcast_to(bounds, (2, *shape)))


def test_same_padding_is_that_of_the_kernels() -> None:
    assert [same_padding(5, 3, 1), same_padding(6, 3, 2), same_padding(5, 3, 2)] == [1, 0, 1]
    assert same_padding(4, 3, 1, dilation=3) == 3 and same_padding(7, 1, 2) == 0


def test_slopes_are_those_of_a_whole_period() -> None:
    cases: dict[float, Any] = {2.0: [0, 2, 4], 0.5: [0, 0, 1, 1, 2, 2], 1.5: [0, 1, 3, 4], 0.0: [3]}
    for expected, positions in cases.items():
        assert slope(np.array(positions)) == expected
