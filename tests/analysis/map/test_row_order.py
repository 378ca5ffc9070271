"""The order of rows, against all permutations, exact paths and the bound of spanning trees."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from cnnviz_widgets.analysis.arrays import Floats
from cnnviz_widgets.analysis.map.channel_groups import standard_rows
from cnnviz_widgets.analysis.map.held_karp import best_path
from cnnviz_widgets.analysis.map.path_moves import greedy_path, improved_path
from cnnviz_widgets.analysis.map.row_order import path_quality, quality_bound, row_order

from .rows import some_rows
from .tree_bound import tree_bound


def cosines(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    units = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 1e-9)
    products: Floats = units @ units.T
    return products


def summed(similar: Floats, order: object) -> float:
    path = np.asarray(order)
    return float(similar[path[:-1], path[1:]].sum())


@pytest.mark.parametrize("count", range(2, 8))
def test_few_rows_stand_in_the_best_of_all_orders(count: int) -> None:
    for seed in range(3):
        rows = some_rows(count, 5, seed=seed)
        similar = cosines(rows)
        best = max(summed(similar, order) for order in itertools.permutations(range(count)))
        order = row_order(rows)
        assert order.dtype == np.int64 and sorted(order.tolist()) == [*range(count)]
        assert path_quality(rows, order) == pytest.approx(best)
        assert path_quality(rows, order) == pytest.approx(summed(similar, order))


@pytest.mark.parametrize("count", [13, 15])
def test_more_rows_stand_as_well_as_in_the_exact_path(count: int) -> None:
    for seed in range(5):
        rows = some_rows(count, seed=seed)
        exact = summed(cosines(rows), best_path(cosines(rows)))
        assert path_quality(rows, row_order(rows)) >= 0.999 * exact


def test_hundreds_of_rows_come_near_the_bound_in_time() -> None:
    rows = some_rows(512)
    start = time.process_time()
    order = row_order(rows)
    seconds = time.process_time() - start
    assert sorted(order.tolist()) == [*range(512)] and seconds <= 3
    quality = path_quality(rows, order)
    assert quality >= 0.97 * quality_bound(rows)
    similar = cosines(rows)
    assert quality >= summed(similar, improved_path(similar, greedy_path(similar), 0))
    assert quality > summed(similar, greedy_path(similar))


def test_no_path_exceeds_the_bounds() -> None:
    for count, seed in itertools.product((1, 2, 3, 5, 9), range(4)):
        rows = some_rows(count, 4, seed=seed)
        # Every other row the other way round: second-best cosines below 0.
        rows[::2] *= -1
        best = path_quality(rows, best_path(cosines(rows)))
        assert best <= quality_bound(rows) + 1e-9
        if count > 2:
            assert best <= tree_bound(cosines(rows), best, 50) + 1e-9


def test_every_change_of_a_path_is_for_the_better() -> None:
    """Also of similarities that no rows have, and from paths that no greedy way gives."""
    random = np.random.default_rng(0)
    for count in (5, 6, 9, 30, 120):
        similar = random.standard_normal((count, count))
        similar += similar.T
        path = random.permutation(count)
        improved = improved_path(similar, path, 10)
        assert sorted(improved.tolist()) == [*range(count)]
        assert summed(similar, improved) > summed(similar, path)
        exact = summed(similar, best_path(similar)) if count < 10 else np.inf
        assert summed(similar, improved) <= exact + 1e-9
        greedy = greedy_path(similar)
        assert sorted(greedy.tolist()) == [*range(count)]


@pytest.mark.parametrize("count", [12, 40])
def test_the_order_does_not_depend_on_how_rows_are_scaled_and_falls_from_left_to_right(
    count: int,
) -> None:
    rows = some_rows(count, seed=5)
    order = row_order(rows)
    random = np.random.default_rng(0)
    scaled = rows * random.uniform(1, 9, (count, 1)) + random.uniform(-9, 9, (count, 1))
    assert row_order(scaled).tolist() == order.tolist() == row_order(rows).tolist()
    peaks = rows[order].argmax(axis=1)
    assert np.corrcoef(peaks, np.arange(count))[0, 1] >= 0


@pytest.mark.parametrize("count", [0, 1, 2, 5, 12, 13, 60])
def test_equal_and_constant_rows_have_an_order_too(count: int) -> None:
    for rows in (np.zeros((count, 3)), np.ones((count, 1)), np.tile([1.0, 2.0], (count, 1))):
        assert sorted(row_order(rows).tolist()) == [*range(count)]
    twice = np.repeat(some_rows(count), 2, axis=0)
    places = np.argsort(row_order(twice))
    beside = abs(places[::2] - places[1::2]) == 1
    assert beside.all() if count <= 6 else beside.mean() > 0.95


def test_two_thousand_rows_come_to_an_end() -> None:
    rows = some_rows(2048)
    start = time.process_time()
    order = row_order(rows)
    assert time.process_time() - start <= 9
    assert sorted(order.tolist()) == [*range(2048)]


def test_rows_that_are_not_finite_are_refused() -> None:
    rows = some_rows(4)
    rows[1, 1] = np.nan
    with pytest.raises(ValueError, match="the first of them row 1"):
        row_order(rows)
    assert standard_rows(np.delete(rows, 1, axis=0)).shape == (3, 10)
