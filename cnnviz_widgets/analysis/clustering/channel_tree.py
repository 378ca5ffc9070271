"""Channels joined in a tree, which is nothing but their order and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ...validation.scalars import real_number, whole_number
from ..arrays import Floats, Indices, frozen
from .leaf_order import Forks, arranged, checked_order

ZERO_DISTANCE = 2.0
"""How far an all-zero channel is from every other [WL20 Eq. 1]: as far as opposite ones."""


@dataclass(frozen=True, eq=False)
class ChannelTree:
    """Channels joined by a linkage, single by default; all arrays read-only.

    Below, k counts the channels that are finite throughout, all-zero ones among them.

    Attributes
    ----------
    Z : ndarray of float64, shape (k − 1, 4)
        The merges by ascending height, a linkage matrix as SciPy defines it over `items`: the
        two clusters joined (the left one first), the height, the number of channels below.
    items : ndarray of int, shape (k,)
        The channels clustered, ascending: leaf i of `Z` is channel ``items[i]``.
    order : ndarray of int, shape (k,)
        The channels from left to right, so that no two branches cross; all-zero ones last.
    zero : ndarray of int
        The channels that are zero throughout, ascending. They are at distance 2 from every
        other channel, zero or not, and so are joined last, at 2; by Ward linkage, whose heights
        are Euclidean, at the height of the merge before, where that is more.
    nonfinite : ndarray of int
        The channels that hold NaN or infinity, ascending. They are not clustered.
    spans : ndarray of int, shape (k − 1, 2)
        Each merge's channels are ``order[start:stop]``.
    splits : ndarray of int, shape (k − 1,)
        Where in `order` its right branch begins.
    n_channels : int
        All channels, clustered or not.
    linkage : str
        By which of `LINKAGES` they are joined.
    """

    Z: Floats
    items: Indices
    order: Indices
    zero: Indices
    nonfinite: Indices
    spans: Indices
    splits: Indices
    n_channels: int
    linkage: str = "single"

    @property
    def heights(self) -> Floats:
        """The merges' cosine distances, ascending, 0 to 2, shape (k − 1,); Ward's are Euclidean."""
        return self.Z[:, 2]

    @property
    def columns(self) -> Indices:
        """Every channel once: `order`, then `nonfinite`; shape (n_channels,)."""
        return frozen(np.concatenate((self.order, self.nonfinite)))

    def cut(self, height: float) -> Indices:
        """The cluster of each channel when the tree is cut at a height.

        Parameters
        ----------
        height : float
            A distance, in the units of `heights`. Merges at this very height stay joined.

        Returns
        -------
        ndarray of int, shape (n_channels,)
            Cluster numbers from 0, from left to right in `order`; −1 for non-finite channels.

        Raises
        ------
        ValueError
            `height` is NaN.
        """
        height = real_number("height", height, what="(a distance, 0 to 2)", finite=False)
        begins = np.zeros(self.order.size, dtype=np.intp)
        begins[self.splits[self.heights > height]] = 1
        labels = np.full(self.n_channels, -1, dtype=np.intp)
        labels[self.order] = np.cumsum(begins)
        return frozen(labels)

    def members(self, merge: int) -> Indices:
        """The channels that a merge joins, in the order of the leaves.

        Parameters
        ----------
        merge : int
            A row of `Z`.

        Raises
        ------
        ValueError
            There is no such row.
        """
        merge = whole_number("merge", merge)
        if not 0 <= merge < len(self.spans):
            raise ValueError(f"merge must be 0 to {len(self.spans) - 1}, a row of Z; got {merge}")
        start, stop = self.spans[merge]
        return self.order[start:stop]

    @property
    def gaps(self) -> Floats:
        """The height at which each leaf but the first meets the one before, shape (k − 1,)."""
        gaps = np.empty(self.splits.size)
        gaps[self.splits - 1] = self.heights
        return frozen(gaps)

    def near(self, order: ArrayLike) -> ChannelTree:
        """The same tree with its forks turned, so that channels stay where they were.

        A tree says which channels are joined and how high, not which of two branches stands on
        the left. Here that is chosen so that as few pairs of channels as possible stand the
        other way round than in an earlier order: Kendall's distance of the two is the least.

        Parameters
        ----------
        order : array_like of int
            An earlier `order`, or `columns`, of the same channels. Channels that it lacks come
            after those it has, as they stand now; those that have no leaf now do not matter.

        Returns
        -------
        ChannelTree
            With the heights and clusters of this one at any cut, and all-zero channels last, in
            the earlier order, too. Merges at one and the same height may be taken in another
            order, as they are no less right.

        Raises
        ------
        TypeError
            `order` holds anything but whole numbers.
        ValueError
            It is no list of channels of this tree, each at most once.

        Notes
        -----
        Whether two channels stand the other way round is up to the one fork at which they meet;
        so each fork is turned, or not, by the pairs that meet there, and the sum is the least.
        More than two branches that meet at one height may stand in any order, not only in those
        that turning forks gives: they are sorted by the mean of their earlier places first,
        which is exact for single channels (duplicates), and then forks are turned.
        """
        earlier = checked_order(order, self.n_channels)
        k = self.order.size
        place = np.zeros(self.n_channels, dtype=np.intp)
        place[self.order] = earlier.size + np.arange(k)
        place[earlier] = np.arange(earlier.size)
        alive, zero = self.order[: k - self.zero.size], self.order[k - self.zero.size :]
        # The merges that join zero channels are the last.
        below = slice(max(0, alive.size - 1))
        start, stop = self.spans[below].T
        forks = Forks(start, self.splits[below], stop, self.heights[below])
        leaves, gaps = arranged(place[alive], forks)
        return join_in_order(
            np.concatenate((alive[leaves], zero[np.argsort(place[zero])])),
            np.concatenate((gaps, self.heights[gaps.size :])),
            n_zero=zero.size,
            nonfinite=self.nonfinite,
            n_channels=self.n_channels,
            linkage=self.linkage,
        )


def join_in_order(
    order: Indices,
    gaps: Floats,
    *,
    n_zero: int,
    nonfinite: Indices,
    n_channels: int,
    linkage: str = "single",
) -> ChannelTree:
    """The tree of channels in leaf order with the gaps between them: all that a tree consists of.

    Parameters
    ----------
    order : ndarray of int, shape (k,)
        As `ChannelTree.order`.
    gaps : ndarray, shape (k − 1,), for k = 0 empty
        As `ChannelTree.gaps`.
    n_zero : int
        So many channels at the end of `order` are zero throughout.
    nonfinite : ndarray of int
    n_channels : int
    linkage : str
    """
    items = np.sort(order)
    merges = close_gaps(gaps)
    # From places in the order to places in `items`; merges keep their numbers.
    place = np.concatenate((np.searchsorted(items, order), order.size + np.arange(gaps.size)))
    Z = np.empty((gaps.size, 4))
    Z[:, :2] = place[merges.children]
    Z[:, 2] = merges.heights
    Z[:, 3] = merges.spans[:, 1] - merges.spans[:, 0]
    return ChannelTree(
        Z=frozen(Z),
        items=frozen(items),
        order=frozen(order),
        zero=frozen(np.sort(order[order.size - n_zero :])),
        nonfinite=frozen(nonfinite),
        spans=frozen(merges.spans),
        splits=frozen(merges.splits),
        n_channels=n_channels,
        linkage=linkage,
    )


class Merges(NamedTuple):
    """Runs of leaves joined pairwise until one is left; m merges by ascending height.

    Attributes
    ----------
    children : ndarray of int, shape (m, 2)
        The left and the right cluster; leaves are numbered 0 to m, merge i is m + 1 + i.
    spans : ndarray of int, shape (m, 2)
        The first leaf below, and the one after the last.
    splits : ndarray of int, shape (m,)
        The first leaf of the right cluster: the gap closed lies just left of it.
    heights : ndarray of float, shape (m,)
        The gap's width.
    """

    children: Indices
    spans: Indices
    splits: Indices
    heights: Floats


def close_gaps(gaps: Floats) -> Merges:
    """The tree of leaves in a row, of which neighbours are joined over ever wider gaps.

    Any tree whose heights rise towards the root has this form once its leaves are in order: two
    leaves meet at the widest gap between them.

    Parameters
    ----------
    gaps : ndarray, shape (m,)
        The distance of each leaf but the first from the one before. Equal gaps are closed from
        left to right.
    """
    m = gaps.size
    by_width = np.argsort(gaps, kind="stable")
    # Kept right at both ends of each run only, which is where it meets the next.
    cluster = list(range(m + 1))
    other_end = list(range(m + 1))
    rows = []
    for merge, gap in enumerate(by_width.tolist(), start=m + 1):
        first, last = other_end[gap], other_end[gap + 1]
        rows.append((cluster[gap], cluster[gap + 1], first, last + 1))
        cluster[first] = cluster[last] = merge
        other_end[first], other_end[last] = last, first
    table = np.array(rows, dtype=np.intp).reshape(m, 4)
    return Merges(table[:, :2], table[:, 2:], by_width + 1, gaps[by_width])
