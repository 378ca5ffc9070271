"""The most similar channels: against SciPy's distances, and the tree's heights."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.clustering.nearest import nearest_channels


@pytest.mark.parametrize("seed", range(5))
def test_scipys_distances(seed):
    values = np.random.default_rng(seed).normal(size=(3, 4, 5, 12))
    flat = values.reshape(-1, 12).T
    for channel in range(12):
        expected = cdist(flat[[channel]], flat, "cosine")[0]
        expected[channel] = np.inf
        found = nearest_channels(values, channel, 4)
        assert found.channels.tolist() == np.argsort(expected)[:4].tolist()
        np.testing.assert_allclose(found.distances, np.sort(expected)[:4], rtol=1e-12)


def test_the_nearest_is_the_first_that_single_linkage_joins():
    values = np.random.default_rng(9).normal(size=(40, 30))
    tree = cosine_linkage(values)
    least = min(nearest_channels(values, channel, 1).distances[0] for channel in range(30))
    assert least == pytest.approx(tree.heights[0], abs=1e-14)


def test_scale_does_not_matter_and_what_has_no_direction_is_left_out():
    base = np.random.default_rng(2).normal(size=(20, 1))
    values = np.concatenate((base, base * 1e-300, base * 1e300, np.zeros((20, 1)), base), axis=1)
    values[3, 4] = np.nan
    found = nearest_channels(values, 0)
    assert (found.channels.tolist(), found.distances.tolist()) == ([1, 2], [0, 0])
    for none in (
        nearest_channels(values, 3),
        nearest_channels(values, 4),
        nearest_channels(base, 0),
    ):
        assert none.channels.size == 0


def test_there_is_no_such_channel():
    with pytest.raises(ValueError, match="channel must be 0 to 2; got 3"):
        nearest_channels(np.ones((2, 3)), 3)
