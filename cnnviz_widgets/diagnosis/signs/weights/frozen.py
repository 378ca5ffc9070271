"""Weights that do not move while others do; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.weight_movement import WeightMovement
from ..base import BEYOND, SAME_IN_LAYERS, Sign
from ..by_answers import capped

FEWEST_NUMBERS = 8
"""Numbers of a layer by which it is told whether it has moved: one alone may stay by chance."""


class Frozen(Sign):
    """Layers that training passes by.

    Measured: the relative change ‖ΔW‖/‖W‖ since an earlier moment; without one, whether biases
    are still exactly what they began as and the kernel still distributed as its initialiser
    draws it (`weight_movement.WeightMovement`). A bias whose gradient is 0 by the layer's place
    says nothing of that.
    """

    kind, title, source = "frozen", "frozen weights", BEYOND
    view = "weights"
    explains = frozenset({"concentrated-forks", "noisy-weights"})
    spoils = frozenset({"uniform", "unlike-input"})
    once_from = SAME_IN_LAYERS

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """Only where something has moved: else the model is untrained, or not trained on.

        Of a hundred layers one seems to have moved by chance: p-values are taken times the number
        of layers (Bonferroni).
        """
        known = _known(model)
        tested = {
            layer.path: replace(each, p_value=each.p_value * len(known)) for layer, each in known
        }
        if model.untrained or not any(movement.moved for movement in tested.values()):
            return
        for layer, movement in known:
            if tested[layer.path].moved:
                continue
            if math.isnan(movement.change):
                if _can_tell(layer, movement, model):
                    yield self._by_distribution(layer, movement, model)
            elif layer.trainable:  # others are meant to stay
                yield self._by_change(layer, movement, model)

    def _by_change(self, layer: LayerFacts, movement: WeightMovement, model: ModelFacts) -> Finding:
        others = [each.change for other, each in _known(model) if other is not layer]
        return self.finding(
            layer,
            "warning",
            Measurement("relative change of the weights ‖ΔW‖/‖W‖", movement.change),
            f"The weights of {layer.path} have not moved since the earlier moment; others have.",
            reference=Comparison(
                "the other layers, median", float(np.nanmedian(others)) if others else math.nan
            ),
            cure=_cure(layer),
        )

    def _by_distribution(
        self, layer: LayerFacts, movement: WeightMovement, model: ModelFacts
    ) -> Finding:
        signs = []
        if movement.constants:
            signs.append(
                f"all {movement.constants:,} numbers that began at one value, as biases do at 0, "
                "are exactly that"
            )
        if movement.drawn:
            signs.append(f"the other {movement.drawn:,} lie as freshly drawn ones do")
        return self.finding(
            layer,
            "warning" if layer.trainable else capped("warning", model),
            Measurement(
                "p-value of the weights against freshly drawn ones (Kolmogorov–Smirnov)",
                movement.p_value,
            ),
            f"The weights of {layer.path} are as they were before training: {' and '.join(signs)}.",
            limits="Told by how the weights are distributed; with weights of an earlier moment "
            "(earlier=…) it is certain.",
            cure=_cure(layer),
        )


def _known(model: ModelFacts) -> list[tuple[LayerFacts, WeightMovement]]:
    """The layers of whose weights it can be told whether they have moved."""
    return [(layer, layer.movement) for layer in model if layer.movement and layer.movement.known]


def _can_tell(layer: LayerFacts, movement: WeightMovement, model: ModelFacts) -> bool:
    """Whether numbers that stayed as they began say that training passed the layer by."""
    if movement.drawn + movement.constants < FEWEST_NUMBERS:
        return False
    return not (_is_shift_undone(layer, model) or _is_key(layer, model))


def _is_shift_undone(layer: LayerFacts, model: ModelFacts) -> bool:
    """Whether a normalisation right behind takes away what the layer's bias adds."""
    readers = model.readers(layer)
    is_linear = layer.activation in (None, "linear") and not layer.normalises
    return is_linear and bool(readers) and all(each.normalises for each in readers)


def _is_key(layer: LayerFacts, model: ModelFacts) -> bool:
    """Whether it makes the keys of an attention: a softmax takes away what all of them share."""
    outer, _, name = layer.path.rpartition("/")
    block = model.layers.get(outer)
    return name == "key" and block is not None and block.kind.endswith("Attention")


def _cure(layer: LayerFacts) -> str:
    if layer.trainable:
        return (
            "See that the optimizer gets its variables (compile after adding the layer) and that "
            "gradients reach it: no dead layer, stop_gradient or argmax behind it."
        )
    return (
        "If it is meant to learn, set trainable = True and compile again; only layers that are "
        "trained already are worth freezing."
    )
