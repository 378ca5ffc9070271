"""All-zero maps and units [WL20 §1.3.2, Fig. 12], in the layer that makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Kind, Measurement, Severity
from ...measurements.rarity import FEWEST_SAMPLES, firing_bound, silent_but_living
from ...measurements.training.trials import Trial
from ...phrases import are, samples, some_of
from ..base import ALL_OF_OUTPUTS, Sign, by_share
from ..by_answers import solves
from ..wording import distribution, named, what_came_of
from .silence import WHOLLY, hands_on, inherited, leads_into_gate

SEVERE, WARNING = 0.5, 0.2
"""Share of channels. The paper's v1 has 49 % dead units and fails, v2 up to 2.5 % and works
(MEASURED.md); trained ReLU layers that do their work have up to
an eighth, behind other ReLU layers and in autoencoders."""

SURELY, SURELY_SAMPLES = 0.4, 32
"""Share of a layer's channels that no estimate of rarity talks down to a note, if they are silent
on so many samples: the paper's v1 has 40 to 49 % on 64. Whatever fires on less than a tenth of the
inputs in so large a part of a layer is of little use in any case. Where no loss shows that they are
missed, less is a note: networks that do their work have up to a third."""

MISSED = 0.75
"""Share of a layer's channels from which dead ones are lost capacity though the rest does the task,
unless a trial shows that they are not missed: networks that do it well have up to 0.6."""

FAR_BELOW = 2.0
"""Times the norm of the weights, and the magnitude of what they read, by which a bias lies below 0:
independent inputs bring as much to one unit in 40."""


class Dead(Sign):
    """Channels that are zero on every sample.

    Of units without positions as many are not counted against the layer as
    `rarity.silent_but_living` says are merely rare. A sigmoid or softmax at 0 has underflowed:
    `saturated`. Whether those that are left are enough, the trial tells: the model with the same
    share of these silenced, too.
    """

    kind, title, source = "dead", "dead channels", "[WL20 §1.3.2]"
    of_outputs = True
    explains = frozenset(
        {"near-zero", "uniform", "unlike-input", "frozen", "concentrated-forks", "noisy-weights"}
    )
    spoils = frozenset({"near-zero", "uniform", "unlike-input"})

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """Of each layer, with a cure that depends on how many are concerned."""
        silences = [each for layer in model if (each := _silence(layer, model)) is not None]
        found = [self._of_layer(each, model) for each in silences]
        concerned = [
            each.calls[0]
            for each, finding in zip(silences, found, strict=True)
            if finding.severity != "note"
        ]
        driven = [layer for layer in concerned if _is_driven(model, layer)]
        for silence, finding in zip(silences, found, strict=True):
            yield replace(finding, cure=_cure(model, silence, finding, driven))

    def _of_layer(self, silence: _Silence, model: ModelFacts) -> Finding:
        """The finding, but for the cure."""
        layer, trial = silence.calls[0], model.thinned.get(silence.calls[0].path)
        finding = self.finding(
            layer,
            _proven(silence, trial, model),
            Measurement(
                f"share of {layer.noun} that are zero on every sample", silence.share, True
            ),
            f"{some_of(silence.channels.size, silence.total, layer.noun).capitalize()} of "
            f"{layer.path} {are(silence.channels.size)} zero on {samples(silence.samples)} "
            f"({percent(silence.share)}).{_by_trial(trial)}",
            channels=named(silence.channels, layer),
            samples=silence.samples,
            limits=_limits(silence),
            evidence=distribution(
                "share of samples a unit fires on", silence.fires / silence.samples
            ),
        )
        return replace(finding, follows=tuple(each.path for each in silence.calls[1:]))

    def on_trial(self, model: ModelFacts) -> list[tuple[str, str]]:
        """The layers that lack so many channels that it may matter, but for those that lack all."""
        silences = [each for layer in model if (each := _silence(layer, model)) is not None]
        silences = [each for each in silences if WARNING <= each.share < WHOLLY]
        silences.sort(key=lambda each: -each.share)
        return [(each.calls[0].path, "") for each in silences]

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """Behind a layer that is wholly dead all that outputs show."""
        if cause.measured.value >= WHOLLY:
            return ALL_OF_OUTPUTS | {"frozen"}  # no gradient comes through it
        return super().explained_behind(cause)

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether not one channel lives."""
        return cause.measured.value >= 1


@dataclass(frozen=True, eq=False)
class _Silence:
    """A layer's channels that are zero on every sample, in each of its calls.

    Attributes
    ----------
    calls : sequence of LayerFacts
        Those of one shared layer; of others one.
    channels : ndarray of int
    fires : ndarray of int
        On how many samples each channel is not zero.
    """

    calls: Sequence[LayerFacts]
    channels: NDArray[np.intp]
    fires: NDArray[np.intp]

    @property
    def total(self) -> int:
        """Of all channels."""
        return self.fires.size

    @property
    def share(self) -> float:
        """Of the silent ones."""
        return self.channels.size / self.total

    @property
    def samples(self) -> int:
        """Of one call: those that its zeros were counted on."""
        return self.calls[0].outputs.measures.n_samples

    @property
    def has_units(self) -> bool:
        """Whether its channels are units without positions."""
        return len(self.calls[0].outputs.shape) == 2

    @cached_property
    def rare(self) -> float:
        """How many of them probably fire on other inputs: of units without positions."""
        return silent_but_living(self.fires, self.samples) if self.has_units else 0.0

    @property
    def judged(self) -> Severity:
        """By the share that is surely dead, were the samples enough."""
        severity = by_share((self.channels.size - self.rare) / self.total, SEVERE, WARNING)
        if severity == "note" and self.share >= SURELY and self.samples >= SURELY_SAMPLES:
            return "warning"
        return severity

    @property
    def doubtful(self) -> bool:
        """Whether it may be no more than rarity."""
        few = self.has_units and self.samples < FEWEST_SAMPLES and self.share < WHOLLY
        return few or (self.judged == "note" and self.share >= WARNING)


