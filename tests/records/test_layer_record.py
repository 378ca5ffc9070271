"""LayerRecord: what is told of a layer, and what the picture leaves out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cnnviz_widgets.analysis import DensityStyle, LayerRecord
from cnnviz_widgets.records.layer_picture import MOST_ROWS
from cnnviz_widgets.records.layer_record import MOST_COLUMNS

RNG = np.random.default_rng(11)


def test_is_not_to_be_changed() -> None:
    record = LayerRecord.of(RNG.normal(size=(2, 3)), "dense")
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.path = "other"


def test_one_axis_is_the_batch() -> None:
    record = LayerRecord.of(np.arange(5.0))
    assert (record.n_samples, record.n_channels) == (5, 1)


def test_each_part_is_computed_once() -> None:
    record = LayerRecord.of(RNG.normal(size=(2, 4, 4, 3)))
    assert record.tree is record.tree
    assert record.tiles is record.tiles


def test_complete_tells_how_far_it_is_and_computes_everything() -> None:
    told: list[tuple[float, str]] = []
    record = LayerRecord.of(RNG.normal(size=(2, 4, 4, 3)))
    assert record.complete(lambda share, text: told.append((share, text))) is record
    assert [share for share, _ in told] == [0, 0.25, 0.5, 0.75]
    assert {"measures", "tree", "tiles", "curves"} <= set(vars(record))


def test_columns_are_the_tree_then_what_is_not_finite() -> None:
    values = RNG.normal(size=(3, 4, 4, 5))
    values[..., 1] = 0
    values[0, 0, 0, 3] = np.nan
    record = LayerRecord.of(values)
    columns = record.columns.tolist()
    assert sorted(columns[:3]) == [0, 2, 4]
    assert columns[3:] == [1, 3]
    assert record.tiles.columns.tolist() == columns


def test_a_wide_layer_is_drawn_in_part_and_measured_whole() -> None:
    values = RNG.normal(size=(4, 3000)).astype(np.float32)
    values[:, 7] = 0
    record = LayerRecord.of(values)
    assert len(record.columns) == MOST_COLUMNS
    assert record.tree.n_channels == 3000
    assert record.measures.dead.sum() == 1
    assert 7 in record.columns
    assert "2,048 of 3,000 channels" in record.omissions[0]


def test_non_finite_channels_keep_a_place_in_a_wide_layer() -> None:
    values = RNG.normal(size=(4, 3000))
    values[0, :1000] = np.inf
    record = LayerRecord.of(values)
    assert len(record.columns) == MOST_COLUMNS
    assert np.isin(record.columns, np.arange(1000)).sum() == MOST_COLUMNS // 4


def test_many_samples_are_measured_and_some_drawn() -> None:
    record = LayerRecord.of(RNG.normal(size=(MOST_ROWS + 1, 2)))
    assert record.tiles.codes.shape[0] == MOST_ROWS
    assert record.measures.n_samples == MOST_ROWS + 1
    assert f"first {MOST_ROWS} of {MOST_ROWS + 1} samples" in record.omissions[0]


def test_nothing_left_out_needs_no_words() -> None:
    assert LayerRecord.of(RNG.normal(size=(2, 4, 4, 3))).omissions == ()


class TestCurves:
    def test_are_the_densities_where_there_are_enough_values(self) -> None:
        record = LayerRecord.of(RNG.normal(size=(4, 16, 16, 3)))
        assert record.pooled is None
        np.testing.assert_allclose(
            record.curves.height, record.density.density, atol=2e-7 * record.curves.peak
        )
        assert (record.curves.height > 0).all()

    def test_are_strokes_of_one_height_where_there_are_few(self) -> None:
        record = LayerRecord.of(RNG.normal(size=(6, 40)))
        assert (record.density.style == DensityStyle.RUG).all()
        strokes = record.curves.height[record.curves.height > 1e-3 * record.curves.peak]
        assert set(strokes) == {record.curves.peak}
        # 240 values in all make the curve that 6 a channel do not.
        assert record.pooled is not None
        assert record.curves.pooled.max() == record.curves.peak

    @pytest.mark.parametrize("value", [0.0, np.nan, 3.0])
    def test_axes_have_a_height_whatever_there_is(self, value: float) -> None:
        curves = LayerRecord.of(np.full((3, 4, 4, 2), value)).curves
        assert curves.peak > 0
        assert 0 < curves.usual_peak <= curves.peak
        assert np.isfinite(curves.height).all()


def test_another_linkage_shares_what_does_not_depend_on_it() -> None:
    record = LayerRecord.of(RNG.normal(size=(6, 4, 4, 9)), "conv")
    ward = record.linked("ward")
    assert (ward.linkage, ward.tree.linkage, ward.path) == ("ward", "ward", "conv")
    assert ward.measures is record.measures
    assert not np.array_equal(ward.tree.heights, record.tree.heights)
    np.testing.assert_array_equal(ward.tiles.columns, ward.tree.order)
    # As long as one of them is held, there is one of each.
    assert record.linked("ward") is ward
    assert ward.linked("single") is record
    assert ward.linked("average") is record.linked("average")
    with pytest.raises(ValueError, match="linkage must be one of"):
        record.linked("nearest")


def test_of_a_wide_layer_another_linkage_compares_some_however_it_is_asked() -> None:
    record = LayerRecord.of(RNG.normal(size=(3, 4200))).linked("average")
    assert record.exact is record
    assert len(record.tree.items) == MOST_COLUMNS
    whole = LayerRecord.of(RNG.normal(size=(3, 4200))).exact.linked("complete")
    assert len(whole.tree.items) == MOST_COLUMNS
