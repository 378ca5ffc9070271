"""A layer's weights as the method looks at them: by what they take in and what they lead to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ..keras_compat.layers import inner_layers
from .effective_weights import EffectiveWeight, effective_weights
from .effective_weights import read_only as read_only
from .layer_info import is_norm, unique_names, weight_axes, weight_names
from .layer_kinds import gates_of, kind_of

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LayerParameters:
    """One of a layer's weights with its inputs on the first axis and its outputs on the last.

    Attributes
    ----------
    name : str
        What the layer calls it: ``kernel``, ``depthwise_kernel``, and with what it is inside of
        where that says too little, ``forward_lstm/lstm_cell/kernel``. ``vectors`` for those of a
        normalisation.
    values : ndarray of float32, shape (input, ..., output), read-only
        The axes between are the taps: (input, height, width, output) for a 2-D convolution
        [WL20 §1.2.1], none for a dense layer [WL20 §1.2.2].
    bias : ndarray of float32, shape (output,), or None
        Read-only. What is added to each output.
    inputs, outputs : str
        What one entry of the first and of the last axis is: "input channel", "token"; "output
        channel", "unit".
    columns : tuple of str
        A name for each entry of the first axis, where they are not one of a kind; else ().
    first_channel : int or None
        The channel of the layer's own output that the first entry of the last axis is, the
        others following on. None where the outputs are no channels of it: what the first half
        of a separable convolution leads to, or the last axis of a weight of unknown meaning.
    tap_names : tuple of str
        The gates of a recurrent cell, where these are the first axis of taps; else ().
    how : str
        What was done to the stored numbers, in few words, where the layer does not compute with
        these: "int8, dequantised", "with LoRA of rank 4"; else "".
    """

    name: str
    values: Array
    bias: Array | None
    inputs: str
    outputs: str
    columns: tuple[str, ...] = ()
    first_channel: int | None = 0
    tap_names: tuple[str, ...] = ()
    how: str = ""


class _Weight(NamedTuple):
    """A weight by its own name and by the one that tells it from all others of the layer."""

    short: str
    name: str
    variable: Any
    shape: tuple[int, ...]
    merged: Array | None
    how: str

    @classmethod
    def of(cls, name: str, acting: EffectiveWeight) -> _Weight:
        """A weight as it acts: what is not stored as it acts is read now, since its shape tells."""
        merged = None if acting.merged is None else acting.read()
        shape = acting.variable.shape if merged is None else merged.shape
        sizes = tuple(int(n) for n in shape)
        return cls(acting.variable.name, name, acting.variable, sizes, merged, acting.how)


Read = Callable[[_Weight], Array]


def layer_parameters(
    layer: Any, weights: Sequence[Any], *, copy: bool = True
) -> tuple[LayerParameters, ...]:
    """The weights of a layer, each with its inputs first, its taps between, its outputs last.

    They are those that it computes with, which are not always those that it stores: see
    `effective_weights`.

    Parameters
    ----------
    layer : keras.Layer
    weights : sequence of keras.Variable
        Those of the layer's weights that are wanted.
    copy : bool
        Whether the arrays have memory of their own.

    Returns
    -------
    tuple of LayerParameters
        In the layer's own order. Numbers without an axis, such as counters, are left out.

    Notes
    -----
    What becomes of which weight, Keras' own layout before the arrow:

    - convolution: (…taps, in, out) → (in, …taps, out); with groups, `in` counts those of a group;
    - transposed convolution: (…taps, out, in) → (in, …taps, out);
    - depthwise: (…taps, in, multiplier) → (1, …taps, in · multiplier), output ``in · multiplier +
      m`` as Keras numbers them; separable: that, and then the pointwise kernel with the bias;
    - dense, embedding: as they are; `EinsumDense` and with it attention: all axes that are summed
      over flattened to one, all others to another, in the order of the output;
    - recurrent: (in, gates · units) → (in, gates, units), so that an output is a unit with all
      its gates. Where several gates have a bias, it is an entry of its own, (gates, units) with
      the gates' names for columns: it has as many numbers a unit as there are gates, not one.
      `ConvLSTM`'s gates are one more axis of taps before the others;
    - normalisation: its vectors above one another, (vector, channel), with names for columns;
    - all else: the last axis for the outputs, the first for the inputs, one vector as (1, n).
    """

    def read(weight: _Weight) -> Array:
        return read_only(weight.variable, copy=copy) if weight.merged is None else weight.merged

    acting = effective_weights(layer, weights)
    names = weight_names(layer, [weight.variable for weight in acting])
    named = [_Weight.of(name, weight) for name, weight in zip(names, acting, strict=True)]
    parts = []
    for owner, owned in _by_owner(layer, named):
        offset = _first_output(layer, owner)
        for part in _arranged(owner, owned, read):
            own = part.first_channel
            first = None if own is None or offset is None else offset + own
            parts.append(replace(part, first_channel=first))
    names = unique_names([part.name for part in parts])
    return tuple(replace(part, name=name) for part, name in zip(parts, names, strict=True))


def _by_owner(layer: Any, weights: list[_Weight]) -> list[tuple[Any, list[_Weight]]]:
    """The weights by the innermost layer that has them: the cell of an LSTM, not the LSTM."""
    owner_of = {id(variable): inner for inner in inner_layers(layer) for variable in inner.weights}
    owned: dict[int, tuple[Any, list[_Weight]]] = {}
    for weight in weights:
        owner = owner_of[id(weight.variable)]
        owned.setdefault(id(owner), (owner, []))[1].append(weight)
    return list(owned.values())


def _first_output(layer: Any, owner: Any) -> int | None:
    """Which of the layer's channels the first output of a layer inside it is, None for none."""
    kinds = keras.layers
    if owner is layer:
        return 0
    if isinstance(layer, kinds.Bidirectional):
        if owner in inner_layers(layer.forward_layer):
            return _first_output(layer.forward_layer, owner)
        first = _first_output(layer.backward_layer, owner)
        before = getattr(layer.forward_layer.cell, "output_size", None)
        if layer.merge_mode != "concat" or first is None:
            return first
        return first + before if isinstance(before, int) else None
    for kind, inner in (
        (kinds.Wrapper, "layer"),
        (kinds.RNN, "cell"),
        (kinds.MultiHeadAttention, "output_dense"),
    ):
        if isinstance(layer, kind):
            return _first_output(getattr(layer, inner), owner)
    if isinstance(layer, kinds.StackedRNNCells):
        return _first_output(layer.cells[-1], owner)
    return None


