"""Tile sheets against values worked by hand and plain loops over the tiles."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from cnnviz_widgets.analysis.tiles.layout import columns_within
from cnnviz_widgets.analysis.tiles.tile_sheet import tile_sheet

rng = np.random.default_rng(0)


def test_worked_example() -> None:
    # One sample, two channels of 2 × 2. Channel 0: 0 1 / 2 4 → 254·v/4 = 0, 63.5 → 64, 127, 254.
    # Channel 1: −1 throughout.
    values = np.empty((1, 2, 2, 2), dtype=np.float32)
    values[0, :, :, 0] = [[0, 1], [2, 4]]
    values[0, :, :, 1] = -1
    sheet = tile_sheet(values)
    np.testing.assert_array_equal(sheet.codes[0, 0], [[0, 64], [127, 254]])
    np.testing.assert_array_equal(sheet.codes[0, 1], 0)
    np.testing.assert_array_equal(sheet.low, [[0, -1]])
    np.testing.assert_array_equal(sheet.high, [[4, -1]])
    np.testing.assert_array_equal(sheet.marks, [[0, 2]])
    np.testing.assert_array_equal(sheet.columns, [0, 1])
    assert (sheet.kind, sheet.tile_shape, sheet.montage) == ("image", (2, 2), (1, 1))
    assert (sheet.reduction, sheet.total_samples, sheet.total_channels) == ((1, 1), 1, 2)
    # 64 stands for 4·64/254, a quarter of a step from the 1 it was.
    np.testing.assert_allclose(
        sheet.dequantise()[0], [[[0, 256 / 254], [2, 4]], [[-1, -1], [-1, -1]]], rtol=1e-6
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("shape", [(3, 5, 7, 4), (2, 112, 40, 3), (40, 3, 3, 300)])
def test_every_pixel_within_half_a_step(shape: tuple[int, ...], dtype: type) -> None:
    values = rng.standard_normal(shape).astype(dtype)
    sheet = tile_sheet(values)
    expected = np.moveaxis(values, -1, 1).astype(np.float64)
    np.testing.assert_array_equal(sheet.low, expected.min(axis=(2, 3)).astype(np.float32))
    np.testing.assert_array_equal(sheet.high, expected.max(axis=(2, 3)).astype(np.float32))
    step = (expected.max(axis=(2, 3)) - expected.min(axis=(2, 3)))[:, :, None, None] / 254
    assert np.all(np.abs(sheet.dequantise() - expected) <= 0.501 * step)
    assert sheet.codes.flags.c_contiguous


def test_marks() -> None:
    values = rng.standard_normal((1, 3, 3, 6))
    values[..., 1] = 0
    values[..., 2] = 7.5
    values[0, 1, 1, 3] = np.nan
    values[..., 4] = np.inf
    values[..., 5] = 0
    values[0, 0, 0, 5] = -np.inf
    sheet = tile_sheet(values)
    np.testing.assert_array_equal(sheet.marks, [[0, 1, 2, 3, 4, 3]])
    assert sheet.codes[0, 3, 1, 1] == 255
    assert (sheet.codes[0, 3] == 255).sum() == 1
    assert (sheet.codes[0, 4] == 255).all()
    assert np.isnan(sheet.low[0, 4])
    assert np.isnan(sheet.high[0, 4])
    finite = values[0, :, :, 3][np.isfinite(values[0, :, :, 3])]
    assert sheet.low[0, 3] == np.float32(finite.min())
    assert sheet.high[0, 3] == np.float32(finite.max())
    np.testing.assert_array_equal(sheet.codes[0, 5].ravel(), [255] + [0] * 8)
    assert np.isnan(sheet.dequantise()[0, 3, 1, 1])


def test_columns_in_the_order_given() -> None:
    values = rng.standard_normal((2, 4, 4, 5))
    whole = tile_sheet(values)
    some = tile_sheet(values, columns=[3, 0, 4])
    np.testing.assert_array_equal(some.codes, whole.codes[:, [3, 0, 4]])
    np.testing.assert_array_equal(some.low, whole.low[:, [3, 0, 4]])
    np.testing.assert_array_equal(some.columns, [3, 0, 4])
    assert some.columns.dtype == np.int32
    assert some.total_channels == 5


@pytest.mark.parametrize("order", [[5, 0, 3, 3], [1]])
def test_rows_in_the_order_given(order: list[int]) -> None:
    values = rng.standard_normal((6, 4, 4, 5))
    whole = tile_sheet(values, columns=[3, 0])
    some = tile_sheet(values, columns=[3, 0], rows=order)
    np.testing.assert_array_equal(some.codes, whole.codes[order])
    np.testing.assert_array_equal(some.high, whole.high[order])
    np.testing.assert_array_equal(some.marks, whole.marks[order])
    assert some.total_samples == 6


def test_few_rows_of_many_take_the_budget_of_few() -> None:
    values = rng.standard_normal((100, 8, 8, 2))
    budget = tile_sheet(values[:3]).nbytes
    assert tile_sheet(values, rows=[7, 8, 9], budget=budget).reduction == (1, 1)


def test_vectors_are_a_heat_map_of_exact_values() -> None:
    values = np.array([[1.5, 0.0, np.nan], [-2.25, 3.0, np.inf]], dtype=np.float32)
    sheet = tile_sheet(values)
    assert (sheet.kind, sheet.codes.shape) == ("vector", (2, 3, 1, 1))
    np.testing.assert_array_equal(sheet.low, [[1.5, 0, np.nan], [-2.25, 3, np.nan]])
    np.testing.assert_array_equal(sheet.high, sheet.low)
    # A single pixel cannot show whether it varies: not 'constant'.
    np.testing.assert_array_equal(sheet.marks, [[0, 1, 4], [0, 0, 4]])
    np.testing.assert_array_equal(sheet.codes[:, :, 0, 0], [[0, 0, 255], [0, 0, 255]])
    np.testing.assert_array_equal(sheet.dequantise()[:, :, 0, 0], sheet.low)


def test_rank_one_is_a_batch_of_one_feature() -> None:
    sheet = tile_sheet([1.0, 2.0, 3.0])
    assert sheet.codes.shape == (3, 1, 1, 1)
    assert (sheet.total_samples, sheet.total_channels, sheet.kind) == (3, 1, "vector")


def test_in_a_sequence_time_runs_down() -> None:
    values = np.zeros((2, 5, 3), dtype=np.float32)
    values[1, :, 2] = [0, 1, 2, 3, 4]
    sheet = tile_sheet(values)
    assert (sheet.kind, sheet.codes.shape, sheet.tile_shape) == ("sequence", (2, 3, 5, 1), (5, 1))
    # 254·t/4 = 0, 63.5 → 64, 127, 190.5 → 191, 254
    np.testing.assert_array_equal(sheet.codes[1, 2, :, 0], [0, 64, 127, 191, 254])


@pytest.mark.parametrize(
    ("depth", "montage"), [(1, (1, 1)), (6, (2, 3)), (16, (4, 4)), (7, (1, 7))]
)
def test_a_volume_is_a_full_montage_of_its_slices(depth: int, montage: tuple[int, int]) -> None:
    values = rng.standard_normal((2, depth, 3, 4, 2)).astype(np.float32)
    sheet = tile_sheet(values)
    down, across = montage
    assert (sheet.kind, sheet.montage) == ("volume", montage)
    assert sheet.tile_shape == (down * 3, across * 4)
    numbers = sheet.dequantise()
    extent = sheet.high - sheet.low
    for d in range(depth):
        i, j = d // across, d % across
        piece = numbers[:, :, i * 3 : (i + 1) * 3, j * 4 : (j + 1) * 4]
        error = np.abs(piece - np.moveaxis(values[:, d], -1, 1)).max(axis=(2, 3))
        assert np.all(error <= extent / 507)


def test_more_axes_before_the_slices_are_all_depth() -> None:
    values = rng.standard_normal((2, 2, 3, 4, 5, 6))
    flat = values.reshape(2, 6, 4, 5, 6)
    np.testing.assert_array_equal(tile_sheet(values).codes, tile_sheet(flat).codes)


def test_averaging_worked_by_hand() -> None:
    # 3 × 3, averaged by 2: cells (0 1 3 4), (2 5), (6 7), (8) of 0..8 → 2, 3.5, 6.5, 8.
    # low and high stay those of the values, 0 and 8: 254/8·(2, 3.5, 6.5, 8) = 63.5, 111.125,
    # 206.375, 254 → 64, 111, 206, 254.
    values = np.arange(9.0).reshape(1, 3, 3, 1)
    sheet = tile_sheet(values, budget=4 + 9 + 4)
    assert (sheet.reduction, sheet.tile_shape, sheet.codes.shape) == ((2, 2), (3, 3), (1, 1, 2, 2))
    np.testing.assert_array_equal(sheet.codes[0, 0], [[64, 111], [206, 254]])
    assert (sheet.low[0, 0], sheet.high[0, 0]) == (0, 8)


def test_averages_leave_out_what_is_not_finite() -> None:
    # Cells (nan 1 3 4), (nan nan), (6 inf), (8) → 8/3, none, 6, 8; low 1, high 8:
    # 254/7·(5/3, 5, 7) = 60.48, 181.43, 254 → 60, 181, 254.
    values = np.arange(9.0).reshape(1, 3, 3, 1)
    values[0, 0, 0] = values[0, 0, 2] = values[0, 1, 2] = np.nan
    values[0, 2, 1] = np.inf
    sheet = tile_sheet(values, budget=4 + 9 + 4)
    np.testing.assert_array_equal(sheet.codes[0, 0], [[60, 255], [181, 254]])
    assert sheet.marks[0, 0] == 3


def test_averages_do_not_cross_from_slice_to_slice() -> None:
    # Two slices of 3 × 3, each constant: an average that crossed would lie in between.
    values = np.stack([np.zeros((3, 3)), np.ones((3, 3))])[None, ..., None]
    sheet = tile_sheet(values, budget=8 + 9 + 4)
    assert sheet.reduction == (2, 2)
    np.testing.assert_array_equal(sheet.codes[0, 0], [[0, 0, 254, 254], [0, 0, 254, 254]])


def test_averages_far_from_zero_keep_their_digits() -> None:
    values = (1e6 + np.linspace(0, 1, 64 * 64).reshape(1, 64, 64, 1)).astype(np.float32)
    sheet = tile_sheet(values, budget=300)
    y, x = sheet.codes.shape[2:]
    blocks = values[0, :, :, 0].astype(np.float64).reshape(y, 64 // y, x, 64 // x)
    expected = blocks.mean(axis=(1, 3))
    step = float(sheet.high[0, 0] - sheet.low[0, 0]) / 254
    codes = np.rint((expected - float(sheet.low[0, 0])) / step)
    assert np.abs(sheet.codes[0, 0].astype(int) - codes).max() <= 1


@pytest.mark.parametrize(
    "shape", [(4, 50, 30, 8), (4, 1000, 8), (2, 5, 20, 20, 8), (4, 50, 30, 1), (4, 8)]
)
@pytest.mark.parametrize("budget", [1200, 5000, 20_000, 10**6])
def test_the_budget_holds_and_is_used(shape: tuple[int, ...], budget: int) -> None:
    values = np.zeros(shape, dtype=np.float32)
    sheet = tile_sheet(values, budget=budget)
    assert sheet.nbytes <= budget
    side = max(sheet.reduction)
    if side > 1:
        # The next finer averaging would not have fitted.
        finer = (
            [-(-s // (side - 1)) for s in shape[-3:-1]]
            if len(shape) > 3
            else [-(-shape[1] // (side - 1)), 1]
        )
        depth = shape[1] if len(shape) == 5 else 1
        tiles = shape[0] * shape[-1]
        assert tiles * (depth * finer[0] * finer[1] + 9) + 4 * shape[-1] > budget


def test_what_does_not_fit_says_how_many_columns_would() -> None:
    values = np.zeros((64, 25_600), dtype=np.float32)
    # 64 tiles of one pixel and 9 bytes beside it, and 4 for the column: 644 bytes a column.
    assert columns_within(values.shape) == 8 * 2**20 // 644
    with pytest.raises(ValueError, match=f"choose at most {8 * 2**20 // 644} columns"):
        tile_sheet(values)
    fitting = np.arange(columns_within(values.shape))
    assert tile_sheet(values, columns=fitting).nbytes <= 8 * 2**20


@pytest.mark.parametrize("scale", [1e-300, 1e-38, 1e-30, 1e30, 1e38, 1e300])
def test_codes_do_not_depend_on_the_scale(scale: float) -> None:
    # Whole numbers, so that scaling rounds none of them across the middle of a step.
    values = rng.integers(-127, 128, (2, 6, 6, 3)).astype(np.float64)
    values[:, 0, 0] = -127
    values[:, 0, 1] = 127
    plain = tile_sheet(values)
    scaled = tile_sheet(values / 127 * scale)
    np.testing.assert_array_equal(scaled.codes, plain.codes)
    assert np.isfinite(scaled.low).all()
    assert np.isfinite(scaled.high).all()
    if 1e-38 <= scale <= 1e38:
        narrow = tile_sheet((values / 127 * scale).astype(np.float32))
        np.testing.assert_array_equal(narrow.codes, plain.codes)


def test_the_whole_range_of_float32() -> None:
    top = np.finfo(np.float32).max
    values = np.array([-top, 0, top / 2, top], dtype=np.float32).reshape(1, 2, 2, 1)
    sheet = tile_sheet(values)
    np.testing.assert_array_equal(sheet.codes.ravel(), [0, 127, 191, 254])
    numbers = sheet.dequantise().ravel()
    assert (numbers[0], numbers[3]) == (-top, top)
    assert np.isfinite(numbers).all()


def test_float64_beyond_float32_is_clipped_in_the_range_only() -> None:
    values = np.array([-1e300, 0, 5e299, 1e300]).reshape(1, 2, 2, 1)
    sheet = tile_sheet(values)
    np.testing.assert_array_equal(sheet.codes.ravel(), [0, 127, 191, 254])
    assert sheet.high[0, 0] == np.finfo(np.float32).max


def test_a_difference_that_float32_cannot_hold_is_not_called_constant() -> None:
    values = np.array([1.0, 1 + 1e-12, 1.0, 1.0]).reshape(1, 2, 2, 1)
    sheet = tile_sheet(values)
    assert sheet.marks[0, 0] == 0
    np.testing.assert_array_equal(sheet.codes.ravel(), [0, 254, 0, 0])


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.int16, np.uint8, np.bool_])
def test_other_number_types(dtype: object) -> None:
    values = np.array([0, 1, 1, 0]).reshape(1, 2, 2, 1).astype(dtype)
    np.testing.assert_array_equal(tile_sheet(values).codes.ravel(), [0, 254, 254, 0])


def test_axes_in_any_memory_order() -> None:
    values = rng.standard_normal((3, 4, 20, 6))
    moved = np.moveaxis(values, 1, -1)
    before = values.copy()
    expected = tile_sheet(np.ascontiguousarray(moved))
    for columns in (None, [0, 1, 2, 3]):
        found = tile_sheet(moved, columns=columns, budget=10**6)
        np.testing.assert_array_equal(found.codes, expected.codes)
    np.testing.assert_array_equal(values, before)


def test_ranges() -> None:
    values = np.array([[1.0, -4.0], [np.nan, 2.0], [3.0, 0.5]])
    sheet = tile_sheet(values)
    low, high = sheet.range_of("channel")
    np.testing.assert_array_equal(low, [[1, -4]])
    np.testing.assert_array_equal(high, [[3, 2]])
    low, high = sheet.range_of("layer")
    assert (low.item(), high.item()) == (-4, 3)
    np.testing.assert_array_equal(sheet.range_of("tile")[0], sheet.low)
    with pytest.raises(ValueError, match="tile, channel, layer"):
        sheet.range_of("batch")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "error", "says"),
    [
        ([], ValueError, "non-empty"),
        ([[0]], ValueError, r"\(1, 1\)"),
        ([0, 5], ValueError, "between 0 and 4; got 5"),
        ([-1], ValueError, "got -1"),
        ([0.0], TypeError, "float64"),
        ([True], TypeError, "bool"),
    ],
)
def test_bad_columns(columns: list[object], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        tile_sheet(np.zeros((2, 5)), columns=columns)


def test_bad_rows() -> None:
    with pytest.raises(ValueError, match="rows must be whole numbers between 0 and 1; got 2"):
        tile_sheet(np.zeros((2, 5)), rows=[2])


def test_bad_values() -> None:
    with pytest.raises(TypeError, match="complex"):
        tile_sheet(np.zeros((2, 2, 2, 2), dtype=complex))
    with pytest.raises(ValueError, match="single number"):
        tile_sheet(1.0)
    with pytest.raises(ValueError, match=r"\(2, 0, 3, 4\)"):
        tile_sheet(np.zeros((2, 0, 3, 4)))
    with pytest.raises(TypeError):
        tile_sheet(np.zeros((2, 2)), budget=1e6)  # type: ignore[arg-type]


def test_the_sheet_is_read_only() -> None:
    sheet = tile_sheet(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        sheet.codes[0] = 1
