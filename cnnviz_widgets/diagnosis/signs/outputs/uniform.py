"""Maps of low abstraction that are all alike [WL20 §1.3.2]: merges mostly near 0."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement, Severity
from ...measurements.merges import Merges
from ..base import Sign
from ..by_answers import capped, falls_short
from ..wording import FRESH, NO_REFERENCE, merge_heights
from .silence import leads_into_gate

MEDIAN = 0.06
"""Median merge height: half of the channels have a neighbour within 20° of them. Median merges of
the zoo's varied layers are 0.08 to 0.5."""

SURELY = 0.005
"""Median merge height below which maps are alike whatever the fresh layer's are: initial weights
that are nearly equal make both so."""

CENTRED = 0.06
"""The same about the channels' means: above, it is an offset that all share, and is said so."""

OF_FRESH = 0.5
"""The same over that of the fresh layer, which says what this input and architecture do by
themselves."""


class Uniform(Sign):
    """Channels that join at small distances.

    Measured: the median merge height of the living channels, beside that of the fresh layer.
    """

    kind, title, source = "uniform", "uniform features", "[WL20 §1.3.2]"
    of_outputs = True
    cure = (
        "Put a BatchNormalization between the layer and its activation; if their kernels are "
        "alike, too, draw new random ones and train on, or use fewer."
    )

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """A note where there is no fresh layer to hold it to."""
        own = layer.outputs.merges
        if own is None or not _is_suspect(layer, model):
            return
        fresh = model.fresh.get(layer.path)
        fresh_merges = fresh.merges if fresh else None
        reference = None if fresh_merges is None else _compared(own, fresh_merges)
        if reference is not None and reference.effect is not None:
            # An untrained layer is a fresh one itself: it may lie below another by chance.
            usual = reference.effect > OF_FRESH or model.untrained
            if usual and not own.median < SURELY:
                return
        yield self.finding(
            layer,
            _severity(own, reference, model),
            Measurement("cosine distance of a channel to the next, median", own.median),
            f"The {layer.outputs.channels:,} {layer.noun} of {layer.path} show much the same: half "
            f"of them lie within a cosine distance of {own.median:.3g} of another (0: equal, 1: "
            "nothing in common).",
            reference=reference,
            limits=_limits(reference is not None, layer.outputs.centred_merges),
            evidence=merge_heights(own, None if fresh_merges is None else fresh_merges.heights),
        )

    def suspects(self, model: ModelFacts) -> list[str]:
        """The layers of low abstraction whose merges are low enough to ask for the fresh ones."""
        return [layer.path for layer in model if _is_suspect(layer, model)]


def _severity(own: Merges, reference: Comparison | None, model: ModelFacts) -> Severity:
    """A warning where the task suffers, or where hardly more than one map is left."""
    if reference is None or not (falls_short(model) or own.median < SURELY):
        return "note"
    return capped("warning", model)


def _compared(own: Merges, fresh: Merges) -> Comparison:
    return Comparison(
        f"{FRESH} (effect: ratio)",
        fresh.median,
        percentile=100 * float(np.mean(fresh.heights < own.median)),
        effect=own.median / max(fresh.median, 1e-12),
    )


def _limits(compared: bool, centred: Merges | None) -> str:
    limits = [] if compared else [NO_REFERENCE]
    if centred is not None and centred.median >= CENTRED:
        limits.append(
            f"About their means they differ (median {centred.median:.2g}): they share "
            "an offset more than a picture, which normalisation takes away."
        )
    return " ".join(limits)


def _is_suspect(layer: LayerFacts, model: ModelFacts) -> bool:
    merges = layer.outputs.merges
    return (
        layer.low
        and not layer.output
        and layer.role != "other"
        and not _goes_on(model, layer)
        and merges is not None
        and merges.median < MEDIAN
        and not leads_into_gate(model, layer)
    )


def _goes_on(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether a layer's normalisation or activation is still to come.

    What it yields is no feature yet, and an offset that the next takes away makes its maps alike.
    """
    return any(
        layer.path in other.parents and (other.role == "activation" or other.channelwise)
        for other in model
    )
