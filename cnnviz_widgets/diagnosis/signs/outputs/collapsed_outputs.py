"""A generator whose pictures are all alike, whatever they are made from [WL20 §2]."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement, Severity
from ...measurements.data.targets import Diversity
from ...measurements.saturation import STUCK
from ...measurements.training.signal import spread
from ...phrases import samples
from ..base import BEYOND, Sign
from ..wording import binned, few_samples
from .constant import same_for_all

WARNING, SEVERE = 0.25, 0.05
"""Spread over samples of the images a model makes over that of its target images. MEASURED.md:
collapsed generators 0.003 to 0.06 against the data's 0.38, varied ones 0.32. Without targets the
pictures' own contrast takes their place: in real ones nearly all of it lies between samples."""


class CollapsedOutputs(Sign):
    """Pictures that a model makes alike from different inputs.

    Beside target images: `variation.spread_over_samples`. Without: the spread between samples
    over the pictures' own contrast, relative to what the inputs themselves have. A model of
    another output that is always the same is `constant`.
    """

    kind, title, source = "collapsed-outputs", "pictures that are all alike", BEYOND
    of_outputs = True
    cure = (
        "With a GAN balance generator and discriminator, as its samples have collapsed into few: "
        "a lower learning rate or dropout for the discriminator, label smoothing, or more steps "
        "of the generator; else look at the layers before it for what is lost there."
    )
    explains = frozenset({"constant", "uniform", "unlike-input", "frozen"})

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """Beside the targets where there are any that can be compared."""
        if model.diversity is not None:
            if model.diversity.outputs < WARNING * model.diversity.targets:
                yield self._too_alike(model.diversity, model)
        elif model.makes_images and model.samples > 1 and model.inputs_vary:
            yield from super().findings(model)

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of a layer whose output the model returns, whether its pictures are alike."""
        if not makes_pictures(layer, model) or _is_stuck(layer):
            return
        share = _share_of_contrast(layer) / _variety_of_inputs(model)
        if not share < WARNING and not same_for_all(layer):
            return
        yield self.finding(
            layer,
            _severity(share < SEVERE or same_for_all(layer), model),
            Measurement("spread between samples over the pictures' contrast", share, True),
            f"{layer.path} makes nearly the same picture of {samples(layer.outputs.samples)}: "
            f"only {percent(share)} of its contrast differs from one to the next.",
            limits=few_samples(layer.outputs.samples),
            evidence=binned("value", layer.outputs.histogram),
        )

    def _too_alike(self, diversity: Diversity, model: ModelFacts) -> Finding:
        """The finding that a model's images vary far less than those it should make [WL20 §2]."""
        own, targets = diversity.outputs, diversity.targets
        return self.finding(
            diversity.layer,
            _severity(own < SEVERE * targets, model),
            Measurement("spread of the output over samples", own),
            f"What {diversity.layer} makes is nearly the same for every sample: it spreads by "
            f"{own:.2g}, the targets by {targets:.2g}.",
            samples=diversity.samples,
            reference=Comparison(
                "the targets (effect: ratio)", targets, effect=own / targets if targets else None
            ),
            source="[WL20 §2]",
        )


def makes_pictures(layer: LayerFacts, model: ModelFacts) -> bool:
    """Whether a layer's output is the model's own, and one of pictures."""
    return layer.output and model.makes_images and len(layer.outputs.shape) == 4


def _is_stuck(layer: LayerFacts) -> bool:
    """Whether all of it lies at an end of its range: `saturated`."""
    at_ends = layer.outputs.at_ends
    return at_ends is not None and bool((at_ends >= STUCK).all())


def _share_of_contrast(layer: LayerFacts) -> float:
    """The part of the values' spread about their mean that lies between samples; NaN of none."""
    spreads = layer.outputs.measures.std
    known = spreads[np.isfinite(spreads)]
    if not known.size:
        return math.nan
    contrast = float(np.sqrt(np.mean(known**2)))
    return min(1.0, spread(layer.outputs) / contrast) if contrast > 0 else 0.0


def _variety_of_inputs(model: ModelFacts) -> float:
    """The inputs' own spread between samples over their magnitude: 1 of noise."""
    if model.signal is None or not model.input_magnitude > 0:
        return 1.0
    variety = model.signal.inputs / model.input_magnitude
    return min(1.0, variety) if math.isfinite(variety) and variety > 0 else 1.0


def _severity(certain: bool, model: ModelFacts) -> Severity:
    """Whoever has not been trained has not collapsed."""
    if model.untrained:
        return "note"
    return "severe" if certain else "warning"
