"""Patches cover everything from end to end; what they say goes to the pixels under them."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.analysis.channel.occlusion_grid import OcclusionGrid, weakest


def test_the_last_patch_ends_where_the_input_does() -> None:
    grid = OcclusionGrid((7, 4), (3, 4), (2, 1))
    assert grid.starts == ((0, 2, 4), (0,))
    assert grid.positions == (3, 1)
    assert OcclusionGrid((8,), (3,), (2,)).starts == ((0, 2, 4, 5),)
    covered = np.zeros((7, 4), int)
    for patch in grid.patches():
        covered[patch] += 1
    assert covered[:, 0].tolist() == [1, 1, 2, 1, 2, 1, 1]


def test_a_coarse_grid_covers_all_with_few_patches() -> None:
    for shape, size in (((28, 28), 3), ((5, 40), 3), ((224, 224), 29), ((4,), 1)):
        fine = OcclusionGrid(shape, (size,) * len(shape), (1,) * len(shape))
        coarse = OcclusionGrid.coarse(fine, 6)
        assert max(coarse.positions) <= 6
        assert not np.isnan(coarse.on_pixels(np.ones(coarse.positions))).any()


def test_each_pixel_has_the_mean_of_its_patches() -> None:
    grid = OcclusionGrid((5,), (2,), (2,))
    assert grid.starts == ((0, 2, 3),)
    assert grid.on_pixels(np.array([1.0, 2.0, 4.0])).tolist() == [1, 1, 2, 3, 4]
    gap = OcclusionGrid((7,), (1,), (3,))
    assert np.isnan(gap.on_pixels(np.arange(3.0))).tolist() == [
        *(False, True, True, False, True, True, False)
    ]


def test_the_weakest_claim_counts() -> None:
    maps = np.array([[3.0, -1.0, 2.0, np.nan, 0.0], [1.0, -4.0, -2.0, 1.0, 5.0]])
    np.testing.assert_array_equal(weakest(maps), [1, -1, 0, np.nan, 0])
