"""Trustworthiness against its definition, row by row, and against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.embedding import trust as module
from cnnviz_widgets.analysis.embedding.principal import principal_components
from cnnviz_widgets.analysis.embedding.rows import point_rows
from cnnviz_widgets.analysis.embedding.scores import Scores, class_accuracy, scores
from cnnviz_widgets.analysis.embedding.trust import trustworthiness

from .clouds import two_moments


def by_definition(values: np.ndarray, positions: np.ndarray) -> float:
    """Venna and Kaski's formula."""
    count = len(values)
    k = min(10, (count - 1) // 2)
    cost = 0
    for row in range(count):
        others = np.array([other for other in range(count) if other != row])
        order = others[np.argsort(np.linalg.norm(values[others] - values[row], axis=1))]
        rank = {other: place + 1 for place, other in enumerate(order.tolist())}
        shown = others[np.argsort(np.linalg.norm(positions[others] - positions[row], axis=1))][:k]
        cost += sum(max(0, rank[other] - k) for other in shown.tolist())
    return 1 - 2 * cost / (count * k * (2 * count - 3 * k - 1))


@pytest.mark.parametrize("count", [3, 4, 12, 60])
def test_it_is_what_the_definition_says(count: int) -> None:
    values = point_rows(two_moments(count)[0]).values
    positions = principal_components(values)
    assert trustworthiness(values, positions) == pytest.approx(by_definition(values, positions))


def test_it_is_scikit_learns() -> None:
    # It comes with openTSNE, which is part of what the tests install.
    from sklearn.manifold import trustworthiness as theirs

    values = point_rows(two_moments(300)[0]).values
    for positions in (principal_components(values), np.random.default_rng(2).random((300, 2))):
        ours = trustworthiness(values, positions)
        assert ours == pytest.approx(theirs(values, positions, n_neighbors=10), abs=1e-12)


def test_some_rows_tell_nearly_what_all_do(monkeypatch: pytest.MonkeyPatch) -> None:
    values = point_rows(two_moments(600)[0]).values
    positions = principal_components(values)
    whole = trustworthiness(values, positions)
    monkeypatch.setattr(module, "MOST_ROWS", 200)
    assert trustworthiness(values, positions) == pytest.approx(whole, abs=0.02)


def test_a_picture_that_is_the_rows_has_one_and_chance_half() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 2))
    values = point_rows(rows).values
    assert trustworthiness(values, values) == 1.0
    assert trustworthiness(values, rows[::-1]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("values", [np.zeros((1, 3)), np.eye(2), np.zeros((9, 3))])
def test_where_there_is_nothing_to_trust_there_is_none(values: np.ndarray) -> None:
    assert trustworthiness(values, np.zeros((len(values), 2))) is None


def test_scores_in_words() -> None:
    assert str(Scores()) == ""
    assert str(Scores(0.974, 0.91, 0.842, 10)) == (
        "trustworthiness 0.97 · class told by 10 nearest: 91 % (in raw inputs 84 %)"
    )
    assert str(Scores(None, 0.5, None, 3)) == "class told by 3 nearest: 50 %"


def test_of_few_rows_fewer_vote() -> None:
    before, _, labels = two_moments(36, classes=2)
    values = point_rows(before).values
    found = scores(values, principal_components(values), labels)
    assert found.neighbours == 6 and found.accuracy is not None


def test_of_a_handful_nothing_is_said_to_be_told() -> None:
    before, _, labels = two_moments(36, classes=2)
    values = point_rows(before).values
    for known in (29, 30):
        some = np.where(np.arange(36) < known, labels, -1)
        assert (class_accuracy(values, some) is None) == (known < 30)
