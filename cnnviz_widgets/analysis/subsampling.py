"""Some of many channels: which are compared and drawn where all of them would take too long."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Indices, frozen
from .channel_measures import ChannelMeasures
from .clustering.chain_linkage import Linkage
from .clustering.channel_tree import ChannelTree
from .clustering.cosine_linkage import cosine_linkage
from .density.bounds import Bounds
from .density.channel_density import channel_density
from .density.types import NOT_DRAWN, Atom, ChannelDensity
from .spreading import evenly


def spread_like(indices: Indices, count: int, earlier: Indices | None) -> Indices:
    """At most `count` of the indices, spread evenly, but first of all those of an earlier choice.

    Parameters
    ----------
    indices : ndarray of int
    count : int
    earlier : ndarray of int, or None
        Chosen before; those of them that are no longer among the indices do not matter.
    """
    if earlier is None:
        return indices[evenly(indices.size, count)]
    if not indices.size:
        return indices
    known = np.zeros(max(int(indices.max()), int(earlier.max(initial=0))) + 1, dtype=np.bool_)
    known[earlier] = True
    before, new = indices[known[indices]], indices[~known[indices]]
    room = max(0, count - before.size)
    return np.concatenate((before[evenly(before.size, count)], new[evenly(new.size, room)]))


def some_channels(measures: ChannelMeasures, count: int, earlier: Indices | None) -> Indices:
    """The channels that stand for all: finite ones, of zero and of other ones the same share.

    Parameters
    ----------
    measures : ChannelMeasures
        Of all channels.
    count : int
        How many, 2 or more; both kinds are among them where there are both.
    earlier : ndarray of int, or None
        As for `spread_like`.

    Returns
    -------
    ndarray of int, shape (min(count, finite channels),)
        Ascending.
    """
    other = np.flatnonzero(~(measures.dead | measures.nonfinite))
    zero = np.flatnonzero(measures.dead)
    finite = other.size + zero.size
    for_zero = min(zero.size, round(count * zero.size / max(1, finite)))
    if zero.size and other.size:
        for_zero = min(max(for_zero, 1), count - 1)
    return np.sort(
        np.concatenate(
            (spread_like(other, count - for_zero, earlier), spread_like(zero, for_zero, earlier))
        )
    )


def tree_of_some(
    values: NDArray[Any],
    chosen: Indices,
    nonfinite: NDArray[np.bool_],
    linkage: Linkage = "single",
) -> ChannelTree:
    """The tree of some channels, by their numbers among all.

    Parameters
    ----------
    values : ndarray, shape (..., channel)
    chosen : ndarray of int
        Finite channels.
    nonfinite : ndarray of bool, shape (channel,)
        Those that hold NaN or infinity: all are listed as such.
    linkage : str
        As `cosine_linkage` takes it.
    """
    # None is finite: a tree of one of them is empty.
    items = chosen if chosen.size else np.zeros(1, dtype=np.intp)
    tree = cosine_linkage(values[..., items], linkage=linkage)
    return replace(
        tree,
        items=frozen(items[tree.items]),
        order=frozen(items[tree.order]),
        zero=frozen(items[tree.zero]),
        nonfinite=frozen(np.flatnonzero(nonfinite)),
        n_channels=values.shape[-1],
    )


def density_of_some(
    values: NDArray[Any],
    chosen: NDArray[np.integer[Any]],
    measures: ChannelMeasures,
    points: int,
    most_values: int,
    bounds: Bounds,
) -> ChannelDensity:
    """The densities of some channels, a row each in the order given.

    Parameters
    ----------
    values : ndarray, shape (..., channel)
    chosen : ndarray of int
    measures : ChannelMeasures
        Of all channels.
    points, most_values, bounds
        As for `channel_density`.
    """
    arrays: dict[str, Any] = {
        name: frozen(value[chosen])
        for name, value in vars(measures).items()
        if isinstance(value, np.ndarray)
    }
    some = replace(measures, **arrays)
    return channel_density(
        values[..., chosen], points, measures=some, most_values=most_values, bounds=bounds
    )


def density_rows(
    density: ChannelDensity, chosen: NDArray[np.integer[Any]], but: Collection[str] = ()
) -> ChannelDensity:
    """The densities of some channels, a row each in the order given, out of those of all.

    Arrays of the names in `but` stay as they are: they have a row for each of the chosen already.
    """
    arrays: dict[str, Any] = {
        name: frozen(value[chosen])
        for name, value in vars(density).items()
        if isinstance(value, np.ndarray) and name not in but
    }
    row = {channel: k for k, channel in enumerate(chosen.tolist())}
    atoms = [atom._replace(channel=row[atom[0]]) for atom in density.atoms if atom[0] in row]
    return replace(density, **arrays, atoms=tuple(sorted(atoms)))


def density_among(
    rows: ChannelDensity, chosen: NDArray[np.integer[Any]], measures: ChannelMeasures
) -> ChannelDensity:
    """What is known of all channels where only some have a curve: the others are NOT_DRAWN.

    Parameters
    ----------
    rows : ChannelDensity
        Of the chosen channels, in their order.
    chosen : ndarray of int
    measures : ChannelMeasures
        Of all channels.

    Returns
    -------
    ChannelDensity
        `grid` and `density` have the rows of the chosen channels only; all else is of every
        channel, by its number.
    """
    bandwidth = np.full(measures.n_channels, np.nan)
    style = np.full(measures.n_channels, NOT_DRAWN, dtype=np.uint8)
    outside_share = np.zeros(measures.n_channels)
    bandwidth[chosen], style[chosen] = rows.bandwidth, rows.style
    outside_share[chosen] = rows.outside_share
    numbers = chosen.tolist()
    return replace(
        rows,
        zero_share=finite_zero_share(measures),
        bandwidth=frozen(bandwidth),
        style=frozen(style),
        nonfinite_share=measures.nonfinite_share,
        outside_share=frozen(outside_share),
        atoms=tuple(sorted(Atom(numbers[k], value, share) for k, value, share in rows.atoms)),
    )


def finite_zero_share(measures: ChannelMeasures) -> NDArray[np.float64]:
    """The share of exact zeros among each channel's finite values, as `ChannelDensity` has it."""
    finite = 1 - measures.nonfinite_share
    return frozen(measures.zero_share / np.where(finite > 0, finite, 1))
