"""What a layer's weights look like when they are newly drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .layers import to_float32, weight_names

# Larger weights are drawn smaller: their distribution is compared, not their numbers.
_MOST = 1 << 20
_SMALLER = (256, 256)
# Where the attribute is not called after the weight.
_INITIALIZERS = {
    "kernel": ("kernel_initializer", "depthwise_initializer"),
    "recurrent_kernel": ("recurrent_initializer",),
    "depthwise_kernel": ("depthwise_initializer",),
    "pointwise_kernel": ("pointwise_initializer",),
}


def initial_weights(
    layer: Any, weights: Sequence[Any], *, seed: int = 0
) -> dict[str, NDArray[np.float32]]:
    """Weights as the layer's initialisers would draw them now, by the names of `weight_names`.

    The initialisers are made anew from their configurations, with other seeds: neither the
    layer's own nor any random number of the user is touched.

    Parameters
    ----------
    layer : keras.Layer
    weights : sequence of keras.Variable
        Those of its weights that are wanted.
    seed : int

    Returns
    -------
    dict of str to ndarray
        Of more than a million numbers, a smaller draw of the same distribution. Weights whose
        initialiser is unknown, has no configuration, or does more than draw are left out.
    """
    owners = {id(weight): inner for inner in layer._flatten_layers() for weight in inner.weights}
    drawn = {}
    for number, (weight, name) in enumerate(
        zip(weights, weight_names(layer, weights), strict=True)
    ):
        initializer = _initializer(owners[id(weight)], weight.name)
        if initializer is None:
            continue
        values = _draw(initializer, tuple(int(n) for n in weight.shape), seed + number)
        if values is not None:
            drawn[name] = values
    return drawn


def _initializer(owner: Any, name: str) -> Any:
    if name == "bias" and getattr(owner, "unit_forget_bias", False):
        return None  # partly ones, whatever the initialiser says
    for attribute in _candidates(name):
        found = getattr(owner, attribute, None)
        if isinstance(found, keras.initializers.Initializer):
            return found
    return None


def _candidates(name: str) -> Iterator[str]:
    yield from _INITIALIZERS.get(name, (f"{name}_initializer",))


def _draw(initializer: Any, shape: tuple[int, ...], seed: int) -> NDArray[np.float32] | None:
    try:
        config = dict(initializer.get_config())
        if "seed" in config:
            config["seed"] = seed + 1
        fresh = type(initializer).from_config(config)
    except (NotImplementedError, TypeError, ValueError):
        return None  # of the user's own, without a configuration
    size = math.prod(shape)
    if size <= _MOST:
        return to_float32(fresh(shape, dtype="float32"))
    if isinstance(fresh, keras.initializers.Constant | keras.initializers.Zeros):
        return np.full(shape[-1:], to_float32(fresh((1,), dtype="float32"))[0])
    if isinstance(fresh, keras.initializers.Ones):
        return np.ones(shape[-1:], np.float32)
    if isinstance(fresh, keras.initializers.VarianceScaling):
        fan = _fan(fresh.mode, shape)
        return to_float32(fresh(_SMALLER, dtype="float32")) * np.float32(
            math.sqrt(_SMALLER[0] / fan)
        )
    if isinstance(
        fresh,
        (
            keras.initializers.RandomNormal,
            keras.initializers.RandomUniform,
            keras.initializers.TruncatedNormal,
        ),
    ):
        return to_float32(fresh(_SMALLER, dtype="float32"))
    return None


def _fan(mode: str, shape: tuple[int, ...]) -> float:
    """Fan in, fan out or their mean, as Keras' VarianceScaling counts them."""
    taps = math.prod(shape[:-2])
    fan_in, fan_out = shape[-2] * taps, shape[-1] * taps
    return {"fan_in": fan_in, "fan_out": fan_out}.get(mode, (fan_in + fan_out) / 2)
