"""How a model's weights fare from one look to the next: norms, changes, faults."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...diagnosis.measurements.weight_movement import relative_change
from ...records.layer_health import WeightHealth, weight_health
from ..layers.effective_weights import effective_arrays
from ..layers.layer_info import own_weights, to_float32, weight_names

Array = NDArray[np.float32]

# A larger weight is compared at so many places.
MOST_COMPARED = 2**18
# Numbers whose squares are added up at a time, in float32: their sum has six digits.
_PIECE = 8192
# Squares whose sum is less may have vanished in float32.
_SURE = 1e-30


class WeightChanges:
    """Looks at the weights of a model's layers, and at what has become of them since.

    Of each weight it remembers at most `MOST_COMPARED` numbers, 1 MiB, from each of two looks.
    """

    def __init__(self) -> None:
        self._before: dict[str, dict[str, Array]] = {}
        self._last: dict[str, dict[str, Array]] = {}

    def look(
        self,
        layers: Mapping[str, Any],
        gradients: Mapping[int, Any] | None = None,
        *,
        again: bool = False,
    ) -> dict[str, WeightHealth]:
        """The health of the weights as they are now.

        Parameters
        ----------
        layers : mapping of str to keras.Layer
            The listed layers by their paths. A layer with several paths, a shared one for
            instance, is told of at the first.
        gradients : mapping of int to tensor, optional
            By the ``id`` of the variable: `gradients_by_variable`.
        again : bool
            This look replaces the last one: no training lies between them.

        Returns
        -------
        dict of str to WeightHealth
            Of the layers that have weights of their own, as they compute with them. The change is
            since the last look, and NaN at the first one and after the layer has got other
            weights; a weight of more than `MOST_COMPARED` numbers is compared at that many of
            them, evenly spread.
        """
        if not again:
            self._before = self._last
        listed = {id(layer) for layer in layers.values()}
        described: set[int] = set()
        now: dict[str, dict[str, Array]] = {}
        health: dict[str, WeightHealth] = {}
        for path, layer in layers.items():
            variables = [] if id(layer) in described else own_weights(layer, listed)
            described.add(id(layer))
            if not variables:
                continue
            names = weight_names(layer, variables)
            arrays = effective_arrays(layer, variables, copy=False)
            norm = _norm(arrays)
            now[path] = {
                f"{name} {array.shape}": _compared(array) for name, array in arrays.items()
            }
            health[path] = WeightHealth(
                norm=norm,
                change=_change(now[path], self._before.get(path)),
                gradient_norm=_norm(_of(names, variables, gradients or {})),
                # A norm is only missing where a number is not finite.
                nonfinite=weight_health(arrays).nonfinite if math.isnan(norm) else 0,
            )
        self._last = now
        return health


def gradients_by_variable(model: Any, gradients: Any) -> dict[int, Any]:
    """Gradients, however a training loop has them, by the ``id`` of the variable.

    Parameters
    ----------
    model : keras.Model
    gradients : sequence of tensor or None, or mapping of str to tensor or None
        One for each of ``model.trainable_variables``, in their order; or by the path of the
        variable, ``conv/kernel``. None where there is none.

    Returns
    -------
    dict of int to tensor

    Raises
    ------
    TypeError
        It is neither.
    ValueError
        There are more or fewer gradients than variables, or a path that no variable has.
    """
    variables = model.trainable_variables
    if isinstance(gradients, Mapping):
        by_path = {variable.path: variable for variable in variables}
        unknown = [path for path in gradients if path not in by_path]
        if unknown:
            raise ValueError(
                f"gradients are of trainable variables, such as {_some(by_path)}; the model has "
                f"no {unknown[0]!r}"
            )
        pairs = [(by_path[path], gradient) for path, gradient in gradients.items()]
    elif isinstance(gradients, Sequence):
        if len(gradients) != len(variables):
            raise ValueError(
                f"there must be a gradient, or None, for each of the model's {len(variables)} "
                f"trainable variables; got {len(gradients)}"
            )
        pairs = list(zip(variables, gradients, strict=True))
    else:
        raise TypeError(
            "gradients must be a list in the order of model.trainable_variables, or a mapping "
            f"from their paths; got {type(gradients).__name__}"
        )
    return {id(variable): gradient for variable, gradient in pairs if gradient is not None}


def _of(
    names: Sequence[str], variables: Sequence[Any], gradients: Mapping[int, Any]
) -> dict[str, Array]:
    """The gradients of some variables as arrays."""
    return {
        # Sparse gradients, of embeddings, become dense.
        name: to_float32(keras.ops.convert_to_numpy(gradients[id(variable)]))
        for name, variable in zip(names, variables, strict=True)
        if id(variable) in gradients
    }


def _some(paths: Collection[str]) -> str:
    return ", ".join(repr(path) for path in list(paths)[:3])


def _compared(array: Array) -> Array:
    """A copy of the numbers that are compared, so scaled that their norm is that of all."""
    flat = array.reshape(-1)
    step = -(-flat.size // MOST_COMPARED)
    if step <= 1:
        return flat.copy()
    # A step with a divisor in common with the last axis would leave out channels.
    while math.gcd(step, flat.size) > 1:
        step += 1
    some = flat[::step]
    return some * np.float32(math.sqrt(flat.size / some.size))


def _change(now: Mapping[str, Array], before: Mapping[str, Array] | None) -> float:
    if before is None or now.keys() != before.keys():
        return math.nan
    moved = sum(_squares(array - before[name]) for name, array in now.items())
    size = sum(_squares(array) for array in before.values())
    if _SURE < moved < math.inf and _SURE < size < math.inf:
        return math.sqrt(moved / size)
    with np.errstate(invalid="ignore", over="ignore"):
        return relative_change(now, before)


def _norm(arrays: Mapping[str, Array]) -> float:
    """The L2 norm of all numbers together; NaN where there are none, or not all are finite."""
    squares = sum(map(_squares, arrays.values()))
    return math.sqrt(squares) if _SURE < squares < math.inf else weight_health(arrays).norm


def _squares(array: Array) -> float:
    """The sum of the squares; infinite, or not more than `_SURE`, where float32 is too small."""
    flat = array.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        whole = flat.size // _PIECE * _PIECE
        # Not by BLAS: it would share the work among threads, which training's own keep waiting.
        sums = [
            np.einsum("ij,ij->i", part, part)
            for part in (flat[:whole].reshape(-1, _PIECE), flat[np.newaxis, whole:])
        ]
        return float(np.concatenate(sums).sum(dtype=np.float64))
