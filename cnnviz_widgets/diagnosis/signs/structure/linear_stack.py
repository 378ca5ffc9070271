"""Layers of weights with nothing between them that bends; beyond the paper."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Measurement, Severity
from ...phrases import listed
from ..base import BEYOND, FAILED_TASK, Sign
from ..by_answers import by_answers

HALF = 0.5
"""Share of the hidden layers from which it looks like an activation forgotten throughout; a single
layer may be meant so."""


class LinearStack(Sign):
    """Two layers of weights that are one: a linear function of a linear function is linear.

    Left out are middles narrower than both sides, which take rank away on purpose (codes,
    factorised kernels, linear bottlenecks), a convolution channel by channel with the pointwise one
    behind it, and outputs that something else reads, too.
    """

    kind, title, source = "linear-stack", "nothing between two layers", BEYOND
    anywhere = FAILED_TASK
    cure = (
        'Give the first of the two an activation, such as `activation="relu"`, or make one layer '
        "of them: normalisation, dropout and mean pooling do not bend."
    )

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, at the first layer that should bend."""
        pairs, hidden = list(_pairs(model)), _hidden(model)
        bare = bool(hidden) and all(layer.linear for layer in hidden)
        is_linear = bare and bool(pairs) and _bending(model, hidden) == set()
        if is_linear:
            yield self._of_all(model, hidden, "is one linear function of its inputs", "warning")
        elif bare and len(hidden) > 1 and _bending(model, hidden) == {"MaxPooling"}:
            yield self._of_all(model, hidden, "bends in nothing but its max pooling", "note")
        elif pairs:
            yield self._of_pairs(model, pairs, hidden)

    def _of_all(
        self, model: ModelFacts, hidden: list[LayerFacts], what: str, solved: Severity
    ) -> Finding:
        layers = f"the {len(hidden):,} hidden layers" if len(hidden) > 1 else "the hidden layer"
        return self.finding(
            hidden[0],
            by_answers(model, "warning", solved=solved),
            Measurement("hidden layers of weights without activation", float(len(hidden))),
            f"None of {layers} has an activation ({listed([layer.path for layer in hidden])}): "
            f"up to its last layer the model {what}.",
            samples=0,
        )

    def _of_pairs(self, model: ModelFacts, pairs: list[_Pair], hidden: list[LayerFacts]) -> Finding:
        many = len(pairs) > 1 and len(pairs) >= HALF * len(hidden)
        where = listed([f"{pair.before.path} and {pair.after.path}" for pair in pairs], 3)
        return self.finding(
            pairs[0].before,
            by_answers(model, "warning", solved="note", failing="warning") if many else "note",
            Measurement("pairs of layers with nothing that bends between", float(len(pairs))),
            f"Nothing bends between {where}: each two do what one layer could.",
            samples=0,
        )


@dataclass(frozen=True)
class _Pair:
    """Two layers that mix, the second of what the first puts out.

    Attributes
    ----------
    before, after : LayerFacts
    middle : int
        How many numbers go from one to the other, at each place.
    """

    before: LayerFacts
    after: LayerFacts
    middle: float

    @property
    def takes_rank(self) -> bool:
        """Whether the middle is narrower than both sides."""
        entering = max(math.prod(weight.shape[:-1]) for weight in self.before.weights)
        return self.middle < entering and self.middle < self.after.outputs.channels


def _pairs(model: ModelFacts) -> Iterator[_Pair]:
    readers: dict[str, list[LayerFacts]] = {}
    for layer in model:
        for parent in layer.parents:
            readers.setdefault(parent, []).append(layer)
    for layer in model:
        # A shared layer has its weights at its first call.
        if layer.mixes and layer.linear and layer.weights:
            pair = _pair(layer, readers)
            if pair is not None and not pair.takes_rank:
                yield pair


def _pair(before: LayerFacts, readers: Mapping[str, list[LayerFacts]]) -> _Pair | None:
    """The layer with the next one that mixes its outputs, where nothing bends between."""
    layer, middle = before, float(before.outputs.channels)
    while not layer.output and len(readers.get(layer.path, ())) == 1:
        (layer,) = readers[layer.path]
        if len(layer.parents) != 1 or layer.reads_unlisted:
            return None
        if layer.mixes:
            return _Pair(before, layer, middle)
        if not layer.linear or (layer.channelwise and not layer.normalises):
            return None
        if layer.outputs.channels != before.outputs.channels:
            middle = math.inf  # laid out anew: places have become channels
    return None


def _hidden(model: ModelFacts) -> list[LayerFacts]:
    """The layers that mix and have another such layer behind them."""
    mixing = {layer.path: layer for layer in model if layer.mixes}
    return [
        layer for path, layer in mixing.items() if not model.descendants(path).isdisjoint(mixing)
    ]


def _bending(model: ModelFacts, hidden: list[LayerFacts]) -> set[str]:
    """The kinds of layers before the last that mixes which are not linear, or may not be."""
    last = {layer.path for layer in model if layer.mixes} - {layer.path for layer in hidden}
    before = [layer for layer in model if not model.descendants(layer.path).isdisjoint(last)]
    return {
        "MaxPooling" if _IS_MAX.match(layer.kind) else layer.kind
        for layer in before
        if not layer.linear
    }


_IS_MAX = re.compile(r"(Global|Adaptive)?MaxPooling")
