"""Which values a layer's activation can put out, and where it can get stuck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from ..analysis.diagnosis.facts import Role
from .layers import LayerInfo, activation_name

Range = tuple[float, float]
Ends = tuple[float | None, float | None]

_EVERYTHING: Range = (-math.inf, math.inf)
# Smallest and largest value of the functions of keras.activations, to the digits that matter.
_RANGES: dict[str, Range] = {
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "sparse_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "softplus": (0.0, math.inf),
    "sparse_plus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "squareplus": (0.0, math.inf),
    "log_sigmoid": (-math.inf, 0.0),
    "elu": (-1.0, math.inf),
    "celu": (-1.0, math.inf),
    "selu": (-1.7581, math.inf),
    "silu": (-0.2785, math.inf),
    "swish": (-0.2785, math.inf),
    "hard_silu": (-0.375, math.inf),
    "hard_swish": (-0.375, math.inf),
    "gelu": (-0.17, math.inf),
    "mish": (-0.3089, math.inf),
}
# Bounded on both sides, with a slope of next to nothing at the ends.
_STUCK_AT_BOTH = frozenset(
    {"sigmoid", "hard_sigmoid", "sparse_sigmoid", "tanh", "hard_tanh", "softsign"}
)
# Layers whose output has values of their input only.
HANDING_ON = frozenset(
    {
        "Flatten",
        "Reshape",
        "Permute",
        "RepeatVector",
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "GaussianNoise",
        "GaussianDropout",
        "ActivityRegularization",
        "Identity",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
    }
)


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
    if isinstance(layer, keras.layers.ReLU):
        top = math.inf if layer.max_value is None else float(layer.max_value)
        slope = float(layer.negative_slope or 0.0)
        return (0.0 if slope == 0 else -math.inf, top)
    if isinstance(layer, keras.layers.ELU):
        return (-float(layer.alpha), math.inf)
    if isinstance(layer, keras.layers.Softmax):
        return (0.0, 1.0)
    if isinstance(layer, keras.layers.RNN):
        return _EVERYTHING  # its activation acts inside, between gates
    return _RANGES.get(activation_name(layer) or "", _EVERYTHING)


def output_bounds(layer: Any, read: Sequence[LayerInfo]) -> Range:
    """The smallest and the largest value that a layer can put out, as far as that is known.

    Parameters
    ----------
    layer : keras.Layer
    read : sequence of LayerInfo
        The outputs that it reads.
    """
    if type(layer).__name__ in HANDING_ON and len(read) == 1:
        return read[0].bounds
    return activation_range(layer)


def stuck_ends(layer: Any) -> Ends:
    """The ends of a layer's range at which its activation has no slope.

    The zero of ReLU and ReLU6 is none of them: a unit that is stuck there is `dead`.

    Parameters
    ----------
    layer : keras.Layer
    """
    low, high = activation_range(layer)
    if isinstance(layer, keras.layers.ReLU):
        return (None, high if math.isfinite(high) else None)
    name = activation_name(layer)
    if name == "relu6":
        return (None, high)
    return (low, high) if name in _STUCK_AT_BOTH and math.isfinite(low) else (None, None)


def bends(layer: Any) -> bool:
    """Whether the layer applies an activation other than the identity."""
    if isinstance(
        layer,
        (
            keras.layers.ReLU,
            keras.layers.ELU,
            keras.layers.LeakyReLU,
            keras.layers.PReLU,
            keras.layers.Softmax,
        ),
    ):
        return True
    return activation_name(layer) not in (None, "linear")


def layer_role(info: LayerInfo, layer: Any) -> Role:
    """What a layer does to values: weigh them, bend them, or something else.

    Parameters
    ----------
    info : LayerInfo
    layer : keras.Layer
        The one that `info` is of.

    Returns
    -------
    {'weights', 'activation', 'other'}
        ``"weights"`` for a layer that has any, whatever its activation; ``"activation"`` for one
        that only applies a function; ``"other"`` for what only hands on: pooling, dropout.
    """
    if any(len(shape) for shape in info.weight_shapes.values()):
        return "weights"
    return "activation" if bends(layer) else "other"
