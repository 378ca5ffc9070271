"""All that is measured of a model before anything is judged: outputs, weights, a reference."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...diagnosis.facts import LayerFacts, ModelFacts
from ...diagnosis.findings import Skipped
from ...diagnosis.judge import Suspects, suspects
from ...diagnosis.measurements.output_measures import OutputMeasures
from ...diagnosis.measurements.surveyed import surveyed_measures
from ...diagnosis.measurements.weight_measures import WeightMeasures, weight_measures
from ...diagnosis.measurements.weight_movement import (
    WeightMovement,
    relative_change,
    weight_movement,
)
from ...diagnosis.phrases import listed
from ...records.survey.survey import Survey
from ..experiments.fresh_model import NoReference, fresh_probe
from ..layers.activations import activation_of, dropout_rate, is_linear, is_mixing
from ..layers.effective_weights import effective_arrays, read_only
from ..layers.initial_weights import initial_weights
from ..layers.layer_info import weight_names
from ..layers.layer_kinds import kind_named
from ..reading.call_recorder import ModelCallError
from ..reading.probe import ModelProbe
from .bare_pass import BarePass
from .image_readout import images_at_ends, readable, without_picture
from .question import Question
from .subject import Array, Seen, Subject, look

WEIGHTS_FROM, REFERENCE_FROM, STEPS_FROM = 0.4, 0.55, 0.7
"""Shares of the whole work, as a trained network takes them that fails its task: each repair and
each trial costs a pass."""

Earlier = Mapping[str, Mapping[str, NDArray[Any]]]


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured, and what could not be.

    Attributes
    ----------
    facts : ModelFacts
    seen : Seen
        What the pass through the model itself left behind.
    bare : BarePass
        What it returns, run operation by operation where that is asked for.
    skipped : tuple of Skipped
    """

    facts: ModelFacts
    seen: Seen
    bare: BarePass
    skipped: tuple[Skipped, ...]

    def but(self, facts: ModelFacts, skipped: Iterable[Skipped] = ()) -> Measured:
        """The same with other facts, and more that was skipped."""
        return replace(self, facts=facts, skipped=(*self.skipped, *skipped))


def measure(subject: Subject, question: Question) -> Measured:
    """Stream the model through the measurements, weigh its weights, and ask a fresh one.

    Parameters
    ----------
    subject : Subject
    question : Question
    """
    probe = subject.probe
    seen = look(subject, probe, [*subject.infos], 0.0, WEIGHTS_FROM)
    seen = replace(seen, measures=_surveyed(seen.measures, question.survey))
    images = _images(probe, seen)
    noise = without_picture(images)
    movements, skipped = _movements(subject, question.earlier)
    training = _Training.of(movements[path] for path in movements if path in seen.measures)
    pictures = [image for end, image in images.items() if end not in noise]
    layers = _layer_facts(subject, seen, movements, training, pictures)
    skipped += [
        Skipped(path, "its output is a single number or holds no values")
        for path in subject.infos
        if path not in seen.measures
    ]
    facts = replace(_model_facts(probe, layers, training), class_names=question.class_names)
    if noise and not facts.untrained and subject.compared:
        skipped.append(
            Skipped(
                "unlike-input",
                f"the {listed(sorted(noise))} has no picture in it that could be lost: "
                "neighbouring pixels hardly correlate",
            )
        )
    measured = Measured(facts, seen, BarePass(probe, question), tuple(skipped))
    return _with_reference(subject, measured, noise, question.reference)


def _surveyed(
    measures: Mapping[str, OutputMeasures], survey: Survey | None
) -> dict[str, OutputMeasures]:
    """What was measured, with what a survey knows of more samples."""
    summaries = {} if survey is None else survey.layers
    return {
        path: surveyed_measures(each, summaries[path]) if path in summaries else each
        for path, each in measures.items()
    }


def _images(probe: ModelProbe, seen: Seen) -> dict[str, Array]:
    return images_at_ends(probe.inputs, seen.image if "output" in probe.image_ends else None)


