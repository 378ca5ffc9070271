"""Which layer outputs can be stations of a map, and behind what each of them is read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ...layers.layer_info import LayerInfo
from .layer_graph import LayerGraph

UNITS = "units"
"""The stage of outputs that have no places."""


@dataclass(frozen=True)
class Drawable:
    """A layer that makes channels, and where they are whole.

    Attributes
    ----------
    head : str
        Path of the layer with the weights, or of the merge.
    path : str
        Behind its normalisation, activation and dropout.
    chain : tuple of str
        From `head` to `path`.
    """

    head: str
    path: str
    chain: tuple[str, ...]


def drawables(graph: LayerGraph) -> tuple[Drawable, ...]:
    """Every layer with weights, and every merge; where there is none, whatever computes.

    What finishes an output is part of it, as is a reshape that lays units out in space. Inside of
    attention and of what goes both ways nothing is drawn; outputs of whole numbers never are.
    """
    made = _drawables(graph, makes_channels)
    return made or _drawables(graph, _computes) or _drawables(graph, lambda graph, path: True)


def makes_channels(graph: LayerGraph, path: str) -> bool:
    """Whether a layer has weights that mix its inputs, or merges several."""
    kind, info = graph.kind(path), graph.infos[path]
    if kind.whole or graph.calls_read(path) > 1:
        return True
    if kind.merges and info.reads_unlisted and graph.parents[path]:
        return True
    return not kind.finishes and any(len(shape) > 1 for shape in info.weight_shapes.values())


def stage_of(info: LayerInfo) -> str:
    """Of neighbours with the same size of map, one word: ``28 × 28``, ``49 steps``, ``units``."""
    places = places_of(info)
    if not places:
        return UNITS
    lengths = ["?" if length is None else str(length) for length in places]
    if len(lengths) > 1:
        return " × ".join(lengths)
    if lengths[0] == "?":
        return "steps"
    return f"{lengths[0]} {'step' if lengths[0] == '1' else 'steps'}"


def places_of(info: LayerInfo) -> tuple[int | None, ...]:
    """The lengths of an output's axes without samples and channels."""
    axis = (info.channel_axis or 0) % len(info.output_shape)
    return tuple(n for k, n in enumerate(info.output_shape) if k not in (0, axis))


def _computes(graph: LayerGraph, path: str) -> bool:
    return not graph.kind(path).carries


def _drawables(
    graph: LayerGraph, is_drawn: Callable[[LayerGraph, str], bool]
) -> tuple[Drawable, ...]:
    found: list[Drawable] = []
    taken: set[str] = set()
    for path in graph.infos:
        if path in taken or not _has_channels(graph, path) or not is_drawn(graph, path):
            continue
        if graph.is_inside_whole(path):
            continue
        chain = _chain(graph, path)
        taken.update(chain)
        found.append(Drawable(path, chain[-1], chain))
    return tuple(found)


def _has_channels(graph: LayerGraph, path: str) -> bool:
    info, kind = graph.infos[path], graph.kind(path)
    if not info.channels or not info.dtype.startswith(("float", "bfloat")):
        return False
    # A recurrent layer's states are its last step once more.
    return graph.call_of(path) == path or not (kind.dense or kind.recurrent)


def _chain(graph: LayerGraph, head: str) -> tuple[str, ...]:
    """From a layer to where its channels are whole."""
    chain = [head]
    while (reader := graph.only_reader(chain[-1])) is not None:
        if not _finishes(graph, chain[-1], reader):
            break
        chain.append(reader)
    return tuple(chain)


def _finishes(graph: LayerGraph, path: str, reader: str) -> bool:
    """Whether what `reader` puts out are the channels of `path`, finished or handed on."""
    before, after, kind = graph.infos[path], graph.infos[reader], graph.kind(reader)
    if not _has_channels(graph, reader):
        return False
    if before.output_shape != after.output_shape:
        return kind.carries and _lays_out_in_space(before, after)
    if graph.is_around(reader, path):
        return True
    hands_on = kind.finishes or kind.carries or kind.alone == "scales"
    return hands_on and not makes_channels(graph, reader)


def _lays_out_in_space(before: LayerInfo, after: LayerInfo) -> bool:
    """Whether units become the channels of a map."""
    if places_of(before) or not places_of(after) or None in after.output_shape[1:]:
        return False
    return math.prod(n or 0 for n in after.output_shape[1:]) == before.channels
