"""What is added up: against everything held, and the same to the last bit however it is dealt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis.survey.layer_tally import LayerTally
from cnnviz_widgets.analysis.survey.strongest import NO_SAMPLE
from cnnviz_widgets.analysis.survey.tally_arrays import tally_arrays, tally_of

from .passes import Values, add, bits, empty, in_order, rule_of, whole

CLASSES = 4


def outputs(samples: int = 400, seed: int = 0) -> Values:
    """Normal, ReLU, zeros, far from 0, heavy tails, equal, NaN and infinity."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(samples, 6, 5, 8))
    values[..., 1] = np.maximum(values[..., 1] - 1, 0)
    values[..., 2] = 0
    values[..., 3] = 1000 + values[..., 3]
    values[..., 4] = np.exp(3 * values[..., 4])
    values[..., 5] = 0.1
    values[samples // 3, 2, 2, 6] = np.nan
    values[samples // 4, :, :, 7] = np.inf
    values[samples // 5, 0, 0, 7] = -np.inf
    return values.astype(np.float32)


def labels_of(samples: int) -> Values:
    return np.random.default_rng(1).integers(-1, CLASSES, samples)


def test_counts_and_extremes_are_those_of_all_values() -> None:
    values = outputs()
    tally = whole(values)
    flat = values.reshape(-1, 8)
    finite = np.isfinite(flat)
    assert (tally.samples, tally.values) == (400, len(flat))
    np.testing.assert_array_equal(tally.zeros, (flat == 0).sum(axis=0))
    np.testing.assert_array_equal(tally.nonfinite, (~finite).sum(axis=0))
    fires = ((values > 0) & np.isfinite(values)).any(axis=(1, 2))
    np.testing.assert_array_equal(tally.fired, fires.sum(axis=0))
    active = (values != 0).any(axis=(1, 2))
    np.testing.assert_array_equal(tally.active, active.sum(axis=0))
    np.testing.assert_array_equal(tally.faulty, (~np.isfinite(values)).any(axis=(1, 2)).sum(axis=0))
    np.testing.assert_array_equal(tally.low, np.where(finite, flat, np.inf).min(axis=0))
    np.testing.assert_array_equal(tally.high, np.where(finite, flat, -np.inf).max(axis=0))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_strongest_samples_and_their_places_are_those_of_all_values(sign: int) -> None:
    values = outputs()
    tally = whole(values)
    found = tally.top if sign == 1 else tally.bottom
    flat = sign * np.where(np.isfinite(values), values, -sign * np.inf).reshape(400, -1, 8)
    peak = flat.max(axis=1)
    best = np.argsort(-peak, axis=0, kind="stable")[:9]
    np.testing.assert_array_equal(found.samples, best)
    np.testing.assert_array_equal(found.values, np.take_along_axis(peak, best, axis=0))
    np.testing.assert_array_equal(
        found.places, np.take_along_axis(flat.argmax(axis=1), best, axis=0)
    )


def test_classes_are_those_of_the_labels_and_no_label_is_none() -> None:
    values, labels = outputs(), labels_of(400)
    tally = whole(values, CLASSES, labels)
    member = labels == np.arange(CLASSES)[:, None]
    np.testing.assert_array_equal(tally.class_samples, member.sum(axis=1))
    finite = np.isfinite(values)
    fires = ((values > 0) & finite).any(axis=(1, 2))
    np.testing.assert_array_equal(tally.class_fired, member.astype(int) @ fires)
    with np.errstate(invalid="ignore"):
        means = np.where(finite, values, 0).astype("f8").sum(axis=(1, 2)) / finite.sum(axis=(1, 2))
    known = np.isfinite(means)
    np.testing.assert_array_equal(tally.class_known, member.astype(int) @ known)
    sums = tally.class_sums.sum(axis=0) * tally.rule.scale
    expected = member @ np.where(known, means, 0)
    np.testing.assert_allclose(sums, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def dealt(how: str, values: Values, labels: Values) -> LayerTally:
    rng = np.random.default_rng(7)
    rule = rule_of(values)
    samples = len(values)

    def new() -> LayerTally:
        return empty(values, CLASSES, rule=rule)

    def run(batches: list[Values], into: LayerTally | None = None) -> LayerTally:
        return add(new() if into is None else into, values, batches, labels)

    if how.startswith("batches of "):
        return run(in_order(0, samples, int(how.rpartition(" ")[2])))
    if how == "shuffled batches":
        batches = in_order(0, samples, 37)
        rng.shuffle(batches)
        return run(batches)
    if how == "shuffled samples":
        return run(np.array_split(rng.permutation(samples), 23))
    parts = [run(in_order(at, min(at + 90, samples), 20)) for at in range(0, samples, 90)]
    if how == "merged backwards":
        parts.reverse()
    elif how == "merged at random":
        rng.shuffle(parts)
    elif how == "merged in pairs":
        parts = [parts[0].merged(parts[1]), parts[2].merged(parts[3]), *parts[4:]]
    elif how == "read back in the middle":
        part = tally_of(tally_arrays(parts[0].merged(parts[1])))
        return run(in_order(180, samples, 11), part)
    total = new()
    for part in parts:
        total = total.merged(part)
    return total


@pytest.mark.parametrize(
    "how",
    [
        *("batches of 1", "batches of 7", "batches of 64", "batches of 400"),
        *("shuffled batches", "shuffled samples"),
        *("merged", "merged backwards", "merged at random", "merged in pairs"),
        "read back in the middle",
    ],
)
def test_comes_out_the_same_to_the_last_bit(how: str) -> None:
    values, labels = outputs(), labels_of(400)
    expected = bits(whole(values, CLASSES, labels))
    got = bits(dealt(how, values, labels))
    assert [name for name in expected if got[name] != expected[name]] == []


def test_zeros_of_either_sign_come_out_the_same() -> None:
    rng = np.random.default_rng(9)
    values = np.where(rng.random((200, 3, 4)) < 0.5, -0.0, 0.0).astype(np.float32)
    rule = rule_of(values)
    expected = bits(add(empty(values, rule=rule), values, in_order(0, 200)))
    for _ in range(5):
        batches = np.array_split(rng.permutation(200), 40)
        assert bits(add(empty(values, rule=rule), values, batches)) == expected


def test_merging_changes_neither_part() -> None:
    values = outputs()
    rule = rule_of(values)
    one = add(empty(values, rule=rule), values, in_order(0, 150, 40))
    other = add(empty(values, rule=rule), values, in_order(150, 400, 40))
    before = [_copied(each) for each in (one, other)]
    total = one.merged(other)
    add(total, values, [np.arange(150, 160) - 150])
    for each, copies in zip((one, other), before, strict=True):
        arrays = tally_arrays(each)
        assert arrays.keys() == copies.keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, copies[name], err_msg=name)


def _copied(tally: LayerTally) -> dict[str, Any]:
    return {name: array.copy() for name, array in tally_arrays(tally).items()}


@pytest.mark.parametrize(
    "shape",
    [(300, 7), (300, 9, 3), (40, 3, 4, 5, 2), (1, 4, 4, 3), (3, 5, 1), (60, 600), (20, 2, 513)],
    ids=str,
)
def test_any_shape_is_counted_and_read_back_equal(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    tally = whole(values)
    flat = values.reshape(-1, shape[-1])
    np.testing.assert_array_equal(tally.low, flat.min(axis=0))
    np.testing.assert_array_equal(tally.high, flat.max(axis=0))
    mean = tally.sums.sum(axis=0) * tally.rule.scale / len(values)
    np.testing.assert_allclose(mean, flat.astype("f8").mean(axis=0), atol=1e-6)
    assert (tally.products is None) == (shape[-1] > 512)
    there = tally_of(tally_arrays(tally))
    for name, array in tally_arrays(tally).items():
        back = tally_arrays(there)[name]
        assert (back.dtype, back.shape) == (array.dtype, array.shape), name
        np.testing.assert_array_equal(back, array, err_msg=name)


def test_inner_products_are_those_of_the_drawn_rows() -> None:
    values = np.random.default_rng(4).normal(size=(150, 12, 6)).astype(np.float32)
    tally = whole(values)
    assert tally.products is not None
    # Of samples with no more positions than rows all are drawn.
    flat = np.ldexp(values.reshape(-1, 6).astype("f8"), -tally.rule.unit.astype(int))
    np.testing.assert_allclose(tally.products.total(), flat.T @ flat, rtol=1e-5, atol=1e-3)


def test_samples_with_other_axes_are_refused_and_nothing_is_taken_in() -> None:
    values = outputs()
    tally = whole(values)
    before = bits(tally)
    with pytest.raises(ValueError, match=r"axes \(6, 4\) cannot be added to those with axes"):
        add(tally, values[:, :, :4], [np.arange(10)])
    assert bits(tally) == before


@pytest.mark.parametrize("size", [1e38, 3e38, 1e-38, 1e-44])
def test_float32s_extremes_are_added_up(size: float) -> None:
    rng = np.random.default_rng(5)
    values = (size * rng.uniform(-1, 1, size=(100, 6, 6, 4))).astype(np.float32)
    tally = whole(values)
    flat = values.reshape(-1, 4).astype("f8")
    scale = np.abs(flat).max()
    mean = tally.sums.sum(axis=0) * tally.rule.scale / 100
    np.testing.assert_allclose(mean / scale, flat.mean(axis=0) / scale, atol=1e-6)
    for name in ("sums", "squares"):
        assert np.isfinite(getattr(tally, name)).all(), name


def test_numbers_too_large_for_float32_once_they_are_squared_have_their_spread() -> None:
    values = (1e25 * np.random.default_rng(6).normal(size=(100, 8, 8, 3))).astype(np.float32)
    tally = whole(values)
    flat = values.reshape(-1, 3).astype("f8")
    away = (flat.mean(axis=0) - tally.rule.centre) / tally.rule.scale
    variance = tally.squares.sum(axis=0) / 100 - away * away
    np.testing.assert_allclose(np.sqrt(variance) * tally.rule.scale, flat.std(axis=0), rtol=1e-6)


def test_one_value_far_out_leaves_the_others_in_their_cells() -> None:
    rng = np.random.default_rng(8)
    values = np.stack([rng.normal(size=(300, 4)), np.exp(3 * rng.normal(size=(300, 4)))], axis=-1)
    values = values.astype(np.float32)
    values[200, 1] = 1e30, 3e38
    tally = whole(values)
    fullest = tally.cells.counts.max(axis=1) / values[..., 0].size
    assert (fullest < 0.05).all(), fullest
    assert tally.products is not None
    assert np.isfinite(tally.products.total()).all()


def test_a_channel_without_a_finite_value_has_no_strongest_sample() -> None:
    values = np.ones((30, 4, 3), dtype=np.float32)
    values[..., 1] = np.nan
    values[3:, :, 2] = np.inf
    tally = add(empty(values), values, in_order(0, 30, 8)[::-1])
    for found in (tally.top, tally.bottom):
        there = found.samples != NO_SAMPLE
        np.testing.assert_array_equal(there.sum(axis=0), [9, 0, 3])
        assert (found.places >= 0).all()


@pytest.mark.parametrize("value", [3e38, -3e38])
def test_cells_lie_about_a_finite_point(value: float) -> None:
    rule = rule_of(np.full((70, 6, 2), value, dtype=np.float32))
    assert np.isfinite(rule.cells.centre).all()


def test_batches_in_which_a_channel_is_silent_leave_its_cells_as_they_are() -> None:
    values = np.zeros((64, 6, 2), dtype=np.float32)
    rng = np.random.default_rng(10)
    values[::9] = rng.uniform(1e-4, 1e-3, size=values[::9].shape)
    rule = rule_of(values)
    one = add(empty(values, rule=rule), values, in_order(0, 64, 1))
    other = add(empty(values, rule=rule), values, in_order(0, 64, 64))
    assert bits(one) == bits(other)
    np.testing.assert_array_equal(one.cells.exponent, rule.cells.exponent)
