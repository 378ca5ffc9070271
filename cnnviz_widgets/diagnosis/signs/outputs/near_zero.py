"""Values that pile up near 0 [WL20 §1.3.2, Fig. 14]."""

from __future__ import annotations

import math
from collections.abc import Iterator, Set

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Kind, Measurement
from ...measurements.output_measures import OutputMeasures
from ..base import ALL_OF_OUTPUTS, Sign
from ..by_answers import capped
from ..wording import FRESH, NO_REFERENCE, binned
from .silence import WHOLLY

SHARE = 0.95
"""Share of values. Half of a fresh ReLU layer's are zero, and trained ones are sparse up to about
nine in ten."""

SHARE_OVER_FRESH = 0.2
"""By how much the share must exceed that of the fresh layer."""

GAIN_SUSPECT, GAIN_OF_FRESH = 0.05, 0.05
"""Magnitude of a layer's output over that of what it reads, and the same over the fresh layer's.
Usual initialisations keep the magnitude within a factor of 2 or so; at a twentieth, five layers
leave nothing that float16 can hold."""


class NearZero(Sign):
    """Layers that put out next to nothing, by one of two scales; both are held to the fresh layer.

    Beside the layer's own scale: `near_zero_share` of the living channels, in layers of high
    abstraction. Beside what it reads: `gain`.
    """

    kind, title, source = "near-zero", "values near zero", "[WL20 §1.3.2]"
    of_outputs = True
    explains = frozenset({"uniform", "unlike-input", "constant"})

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """By magnitude first; what it reads may be as faint in the fresh network, too."""
        if not _is_suspect(layer, model):
            return
        outputs, fresh = layer.outputs, model.fresh.get(layer.path)
        faint = gain(model, layer) < GAIN_SUSPECT
        if fresh is None:
            yield self._faint(layer, model, None) if faint else self._crowded(layer, model, None)
        elif faint and (reference := _fainter(outputs, fresh)):
            yield self._faint(layer, model, reference)
        elif is_crowded(layer) and (reference := _more_crowded(outputs, fresh)):
            yield self._crowded(layer, model, reference)

    def suspects(self, model: ModelFacts) -> list[str]:
        """The layers whose values are small enough to ask how the fresh ones lie."""
        return [layer.path for layer in model if _is_suspect(layer, model)]

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """All that outputs show behind a faint layer; behind a crowded one nothing."""
        return frozenset() if cause.measured.is_share else ALL_OF_OUTPUTS

    def _faint(self, layer: LayerFacts, model: ModelFacts, reference: Comparison | None) -> Finding:
        magnitude = layer.outputs.magnitude
        part = "" if layer.normalises else f", {percent(gain(model, layer))} of what it reads"
        return self._of_layer(
            layer,
            model,
            Measurement("magnitude (root mean square) of the output", magnitude),
            f"{layer.path} puts out next to nothing: values of about {magnitude:.2g}{part}.",
            reference,
            'Draw its initial weights wider (`kernel_initializer="he_normal"`), weaken a penalty '
            "on weights or activity, or put a BatchNormalization behind it.",
        )

    def _crowded(
        self, layer: LayerFacts, model: ModelFacts, reference: Comparison | None
    ) -> Finding:
        share = layer.outputs.near_zero
        return self._of_layer(
            layer,
            model,
            Measurement("share of values under 1 % of the layer's large ones", share, True),
            f"{percent(share)} of what the living {layer.noun} of {layer.path} put out "
            "lies next to 0: they answer to almost nothing.",
            reference,
            "Use an activation that passes negative values here and in the layers before it "
            '(`activation="leaky_relu"`), or weaken a penalty on activity.',
        )

    def _of_layer(
        self,
        layer: LayerFacts,
        model: ModelFacts,
        measured: Measurement,
        summary: str,
        reference: Comparison | None,
        cure: str,
    ) -> Finding:
        return self.finding(
            layer,
            "note" if reference is None else capped("warning", model),
            measured,
            summary,
            reference=reference,
            limits=NO_REFERENCE if reference is None else "",
            cure=cure,
            evidence=binned("value", layer.outputs.histogram),
        )


def gain(model: ModelFacts, layer: LayerFacts) -> float:
    """Magnitude of a layer's output over the largest of what it reads: root mean squares.

    A normalisation has 1 for its measure, whatever it reads. NaN where nothing is known of what
    a layer reads.
    """
    if layer.normalises:
        return layer.outputs.magnitude
    read = [parent.outputs.magnitude for parent in model.parents(layer)]
    if not read:
        read = [model.input_magnitude]
    most = max(read)
    return layer.outputs.magnitude / most if most > 0 else math.nan


def is_crowded(layer: LayerFacts) -> bool:
    """Whether a layer of high abstraction has nearly all of its values next to 0."""
    is_high = not layer.low or len(layer.outputs.shape) == 2
    return is_high and layer.outputs.near_zero >= SHARE


def _is_suspect(layer: LayerFacts, model: ModelFacts) -> bool:
    if layer.role == "other" or layer.outputs.measures.dead_share >= WHOLLY:
        return False
    if not layer.output and is_crowded(layer):
        return True
    return layer.activation != "softmax" and gain(model, layer) < GAIN_SUSPECT


def _fainter(own: OutputMeasures, fresh: OutputMeasures) -> Comparison | None:
    """The fresh layer, if this one is far fainter: by magnitudes, not by gains."""
    ratio = own.magnitude / fresh.magnitude if fresh.magnitude else math.inf
    if ratio >= GAIN_OF_FRESH:
        return None
    return Comparison(f"{FRESH} (effect: ratio)", fresh.magnitude, effect=ratio)


def _more_crowded(own: OutputMeasures, fresh: OutputMeasures) -> Comparison | None:
    """The fresh layer, if far less of its values lie next to 0."""
    more = own.near_zero - fresh.near_zero
    if not more >= SHARE_OVER_FRESH:
        return None
    return Comparison(f"{FRESH} (effect: difference)", fresh.near_zero, effect=more)
