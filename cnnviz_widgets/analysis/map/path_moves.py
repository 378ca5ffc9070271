"""A path through many things made better, change by change, until no change is for the better.

The path is closed by a thing of its own, which is alike to none: so its two ends are a place like
any other. Each round looks at all changes about the things in question at once, and makes the best
of those that have nothing to do with one another.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Indices

_NEIGHBOURS = 10
# Where things are few, long runs are inserted, too; where they are many, up to three as [Or 1976].
_SHORT_RUN, _RUNS = 3, 1000
_KICKED_RUN = 30
# Similarities are told apart by 1e-12.
_LEAST_GAIN = 1e-9
_REVERSAL, _INSERTION = 0, 1


def greedy_path(similar: Floats) -> Indices:
    """The path that comes about by joining the two most similar ends again and again.

    Parameters
    ----------
    similar : ndarray, shape (n, n), n >= 2
        Symmetric.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    n = len(similar)
    links: list[list[int]] = [[] for _ in range(n)]
    # Of each run of things its two ends know each other; a thing alone is both.
    other_end = list(range(n))
    ends = np.arange(n)
    runs = n
    while runs > 1:
        for one, other in _best_pairs(similar, ends, np.array(other_end)):
            if len(links[one]) < 2 and len(links[other]) < 2 and other_end[one] != other:
                links[one].append(other)
                links[other].append(one)
                far, away = other_end[one], other_end[other]
                other_end[far], other_end[away] = away, far
                runs -= 1
        ends = np.array([thing for thing in range(n) if len(links[thing]) < 2])
    before, at = -1, int(ends[0])
    path = [at]
    while len(path) < n:
        before, at = at, next(thing for thing in links[at] if thing != before)
        path.append(at)
    return np.array(path, dtype=np.intp)


def _best_pairs(similar: Floats, ends: Indices, other_end: Indices) -> list[list[int]]:
    """Pairs of ends that each of them is most similar to, the best first."""
    among = similar[np.ix_(ends, ends)]
    among[np.arange(ends.size), np.searchsorted(ends, other_end[ends])] = -np.inf
    np.fill_diagonal(among, -np.inf)
    near = _nearest(among)[:, :-1]
    one, other = np.repeat(ends, near.shape[1]), ends[near.ravel()]
    gains = np.take_along_axis(among, near, axis=1).ravel()
    order = np.lexsort((other, one, -gains))
    pairs: list[list[int]] = np.column_stack((one, other))[order[gains[order] > -np.inf]].tolist()
    return pairs


def improved_path(similar: Floats, path: Indices, kicks: int) -> Indices:
    """The path after all changes by 2-opt and Or-opt that are for the better.

    Parameters
    ----------
    similar : ndarray, shape (n, n), n >= 5
        Symmetric.
    path : ndarray of int, shape (n,)
    kicks : int
        So often three runs side by side change places at random, all changes for the better about
        there are made, and what is no better than before is undone. Such a change is beyond single
        ones of the other two kinds [Martin, Otto and Felten 1991].

    Returns
    -------
    ndarray of int, shape (n,)
        Always the same.
    """
    tour = _Tour(similar, path)
    tour.settle(np.arange(len(similar)))
    random = np.random.default_rng(0)
    best = tour.length()
    for _ in range(kicks):
        before = tour.order, tour.place
        tour.settle(tour.kick(random))
        length = tour.length()
        if length > best + _LEAST_GAIN:
            best = length
        else:
            tour.order, tour.place = before
    return tour.order[1:]


