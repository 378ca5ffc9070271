"""What is known of activation functions: which values a layer can put out, where it gets stuck."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...diagnosis.facts import Role
from .layer_info import LayerInfo, activation_name
from .layer_kinds import family, kind_of

Range = tuple[float, float]
Ends = tuple[float | None, float | None]

_EVERYTHING: Range = (-math.inf, math.inf)
# Ways to interpolate that go beyond the values they go between.
_OVERSHOOTING = frozenset({"bicubic", "lanczos3", "lanczos5"})


@dataclass(frozen=True)
class Activation:
    """One row: what is known of an activation function.

    Attributes
    ----------
    low, high : float
        Smallest and largest value it lets out, to the digits that matter.
    saturates : bool
        Bounded on both sides, with a slope of next to nothing at the ends.
    underflows : bool
        Exactly 0 is where its numbers underflow, or an end of its range: no unit dies of it.
    """

    low: float = -math.inf
    high: float = math.inf
    saturates: bool = False
    underflows: bool = False


_SHARE = Activation(0.0, 1.0, underflows=True)
_SWITCH = Activation(0.0, 1.0, saturates=True, underflows=True)
_POSITIVE = Activation(0.0, underflows=True)

ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(0.0),
    "relu6": Activation(0.0, 6.0),
    "sigmoid": _SWITCH,
    "hard_sigmoid": _SWITCH,
    "sparse_sigmoid": _SWITCH,
    "softmax": _SHARE,
    "sparsemax": _SHARE,
    "log_softmax": Activation(high=0.0, underflows=True),
    "tanh": Activation(-1.0, 1.0, saturates=True),
    "hard_tanh": Activation(-1.0, 1.0),
    "softsign": Activation(-1.0, 1.0, saturates=True),
    "softplus": _POSITIVE,
    "sparse_plus": _POSITIVE,
    "exponential": _POSITIVE,
    "squareplus": _POSITIVE,
    "log_sigmoid": Activation(high=0.0, underflows=True),
    "elu": Activation(-1.0),
    "celu": Activation(-1.0),
    "selu": Activation(-1.7581),
    "silu": Activation(-0.2785),
    "swish": Activation(-0.2785),
    "hard_silu": Activation(-0.375),
    "hard_swish": Activation(-0.375),
    "gelu": Activation(-0.17),
    "mish": Activation(-0.3089),
}
_NO_ACTIVATION = Activation()

_DROPPING = frozenset(
    {"AlphaDropout", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)


def activation_of(name: str | None) -> Activation:
    """The row of an activation; that of one of which nothing is known where it is not listed."""
    return ACTIVATIONS.get(name or "", _NO_ACTIVATION)


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
    if kind_of(layer).recurrent:
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
    reaches: dict[str, OutputReach] = {}
    for path, info in infos.items():
        reaches[path] = output_reach(info, layers[path], reaches)
    return reaches


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


_MIXING = re.compile(r"Dense|EinsumDense|(Separable)?Conv\dD(Transpose)?")
_LINEAR = re.compile(
    r"Activation|Add|Average|BatchNormalization|Concatenate|DepthwiseConv\dD|Rescaling|Subtract"
    r"|ZeroPadding\dD|(Global|Adaptive)?AveragePooling\dD"
)


def is_mixing(layer: Any) -> bool:
    """Whether each of a layer's channels is weighed from all channels of its input."""
    return _MIXING.fullmatch(family(layer)) is not None


def is_linear(layer: Any) -> bool:
    """Whether a layer is a linear function of its input in inference, but for an offset.

    False where that is not known, as of an operation that is no layer.
    """
    kind, name = kind_of(layer), family(layer)
    if not kind.known or bends(layer) or name.startswith("ops."):
        return False
    hands_on = kind.carries and kind.reach == "same"
    return hands_on or is_mixing(layer) or _LINEAR.fullmatch(name) is not None


def dropout_rate(layer: Any) -> float:
    """The share of its values that a layer drops in training; 0 where it drops none.

    Parameters
    ----------
    layer : keras.Layer or keras.Operation
    """
    if family(layer) in _DROPPING:
        return float(layer.rate)
    rates = [getattr(layer, name, 0.0) for name in ("dropout", "recurrent_dropout")]
    return max(rates) if kind_of(layer).recurrent and all(map(_is_number, rates)) else 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))
