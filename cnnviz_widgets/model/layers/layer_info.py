"""What a layer is: its names and shapes, its channel axis, its weights and what their axes mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..keras_compat.layers import inner_layers
from .layer_kinds import family, kind_of

_SPATIAL = {1: ("step",), 2: ("height", "width"), 3: ("depth", "height", "width")}


@dataclass(frozen=True)
class LayerInfo:
    """One output of one call of one layer, as the model stands.

    Attributes
    ----------
    path : str
        Names from the outside in: ``backbone/conv1``. A shared layer's later calls end in ``:1``,
        ``:2``, … in the order in which they were written; a second, different layer of the same
        name beside it in ``#1``. Of a layer with several outputs the first has the bare path, the
        others end in ``[1]``, ``[2]``, … (an LSTM's states); the entries of a dict all end in
        their key, ``head[boxes]``.
    name : str
        The layer's own name. Any text at all: never HTML.
    kind : str
        Name of its class, such as ``Conv2D``; ``Relu`` or ``Add`` of an operation in the graph of a
        functional model that is no layer.
    output_shape : tuple of int or None
        None where the batch is. A layer that folds other axes into the batch keeps its number.
    dtype : str
        What the model computes in, such as ``bfloat16``; it is read as float32 all the same.
    weight_shapes : mapping of str to tuple of int
        Name → shape. Of a block that contains listed layers, only what is the block's own.
    weight_axes : mapping of str to tuple of str
        Name → what its axes mean, for instance ``("height", "width", "in", "out")`` for the kernel
        of a ``Conv2D`` and ``("height", "width", "out", "in")`` for that of a ``Conv2DTranspose``
        (METHOD §1). Weights of kinds unknown here are absent.
    parameters : int
        Count of numbers in these weights.
    trainable : bool
    activation : str or None
        Name of the activation function that the layer applies itself.
    bounds : (float, float)
        The least and the greatest value that the activation lets out, as far as that is known:
        (0, ∞) for ReLU, also behind layers that only hand it on; infinite where there is no limit.
    channel_axis : int or None
        -1; 1 where the data format is ``channels_first``; None for less than two axes.
    depth : int
        How many models or blocks the layer is inside.
    level : int
        Abstraction level, in layers from the nearest image end [WL20 §1.3.1]: `levels.levels`.
    relative_level : float
        `level` over the largest level in the model: 0 at an image end, 1 farthest from it.
    call_index : int
        0 for the first call of a layer; k for the shared layer's later calls.
    output_index : tuple of int or str
        Where in the layer's returned structure this output stands; ``()`` for a lone tensor.
    parents : tuple of str
        Paths of the layers whose output this one reads, directly or through functions that are
        not listed.
    reads_unlisted : bool
        Whether it also reads what no listed layer puts out: an input of the model, or what
        functions made.
    inputs : tuple of str
        Which of the model's inputs it depends on, by the names of the input layers or the keys of a
        dict: of a shared layer's calls in a network of twins, which twin each belongs to. Where
        the graph is not known (a model that runs eagerly and calls functions), those that may be.
    family : str or None
        The kind in Keras that its class is or is made from, ``ops.Relu`` of an operation; ``""``
        for a class of the user's own. None: not looked for, then `kind` is taken for it.
    """

    path: str
    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    dtype: str = "float32"
    weight_shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    weight_axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: int = 0
    trainable: bool = True
    activation: str | None = None
    bounds: tuple[float, float] = (-math.inf, math.inf)
    channel_axis: int | None = -1
    depth: int = 0
    level: int = 1
    relative_level: float = 0.0
    call_index: int = 0
    output_index: tuple[int | str, ...] = ()
    parents: tuple[str, ...] = ()
    reads_unlisted: bool = False
    inputs: tuple[str, ...] = ()
    family: str | None = None

    @property
    def level_name(self) -> str:
        """``"low"`` next to an image and in the nearer half of the levels, else ``"high"``."""
        return "low" if self.level <= 1 or self.relative_level <= 0.5 else "high"

    @property
    def channels(self) -> int | None:
        """Number of channels (features of a 2-D output), None where there are none."""
        return None if self.channel_axis is None else self.output_shape[self.channel_axis]


def output_suffix(place: Sequence[int | str]) -> str:
    """How the path of a layer's output at this place of its returned structure ends."""
    if all(step == 0 and not isinstance(step, str) for step in place):
        return ""
    return "".join(f"[{step}]" for step in place)


def own_weights(layer: Any, listed: set[int]) -> list[Any]:
    """The layer's weights without those of the layers inside it that are listed themselves.

    Parameters
    ----------
    layer : keras.Layer
    listed : set of int
        ``id`` of each listed layer.
    """
    if not isinstance(layer, keras.Layer):
        return []  # an operation of a graph
    theirs = {
        id(weight)
        for inner in inner_layers(layer, itself=False)
        if id(inner) in listed
        for weight in inner.weights
    }
    return [weight for weight in layer.weights if id(weight) not in theirs]


def weight_names(layer: Any, weights: Sequence[Any]) -> list[str]:
    """A name for each weight: ``kernel``; with what it is inside of, where that says too little.

    ``Bidirectional`` has two kernels: ``forward_lstm/lstm_cell/kernel`` and the backward one.
    """
    short = [weight.name for weight in weights]
    names: list[str] = []
    for weight, name in zip(weights, short, strict=True):
        if short.count(name) > 1:
            _, separator, rest = weight.path.partition(f"{layer.name}/")
            name = rest if separator else weight.path
        names.append(name)
    return unique_names(names)


def unique_names(given: Sequence[str]) -> list[str]:
    """The names, with ``#1``, ``#2``, … behind those that came before."""
    names: list[str] = []
    for name in given:
        unique, twin = name, 0
        while unique in names:
            twin += 1
            unique = f"{name}#{twin}"
        names.append(unique)
    return names


def weight_axes(layer: Any, name: str, rank: int) -> tuple[str, ...] | None:
    """What the axes of the weight called `name` mean, or None where that is not known."""
    last = name.rpartition("/")[2]
    if rank == 1:
        return ("out",) if last == "bias" else ("channel",) if is_norm(layer) else None
    kernel = kind_of(layer).kernel
    if last == "embeddings" and "token" in kernel:
        return kernel
    if last == "kernel" and rank == 2 and kernel == ("in", "out"):
        return kernel
    spatial = _SPATIAL.get(rank - 2)
    if spatial is None:
        return None
    if last == "depthwise_kernel":
        return (*spatial, "in", "multiplier")
    if last == "pointwise_kernel":
        return (*spatial, "in", "out")
    if last == "kernel" and kernel[:1] == ("space",):
        return (*spatial, *kernel[1:])
    return None


def is_norm(layer: Any) -> bool:
    """Whether the layer's vectors have a number for each channel that it normalises."""
    return kind_of(layer).vectors


def weight_fields(layer: Any, weights: Sequence[Any]) -> dict[str, Any]:
    """The fields of `LayerInfo` that describe the weights."""
    names = weight_names(layer, weights)
    shapes = {
        name: tuple(int(n) for n in weight.shape)
        for name, weight in zip(names, weights, strict=True)
    }
    axes = {name: weight_axes(layer, name, len(shape)) for name, shape in shapes.items()}
    return {
        "weight_shapes": MappingProxyType(shapes),
        "weight_axes": MappingProxyType({n: a for n, a in axes.items() if a is not None}),
        "parameters": sum(math.prod(shape) for shape in shapes.values()),
    }


def activation_name(layer: Any) -> str | None:
    """Name of the activation function the layer applies to its output, None if it has none."""
    activation = getattr(layer, "activation", None)
    if activation is None:
        return kind_of(layer).activation
    name = getattr(activation, "__name__", None) or getattr(activation, "name", None)
    return str(name) if name is not None else type(activation).__name__


def channel_axis(
    layer: Any, shape: Sequence[int | None], inherited: int | None, inherited_rank: int
) -> int | None:
    """Axis of the channels in an output of this layer.

    Parameters
    ----------
    layer : keras.Layer
    shape : sequence of int or None
        The output's shape, batch first.
    inherited, inherited_rank
        Channel axis and rank of the output it reads. A layer that has no data format of its own,
        such as an activation or a sum, keeps both.

    Returns
    -------
    int or None
        -1, or 1 for ``channels_first``, or None for an output of rank 0 or 1.
    """
    rank = len(shape)
    if rank < 2:
        return None
    if rank == 2:
        return -1
    data_format = getattr(layer, "data_format", None)
    if data_format in ("channels_first", "channels_last"):
        return 1 if data_format == "channels_first" else -1
    if isinstance(layer, keras.layers.BatchNormalization):
        axis = layer.axis[0] if isinstance(layer.axis, (list, tuple)) else layer.axis
        return 1 if axis == 1 else -1
    if kind_of(layer).channels_last:
        return -1
    turned = _turned(layer, rank)
    if turned is not None:
        channels = 1 if inherited == 1 and inherited_rank == rank else rank - 1
        return 1 if turned.index(channels) == 1 else -1
    return 1 if inherited == 1 and inherited_rank == rank else -1


def _turned(layer: Any, rank: int) -> list[int] | None:
    """Which axis of its input each axis of the output is, for what only turns them; else None."""
    axes = list(range(rank))
    kind = family(layer)
    if kind == "Permute":
        return [0, *layer.dims]
    if kind == "ops.Transpose":
        return axes[::-1] if layer.axes is None else [axis % rank for axis in layer.axes]
    # Of an array that has axis k of length k the shape is what is asked for.
    if kind == "ops.Moveaxis":
        return list(np.moveaxis(np.empty(axes), layer.source, layer.destination).shape)
    if kind == "ops.Swapaxes":
        return list(np.swapaxes(np.empty(axes), layer.axis1, layer.axis2).shape)
    return None


def to_float32(value: Any) -> NDArray[np.float32]:
    """A tensor or variable as float32; without a copy where the framework's memory will do.

    Half precision and bfloat16 are widened; integers and booleans become numbers.
    """
    array = np.asarray(value)
    return array if array.dtype == np.float32 else array.astype(np.float32)
