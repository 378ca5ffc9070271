"""How groupings agree, against counts of pairs and sets; what is found again on other samples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cnnviz_widgets.analysis.arrays import Floats, Integers
from cnnviz_widgets.analysis.map.agreement import (
    UNCERTAIN,
    adjusted_rand,
    group_stability,
    mean_jaccard,
    overall_stability,
    redrawn_groups,
)
from cnnviz_widgets.analysis.map.channel_groups import standard_rows, ward_groups


def test_adjusted_rand_by_hand() -> None:
    # Together in both: 2 pairs; in each 6; of 15 pairs, so 2.4 by chance: (2 − 2.4) / (6 − 2.4).
    assert adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]) == pytest.approx(
        (2 - 6 * 3 / 15) / (4.5 - 6 * 3 / 15)
    )
    assert adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)


def pairs_counted(first: Integers, second: Integers) -> float:
    """[Hubert and Arabie 1985], from the four kinds of pairs."""
    both = one = other = neither = 0
    for a, b in itertools.combinations(range(first.size), 2):
        in_one, in_other = bool(first[a] == first[b]), bool(second[a] == second[b])
        both += in_one and in_other
        one += in_one and not in_other
        other += in_other and not in_one
        neither += not in_one and not in_other
    top = 2 * (both * neither - one * other)
    return top / ((both + one) * (one + neither) + (both + other) * (other + neither))


@pytest.mark.parametrize("seed", range(20))
def test_adjusted_rand_is_that_of_counted_pairs(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = random.integers(-1, 1 + seed % 6 + 1, size=(2, 25))
    assert adjusted_rand(first, second) == pytest.approx(pairs_counted(first, second))
    assert adjusted_rand(second, first) == pytest.approx(adjusted_rand(first, second))


@pytest.mark.parametrize("groups", [[], [0], [3, 3, 3], [0, 1, 2], [5, -1, 5, 0]])
def test_the_same_groups_agree_whatever_their_numbers(groups: list[int]) -> None:
    assert adjusted_rand(groups, [7 - group for group in groups]) == 1


def test_groupings_of_different_channels_are_refused() -> None:
    with pytest.raises(ValueError, match=r"second must be .* of 3; got 2"):
        adjusted_rand([0, 0, 1], [0, 1])


def test_mean_jaccard_is_that_of_sets() -> None:
    random = np.random.default_rng(0)
    groups = random.integers(-1, 4, size=30)
    groups[groups == 2] = -1
    redrawn = random.integers(0, 5, size=(6, 30))
    expected = []
    for number in range(4):
        mine = set(np.flatnonzero(groups == number).tolist())
        inside = set(np.flatnonzero(groups >= 0).tolist())
        best = [
            max(
                len(mine & other) / len(mine | other)
                for other in (set(np.flatnonzero(draw == k).tolist()) & inside for k in range(5))
            )
            if mine
            else math.nan
            for draw in redrawn
        ]
        expected.append(np.mean(best))
    np.testing.assert_allclose(mean_jaccard(groups, redrawn), expected)
    assert mean_jaccard([], np.zeros((3, 0), int)).shape == (0,)


def layer(samples: int, noise: float) -> tuple[Floats, Integers]:
    """Twelve channels: four for class 0, four for class 1, four by chance."""
    random = np.random.default_rng(0)
    classes = random.integers(0, 5, size=samples)
    values = noise * random.standard_normal((samples, 12))
    for channel in range(8):
        values[:, channel] += classes == channel // 4
    return values, classes


def by_ward(profiles: Floats) -> Integers:
    return ward_groups(standard_rows(profiles), 4)


def test_a_group_by_chance_is_uncertain_and_one_by_class_is_not() -> None:
    values, classes = layer(200, 0.5)
    groups = np.repeat([0, 1, 2], 4)
    stable = group_stability(values, classes, groups, by_ward)
    assert stable[:2].min() > 0.9 and stable[2] < UNCERTAIN
    redrawn = redrawn_groups(values, classes, by_ward)
    assert redrawn.shape == (20, 12)
    assert 0 < overall_stability(groups, redrawn) < 1
    assert overall_stability(groups[:8], redrawn[:, :8]) > 0.9
    assert (group_stability(values, classes, groups, by_ward) == stable).all()
    assert (group_stability(values, classes, groups, by_ward, seed=1) != stable).any()


def test_draws_are_class_means_of_samples_drawn_again() -> None:
    values, classes = layer(20, 0.5)
    classes[:3] = -1
    seen: list[Floats] = []

    def regroup(profiles: Floats) -> Integers:
        seen.append(profiles)
        return np.zeros(12, np.int64)

    redrawn_groups(values, classes, regroup, draws=5, seed=3)
    random = np.random.default_rng(3)
    for profiles in seen:
        drawn = 3 + random.integers(17, size=17)
        present = sorted(set(classes[drawn].tolist()))
        expected = [values[drawn[classes[drawn] == number]].mean(axis=0) for number in present]
        np.testing.assert_allclose(profiles, np.stack(expected, axis=1))


def test_samples_as_columns_are_drawn_as_columns() -> None:
    values, _ = layer(16, 0.5)
    stable = group_stability(values, np.arange(16), np.zeros(12, int), by_ward)
    assert 0 < stable[0] < 1


def test_what_cannot_be_drawn_is_refused() -> None:
    values, classes = layer(6, 0.5)
    with pytest.raises(ValueError, match="a class at least; got none but −1"):
        redrawn_groups(values, np.full(6, -1), by_ward)
    with pytest.raises(ValueError, match=r"classes must be .* of 6; got 5"):
        redrawn_groups(values, classes[:5], by_ward)
    with pytest.raises(ValueError, match=r"what regroup returned must be .* of 12; got 3"):
        redrawn_groups(values, classes, lambda profiles: np.zeros(3, np.int64))
