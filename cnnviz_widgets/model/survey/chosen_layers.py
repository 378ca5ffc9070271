"""Which layers a survey is of, and what it may cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from ...analysis.survey.kept_samples import IN_ROWS, POOLED
from ...analysis.survey.layer_tally import GRAM_CHANNELS
from ...analysis.survey.value_cells import CELLS
from ...validation.messages import described
from ...validation.objects import several
from ...validation.texts import known_layer
from ..layers.layer_info import LayerInfo
from ..layers.layer_kinds import kind_of
from ..reading.description import Description

Layers: TypeAlias = Literal["activations", "all"] | Iterable[str]


class ChosenLayers(NamedTuple):
    """The layers of a survey.

    Attributes
    ----------
    infos : dict of str to LayerInfo
        Path → layer, in the order of execution.
    skipped : dict of str to str
        Path → why a layer that was asked for is none of them.
    """

    infos: dict[str, LayerInfo]
    skipped: dict[str, str]


def chosen_layers(description: Description, layers: Layers, samples: int) -> ChosenLayers:
    """The layers that are asked for, without those that cannot be surveyed.

    Parameters
    ----------
    description : Description
    layers : {'activations', 'all'} or iterable of str
        ``'activations'``: what activations put out, and the model's own outputs. What feeds an
        activation says little more: it is the same numbers before they are bent.
    samples : int
        Length of a batch: outputs that have it not on their first axis are left out.

    Raises
    ------
    TypeError, ValueError
        No such choice, no such layer, or none that can be surveyed.
    """
    if isinstance(layers, str) and layers not in ("activations", "all"):
        raise ValueError(
            f"layers must be 'activations', 'all' or paths of layers; got {described(layers)}"
        )
    every = description.infos
    paths = list(every)
    if layers == "activations":
        returned = _returned(description)
        paths = [path for path in paths if path in returned or _activates(description, path)]
    elif layers != "all":
        asked = {known_layer(path, every) for path in several("layers", layers, "paths of layers")}
        paths = [path for path in every if path in asked]
    chosen = ChosenLayers({}, {})
    for path in paths:
        reason = _unfit(every[path], samples)
        if reason:
            chosen.skipped[path] = reason
        else:
            chosen.infos[path] = every[path]
    if not chosen.infos:
        reasons = "; ".join(f"{path!r}: {why}" for path, why in list(chosen.skipped.items())[:3])
        raise ValueError(f"no layer can be surveyed; {reasons or 'the model has none'}")
    return chosen


def survey_bytes(infos: Mapping[str, LayerInfo], classes: int, rows: int) -> int:
    """About what a survey of these layers holds in memory, however many samples it sees."""
    return sum(_layer_bytes(info, classes, rows) for info in infos.values())


def _layer_bytes(info: LayerInfo, classes: int, rows: int) -> int:
    channels = info.channels or 1
    drawn = min(rows, math.prod(info.output_shape[1:]) // max(channels, 1))  # type: ignore[arg-type]
    gram = 2 * 8 * channels if channels <= GRAM_CHANNELS else 0
    kept = 4 * (POOLED + IN_ROWS * drawn)
    return channels * (4 * CELLS + kept + gram + 32 * classes + 500)


def _returned(description: Description) -> set[str]:
    listing = description.forward.listing
    calls = {call for call, _ in listing.graph.returned}
    return {output.path for output in listing.outputs if output.call in calls}


def _activates(description: Description, path: str) -> bool:
    bends = kind_of(description.layers[path]).bends
    return bends or description.infos[path].activation not in (None, "linear")


def _unfit(info: LayerInfo, samples: int) -> str:
    """Why an output cannot be surveyed; empty where it can."""
    shape = info.output_shape
    if info.channel_axis is None or len(shape) < 2:
        return "it has no axis of channels"
    if shape[0] not in (None, samples):
        return f"its first axis, {shape[0]} long, does not count the samples"
    if any(length is None for length in shape[1:]):
        return f"its shape {shape} is not known before it runs"
    if 0 in shape[1:]:
        return f"it holds no values: {shape}"
    return ""
