"""Maximum spanning trees of cosine similarity, walked into paths.

Single linkage needs no more than this: on a walk that always takes the nearest item not yet
visited (Prim's), every cluster is a run of neighbours, and two items part at the widest step
between them. Few items are walked on their Gram matrix. Many items, whose matrix would not fit,
get a spanning tree by Borůvka's rounds on tiles of it, and the walk follows that tree.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from ..arrays import Floats, Indices

# Neighbours are bounded by the tile: n² / TILE bounds are kept, and a second look costs TILE
# products. At 25,600 items 512 is as quick with twice the bounds, 2,048 a fifth slower.
TILE = 1024
# A strip of a tile, STRIP × TILE products, stays in a core's own cache while it is reduced.
STRIP = 128
# So many items stand for all when similar ones are gathered: 1 % of the first look's work.
GUIDES = 256
# The share of Borůvka's time that the first look at all tiles takes, as measured.
_FIRST_LOOK = 0.7


def prim_path(gram: Floats, scale: Floats) -> tuple[Indices, Floats]:
    """Prim's walk from item 0 on a Gram matrix.

    Parameters
    ----------
    gram : ndarray, shape (n, n), n >= 1
        Inner products.
    scale : ndarray, shape (n,)
        The reciprocal of each item's norm.

    Returns
    -------
    path : ndarray, shape (n,)
        The items as visited.
    similarity : ndarray, shape (n - 1,)
        Of each item from the second on, the cosine to the nearest one visited before it.
    """
    n = scale.size
    path = np.zeros(n, dtype=np.intp)
    similarity = np.empty(n - 1)
    nearest = np.full(n, -np.inf)
    row = np.empty(n)
    # A visited item's scale becomes NaN, and `fmax` passes over NaN: so it keeps its -inf, and
    # each row of the matrix is scaled, compared and left behind in one go.
    unvisited = scale.copy()
    item = 0
    for step in range(n - 1):
        factor = unvisited[item]
        unvisited[item] = np.nan
        nearest[item] = -np.inf
        np.multiply(gram[item], unvisited, out=row)
        np.multiply(row, factor, out=row)
        np.fmax(nearest, row, out=nearest)
        item = int(nearest.argmax())
        path[step + 1] = item
        similarity[step] = nearest[item]
    return path, similarity


def prim_path_of_rows(units: Floats) -> tuple[Indices, Floats]:
    """Prim's walk from item 0 on the items themselves, as `prim_path` returns it.

    No matrix is made: of few values an item the products of one step are sooner computed than
    read from memory.

    Parameters
    ----------
    units : ndarray, shape (n, values), n >= 1
        Items as rows of norm 1.
    """
    n = len(units)
    columns = np.ascontiguousarray(units.T)
    path = np.zeros(n, dtype=np.intp)
    similarity = np.empty(n - 1)
    nearest = np.full(n, -np.inf)
    row = np.empty(n)
    # As in `prim_path`: NaN marks the items visited, and `fmax` passes over it.
    visited = np.zeros(n)
    item = 0
    for step in range(n - 1):
        visited[item] = np.nan
        nearest[item] = -np.inf
        np.dot(units[item], columns, out=row)
        np.add(row, visited, out=row)
        np.fmax(nearest, row, out=nearest)
        item = int(nearest.argmax())
        path[step + 1] = item
        similarity[step] = nearest[item]
    return path, similarity


def boruvka_edges(
    units: Floats, report: Callable[[float], None]
) -> tuple[Indices, Indices, Floats]:
    """A maximum spanning tree of the inner products of `units`, in memory linear in n.

    Parameters
    ----------
    units : ndarray, shape (n, values), n >= 1
        Items as rows of norm 1.
    report : callable
        Called with the fraction done, rising to 1.

    Returns
    -------
    first, second : ndarray, shape (n - 1,)
        The items each edge joins.
    similarity : ndarray, shape (n - 1,)
        Their inner product.

    Notes
    -----
    In each round every component but the largest takes its edge of greatest similarity to
    another. For that the maximum of each item over each tile of TILE others, found in a first
    look at half the matrix, stands as an upper bound; only tiles that could still hold a
    component's best edge are computed again.
    """
    n = units.shape[0]
    place = _gathered(units)
    # Under the old name, so that the items as given can be freed.
    units = units[place]
    search = _OutsideSearch(units, lambda share: report(_FIRST_LOOK * share))
    component = np.arange(n)
    edges: list[tuple[int, int, float]] = []
    while len(edges) < n - 1:
        rows, partners, similarity = search.best_edges(component)
        component = _join(component, rows, partners, similarity, edges)
        report(_FIRST_LOOK + (1 - _FIRST_LOOK) * len(edges) / (n - 1))
    first = np.array([edge[0] for edge in edges], dtype=np.intp)
    second = np.array([edge[1] for edge in edges], dtype=np.intp)
    return place[first], place[second], np.array([edge[2] for edge in edges])


def _gathered(units: Floats) -> Indices:
    """An order of the items that puts similar ones side by side, and so into the same tile.

    A component's own items then spoil the bounds of few tiles: 25,600 items in 20 tight groups
    take half the time, 500 items repeated take a fifth.
    """
    n = units.shape[0]
    guides = units[:: -(-n // GUIDES)]
    nearest = np.empty(n, dtype=np.intp)
    similarity = np.empty(n)
    for start in range(0, n, TILE):
        products = units[start : start + TILE] @ guides.T
        nearest[start : start + TILE] = products.argmax(axis=1)
        similarity[start : start + TILE] = products.max(axis=1)
    return np.lexsort((similarity, nearest))


class _OutsideSearch:
    """Finds, for components of items, the greatest similarity that leaves each."""

    def __init__(self, units: Floats, report: Callable[[float], None]) -> None:
        n = units.shape[0]
        self._units = units
        self._starts = range(0, n, TILE)
        # bound[i, t]: no item of tile t outside i's component is more similar to i than this.
        self._bound = np.full((n, len(self._starts)), -np.inf)
        # nearest[i, t]: the item for which that bound was last attained; -1 where not known.
        self._nearest = np.full(self._bound.shape, -1, dtype=np.int32)
        self._first_look(report)

    def _first_look(self, report: Callable[[float], None]) -> None:
        """Set every bound to the maximum over the tile, the item itself left out."""
        units, bound, starts = self._units, self._bound, self._starts
        pairs = len(starts) * (len(starts) + 1) // 2
        done = 0
        for i, row_start in enumerate(starts):
            for j in range(i, len(starts)):
                columns = slice(starts[j], starts[j] + TILE)
                for start in range(row_start, min(row_start + TILE, len(units)), STRIP):
                    stop = min(start + STRIP, row_start + TILE, len(units))
                    products = units[start:stop] @ units[columns].T
                    if i == j:
                        own = np.arange(start, stop)
                        products[own - start, own - row_start] = -np.inf
                    else:
                        # The mirrored tile: its rows are these columns.
                        mirrored = bound[columns, i]
                        np.maximum(mirrored, products.max(axis=0), out=mirrored)
                    bound[start:stop, j] = products.max(axis=1)
                done += 1
                report(done / pairs)

    def best_edges(self, component: Indices) -> tuple[Indices, Indices, Floats]:
        """The most similar pair that leaves each component, the largest component left out.

        Parameters
        ----------
        component : ndarray, shape (n,)
            Each item's component, numbered from 0. Components may only grow between calls.

        Returns
        -------
        rows, partners : ndarray, shape (components - 1,)
            An item of the component, and the item outside it.
        similarity : ndarray, shape (components - 1,)
            Their inner product.
        """
        sizes = np.bincount(component)
        best = np.full(sizes.size, -np.inf)
        row = np.full(sizes.size, -1, dtype=np.intp)
        partner = row.copy()
        # Every other component finds an edge, which is enough to halve their number; and the
        # largest would have by far the most tiles to look at.
        largest = sizes.argmax()
        best[largest] = np.inf
        # A tile that lies in one component has nothing to offer to that component.
        for t, start in enumerate(self._starts):
            labels = component[start : start + TILE]
            if (labels == labels[0]).all():
                self._bound[component == labels[0], t] = -np.inf
        while True:
            tile = self._bound.argmax(axis=1)
            bound = np.take_along_axis(self._bound, tile[:, None], axis=1)[:, 0]
            rows = np.flatnonzero(bound > best[component])
            if not rows.size:
                break
            nearest = self._nearest[rows, tile[rows]]
            known = (nearest >= 0) & (component[nearest] != component[rows])
            bounded = rows[known]
            # The last of equal indices is the one that is written: the most similar.
            bounded = bounded[np.argsort(bound[bounded], kind="stable")]
            owner = component[bounded]
            best[owner] = bound[bounded]
            row[owner] = bounded
            partner[owner] = self._nearest[bounded, tile[bounded]]
            unknown = rows[~known]
            unknown = unknown[bound[unknown] > best[component[unknown]]]
            self._look_again(unknown, tile[unknown], component)
        others = np.delete(np.arange(sizes.size), largest)
        return row[others], partner[others], best[others]

    def _look_again(self, rows: Indices, tile: Indices, component: Indices) -> None:
        """Replace the bound of each row over its tile by the maximum outside its component."""
        by_tile = np.argsort(tile, kind="stable")
        rows, tile = rows[by_tile], tile[by_tile]
        ends = np.searchsorted(tile, np.arange(len(self._starts) + 1))
        for t, (begin, end) in enumerate(pairwise(ends.tolist())):
            columns = slice(self._starts[t], self._starts[t] + TILE)
            for start in range(begin, end, STRIP):
                some = rows[start : min(start + STRIP, end)]
                products = self._units[some] @ self._units[columns].T
                inside = component[some][:, None] == component[columns]
                np.copyto(products, -np.inf, where=inside)
                nearest = products.argmax(axis=1)
                self._bound[some, t] = products[np.arange(some.size), nearest]
                self._nearest[some, t] = nearest + columns.start


def _join(
    component: Indices,
    rows: Indices,
    partners: Indices,
    similarity: Floats,
    edges: list[tuple[int, int, float]],
) -> Indices:
    """The components after joining them along the given pairs; the pairs used go to `edges`."""
    parent = list(range(int(component.max()) + 1))

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    # Most similar first: where equal similarities close a cycle, the edge left out is then
    # one of its least similar.
    by_similarity = np.argsort(-similarity, kind="stable")
    for row, partner, value in zip(
        rows[by_similarity].tolist(),
        partners[by_similarity].tolist(),
        similarity[by_similarity].tolist(),
        strict=True,
    ):
        one, other = root(int(component[row])), root(int(component[partner]))
        if one != other:
            parent[one] = other
            edges.append((row, partner, value))
    roots = np.array([root(label) for label in range(len(parent))])
    labels: Indices = np.unique(roots, return_inverse=True)[1]
    return labels[component]


def tree_path(first: Indices, second: Indices, similarity: Floats) -> tuple[Indices, Floats]:
    """Prim's walk from item 0 along a spanning tree, as `prim_path` returns it.

    Parameters
    ----------
    first, second : ndarray, shape (n - 1,)
        The items each edge joins.
    similarity : ndarray, shape (n - 1,)
        The cosine of each edge.
    """
    ends = np.concatenate((first, second))
    by_end = np.argsort(ends, kind="stable")
    begins = np.searchsorted(ends[by_end], np.arange(first.size + 2)).tolist()
    partner = np.concatenate((second, first))[by_end].tolist()
    cost = np.concatenate((-similarity, -similarity))[by_end].tolist()
    path = [0]
    steps: list[float] = []
    visited = [False] * (first.size + 1)
    visited[0] = True
    waiting: list[tuple[float, int]] = []
    item = 0
    for _ in range(first.size):
        for edge in range(begins[item], begins[item + 1]):
            if not visited[partner[edge]]:
                heappush(waiting, (cost[edge], partner[edge]))
        step, item = heappop(waiting)
        visited[item] = True
        path.append(item)
        steps.append(-step)
    return np.array(path, dtype=np.intp), np.array(steps)
