"""Which samples and channels are points, where they lie, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice, keep
from cnnviz_widgets.records.layer_record import AttentionRecord
from cnnviz_widgets.records.points.point_cloud import point_cloud
from cnnviz_widgets.records.points.point_picture import point_picture

RNG = np.random.default_rng(6)
MAPS = RNG.normal(size=(9, 4, 5, 6)).astype("float32")


def distances(values: np.ndarray) -> np.ndarray:
    """Between all rows, over the greatest."""
    found = np.linalg.norm(values[:, None] - values, axis=-1)
    scaled: np.ndarray = found / found.max()
    return scaled


def test_samples_lie_at_the_means_of_their_maps() -> None:
    cloud = point_cloud(LayerRecord.of(MAPS), "samples")
    assert cloud.numbers.tolist() == list(range(9)) and cloud.notes == ()
    expected = distances(MAPS.mean((1, 2), dtype=float))
    np.testing.assert_allclose(distances(cloud.values), expected, atol=1e-9)


def test_channels_lie_by_the_angle_between_their_answers() -> None:
    scaled = MAPS * np.array([1, 1e3, 1e-3, 1, 1, 1], dtype="float32")
    clouds = [point_cloud(LayerRecord.of(values), "channels") for values in (MAPS, scaled)]
    answers = MAPS.mean((1, 2), dtype=float).T
    unit = answers / np.linalg.norm(answers, axis=1, keepdims=True)
    for cloud in clouds:
        np.testing.assert_allclose(distances(cloud.values), distances(unit), atol=1e-6)


def test_samples_that_are_not_finite_are_counted_named_and_left_out() -> None:
    values = MAPS.copy()
    values[2, 0, 0, 0], values[7, 1, 1, 3] = np.nan, np.inf
    cloud = point_cloud(LayerRecord.of(values), "samples")
    assert cloud.numbers.tolist() == [0, 1, 3, 4, 5, 6, 8] and cloud.total == 9
    assert cloud.notes == ("Left out: 2 samples with NaN or infinity, numbers 2, 7.",)


def test_a_channel_that_is_never_finite_leaves_the_samples() -> None:
    values = MAPS.copy()
    values[..., 4] = np.nan
    cloud = point_cloud(LayerRecord.of(values), "samples")
    assert len(cloud) == 9
    assert cloud.notes == ("Without what 1 channel gives: not finite, or not kept.",)


def test_zero_channels_have_no_direction() -> None:
    values = MAPS.copy()
    values[..., [1, 5]] = 0
    values[3, ..., 2] = np.nan
    cloud = point_cloud(LayerRecord.of(values), "channels")
    assert cloud.numbers.tolist() == [0, 3, 4]
    assert cloud.notes == (
        "Left out: 1 channel not finite, or not kept, number 2.",
        "Left out: 2 channels zero throughout, numbers 1, 5.",
    )


@pytest.mark.parametrize("subject", ["samples", "channels"])
@pytest.mark.parametrize("value", [np.nan, 0.0, 3.0])
def test_where_all_are_the_same_nothing_fails(subject: str, value: float) -> None:
    cloud = point_cloud(LayerRecord.of(np.full((5, 4), value)), subject)  # type: ignore[arg-type]
    picture = point_picture(cloud, "", "pca", None)
    assert np.isfinite(picture.positions).all()
    assert cloud.notes or not len(cloud)


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_samples(count: int) -> None:
    cloud = point_cloud(LayerRecord.of(MAPS[:count]), "samples")
    picture = point_picture(cloud, "", "tsne", None)
    assert picture.positions.shape == (count, 2) and not picture.can_be_better
    assert picture.judged(np.zeros(count, int), None).scores.trust is None


def test_numbers_are_those_of_the_samples_looked_at() -> None:
    choice = SampleChoice((1, 4, 8), 20)
    cloud = point_cloud(LayerRecord(MAPS[:3], samples=choice), "samples")
    assert cloud.numbers.tolist() == [1, 4, 8] and cloud.total == 20


def test_a_snapshot_has_nearly_the_same_points() -> None:
    live = LayerRecord.of(MAPS)
    for subject in ("samples", "channels"):
        found = point_cloud(keep(live), subject)  # type: ignore[arg-type]
        expected = point_cloud(live, subject)  # type: ignore[arg-type]
        np.testing.assert_array_equal(found.numbers, expected.numbers)
        near = distances(found.values) - distances(expected.values)
        assert np.abs(near).max() < 0.03


def test_weights_have_channels_and_no_samples() -> None:
    record = ParameterRecord.of(RNG.normal(size=(3, 3, 4, 7)))
    assert not len(point_cloud(record, "samples"))
    assert point_cloud(record, "samples").notes[0].startswith("Weights are of no samples")
    assert len(point_cloud(record, "channels")) == 7


def attention(samples: int, tokens: int = 7, heads: int = 3) -> AttentionRecord:
    """Tables of which each row is a share of one."""
    weights = RNG.dirichlet(np.ones(tokens), (samples, tokens, heads)).astype("float32")
    return AttentionRecord(weights.transpose(0, 1, 3, 2))


@pytest.mark.parametrize("make", [lambda record: record, keep])
def test_samples_of_attention_lie_at_their_whole_tables(make: Any) -> None:
    record = attention(12)
    cloud = point_cloud(make(record), "samples")
    rows = np.asarray(record.held_values).reshape(12, -1)
    np.testing.assert_allclose(distances(cloud.values), distances(rows), atol=0.03)


def test_heads_lie_by_the_angle_between_their_tables() -> None:
    record = attention(12)
    rows = np.asarray(record.held_values).reshape(-1, 3).T
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found = point_cloud(record, "channels").values
    np.testing.assert_allclose(distances(found), distances(unit), atol=1e-5)


def test_large_tables_are_compared_by_the_means_of_their_parts() -> None:
    record = attention(5, tokens=70)
    cloud = point_cloud(record, "samples")
    assert cloud.values.shape == (5, 32 * 32 * 3)
    assert cloud.notes == ("Of tables the means of 32 × 32 parts are compared.",)
    tables = np.asarray(record.held_values, dtype=float)
    edges = [70 * part // 32 for part in range(33)]
    corner = tables[:, edges[30] : edges[31], edges[31] : edges[32], 1].mean((1, 2))
    column = cloud.values[:, (30 * 32 + 31) * 3 + 1]
    ratio = np.ptp(column) / np.ptp(corner)
    np.testing.assert_allclose(column, (corner - corner.mean()) * ratio, atol=1e-9)


def test_what_differs_by_rounding_alone_lies_in_one_place_and_is_not_scored() -> None:
    # A softmax over positions: the mean of each map is the same, whatever the sample.
    maps = RNG.dirichlet(np.ones(48), (40, 5)).astype("float32").transpose(0, 2, 1)
    cloud = point_cloud(LayerRecord.of(maps), "samples")
    assert cloud.notes == ("All samples give the same: they lie in one place.",)
    picture = point_picture(cloud, "", "pca", None).judged(np.arange(40) % 2, None)
    assert not picture.positions.any() and not str(picture.scores)
    assert picture.variance_share is None


def test_the_plane_says_how_much_of_the_variance_it_has() -> None:
    cloud = point_cloud(LayerRecord.of(MAPS), "samples")
    rows = cloud.values
    expected = (np.linalg.svd(rows, compute_uv=False)[:2] ** 2).sum() / (rows**2).sum()
    first = point_picture(cloud, "", "pca", None)
    turned = replace(first, positions=first.positions[:, ::-1] + 3.0)
    for picture in (first, point_picture(cloud, "", "pca", turned)):
        assert picture.variance_share == pytest.approx(expected)
    assert replace(first, method="tsne").variance_share is None
