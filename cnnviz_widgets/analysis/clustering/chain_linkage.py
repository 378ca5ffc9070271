"""Average, complete and Ward linkage of channels, from their whole matrix of distances.

Their heights are an ultrametric as those of single linkage are, so that their tree, too, is its
leaves in order and the gaps between neighbours: two leaves meet at the widest gap between them.
"""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

import numpy as np
from scipy.cluster.hierarchy import linkage as scipy_linkage

from ...validation.texts import one_of
from ..arrays import Floats, Indices

Linkage = Literal["single", "average", "complete", "ward"]
"""How far apart two groups of channels are."""

LINKAGES: tuple[Linkage, ...] = get_args(Linkage)

# Distances below this are 0. Products of a matrix with itself add in an order of their own:
# exact duplicates of 10⁶ values were found up to 4e-15 apart.
ROUNDING = 1e-14


def checked_linkage(value: Any) -> Linkage:
    """One of `LINKAGES`.

    Raises
    ------
    TypeError, ValueError
        Something else; the message names them.
    """
    return cast(Linkage, one_of("linkage", value, LINKAGES))


def chain_path(gram: Floats, scale: Floats, linkage: Linkage) -> tuple[Indices, Floats]:
    """The leaves of a tree in order, and the height at which each meets the one before.

    Parameters
    ----------
    gram : ndarray, shape (n, n), n >= 1
        Inner products; becomes the cosines.
    scale : ndarray, shape (n,)
        The reciprocal of each item's norm.
    linkage : 'average', 'complete' or 'ward'

    Returns
    -------
    path : ndarray, shape (n,)
        The items. As in Prim's walk the first is item 0, and a branch begins with the item that
        is most similar to the branch on its left.
    heights : ndarray, shape (n − 1,)
        Cosine distances; for Ward, Euclidean distances as SciPy defines them.
    """
    n = scale.size
    if n == 1:
        return np.zeros(1, dtype=np.intp), np.empty(0)
    np.multiply(gram, scale[:, None], out=gram)
    np.multiply(gram, scale, out=gram)
    merges = scipy_linkage(_condensed(gram, linkage), linkage)
    leaves, start, split, stop = _spans(merges[:, :2].astype(np.intp))
    # Branches are blocks of the matrix then.
    similar = gram[np.ix_(leaves, leaves)]
    return _entered(similar, leaves, (start, split, stop), merges[:, 2])


def _condensed(cosines: Floats, linkage: Linkage) -> Floats:
    """The distances of each item from those after it, row by row, as SciPy takes them."""
    n = len(cosines)
    condensed = np.empty(n * (n - 1) // 2)
    at = 0
    for row in range(n - 1):
        condensed[at : at + n - 1 - row] = cosines[row, row + 1 :]
        at += n - 1 - row
    np.subtract(1.0, condensed, out=condensed)
    np.clip(condensed, 0.0, 2.0, out=condensed)
    # Rounding leaves this much of 0, and a root would make much of it.
    condensed[condensed < ROUNDING] = 0.0
    if linkage == "ward":
        np.multiply(condensed, 2.0, out=condensed)
        np.sqrt(condensed, out=condensed)
    return condensed


def _spans(children: Indices) -> tuple[Indices, Indices, Indices, Indices]:
    """The leaves so that no branches cross; where each merge begins, parts and ends there."""
    m = len(children)
    n = m + 1
    size = [1] * n
    pairs = children.tolist()
    for left, right in pairs:
        size.append(size[left] + size[right])
    first = [0] * (n + m)
    split = [0] * m
    for merge in range(m - 1, -1, -1):
        left, right = pairs[merge]
        first[left] = first[n + merge]
        first[right] = split[merge] = first[n + merge] + size[left]
    leaves = np.empty(n, dtype=np.intp)
    leaves[first[:n]] = np.arange(n)
    start = np.array(first[n:], dtype=np.intp)
    return leaves, start, np.array(split), start + np.array(size[n:])


def _entered(
    similar: Floats, leaves: Indices, spans: tuple[Indices, Indices, Indices], heights: Floats
) -> tuple[Indices, Floats]:
    """Each branch with its entry on the left: item 0, or what is nearest to the branch before.

    Parameters
    ----------
    similar : ndarray, shape (n, n)
        Cosines of the leaves as they stand.
    leaves : ndarray of int, shape (n,)
    spans : tuple of ndarray of int, shape (n − 1,)
        Of each merge, by ascending height.
    heights : ndarray, shape (n − 1,)
    """
    start, split, stop = (part.tolist() for part in spans)
    merge_of = {(a, b): merge for merge, (a, b) in enumerate(zip(start, stop, strict=True))}
    order: list[int] = []
    gaps: list[float] = []
    # Runs still to be laid out, the next one last: its ends, its entry, the gap on its left.
    waiting = [(0, leaves.size, int(leaves.argmin()), 0.0)]
    while waiting:
        first, last, entry, gap = waiting.pop()
        if last - first == 1:
            order.append(first)
            gaps.append(gap)
            continue
        merge = merge_of[first, last]
        middle, height = split[merge], float(heights[merge])
        block = similar[first:middle, middle:last]
        if entry < middle:
            other = middle + int(block.max(axis=0).argmax())
            waiting.append((middle, last, other, height))
            waiting.append((first, middle, entry, gap))
        else:
            other = first + int(block.max(axis=1).argmax())
            waiting.append((first, middle, other, height))
            waiting.append((middle, last, entry, gap))
    return leaves[order], np.array(gaps[1:])
