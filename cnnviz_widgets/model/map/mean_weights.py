"""The mean weight between groups of channels, as CNNVis draws it: a second reading of the edges.

It is cheap, and no measure of what groups do to one another: it knows neither how strong channels
are nor how they vary together. Its rank correlation with the exact effects, the mean over edges of
three trained networks, was 0.05, −0.03 and 0.06 (benchmark `map_effects`). So it is offered beside
them, and never in their place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...analysis.arrays import Floats, Integers, frozen
from ...records.map.station import Station
from ...validation.keywords import checked_keywords
from ...validation.objects import instance
from ..layers.layer_info import LayerInfo
from ..layers.layer_kinds import family, kind_of
from ..layers.parameters import LayerParameters
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe
from .ablating.slots import count_of
from .stations_given import checked_groups

Edge = tuple[str, str]


@checked_keywords
def mean_weights(
    probe: ModelProbe, stations: Sequence[Station], groups: Mapping[str, ArrayLike]
) -> Mapping[Edge, Floats]:
    """The mean weight from each group of a station to each group of one that reads it.

    Over all pairs of channels, and over the taps of a kernel. There is one where a single kernel
    joins the two: a convolution of any kind or a dense layer, with nothing beside it but what
    keeps channels apart (activations, normalisations by channel, pooling, padding, flattening).

    Parameters
    ----------
    probe : ModelProbe
    stations : sequence of Station
        In order of execution.
    groups : mapping of str to array_like of int, shape (C,)
        As of `group_effects`.

    Returns
    -------
    mapping of (str, str) to ndarray of float64, shape (A, B)
        By parent and child, read-only; without the edges that no single kernel makes. NaN for a
        group of no channels.

    Raises
    ------
    TypeError, ValueError
        As `group_effects`.
    """
    with model_lock(instance("probe", probe, ModelProbe).model), probe.steady():
        given, checked = checked_groups(probe, stations, groups)
        infos = {info.path: info for info in probe.layers}
        found: dict[Edge, Floats] = {}
        for station in given:
            for parent in station.parents:
                if parent not in checked:
                    continue
                kernel = _between(probe, infos, parent, station.path)
                if kernel is not None:
                    means = _means(kernel, checked[parent], checked[station.path])
                    found[parent, station.path] = frozen(means)
        return found


def _between(
    probe: ModelProbe, infos: Mapping[str, LayerInfo], parent: str, child: str
) -> Floats | None:
    """The one kernel between two stations, (channel of the parent, channel of the child)."""
    chain = _chain(infos, parent, child)
    kernels = [path for path in chain if _weighs(probe.layer_of(path))]
    if len(kernels) != 1:
        return None
    number = chain.index(kernels[0])
    before = [parent, *chain[:number]]
    keep = all(
        _keeps_apart(probe.layer_of(path), infos[source], infos[path])
        for source, path in zip([parent, *chain], chain, strict=False)
        if path != kernels[0]
    )
    if not keep:
        return None
    matrix = _matrix(
        probe.layer_of(kernels[0]),
        probe.parameters(kernels[0], copy=False),
        infos[before[-1]].channels or 0,
    )
    channels = infos[parent].channels or 0
    if matrix is None or matrix.shape[1] != infos[child].channels:
        return None
    if len(matrix) == channels:
        return matrix
    return _unflattened(matrix, channels, _is_channel_first(probe, infos, before))


def _chain(infos: Mapping[str, LayerInfo], parent: str, child: str) -> list[str]:
    """The layers behind one up to another, in order; () where they branch or merge between."""
    chain, path = [], child
    while path != parent:
        chain.append(path)
        info = infos[path]
        if len(info.parents) != 1 or info.reads_unlisted or len(chain) > len(infos):
            return []
        path = info.parents[0]
    return chain[::-1]


def _weighs(layer: Any) -> bool:
    """Whether a layer has a kernel of which it is known what leads where."""
    kind = kind_of(layer)
    return (bool(kind.kernel) or kind.separable) and not kind.looks_up


def _keeps_apart(layer: Any, source: LayerInfo, info: LayerInfo) -> bool:
    """Whether each of a layer's channels is the same channel of what it reads, or part of it."""
    kind = kind_of(layer)
    if family(layer) in ("Flatten", "Reshape", "ops.Reshape"):
        size = math.prod(n or 1 for n in source.output_shape[1:])
        return info.channels in (source.channels, size)
    is_known = kind.carries or kind.channelwise or kind.bends or kind.reach is not None
    is_known = is_known or (kind.finishes and not kind.normalises)
    return is_known and family(layer) != "Permute" and info.channels == source.channels


def _matrix(layer: Any, parameters: Sequence[LayerParameters], channels: int) -> Floats | None:
    """A layer's kernel, the mean over its taps, (input, output); None where it has another form."""
    product: Floats | None = None
    for part in parameters:
        if part.inputs in ("vector", "input") or part.values.ndim < 2:
            continue
        taps = tuple(range(1, part.values.ndim - 1))
        weights: Floats = part.values.mean(axis=taps, dtype=np.float64)
        if part.inputs == "own input channel":
            weights = _by_own_input(weights[0], channels)
        elif part.inputs == "grouped input channel":
            weights = _by_groups(weights, layer.groups)
        product = weights if product is None else product @ weights
    return product


def _by_own_input(weights: Floats, channels: int) -> Floats:
    outputs = np.arange(len(weights))
    matrix: Floats = np.zeros((channels, len(weights)))
    matrix[outputs // (len(weights) // channels), outputs] = weights
    return matrix


def _by_groups(weights: Floats, groups: int) -> Floats:
    inputs, outputs = len(weights), weights.shape[1] // groups
    matrix: Floats = np.zeros((inputs * groups, weights.shape[1]))
    for number in range(groups):
        columns = slice(number * outputs, (number + 1) * outputs)
        matrix[number * inputs : (number + 1) * inputs, columns] = weights[:, columns]
    return matrix


def _unflattened(matrix: Floats, channels: int, is_channel_first: bool) -> Floats | None:
    """The mean over the places that were laid side by side."""
    if not channels or len(matrix) % channels:
        return None
    if is_channel_first:
        means: Floats = matrix.reshape(channels, -1, matrix.shape[1]).mean(axis=1)
    else:
        means = matrix.reshape(-1, channels, matrix.shape[1]).mean(axis=0)
    return means


def _is_channel_first(
    probe: ModelProbe, infos: Mapping[str, LayerInfo], before: Sequence[str]
) -> bool:
    """Whether a flattening has left each channel's places side by side."""
    for source, path in pairwise(before):
        layer = probe.layer_of(path)
        if family(layer) in ("Flatten", "Reshape", "ops.Reshape"):
            # Told that channels come first, Flatten turns them to the end.
            turns = getattr(layer, "data_format", None) == "channels_first"
            return infos[source].channel_axis == 1 and not turns
    return False


def _means(kernel: NDArray[np.float64], parents: Integers, children: Integers) -> Floats:
    rows = (parents[:, np.newaxis] == np.arange(count_of(parents))).astype(np.float64)
    columns = (children[:, np.newaxis] == np.arange(count_of(children))).astype(np.float64)
    pairs = rows.sum(axis=0)[:, np.newaxis] * columns.sum(axis=0)
    means: Floats = np.where(pairs > 0, rows.T @ kernel @ columns / np.maximum(pairs, 1), np.nan)
    return means
