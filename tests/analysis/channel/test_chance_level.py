"""The level is exceeded at the rate that it is of."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.chance_level import chance_level, mixtures


@pytest.mark.parametrize("features", [20, 200])
def test_the_greatest_of_random_correlations_exceeds_it_as_often_as_it_says(features: int) -> None:
    rng = np.random.default_rng(features)
    upper = np.triu_indices(40, 1)
    levels, greatest = [], []
    for _ in range(150):
        null, own = (
            np.corrcoef(rng.normal(size=(40, features)))[upper].astype("float32") for _ in range(2)
        )
        levels.append(chance_level(null, own.size, 0.05))
        greatest.append(own.max())
    # 5 % of 150, as far as so many can tell; and not much more careful than that.
    assert np.sum(np.greater(greatest, levels)) <= 15
    assert np.median(levels) < 1.3 * np.quantile(greatest, 0.95)


def test_more_comparisons_and_a_lesser_rate_ask_for_more() -> None:
    null = np.random.default_rng(0).uniform(-0.5, 0.5, 500).astype("float32")
    base = chance_level(null, 500, 0.05)
    assert base < chance_level(null, 5000, 0.05) < 1
    assert base < chance_level(null, 500, 0.01)
    # Where all are alike by chance, nothing stands out.
    assert chance_level(np.ones(500, "float32"), 500, 0.05) == pytest.approx(1, abs=1e-5)


def test_mixtures_give_each_channel_the_same_say() -> None:
    rng = np.random.default_rng(1)
    spread = np.array([1.0, 100.0, 0.0])
    weights = mixtures(spread, 4000, rng)
    assert (weights[2] == 0).all()
    assert (weights * spread[:, None])[:2].std(axis=1) == pytest.approx([1, 1], rel=0.05)