def _model_facts(
    probe: ModelProbe, layers: Mapping[str, LayerFacts], training: _Training
) -> ModelFacts:
    inputs = [np.asarray(array) for array in keras.tree.flatten(probe.inputs)]
    return ModelFacts(
        layers=layers,
        samples=probe.samples,
        nonfinite_inputs=probe.nonfinite_inputs,
        inputs_vary=any(bool(np.any(array != array[:1])) for array in inputs),
        input_magnitude=max(map(_magnitude, inputs), default=math.nan),
        makes_images="output" in probe.image_ends,
        untrained=training.none,
        traceless=training.traceless,
    )


# --- Layers ------------------------------------------------------------------------------------


def _layer_facts(
    subject: Subject,
    seen: Seen,
    movements: Mapping[str, WeightMovement | None],
    training: _Training,
    images: Sequence[Array],
) -> dict[str, LayerFacts]:
    """What is known of each layer, in execution order."""
    unseen = subject.probe.unseen
    facts = {}
    for number, (path, info) in enumerate(subject.infos.items()):
        if path not in seen.measures:
            continue
        weights: tuple[WeightMeasures, ...] = ()
        if path in movements:
            _tell_weights(subject, path, (1 + number / len(subject.infos)) / 2)
            # Whether weights look random is not asked where none of them was trained.
            weights = _weigh(subject, path, merges=not training.traceless)
        kind, layer = kind_named(info.family, info.kind), subject.layers[path]
        behind_functions = any(each.is_before(path) for each in unseen)
        facts[path] = LayerFacts(
            path=path,
            kind=info.kind,
            parents=info.parents,
            role=subject.role(path),
            low=info.level_name == "low",
            level=info.level,
            output=path in subject.returned,
            trainable=info.trainable,
            activation=info.activation,
            outputs=seen.measures[path],
            weights=weights,
            movement=movements.get(path),
            readable=readable(seen.measures[path], images),
            underflows=activation_of(info.activation).underflows,
            channelwise=kind.channelwise,
            normalises=kind.normalises,
            looks_up=kind.looks_up,
            reads_inputs=bool(info.inputs),
            linear=not behind_functions and is_linear(layer),
            mixes=not behind_functions and is_mixing(layer),
            dropout=dropout_rate(layer),
            reads_unlisted=info.reads_unlisted,
        )
    return facts


def _tell_weights(subject: Subject, path: str, share: float) -> None:
    subject.progress(WEIGHTS_FROM + (REFERENCE_FROM - WEIGHTS_FROM) * share, f"weights of {path}")


def _weigh(subject: Subject, path: str, *, merges: bool) -> tuple[WeightMeasures, ...]:
    return tuple(
        weight_measures(
            part.values,
            part.bias,
            name=part.name,
            outputs=part.outputs,
            first_channel=part.first_channel,
            merges=merges and part.name.endswith("kernel"),
            seed=subject.seed,
        )
        for part in subject.probe.parameters(path, copy=False)
        if part.values.size
    )


# --- Training ----------------------------------------------------------------------------------


def _movements(
    subject: Subject, earlier: Earlier
) -> tuple[dict[str, WeightMovement | None], list[Skipped]]:
    """How far weights have moved, by the path of the first call of each layer that has any."""
    skipped = [
        Skipped(f"frozen: {path}", "earlier weights of a layer the model does not have")
        for path in earlier
        if path not in subject.infos
    ]
    firsts: dict[int, str] = {}
    for path, info in subject.infos.items():
        if info.weight_shapes:
            firsts.setdefault(id(subject.layers[path]), path)
    movements: dict[str, WeightMovement | None] = {}
    for number, path in enumerate(firsts.values()):
        _tell_weights(subject, path, number / len(firsts) / 2)
        movement = _movement(subject, path)
        movements[path] = movement
        if path in earlier:
            try:
                change = _change(subject, path, earlier[path])
                movements[path] = replace(movement, change=change)
            except ValueError as error:
                movements[path] = None
                skipped.append(Skipped(f"frozen: {path}", str(error)))
    return movements, skipped


def _movement(subject: Subject, path: str) -> WeightMovement:
    """Whether a layer's weights have moved since they were drawn."""
    layer, weights = subject.layers[path], subject.weights(path)
    acting = effective_arrays(layer, weights, copy=False)
    now = {name: array for name, array in acting.items() if array.ndim}
    return weight_movement(now, initial_weights(layer, weights, seed=subject.seed))


