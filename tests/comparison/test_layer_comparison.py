"""What changed between two records: distances, shifts, orders and the pictures side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from cnnviz_widgets.analysis import LayerRecord, SampleChoice, channel_measures
from cnnviz_widgets.analysis.tiles.tile_sheet import tile_sheet
from cnnviz_widgets.comparison.layer_comparison import LayerChange, LayerComparison, most_changed
from cnnviz_widgets.comparison.side_by_side import side_by_side
from cnnviz_widgets.records.snapshot import keep

RANDOM = np.random.default_rng(3)


def record(values: np.ndarray) -> LayerRecord:
    return LayerRecord.of(values, "conv")


def before_and_after() -> tuple[np.ndarray, np.ndarray]:
    """Channel 0 stays, 1 dies, 2 turns, 3 is dead in both, 4 becomes NaN, 5 is NaN in both."""
    before = RANDOM.normal(size=(4, 5, 5, 6))
    before[..., 3] = 0
    before[0, 0, 0, 5] = np.nan
    after = before.copy()
    after[..., 1] = 0
    after[..., 2] += 0.5 * RANDOM.normal(size=(4, 5, 5))
    after[0, 0, 0, 4] = np.nan
    return before, after


def test_change_is_the_distance_but_where_nothing_or_everything_changed() -> None:
    before, after = before_and_after()
    found = LayerComparison.of(record(before), record(after))
    turned = cosine(before[..., 2].ravel(), after[..., 2].ravel())
    np.testing.assert_allclose(found.match.distance, [0, 2, turned, 2, np.nan, np.nan], atol=1e-14)
    np.testing.assert_allclose(found.change, [0, 2, turned, 0, 2, np.nan], atol=1e-14)
    assert found.dead.tolist()[1] == [False, True]
    assert found.nonfinite.tolist()[4] == [False, True]
    np.testing.assert_array_equal(found.zero_share[:, 1], channel_measures(after).zero_share)


def test_what_changed_most_comes_first_and_what_is_not_known_last() -> None:
    found = LayerComparison.of(*map(record, before_and_after()))
    assert set(found.order[:2]) == {1, 4}
    assert found.order[2:].tolist() == [2, 0, 3, 5]
    # Of two that changed by 2 the one whose values moved more comes first.
    shift = np.nan_to_num(found.shift)
    assert shift[found.order[0]] >= shift[found.order[1]]


def test_the_summary_is_the_mean_of_what_is_known() -> None:
    found = LayerComparison.of(*map(record, before_and_after()))
    summary = found.summary
    assert summary.change == pytest.approx(np.nanmean(found.change))
    # Of layers whose maps can be compared no densities are needed.
    assert np.isnan(summary.shift)
    assert "shift" not in vars(found)
    assert (summary.dead_a, summary.dead_b) == (1, 2)
    assert (summary.nonfinite_a, summary.nonfinite_b) == (1, 2)
    assert (summary.channels_a, summary.channels_b, summary.as_asked) == (6, 6, True)


def test_by_similarity_the_partner_s_numbers_are_used() -> None:
    before = np.maximum(RANDOM.normal(size=(4, 5, 5, 3)), 0)
    after = before[..., [2, 0, 1]]
    found = LayerComparison.of(record(before), record(after), "similarity")
    assert found.match.pairs.tolist() == [[0, 1], [1, 2], [2, 0]]
    np.testing.assert_allclose(found.change, 0, atol=1e-14)
    np.testing.assert_allclose(found.shift, 0, atol=1e-12)
    np.testing.assert_array_equal(found.zero_share[:, 0], found.zero_share[:, 1])


def test_other_samples_leave_the_distributions() -> None:
    one, other = RANDOM.normal(size=(4, 5, 5, 3)), RANDOM.normal(size=(7, 5, 5, 3))
    found = LayerComparison.of(record(one), record(other), "similarity", same_samples=False)
    assert "different inputs" in found.match.note
    assert np.isnan(found.change).all()
    assert np.isfinite(found.shift).all()
    assert np.isnan(found.summary.change)
    assert found.summary.shift == pytest.approx(np.nanmean(found.shift))
    # The order is that of the shifts.
    np.testing.assert_array_equal(found.order, np.argsort(-found.shift))


def test_one_sample_and_one_channel() -> None:
    found = LayerComparison.of(record(np.ones((1, 1))), record(np.zeros((1, 1))))
    assert found.change.tolist() == [2]
    assert found.shift.tolist() == [pytest.approx(1, abs=1e-3)]


@pytest.mark.parametrize("keep_both", [True, False])
def test_kept_records_compare_nearly_as_live_ones(keep_both: bool) -> None:
    before, after = before_and_after()
    live = LayerComparison.of(record(before), record(after))
    kept = LayerComparison.of(
        keep(record(before)), keep(record(after)) if keep_both else record(after)
    )
    np.testing.assert_allclose(kept.change, live.change, atol=1e-3)
    np.testing.assert_allclose(kept.shift, live.shift, atol=1e-3)
    np.testing.assert_array_equal(kept.dead, live.dead)
    sides = side_by_side(kept)
    assert sides.a.columns.tolist() == sides.b.columns.tolist()


def test_kept_records_of_another_size_are_averaged_alike() -> None:
    values = RANDOM.normal(size=(4, 8, 8, 3))
    small = keep(record(values), budget=4 * 3 * (16 + 13))
    found = LayerComparison.of(small, record(values))
    assert "averaged" in found.match.note
    assert (found.match.distance < 0.01).all()


def change(path: str, change: float, shift: float = 0.0, as_asked: bool = True) -> LayerChange:
    counts = {"died": 0, "woke": 0, "saturated_a": 0, "saturated_b": 0}
    samples = {"samples_a": 1, "samples_b": 1}
    return LayerChange(path, path, 1, 1, change, shift, 0, 0, 0, 0, as_asked, **counts, **samples)


def test_layers_come_by_change_then_shift_and_those_not_matched_as_asked_last() -> None:
    nan = float("nan")
    layers = [
        change("number", 1.9, as_asked=False),
        change("none", nan, nan),
        change("little", 0.1),
        change("shifted", nan, 0.3),
        change("much", 1.0, 0.1),
        change("more", 1.0, 0.2),
    ]
    found = [layer.path_a for layer in most_changed(layers)]
    assert found == ["more", "much", "little", "shifted", "none", "number"]
    assert most_changed([]) == []


def test_side_by_side_partners_have_one_number_and_one_place() -> None:
    before = RANDOM.normal(size=(4, 5, 5, 5))
    order = [4, 2, 0, 3, 1]
    after = np.concatenate([before[..., order], RANDOM.normal(size=(4, 5, 5, 2))], axis=-1)
    found = LayerComparison.of(record(before), record(after), "similarity")
    sides = side_by_side(found)
    # The pairs in the leaf order of the first, then those without a partner.
    np.testing.assert_array_equal(sides.channels_a, found.a.columns)
    np.testing.assert_array_equal(sides.a.columns, sides.b.columns[:5])
    np.testing.assert_array_equal(sides.channels_b[5:], [5, 6])
    np.testing.assert_array_equal(sides.b.columns[5:], [5, 6])
    np.testing.assert_array_equal(np.take(order, sides.channels_b[:5]), sides.channels_a)
    np.testing.assert_array_equal(sides.a.codes, sides.b.codes[:, :5])
    expected = tile_sheet(after, columns=sides.channels_b)
    for part in ("codes", "low", "high", "marks"):
        np.testing.assert_array_equal(getattr(sides.b, part), getattr(expected, part))
    assert sides.omitted == 0


def test_more_pairs_than_columns_are_spread_evenly() -> None:
    before, after = RANDOM.normal(size=(2, 2, 3000))
    sides = side_by_side(LayerComparison.of(record(before), record(after)))
    assert sides.a.columns.size == sides.b.columns.size == 2048
    assert sides.omitted == 3000 - 2048
    np.testing.assert_array_equal(sides.channels_a, sides.channels_b)
    np.testing.assert_array_equal(sides.a.low, before[:, sides.channels_a].astype(np.float32))


def test_of_kept_records_only_pairs_drawn_in_both_can_be_shown() -> None:
    before, after = RANDOM.normal(size=(2, 2, 3000))
    kept = keep(record(before))
    sides = side_by_side(LayerComparison.of(kept, record(after)))
    assert set(sides.channels_a) <= set(kept.columns)
    assert sides.omitted == 3000 - len(sides.channels_a)


def test_looks_at_other_samples_are_compared_on_those_both_rest_on() -> None:
    before = RANDOM.normal(size=(8, 5, 5, 3))
    after = before + 0.5 * RANDOM.normal(size=before.shape)
    whole = record(before)
    rows = np.array([0, 3, 7])
    quick = replace(record(after[rows]), samples=SampleChoice((0, 3, 7), 8))
    wanted = LayerComparison.of(record(before[rows]), record(after[rows]))
    for a, b in ((whole, quick), (quick, whole)):
        found = LayerComparison.of(a, b)
        np.testing.assert_allclose(found.change, wanted.change, rtol=1e-12)
        assert found.match.note == "Maps are compared on the 3 samples that both looks rest on."
        side = side_by_side(found)
        assert side.samples_a.tolist() == side.samples_b.tolist() == [0, 3, 7]
        assert len(side.a.codes) == len(side.b.codes) == 3
        sheet, channels = (side.a, side.channels_a) if a is whole else (side.b, side.channels_b)
        pictures = tile_sheet(before, rows=rows, columns=channels)
        np.testing.assert_array_equal(sheet.codes, pictures.codes)
    # Kept ones are no different.
    found = LayerComparison.of(keep(whole), keep(quick))
    np.testing.assert_allclose(found.change, wanted.change, atol=0.01)


def test_looks_without_a_sample_in_common_have_no_distance() -> None:
    one = replace(record(RANDOM.normal(size=(2, 3, 3, 4))), samples=SampleChoice((0, 2), 8))
    other = replace(record(RANDOM.normal(size=(2, 3, 3, 4))), samples=SampleChoice((1, 7), 8))
    found = LayerComparison.of(one, other)
    assert np.isnan(found.change).all()
    assert "no sample in common" in found.match.note
    assert (found.shift >= 0).all()
    side = side_by_side(found)
    assert (side.samples_a.tolist(), side.samples_b.tolist()) == ([0, 2], [1, 7])
