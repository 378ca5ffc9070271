"""In which order to look at a model's layers, and what to look for there [WL20 §1.3.1]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...diagnosis.findings import View
from ...validation.objects import each_instance
from .kind import Kind
from .layer_info import LayerInfo
from .layer_kinds import kind_named

First: TypeAlias = Literal["grid", "density", "tree"]

LOW_OUTPUTS = "low-abstraction outputs"
HIGH_OUTPUTS = "high-abstraction outputs"
KERNELS = "convolution kernels"
DENSE_WEIGHTS = "dense weights"

# METHOD §3, by [WL20 §1.3.2-1.3.5].
_BLACK_TILES = (
    "Many black tiles, whose channel is zero on every sample; forks mostly near 0, which are "
    "channels alike; tiles in which nothing of the image is left."
)
_PILED_UP = (
    "Values that pile up near 0, which are dead units; the good spread differs clearly from "
    "feature to feature."
)
_NOTHING_IN_COMMON = (
    "Fork heights that are all large and close together: filters with nothing in common; good "
    "ones are large and have some groups of similar filters."
)
_NOISE = (
    "Forks close together and a heat map like noise; the good forks spread out, over an even map."
)

_SPATIAL = frozenset({"step", "depth", "height", "width"})


@dataclass(frozen=True)
class Step:
    """One thing to look at.

    Attributes
    ----------
    path : str
        Of the layer.
    view : {'outputs', 'weights'}
    stage : str
        What this and its neighbours are, for people: one of the four of `analysis_order`.
    first : {'grid', 'density', 'tree'}
        Which picture to look at first; the others come after it.
    look_for : str
        What trouble looks like there, and what good looks like, in one sentence.
    """

    path: str
    view: View
    stage: str
    first: First
    look_for: str


def analysis_order(layers: Sequence[LayerInfo]) -> tuple[Step, ...]:
    """The steps in which to analyse a model [WL20 §1.3.1].

    1. Low-abstraction outputs: maps by their grid and dendrogram, features by their density.
    2. High-abstraction outputs: the density first, the direct picture second.
    3. Convolution kernels: the dendrogram, then the density.
    4. Dense weights: the dendrogram, how even the heat map is, then the density.

    Within each stage the layers nearest an image end come first, in execution order where they
    are equally near. Of a chain such as convolution, normalisation, activation only the last
    output is a step, unless something else reads one before it: it is what the rest of the model
    sees. Layers that only reshape, pad, copy, drop or prepare inputs are no step, nor are outputs
    without channels; pooling and merging layers are. An operation of a graph counts as a layer of
    its kind does; one that only scales or shifts what one layer puts out is no step. Of a shared
    layer every call's output is a step, and its weights are one. Weights that are neither a
    convolution's nor dense have no place in the paper's order and none here.

    Parameters
    ----------
    layers : sequence of LayerInfo
        `ModelProbe.layers`, in execution order.

    Returns
    -------
    tuple of Step
        Empty for a model without layers that are looked at.
    """
    each_instance("layers", layers, LayerInfo)
    nearest = sorted(layers, key=lambda info: info.level)  # stable: equals stay in their order
    unfinished = _unfinished(layers)
    looked_at = [
        info
        for info in nearest
        if not _carries(info)
        and info.channel_axis is not None
        and info.path not in unfinished
        # A recurrent layer's states are its last step once more.
        and (_is_first_output(info) or not _kind(info).dense)
    ]
    owners = [info for info in nearest if info.call_index == 0 and _is_first_output(info)]
    return (
        *(_outputs(info, LOW_OUTPUTS) for info in looked_at if _is_low(info)),
        *(_outputs(info, HIGH_OUTPUTS) for info in looked_at if not _is_low(info)),
        *(
            Step(info.path, "weights", KERNELS, "tree", _NOTHING_IN_COMMON)
            for info in owners
            if _has_kernels(info)
        ),
        *(
            Step(info.path, "weights", DENSE_WEIGHTS, "tree", _NOISE)
            for info in owners
            if not _has_kernels(info) and _has_dense_weights(info)
        ),
    )


def _outputs(info: LayerInfo, stage: str) -> Step:
    is_map = len(info.output_shape) > 2
    if stage == LOW_OUTPUTS and is_map:
        return Step(info.path, "outputs", stage, "grid", _BLACK_TILES)
    return Step(info.path, "outputs", stage, "density", _PILED_UP)


def _kind(info: LayerInfo) -> Kind:
    return kind_named(info.family, info.kind)


def _carries(info: LayerInfo) -> bool:
    kind = _kind(info)
    return kind.carries or (kind.alone == "scales" and len(info.parents) < 2)


def _is_low(info: LayerInfo) -> bool:
    return info.level_name == "low"


def _is_first_output(info: LayerInfo) -> bool:
    return not info.output_index or info.output_index[0] == 0


def _has_kernels(info: LayerInfo) -> bool:
    return any(_SPATIAL & set(axes) for axes in info.weight_axes.values())


def _has_dense_weights(info: LayerInfo) -> bool:
    known = any(axes in (("in", "out"), ("token", "out")) for axes in info.weight_axes.values())
    return known or _kind(info).dense


def _unfinished(layers: Sequence[LayerInfo]) -> set[str]:
    """Paths of outputs that a later layer of the same shape finishes and nobody else reads."""
    by_path = {info.path: info for info in layers}
    readers = Counter(parent for info in layers for parent in info.parents)
    paths = set()
    for info in layers:
        if not _kind(info).finishes:
            continue
        before = _only_parent(info, by_path)
        while before is not None and readers[before.path] == 1:
            if before.output_shape != info.output_shape:
                break
            paths.add(before.path)
            if not _carries(before):
                break
            before = _only_parent(before, by_path)
    return paths


def _only_parent(info: LayerInfo, by_path: Mapping[str, LayerInfo]) -> LayerInfo | None:
    return by_path.get(info.parents[0]) if len(info.parents) == 1 else None
