"""Nearest rows and what they tell, against every pair looked at one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cnnviz_widgets.analysis.embedding import neighbours as module
from cnnviz_widgets.analysis.embedding.neighbours import nearest_rows, neighbour_accuracy
from cnnviz_widgets.analysis.embedding.rows import point_rows

from .clouds import two_moments


@pytest.mark.parametrize(("count", "features", "wanted"), [(40, 3, 5), (7, 200, 6), (2, 1, 1)])
def test_they_are_the_nearest(count: int, features: int, wanted: int) -> None:
    values = point_rows(np.random.default_rng(1).normal(size=(count, features)) + 100).values
    distances = cdist(values, values)
    np.fill_diagonal(distances, np.inf)
    found = nearest_rows(values, wanted)
    np.testing.assert_array_equal(found.rows, distances.argsort(axis=1)[:, :wanted])
    np.testing.assert_allclose(found.distances, np.sort(distances)[:, :wanted], atol=1e-9)


def test_blocks_and_some_of_the_rows_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    values = point_rows(two_moments(90)[0]).values
    whole = nearest_rows(values, 12)
    monkeypatch.setattr(module, "BLOCK_ITEMS", 7 * 90)
    looks: list[int] = []
    again = nearest_rows(values, 12, look=lambda: looks.append(1))
    np.testing.assert_array_equal(again.rows, whole.rows)
    assert len(looks) == 13
    some = np.array([3, 50, 89])
    np.testing.assert_array_equal(nearest_rows(values, 12, some).rows, whole.rows[some])


def test_what_a_look_raises_ends_the_work() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nearest_rows(np.eye(4), 2, look=stop)


def vote(values: np.ndarray, labels: np.ndarray, count: int) -> float:
    """Leave-one-out accuracy, a row at a time; ties go to the class of the nearest voter."""
    right = []
    for row, label in enumerate(labels):
        if label < 0:
            continue
        distances = np.linalg.norm(values - values[row], axis=1)
        distances[row] = np.inf
        near = [each for each in labels[np.argsort(distances)[:count]] if each >= 0]
        tally = {each: near.count(each) for each in near}
        most = max(tally.values(), default=0)
        winner = next((each for each in near if tally[each] == most), None)
        right.append(winner == label)
    return float(np.mean(right))


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_accuracy_is_that_of_a_vote(count: int) -> None:
    before, _, labels = two_moments(80, classes=3)
    labels[::7] = -1
    values = point_rows(before).values
    found = neighbour_accuracy(nearest_rows(values, count), labels)
    assert found == pytest.approx(vote(values, labels, count), abs=1e-12)


def test_of_one_class_or_none_there_is_nothing_to_be_told() -> None:
    near = nearest_rows(np.eye(5), 3)
    assert neighbour_accuracy(near, np.zeros(5, int)) is None
    assert neighbour_accuracy(near, np.full(5, -1)) is None
    assert neighbour_accuracy(near, np.array([0, 0, -1, -1, 1])) is not None
