"""ParameterRecord: a weight's picture, tree and densities, against numbers worked out apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, TileSheet
from cnnviz_widgets.analysis.tiles.layout import DEFAULT_BUDGET
from cnnviz_widgets.records import parameter_record
from cnnviz_widgets.records.layer_record import MOST_COLUMNS

RNG = np.random.default_rng(23)


def weight(*shape: int) -> NDArray[np.float32]:
    return RNG.normal(size=shape).astype(np.float32)


def assert_shows(sheet: TileSheet, expected: NDArray[Any]) -> None:
    """The sheet's numbers are these to within half a step of each tile's own range."""
    extent = expected.max(axis=(2, 3)) - expected.min(axis=(2, 3))
    error = np.abs(sheet.dequantise() - expected).max(axis=(2, 3))
    assert (error <= extent / 508 * 1.0001).all()
    np.testing.assert_array_equal(sheet.low, expected.min(axis=(2, 3)))
    np.testing.assert_array_equal(sheet.high, expected.max(axis=(2, 3)))


class TestOf:
    def test_takes_what_a_layer_record_takes(self) -> None:
        record = ParameterRecord.of(weight(3, 2, 2, 4), "conv")
        assert isinstance(record, LayerRecord)
        assert (record.path, record.n_inputs, record.n_taps, record.n_channels) == ("conv", 3, 4, 4)

    def test_one_axis_is_the_outputs(self) -> None:
        record = ParameterRecord.of(np.arange(5.0))
        assert (record.n_inputs, record.n_channels) == (1, 5)

    @pytest.mark.parametrize(
        ("values", "options", "error", "words"),
        [
            (["a"], {}, TypeError, "real numbers"),
            (3.0, {}, ValueError, "single number"),
            (np.ones((2, 3)), {"bias": [1, 2]}, ValueError, "each of 3 outputs; got shape"),
            (np.ones((2, 3)), {"bias": ["a"] * 3}, TypeError, "bias must be real numbers"),
            (np.ones((2, 3)), {"column_names": ["a"]}, ValueError, "1 names for shape"),
            (np.ones((1, 2, 3)), {"column_names": ["a"]}, ValueError, "shape .column, output."),
            (np.ones((1, 2, 3)), {"tap_names": ["a"]}, ValueError, "1 names for shape"),
            (np.ones((2, 3)), {"tap_names": ["a", "b"]}, ValueError, "shape .input, tap"),
        ],
    )
    def test_says_what_is_wrong(
        self, values: Any, options: dict[str, Any], error: type[Exception], words: str
    ) -> None:
        with pytest.raises(error, match=words):
            ParameterRecord.of(values, **options)


class TestTree:
    def test_is_over_the_taps_of_all_inputs_without_the_bias(self) -> None:
        values = weight(3, 2, 2, 6)
        record = ParameterRecord.of(values, bias=weight(6) * 100)
        rows = values.reshape(-1, 6).T.astype(float)
        expected = linkage(rows, "single", "cosine")
        np.testing.assert_allclose(record.tree.heights, expected[:, 2], atol=1e-6)

    def test_zero_rows_come_last_and_those_that_are_not_finite_after_them(self) -> None:
        values = weight(4, 5)
        values[:, 1] = 0
        values[2, 3] = np.nan
        record = ParameterRecord.of(values)
        assert set(record.columns[:3]) == {0, 2, 4}
        assert record.columns[3:].tolist() == [1, 3]
        assert record.tiles.marks[3:, 0].tolist() == [1, 3]

    @pytest.mark.parametrize("value", [0.0, np.nan])
    def test_every_row_may_be_zero_or_not_finite(self, value: float) -> None:
        record = ParameterRecord.of(np.full((4, 3), value)).complete()
        assert record.columns.tolist() == [0, 1, 2]

    def test_one_output_or_one_input_is_enough(self) -> None:
        assert ParameterRecord.of(weight(6, 1)).complete().tiles.codes.shape == (1, 1, 1, 6)
        assert ParameterRecord.of(weight(1, 6)).complete().tiles.codes.shape == (6, 1, 1, 1)

    def test_of_too_many_outputs_some_are_compared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        values = weight(8, 60)
        values[:, 17] = 0
        values[3, 41] = np.inf
        whole = ParameterRecord.of(values)
        assert whole.omissions == ()
        monkeypatch.setattr(parameter_record, "MOST_PRODUCTS", 20 * 20 * 8)
        record = ParameterRecord.of(values)
        assert len(record.tree.items) == 21  # 20 of 58, and the one that is zero
        assert record.tree.zero.tolist() == [17]
        assert record.tree.nonfinite.tolist() == [41]
        assert record.tree.n_channels == 60
        assert record.columns[-2:].tolist() == [17, 41]
        # Spread evenly: no gap is wider than two thirds over the mean one.
        finite = np.setdiff1d(record.tree.items, [17])
        assert np.diff(finite).max() <= 5
        expected = linkage(values[:, finite].T.astype(float), "single", "cosine")[:, 2]
        np.testing.assert_allclose(record.tree.heights[:-1], expected, atol=1e-6)
        assert record.omissions[0].startswith("The tree compares 22 of 60 output channels")
        np.testing.assert_array_equal(record.density.density, whole.density.density)

    @pytest.mark.parametrize("value", [0.0, np.nan])
    def test_of_too_many_none_may_have_a_direction(
        self, monkeypatch: pytest.MonkeyPatch, value: float
    ) -> None:
        monkeypatch.setattr(parameter_record, "MOST_PRODUCTS", 20 * 20 * 2)
        values = np.full((2, 40), value)
        values[0] = 0
        record = ParameterRecord.of(values).complete()
        shown = 40 if np.isnan(value) else 20
        assert len(record.columns) == shown

    def test_more_outputs_than_rows_are_measured_all_and_drawn_in_part(self) -> None:
        values = weight(2, 3000)
        values[:, 7] = 0
        record = ParameterRecord.of(values, outputs="unit")
        assert len(record.columns) == MOST_COLUMNS
        assert 7 in record.columns
        assert record.measures.dead.sum() == 1
        assert record.omissions == (
            "The picture shows 2,048 of 3,000 units, spread evenly over the tree.",
        )


class TestTiles:
    def test_a_row_an_output_and_a_column_an_input(self) -> None:
        values = weight(3, 2, 4, 5)
        record = ParameterRecord.of(values)
        sheet = record.tiles
        assert (sheet.kind, sheet.codes.shape) == ("image", (5, 3, 2, 4))
        assert_shows(sheet, values.transpose(3, 0, 1, 2)[record.columns])
        assert sheet.columns.tolist() == [0, 1, 2]
        assert (sheet.total_samples, sheet.total_channels) == (5, 3)
        # Each tile over 0 to 1 by itself [WL20 Fig. 6].
        assert (sheet.codes.min(axis=(2, 3)) == 0).all()
        assert (sheet.codes.max(axis=(2, 3)) == 254).all()

    def test_one_axis_of_taps_runs_down(self) -> None:
        values = weight(3, 4, 5)
        record = ParameterRecord.of(values)
        assert record.tiles.kind == "sequence"
        assert_shows(record.tiles, values.transpose(2, 0, 1)[record.columns][..., None])

    def test_three_axes_of_taps_are_a_montage(self) -> None:
        values = weight(3, 4, 2, 3, 5)
        record = ParameterRecord.of(values)
        assert (record.tiles.kind, record.tiles.montage) == ("volume", (2, 2))
        expected = values.transpose(4, 0, 1, 2, 3)[record.columns]
        expected = expected.reshape(5, 3, 2, 2, 2, 3).swapaxes(3, 4).reshape(5, 3, 4, 6)
        assert_shows(record.tiles, expected)

    @pytest.mark.parametrize("taps", [(), (1,), (1, 1), (1, 1, 1)])
    def test_without_taps_a_row_is_one_strip_over_its_own_range(
        self, taps: tuple[int, ...]
    ) -> None:
        values = weight(6, *taps, 4)
        record = ParameterRecord.of(values)
        assert record.tiles.kind == "strip"
        assert record.tiles.codes.shape == (4, 1, 1, 6)
        assert_shows(record.tiles, values.reshape(6, 4).T[record.columns][:, None, None, :])
        assert record.tiles.columns.tolist() == [0]
        assert (record.tiles.total_samples, record.tiles.total_channels) == (4, 6)

    def test_named_columns_are_cells_of_a_heat_map(self) -> None:
        values = weight(4, 3)
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        record = ParameterRecord.of(values, column_names=names)
        assert record.tiles.kind == "vector"
        assert record.tiles.codes.shape == (3, 4, 1, 1)
        np.testing.assert_array_equal(record.tiles.low, values.T[record.columns])

    def test_a_large_kernel_is_exact(self) -> None:
        values = np.moveaxis(weight(3, 3, 512, 512), 2, 0)
        record = ParameterRecord.of(values)
        assert record.tiles.reduction == (1, 1)
        assert record.tiles.codes.nbytes == 512 * 512 * 9
        assert record.tiles.nbytes <= DEFAULT_BUDGET
        assert record.omissions == ()
        assert_shows(record.tiles, values.transpose(3, 0, 1, 2)[record.columns])

    def test_large_taps_are_averaged_in_their_tile(self) -> None:
        values = weight(16, 128, 128, 40)
        record = ParameterRecord.of(values)
        assert record.tiles.reduction == (2, 2)
        means = values.reshape(16, 64, 2, 64, 2, 40).mean(axis=(2, 4)).transpose(3, 0, 1, 2)
        extent = (record.tiles.high - record.tiles.low)[:, :, None, None]
        error = np.abs(record.tiles.dequantise() - means[record.columns])
        assert (error <= extent / 508 + 1e-6).all()
        assert record.omissions == (
            "Each pixel is the mean of 2 × 2 values: tiles are 128 × 128; "
            "zoom in for the tiles themselves.",
        )

    def test_too_many_tiles_become_strips_of_their_means(self) -> None:
        values = weight(1100, 2, 800)
        values[5, 1, 3] = np.nan
        record = ParameterRecord.of(values, bias=np.zeros(800))
        sheet = record.tiles
        assert (sheet.kind, sheet.reduction) == ("strip", (2, 1))
        assert (sheet.codes.shape, sheet.tile_shape) == ((800, 1, 1, 1100), (2, 1100))
        means = values.mean(axis=1).T[record.columns][:, None, None, :]
        shown = sheet.dequantise()
        assert np.argwhere(np.isnan(shown)).tolist() == [[799, 0, 0, 5]]
        extent = (sheet.high - sheet.low)[:, :, None, None]
        error = np.abs(shown - means)
        assert (error[:799] <= extent[:799] / 508 + 1e-6).all()
        assert (sheet.total_samples, sheet.total_channels) == (800, 1100)
        assert "mean of all 2 taps of 1 input channel;" in record.omissions[0]

    def test_too_many_inputs_are_averaged_along_the_strip(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # 30 rows of 9 bytes and a pixel for two inputs: 1,774 bytes; for each input, 3,274.
        monkeypatch.setattr(parameter_record, "DEFAULT_BUDGET", 2000)
        values = weight(100, 30)
        record = ParameterRecord.of(values, inputs="input feature")
        sheet = record.tiles
        assert (sheet.kind, sheet.reduction) == ("strip", (1, 2))
        assert (sheet.codes.shape, sheet.nbytes) == ((30, 1, 1, 50), 1774)
        means = values.reshape(50, 2, 30).mean(axis=1).T[record.columns]
        extent = sheet.high - sheet.low
        assert (np.abs(sheet.dequantise()[:, 0, 0] - means) <= extent / 508 + 1e-6).all()
        assert record.omissions == (
            "Each pixel is the mean of 2 input features; zoom in for the numbers themselves.",
        )


class TestWindow:
    @pytest.mark.parametrize("shape", [(7, 3, 3, 9), (7, 9), (7, 4, 9), (7, 2, 2, 2, 9)])
    def test_is_that_part_of_the_picture(self, shape: tuple[int, ...]) -> None:
        record = ParameterRecord.of(weight(*shape))
        part, whole = record.window((2, 6), (3, 5)), record.tiles
        assert part.kind == whole.kind
        rows = record.values.swapaxes(0, -1)[record.columns[2:6]][..., 3:5]
        shown = part.dequantise()
        np.testing.assert_allclose(shown.min(), rows.min(), rtol=1e-6)
        if part.kind == "strip":
            assert part.columns.tolist() == [3]
            assert_shows(part, rows[:, None, None, :])
        else:
            assert part.columns.tolist() == [3, 4]
            np.testing.assert_array_equal(part.codes, whole.codes[2:6, 3:5])
            np.testing.assert_array_equal(part.low, whole.low[2:6, 3:5])

    def test_is_exact_where_the_whole_is_averaged(self) -> None:
        values = weight(1100, 2, 800)
        record = ParameterRecord.of(values)
        sheet = record.window((10, 60), (900, 1100))
        assert (sheet.kind, sheet.reduction) == ("sequence", (1, 1))
        expected = values.transpose(2, 0, 1)[record.columns[10:60], 900:1100]
        assert_shows(sheet, expected[..., None])
        assert sheet.columns[0] == 900

    def test_is_averaged_less_where_exact_is_too_much(self) -> None:
        record = ParameterRecord.of(weight(100, 30))
        sheet = record.window((0, 20), (0, 90), budget=1000)
        assert sheet.reduction == (1, 3)
        assert sheet.nbytes == 20 * (30 + 9) + 4

    def test_of_named_columns_is_a_heat_map_too(self) -> None:
        record = ParameterRecord.of(weight(4, 3), column_names=tuple("abcd"))
        sheet = record.window((0, 2), (1, 3))
        assert sheet.kind == "vector"
        np.testing.assert_array_equal(sheet.low, record.values[1:3, record.columns[:2]].T)

    @pytest.mark.parametrize(
        ("rows", "columns", "name"),
        [((0, 10), (0, 1), "rows"), ((2, 2), (0, 1), "rows"), ((0, 1), (-1, 1), "columns")],
    )
    def test_lies_within_the_picture(
        self, rows: tuple[int, int], columns: tuple[int, int], name: str
    ) -> None:
        with pytest.raises(ValueError, match=f"{name} must be a range within"):
            ParameterRecord.of(weight(7, 9)).window(rows, columns)

    def test_needs_room_for_a_pixel_a_row(self) -> None:
        with pytest.raises(ValueError, match="budget"):
            ParameterRecord.of(weight(7, 9)).window((0, 9), (0, 7), budget=20)


def test_density_is_per_output_and_says_the_share_of_zeros() -> None:
    values = weight(64, 3, 3, 4)
    values[:32, ..., 2] = 0
    density = ParameterRecord.of(values, bias=np.full(4, 50)).density
    np.testing.assert_allclose(density.zero_share, [0, 0, 0.5, 0])
    integral = np.trapezoid(density.density, density.grid, axis=1)
    np.testing.assert_allclose(integral, 1 - density.zero_share, atol=0.01)
    assert density.grid.max() < 50


def test_dendrogram_stands_beside_the_rows() -> None:
    values = weight(6, 2, 2, 9)
    values[..., 4] = 0
    record = ParameterRecord.of(values)
    assert record.dendrogram.columns.tolist() == record.columns.tolist()
    assert record.dendrogram.zero_columns == 1
    assert record.dendrogram.heights[-1, 2] == 2


def test_complete_computes_every_part() -> None:
    record = ParameterRecord.of(weight(3, 3, 3, 4))
    assert record.complete() is record
    assert {"measures", "tree", "tiles", "curves"} <= set(vars(record))
