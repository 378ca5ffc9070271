"""What no path through all rows exceeds: a spanning tree, with prices on rows of many neighbours.

[Held and Karp 1970]. Closed by a thing that is alike to none, a path is a tree over the rows and
two edges to that thing, in which each has two neighbours. The best tree is found at once; a price
on each row that has more, and a gain on one that has fewer, leave paths what they are and make
trees more like them. Every prices give a bound; the steps make it a closer one.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

from cnnviz_widgets.analysis.arrays import Floats


def tree_bound(similar: Floats, reached: float, steps: int) -> float:
    """The least bound of some steps, each as long as what is `reached` asks for."""
    n = len(similar)
    closed = np.zeros((n + 1, n + 1))
    closed[:n, :n] = similar
    prices = np.zeros(n + 1)
    least, length, idle = np.inf, 1.0, 0
    for _ in range(steps):
        priced = closed + prices[:, None] + prices
        costs = priced[:n, :n].max() + 1 - priced[:n, :n]
        np.fill_diagonal(costs, 0)
        one, other = minimum_spanning_tree(costs).nonzero()
        ends = np.argsort(-priced[n, :n])[:2]
        value = priced[one, other].sum() + priced[n, ends].sum() - 2 * prices.sum()
        neighbours = np.bincount(np.concatenate((one, other, ends)), minlength=n + 1)
        neighbours[n] = 2
        idle = 0 if value < least - 1e-9 else idle + 1
        least = min(least, float(value))
        if idle > 5:
            length, idle = 0.7 * length, 0
        excess = (neighbours - 2).astype(np.float64)
        if not excess.any():
            break
        prices -= length * (value - reached) / (excess**2).sum() * excess
    return least