def _change(subject: Subject, path: str, earlier: Mapping[str, NDArray[Any]]) -> float:
    """How far a layer's weights have moved since an earlier moment.

    Raises
    ------
    ValueError
        The earlier weights are not this layer's.
    """
    layer, weights = subject.layers[path], subject.weights(path)
    # The earlier ones are as they were stored: those that act cannot be told from them alone.
    stored = {
        name: read_only(weight, copy=False)
        for name, weight in zip(weight_names(layer, weights), weights, strict=True)
        if len(weight.shape)
    }
    return relative_change(
        stored, {name: earlier[name] for name in earlier if np.ndim(earlier[name])}
    )


@dataclass(frozen=True)
class _Training:
    """What is known of whether the model was trained.

    Attributes
    ----------
    none : bool
        No weight has learnt anything yet; of what cannot be told, False.
    traceless : bool
        The same, or all weights were drawn, bear no trace of training, and nothing tells more.
    """

    none: bool
    traceless: bool

    @classmethod
    def of(cls, movements: Iterable[WeightMovement | None]) -> _Training:
        """By the movements of its layers."""
        all_known = [each for each in movements if each is not None]
        none = _is_untrained(all_known)
        return cls(none, none or _is_traceless(all_known))


def _is_untrained(movements: Sequence[WeightMovement]) -> bool:
    known = [each for each in movements if each.known]
    # Of a hundred layers one would have moved by chance alone.
    corrected = [
        replace(each, change=math.nan, p_value=each.p_value * len(known)) for each in known
    ]
    return any(each.known for each in corrected) and not any(each.learnt for each in corrected)


def _is_traceless(movements: Sequence[WeightMovement]) -> bool:
    known = any(each.constants or not each.drawn for each in movements)
    changed = any(each.moved for each in movements if not math.isnan(each.change))
    traced = any(each.left_trace for each in movements)
    return bool(movements) and not (known or changed or traced)


def _magnitude(values: NDArray[Any]) -> float:
    """Root mean square of the finite values."""
    if values.dtype.kind not in "biuf":
        return math.nan
    finite = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(np.square(finite, dtype=np.float64)))) if finite.size else 0.0


# --- The reference -----------------------------------------------------------------------------


def _with_reference(
    subject: Subject, measured: Measured, noise: Sequence[str], allowed: bool
) -> Measured:
    """What the suspicious layers of the freshly initialised architecture put out, too."""
    suspicious = suspects(measured.facts)
    if not suspicious.paths:
        return measured
    if not allowed:
        return _without_reference(measured, suspicious, "reference=False was given")
    if measured.facts.untrained:
        return _as_its_own_reference(measured, suspicious)
    subject.progress(REFERENCE_FROM, "building the same network anew for comparison")
    probe, paths = subject.probe, suspicious.paths
    if suspicious.by_picture and "output" in probe.image_ends:
        paths = (*paths, *subject.returned)  # the images it makes are its last layer's output
    try:
        fresh = fresh_probe(probe, paths, seed=subject.seed)
        seen = look(subject, fresh, paths, REFERENCE_FROM, STEPS_FROM)
    except (NoReference, ModelCallError, MemoryError) as error:
        return _without_reference(measured, suspicious, str(error))
    images = [image for end, image in _images(probe, seen).items() if end not in noise]
    measures = seen.measures
    return measured.but(
        replace(
            measured.facts,
            fresh={path: measures[path] for path in suspicious.by_outputs if path in measures},
            fresh_readable={
                path: readable(measures[path], images)
                for path in suspicious.by_picture
                if path in measures
            },
        )
    )


def _as_its_own_reference(measured: Measured, suspicious: Suspects) -> Measured:
    """An untrained network is what its architecture is, freshly initialised: none is built."""
    layers = measured.facts.layers
    fresh = {path: layers[path].outputs for path in suspicious.by_outputs}
    readable = {path: layers[path].readable for path in suspicious.by_picture}
    return measured.but(replace(measured.facts, fresh=fresh, fresh_readable=readable))


def _without_reference(measured: Measured, suspicious: Suspects, why: str) -> Measured:
    what = ", ".join(suspicious.paths[:4])
    skipped = Skipped(f"comparison of {what} with the freshly initialised architecture", why)
    return measured.but(measured.facts, [skipped])
