"""Weights that mix inputs and look like random numbers, and the trial that decides about them."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Evidence, Finding, Measurement
from ...measurements.merges import AgainstShuffled
from ...measurements.training.trials import FEWEST_SAMPLES, Trial
from ...measurements.weight_measures import WeightMeasures
from ..base import SAME_IN_LAYERS, Sign
from ..by_answers import capped
from ..wording import merge_heights, what_came_of

SHUFFLED = "the same weights in random order"

DISTANCE_OF_SHUFFLES = 2.5
"""Kolmogorov–Smirnov distance of the merges from those of the shuffles, over the shuffles' own from
one another: up to here nothing in common shows. Shuffled kernels of the zoo reach 1.8, trained
ones begin at 3."""


def kernels(layer: LayerFacts) -> Iterator[WeightMeasures]:
    """A layer's weights that mix inputs; a shared layer has them at its first call."""
    return (weight for weight in layer.weights if weight.name.endswith("kernel"))


def is_convolution(kernel: WeightMeasures) -> bool:
    """Whether it has places besides inputs and outputs; the taps of a cell are its gates."""
    return len(kernel.shape) > 2 and kernel.outputs == "output channel"


def unlearnt(kernel: WeightMeasures) -> bool:
    """Whether neither merges nor directions of a weight differ from those of shuffled numbers."""
    return kernel.merges is not None and like_shuffled(kernel.merges)


def like_shuffled(merges: AgainstShuffled) -> bool:
    """Whether merge heights cannot be told from those of the same weights in random order."""
    return merges.distance <= DISTANCE_OF_SHUFFLES * merges.shuffled_distance


class RandomLooking(Sign):
    """Weights in which nothing shows that was learnt.

    They are accused by their numbers; the trial decides: the model with them in another random
    order. If its answers get worse, something was learnt, and nothing is said.
    """

    view = "weights"
    once_from = SAME_IN_LAYERS
    cure = (
        "See that the layer trains: trainable = True before compile, no dead layer or "
        "stop_gradient behind it; if its weights were loaded, load them again. Else take it out: "
        "nothing uses what it does."
    )

    @abstractmethod
    def accuses(self, kernel: WeightMeasures) -> bool:
        """Whether a kernel is of this sign's kind, and looks random."""

    @abstractmethod
    def shows_order(self, layer: LayerFacts, kernel: WeightMeasures) -> bool:
        """Whether learning would be seen in such weights: else the trial alone speaks."""

    @abstractmethod
    def subject(self, layer: LayerFacts, kernel: WeightMeasures) -> str:
        """Which weights they are, as the beginning of a sentence."""

    @abstractmethod
    def looks(self, kernel: WeightMeasures) -> tuple[Measurement, Comparison]:
        """By what they look random."""

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of each accused kernel, if the model is trained; where some were tried, of these."""
        for kernel in self._accused(layer, model):
            trial = model.without_weight.get((layer.path, kernel.name))
            if trial is None and model.without_weight:
                continue
            outcome = "unknown" if trial is None else trial.outcome
            tells = outcome == "nothing to lose" and _is_odd_one_out(model)
            if trial is not None and (outcome == "spared" or tells):
                yield self._not_used(layer, kernel, trial, model)
            elif outcome != "worse" and self.shows_order(layer, kernel):
                yield self._in_doubt(layer, kernel, trial)

    def on_trial(self, model: ModelFacts) -> list[tuple[str, str]]:
        """The accused ones, the largest first."""
        accused = [(layer, kernel) for layer in model for kernel in self._accused(layer, model)]
        accused.sort(key=lambda each: -math.prod(each[1].shape))
        return [(layer.path, kernel.name) for layer, kernel in accused]

    def _accused(self, layer: LayerFacts, model: ModelFacts) -> Iterator[WeightMeasures]:
        if not model.traceless:
            yield from (kernel for kernel in kernels(layer) if self.accuses(kernel))

    def _not_used(
        self, layer: LayerFacts, kernel: WeightMeasures, trial: Trial, model: ModelFacts
    ) -> Finding:
        """The finding that the order of the numbers does not matter."""
        measured, reference = _by_trial(trial)
        return self.finding(
            layer,
            "note" if trial.now is None else capped("warning", model),
            measured,
            f"{self.subject(layer, kernel)} look like random numbers, and putting them in another "
            f"random order does no harm ({what_came_of(trial)}): the layer has learnt nothing that "
            "is used.",
            reference=reference,
            limits=""
            if trial.now is None or trial.now.learnt
            else "The answers are no better than chance, so that nothing could get worse; but all "
            "other weights that can be judged show what they have learnt.",
            weight=kernel.name,
            samples=trial.samples,
            evidence=_evidence(kernel),
        )

    def _in_doubt(self, layer: LayerFacts, kernel: WeightMeasures, trial: Trial | None) -> Finding:
        """The finding that they look random, which need not be true."""
        measured, reference = self.looks(kernel)
        return self.finding(
            layer,
            "note",
            measured,
            f"{self.subject(layer, kernel)} look like random numbers: they have no more in common "
            "than the same numbers in random order.",
            reference=reference,
            limits=_doubt(layer, trial),
            cure=_way_to_tell(trial),
            weight=kernel.name,
            evidence=_evidence(kernel),
        )


def _is_odd_one_out(model: ModelFacts) -> bool:
    """Whether one weight of the model looks random, and others do not."""
    judged = [
        kernel for layer in model for kernel in kernels(layer) if kernel.structure is not None
    ]
    return len(judged) > 1 and sum(map(unlearnt, judged)) == 1


def _evidence(kernel: WeightMeasures) -> Evidence | None:
    merges = kernel.merges
    return None if merges is None else merge_heights(merges.own, merges.shuffled_heights)


def _by_trial(trial: Trial) -> tuple[Measurement, Comparison | None]:
    """What the trial has measured: the loss where it is known, else the change of the outputs."""
    how = "with these weights in random order"
    now, then = trial.now, trial.then
    if now is None or then is None or not math.isfinite(then.loss):
        return Measurement(f"relative change of the outputs {how}", trial.change, True), None
    return Measurement(f"loss {how}", then.loss), Comparison("loss as it is", now.loss)


def _way_to_tell(trial: Trial | None) -> str:
    """What to do to be told whether the layer has learnt something."""
    if trial is None or trial.now is None:
        return "Give targets (targets=…), so that it can be tried whether the loss suffers."
    if trial.outcome == "nothing to lose":
        return "See to what else is wrong first, then look again."
    return "Show it more samples, 64 at the least, to tell."


def _doubt(layer: LayerFacts, trial: Trial | None) -> str:
    """What a look at weights leaves open."""
    text = "Whether the layer has learnt something all the same "
    if trial is None:
        text += "was not tried."
    elif trial.now is None:
        text += (
            "cannot be told without targets: in another order the outputs change by "
            f"{percent(trial.change)}, for better or worse."
        )
    elif trial.outcome == "nothing to lose":
        text += (
            "cannot be told: the answers are no better than chance, so that nothing could get "
            "worse."
        )
    elif trial.samples < FEWEST_SAMPLES:
        text += f"cannot be told by {trial.samples} samples: give 32 or more."
    else:
        text += f"cannot be told by these samples ({what_came_of(trial)})."
    if layer.movement is not None and not layer.movement.left_trace:
        text += (
            " The weights still lie as they were drawn; small steps of training leave no trace in "
            "that."
        )
    return text
