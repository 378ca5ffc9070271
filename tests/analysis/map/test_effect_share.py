"""The fewest edges of a share, against all sets of edges."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cnnviz_widgets.analysis.map.effect_share import strongest_share


@pytest.mark.parametrize("share", [0, 0.3, 0.7, 0.95, 1])
def test_no_fewer_edges_make_up_the_share(share: float) -> None:
    for seed in range(5):
        effects = np.random.default_rng(seed).standard_normal((3, 3)).round(1)
        chosen = strongest_share(effects, share)
        strength = abs(effects)
        needed = share * strength.sum() - 1e-9
        assert strength[chosen].sum() >= needed
        fewest = min(
            len(edges)
            for size in range(10)
            for edges in itertools.combinations(strength.ravel(), size)
            if sum(edges) >= needed
        )
        assert np.count_nonzero(chosen) == fewest
        assert strength[chosen].min(initial=9) >= strength[~chosen].max(initial=0)


def test_ties_signs_and_nothing() -> None:
    assert strongest_share([[1, -1], [-1, 1]], 0.5).tolist() == [[True, True], [False, False]]
    assert strongest_share([[0.1] * 3], 1).all() and strongest_share([[0.1] * 10], 1).all()
    assert strongest_share([[3, 0], [0, -1]], 1).tolist() == [[True, False], [False, True]]
    assert not strongest_share(np.zeros((2, 2)), 1).any()
    assert strongest_share(np.zeros((0, 4)), 0.7).shape == (0, 4)
    assert strongest_share([[1.7e308, -1.7e308]], 0.7).all()


@pytest.mark.parametrize("wrong", [math.nan, -math.inf])
def test_wrong_effects_and_shares_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="effects must be finite; got 1 that are not"):
        strongest_share([[1, wrong]], 0.7)
    with pytest.raises(ValueError, match="share must be a number from 0 to 1; got 70"):
        strongest_share([[1, 2]], 70)
    with pytest.raises(ValueError, match=r"shape \(parent, child\); got \(2,\)"):
        strongest_share([1, 2], 0.7)
