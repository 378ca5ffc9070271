"""A signal that grows from layer to layer, forward or backward; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator, Set

from ...facts import ModelFacts
from ...findings import Finding, Kind, Measurement
from ...measurements.training.signal import Signal, Trend, fading, growing
from ..base import ALL_OF_OUTPUTS, BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import solves
from ..wording import few_samples
from .depth import CERTAIN, CHANGE, CHANGE_OF_GRADIENTS, fades, over_depth, trends


class ExplodingSignal(Sign):
    """Layers of which each makes the signal larger, until numbers overflow or steps are too long.

    Forward: the spread between samples of what the layers put out. Backward: the gradient at the
    weights, from the last layer of a stretch without normalisation to the first. Neither is told
    of a model that solves its task.
    """

    kind, title, source = "exploding-signal", "a signal that grows with depth", BEYOND
    cure = (
        'Start with weights that keep the scale: `kernel_initializer="he_normal"` before ReLU; put '
        "a BatchNormalization between the layers, and clip the gradients: "
        "`keras.optimizers.Adam(clipnorm=1.0)`."
    )
    spoils = ALL_OF_OUTPUTS | {"non-finite"}
    anywhere = NOT_AS_TRAINED | {"wide-uniform-weights"}

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """At most one: forward, or else backward, where what goes forward does not fade."""
        signal = model.signal
        if signal is None or solves(model):
            return
        forward = _steepest(trends(signal.forward, signal.normalised, growing), CHANGE)
        if forward is not None:
            yield self._grows(signal, forward, model)
            return
        backward = _steepest(_reversed(signal), CHANGE_OF_GRADIENTS)
        if backward is not None and not fades(signal, CHANGE):
            yield self._overshoots(signal, backward, model)

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """Where only the gradient grows, what is wrong with the outputs has other causes."""
        return super().explained_behind(cause) if cause.view == "outputs" else frozenset()

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """Weights that are damaged themselves are a cause of their own."""
        return other.kind != "non-finite" or other.view == "outputs"

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether it is certain that the answers are overflow, or one class for ever."""
        return behind and cause.view == "outputs" and cause.severity == "severe"

    def _grows(self, signal: Signal, trend: Trend, model: ModelFacts) -> Finding:
        overflows = any(layer.outputs.measures.nonfinite.any() for layer in model)
        return self.finding(
            model.layers[signal.layers[trend.first]],
            "severe" if overflows or trend.change >= CERTAIN else "warning",
            Measurement(
                "spread between samples at the end over that at the beginning", trend.change
            ),
            f"The signal grows by a factor of {trend.factor:.2g} a layer: "
            f"{over_depth(signal, trend)}{'; behind, it overflows' * overflows}.",
            limits=few_samples(model.samples),
        )

    def _overshoots(self, signal: Signal, trend: Trend, model: ModelFacts) -> Finding:
        first, last = signal.layers[trend.first], signal.layers[trend.last]
        return self.finding(
            model.layers[first],
            "severe" if trend.change <= 1 / CERTAIN else "warning",
            Measurement("gradient at the first layer over that at the last", 1 / trend.change),
            f"The gradient grows by a factor of {1 / trend.factor:.2g} a layer on its way back: "
            f"relative to the weights it is {signal.gradients[trend.last]:.2g} at {last} and "
            f"{signal.gradients[trend.first]:.2g} at {first}, {trend.layers} layers before.",
            view="weights",
            samples=model.samples,
            limits=few_samples(model.samples),
        )


def _steepest(found: Iterator[Trend], change: float) -> Trend | None:
    """The one that changes most, if by so much; a fall counts as its reverse."""
    most = max(found, key=_times, default=None)
    return most if most is not None and _times(most) >= change else None


def _times(trend: Trend) -> float:
    return max(trend.change, 1 / trend.change)


def _reversed(signal: Signal) -> Iterator[Trend]:
    """Where gradients fall from the first layer to the last of a stretch: they grow backwards."""
    return (
        trend for trend in trends(signal.gradients, signal.normalised, fading) if trend.change < 1
    )
