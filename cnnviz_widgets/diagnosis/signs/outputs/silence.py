"""Whether channels that say nothing are a layer's own doing."""

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
