"""Where a quantised layer, or one with LoRA, keeps its weights and what belongs to them.

3.8 has int8, float8 and LoRA; int4, GPTQ and AWQ are younger. How the stored numbers are laid out
is nowhere said. Where an attribute is missing, the weight is taken to act as it is stored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

MAIN = {"kernel": "_kernel", "embeddings": "_embeddings", "reverse": "reverse_embeddings"}
"""What Keras calls the stored weights that can be other than they act, and their attributes."""

KNOWN_MODES = ("int8", "int4", "float8", "gptq", "awq")

# What a layer keeps beside a quantised weight.
_BESIDE = (
    *("kernel_scale", "kernel_zero", "embeddings_scale", "embeddings_zero"),
    *("reverse_embeddings_scale", "reverse_embeddings_zero", "g_idx", "awq_scales"),
    *("inputs_scale", "inputs_amax_history", "kernel_amax_history"),
    *("outputs_grad_scale", "outputs_grad_amax_history"),
    *("lora_kernel_a", "lora_kernel_b", "lora_embeddings_a", "lora_embeddings_b"),
)


def mode_of(layer: Any) -> str | None:
    """How a layer is quantised; None for one that is not (3.8: ``quantization_mode``)."""
    mode: str | None = getattr(layer, "quantization_mode", None)
    return mode


def kept_by(layer: Any, attribute: str) -> Any:
    """What a layer itself keeps under a name, and no property of its class makes up; else None."""
    return vars(layer).get(attribute)


def beside(layer: Any) -> list[Any]:
    """Scales, factors and the like: variables that are part of the weights they belong to."""
    return [part for name in _BESIDE if (part := kept_by(layer, name)) is not None]


def packed_axis(layer: Any, kind: str, rows: int) -> tuple[int, int]:
    """Along which axis two codes of four bits share a byte, and how many codes there are.

    Keras packed a `Dense` layer's inputs at first, and its outputs later.

    Parameters
    ----------
    layer : keras.Layer
    kind : str
        One of `MAIN`.
    rows : int
        How long the first axis of the stored weight is.
    """
    if kind == "reverse":
        return 0, layer.output_dim
    if hasattr(layer, "_int4_unpacked_column_size"):
        return -1, layer._int4_unpacked_column_size
    if kind != "kernel" or rows == layer._orig_input_dim:
        return -1, layer._orig_output_dim
    return 0, layer._orig_input_dim


def along_kernel(layer: Any, scale: Array) -> Array:
    """The scales of an `EinsumDense`, which Keras lays out as its output has them (3.8)."""
    if layer._kernel_squeeze_axes:
        scale = np.expand_dims(scale, tuple(layer._kernel_squeeze_axes))
    if layer._kernel_expand_axes:
        scale = np.squeeze(scale, tuple(layer._kernel_expand_axes))
    if layer._kernel_transpose_axes:
        scale = scale.transpose(np.argsort(layer._kernel_transpose_axes))
    return scale


def without_quantisation(layer: Any, config: dict[str, Any]) -> dict[str, Any]:
    """A layer's configuration such that a new one's weights are drawn.

    Keras draws nothing for one that is quantised as it is built: its codes are 0.
    ``quantization_config`` is younger than 3.8: before it such a layer has no reference.
    """
    if mode_of(layer) is None:
        return config
    return config | {"dtype": layer.compute_dtype, "quantization_config": None}
