"""Which values a layer's activation can put out, and where it can get stuck."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from ...diagnosis.facts import Role
from .layer_info import LayerInfo, activation_name
from .layer_kinds import activation_of, family, kind_of

Range = tuple[float, float]
Ends = tuple[float | None, float | None]

_EVERYTHING: Range = (-math.inf, math.inf)
# Ways to interpolate that go beyond the values they go between.
_OVERSHOOTING = frozenset({"bicubic", "lanczos3", "lanczos5"})


def activation_range(layer: Any) -> Range:
    """The smallest and the largest value that a layer's own activation lets out.

    Parameters
    ----------
    layer : keras.Layer

    Returns
    -------
    (float, float)
        Infinite where there is no limit, or none is known.
    """
    kind = family(layer)
    if kind in ("ReLU", "ops.ReLU"):
        top = math.inf if layer.max_value is None else float(layer.max_value)
        slope = float(layer.negative_slope or 0.0)
        return (0.0 if slope == 0 else -math.inf, top)
    if kind in ("ELU", "ops.Elu", "ops.Celu"):
        return (-float(layer.alpha), math.inf)
    if kind == "ops.Clip":
        ends = (layer.x_min, layer.x_max)
        return ends if all(isinstance(end, (int, float)) for end in ends) else _EVERYTHING
    if isinstance(layer, keras.layers.RNN):
        return _EVERYTHING  # its activation acts inside, between gates
    known = activation_of(activation_name(layer))
    return (known.low, known.high)


class OutputReach(NamedTuple):
    """What a model's output can be.

    Attributes
    ----------
    range : (float, float) or None
        Smallest and largest value; None where an activation sets bounds, but what comes after it
        does something of which it is not known where these go.
    path : str
        Of the layer that sets them, or else of the one at which it cannot be told.
    """

    range: Range | None
    path: str


def output_reaches(
    infos: Mapping[str, LayerInfo], layers: Mapping[str, Any]
) -> dict[str, OutputReach]:
    """The range of each layer's output, by the activations behind it [METHOD §4].

    Parameters
    ----------
    infos, layers : mapping of str
        Of the whole model, in execution order.
    """
    found: dict[str, OutputReach] = {}
    for path, info in infos.items():
        found[path] = output_reach(info, layers[path], found)
    return found


def output_reach(info: LayerInfo, layer: Any, before: Mapping[str, OutputReach]) -> OutputReach:
    """The range of a layer's output, given those of the layers before it.

    Layers that hand on what they are given, pool or merge it have the range of what they read.

    Parameters
    ----------
    info : LayerInfo
    layer : keras.Layer or keras.Operation
        The one that `info` is of.
    before : mapping of str to OutputReach
        Of at least the layer's parents.
    """
    kind, path = kind_of(layer), info.path
    own = activation_range(layer)
    if kind.bends or own != _EVERYTHING or layer_role(info, layer) != "other":
        return OutputReach(own, path)
    read = [before[parent] for parent in info.parents]
    ranges = [each.range for each in read if each.range is not None]
    if len(ranges) < len(read):
        return next(each for each in read if each.range is None)
    if info.reads_unlisted or all(each == _EVERYTHING for each in ranges):
        return OutputReach(_EVERYTHING, path)
    if kind.reach is None or getattr(layer, "interpolation", None) in _OVERSHOOTING:
        return OutputReach(None, path)
    if getattr(layer, "pad_to_aspect_ratio", False):
        ranges.append((float(layer.fill_value), float(layer.fill_value)))
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    source = read[0].path if len(read) == 1 else path
    if kind.reach == "zero":
        return OutputReach((min(low, 0.0), max(high, 0.0)), source)
    if kind.reach == "scaled":
        return OutputReach(_scaled((low, high), layer), path)
    return OutputReach((low, high), source)


def known_range(reach: OutputReach) -> Range:
    """The range, without an end where none is known."""
    return _EVERYTHING if reach.range is None else reach.range


def _scaled(reach: Range, layer: Any) -> Range:
    """A range after a `Rescaling`, whose scale and offset may be one for each channel."""
    scale, offset = np.asarray(layer.scale, float), np.asarray(layer.offset, float)
    if np.any(scale == 0):
        return _EVERYTHING  # of no use, and infinity times 0 is no number
    ends = np.stack([np.asarray(end * scale + offset) for end in reach])
    return (float(ends.min()), float(ends.max()))


def stuck_ends(layer: Any) -> Ends:
    """The ends of a layer's range at which its activation has no slope.

    The zero of ReLU and ReLU6 is none of them: a unit that is stuck there is `dead`.

    Parameters
    ----------
    layer : keras.Layer
    """
    low, high = activation_range(layer)
    name = activation_name(layer)
    if family(layer) in ("ReLU", "ops.ReLU") or name == "relu6":
        return (None, high if math.isfinite(high) else None)
    stuck = activation_of(name).saturates and math.isfinite(low)
    return (low, high) if stuck else (None, None)


def bends(layer: Any) -> bool:
    """Whether the layer applies an activation other than the identity."""
    return kind_of(layer).bends or activation_name(layer) not in (None, "linear")


def layer_role(info: LayerInfo, layer: Any) -> Role:
    """What a layer does to values: weigh them, bend them, or something else.

    Parameters
    ----------
    info : LayerInfo
    layer : keras.Layer or keras.Operation
        The one that `info` is of.

    Returns
    -------
    {'weights', 'activation', 'other'}
        ``"weights"`` for a layer that has any, whatever its activation; ``"activation"`` for one
        that only applies a function; ``"other"`` for what only hands on: pooling, dropout.
    """
    if any(len(shape) for shape in info.weight_shapes.values()):
        return "weights"
    alone = kind_of(layer).alone == "bends" and len(info.parents) < 2
    return "activation" if alone or bends(layer) else "other"
