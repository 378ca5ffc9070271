"""Cells of values: counted in any company as each would be alone, and chosen by what tells most."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.survey.value_cells import CELLS, CellRule, ValueCells

from .passes import Values


def values(rows: int = 300) -> Values:
    """Normal, ReLU, heavy tails, far from 0, equal, all zero: channels of both kinds of cells."""
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(rows, 12))
    columns[:, 1] = np.maximum(columns[:, 1], 0)
    columns[:, 2:8:2] = np.exp(3 * columns[:, 2:8:2])
    columns[:, 3] += 1000
    columns[:, 5], columns[:, 7] = 0.1, 0
    return columns.astype(np.float32)


def test_channels_of_both_kinds_are_counted_as_each_alone() -> None:
    rows = values()
    rule = CellRule.chosen_by(rows[:64])
    assert set(rule.octaves.tolist()) == {False, True}
    cells = ValueCells.empty(rule)
    cells.add(rows)
    assert cells.counts.shape == (12, CELLS)
    for channel in range(12):
        alone = ValueCells.empty(rule.some(np.array([channel])))
        alone.add(rows[:, [channel]])
        np.testing.assert_array_equal(cells.counts[[channel]], alone.counts)
        assert cells.exponent[channel] == alone.exponent[0]
    np.testing.assert_array_equal(cells.counts.sum(axis=1), np.count_nonzero(rows, axis=0))


@pytest.mark.parametrize("wider", [1, 1e6])
def test_bounds_that_are_known_change_nothing(wider: float) -> None:
    rows = values()
    rule = CellRule.chosen_by(rows[:64])
    looked_for, given = ValueCells.empty(rule), ValueCells.empty(rule)
    looked_for.add(rows)
    far = np.float32(wider)
    given.add(rows, (rows.min(axis=0) - far, rows.max(axis=0) + far))
    np.testing.assert_array_equal(looked_for.counts, given.counts)
    np.testing.assert_array_equal(looked_for.exponent, given.exponent)


def test_values_that_are_not_finite_are_left_out_of_their_channel_alone() -> None:
    rows = values()
    rows[3, 0], rows[4, 1], rows[5, 2] = np.nan, np.inf, -np.inf
    cells = ValueCells.empty(CellRule.chosen_by(rows))
    cells.add(rows)
    counted = np.isfinite(rows) & (rows != 0)
    np.testing.assert_array_equal(cells.counts.sum(axis=1), counted.sum(axis=0))


def test_the_rule_is_the_one_by_which_fewest_values_share_a_cell() -> None:
    rng = np.random.default_rng(1)
    even, spread = rng.random(512), np.exp(6 * rng.normal(size=512))
    far = 1000 + np.exp(6 * rng.normal(size=512)) / 1e4
    rule = CellRule.chosen_by(np.stack([even, spread, far], axis=1).astype(np.float32))
    assert rule.octaves.tolist() == [False, True, True]
    assert rule.centre[1] < 100 < rule.centre[2]
