"""What is kept of a record: against the live one, through files, and in hard cases."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice
from cnnviz_widgets.analysis.density.types import DensityStyle
from cnnviz_widgets.records import parameter_record, record_kind
from cnnviz_widgets.records.snapshot import (
    ParameterSnapshot,
    Snapshot,
    keep,
    picture_values,
    record_arrays,
    record_from_arrays,
)
from cnnviz_widgets.records.snapshot_checks import FORMAT


def normal(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def faulty() -> NDArray[np.float32]:
    """A dead channel, one with NaN, one with infinity, a constant one, one that saturates."""
    values = normal(4, 5, 5, 8)
    values[..., 1] = 0
    values[0, 0, 0, 2] = np.nan
    values[..., 3] = np.inf
    values[..., 4] = 2.5
    values[..., 5] = np.clip(values[..., 5], 0, 1)
    return values


LAYERS = {
    "images": normal(6, 9, 7, 5),
    "features": normal(40, 12),
    "sequences": normal(3, 20, 6),
    "volumes": normal(2, 4, 5, 6, 3),
    "one channel": normal(3, 4, 4, 1),
    "one sample": normal(1, 4, 4, 3),
    "one number": normal(1, 1),
    "the batch alone": normal(30),
    "few values": normal(3, 7),
    "all zero": np.zeros((4, 3, 3, 5), dtype=np.float32),
    "nothing finite": np.full((4, 3), np.nan, dtype=np.float32),
    "faulty": faulty(),
    "whole numbers": np.random.default_rng(1).integers(0, 4, (30, 4, 4, 3)),
    "float64": normal(5, 3, 3, 4).astype(np.float64) * 1e200,
    "tiny": normal(30, 4).astype(np.float64) * 1e-60,
    "many samples": normal(150, 6),
    "wide": normal(3, 2500),
    "a quick look": normal(3, 50, 60, 2),
}

WEIGHTS: dict[str, dict[str, Any]] = {
    "kernel": {"values": normal(4, 3, 3, 6), "bias": normal(6)},
    "dense": {"values": normal(20, 7), "bias": np.float64(0.5) + np.zeros(7)},
    "one axis": {"values": normal(9)},
    "pointwise": {"values": normal(8, 1, 1, 5)},
    "named": {
        "values": normal(4, 10),
        "column_names": ("gamma", "beta", "mean", "<script>"),
        "name": "",
    },
    "gates": {"values": normal(5, 4, 6), "tap_names": ("i", "f", "c", "o"), "name": "kernel"},
    "dead": {"values": np.zeros((3, 3, 3, 4), dtype=np.float32)},
}


def live(name: str) -> LayerRecord:
    if name in LAYERS:
        record = LayerRecord.of(LAYERS[name], f"net/{name}")
        choice = SampleChoice((0, 4, 7), 8) if name == "a quick look" else None
        return dataclasses.replace(record, samples=choice)
    return ParameterRecord.of(path=f"net/{name}", **WEIGHTS[name])


every_record = pytest.mark.parametrize("name", [*LAYERS, *WEIGHTS])

PARTS = ("measures", "tree", "dendrogram", "tiles", "density", "fan", "pooled", "curves")


def assert_equal(a: Any, b: Any) -> None:
    """Two parts are the same to the last bit, types included."""
    assert type(a) is type(b)
    if dataclasses.is_dataclass(a):
        for field in dataclasses.fields(a):
            assert_equal(getattr(a, field.name), getattr(b, field.name))
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    else:
        assert a == b


def assert_same_record(a: LayerRecord, b: LayerRecord) -> None:
    for part in (
        *PARTS,
        *("columns", "omissions", "path", "shape", "n_samples", "n_channels", "samples"),
    ):
        assert_equal(getattr(a, part), getattr(b, part))


@every_record
def test_shows_what_the_live_record_shows(name: str) -> None:
    record = live(name)
    kept = keep(record)
    assert kept.kind is record.kind
    assert kept.path == record.path
    assert kept.shape == record.shape
    assert (kept.n_samples, kept.n_channels) == (record.n_samples, record.n_channels)
    for part in ("tree", "dendrogram", "columns", "tiles"):
        assert_equal(getattr(kept, part), getattr(record, part))
    assert kept.omissions[1:] == record.omissions
    assert "kept" in kept.omissions[0]


@every_record
def test_tells_what_the_live_record_tells(name: str) -> None:
    record = live(name)
    kept = keep(record)
    limit = float(np.finfo(np.float32).max)
    for field in dataclasses.fields(record.measures):
        was, now = getattr(record.measures, field.name), getattr(kept.measures, field.name)
        assert np.asarray(was).dtype == np.asarray(now).dtype
        if np.asarray(was).dtype == np.float64:
            was = np.clip(was, -limit, limit)
        np.testing.assert_allclose(now, was, rtol=1e-6, atol=1e-44)
    drawn = record.columns
    np.testing.assert_array_equal(kept.density.style, record.density.style)
    for share in ("zero_share", "nonfinite_share", "outside_share"):
        np.testing.assert_allclose(
            getattr(kept.density, share), getattr(record.density, share), rtol=1e-6
        )
    assert kept.density.n_values == record.density.n_values
    assert kept.density.n_read == record.density.n_read
    assert kept.density.atoms == record.density.atoms
    np.testing.assert_allclose(
        kept.density.grid[drawn][:, [0, -1]], record.density.grid[drawn][:, [0, -1]], rtol=1e-12
    )
    assert kept.fan.n_channels == record.fan.n_channels
    np.testing.assert_allclose(
        kept.fan.grid, record.fan.grid, rtol=1e-12, atol=1e-12 * np.ptp(record.fan.grid)
    )
    assert (kept.pooled is None) == (record.pooled is None)
    assert kept.curves.bands.shape == record.curves.bands.shape
    assert np.isfinite(kept.curves.height[drawn]).all()


@every_record
def test_a_file_gives_the_same_record(name: str, tmp_path: Any) -> None:
    kept = keep(live(name))
    arrays = record_arrays(kept)
    assert all(array.dtype.kind in "biufU" for array in arrays.values())
    file = tmp_path / "record.npz"
    np.savez_compressed(file, **arrays)
    with np.load(file, allow_pickle=False) as stored:
        again = record_from_arrays(stored)
    assert type(again) is type(kept)
    assert_same_record(again, kept)
    assert again.nbytes == kept.nbytes
    if kept.kind is record_kind.WEIGHTS:
        assert isinstance(again, ParameterSnapshot)
        for told in ("name", "inputs", "outputs", "column_names", "tap_names"):
            assert_equal(getattr(again, told), getattr(kept, told))
        assert_equal(again.bias, kept.bias)


def test_parameters_are_named_as_they_were() -> None:
    for name, given in WEIGHTS.items():
        record, kept = live(name), keep(live(name))
        assert isinstance(record, ParameterRecord)
        assert isinstance(kept, ParameterSnapshot)
        for told in ("name", "inputs", "outputs", "column_names", "tap_names"):
            assert getattr(kept, told) == getattr(record, told)
        assert (kept.n_inputs, kept.n_taps) == (record.n_inputs, record.n_taps)
        if "bias" in given:
            assert kept.bias is not None
            np.testing.assert_array_equal(kept.bias, given["bias"])
        else:
            assert kept.bias is None


def test_values_are_not_kept() -> None:
    kept = keep(live("images"))
    with pytest.raises(ValueError, match="values of net/images at that moment were not kept"):
        kept.values  # noqa: B018
    assert "6 × 9 × 7 × 5" in repr(kept)
    assert kept.complete() is kept


def test_what_is_kept_is_not_kept_again() -> None:
    kept = keep(live("images"))
    assert keep(kept, 100) is kept
    assert record_arrays(kept) == kept.arrays


def test_nothing_of_it_can_be_changed() -> None:
    kept = keep(live("kernel"))
    for array in kept.arrays.values():
        assert not array.flags.writeable
    with pytest.raises(AttributeError):
        kept.path = "other"  # type: ignore[misc]
    given = {name: array.copy() for name, array in kept.arrays.items()}
    record_from_arrays(given)
    assert given["measures_mean"].flags.writeable


def test_memory_is_that_of_the_arrays_and_does_not_grow_by_looking() -> None:
    kept = keep(live("images"))
    assert kept.nbytes == sum(array.nbytes for array in record_arrays(kept).values())
    before = kept.nbytes, sorted(vars(kept))
    for part in PARTS:
        getattr(kept, part)
    assert (kept.nbytes, sorted(vars(kept))) == before


def test_many_are_looked_at_in_turn() -> None:
    records = [LayerRecord.of(normal(3, 4, 4, 5, seed=i), f"layer{i}") for i in range(8)]
    kept = [keep(record) for record in records]
    for _ in range(2):
        for record, small in zip(records, kept, strict=True):
            np.testing.assert_array_equal(small.tree.Z, record.tree.Z)
    # Asked again at once, a part is not made again.
    assert kept[0].density is kept[0].density


class TestBudget:
    def test_large_tiles_are_averaged(self) -> None:
        record = LayerRecord.of(normal(16, 60, 50, 12))
        kept = keep(record, 64 * 1024)
        # 192 tiles in 65,536 bytes: 341 each, 9 of them beside the pixels. 4 × 4 gives 15 × 13.
        assert kept.tiles.codes.shape == (16, 12, 15, 13)
        assert kept.tiles.reduction == (4, 4)
        assert kept.tiles.tile_shape == (60, 50)
        assert kept.tiles.nbytes <= 64 * 1024
        for part in ("low", "high", "marks", "columns"):
            np.testing.assert_array_equal(getattr(kept.tiles, part), getattr(record.tiles, part))
        padded = np.full((16, 60, 52, 12), np.nan)
        padded[:, :, :50] = record.values
        means = np.nanmean(padded.reshape(16, 15, 4, 13, 4, 12), axis=(2, 4))
        expected = means.transpose(0, 3, 1, 2)[:, record.columns]
        step = (kept.tiles.high - kept.tiles.low)[:, :, None, None] / 254
        assert (np.abs(kept.tiles.dequantise() - expected) <= 1.01 * step).all()
        assert any("mean of 4 × 4 values: tiles are 60 × 50" in note for note in kept.omissions)

    def test_averages_of_averages_count_every_value_once(self) -> None:
        # 3 × 3 averages of 8 × 8 are 3 × 3 pixels, the last of each side of 2 values only.
        from cnnviz_widgets.analysis.tiles.reduction import averaged
        from cnnviz_widgets.analysis.tiles.tile_sheet import tile_sheet

        values = np.zeros((1, 8, 8, 1))
        values[0, 6:, 6:] = 1
        once = tile_sheet(values, budget=9 + 9 + 4)
        assert once.reduction == (3, 3)
        twice = averaged(once, 1 + 9 + 4)
        assert twice.codes.shape == (1, 1, 1, 1)
        assert twice.reduction == (8, 8)
        assert twice.codes[0, 0, 0, 0] == round(254 * 4 / 64)

    def test_pixels_that_are_not_finite_are_left_out_of_averages(self) -> None:
        values = np.ones((1, 4, 4, 1))
        values[0, 0, 0] = 3
        values[0, 0, 1] = np.nan
        values[0, 2:, 2:] = np.inf
        kept = keep(LayerRecord.of(values), 4 + 9 + 4)
        # The first of four pixels holds 3, 1, 1; the last nothing finite.
        np.testing.assert_allclose(
            kept.tiles.dequantise()[0, 0], [[5 / 3, 1], [1, np.nan]], atol=2 / 254
        )

    def test_slices_of_a_volume_are_not_mixed(self) -> None:
        values = np.zeros((1, 4, 6, 6, 2))
        values += np.arange(4).reshape(1, 4, 1, 1, 1)
        kept = keep(LayerRecord.of(values), 2 * (4 * 1 + 9 + 4))
        assert kept.tiles.codes.shape == (1, 2, 2, 2)
        np.testing.assert_allclose(kept.tiles.dequantise()[0, 0], [[0, 1], [2, 3]], atol=0.01)

    def test_tiles_stay_recognisable_at_the_cost_of_rows(self) -> None:
        record = LayerRecord.of(normal(60, 28, 28, 8))
        kept = keep(record, 20_000)
        rows, _, height, width = kept.tiles.codes.shape
        assert (height, width) == (7, 7)
        assert rows == (20_000 // 8 - 4) // (49 + 9)
        assert f"the first {rows} of 60 samples" in " ".join(kept.omissions)
        np.testing.assert_array_equal(kept.tiles.low, record.tiles.low[:rows])
        # Measures, tree and densities are of all samples still.
        assert kept.n_samples == 60
        np.testing.assert_array_equal(kept.tree.Z, record.tree.Z)

    def test_a_heat_map_keeps_what_rows_there_is_room_for(self) -> None:
        record = LayerRecord.of(normal(100, 64))
        kept = keep(record, 10_000)
        rows = len(kept.tiles.codes)
        held = sum(array.nbytes for name, array in kept.arrays.items() if name[:6] == "sheet_")
        assert 9_000 < held <= 10_000 + 100
        np.testing.assert_array_equal(kept.tiles.low, record.values[:rows, record.columns])

    def test_kernels_too_many_for_a_pixel_each_become_a_strip(self) -> None:
        values = normal(30, 3, 3, 20)
        record = ParameterRecord.of(values)
        kept = keep(record, 1000)
        assert kept.tiles.kind == "strip"
        assert kept.tiles.codes.shape == (20, 1, 1, 30)
        assert kept.tiles.tile_shape == (9, 30)
        assert kept.tiles.reduction == (9, 1)
        expected = values.mean(axis=(1, 2)).T[record.columns]
        np.testing.assert_allclose(kept.tiles.dequantise()[:, 0, 0], expected, atol=0.02)
        assert "Each pixel is the mean of all 9 taps of 1 input channel." in kept.omissions
        assert not any("zoom" in note for note in kept.omissions)

    def test_every_output_keeps_its_row(self) -> None:
        kept = keep(ParameterRecord.of(normal(300, 40)), 3000)
        assert kept.tiles.codes.shape[0] == 40 == len(kept.columns)
        assert kept.tiles.nbytes <= 3000

    @every_record
    def test_no_budget_is_too_small(self, name: str) -> None:
        record = live(name)
        kept = keep(record, 1)
        assert kept.tiles.codes.size > 0
        np.testing.assert_array_equal(kept.columns, record.columns)
        assert kept.density.grid.shape[1] == 16
        again = record_from_arrays(record_arrays(kept))
        assert_same_record(again, kept)

    def test_a_budget_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="of bytes, 1 or more; got 0"):
            keep(live("images"), 0)
        with pytest.raises(TypeError):
            keep(live("images"), 0.5)  # type: ignore[arg-type]


class TestDensity:
    def test_fewer_points_keep_mass_and_shape(self) -> None:
        record = LayerRecord.of(np.maximum(normal(2000, 6), -0.5))
        kept = keep(record)
        assert record.density.grid.shape[1] == 256
        assert kept.density.grid.shape[1] == 128
        area = np.trapezoid(kept.density.density, kept.density.grid, axis=1)
        np.testing.assert_allclose(area, 1 - record.density.zero_share, rtol=1e-6)
        for was, now in zip(record.density.density, kept.density.density, strict=True):
            apart = np.abs(
                now[40:] - np.interp(np.linspace(0, 1, 128), np.linspace(0, 1, 256), was)[40:]
            )
            assert apart.max() < 0.02 * np.median(was[was > 0.1])

    @pytest.mark.parametrize("scale", [1e-250, 1e-60, 1e60, 1e250])
    def test_numbers_of_any_size_keep_their_curves(self, scale: float) -> None:
        record = LayerRecord.of(normal(200, 3).astype(np.float64) * scale)
        kept = keep(record)
        assert (kept.density.style == DensityStyle.CURVE).all()
        area = np.trapezoid(kept.density.density * scale, kept.density.grid / scale, axis=1)
        np.testing.assert_allclose(area, 1, rtol=1e-6)
        np.testing.assert_allclose(
            kept.fan.quantiles * scale, record.fan.quantiles * scale, rtol=1e-6, atol=1e-9
        )

    def test_bars_and_strokes_stay_whole(self) -> None:
        record = LayerRecord.of(np.random.default_rng(0).integers(1, 5, (400, 2)))
        kept = keep(record)
        assert (kept.density.style == DensityStyle.BARS).all()
        assert (np.count_nonzero(kept.density.density, axis=1) == 4).all()
        area = np.trapezoid(kept.density.density, kept.density.grid, axis=1)
        np.testing.assert_allclose(area, 1, rtol=1e-6)
        few = LayerRecord.of(normal(5, 3))
        assert (np.count_nonzero(keep(few).density.density, axis=1) <= 5).all()
        assert keep(few).pooled is not None

    def test_many_channels_have_fewer_points(self) -> None:
        kept = keep(LayerRecord.of(normal(30, 2000)))
        assert kept.arrays["density_curves"].shape == (2000, 64)
        area = np.trapezoid(kept.density.density, kept.density.grid, axis=1)
        np.testing.assert_allclose(area, 1, rtol=1e-6)

    def test_only_what_is_drawn_has_a_curve(self) -> None:
        record = live("wide")
        kept = keep(record)
        assert len(kept.columns) == 2048
        hidden = np.setdiff1d(np.arange(2500), kept.columns)
        assert np.isnan(kept.density.density[hidden]).all()
        assert np.isnan(kept.curves.height[hidden]).all()
        assert np.isfinite(kept.density.density[kept.columns]).all()
        assert kept.density.style.size == kept.measures.mean.size == 2500
        assert np.isfinite([kept.curves.peak, kept.curves.usual_peak]).all()
        np.testing.assert_allclose(kept.curves.zero_bands, record.curves.zero_bands, rtol=1e-6)


class TestWindow:
    def test_exact_where_the_picture_is(self) -> None:
        record = live("kernel")
        assert isinstance(record, ParameterRecord)
        kept = keep(record)
        assert isinstance(kept, ParameterSnapshot)
        assert_equal(kept.window((1, 4), (2, 4)), record.window((1, 4), (2, 4)))

    def test_as_averaged_as_it_was_kept(self) -> None:
        kept = keep(ParameterRecord.of(normal(300, 40)), 40 * (9 + 60) + 4)
        assert isinstance(kept, ParameterSnapshot)
        assert kept.tiles.reduction == (1, 5)
        window = kept.window((3, 5), (7, 16))
        # Pixels 1 to 3 hold the inputs 5 to 19.
        np.testing.assert_array_equal(window.codes, kept.tiles.codes[3:5, :, :, 1:4])
        assert window.columns.tolist() == [5]
        assert window.tile_shape == (1, 15)
        assert window.reduction == (1, 5)

    def test_outside_the_picture_is_refused(self) -> None:
        kept = keep(live("kernel"))
        assert isinstance(kept, ParameterSnapshot)
        with pytest.raises(ValueError, match="rows must be a range within 0 and 6"):
            kept.window((0, 7), (0, 1))


class TestPictureValues:
    @pytest.mark.parametrize(
        ("name", "shape"),
        [
            ("images", (6, 9, 7, 5)),
            ("features", (40, 1, 1, 12)),
            ("sequences", (3, 20, 1, 6)),
            ("volumes", (2, 10, 12, 3)),
            ("faulty", (4, 5, 5, 8)),
            ("many samples", (128, 1, 1, 6)),
            ("kernel", (4, 3, 3, 6)),
            ("dense", (20, 1, 1, 7)),
            ("pointwise", (8, 1, 1, 5)),
            ("named", (4, 1, 1, 10)),
            ("gates", (5, 4, 1, 6)),
        ],
    )
    def test_kept_and_live_agree(self, name: str, shape: tuple[int, ...]) -> None:
        record = live(name)
        values, decoded = picture_values(record), picture_values(keep(record))
        assert values.dtype == decoded.dtype == np.float32
        assert values.shape == decoded.shape == shape
        np.testing.assert_array_equal(np.isfinite(values), np.isfinite(decoded))
        known = np.isfinite(values)
        np.testing.assert_allclose(decoded[known], values[known], atol=8 / 508)

    def test_live_values_are_those_themselves(self) -> None:
        np.testing.assert_array_equal(picture_values(live("images")), LAYERS["images"])
        kernel = WEIGHTS["kernel"]["values"]
        np.testing.assert_array_equal(picture_values(live("kernel")), kernel)
        # Slice 1 of four stands at the right of slice 0.
        volume = picture_values(live("volumes"))
        np.testing.assert_array_equal(volume[:, :5, 6:], LAYERS["volumes"][:, 1])

    def test_channels_that_are_not_drawn_are_nan(self) -> None:
        record = live("wide")
        decoded = picture_values(keep(record))
        assert decoded.shape == (3, 1, 1, 2500)
        drawn = np.isin(np.arange(2500), record.columns)
        np.testing.assert_array_equal(decoded[:, 0, 0, drawn], LAYERS["wide"][:, drawn])
        assert np.isnan(decoded[..., ~drawn]).all()

    def test_huge_numbers_stay_finite(self) -> None:
        values = picture_values(LayerRecord.of(np.array([[1e200, -1e200, np.inf, np.nan]])))
        limit = np.finfo(np.float32).max
        np.testing.assert_array_equal(values[0, 0, 0], [limit, -limit, np.inf, np.nan])


class TestArrays:
    def test_of_a_live_record(self) -> None:
        again = record_from_arrays(record_arrays(live("faulty")))
        assert_same_record(again, keep(live("faulty")))

    def test_a_newer_format_is_refused(self) -> None:
        arrays = record_arrays(live("images")) | {"format": np.array(FORMAT + 1)}
        with pytest.raises(ValueError, match=f"newer version .* format is {FORMAT + 1}"):
            record_from_arrays(arrays)

    @pytest.mark.parametrize("name", ["images", "features", "kernel"])
    def test_what_is_lacking_is_named(self, name: str) -> None:
        arrays = record_arrays(live(name))
        del arrays["tree_gaps"], arrays["sheet_low"]
        with pytest.raises(ValueError, match="lack sheet_low, tree_gaps"):
            record_from_arrays(arrays)

    def test_a_pooled_density_is_there_whole_or_not_at_all(self) -> None:
        arrays = record_arrays(live("few values"))
        del arrays["pooled_ends"]
        with pytest.raises(ValueError, match="lack pooled_ends"):
            record_from_arrays(arrays)

    def test_what_becomes_of_the_arrays_later_changes_no_record(self) -> None:
        arrays = {name: array.copy() for name, array in record_arrays(live("images")).items()}
        record = record_from_arrays(arrays)
        arrays["sheet_low"][:] = np.nan
        arrays["tree_order"][:] = -1
        assert_same_record(record, keep(live("images")))

    def test_pickles_are_refused_without_advice(self, tmp_path: Any) -> None:
        arrays = record_arrays(live("images")) | {"path": np.array([{}], dtype=object)}
        np.savez(tmp_path / "record.npz", **arrays)
        refused = pytest.raises(ValueError, match="path is not of plain numbers or text")
        with np.load(tmp_path / "record.npz") as stored, refused as told:
            record_from_arrays(stored)
        assert told.value.__suppress_context__ and "pickle" not in str(told.value)

    @pytest.mark.parametrize("made", [Snapshot, ParameterSnapshot])
    def test_no_record_is_made_of_the_arrays_of_another_kind(self, made: type[Snapshot]) -> None:
        name = "kernel" if made is Snapshot else "images"
        with pytest.raises(ValueError, match=f"make no {made.__name__}"):
            made(record_arrays(live(name)))

    def test_other_arrays_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no kept record: they lack"):
            record_from_arrays({"weights": np.ones(3)})


def test_some_outputs_compared_are_kept_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter_record, "MOST_PRODUCTS", 20 * 20 * 10)
    values = normal(10, 100)
    values[:, 7] = 0
    values[0, 13] = np.nan
    record = ParameterRecord.of(values)
    kept = keep(record)
    assert len(kept.tree.items) < 100
    assert_equal(kept.tree, record.tree)
    assert_equal(kept.columns, record.columns)
    assert kept.omissions[1:] == record.omissions
    assert_same_record(record_from_arrays(record_arrays(kept)), kept)


def test_a_kept_order_is_one_to_be_near() -> None:
    kept = keep(LayerRecord.of(normal(5, 3, 3, 20), like=np.arange(20)[::-1]))
    np.testing.assert_array_equal(kept.columns, kept.tree.order)
    again = LayerRecord.of(normal(5, 3, 3, 20), like=kept.columns)
    np.testing.assert_array_equal(again.columns, kept.columns)
    assert isinstance(kept, Snapshot)


@pytest.mark.parametrize("linkage", ["single", "average", "complete", "ward"])
def test_the_linkage_is_kept_with_its_tree(linkage: str) -> None:
    values = np.abs(normal(40, 90, seed=5)) * np.where(np.arange(90) % 2, 1, -1)
    values[:, 7] = 0
    record = LayerRecord.of(values.astype(np.float32)).linked(linkage)
    snapshot = record_from_arrays(record_arrays(record))
    assert snapshot.tree.linkage == linkage
    np.testing.assert_array_equal(snapshot.tree.Z, record.tree.Z)
    assert (snapshot.tree.heights[-1] > 2) == (linkage == "ward")
    # What was kept is the only tree there is.
    assert snapshot.linked("complete") is snapshot
    # Of single linkage nothing more is kept than before there was a choice.
    assert ("tree_linkage" in snapshot.arrays) == (linkage != "single")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tree_linkage": np.array("nearest")}, "no linkage 'nearest'"),
        ({"tree_linkage": np.array("average")}, "cosine distances are 0 to 2"),
    ],
)
def test_a_tree_of_another_linkage_than_it_says_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    values = np.abs(normal(40, 90, seed=5)) * np.where(np.arange(90) % 2, 1, -1)
    arrays = record_arrays(LayerRecord.of(values.astype(np.float32)).linked("ward"))
    with pytest.raises(ValueError, match=message):
        record_from_arrays({**arrays, **changes})
