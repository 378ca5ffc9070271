"""The control of a channel's strongest samples: what it finds, and how often it errs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz_widgets.analysis.channel.random_directions import (
    LEVEL,
    along,
    chance,
    coherence,
    direction_weights,
)

CLASSES = 5


def samples(rng: np.random.Generator, count: int = 250) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points about the centre of their class, and the classes."""
    labels = rng.integers(0, CLASSES, count)
    centres = rng.normal(size=(CLASSES, 8))
    return centres[labels] + rng.normal(size=(count, 8)), labels


def untrained(rng: np.random.Generator, points: NDArray[Any], channels: int) -> NDArray[Any]:
    """What a layer with random weights makes of points, at four places."""
    places = points[:, None] + 0.3 * rng.normal(size=(len(points), 4, 8))
    made: NDArray[Any] = (places @ rng.normal(size=(8, channels))).astype("float32")
    return made


def test_directions_are_those_that_its_docstring_tells() -> None:
    rng = np.random.default_rng(0)
    values = (rng.normal(size=(6, 3, 4)) * [1, 100, 0, 1]).astype("float32")
    values[2, 1, 3] = np.nan
    weights, live = direction_weights(values, 5, "conv")
    assert live.tolist() == [0, 1] and weights.shape == (2, 5)
    spread = values[..., :2].reshape(-1, 2).std(axis=0)
    drawn = weights * spread[:, None]
    np.testing.assert_allclose(drawn.std(), 1, atol=0.5)
    expected = (values[..., :2] @ weights).max(axis=1)
    greatest, at = along(values, live, weights)
    np.testing.assert_allclose(greatest, expected, rtol=1e-6)
    np.testing.assert_array_equal(at, (values[..., :2] @ weights).argmax(axis=1))
    again, _ = direction_weights(values, 5, "conv")
    np.testing.assert_array_equal(weights, again)
    assert (direction_weights(values, 5, "other")[0] != weights).all()


def test_many_samples_go_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz_widgets.analysis.channel import random_directions

    values = np.random.default_rng(1).normal(size=(9, 4, 3)).astype("float32")
    weights, live = direction_weights(values, 6, "")
    whole = along(values, live, weights)
    monkeypatch.setattr(random_directions, "_BLOCK_VALUES", 50)
    for blocks, once in zip(along(values, live, weights), whole, strict=True):
        np.testing.assert_allclose(blocks, once, rtol=1e-6)


def test_purity_and_affinity_by_hand() -> None:
    values = np.array([[4.0, 0.0], [3.0, 1.0], [2.0, 2.0], [1.0, 3.0], [0.0, 4.0]], "float32")
    features = np.array([[1.0, 0], [1, 0], [0, 1], [1, 1], [-2, -2]])
    found = coherence(
        values, labels=np.array([0, 0, 1, 2, 2]), features=features, count=3, directions=7
    )
    np.testing.assert_allclose(found.purity, [2 / 3, 2 / 3])
    # Cosines of samples 0, 1, 2: 1, 0, 0. Of 4, 3, 2: −1, −√½, √½.
    np.testing.assert_allclose(found.affinity, [1 / 3, -1 / 3], atol=1e-12)
    assert found.purity_of_directions.shape == found.affinity_of_directions.shape == (7,)


def test_the_chance_is_a_rank_and_equals_count_against() -> None:
    others = np.array([0.2, 0.4, 0.4, 0.9])
    values = np.array([1.0, 0.9, 0.4, 0.0, np.nan])
    np.testing.assert_allclose(chance(values, others), [0.2, 0.4, 0.8, 1.0, np.nan])
    np.testing.assert_allclose(chance(values[:1], np.array([np.nan, 0.5])), [0.5])


def test_a_channel_whose_strongest_are_not_told_apart_is_not_judged() -> None:
    """Of equal values the first samples come first: in sorted data they would be of one class."""
    labels = np.repeat([0, 1], 20)
    values = np.zeros((40, 3), dtype="float32")
    values[:, 1] = np.arange(40) >= 31  # exactly nine fire, and the same
    values[:, 2] = np.arange(40) >= 30  # one more
    found = coherence(values, labels=labels, count=9)
    assert np.isnan(found.purity[[0, 2]]).all() and found.purity[1] == 1
    assert np.isnan(found.purity_chance[0])


@pytest.mark.parametrize("case", ["no channel lives", "fewer samples", "nothing known"])
def test_where_nothing_can_be_told_nothing_is(case: str) -> None:
    values = np.zeros((20 if case == "no channel lives" else 5, 2), dtype="float32")
    values += 0 if case == "no channel lives" else np.arange(10).reshape(5, 2)
    labels = None if case == "nothing known" else np.zeros(len(values), dtype=np.int64)
    found = coherence(values, labels=labels, count=3 if case == "nothing known" else 9)
    assert np.isnan(found.purity_chance).all() and np.isnan(found.affinity_chance).all()


def test_a_planted_detector_beats_its_control() -> None:
    beaten = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        points, labels = samples(rng)
        values = untrained(rng, rng.normal(size=points.shape), 48)
        # Three times the channel's own spread.
        values[..., 5] += 9 * (labels == 2)[:, None]
        beaten.append(coherence(values, labels=labels, features=points).purity_chance[5] <= LEVEL)
    assert np.mean(beaten) >= 0.95


@pytest.mark.parametrize("structured", [False, True])
def test_channels_of_random_weights_do_not(structured: bool) -> None:
    """No more often than the level says; where the data has classes and where it has none."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(100 + seed)
        points, labels = samples(rng)
        if not structured:
            labels = rng.permutation(labels)
        result = coherence(untrained(rng, points, 24), labels=labels, features=points)
        found.append([(result.purity_chance <= LEVEL), (result.affinity_chance <= LEVEL)])
    purity, affinity = np.mean(found, axis=(0, 2))
    assert purity <= LEVEL + 0.01 and affinity <= LEVEL + 0.02
