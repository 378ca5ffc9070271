"""The weights that a layer computes with, which are not always the numbers that it stores.

A quantised layer stores whole numbers and their scales, a layer with LoRA a frozen kernel and the
two factors of what is added to it. Here is the one place that says what such a layer's weights
are when it is called with ``training=False``. Everything else acts as it is stored: tied weights
are the one variable that both layers read, and `SpectralNormalization` divides the stored kernel
itself while it trains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ..keras_compat.layers import inner_layers
from ..keras_compat.quantised import (
    KNOWN_MODES,
    MAIN,
    along_kernel,
    beside,
    kept_by,
    mode_of,
    packed_axis,
)
from .layer_info import weight_names

Array = NDArray[np.float32]


class EffectiveWeight(NamedTuple):
    """One weight as its layer computes with it.

    Attributes
    ----------
    variable : keras.Variable
        What gives it its name, and its numbers where nothing is done to them.
    merged : callable or None
        Gives the numbers where they are not those of the variable.
    how : str
        What was done to the stored numbers, in few words; "" where they act as they are.
    """

    variable: Any
    merged: Callable[[], Array] | None = None
    how: str = ""

    def read(self, *, copy: bool = True) -> Array:
        """The numbers as they act now, float32, read-only; see `read_only` for `copy`."""
        if self.merged is None:
            return read_only(self.variable, copy=copy)
        return frozen(np.array(self.merged(), dtype=np.float32))


def effective_weights(layer: Any, weights: Sequence[Any]) -> list[EffectiveWeight]:
    """What a layer computes with in place of these weights of its own or of layers inside it.

    Parameters
    ----------
    layer : keras.Layer
    weights : sequence of keras.Variable
        Some of its weights. Scales, factors and the like are part of the weight they belong to.

    Returns
    -------
    list of EffectiveWeight
        In the order of the weights.
    """
    asked = {id(weight) for weight in weights}
    effective: dict[int, EffectiveWeight] = {}
    silent: set[int] = set()
    for owner in inner_layers(layer):
        for acting, others in _of_owner(owner):
            if id(acting.variable) in asked:
                effective[id(acting.variable)] = acting
                silent.update(id(part) for part in others)
    silent -= effective.keys()
    return [
        effective.get(id(weight), EffectiveWeight(weight))
        for weight in weights
        if id(weight) not in silent
    ]


def effective_arrays(layer: Any, weights: Sequence[Any], *, copy: bool = True) -> dict[str, Array]:
    """The numbers that act, by the names of `weight_names`; read-only.

    Parameters
    ----------
    layer, weights
        As for `effective_weights`.
    copy : bool
        As for `read_only`.
    """
    acting = effective_weights(layer, weights)
    names = weight_names(layer, [weight.variable for weight in acting])
    return {name: weight.read(copy=copy) for name, weight in zip(names, acting, strict=True)}


def read_only(variable: Any, *, copy: bool = True) -> Array:
    """A variable's numbers as they are stored now, as float32.

    Parameters
    ----------
    variable : keras.Variable
    copy : bool
        False: the framework's own memory, where that can be read and is float32.

    Returns
    -------
    ndarray of float32
        Read-only; a copy was made once, not twice.
    """
    array, copied = _as_array(variable)
    if array.dtype != np.float32 or (copy and not copied):
        array = array.astype(np.float32)
    return frozen(array.view())


def _as_array(variable: Any) -> tuple[NDArray[Any], bool]:
    """The variable's numbers, and whether they are known to have been copied."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tensor = tf.convert_to_tensor(variable.value)
        try:
            # NumPy's own way of reading a tensor copies it.
            return np.asarray(memoryview(tensor)), False
        except ValueError:
            return np.asarray(tensor), True  # Python's buffers know no bfloat16
    return np.asarray(variable), False


def _of_owner(owner: Any) -> list[tuple[EffectiveWeight, list[Any]]]:
    """The layer's own weights that act otherwise than they are stored, with what goes into each."""
    mode = mode_of(owner)
    lora = bool(getattr(owner, "lora_enabled", False))
    if mode is None and not lora:
        return []
    others = beside(owner)
    calibrated = getattr(owner, f"is_{mode}_calibrated", None)
    packed = kept_by(owner, "quantized_kernel")
    if packed is not None:
        stored = kept_by(owner, MAIN["kernel"])
        if calibrated:
            acting = EffectiveWeight(packed, lambda: _by_groups(owner), f"{mode}, dequantised")
            return [(acting, [*others, *([] if stored is None else [stored])])]
        # Until it is calibrated the layer computes with the kernel that it had before.
        return [(EffectiveWeight(stored), [*others, packed])]
    if mode not in (None, *KNOWN_MODES):
        others = []
    effective = []
    for kind, attribute in MAIN.items():
        variable = kept_by(owner, attribute)
        factors = lora and kind != "reverse"
        how = _how(owner, mode, factors)
        if variable is None or not how:
            continue

        def merged(kind: str = kind, variable: Any = variable, factors: bool = factors) -> Array:
            values = _dequantised(owner, kind, variable, mode)
            return values + _product(owner) if factors else values

        effective.append((EffectiveWeight(variable, merged, how), others))
    bias = kept_by(owner, "bias")
    if mode == "float8" and bias is not None and owner.compute_dtype == "float32":
        # Keras adds it in half precision, for the sake of a fused operation.
        effective.append((EffectiveWeight(bias, lambda: _rounded(bias), "bfloat16"), []))
    return effective


