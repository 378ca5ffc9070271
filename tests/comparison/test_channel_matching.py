"""Matching channels: by number, and by the least total distance, against brute force."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from cnnviz_widgets.comparison import channel_matching as matching
from cnnviz_widgets.comparison.channel_matching import match_channels

RANDOM = np.random.default_rng(5)


def maps(channels: int, samples: int = 3, size: int = 4) -> np.ndarray:
    return RANDOM.normal(size=(samples, size, size, channels))


def test_by_index_pairs_equal_numbers_and_gives_their_cosine_distance() -> None:
    a, b = maps(4), maps(6)
    found = match_channels(a, b)
    assert found.pairs.tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
    expected = [cosine(a[..., i].ravel(), b[..., i].ravel()) for i in range(4)]
    np.testing.assert_allclose(found.distance, expected, atol=1e-14)
    assert found.only_a.tolist() == []
    assert found.only_b.tolist() == [4, 5]
    assert (found.by, found.note) == ("index", "")


def test_a_permuted_and_scaled_copy_is_found_exactly() -> None:
    a = maps(40)
    order = RANDOM.permutation(40)
    scales = 10.0 ** RANDOM.uniform(-30, 30, 40)
    found = match_channels(a, (a * scales)[..., order], "similarity")
    np.testing.assert_array_equal(order[found.pairs[:, 1]], found.pairs[:, 0])
    np.testing.assert_array_equal(found.distance, 0)


def test_scales_beyond_the_reach_of_squares_are_no_hindrance() -> None:
    a = maps(3) * [1e-300, 1e300, 5e-324 / 1e-16]
    for by in ("index", "similarity"):
        np.testing.assert_allclose(match_channels(a, a, by).distance, 0, atol=1e-12)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 5), (5, 3), (6, 6)])
def test_the_total_distance_is_the_least_of_all_assignments(n: int, m: int) -> None:
    a, b = maps(n), maps(m)
    table = np.array([[cosine(x.ravel(), y.ravel()) for y in np.moveaxis(b, -1, 0)]
                      for x in np.moveaxis(a, -1, 0)])  # fmt: skip
    if n <= m:
        best = min(sum(table[i, p[i]] for i in range(n)) for p in permutations(range(m), n))
    else:
        best = min(sum(table[p[j], j] for j in range(m)) for p in permutations(range(n), m))
    found = match_channels(a, b, "similarity")
    assert found.distance.sum() == pytest.approx(best, abs=1e-12)
    assert len(found.pairs) == min(n, m)
    assert sorted([*found.pairs[:, 0], *found.only_a]) == list(range(n))
    assert sorted([*found.pairs[:, 1], *found.only_b]) == list(range(m))
    assert found.pairs[:, 0].tolist() == sorted(found.pairs[:, 0])


def test_the_least_total_with_zero_maps_too_and_zero_ones_find_each_other() -> None:
    a, b = maps(4), maps(4)
    a[..., [0, 2]] = 0
    b[..., [1, 3]] = 0
    table = np.full((4, 4), 2.0)
    for i in (1, 3):
        for j in (0, 2):
            table[i, j] = cosine(a[..., i].ravel(), b[..., j].ravel())
    best = min(sum(table[i, p[i]] for i in range(4)) for p in permutations(range(4)))
    found = match_channels(a, b, "similarity")
    assert found.distance.sum() == pytest.approx(best)
    partner = dict(found.pairs.tolist())
    assert {partner[0], partner[2]} == {1, 3}
    # Two zero maps are at distance 2, as any zero map is from any other.
    assert found.distance[0] == found.distance[2] == 2


def test_channels_that_are_not_finite_come_last_and_have_no_distance() -> None:
    a, b = maps(3), maps(3)
    a[0, 0, 0, 1] = np.nan
    b[1, 2, 3, 2] = np.inf
    found = match_channels(a, b, "similarity")
    assert [1, 2] in found.pairs.tolist()
    np.testing.assert_array_equal(np.isnan(found.distance), [False, True, False])
    np.testing.assert_array_equal(np.isnan(match_channels(a, b).distance), [False, True, True])


def test_nothing_but_zero_and_not_finite_channels() -> None:
    a = np.zeros((2, 3, 3, 2))
    b = np.full((2, 3, 3, 3), np.nan)
    found = match_channels(a, b, "similarity")
    assert found.pairs.tolist() == [[0, 0], [1, 1]]
    assert np.isnan(found.distance).all()
    assert found.only_b.tolist() == [2]


def test_maps_of_another_size_are_averaged_by_area() -> None:
    a = maps(2, size=6)
    # The means of 2 × 2 pixels, each with its three fellows.
    b = a.reshape(3, 3, 2, 3, 2, 2).mean(axis=(2, 4))
    found = match_channels(a, b)
    np.testing.assert_allclose(found.distance, 0, atol=1e-14)
    assert "averaged to 3 × 3" in found.note


def test_averaging_by_area_splits_pixels_that_two_cells_share() -> None:
    row = np.array([1.0, 2.0, 6.0]).reshape(1, 3, 1)
    # Cells of one pixel and a half: (1 + 2/2) / 1.5 and (2/2 + 6) / 1.5.
    expected = np.array([2 / 1.5, 7 / 1.5]).reshape(1, 2, 1)
    np.testing.assert_allclose(matching._averaged(row, (2,)), expected)


def test_each_axis_takes_the_smaller_of_both() -> None:
    a = np.ones((2, 6, 3, 1))
    b = np.ones((2, 2, 9, 1))
    found = match_channels(a, b)
    assert "2 × 3" in found.note
    assert found.distance.tolist() == [0]


@pytest.mark.parametrize("shape", [(4, 4, 4, 2), (3, 16, 2), (3, 2)])
def test_other_samples_or_axes_are_matched_by_index_and_said_so(shape: tuple[int, ...]) -> None:
    found = match_channels(maps(3), np.ones(shape), "similarity")
    assert found.by == "index"
    assert "cannot be compared" in found.note
    assert np.isnan(found.distance).all()
    assert found.only_a.tolist() == [2]


def test_too_many_channels_are_matched_by_index_and_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "MOST_MATCHED", 3)
    found = match_channels(maps(4), maps(3), "similarity")
    assert found.by == "index"
    assert "more than 3" in found.note
    assert np.isfinite(found.distance).all()


def test_features_and_sequences_of_any_number_type() -> None:
    a = RANDOM.integers(1, 9, size=(5, 7)).astype(np.uint8)
    np.testing.assert_array_equal(
        match_channels(a, a[:, ::-1], "similarity").pairs[:, 1], range(7)[::-1]
    )
    b = RANDOM.normal(size=(5, 6, 7)).astype(np.float16)
    np.testing.assert_array_equal(
        match_channels(b, b[..., ::-1], "similarity").pairs[:, 1], range(7)[::-1]
    )
    one = match_channels(np.ones(3), np.ones(4))
    assert len(one.pairs) == 3


def test_blocks_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = maps(3, samples=9), maps(3, samples=9)
    whole = match_channels(a, b, "similarity")
    monkeypatch.setattr(matching, "_BLOCK_VALUES", 60)
    parts = match_channels(a, b, "similarity")
    np.testing.assert_array_equal(parts.pairs, whole.pairs)
    np.testing.assert_allclose(parts.distance, whole.distance, atol=1e-13)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="'index' or 'similarity'; got 'name'"):
        match_channels(maps(2), maps(2), "name")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="b must be real numbers"):
        match_channels(maps(2), np.array(["x"]))
    with pytest.raises(ValueError, match="a must hold"):
        match_channels(np.zeros((3, 0)), maps(2))


def test_results_cannot_be_changed() -> None:
    found = match_channels(maps(2), maps(2))
    with pytest.raises(ValueError, match="read-only"):
        found.pairs[0, 0] = 1
