"""t-SNE by openTSNE: trusted, the same twice, a small step to the next moment, interrupted."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from cnnviz_widgets.analysis.embedding import tsne as module
from cnnviz_widgets.analysis.embedding.alignment import movement
from cnnviz_widgets.analysis.embedding.principal import principal_components
from cnnviz_widgets.analysis.embedding.rows import point_rows
from cnnviz_widgets.analysis.embedding.trust import trustworthiness
from cnnviz_widgets.analysis.embedding.tsne import FEWEST_ROWS, has_tsne, tsne

from .clouds import two_moments

BEFORE, AFTER, _ = two_moments(400)
VALUES, NEXT = point_rows(BEFORE).values, point_rows(AFTER).values


@pytest.fixture(scope="module")
def placed() -> np.ndarray:
    return tsne(VALUES)


def test_it_keeps_more_neighbours_than_principal_components(placed: np.ndarray) -> None:
    components = trustworthiness(VALUES, principal_components(VALUES))
    assert trustworthiness(VALUES, placed) > components + 0.05


def test_it_is_the_same_twice(placed: np.ndarray) -> None:
    np.random.default_rng(9).random()
    np.testing.assert_array_equal(tsne(VALUES), placed)


def test_the_next_moment_is_a_small_step(placed: np.ndarray) -> None:
    on, fresh = tsne(NEXT, placed), tsne(NEXT)
    assert movement(placed, on) <= 0.03 < movement(placed, fresh)
    assert trustworthiness(NEXT, on) >= trustworthiness(NEXT, fresh) - 0.01


def test_the_grid_of_forces_places_as_the_tree_does(
    placed: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GRID_FROM", 0)
    found = trustworthiness(VALUES, tsne(VALUES))
    assert found == pytest.approx(trustworthiness(VALUES, placed), abs=0.02)


def test_it_tells_how_far_it_is_and_ends_when_told_to() -> None:
    shares: list[float] = []
    tsne(VALUES[:60], tell=shares.append)
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1

    def stop(share: float) -> None:
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tsne(VALUES[:60], tell=stop)


@pytest.mark.parametrize("count", [FEWEST_ROWS, 6, 20])
@pytest.mark.parametrize("features", [1, 3, 25600])
def test_few_rows_and_any_number_of_features(count: int, features: int) -> None:
    values = point_rows(np.random.default_rng(0).normal(size=(count, features))).values
    found = tsne(values)
    assert found.shape == (count, 2) and np.isfinite(found).all()


def test_rows_that_are_the_same_are_placed() -> None:
    same = np.zeros((12, 4))
    assert np.isfinite(tsne(same)).all()
    pairs = point_rows(np.repeat(np.random.default_rng(1).normal(size=(10, 4)), 2, axis=0)).values
    assert np.isfinite(tsne(pairs)).all()


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="5 rows or more; got 4"):
        tsne(VALUES[:4])


def test_without_open_tsne_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # A module that stands in sys.modules as None cannot be imported.
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    assert not has_tsne()
    with pytest.raises(ImportError, match=r"pip install cnnviz_widgets\[embedding\]"):
        tsne(VALUES)
