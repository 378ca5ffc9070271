"""How many multiplications with a weight a model makes for one sample."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ....layers.layer_info import LayerInfo

Shapes = Mapping[str, tuple[int, ...]]

_FORWARD = {"Dense", "Conv1D", "Conv2D", "Conv3D"}
_TRANSPOSED = {"Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"}
_DEPTHWISE = {
    *("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
}
_RECURRENT = {"GRU", "LSTM", "SimpleRNN"}


def multiplications(
    infos: Iterable[LayerInfo],
    inputs: Mapping[str, tuple[int, ...]],
    changed: Mapping[str, Shapes],
) -> tuple[int, tuple[str, ...]]:
    """Multiply-accumulates of one sample, by the formulas of the layers.

    Those of convolutions, of dense and of recurrent layers count, each call of a shared layer. What
    has a number for each channel only, such as a normalisation, counts nothing, and neither do
    activations and pooling.

    Parameters
    ----------
    infos : iterable of LayerInfo
        All of the model's.
    inputs : mapping of str to tuple of int
        The shape of each of the model's inputs, by its name.
    changed : mapping of str to mapping of str to tuple of int
        Path → name → the shape that a weight has in place of its own.

    Returns
    -------
    int
    tuple of str
        Paths of layers with matrices whose multiplications are not counted, such as attention.
    """
    known = list(infos)
    by_path = {info.path: info for info in known}
    total, uncounted = 0, []
    for info in known:
        if info.output_index:
            continue
        shapes = changed.get(info.path, info.weight_shapes)
        count = _of_layer(info, shapes, _read_by(info, by_path, inputs))
        if count is None:
            uncounted.append(info.path)
        else:
            total += count
    return total, tuple(uncounted)


def _read_by(
    info: LayerInfo,
    by_path: Mapping[str, LayerInfo],
    inputs: Mapping[str, tuple[int, ...]],
) -> tuple[int | None, ...]:
    """The shape of the one thing that a layer reads; () where there are several."""
    if len(info.parents) == 1 and info.parents[0] in by_path:
        return by_path[info.parents[0]].output_shape
    if not info.parents and len(info.inputs) == 1:
        return inputs.get(info.inputs[0], ())
    return ()


def _of_layer(info: LayerInfo, shapes: Shapes, read: tuple[int | None, ...]) -> int | None:
    kind = info.family or ""
    weights = sum(
        math.prod(shape) for name, shape in shapes.items() if len(shape) > 1 and name != "alpha"
    )
    if kind in _FORWARD | _DEPTHWISE:
        return _positions(info, info.output_shape) * weights
    if kind == "Embedding" or not weights:
        return 0
    if kind in _TRANSPOSED and read:
        return _positions(info, read) * weights
    if kind in _RECURRENT and len(read) == 3:
        return int(read[1] or 0) * weights
    return None


def _positions(info: LayerInfo, shape: tuple[int | None, ...]) -> int:
    """In what a layer makes, or in what it reads: its channels lie along the same axis in both."""
    channel = (info.channel_axis or -1) % len(shape)
    return math.prod(int(shape[k] or 1) for k in range(1, len(shape)) if k != channel)
