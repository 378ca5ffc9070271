"""What a forward pass tells of a model: its layers, their levels, shapes and ranges."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np

from ..layers.abstraction_levels import (
    image_channel_axis,
    inputs_reaching,
    is_image,
    levels,
    output_is_image_end,
)
from ..layers.activations import OutputReach, known_range, output_reach
from ..layers.layer_info import (
    LayerInfo,
    activation_name,
    channel_axis,
    own_weights,
    weight_fields,
)
from ..layers.layer_kinds import family
from .fingerprint import Fingerprint, fingerprint
from .inputs import input_names
from .passes.forward_pass import Output, Pass


@dataclass(frozen=True)
class Description:
    """What was found out about the model as it stood at one fingerprint.

    Attributes
    ----------
    traces : dict
        What experiments have traced of it, see `ModelReader.traced`.
    """

    mark: Fingerprint
    forward: Pass
    infos: dict[str, LayerInfo]
    layers: dict[str, Any]
    image_ends: tuple[str, ...]
    traces: dict[Hashable, Any] = field(default_factory=dict)


def describe(model: Any, inputs: Any, forward: Pass) -> Description:
    """Everything about the layers that a pass has shown, levels and shapes included."""
    outputs, parents = forward.listing.outputs, forward.listing.graph.parents
    facts = _PassFacts.of(model, inputs, forward)
    by_call: dict[int, list[LayerInfo]] = {}
    infos: dict[str, LayerInfo] = {}
    reaches: dict[str, OutputReach] = {}
    for output in outputs:
        read = [info for parent in parents[output.call] for info in by_call.get(parent, ())]
        info = _layer_info(output, read, facts)
        reaches[info.path] = output_reach(info, output.layer, reaches)
        info = infos[info.path] = replace(info, bounds=known_range(reaches[info.path]))
        by_call.setdefault(output.call, []).append(info)
    return Description(
        # After the trace: what the model's code counts as it is traced is no change.
        mark=fingerprint(model),
        forward=forward,
        infos=infos,
        layers={output.path: output.layer for output in outputs},
        image_ends=facts.image_ends,
    )


@dataclass(frozen=True)
class _PassFacts:
    """What describing each layer needs to know of the whole pass.

    Attributes
    ----------
    forward : Pass
    samples : int
        Length of the batch.
    levels : list of int
        Of each call.
    highest : int
        Of the levels.
    reached : list of tuple of int
        The inputs, from 0, that each call depends on.
    input_names : tuple of str
    listed : set of int
        ``id`` of each layer that is listed.
    first_axis : int or None
        Of the channels of an image input: what an activation in front of the first convolution
        inherits.
    image_ends : tuple of str
    """

    forward: Pass
    samples: int
    levels: list[int]
    highest: int
    reached: list[tuple[int, ...]]
    input_names: tuple[str, ...]
    listed: set[int]
    first_axis: int | None
    image_ends: tuple[str, ...]

    @classmethod
    def of(cls, model: Any, inputs: Any, forward: Pass) -> _PassFacts:
        batch = keras.tree.flatten(inputs)
        outputs, graph = forward.listing.outputs, forward.listing.graph
        images = {
            -1 - k: array.shape
            for k, array in enumerate(batch)
            if is_image(array.shape, np.issubdtype(array.dtype, np.floating))
        }
        made_images = {
            call for call, shape in graph.returned if output_is_image_end(shape, images.values())
        }
        operations = {each.call for each in outputs if not isinstance(each.layer, keras.Layer)}
        call_levels = levels(graph.parents, images, made_images, operations)
        return cls(
            forward=forward,
            samples=len(batch[0]),
            levels=call_levels,
            highest=max(call_levels, default=0),
            reached=inputs_reaching(graph.parents),
            input_names=input_names(model, inputs),
            listed={id(output.layer) for output in outputs},
            first_axis=next((image_channel_axis(shape) for shape in images.values()), None),
            image_ends=(("input",) if images else ()) + (("output",) if made_images else ()),
        )


def _layer_info(output: Output, read: list[LayerInfo], facts: _PassFacts) -> LayerInfo:
    """What is known of a layer's output, given what is of those that it reads; but its bounds."""
    layer, shape, forward = output.layer, output.shape, facts.forward
    axis, rank = facts.first_axis, 4
    if read:
        axis, rank = read[0].channel_axis, len(read[0].output_shape)
    level = facts.levels[output.call]
    return LayerInfo(
        path=output.path,
        name=layer.name,
        kind=type(layer).__name__,
        family=family(layer),
        output_shape=(None, *shape[1:]) if shape[:1] == (facts.samples,) else shape,
        dtype=output.dtype,
        trainable=bool(getattr(layer, "trainable", True)),
        activation=activation_name(layer),
        channel_axis=channel_axis(layer, shape, axis, rank),
        depth=output.depth,
        level=level,
        relative_level=level / facts.highest if facts.highest else 0.0,
        call_index=output.call_index,
        output_index=output.output_index,
        parents=tuple(info.path for info in read),
        reads_unlisted=any(parent < 0 for parent in forward.listing.graph.parents[output.call])
        or any(each.is_before(output.path) for each in forward.unseen),
        inputs=tuple(facts.input_names[k] for k in facts.reached[output.call]),
        **weight_fields(layer, own_weights(layer, facts.listed)),
    )
