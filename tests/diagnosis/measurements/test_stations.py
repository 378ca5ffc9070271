"""How alike the channels of a station answer, by rows made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.stations import likeness, twin_groups

RNG = np.random.default_rng(0)
CLASSES = np.repeat(np.arange(5), 12)


def singles(*columns: np.ndarray) -> np.ndarray:
    return np.stack(columns, axis=1).astype(np.float32)


def test_twins_are_alike_up_to_slope_and_offset() -> None:
    a, b, c = RNG.normal(size=(3, 60))
    means = singles(a, b, 3 * a + 7, c, np.zeros(60), -a, np.full(60, np.nan))
    assert twin_groups(means, CLASSES) == [(0, 2)]
    told = likeness(means, CLASSES)
    assert (told.living, told.twins, told.twin_share) == (5, (0, 2), 0.4)


def test_the_same_class_alone_makes_no_twins() -> None:
    # Half of the last channels of a network that is sure of its classes are alike by them.
    class_rows = RNG.normal(size=5)[CLASSES]
    means = singles(*(class_rows + 0.05 * RNG.normal(size=60) for _ in range(6)))
    assert twin_groups(means, CLASSES) == []
    assert np.corrcoef(means.T).min() > 0.95


def test_without_classes_no_twin_can_be_told() -> None:
    a = RNG.normal(size=60)
    told = likeness(singles(a, a, a))
    assert (told.living, told.twins) == (3, ())
    assert np.isnan(told.cosine)
    assert twin_groups(singles(a, a), np.full(60, -1)) == []


def test_chance_is_not_in_the_cosine() -> None:
    # All channels share what single samples have: class means are alike by that alone.
    shared = RNG.normal(size=60)
    noise = likeness(singles(*(shared + 0.3 * RNG.normal(size=60) for _ in range(12))), CLASSES)
    assert abs(noise.cosine) < 0.4
    rows = 3 * RNG.normal(size=5)[CLASSES]
    same = likeness(singles(*(rows + shared for _ in range(12))), CLASSES)
    assert same.cosine > 0.9
    assert same.rank == pytest.approx(1, abs=0.01)


def test_too_few_classes_or_samples_have_no_cosine() -> None:
    means = RNG.normal(size=(60, 9)).astype(np.float32)
    assert np.isnan(likeness(means, CLASSES % 3).cosine)
    assert np.isnan(likeness(means[:12], np.arange(12) % 5).cosine)
