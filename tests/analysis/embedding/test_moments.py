"""From one picture to the next: turned back, and begun where the points were."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.embedding.alignment import aligned, movement
from cnnviz_widgets.analysis.embedding.moments import Placed, start_from

POSITIONS = np.random.default_rng(4).normal(size=(20, 2)) * (3, 1)


def turned(positions: np.ndarray, angle: float, mirror: bool) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    moved: np.ndarray = positions @ np.array([[c, -s], [s, c]]) * ((1, -1) if mirror else (1, 1))
    return moved + np.array([5, -2])


@pytest.mark.parametrize("angle", [0.0, 1.0, np.pi, 4.0])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_turned_picture_is_turned_back(angle: float, mirror: bool) -> None:
    found = aligned(turned(POSITIONS, angle, mirror), POSITIONS)
    np.testing.assert_allclose(found, POSITIONS, atol=1e-12)
    assert movement(POSITIONS, 7 * turned(POSITIONS, angle, mirror)) < 1e-12


def test_known_points_turn_the_others_with_them() -> None:
    like = POSITIONS.copy()
    like[5:] = np.nan
    found = aligned(turned(POSITIONS, 2.0, True), like)
    np.testing.assert_allclose(found, POSITIONS, atol=1e-12)


def test_two_known_points_turn_nothing() -> None:
    like = np.full_like(POSITIONS, np.nan)
    like[:2] = 0
    np.testing.assert_array_equal(aligned(POSITIONS, like), POSITIONS)


def test_movement_is_the_median_over_the_spread() -> None:
    square = np.array([[1.0, 1], [-1, 1], [-1, -1], [1, -1]])
    assert movement(np.zeros((4, 2)), square) == 0
    noise = 0.1 * np.random.default_rng(0).normal(size=(4000, 2))
    cloud = np.random.default_rng(1).normal(size=(4000, 2))
    # The median length of a normal step in the plane is 1.177 of its deviation along an axis.
    assert movement(cloud, cloud + noise) == pytest.approx(0.1177 / np.sqrt(2), rel=0.05)


def test_points_are_found_by_their_numbers() -> None:
    placed = Placed(np.array([2, 5, 9]), POSITIONS[:3])
    where = placed.at(np.array([9, 3, 2, 11, 0]))
    np.testing.assert_array_equal(where[[0, 2]], POSITIONS[[2, 0]])
    assert np.isnan(where[[1, 3, 4]]).all()
    assert np.isnan(Placed(np.arange(0), np.zeros((0, 2))).at(np.arange(2))).all()


def test_new_points_begin_beside_their_nearest_known_row() -> None:
    values = np.array([[0.0], [10], [20], [9], [19]])
    before = np.array([[0.0, 0], [1, 1], [2, 2], [np.nan, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(start_from(values, before)[3:], [[1, 1], [2, 2]])
    before[1] = np.nan
    assert start_from(values, before) is None
    np.testing.assert_array_equal(start_from(values[:1], before[:1]), before[:1])
