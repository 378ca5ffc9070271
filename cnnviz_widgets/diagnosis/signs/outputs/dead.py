"""All-zero maps and units [WL20 §1.3.2, Fig. 12], in the layer that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

import numpy as np

from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Kind, Measurement, Severity
from ...measurements.rarity import FEWEST_SAMPLES, firing_bound, silent_but_living
from ...phrases import are, percent, samples, some_of
from ..base import ALL_OF_OUTPUTS, Sign, by_share
from ..wording import distribution, named
from .silence import WHOLLY, hands_on, inherited

SEVERE, WARNING = 0.5, 0.2
"""Share of channels. The paper's v1 has 49 % dead units and fails, v2 up to 2.5 % and works
(MEASURED.md); trained ReLU layers that do their work have up to
an eighth, behind other ReLU layers and in autoencoders."""

SURELY, SURELY_SAMPLES = 0.4, 32
"""Share of a layer's channels that no estimate of rarity talks down to a note, if they are silent
on so many samples: the paper's v1 has 40 to 49 % on 64. Whatever fires on less than a tenth of the
inputs in so large a part of a layer is of little use in any case."""


class Dead(Sign):
    """Channels that are zero on every sample.

    Of units without positions as many are not counted against the layer as
    `rarity.silent_but_living` says are merely rare. A sigmoid or softmax at 0 has underflowed:
    `saturated`.
    """

    kind, title, source = "dead", "dead channels", "[WL20 §1.3.2]"
    of_outputs = True
    explains = frozenset(
        {"near-zero", "uniform", "unlike-input", "frozen", "concentrated-forks", "noisy-weights"}
    )
    spoils = frozenset({"near-zero", "uniform", "unlike-input"})

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """With cures that depend on how many layers are concerned."""
        silent = list(super().findings(model))
        several = sum(finding.severity != "note" for finding in silent) > 1
        for finding in silent:
            yield replace(finding, cure=_cure(model, model.layers[finding.layer], several))

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """A finding if the layer makes zero channels, but for the cure."""
        outputs = layer.outputs
        silent = np.flatnonzero(outputs.measures.dead)
        if not silent.size or outputs.fires is None or layer.underflows:
            return
        share = silent.size / outputs.channels
        if hands_on(layer, share) or inherited(model, layer, silent):
            return
        rare = silent_but_living(outputs.fires, outputs.samples) if _has_units(layer) else 0.0
        severity, doubtful = _severity(layer, share, (silent.size - rare) / outputs.channels)
        yield self.finding(
            layer,
            severity,
            Measurement(f"share of {layer.noun} that are zero on every sample", share, True),
            f"{some_of(silent.size, outputs.channels, layer.noun).capitalize()} of "
            f"{layer.path} {are(silent.size)} zero on {samples(outputs.samples)} "
            f"({percent(share)}).",
            channels=named(silent, layer),
            limits=_limits(outputs.samples, doubtful, round(rare)),
            evidence=distribution(
                "share of samples a unit fires on", outputs.fires / outputs.samples
            ),
        )

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """Behind a layer that is wholly dead all that outputs show."""
        if cause.measured.value >= WHOLLY:
            return ALL_OF_OUTPUTS
        return super().explained_behind(cause)

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether not one channel lives."""
        return cause.measured.value >= 1


def _has_units(layer: LayerFacts) -> bool:
    """Whether its channels are units without positions."""
    return len(layer.outputs.shape) == 2


def _severity(layer: LayerFacts, share: float, sure: float) -> tuple[Severity, bool]:
    """By the share of channels that are surely dead, and whether the samples leave it in doubt."""
    count = layer.outputs.samples
    severity = by_share(sure, SEVERE, WARNING)
    if severity == "note" and share >= SURELY and count >= SURELY_SAMPLES:
        severity = "warning"
    few = _has_units(layer) and count < FEWEST_SAMPLES and share < WHOLLY
    doubtful = few or (severity == "note" and share >= WARNING)
    return ("note" if doubtful else severity), doubtful


def _limits(count: int, doubtful: bool, rare: int) -> str:
    limits = (
        f"What is silent on {samples(count)} may still fire on up to "
        f"{percent(firing_bound(count))} of all inputs, at 95 % confidence."
    )
    if doubtful:
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


def _cure(model: ModelFacts, layer: LayerFacts, several: bool) -> str:
    """What to do about a layer's dead channels, the likeliest first."""
    if several:
        return (
            "Lower the learning rate first, as units have died in several layers; then use an "
            "activation that passes negative values (LeakyReLU, ELU), or drop one of several "
            "stacked layers."
        )
    if layer.low and not any(
        other.role == "weights" and layer.path in model.descendants(other.path) for other in model
    ):
        return (
            "Check the input data, then the activation and bias of this layer: use one that "
            "passes negative values (LeakyReLU), lower the learning rate, or change the structure."
        )
    return (
        "Change the activation of this layer or of those before it (LeakyReLU, ELU), lower the "
        "learning rate, or drop one of several stacked layers."
    )
