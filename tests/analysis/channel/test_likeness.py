"""Likeness against correlations worked out one pair, symmetry and shift at a time."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.likeness import (
    FEWEST_ROWS,
    BestLikeness,
    Window,
    standardised,
    ways,
)
from cnnviz_widgets.analysis.channel.symmetries import symmetries_of

RNG = np.random.default_rng(3)


def test_the_best_of_all_ways_is_that_of_a_plain_search() -> None:
    shape, channels = (5, 5), 4
    maps = RNG.normal(size=(3, *shape, channels)).astype("float32") ** 2
    symmetries = symmetries_of(shape)
    window = Window(shape, 1, len(maps), channels)
    likeness = BestLikeness(channels)
    first = standardised(window.rows(maps, (0, 0)))[0]
    for symmetry in symmetries:
        turned = symmetry.undone(maps, (1, 2))
        for shift in window.shifts:
            likeness.add(first, standardised(window.rows(turned, shift))[0])
    known = ways(symmetries, window)
    for i in range(channels):
        for j in range(i + 1, channels):
            found = {
                (symmetry, shift): np.corrcoef(
                    maps[:, 1:-1, 1:-1, i].ravel(),
                    np.roll(symmetry.undone(maps, (1, 2))[..., j], (-shift[0], -shift[1]), (1, 2))[
                        :, 1:-1, 1:-1
                    ].ravel(),
                )[0, 1]
                for symmetry in symmetries
                for shift in window.shifts
            }
            best = max(found, key=lambda way: found[way])
            assert known[likeness.way[i, j]] == best
            assert likeness.values[i, j] == pytest.approx(found[best], abs=1e-5)
    assert likeness.pairs.size == 6
    assert (likeness.values[np.tril_indices(channels)] == -1).all()


def test_a_window_leaves_room_for_shifts_where_there_is_some() -> None:
    assert Window((5, 2), 1, 4, 3).shifts == ((0, 0), (-1, 0), (1, 0))
    assert Window((5, 2), 1, 4, 3).positions == 3 * 2
    assert Window((), 1, 4, 3).shifts == ((),)
    assert Window((), 1, 4, 3).rows(np.ones((4, 3), np.float32), ()).shape == (4, 3)
    # Of many channels fewer positions, evenly over the map.
    many = Window((100, 100), 0, 64, 4000)
    assert many.positions == FEWEST_ROWS // 64


def test_large_and_small_numbers_are_compared_as_well() -> None:
    plain = RNG.normal(size=(200, 3)).astype("float32")
    expected, active = standardised(plain)
    for scale, offset in ((1e30, 0), (1e-30, 0), (1, 1e3)):
        rows, same = standardised((plain * scale + offset).astype("float32"))
        np.testing.assert_allclose(rows, expected, atol=1e-4)
        np.testing.assert_allclose(same, active, rtol=1e-3)
    # A third of the rows carry the variance of normal numbers.
    assert active == pytest.approx([200 / 3] * 3, rel=0.25)


def test_constant_and_infinite_columns_are_like_nothing() -> None:
    rows = np.ones((50, 4), np.float32)
    rows[:, 0] = RNG.normal(size=50)
    rows[3, 2] = np.nan
    rows[3, 3] = 2  # answers once
    unit, active = standardised(rows)
    assert (unit[:, 1:3] == 0).all()
    assert active[1] == active[2] == 0
    assert active[3] == pytest.approx(1, rel=0.05)