def _arranged(owner: Any, weights: list[_Weight], read: Read) -> list[LayerParameters]:
    """The weights that a layer itself has; `first_channel` counts that layer's own outputs."""
    weights = [weight for weight in weights if weight.shape]
    if is_norm(owner):
        return _normalisation(weights, read)
    gates = gates_of(owner)
    arrange: Callable[[_Weight], LayerParameters | None]
    if gates:
        arrange = partial(_recurrent, gates=gates, read=read)
    elif isinstance(owner, keras.layers.EinsumDense):
        arrange = partial(_einsum, owner, read=read)
    else:
        arrange = partial(_by_axes, owner, read=read)
    bias = next((weight for weight in weights if weight.short == "bias"), None)
    taker = "pointwise_kernel" if _is_separable(owner) else "kernel"
    parts = []
    for weight in [weight for weight in weights if weight is not bias]:
        part = arrange(weight)
        if bias is not None and part is not None and weight.short == taker:
            added = _added(owner, bias, weight, part.values.shape[-1], read)
            if added is not None:
                part, bias = replace(part, bias=added), None
        parts.append(replace(part or _unknown(weight, read), how=weight.how))
    if bias is not None:
        parts.append((_gate_biases(bias, gates, read) if gates else None) or _unknown(bias, read))
    return parts


def _added(owner: Any, bias: _Weight, kernel: _Weight, outputs: int, read: Read) -> Array | None:
    """A bias as one number for each output of the kernel, or None if it is something else."""
    if isinstance(owner, keras.layers.EinsumDense):
        return _einsum_bias(owner, bias, kernel, outputs, read)
    return read(bias) if bias.shape == (outputs,) else None


def _unknown(weight: _Weight, read: Read) -> LayerParameters:
    """A weight of which only its shape is known."""
    values = read(weight)
    columns = (weight.short,) if values.ndim == 1 else ()
    values = values[np.newaxis] if columns else values
    return LayerParameters(weight.name, values, None, "input", "output", columns, None)


def _normalisation(weights: list[_Weight], read: Read) -> list[LayerParameters]:
    """The vectors of a normalisation above one another, and whatever else it has by itself."""
    alike = [weight for weight in weights if weight.shape == weights[0].shape]
    if not alike:
        return []
    values = np.stack([read(weight).ravel() for weight in alike])
    inside = weights[0].name.rpartition("/")[0]
    vectors = LayerParameters(
        f"{inside}/vectors" if inside else "vectors",
        frozen(values),
        None,
        "vector",
        "channel",
        tuple(weight.short for weight in alike),
        0 if len(weights[0].shape) == 1 else None,
    )
    others = [weight for weight in weights if weight.shape != weights[0].shape]
    return [vectors, *(_unknown(weight, read) for weight in others)]


