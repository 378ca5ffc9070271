"""Twins, ranks and likeness of rows, against plain loops and rows that leave no doubt."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import entropy

from cnnviz_widgets.analysis.map.twins import TWIN, effective_rank, mean_cosine, twin_share

from .rows import some_rows


def test_measures_are_those_of_plain_loops() -> None:
    rows = some_rows(40, seed=3, kinds=30)
    rows[7] = 2 * rows[3] + 1
    cosine = np.asarray(np.corrcoef(rows))
    pairs = [(a, b) for a in range(40) for b in range(a)]
    assert mean_cosine(rows) == pytest.approx(np.mean([cosine[pair] for pair in pairs]))
    twins = {row for pair in pairs if cosine[pair] > TWIN for row in pair}
    assert {3, 7} <= twins and twin_share(rows) == pytest.approx(len(twins) / 40)
    assert twin_share(rows, cosine=0.5) > twin_share(rows, cosine=0.99) > 0
    centred = rows - rows.mean(axis=1, keepdims=True)
    values = np.linalg.svd(centred / np.linalg.norm(centred, axis=1, keepdims=True))[1]
    assert effective_rank(rows) == pytest.approx(math.exp(entropy(values)))


def test_more_rows_than_a_block() -> None:
    rows = some_rows(700, 30)
    cosine = np.corrcoef(rows) - 2 * np.eye(700)
    assert twin_share(rows, cosine=0.7) == np.mean((cosine > 0.7).any(axis=1))


def test_rows_that_leave_no_doubt() -> None:
    same = np.tile([1.0, 2, 3], (5, 1)) * np.arange(1, 6)[:, None]
    assert twin_share(same) == 1
    assert effective_rank(same) == pytest.approx(1)
    assert mean_cosine(same) == pytest.approx(1)
    opposite = np.array([[1.0, 2], [2, 1]])
    assert twin_share(opposite) == 0
    assert mean_cosine(opposite) == pytest.approx(-1)
    # Three directions at right angles, all of them centred.
    apart = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]])
    assert effective_rank(apart) == pytest.approx(3)
    assert mean_cosine(apart) == pytest.approx(0, abs=1e-12)


def test_constant_rows_do_not_count() -> None:
    nothing = np.ones((4, 3))
    assert math.isnan(twin_share(nothing)) and math.isnan(mean_cosine(nothing))
    assert effective_rank(nothing) == 0
    assert effective_rank(np.zeros((0, 3))) == 0
    mixed = np.concatenate((nothing, np.array([[1, 2, 3], [1, 2, 3.1]])))
    assert twin_share(mixed) == 1 and mean_cosine(mixed) > TWIN
    assert twin_share([[1, 2, 3]]) == 0 and math.isnan(mean_cosine([[1, 2, 3]]))


def test_rows_that_are_not_finite_are_refused() -> None:
    for measure in (twin_share, effective_rank, mean_cosine):
        with pytest.raises(ValueError, match="row 1: leave them out"):
            measure(np.array([[1, 2], [np.nan, 1]]))