def _how(owner: Any, mode: str | None, factors: bool) -> str:
    """What is done to a stored weight; "" for nothing: the reverse of an embedding with LoRA."""
    how = []
    if mode is not None:
        is_known = mode in KNOWN_MODES
        how.append(
            f"{mode}, dequantised" if is_known else f"as stored: how {mode} acts is not known here"
        )
    if factors:
        how.append(f"with LoRA of rank {owner.lora_rank}")
    return " ".join(how)


def _product(owner: Any) -> Array:
    """What LoRA adds to the weight."""
    name = "kernel" if hasattr(owner, "lora_kernel_a") else "embeddings"
    first, second = (read_only(getattr(owner, f"lora_{name}_{k}"), copy=False) for k in "ab")
    scale = (getattr(owner, "lora_alpha", None) or owner.lora_rank) / owner.lora_rank
    product: Array = np.float32(scale) * np.matmul(first, second)
    return product


def _dequantised(owner: Any, kind: str, variable: Any, mode: str | None) -> Array:
    """A stored weight as floating point numbers, without LoRA."""
    if mode == "float8":
        rounded = keras.quantizers.quantize_and_dequantize(
            variable.value, owner.kernel_scale.value, "float8_e4m3fn", owner.compute_dtype
        )
        return np.asarray(keras.ops.convert_to_numpy(rounded)).astype(np.float32)
    if mode not in ("int8", "int4"):
        return read_only(variable, copy=False)
    name = {"kernel": "kernel", "embeddings": "embeddings", "reverse": "reverse_embeddings"}[kind]
    codes = _unpacked(owner, kind, variable) if mode == "int4" else read_only(variable, copy=False)
    scale = read_only(getattr(owner, f"{name}_scale"), copy=False)
    zero = kept_by(owner, f"{name}_zero")
    if mode == "int4" and zero is not None:
        # A scale for each group of inputs; of an embedding, of its own features.
        axis = -1 if kind == "embeddings" else 0
        groups = np.asarray(owner.g_idx).astype(np.intp)
        offset = read_only(zero, copy=False)
        values = (codes - offset.take(groups, axis)) * scale.take(groups, axis)
    elif kind == "embeddings":
        values = codes / scale[:, np.newaxis]
    elif mode == "int8" and isinstance(owner, keras.layers.EinsumDense):
        values = codes / along_kernel(owner, scale)
    else:
        values = codes / scale
    shape = getattr(owner, "original_kernel_shape", values.shape)
    return values.reshape(shape) if kind == "kernel" else values


def _unpacked(owner: Any, kind: str, variable: Any) -> Array:
    """Two codes of four bits a byte, each again a number of its own."""
    axis, length = packed_axis(owner, kind, variable.shape[0])
    codes = keras.quantizers.unpack_int4(variable.value, length, axis=axis)
    return np.asarray(keras.ops.convert_to_numpy(codes)).astype(np.float32)


def _by_groups(owner: Any) -> Array:
    """The kernel of a layer that GPTQ or AWQ has quantised; stored as (output, input)."""
    scale, zero = (read_only(part, copy=False) for part in (owner.kernel_scale, owner.kernel_zero))
    codes = owner.quantized_kernel.value
    if int(codes.shape[0]) != len(scale):
        codes = keras.quantizers.unpack_int4(codes, len(scale), axis=0, dtype="uint8")
    groups = np.asarray(owner.g_idx).astype(np.intp)
    numbers = np.asarray(keras.ops.convert_to_numpy(codes)).astype(np.float32)
    values: Array = ((numbers - zero[:, groups]) * scale[:, groups]).T
    stretched = kept_by(owner, "awq_scales")
    if stretched is not None:
        values = values / read_only(stretched, copy=False)[:, np.newaxis]
    return values.reshape(getattr(owner, "original_kernel_shape", values.shape))


def _rounded(variable: Any) -> Array:
    rounded = keras.ops.cast(keras.ops.cast(variable.value, "bfloat16"), "float32")
    return np.asarray(keras.ops.convert_to_numpy(rounded))
