"""Weights that do not move while others do; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.weight_movement import WeightMovement
from ..base import BEYOND, SAME_IN_LAYERS, Sign


class Frozen(Sign):
    """Layers that training passes by.

    Measured: the relative change ‖ΔW‖/‖W‖ since an earlier moment; without one, whether biases
    are still exactly what they began as and the kernel still distributed as its initialiser
    draws it (`weight_movement.WeightMovement`).
    """

    kind, title, source = "frozen", "frozen weights", BEYOND
    view = "weights"
    explains = frozenset({"concentrated-forks", "noisy-weights"})
    spoils = frozenset({"uniform", "unlike-input"})
    once_from = SAME_IN_LAYERS

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """Only where something has moved: else the model is untrained, or not trained on."""
        if not model.untrained and any(movement.moved for _, movement in _known(model)):
            yield from super().findings(model)

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """By an earlier moment where there is one."""
        movement = layer.movement
        if movement is None or not movement.known or movement.moved:
            return
        if math.isnan(movement.change):
            yield self._by_distribution(layer, movement)
        elif layer.trainable:  # others are meant to stay
            yield self._by_change(layer, movement, model)

    def _by_change(self, layer: LayerFacts, movement: WeightMovement, model: ModelFacts) -> Finding:
        others = [each.change for other, each in _known(model) if other is not layer]
        return self.finding(
            layer,
            "warning",
            Measurement("relative change of the weights ‖ΔW‖/‖W‖", movement.change),
            f"The weights of {layer.path} have not moved since the earlier moment.",
            reference=Comparison(
                "the other layers, median", float(np.nanmedian(others)) if others else math.nan
            ),
            cure=_cure(layer),
        )

    def _by_distribution(self, layer: LayerFacts, movement: WeightMovement) -> Finding:
        signs = []
        if movement.constants:
            signs.append(f"all {movement.constants:,} numbers that began alike are still alike")
        if movement.drawn:
            signs.append("the others are distributed as freshly drawn ones")
        return self.finding(
            layer,
            "warning",
            Measurement(
                "p-value of the weights against freshly drawn ones (Kolmogorov–Smirnov)",
                movement.p_value,
            ),
            f"The weights of {layer.path} look as they did before training: {' and '.join(signs)}.",
            limits="Told from the weights' distribution alone; with weights of an earlier moment "
            "(earlier=…) it is certain.",
            cure=_cure(layer),
        )


def _known(model: ModelFacts) -> list[tuple[LayerFacts, WeightMovement]]:
    """The layers of whose weights it can be told whether they have moved."""
    return [(layer, layer.movement) for layer in model if layer.movement and layer.movement.known]


def _cure(layer: LayerFacts) -> str:
    if layer.trainable:
        return (
            "See that the optimizer gets its variables and that gradients reach it: no dead "
            "layer or stop_gradient behind it, and a learning rate above rounding."
        )
    return (
        "Set trainable = True before compile, see that the optimizer gets its variables "
        "and that gradients reach it; freeze only layers that are trained already."
    )
