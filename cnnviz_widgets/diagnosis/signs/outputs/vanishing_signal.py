"""A signal that fades from layer to layer, forward or backward; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np

from ...facts import ModelFacts
from ...findings import Finding, Kind, Measurement
from ...measurements.training.signal import Signal, Trend, growing
from ..base import ALL_OF_OUTPUTS, BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import solves
from ..wording import few_samples
from .constant import same_for_all
from .depth import (
    CERTAIN,
    CHANGE,
    CHANGE_OF_GRADIENTS,
    CHANGE_THAT_SHOWS,
    fades,
    over_depth,
    trends,
)

SQUASHING = frozenset({"sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign"})
"""Activations whose slope is small wherever they are not near 0."""

AT_ENDS = 0.5
"""Share of the values of a stretch of layers at the ends of their range from which it is this that
lets no gradient through: `saturated` tells it."""

_OF_WEIGHTS = frozenset({"frozen", "concentrated-forks", "noisy-weights"})


class VanishingSignal(Sign):
    """Layers of which each leaves a little less of the signal, until nothing is left.

    Forward: the spread between samples of what the layers put out, up to the last. Backward: the
    gradient at the weights, from the last layer of a stretch without normalisation to the first.
    Neither is told of a model that solves its task.
    """

    kind, title, source = "vanishing-signal", "a signal that fades with depth", BEYOND
    explains = _OF_WEIGHTS | {"near-zero"}
    spoils = ALL_OF_OUTPUTS | _OF_WEIGHTS
    anywhere = NOT_AS_TRAINED

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """At most one: forward, or else backward."""
        signal = model.signal
        if signal is None or solves(model):
            return
        forward = fades(signal, CHANGE_THAT_SHOWS if _are_alike(model) else CHANGE)
        if forward is not None:
            yield self._fades(signal, forward, model)
            return
        backward = _backward(signal)
        if backward is not None and not _is_saturated(signal, backward, model):
            yield self._unlearnt(signal, backward, model)

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """Where only the gradient fades, what is wrong with the outputs has other causes."""
        kinds = super().explained_behind(cause)
        return kinds if cause.view == "outputs" else kinds & _OF_WEIGHTS

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether it is certain that nothing arrives at the end."""
        return behind and cause.severity == "severe"

    def _fades(self, signal: Signal, trend: Trend, model: ModelFacts) -> Finding:
        return self.finding(
            model.layers[signal.layers[trend.first]],
            "severe" if trend.change <= 1 / CERTAIN or _are_alike(model) else "warning",
            Measurement(
                "spread between samples at the end over that at the beginning", trend.change
            ),
            f"The signal fades by a factor of {trend.factor:.2g} a layer: "
            f"{over_depth(signal, trend)}.",
            limits=few_samples(model.samples),
            cure=_cure(signal, trend, model),
        )

    def _unlearnt(self, signal: Signal, trend: Trend, model: ModelFacts) -> Finding:
        first, last = signal.layers[trend.first], signal.layers[trend.last]
        return self.finding(
            model.layers[first],
            "severe" if trend.change >= CERTAIN else "warning",
            Measurement("gradient at the first layer over that at the last", 1 / trend.change),
            f"The gradient fades by a factor of {1 / trend.factor:.2g} a layer on its way back: "
            f"relative to the weights it is {signal.gradients[trend.last]:.2g} at {last} and "
            f"{signal.gradients[trend.first]:.2g} at {first}, {trend.layers} layers before, which "
            "therefore hardly learns.",
            view="weights",
            samples=model.samples,
            limits=few_samples(model.samples),
            cure=_cure(signal, trend, model),
        )


def _backward(signal: Signal) -> Trend | None:
    """The steepest rise of the gradients, seen from the first layer."""
    found = [
        trend
        for trend in trends(signal.gradients, signal.normalised, growing)
        if trend.change >= CHANGE_OF_GRADIENTS
    ]
    return max(found, key=lambda trend: trend.change, default=None)


def _is_saturated(signal: Signal, trend: Trend, model: ModelFacts) -> bool:
    """Whether most of what the layers put out lies at the ends of its range."""
    layers = [model.layers[path] for path in signal.layers[trend.first : trend.last]]
    shares = [layer.outputs.at_ends for layer in layers]
    means = [0.0 if share is None else float(np.nanmean(share)) for share in shares]
    return bool(np.mean(means) >= AT_ENDS)


def _are_alike(model: ModelFacts) -> bool:
    """Whether nothing that the model puts out differs between samples."""
    return model.samples > 1 and all(same_for_all(layer) for layer in model if layer.output)


def _cure(signal: Signal, trend: Trend, model: ModelFacts) -> str:
    """By the activation that most of the layers have."""
    paths = set(signal.layers[trend.first : trend.last])
    names = [layer.activation for layer in model if layer.path in paths]
    squash = [name for name in names if name in SQUASHING]
    if len(squash) > len(names) / 2:
        return (
            f"Exchange the {max(set(squash), key=squash.count)} of the hidden layers: "
            '`activation="relu", kernel_initializer="he_normal"`; or put a BatchNormalization '
            "before each."
        )
    return (
        'Start with weights that keep the scale: `kernel_initializer="he_normal"` before ReLU; '
        "put a BatchNormalization between the layers, or add to what a block puts out what it "
        "reads (x + block(x)); lower a penalty on the weights."
    )
