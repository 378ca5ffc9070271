"""How the signal goes through the layers, forward and backward."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import keras
import numpy as np

from ...diagnosis.facts import LayerFacts, ModelFacts
from ...diagnosis.findings import Skipped
from ...diagnosis.measurements.training.signal import (
    FEWEST_STEPS,
    Signal,
    spread,
    spread_of,
    stretches,
)
from ..experiments.gradients import NoGradients, relative_gradients
from ..reading.call_recorder import ModelCallError
from ..reading.model_reader import output_bytes
from .bare_pass import BarePass
from .measured import Measured
from .question import Question
from .subject import Subject

OUTPUT_BYTES = 64 * 2**20
"""What the outputs may take that a backward pass holds: of larger ones fewer samples are taken."""

WEIGHT_BYTES = 256 * 2**20
"""What the weights may take: their gradients take as much again."""


@dataclass(frozen=True)
class _Place:
    """The layers between one with weights and the next.

    Attributes
    ----------
    weighted : tuple of LayerFacts
    all : tuple of LayerFacts
        Those and all that follow: activations, pooling, sums.
    """

    weighted: tuple[LayerFacts, ...]
    all: tuple[LayerFacts, ...]

    @property
    def normalised(self) -> bool:
        """Whether one of them brings its output to a scale of its own."""
        return any(layer.normalises for layer in self.all)

    @property
    def scale(self) -> float:
        """The largest spread between samples; NaN where one is not known."""
        return float(np.max([spread(layer.outputs) for layer in self.all]))


def with_signal(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with the signal over depth."""
    facts = measured.facts
    places = _places(facts)
    if facts.nonfinite_inputs or not places:
        return measured
    read = _read(subject, places[0])
    signal = Signal(
        layers=tuple(place.weighted[0].path for place in places),
        forward=tuple(place.scale / read for place in places),
        normalised=tuple(place.normalised for place in places),
        inputs=read,
    )
    skipped: list[Skipped] = []
    if question.targets is not None and _has_stretch(signal):
        relative = _gradients(subject, measured.bare, question, skipped)
        if relative:
            gradients = tuple(_largest(place, relative) for place in places)
            signal = replace(signal, gradients=gradients)
    return measured.but(replace(facts, signal=signal), skipped)


def _places(facts: ModelFacts) -> list[_Place]:
    """The layers by how many with weights lie on the longest way to them, from the first on."""
    depths: dict[str, int] = {}
    at: defaultdict[int, list[LayerFacts]] = defaultdict(list)
    for layer in facts:
        before = max((depths.get(path, 0) for path in layer.parents), default=0)
        depths[layer.path] = before + _weighs(layer)
        at[depths[layer.path]].append(layer)
    places = [
        _Place(tuple(filter(_weighs, at[depth])), tuple(at[depth])) for depth in sorted(at) if depth
    ]
    return [place for place in places if place.weighted]


def _weighs(layer: LayerFacts) -> bool:
    return layer.role == "weights" and not layer.normalises


def _read(subject: Subject, first: _Place) -> float:
    """The inputs' spread between samples; 1 where the first layers look numbers up in a table."""
    if any(layer.looks_up for layer in first.weighted):
        return 1.0
    inputs = [np.asarray(array) for array in keras.tree.flatten(subject.probe.inputs)]
    return max((spread_of(each) for each in inputs if each.dtype.kind in "fiu"), default=0.0) or 1.0


def _has_stretch(signal: Signal) -> bool:
    """Whether there are layers enough without a normalisation between them to have a trend."""
    runs = stretches([1.0] * len(signal.layers), signal.normalised)
    return any(last - first >= FEWEST_STEPS for first, last in runs)


# --- Backward ----------------------------------------------------------------------------------


def _gradients(
    subject: Subject, bare: BarePass, question: Question, skipped: list[Skipped]
) -> Mapping[str, float]:
    """The relative gradient of each layer; {} where none can be had, with the reason."""
    try:
        if bare.targets is None:
            return {}
        samples = _samples(subject)
        subject.progress(0.0, "gradients of the loss")
        return relative_gradients(
            subject.probe, bare.targets, loss=question.loss, samples=samples
        ).relative
    except (NoGradients, ModelCallError, MemoryError, TypeError, ValueError) as error:
        skipped.append(Skipped("vanishing-signal: gradients", str(error)))
        return {}


def _samples(subject: Subject) -> int:
    """How many samples a backward pass may take.

    Raises
    ------
    MemoryError
        The gradients take too much.
    """
    probe = subject.probe
    size = sum(4 * math.prod(weight.shape) for weight in probe.model.weights)
    if size > WEIGHT_BYTES:
        raise MemoryError(
            f"a backward pass would take {size / 2**20:,.0f} MB for gradients; the limit is "
            f"{WEIGHT_BYTES / 2**20:,.0f} MB"
        )
    one = output_bytes(probe.layers, 1)
    return max(1, min(probe.samples, OUTPUT_BYTES // max(one, 1)))


def _largest(place: _Place, relative: Mapping[str, float]) -> float:
    """The largest gradient of the layers at a place; rows that are looked up have another scale."""
    known = [
        relative[layer.path]
        for layer in place.weighted
        if layer.path in relative and not layer.looks_up
    ]
    return max((each for each in known if math.isfinite(each)), default=math.nan)
