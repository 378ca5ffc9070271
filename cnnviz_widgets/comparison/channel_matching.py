"""Which channel of one layer is which of another: by number, or by what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from ..analysis.arrays import Floats, Indices, as_floats, checked_values, frozen
from ..analysis.channel_measures import channel_measures

MatchedBy: TypeAlias = Literal["index", "similarity"]

# The assignment of 2,048 channels takes under a second, of 4,096 five, and grows with the cube.
MOST_MATCHED = 2048
# Values of both layers that are multiplied at a time, in float64: 16 MB.
_BLOCK_VALUES = 1 << 21
# Below this a distance is what rounding leaves of 0, as in the trees of `cosine_linkage`.
_ROUNDING = 1e-14
# Of an all-zero map to every other map, zero or not [WL20 §1.1.1].
_ZERO_DISTANCE = 2.0


@dataclass(frozen=True, eq=False)
class ChannelMatch:
    """Channels of two layers in pairs; read-only arrays.

    Attributes
    ----------
    pairs : ndarray of int, shape (pair, 2)
        A channel of the first layer and its partner in the second, by the first's number. As
        many as the smaller layer has channels.
    distance : ndarray of float64, shape (pair,)
        The pairs' cosine distance [WL20 Eq. 1], 0 to 2; 2 where a map is zero throughout, also
        where both are. NaN where one holds NaN or infinity, or where maps cannot be compared.
    only_a, only_b : ndarray of int
        The channels without a partner, ascending; at least one of the two is empty.
    by : {'index', 'similarity'}
        How they were matched in the end.
    note : str
        What of the wish could not be done, and what was done to the maps, in a sentence; "" for
        nothing.
    """

    pairs: Indices
    distance: Floats
    only_a: Indices
    only_b: Indices
    by: MatchedBy
    note: str = ""


def match_channels(a: ArrayLike, b: ArrayLike, by: MatchedBy = "index") -> ChannelMatch:
    """Pair the channels of two layers over the same samples.

    Parameters
    ----------
    a, b : array_like, shape (sample, ..., channel)
        What both layers put out on the same samples. Their channel counts may differ. Maps of
        different size are averaged, by area, to the smaller of both along each axis.
    by : {'index', 'similarity'}
        'index': channel i with channel i. 'similarity': so that the sum of the pairs' cosine
        distances is the least possible (`scipy.optimize.linear_sum_assignment`). Zero maps,
        at distance 2 from all, then find partners last, zero ones among the first; then those
        that are not finite.

    Returns
    -------
    ChannelMatch
        By index, and said so in its `note`, where similarity is asked for and the maps cannot
        be compared (other samples, another number of axes) or are more than 2,048.

    Raises
    ------
    TypeError
        The values are complex, text, dates or objects.
    ValueError
        Values that are empty or a single number, or another `by`.
    """
    if by not in ("index", "similarity"):
        raise ValueError(f"by must be 'index' or 'similarity'; got {by!r}")
    first, second = checked_values(a, name="a"), checked_values(b, name="b")
    counts = first.shape[-1], second.shape[-1]
    maps = _alike(first, second)
    if maps is None:
        note = (
            f"The maps cannot be compared: {_shape(first)} and {_shape(second)}. Channels are "
            "matched by their number, and no distance is given."
        )
        return index_match(*counts, note)
    note = maps.note
    if by == "similarity" and max(counts) > MOST_MATCHED:
        by = "index"
        note = " ".join(
            filter(
                None,
                [
                    f"Matching by similarity takes too long for more than {MOST_MATCHED:,} "
                    f"channels: these {max(counts):,} are matched by their number.",
                    note,
                ],
            )
        )
    if by == "index":
        index = np.arange(min(counts))
        pairs = np.column_stack((index, index))
        distance = _distances(maps.a[..., : index.size], maps.b[..., : index.size], each=True)
    else:
        table = _distances(maps.a, maps.b, each=False)
        pairs = _assigned(table, _groups(maps.a), _groups(maps.b))
        distance = table[pairs[:, 0], pairs[:, 1]]
    return _match(pairs, distance, counts, by, note)


def index_match(channels_a: int, channels_b: int, note: str) -> ChannelMatch:
    """Channels paired by their number, with no distances.

    Parameters
    ----------
    channels_a, channels_b : int
    note : str
        Why there is nothing to compare.
    """
    index = np.arange(min(channels_a, channels_b))
    pairs = np.column_stack((index, index))
    return _match(pairs, np.full(index.size, np.nan), (channels_a, channels_b), "index", note)


def _match(
    pairs: Indices, distance: Floats, counts: tuple[int, int], by: MatchedBy, note: str
) -> ChannelMatch:
    only_a, only_b = (
        np.setdiff1d(np.arange(count), pairs[:, side]) for side, count in enumerate(counts)
    )
    return ChannelMatch(
        pairs=frozen(pairs),
        distance=frozen(distance),
        only_a=frozen(only_a),
        only_b=frozen(only_b),
        by=by,
        note=note,
    )


class _Maps(NamedTuple):
    """Maps of one shape but for the number of channels, and what was done to them."""

    a: NDArray[Any]
    b: NDArray[Any]
    note: str


def _shape(array: NDArray[Any]) -> str:
    return " × ".join(str(size) for size in array.shape)


def _alike(a: NDArray[Any], b: NDArray[Any]) -> _Maps | None:
    """Both with maps of one size; None where their samples or axes differ."""
    if a.ndim != b.ndim or a.shape[:1] != b.shape[:1]:
        # Of a single axis, which counts the channels, both have one sample.
        return _Maps(a, b, "") if a.ndim == b.ndim == 1 else None
    if a.shape[:-1] == b.shape[:-1]:
        return _Maps(a, b, "")
    size = tuple(min(pair) for pair in zip(a.shape[1:-1], b.shape[1:-1], strict=True))
    small = " × ".join(map(str, size))
    return _Maps(
        _averaged(a, size), _averaged(b, size), f"Maps are averaged to {small} to be compared."
    )


def _averaged(array: NDArray[Any], size: tuple[int, ...]) -> NDArray[Any]:
    """Maps averaged by area to a smaller size along the axes between first and last."""
    for axis, length in enumerate(size, start=1):
        before = array.shape[axis]
        if before == length:
            continue
        # Each new cell covers `before / length` old ones, the outer two of them in part.
        edges = np.arange(length + 1) * before / length
        cells = np.arange(before)
        low = np.maximum(edges[:-1, None], cells)
        high = np.minimum(edges[1:, None], cells + 1)
        weights = np.clip(high - low, 0.0, None) * length / before
        # NaN and infinity spread along the axis, but not out of their channel.
        array = np.moveaxis(np.tensordot(weights, as_floats(array), (1, axis)), 0, axis)
    return array


class _Groups(NamedTuple):
    """Channels by what can be said of their direction."""

    usable: Indices
    zero: Indices
    nonfinite: Indices


def _groups(array: NDArray[Any]) -> _Groups:
    measures = channel_measures(array)
    return _Groups(
        np.flatnonzero(~measures.dead & ~measures.nonfinite),
        np.flatnonzero(measures.dead),
        np.flatnonzero(measures.nonfinite),
    )


def _assigned(table: Floats, a: _Groups, b: _Groups) -> Indices:
    """Pairs of least total distance. Whatever has no direction is worth the same everywhere."""
    rows, columns = linear_sum_assignment(table[np.ix_(a.usable, b.usable)])
    left = [a.usable[rows]]
    right = [b.usable[columns]]
    # As many as can be with their like; whoever then remains, with whoever does.
    rest_a = [np.delete(a.usable, rows)]
    rest_b = [np.delete(b.usable, columns)]
    for one, other in ((a.zero, b.zero), (a.nonfinite, b.nonfinite)):
        count = min(one.size, other.size)
        left.append(one[:count])
        right.append(other[:count])
        rest_a.append(one[count:])
        rest_b.append(other[count:])
    last_a, last_b = np.concatenate(rest_a), np.concatenate(rest_b)
    count = min(last_a.size, last_b.size)
    pairs = np.column_stack(
        (np.concatenate([*left, last_a[:count]]), np.concatenate([*right, last_b[:count]]))
    )
    return pairs[np.argsort(pairs[:, 0])]


def _distances(a: NDArray[Any], b: NDArray[Any], *, each: bool) -> Floats:
    """Cosine distances of all channels to all, shape (a's, b's), or each to its own, (a's,)."""
    both = channel_measures(a), channel_measures(b)
    exponents = [
        np.frexp(np.nan_to_num(np.fmax(np.abs(of.minimum), np.abs(of.maximum))))[1] for of in both
    ]
    flat_a, flat_b = (array.reshape(-1, array.shape[-1]) for array in (a, b))
    product = np.zeros(a.shape[-1] if each else (a.shape[-1], b.shape[-1]))
    squares_a, squares_b = np.zeros(a.shape[-1]), np.zeros(b.shape[-1])
    step = max(1, _BLOCK_VALUES // (a.shape[-1] + b.shape[-1]))
    # NaN and infinity stay in the rows and columns of their channels.
    with np.errstate(all="ignore"):
        for i in range(0, len(flat_a), step):
            # Powers of two bring every channel to about 1 without rounding a digit away.
            x, y = (
                np.ldexp(as_floats(flat[i : i + step]).astype(np.float64), -exponent)
                for flat, exponent in zip((flat_a, flat_b), exponents, strict=True)
            )
            product += np.einsum("ij,ij->j", x, y) if each else x.T @ y
            squares_a += np.einsum("ij,ij->j", x, x)
            squares_b += np.einsum("ij,ij->j", y, y)
        norms_a, norms_b = np.sqrt(squares_a), np.sqrt(squares_b)
        norms = norms_a * norms_b if each else np.outer(norms_a, norms_b)
        distance: Floats = np.clip(1.0 - product / norms, 0.0, 2.0)
    distance[distance < _ROUNDING] = 0.0
    zero, other_zero = (of.dead for of in both)
    bad, other_bad = (of.nonfinite for of in both)
    if not each:
        zero, bad = zero[:, None], bad[:, None]
    distance[np.broadcast_to(zero | other_zero, distance.shape)] = _ZERO_DISTANCE
    distance[np.broadcast_to(bad | other_bad, distance.shape)] = np.nan
    return distance
