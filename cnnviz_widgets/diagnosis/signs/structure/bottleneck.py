"""A layer of one unit inside; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Measurement
from ..base import BEYOND, FAILED_TASK, Sign
from ..by_answers import by_answers


class Bottleneck(Sign):
    """Layers of one unit or channel through which everything has to pass.

    Not the model's own output and what leads to it alone, and not what has a way around it, such as
    gates, masks and side branches.
    """

    kind, title, source = "bottleneck", "bottleneck of one unit", BEYOND
    anywhere = FAILED_TASK
    cure = "Give it more units, as a rule no fewer than the model has outputs."

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """By its width and its place."""
        is_one = layer.role == "weights" and layer.outputs.channels == 1 and not layer.channelwise
        if not is_one or not _is_followed(layer, model) or _is_bypassed(layer, model):
            return
        numbers = math.prod(layer.outputs.shape[1:])
        what = "one number" if numbers == 1 else f"one channel of {numbers:,} numbers"
        severity = by_answers(model, "warning", solved="note")
        yield self.finding(
            layer,
            # A map or a sequence in one channel may hold what is needed.
            severity if numbers == 1 or severity == "severe" else "note",
            Measurement("numbers of each sample that pass", float(numbers)),
            f"All that the model knows of a sample passes through {layer.path} as {what}.",
            samples=0,
        )


def _is_followed(layer: LayerFacts, model: ModelFacts) -> bool:
    """Whether layers behind it make more of it again: else it is the model's answer."""
    behind = [model.layers[path] for path in model.descendants(layer.path)]
    return any(each.role == "weights" and each.outputs.channels > 1 for each in behind)


def _is_bypassed(layer: LayerFacts, model: ModelFacts) -> bool:
    """Whether an output of the model can be reached around the layer."""
    reached: set[str] = set()
    for other in model:
        begins = not other.parents or other.reads_unlisted
        if other is not layer and (begins or not reached.isdisjoint(other.parents)):
            reached.add(other.path)
    return any(model.layers[path].output for path in reached)
