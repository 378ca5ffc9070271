"""Layers too wide to compare whole: what stands for them, and that nothing more is computed."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis import (
    DensityStyle,
    LayerRecord,
    channel_measures,
    cosine_linkage,
    keep,
    subsampling,
)
from cnnviz_widgets.analysis.channel_measures import pooled_measures
from cnnviz_widgets.analysis.clustering.spanning_tree import prim_path, prim_path_of_rows
from cnnviz_widgets.analysis.density.types import NOT_DRAWN
from cnnviz_widgets.analysis.subsampling import some_channels, spread_like
from cnnviz_widgets.comparison.layer_comparison import LayerComparison
from cnnviz_widgets.records import layer_record as of_outputs
from cnnviz_widgets.records import parameter_record as of_weights
from cnnviz_widgets.records.layer_record import MOST_COLUMNS

# Fewer than in use, for the sake of time.
MOST_COMPARED = 2400
WIDE = MOST_COMPARED + 300


@pytest.fixture(autouse=True)
def few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_outputs, "MOST_COMPARED", MOST_COMPARED)


def wide(samples: int = 6, channels: int = WIDE) -> np.ndarray:
    """A layer with zero channels and two that are not finite."""
    values = np.random.default_rng(5).normal(size=(samples, channels)).astype(np.float32)
    values[:, 100:700] = 0
    values[1, 2000] = np.nan
    values[2, 17] = np.inf
    return values


@pytest.fixture
def record() -> LayerRecord:
    return LayerRecord.of(wide(), "flatten")


class TestTree:
    def test_is_that_of_the_channels_that_are_drawn(self, record: LayerRecord) -> None:
        items = record.tree.items
        assert items.size + record.tree.nonfinite.size == MOST_COLUMNS == len(record.columns)
        alone = cosine_linkage(record.values[:, items])
        np.testing.assert_array_equal(record.tree.Z, alone.Z)
        np.testing.assert_array_equal(record.tree.order, items[alone.order])
        np.testing.assert_array_equal(record.tree.zero, items[alone.zero])
        assert set(record.dendrogram.columns) == set(items)

    def test_lists_all_that_is_not_finite_and_its_share_of_zeros(self, record: LayerRecord) -> None:
        assert record.tree.nonfinite.tolist() == [17, 2000]
        assert record.tree.zero.size == pytest.approx(600 * 2046 / (WIDE - 2), abs=1)
        assert set(record.tree.zero) <= set(range(100, 700))

    def test_takes_channels_evenly(self, record: LayerRecord) -> None:
        alive = np.setdiff1d(record.tree.items, record.tree.zero)
        assert np.diff(alive[alive > 700]).max() <= 2 * WIDE / MOST_COLUMNS

    def test_groups_of_a_cut_are_of_those_compared(self, record: LayerRecord) -> None:
        labels = record.tree.cut(0.3)
        assert labels.shape == (WIDE,)
        assert set(np.flatnonzero(labels >= 0)) == set(record.tree.items)

    def test_compares_the_same_channels_at_the_next_moment(self, record: LayerRecord) -> None:
        values = record.values + 0.1 * wide()
        later = LayerRecord.of(values, like=record.columns[::-1].copy())
        assert set(later.tree.items) == set(record.tree.items)
        np.testing.assert_array_equal(later.tree.heights, LayerRecord.of(values).tree.heights)

    @pytest.mark.parametrize("value", [np.nan, 0.0])
    def test_of_channels_all_of_a_kind(self, value: float) -> None:
        record = LayerRecord.of(np.full((2, WIDE), value)).complete()
        assert len(record.columns) > 0
        assert record.drawn_curves.peak > 0


class TestExact:
    def test_is_the_tree_and_the_curves_of_all(self, record: LayerRecord) -> None:
        exact = record.exact
        assert exact.exact is exact
        np.testing.assert_array_equal(exact.tree.Z, cosine_linkage(record.values).Z)
        assert exact.tree.items.size == WIDE - 2
        assert exact.drawn_density.n_channels == len(exact.columns)
        assert "uses all" not in " ".join(record.omissions)
        assert "tree, curves and legend are of these" in record.omissions[0]
        assert "the legend counts these, all else uses all" in exact.omissions[0]

    def test_of_a_layer_that_is_compared_whole_is_itself(self) -> None:
        record = LayerRecord.of(wide(3, MOST_COMPARED))
        assert record.exact is record
        assert record.tree.items.size == MOST_COMPARED - 2

    def test_of_weights_has_no_limit_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(of_weights, "MOST_PRODUCTS", 5000)
        record = of_weights.ParameterRecord.of(wide()[:4, 600:700] + wide()[:4, 800:900])
        assert record.tree.items.size < 100
        assert record.exact.tree.items.size == 100
        assert record.exact.name == record.name

    def test_of_what_was_kept_is_itself(self, record: LayerRecord) -> None:
        kept = keep(record)
        assert kept.exact is kept
        assert kept.omissions[1:] == record.omissions


class TestCurves:
    def test_of_the_columns_are_those_of_all_channels(self, record: LayerRecord) -> None:
        drawn, everything = record.drawn_density, record.exact.density
        for name in ("grid", "density", "zero_share", "style", "nonfinite_share"):
            np.testing.assert_array_equal(
                getattr(drawn, name), getattr(everything, name)[record.columns]
            )

    def test_of_few_channels_are_rows_of_all(self) -> None:
        values = np.maximum(wide(40)[:, :30], 0)
        values[:, 3] = np.arange(40) % 4  # levels: atoms
        values[0, 9] = np.nan
        values[:, 5] = 0
        record = LayerRecord.of(values)
        columns = record.columns
        for part in ("grid", "density", "style", "bandwidth"):
            np.testing.assert_array_equal(
                getattr(record.drawn_density, part), getattr(record.density, part)[columns]
            )
        np.testing.assert_array_equal(record.drawn_curves.height, record.curves.height[columns])
        found = {(columns[k], value) for k, value, _ in record.drawn_density.atoms}
        assert found == {(k, value) for k, value, _ in record.density.atoms} != set()
        assert record.density_numbers is record.density

    def test_zeros_are_counted_in_all_channels(self, record: LayerRecord) -> None:
        every = record.density_numbers
        np.testing.assert_allclose(every.zero_share, record.exact.density.zero_share)
        np.testing.assert_array_equal(every.nonfinite_share, record.measures.nonfinite_share)
        unseen = np.setdiff1d(np.arange(WIDE), record.columns)
        assert (every.style[unseen] == NOT_DRAWN).all()
        assert (every.style[record.columns] != NOT_DRAWN).all()
        np.testing.assert_allclose(
            record.drawn_curves.zero_bands, record.exact.drawn_curves.zero_bands
        )

    def test_are_kept_as_they_are_drawn(self, record: LayerRecord) -> None:
        kept = keep(record)
        np.testing.assert_array_equal(kept.columns, record.columns)
        np.testing.assert_array_equal(kept.tree.Z, record.tree.Z)
        np.testing.assert_array_equal(kept.density.style, record.density_numbers.style)
        area = np.trapezoid(kept.drawn_density.density, kept.drawn_density.grid, axis=1)
        told = kept.drawn_density.style < DensityStyle.EMPTY
        np.testing.assert_allclose(area[told], 1 - kept.drawn_density.zero_share[told], rtol=1e-5)


def test_two_wide_layers_are_compared_in_all_channels(record: LayerRecord) -> None:
    other = LayerRecord.of(2 * record.values, "flatten")
    shift = LayerComparison.of(record, other).shift
    assert np.isfinite(shift).all() and shift.shape == (WIDE,)


def test_nothing_is_computed_of_channels_that_are_not_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Opening a Flatten of 123,008 columns cost thousands of forward passes."""
    widths: dict[str, list[int]] = {"tree": [], "density": []}

    def watched(kind: str, function: Any) -> Any:
        def call(values: np.ndarray, *args: Any, **kwargs: Any) -> Any:
            widths[kind].append(values.shape[-1])
            return function(values, *args, **kwargs)

        return call

    for module in (of_outputs, subsampling):
        for kind, name in (("tree", "cosine_linkage"), ("density", "channel_density")):
            monkeypatch.setattr(module, name, watched(kind, getattr(module, name)))
    record = LayerRecord.of(wide(3, 123_008)).complete()
    assert widths == {"tree": [MOST_COLUMNS - 2], "density": [MOST_COLUMNS, 1]}
    assert record.measures.dead.sum() == 600
    assert record.drawn_curves.grid.shape == (MOST_COLUMNS, 128)