class _Tour:
    """A path closed by thing n, which is alike to none and stays in place 0.

    Attributes
    ----------
    order, place : ndarray of int, shape (n + 1,)
        The thing in each place, and the place of each thing. New arrays after each change.
    near : ndarray of int, shape (n, neighbours)
        What each thing may come to stand beside.
    longest : int
        Runs of up to so many things are inserted elsewhere.
    """

    def __init__(self, similar: Floats, path: Indices) -> None:
        n = len(similar)
        self.similar = np.zeros((n + 1, n + 1))
        self.similar[:n, :n] = similar
        self.order = np.concatenate(([n], path))
        self.place = np.argsort(self.order)
        self.near = _nearest(similar)
        self.longest = min(max(_SHORT_RUN, _RUNS // n), n - 2)

    def length(self) -> float:
        """The sum of similarities of neighbours."""
        return float(self.similar[self.order[:-1], self.order[1:]].sum())

    def kick(self, random: np.random.Generator) -> Indices:
        """Put three runs side by side in the opposite order; the things at their ends."""
        count = len(self.order)
        longest = min(_KICKED_RUN, (count - 2) // 3)
        cuts = np.cumsum(np.append(0, random.integers(1, longest + 1, size=3)))
        cuts += random.integers(1, count - cuts[-1] + 1)
        ends = np.unique(self.order[np.concatenate((cuts - 1, cuts % count))])
        first, *runs, last = np.split(self.order, cuts)
        self._place(np.concatenate((first, *runs[::-1], last)))
        return ends[ends < count - 1]

    def settle(self, asked: Indices) -> None:
        """Make all changes for the better about the things asked for, and about what changes."""
        while asked.size:
            asked = self._round(asked)

    def _round(self, asked: Indices) -> Indices:
        """Make the best changes about the things asked for; what to ask for next, if anything."""
        gains, moves = (
            np.concatenate(both)
            for both in zip(self._reversals(asked), self._insertions(asked), strict=True)
        )
        touched, skipped = np.zeros((2, len(self.order)), np.bool_)
        for kind, *things in moves[np.argsort(-gains, kind="stable")].tolist():
            # As long as none of them has other neighbours than before, the gain is what it was.
            if touched[things].any():
                skipped[things[0]] = True
            elif self._reverse(*things[:4]) if kind == _REVERSAL else self._insert(*things):
                touched[things] = True
            else:
                skipped[things[0]] = True
        places = self.place[touched.nonzero()[0], None] + np.arange(-_SHORT_RUN, _SHORT_RUN + 1)
        skipped[self.order[places % len(self.order)]] = True
        return skipped[:-1].nonzero()[0]

    def _reversals(self, asked: Indices) -> tuple[Floats, Indices]:
        """For each thing a the best of: a–b and c–d become a–c and b–d, what is between turned."""
        sides = np.array([1, -1])
        a, c = asked[:, None, None], self.near[asked][:, None, :]
        b, d = self._beside(a, sides[:, None]), self._beside(c, sides[:, None])
        similar = self.similar
        gains = similar[a, c] + similar[b, d] - similar[a, b] - similar[c, d]
        return _best(gains, _REVERSAL, a, b, c, d, a, b)

    def _insertions(self, asked: Indices) -> tuple[Floats, Indices]:
        """For each thing a the best of: the run from a to b goes between c and d, a beside c."""
        # Axes: a, which way the run goes from it, its length, c, on which side of c is d.
        a = asked[:, None, None, None, None]
        way = np.array([1, -1])[:, None, None, None]
        length = np.arange(1, self.longest + 1)[:, None, None]
        c = self.near[asked][:, None, None, :, None]
        d = self._beside(c, np.array([1, -1]))
        b = self._beside(a, way * (length - 1))
        before, after = self._beside(a, -way), self._beside(a, way * length)
        similar = self.similar
        gains = similar[before, after] - similar[before, a] - similar[b, after] + similar[b, d]
        gains += similar[a, c] - similar[c, d]
        # The run does not hold the thing that closes the path, nor the place that it goes to.
        last = self.place[a] + way * (length - 1)
        held = (last < 1) | (last >= len(self.order))
        for end in (c, d):
            steps = (self.place[end] - self.place[a]) * way
            held = held | ((steps >= 0) & (steps < length))
        gains[held] = -np.inf
        return _best(gains, _INSERTION, a, b, c, d, before, after)

    def _beside(self, things: Indices, steps: Indices) -> Indices:
        beside: Indices = self.order[(self.place[things] + steps) % len(self.order)]
        return beside

    def _reverse(self, a: int, b: int, c: int, d: int) -> bool:
        """False where other changes have turned one of the two pairs and not the other."""
        one, other = (int(self.place[thing]) for thing in (a, c))
        count = len(self.order)
        side = 1 if self.order[(one + 1) % count] == b else -1
        if self.order[(other + side) % count] != d:
            return False
        start, stop = min(one, other), max(one, other)
        if side == 1:
            start, stop = start + 1, stop + 1
        # What is not between is the same when it is turned instead.
        if start == 0:
            start, stop = stop, count
        before, between, after = np.split(self.order, (start, stop))
        self._place(np.concatenate((before, between[::-1], after)))
        return True

    def _insert(self, a: int, b: int, c: int, d: int, before: int, after: int) -> bool:
        start, stop = sorted((int(self.place[a]), int(self.place[b])))
        ends = {int(self.order[start - 1]), int(self.order[(stop + 1) % len(self.order)])}
        if ends != {before, after} or any(start <= self.place[x] <= stop for x in (c, d)):
            return False
        run = self.order[start : stop + 1]
        rest = np.concatenate((self.order[:start], self.order[stop + 1 :]))
        at, other = (
            place - run.size if place > stop else place
            for place in (int(self.place[c]), int(self.place[d]))
        )
        follows = other == (at + 1) % rest.size
        if (run[0] == a) != follows:
            run = run[::-1]
        cut = at + 1 if follows else other + 1
        self._place(np.concatenate((rest[:cut], run, rest[cut:])))
        return True

    def _place(self, order: Indices) -> None:
        self.order, self.place = order, np.empty_like(order)
        self.place[order] = np.arange(order.size)


def _nearest(similar: Floats) -> Indices:
    """The things most similar to each, of equal ones the first; last the one that closes a path."""
    n = len(similar)
    others = similar.copy()
    np.fill_diagonal(others, -np.inf)
    count = min(_NEIGHBOURS, n - 1)
    nearest = np.empty((n, count + 1), np.intp)
    for row, near in zip(others, nearest, strict=True):
        # Sorted among those that are no less similar than the last of them.
        least = np.partition(row, n - count)[n - count]
        candidates = np.flatnonzero(row >= least)
        near[:-1] = candidates[np.argsort(-row[candidates], kind="stable")][:count]
    nearest[:, -1] = n
    return nearest


def _best(gains: Floats, kind: int, *things: Indices) -> tuple[Floats, Indices]:
    """The best change of each first axis, if it is for the better: gains; kind and things."""
    flat = gains.reshape(len(gains), -1)
    best = flat.argmax(axis=1)
    better = np.flatnonzero(flat[np.arange(len(flat)), best] > _LEAST_GAIN)
    at = np.unravel_index(better * flat.shape[1] + best[better], gains.shape)
    moves = [np.broadcast_to(each, gains.shape)[at] for each in things]
    return gains[at], np.column_stack((np.full(better.size, kind), *moves))
