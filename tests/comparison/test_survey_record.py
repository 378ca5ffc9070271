"""Layers of two surveys compared: by what was kept, with the health of all samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.comparison.channel_matching import match_channels
from cnnviz_widgets.comparison.layer_comparison import LayerComparison
from cnnviz_widgets.comparison.side_by_side import side_by_side
from cnnviz_widgets.comparison.survey_record import SurveyRecord
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.records.survey.layer_summary import LayerSummary

from ..analysis.survey.passes import add, empty, in_order, rule_of

SAMPLES = 600
RANDOM = np.random.default_rng(3)
MAPS = np.maximum(RANDOM.normal(size=(SAMPLES, 4, 4, 5)), 0).astype("float32")
LABELS = np.arange(SAMPLES) % 3


def record(
    values: Any, *, rows: int = 8, count: int = SAMPLES, classes: int = 3, **facts: Any
) -> SurveyRecord:
    tally = empty(values, classes, rule=rule_of(values), rows=rows)
    add(tally, values, in_order(0, count, 50), LABELS, rows=rows)
    return SurveyRecord.of_layer(LayerSummary("conv", tally, (0.0, np.inf), **facts), count)


def test_a_permuted_layer_is_found_to_be_the_same_by_what_was_kept() -> None:
    order = np.array([3, 0, 4, 1, 2])
    found = LayerComparison.of(record(MAPS), record(2 * MAPS[..., order]), "similarity")
    assert order[found.match.pairs[:, 1]].tolist() == found.match.pairs[:, 0].tolist()
    np.testing.assert_allclose(found.change, 0, atol=1e-6)
    assert found.match.note == (
        "Maps are compared on 256 samples that both have kept, at 8 drawn places of each."
    )
    side = side_by_side(found)
    assert side.samples_a.tolist() == side.samples_b.tolist() == sorted(side.samples_a.tolist())
    assert side.a.kind == "vector"
    assert (found.a.basis, found.summary.samples_a) == ("600 samples", SAMPLES)


def test_distances_are_about_those_of_all_values() -> None:
    other = np.maximum(MAPS + 0.7 * RANDOM.normal(size=MAPS.shape), 0).astype("float32")
    found = LayerComparison.of(record(MAPS), record(other))
    truth = match_channels(MAPS, other)
    np.testing.assert_allclose(found.match.distance, truth.distance, atol=0.03)


def test_other_axes_or_places_are_compared_by_means() -> None:
    small = MAPS.reshape(SAMPLES, 2, 2, 2, 2, 5).mean(axis=(2, 4))
    for other in (record(small), record(MAPS, rows=4)):
        found = LayerComparison.of(record(MAPS), other)
        assert found.match.note.endswith("by their means over each sample's places.")
        np.testing.assert_allclose(found.change, 0, atol=1e-5)


def test_fewer_samples_in_common_are_told() -> None:
    found = LayerComparison.of(record(MAPS), record(MAPS, count=300))
    kept = np.intersect1d(found.a.sample_numbers, found.b.sample_numbers)
    assert 0 < kept.size < 256
    assert f"on {kept.size} samples that both have kept" in found.match.note
    assert (found.summary.samples_a, found.summary.samples_b) == (600, 300)
    assert LayerComparison.of(record(MAPS), record(MAPS), same_samples=False).match.by == "index"


def test_health_is_that_of_all_samples() -> None:
    before, after = MAPS.copy(), MAPS.copy()
    before[..., 0] = 0
    after[..., 1] = 0
    after[7, 0, 0, 2] = np.nan
    found = LayerComparison.of(record(before), record(after))
    assert found.dead[:2].tolist() == [[True, False], [False, True]]
    change = found.summary
    assert (change.died, change.woke, change.dead_a, change.dead_b) == (1, 1, 1, 1)
    assert (change.nonfinite_a, change.nonfinite_b) == (0, 1)
    # Dead on one side only is as far as can be; on both, it has not changed.
    assert found.change[:2].tolist() == [2.0, 2.0]


def test_a_channel_that_seldom_fires_is_not_called_changed() -> None:
    # It lives on samples that were not kept: what was kept of it is zero.
    before = MAPS.copy()
    kept = record(MAPS).sample_numbers
    other = np.setdiff1d(np.arange(SAMPLES), kept)[:3]
    before[..., 0] = 0
    before[other, 0, 0, 0] = 1
    found = LayerComparison.of(record(before), record(MAPS))
    assert np.isnan(found.change[0])
    assert found.change[1:].max() < 1e-6
    assert "1 pair too few of these values are other than zero: its distributions" in (
        found.match.note
    )
    assert found.order[-1] == 0
    assert found.shift[0] > 0


def test_what_is_stuck_at_the_ends_of_an_activation() -> None:
    values = np.tanh(RANDOM.normal(size=(SAMPLES, 3, 3, 3))).astype("float32")
    stuck = values.copy()
    stuck[..., 1] = np.where(values[..., 1] > 0, 0.999, -1)
    ends: dict[str, Any] = {"ends": (-1.0, 1.0)}
    found = LayerComparison.of(record(values, **ends), record(stuck, **ends))
    assert found.saturated is not None
    assert found.saturated.tolist() == [[False, False], [False, True], [False, False]]
    assert (found.summary.saturated_a, found.summary.saturated_b) == (0, 1)
    unknown = LayerComparison.of(record(values), record(stuck, **ends))
    assert unknown.saturated is None
    assert np.isnan(unknown.summary.saturated_a)


def test_means_on_classes() -> None:
    after = MAPS.copy()
    after[LABELS == 2, ..., 1] += 3
    found = LayerComparison.of(record(MAPS), record(after))
    assert found.class_means is not None
    moved = found.class_means[..., 1] - found.class_means[..., 0]
    np.testing.assert_allclose(
        moved, 3.0 * (np.arange(3) == 2) * (np.arange(5) == 1)[:, None], atol=1e-5
    )
    assert LayerComparison.of(record(MAPS), record(MAPS, classes=0)).class_means is None


def test_a_survey_beside_a_live_record_has_distributions() -> None:
    live = LayerRecord.of(MAPS[:8], "conv")
    found = LayerComparison.of(record(MAPS), live, same_samples=False)
    assert np.isnan(found.change).all()
    assert found.shift.max() < 0.2
    assert (found.summary.samples_a, found.summary.samples_b) == (SAMPLES, 8)


@pytest.mark.parametrize("axes", [(), (4, 4)])
def test_it_says_what_it_is(axes: tuple[int, ...]) -> None:
    values = MAPS if axes else MAPS[:, 0, 0]
    of = record(values)
    assert of.values.shape == (256, 5)
    size = " of 4 × 4" if axes else ""
    assert of.extent == f"5 channels{size} · 600 samples surveyed, 256 of them kept"
    assert ("Each tile is the mean over a sample's places." in of.omissions) == bool(axes)
    assert of.omissions[0] == "Rows are 256 samples that the survey kept, drawn at random."
    assert of.disagreements == {}
