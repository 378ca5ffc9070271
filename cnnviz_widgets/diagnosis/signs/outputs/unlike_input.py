"""Maps of low abstraction that have lost the image [WL20 §1.3.2]."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ..base import Sign
from ..by_answers import falls_short, solves
from ..wording import FRESH, few_samples

SHARE = 0.4
"""Held-out R² below which more of the image is lost than kept, with a margin for images that are
hard to predict: layers of the zoo's healthy networks keep 0.5 to 0.95."""

NOTHING, OF_FRESH = 0.2, 0.5
"""The same from which the layer is to blame if the task is not solved: next to nothing is left, or
far less than the architecture keeps by itself."""

_SOLVED = (
    "Nothing to do, as the task is solved. To keep more of the picture give the layer more "
    "channels, or a smaller stride or kernel (`strides=1`)."
)


class UnlikeInput(Sign):
    """Layers near an image off which little of it can be read: a warning if the task suffers.

    Measured: `resemblance.readable_share`, beside that of the fresh layer.
    """

    kind, title, source = "unlike-input", "unlike the input", "[WL20 §1.3.2]"
    of_outputs = True
    cure = "Give the layer more channels, or a smaller stride or kernel (`strides=1`)."
    # What is lost stays lost.
    spoils = frozenset({kind})
    suspects_by = "picture"

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Whatever the fresh layer has; its share is shown beside."""
        if not _is_suspect(layer, model):
            return
        fresh = model.fresh_readable.get(layer.path, math.nan)
        reference = None
        if not math.isnan(fresh):
            reference = Comparison(
                f"{FRESH} (effect: ratio)", fresh, effect=layer.readable / max(fresh, 1e-12)
            )
        is_lost = layer.readable < NOTHING or layer.readable < OF_FRESH * fresh
        is_missed = is_lost and falls_short(model)
        yield self.finding(
            layer,
            "warning" if is_missed else "note",
            Measurement(
                "share of the image's variance that its maps predict (held-out R²)",
                layer.readable,
                True,
            ),
            f"The maps of {layer.path} have lost the picture: only {percent(layer.readable)} of it "
            "(variance of the pixels) can be told from them.",
            reference=reference,
            limits=few_samples(layer.outputs.samples)
            or "What the task needs may be kept all the same: its answers tell." * (not is_missed),
            cure=_SOLVED if solves(model) else None,
        )

    def suspects(self, model: ModelFacts) -> list[str]:
        """The layers that are accused."""
        return [layer.path for layer in model if _is_suspect(layer, model)]


def _is_suspect(layer: LayerFacts, model: ModelFacts) -> bool:
    """Whether little of the image can be read off the layer; untrained ones are not held to it."""
    return not model.untrained and not layer.output and layer.readable < SHARE