def _recurrent(weight: _Weight, gates: tuple[str, ...], read: Read) -> LayerParameters | None:
    """A cell's kernel: its gates, side by side in Keras, become the first axis of taps."""
    if weight.short not in ("kernel", "recurrent_kernel") or weight.shape[-1] % len(gates):
        return None
    units = weight.shape[-1] // len(gates)
    values = read(weight).reshape(*weight.shape[:-1], len(gates), units)
    unit, feature = ("unit", "input feature")
    if len(weight.shape) > 2:  # a convolution inside the cell
        unit, feature = ("output channel", "input channel")
    return LayerParameters(
        weight.name,
        np.moveaxis(values, (-3, -2), (0, 1)),
        None,
        unit if weight.short == "recurrent_kernel" else feature,
        unit,
        tap_names=gates if len(gates) > 1 else (),
    )


def _gate_biases(bias: _Weight, gates: tuple[str, ...], read: Read) -> LayerParameters | None:
    """The biases of several gates: one column a gate, a second set for `GRU`'s recurrent half."""
    sets = bias.shape[0] if len(bias.shape) == 2 else 1
    if sets > 2 or bias.shape[-1] % len(gates):
        return None
    columns = (*gates, *(f"recurrent {gate}" for gate in gates))[: sets * len(gates)]
    values = read(bias).reshape(len(columns), -1)
    return LayerParameters(bias.name, values, None, "gate", "unit", columns)


def _by_axes(owner: Any, weight: _Weight, read: Read) -> LayerParameters | None:
    """A kernel whose axes `weight_axes` knows."""
    axes = weight_axes(owner, weight.short, len(weight.shape))
    if axes is None or "channel" in axes:
        return None
    values = read(weight)
    if "multiplier" in axes:
        # Keras numbers the outputs input by input.
        values = values.reshape(*weight.shape[:-2], -1)[np.newaxis]
        if _is_separable(owner):
            return LayerParameters(
                weight.name, values, None, "own input channel", "depthwise channel", (), None
            )
        return LayerParameters(weight.name, values, None, "own input channel", "output channel")
    entering = axes.index("token" if "token" in axes else "in")
    values = np.moveaxis(values, (entering, axes.index("out")), (0, -1))
    if axes[0] == "token":
        words = ("token", "output feature")
    elif axes == ("in", "out"):
        words = ("input feature", "output feature")
    elif _is_separable(owner):
        words = ("depthwise channel", "output channel")
    elif getattr(owner, "groups", 1) > 1:
        words = ("grouped input channel", "output channel")
    else:
        words = ("input channel", "output channel")
    return LayerParameters(weight.name, values, None, *words)


def _is_separable(owner: Any) -> bool:
    return kind_of(owner).separable


def _einsum(owner: Any, weight: _Weight, read: Read) -> LayerParameters | None:
    """The kernel of an `EinsumDense`: axes that its output lacks are inputs, the others outputs."""
    _, spec, output = _einsum_specs(owner)
    if weight.short != "kernel" or len(weight.shape) != len(spec):
        return None
    inputs = [spec.index(axis) for axis in spec if axis not in output]
    outputs = [spec.index(axis) for axis in output if axis in spec]
    values = read(weight).transpose(*inputs, *outputs)
    values = values.reshape(math.prod(values.shape[: len(inputs)]), -1)
    are_channels = not owner.equation.endswith("...") and len(outputs) == 1
    return LayerParameters(
        weight.name,
        frozen(values),
        None,
        "input feature",
        "output feature",
        first_channel=0 if are_channels and spec[outputs[0]] == output[-1] else None,
    )


def _einsum_specs(owner: Any) -> tuple[str, str, str]:
    """The letters of the input, of the kernel and of the output, without the dots."""
    terms, output = owner.equation.replace("...", "").split("->")
    inputs, kernel = terms.split(",")
    return inputs, kernel, output


def _einsum_bias(
    owner: Any, bias: _Weight, kernel: _Weight, outputs: int, read: Read
) -> Array | None:
    """The bias of an `EinsumDense` in the order of its kernel's outputs."""
    _, spec, output = _einsum_specs(owner)
    sizes = dict(zip(spec, kernel.shape, strict=True))
    axes = output[min(map(output.index, owner.bias_axes)) :]
    of_kernel = [k for k, axis in enumerate(axes) if axis in spec]
    if any(n > 1 for k, n in enumerate(bias.shape) if k not in of_kernel):
        return None  # it differs along an axis that the kernel does not have
    values = read(bias).reshape([bias.shape[k] for k in of_kernel])
    shape = [int(sizes[axis]) for axis in output if axis in spec]
    return frozen(np.broadcast_to(values, shape).reshape(outputs))
