"""What one channel does to the stations that read it, and what acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .group_effects import GroupEffects
from .network_record import Method


@dataclass(frozen=True, eq=False)
class ChannelEffects:
    """The effects of silencing one channel, and of silencing groups that it reads, on it.

    As of `GroupEffects`, but of single channels; NaN for a channel that is silent, constant or not
    finite.

    Attributes
    ----------
    path : str
        Of the channel's station.
    channel : int
    children : mapping of str to GroupEffects
        By station that reads this one: shape (1, C), on each of its C channels.
    parents : mapping of str to GroupEffects
        By station that this one reads: shape (A, 1), of each of its A groups on the channel.
    method : {'one-pass', 'one-by-one', 'none'}
        As of `NetworkRecord`.
    notes : tuple of str
        What is to be known of it, each a sentence.
    """

    path: str
    channel: int
    children: Mapping[str, GroupEffects]
    parents: Mapping[str, GroupEffects]
    method: Method
    notes: tuple[str, ...] = ()