def test_channels_of_an_earlier_choice_come_first() -> None:
    indices, earlier = np.arange(0, 100, 2), np.array([1, 4, 98, 50])
    chosen = spread_like(indices, 7, earlier)
    assert {4, 98, 50} <= set(chosen) <= set(indices)
    assert chosen.size == np.unique(chosen).size == 7
    assert set(spread_like(indices, 2, earlier)) <= {4, 50, 98}
    assert spread_like(indices[:0], 3, earlier).size == 0
    assert spread_like(indices, 3, earlier[:0]).size == 3


def test_a_rare_kind_is_among_the_chosen() -> None:
    values = np.ones((2, 1000))
    values[:, 7] = 0
    assert 7 in some_channels(channel_measures(values), 10, None)
    values = np.zeros((2, 1000))
    values[:, 7] = 1
    assert 7 in some_channels(channel_measures(values), 10, None)


def test_the_walk_without_a_matrix_is_the_walk_on_it() -> None:
    units = np.random.default_rng(0).normal(size=(60, 5))
    units /= np.linalg.norm(units, axis=1)[:, None]
    path, similarity = prim_path_of_rows(units)
    of_matrix = prim_path(units @ units.T, np.ones(60))
    np.testing.assert_array_equal(path, of_matrix[0])
    np.testing.assert_allclose(similarity, of_matrix[1], atol=1e-14)


@pytest.mark.parametrize("way", ["few values", "many values"])
def test_either_walk_finds_zeros_twins_and_scales(way: str) -> None:
    values = np.random.default_rng(1).normal(size=(4 if way == "few values" else 40, 1100))
    values[:, 5] = 0
    values[:, 6] = 1e200 * values[:, 7]
    values[0, 8] = np.inf
    tree = cosine_linkage(values)
    assert tree.zero.tolist() == [5] and tree.nonfinite.tolist() == [8]
    assert tree.heights[0] == 0 and tree.heights[-1] == 2
    assert tree.cut(0)[6] == tree.cut(0)[7]


@pytest.mark.parametrize("columns", [slice(None), slice(100, 700), slice(17, 18)])
def test_measures_of_all_together_are_those_of_one_channel(columns: slice) -> None:
    values = wide()[:, columns]
    together = pooled_measures(channel_measures(values))
    alone = channel_measures(values.reshape(-1, 1), spread=False)
    for field in dataclasses.fields(alone):
        if field.name != "n_samples":
            np.testing.assert_allclose(getattr(together, field.name), getattr(alone, field.name))