def _silence(layer: LayerFacts, model: ModelFacts) -> _Silence | None:
    """What is silent in a layer by its own doing; None for nothing, and for later calls."""
    if layer.underflows or layer.outputs.fires is None or layer.path != _first_call(layer.path):
        return None
    calls = [each for each in model if _first_call(each.path) == layer.path]
    channels = np.flatnonzero(np.all([each.outputs.measures.dead for each in calls], axis=0))
    share = channels.size / layer.outputs.channels
    if not channels.size or hands_on(layer, share) or inherited(model, layer, channels):
        return None
    counts = [each.outputs.fires for each in calls if each.outputs.fires is not None]
    return _Silence(calls, channels, np.max(counts, axis=0))


def _first_call(path: str) -> str:
    """The path of a shared layer's first call: without the indices of later ones."""
    return re.sub(r":\d+(?=/|\[|$)", "", path)


def _proven(silence: _Silence, trial: Trial | None, model: ModelFacts) -> Severity:
    """The severity that the evidence bears: a model that has learnt something can do some of it."""
    outcome = "unknown" if trial is None else trial.outcome
    is_spare = outcome == "spared" or (solves(model) and silence.share < MISSED)
    if silence.doubtful or is_spare or leads_into_gate(model, silence.calls[0]):
        return "note"  # of a gate: what it weighs goes on all the same
    if outcome == "unknown" and silence.share < SURELY:
        return "note"
    if model.untrained and silence.share < WHOLLY:
        return "note"  # whoever trains it may wake them
    shown = not solves(model) and (silence.share >= WHOLLY or outcome == "nothing to lose")
    return "warning" if silence.judged == "severe" and not shown else silence.judged


def _by_trial(trial: Trial | None) -> str:
    """What the trial has shown, in one sentence."""
    if trial is None or trial.outcome == "nothing to lose":
        return ""
    what = f"silencing the same share of the others, too ({what_came_of(trial)})"
    if trial.outcome == "spared":
        return f" They are not missed: {what}, does no harm."
    if trial.outcome == "worse":
        return f" They may be missed: {what}, does harm."
    return ""


def _limits(silence: _Silence) -> str:
    count, rare = silence.samples, round(silence.rare)
    limits = (
        f"What is silent on {samples(count)} may still fire on up to "
        f"{percent(firing_bound(count))} of all inputs, at 95 % confidence."
    )
    if silence.doubtful:
        limits = (
            "Cannot tell from these samples whether they are dead or only rare: "
            f"{limits[0].lower()}{limits[1:]}"
        )
    if rare >= 1:
        limits += (
            f" Judging by how rarely others fire, about {rare:,} of them "
            f"{are(rare)} rare rather than dead."
        )
    return limits


def _cure_of_note(silence: _Silence, model: ModelFacts) -> str:
    layer = silence.calls[0]
    trial = model.thinned.get(layer.path)
    if silence.share >= WARNING and (trial is None or trial.outcome != "spared"):
        first = (
            "Nothing urgent, as the task is solved"
            if solves(model)
            else "Give targets (`targets=…`) to be told whether they are missed"
            if trial is None or trial.now is None
            else "Show it more samples, 64 at the least, to be told whether they are missed"
        )
        return (
            f"{first}; an activation that passes negative values "
            '(`activation="leaky_relu"`) would let them take part.'
        )
    left = silence.total - silence.channels.size
    noun = layer.noun.removesuffix("s") if left == 1 else layer.noun
    return f"Nothing to do: {left:,} {noun} of {layer.path} {are(left)} enough for the task."


def _is_driven(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether the biases of the silent channels are lower than what the weights can bring."""
    dead = layer.outputs.measures.dead
    read = [parent.outputs.magnitude for parent in model.parents(layer)] or [model.input_magnitude]
    for weight in layer.weights:
        if weight.pull is not None and weight.pull.size == dead.size:
            return bool(np.median(weight.pull[dead]) < -FAR_BELOW * max(read))
    return False


def _cure(
    model: ModelFacts, silence: _Silence, finding: Finding, driven: Sequence[LayerFacts]
) -> str:
    """What to do about a layer's dead channels, by what has silenced them."""
    layer = silence.calls[0]
    if silence.doubtful:
        return "Show it more samples, 64 at the least, to tell."
    if finding.severity == "note":
        return _cure_of_note(silence, model)
    if any(weight.width == 0 for weight in layer.weights if weight.name.endswith("kernel")):
        return (
            "Its weights are all 0, and stay so: initialise them with random numbers "
            '(`kernel_initializer="he_normal"`).'
        )
    if layer in driven and len(driven) > 1:
        return (
            f"Lower the learning rate and train anew: in {len(driven)} layers steps that were too "
            "large have driven biases far below 0, where a ReLU passes no gradient back."
        )
    if layer in driven:
        return (
            "Their biases lie far below 0, where a ReLU passes no gradient back: set these to 0 "
            'and train on, with `activation="leaky_relu"` to keep them alive.'
        )
    if layer.low and not any(
        other.role == "weights" and layer.path in model.descendants(other.path) for other in model
    ):
        return (
            "Check the range of the inputs first; then use an activation that passes negative "
            'values here (`activation="leaky_relu"`, or "elu").'
        )
    return (
        "Use an activation that passes negative values, here or in the layers before it "
        '(`activation="leaky_relu"`, or "elu"), He initialisation '
        '(`kernel_initializer="he_normal"`), or one layer less where several are stacked.'
    )
