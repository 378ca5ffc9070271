"""Where a tree is cut by itself: by trying each cut, and as the page does it."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.clustering.automatic_cut import automatic_cut
from cnnviz_widgets.analysis.clustering.channel_tree import ChannelTree
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.clustering.dendrogram_geometry import dendrogram_geometry


def by_trying(tree: ChannelTree) -> float:
    """The middle of the highest of the best cuts, each of them made."""
    alive = np.setdiff1d(tree.order, tree.zero)
    heights = np.unique(tree.heights[: len(alive) - 1])

    def score(height: float) -> float:
        sizes = np.unique(tree.cut(height)[alive], return_counts=True)[1]
        groups = sizes[sizes > 1]
        if groups.size == 1 and groups[0] == alive.size:
            return 0.0
        return float(groups.size * (groups.sum() / alive.size) ** 2)

    scores = np.array([score(height) for height in heights])
    at = int(np.flatnonzero(scores > scores.max() - 1e-12)[-1])
    above = heights[min(at + 1, len(heights) - 1)]
    return float((heights[at] + above) / 2)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("zeros", [0, 3])
def test_it_is_the_best_of_all(seed: int, zeros: int) -> None:
    random = np.random.default_rng(seed)
    kinds = random.normal(size=(4, 30))
    values = kinds[random.integers(4, size=24)] + 0.4 * random.normal(size=(24, 30))
    values[:zeros] = 0
    tree = cosine_linkage(values.T)
    assert automatic_cut(dendrogram_geometry(tree)) == pytest.approx(by_trying(tree), abs=1e-12)


def test_trees_without_groups_have_a_cut_all_the_same() -> None:
    assert automatic_cut(dendrogram_geometry(cosine_linkage(np.ones((3, 1))))) == 0.5
    assert automatic_cut(dendrogram_geometry(cosine_linkage(np.zeros((3, 4))))) == 0.5
    two = dendrogram_geometry(cosine_linkage(np.array([[1.0, 1.0], [0.0, 1.0]])))
    assert automatic_cut(two) == pytest.approx(two.heights[0, 2] / 2)
