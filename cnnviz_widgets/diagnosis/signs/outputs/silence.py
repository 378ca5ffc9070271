"""Whether channels that say nothing are a layer's own doing, and whether they are meant to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...facts import LayerFacts, ModelFacts

WHOLLY = 0.95
"""From this share on nothing of the layer is left, and what follows from it is explained."""

CONSTANT_VARIATION = 1e-3
"""Variation between samples relative to the channel's magnitude: below, no layer behind it can
tell inputs apart by this channel in half precision (2⁻¹⁰)."""


def inherited(model: ModelFacts, layer: LayerFacts, channels: NDArray[np.integer]) -> bool:
    """Whether these channels say nothing in the layer before either, channel by channel.

    Normalisation makes a dead channel constant, an activation keeps it as it is; so do the
    layers that hand on, whatever they change of the shape.
    """
    if layer.role == "weights" and not layer.channelwise:
        return False
    for parent in model.parents(layer):
        outputs = parent.outputs
        mute = outputs.measures.dead | (outputs.variation < CONSTANT_VARIATION)
        if outputs.channels == layer.outputs.channels:
            if mute[channels].all():
                return True
        elif layer.role == "other" and mute.mean() >= WHOLLY:
            return True
    return False


def hands_on(layer: LayerFacts, share: float) -> bool:
    """Whether this share of silent channels is of the layer before: a pooling's, a flattening's."""
    return layer.role == "other" and share < WHOLLY


GATING = ("sigmoid", "hard_sigmoid", "softmax")
"""Activations by which a layer says how much of something else goes on."""

_BESIDE = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Subtract")


def is_meant(model: ModelFacts, layer: LayerFacts, share: float) -> bool:
    """Whether a layer is made to put out the same for every input: a table, a mask.

    It does not read the inputs; or it mixes nothing, and what it puts out joins what varies.
    """
    if not layer.reads_inputs or (not layer.parents and layer.looks_up):
        return True
    if share < 1 or any(weight.name.endswith("kernel") for weight in layer.weights):
        return False
    readers = model.readers(layer)
    return bool(readers) and all(_joins_others(model, layer, each) for each in readers)


def leads_into_gate(model: ModelFacts, layer: LayerFacts, activation: str | None = None) -> bool:
    """Whether all that a layer puts out only says how much of something else goes on.

    Parameters
    ----------
    model : ModelFacts
    layer : LayerFacts
    activation : str or None
        The last one on the way to the layer.
    """
    last = activation if layer.role == "other" else layer.activation
    readers = model.readers(layer)
    return bool(readers) and all(
        last in GATING and reader.kind not in _BESIDE
        if _joins_others(model, layer, reader)
        else leads_into_gate(model, reader, last)
        for reader in readers
    )


def _joins_others(model: ModelFacts, layer: LayerFacts, reader: LayerFacts) -> bool:
    """Whether a reader reads something besides the layer that varies between samples."""
    others = (each for each in model.parents(reader) if each is not layer)
    return reader.reads_unlisted or any(
        bool(np.nanmax(each.outputs.variation, initial=0) >= CONSTANT_VARIATION) for each in others
    )
