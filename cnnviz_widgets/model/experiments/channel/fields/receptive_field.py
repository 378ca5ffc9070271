"""Which part of the input each place of a live layer sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from .....analysis.arrays import frozen
from .....analysis.channel.intervals import EMPTY, Bounds, own_positions, reduced
from .....records.channel.receptive_field import InputField, ReceptiveField
from .....validation.objects import instance
from ....layers.abstraction_levels import image_channel_axis, is_image
from ....layers.layer_info import LayerInfo
from ....reading.call_recorder import ModelCallError
from ....reading.inputs import input_names
from ....reading.passes.eager_pass import EagerPass
from ....reading.probe import ModelProbe, reader_of

NOT_TRACED = "a call that cannot be traced"
"""Among the unknown operations, where there is no graph to look at."""


def receptive_field(probe: ModelProbe, path: str) -> ReceptiveField:
    """Which part of the input each place of a layer sees, exactly, for models of every kind.

    It is told by the graph that the live model's call leaves behind when it is traced, operation
    by operation; nothing is run, and weights do not matter. What convolutions of several
    branches, of gaps (dilation, transposed ones) and at edges see is the smallest box round all
    that a value depends on.

    Parameters
    ----------
    probe : ModelProbe
    path : str

    Returns
    -------
    ReceptiveField
        Places are indices into the layer's output without batch and channels. Where an operation
        is of a kind not known here, or the model cannot be traced, `unknown` names it, and all
        of what it is given counts as seen.

    Raises
    ------
    TypeError, ValueError
        No probe; no such layer.
    ModelCallError
        The model's call raises.

    Examples
    --------
    >>> field = receptive_field(probe, "conv3")
    >>> field.at(0, 0)
    ((0, 8), (0, 8))
    """
    instance("probe", probe, ModelProbe)
    with probe.steady():
        info = probe.info(path)
        arrays = [np.asarray(array) for array in keras.tree.flatten(probe.inputs)]
        names = input_names(probe.model, probe.inputs)
        traced = _traced_pass(probe)
        if traced is None:
            return _of_everything(info, dict(zip(names, arrays, strict=True)), probe)
        from .graph_walk import Walk
        from .operation import Key

        inputs, target = traced.traced(info.path)
        states = [
            {
                Key(number, axis, free): own_positions(array.shape[axis], axis, array.ndim)
                for axis in range(1, array.ndim)
                for free in (False, True)
            }
            for number, array in enumerate(arrays)
        ]
        walk = Walk()
        state = walk.state_of(target, inputs, states)
        shape = tuple(length or 0 for length in target.shape.as_list())
        fields = {}
        for number, (name, array) in enumerate(zip(names, arrays, strict=True)):
            axes = [key.axis for key in state if key.number == number and not key.free]
            if not axes and not (array.ndim < 2 and name in info.inputs):
                continue
            seen, reached = (
                {axis: _by_channel(state[Key(number, axis, free)], info, shape) for axis in axes}
                for free in (False, True)
            )
            fields[name] = _field(probe, name, array, info, shape, seen=seen, reached=reached)
        return ReceptiveField(
            info.path, _images_first(fields, arrays, names), tuple(sorted(walk.unknown))
        )


def _traced_pass(probe: ModelProbe) -> Any:
    """The pass with the graph of the model's call; None where there is none."""
    forward = reader_of(probe).description().forward
    if not isinstance(forward, EagerPass):
        return forward
    if keras.backend.backend() != "tensorflow":
        return None
    from ....reading.passes.compiled_pass import CompiledPass

    try:
        return CompiledPass(probe.model, probe.inputs)
    except ModelCallError:
        return None


def _by_channel(bounds: Bounds, info: LayerInfo, shape: tuple[int, ...]) -> Bounds:
    """Of a tensor's axes first the channels', then the others but the batch's."""
    if bounds.ndim > 1:
        bounds = reduced(bounds, [0], keep=False)
    if info.channel_axis is None:
        return bounds[:, None]
    axis = info.channel_axis % len(shape)
    return np.moveaxis(bounds, axis, 1)


def _field(
    probe: ModelProbe,
    name: str,
    array: Any,
    info: LayerInfo,
    shape: tuple[int, ...],
    *,
    seen: Mapping[int, Bounds],
    reached: Mapping[int, Bounds],
) -> InputField:
    """Of one input, given the bounds along each of its axes."""
    features = _feature_axis(name, array, probe)
    axes = [axis for axis in seen if axis != features or _differs(seen[axis])]
    return InputField(
        name=name,
        axes=tuple(axes),
        lengths=tuple(array.shape[axis] for axis in axes),
        channels=info.channels or 1,
        places=_places(info, shape),
        seen=tuple(frozen(seen[axis]) for axis in axes),
        reached=tuple(frozen(reached[axis]) for axis in axes),
    )


def _places(info: LayerInfo, shape: tuple[int, ...]) -> tuple[int, ...]:
    if info.channel_axis is None:
        return shape[1:]
    channel = info.channel_axis % len(shape)
    return tuple(length for axis, length in enumerate(shape) if axis not in (0, channel))


def _differs(bounds: Bounds) -> bool:
    """Whether one place sees other features than another."""
    flat = bounds.min(axis=1).reshape(2, -1)
    flat = flat[:, flat[0] < EMPTY]
    return bool((flat != flat[:, :1]).any())


def _feature_axis(name: str, array: Any, probe: ModelProbe) -> int | None:
    """Along which axis an input has features or colours, not places; None if it has none."""
    readers = [info for info in probe.layers if name in info.inputs]
    if array.ndim < 3 or (array.ndim == 3 and _is_flat_image(readers)):
        return None
    stated = getattr(probe.layer_of(readers[0].path), "data_format", None) if readers else None
    if stated is None and is_image(array.shape, np.issubdtype(array.dtype, np.floating)):
        stated = "channels_first" if image_channel_axis(array.shape) == 1 else "channels_last"
    return 1 if stated == "channels_first" else array.ndim - 1


def _is_flat_image(readers: Sequence[LayerInfo]) -> bool:
    """Whether an input of three axes is given another shape before anything weighs its features."""
    for info in readers:
        if info.weight_shapes or len(info.output_shape) != 3:
            return not info.weight_shapes
    return False


def _of_everything(info: LayerInfo, arrays: dict[str, Any], probe: ModelProbe) -> ReceptiveField:
    """Where there is no graph: each place may see all of every input that leads to the layer."""
    shape = tuple(length or 0 for length in info.output_shape)
    fields = {}
    for name, array in arrays.items():
        if name in info.inputs or not info.inputs:
            whole = {
                axis: np.array([0, 1 - array.shape[axis]], dtype=np.int32).reshape(
                    2, 1, *[1] * len(_places(info, shape))
                )
                for axis in range(1, array.ndim)
            }
            fields[name] = _field(probe, name, array, info, shape, seen=whole, reached=whole)
    ordered = _images_first(fields, list(arrays.values()), list(arrays))
    return ReceptiveField(info.path, ordered, (NOT_TRACED,))


def _images_first(
    fields: Mapping[str, InputField], arrays: Sequence[Any], names: Sequence[str]
) -> dict[str, InputField]:
    images = {
        name
        for name, array in zip(names, arrays, strict=True)
        if is_image(array.shape, np.issubdtype(array.dtype, np.floating))
    }
    return {name: fields[name] for name in sorted(fields, key=lambda name: name not in images)}
