"""A column of the map: a layer output that stands for all layers since the columns before it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    """One layer output that the map draws, and what it stands for.

    Attributes
    ----------
    path : str
        Of the layer output whose channels are drawn.
    channels : int
        How many it has.
    kind : str
        Name of the class of the layer that makes the channels: the one with the weights, or the
        merge, not the activation behind it.
    shape : tuple of int or None
        Of the output; None where the batch is.
    parents : tuple of str
        Paths of the stations that it reads, through whatever lies between.
    layers : tuple of str
        Paths of all layers behind its parents up to itself, in order of execution, the layers of
        stations folded into it included; the last is `path`.
    folded : int
        How many stations like this one stand before it, undrawn: a run of equal blocks.
    stage : str
        Of neighbours with the same size of map, one word: ``28 × 28``, ``units``.
    """

    path: str
    channels: int
    kind: str
    shape: tuple[int | None, ...]
    parents: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    folded: int = 0
    stage: str = ""
