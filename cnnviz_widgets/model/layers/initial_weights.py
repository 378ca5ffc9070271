"""What a layer's weights look like when they are newly drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...runtime.call_stack import surely
from ..experiments.fresh_model import NoReference, undrawn
from ..keras_compat.layers import initializer_of, inner_layers
from ..keras_compat.quantised import mode_of
from ..keras_compat.random_numbers import apart
from .effective_weights import effective_weights
from .layer_info import to_float32, weight_names

Array = NDArray[np.float32]

# Larger weights are drawn smaller: their distribution is compared, not their numbers.
_MOST = 1 << 20
_SMALLER = (256, 256)


def initial_weights(layer: Any, weights: Sequence[Any], *, seed: int = 0) -> dict[str, Array]:
    """Weights as Keras would draw them now for this layer, by the names of `weight_names`.

    The layer that has them is built anew from its configuration on the same shapes, and each
    weight drawn by what it is drawn by there, with other seeds: neither the layer's own nor any
    random number of the user is touched.

    Parameters
    ----------
    layer : keras.Layer
    weights : sequence of keras.Variable
        Those of its weights that are wanted.
    seed : int

    Returns
    -------
    dict of str to ndarray
        Of more than a million numbers, a smaller draw of the same distribution. Left out are
        weights of layers that cannot be built anew, quantised ones, single numbers that are
        drawn, which no comparison could tell from any other, and large ones of a distribution
        that is not known here.
    """
    acting = effective_weights(layer, weights)
    names = weight_names(layer, [weight.variable for weight in acting])
    drawn, own = {}, apart(seed)
    with surely(own), own:
        fresh = _Fresh(layer, seed)
        for name, weight in zip(names, acting, strict=True):
            if weight.merged is not None and fresh.is_quantised(weight.variable):
                continue
            values = _draw(fresh.like(weight.variable))
            if values is not None:
                drawn[name] = values
    return drawn


class _Fresh:
    """The layers inside a layer, itself included, built anew as they are asked for."""

    def __init__(self, layer: Any, seed: int) -> None:
        self._layers = inner_layers(layer)
        self._seed = seed
        self._found: dict[int, dict[int, Any]] = {}

    def _owners(self, variable: Any) -> list[Any]:
        """The layers that have a variable, the innermost first."""
        return [
            layer
            for layer in reversed(self._layers)
            if any(weight is variable for weight in layer.weights)
        ]

    def is_quantised(self, variable: Any) -> bool:
        return mode_of(self._owners(variable)[0]) is not None

    def like(self, variable: Any) -> Any:
        """The like of a variable that is not drawn yet; None where it is not known."""
        for owner in self._owners(variable):
            # Not every cell inside of a layer can be built by itself.
            if id(owner) not in self._found:
                self._found[id(owner)] = _undrawn_by_variable(owner, self._seed)
            if id(variable) in self._found[id(owner)]:
                return self._found[id(owner)][id(variable)]
        return None


def _undrawn_by_variable(owner: Any, seed: int) -> dict[int, Any]:
    """The variables of the layer built anew by the ``id`` of those that they are the like of."""
    try:
        fresh = undrawn(owner, seed)
    except NoReference:
        return {}  # nothing is known of how its weights began
    theirs: dict[tuple[str, int], Any] = {}
    for variable in fresh.weights:
        theirs[_nth(variable, theirs)] = variable
    likes: dict[int, Any] = {}
    seen: dict[tuple[str, int], Any] = {}
    for variable in owner.weights:
        key = _nth(variable, seen)
        seen[key] = variable
        like = theirs.get(key)
        packed = mode_of(owner) is not None
        if like is not None and (packed or tuple(like.shape) == tuple(variable.shape)):
            likes[id(variable)] = like
    return likes


def _nth(variable: Any, before: dict[tuple[str, int], Any]) -> tuple[str, int]:
    """A variable's name, and how many of this name came before it."""
    return variable.name, sum(name == variable.name for name, _ in before)


def _draw(variable: Any) -> Array | None:
    """What a variable that is not yet drawn may begin as; None where that says nothing."""
    initializer = initializer_of(variable)
    if initializer is None:
        return None
    shape = tuple(int(n) for n in variable.shape)
    if math.prod(shape) > _MOST:
        return _draw_smaller(initializer, shape)
    values = _values(initializer, shape, variable.dtype)
    if values.size == 1 and not np.array_equal(values, _other(initializer, shape, variable.dtype)):
        return None
    return values


def _values(initializer: Callable[..., Any], shape: tuple[int, ...], dtype: str) -> Array:
    return to_float32(keras.ops.convert_to_numpy(initializer(shape, dtype=dtype)))


def _other(initializer: Any, shape: tuple[int, ...], dtype: str) -> Array:
    """A second draw, by another seed: without one Keras' initialisers repeat the first."""
    config: dict[str, Any] = getattr(initializer, "get_config", dict)()
    if "seed" in config:
        initializer = type(initializer).from_config(config | {"seed": 1})
    return _values(initializer, shape, dtype)


def _draw_smaller(initializer: Any, shape: tuple[int, ...]) -> Array | None:
    kinds = keras.initializers
    if isinstance(initializer, (kinds.Constant, kinds.Zeros, kinds.Ones)):
        return np.full(shape[-1:], _values(initializer, (1,), "float32")[0])
    if isinstance(initializer, kinds.VarianceScaling):
        config = {"input_axes": None, "output_axes": None}
        known = initializer.get_config()
        alike = type(initializer).from_config(
            known | {name: value for name, value in config.items() if name in known}
        )
        fan = _fan(initializer, shape)
        return _values(alike, _SMALLER, "float32") * np.float32(math.sqrt(_SMALLER[0] / fan))
    if isinstance(initializer, (kinds.RandomNormal, kinds.RandomUniform, kinds.TruncatedNormal)):
        return _values(initializer, _SMALLER, "float32")
    return None


def _fan(initializer: Any, shape: tuple[int, ...]) -> float:
    """Fan in, fan out or their mean, as Keras' VarianceScaling counts them."""
    entering, leaving = (getattr(initializer, f"{side}_axes", None) for side in ("input", "output"))
    if entering is None or leaving is None:
        taps = math.prod(shape[:-2])
        fan_in, fan_out = shape[-2] * taps, shape[-1] * taps
    else:
        fan_in = math.prod(shape[axis] for axis in entering)
        fan_out = math.prod(shape[axis] for axis in leaving)
    return {"fan_in": fan_in, "fan_out": fan_out}.get(initializer.mode, (fan_in + fan_out) / 2)
