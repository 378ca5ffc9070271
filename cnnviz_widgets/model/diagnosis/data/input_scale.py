"""The scale of the inputs, told without targets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....diagnosis.facts import LayerFacts, ModelFacts
from ....diagnosis.measurements.data.input_range import (
    InputScale,
    Preprocessing,
    SurenessTrial,
    look_like_bytes,
    sureness_trial,
)
from ....diagnosis.measurements.data.input_repairs import input_repairs
from ....diagnosis.signs.data.input_range import decides
from ...layers.layer_kinds import kind_named
from ..measured import Measured
from ..subject import Array, Subject
from .runs import Runs

BYTE_SCALES = (0.9, 2.1)
"""255 times the scale of a Rescaling that brings bytes to [0, 1] or [−1, 1]."""


def input_scale(
    subject: Subject, measured: Measured, runs: Runs, *, settled: bool
) -> InputScale | None:
    """What tells without targets whether the inputs are in the range of training.

    Parameters
    ----------
    subject : Subject
    measured : Measured
    runs : Runs
    settled : bool
        Whether targets have told already.

    Raises
    ------
    ModelCallError
        The model's call raises.
    """
    inputs = runs.inputs
    if not inputs or inputs[0].dtype.kind not in "fiu" or not inputs[0].size:
        return None
    values = inputs[0].astype(np.float32)
    if settled:
        return InputScale(values)
    made = next(_preprocessing(subject, measured.facts), None)
    trials: tuple[SurenessTrial, ...] = ()
    if made is None and not measured.facts.traceless:
        trials = tuple(_sureness(subject, runs))
    return InputScale(values, made, trials)


def _preprocessing(subject: Subject, facts: ModelFacts) -> Iterator[Preprocessing]:
    """What layers that read the inputs and prepare them put out, of which the scale is known."""
    for layer in facts:
        family = subject.infos[layer.path].family
        if layer.parents or not np.isfinite(layer.outputs.measures.std).all():
            continue
        if family == "Rescaling":
            yield from _rescaling(subject, layer)
        elif family == "Normalization" and subject.layers[layer.path].input_mean is None:
            yield _made(layer, "data with a spread of 1 after it", 1.0)


def _rescaling(subject: Subject, layer: LayerFacts) -> Iterator[Preprocessing]:
    own = subject.layers[layer.path]
    scale = float(np.median(np.asarray(own.scale, np.float64)))
    if BYTE_SCALES[0] <= 255 * scale <= BYTE_SCALES[1]:
        # Photographs and digits as bytes vary by 40 to 80.
        yield _made(layer, "bytes, 0 to 255", 64 * scale)


def _made(layer: LayerFacts, made_for: str, spread: float) -> Preprocessing:
    measures = layer.outputs.measures
    return Preprocessing(
        layer.path,
        layer.kind,
        made_for,
        float(measures.minimum.min()),
        float(measures.maximum.max()),
        float(np.median(measures.std)) / spread,
    )


def _sureness(subject: Subject, runs: Runs) -> Iterator[SurenessTrial]:
    """How sure the answers are on bytes scaled otherwise, until a trial decides."""
    inputs, now = runs.inputs, runs.outputs
    if len(now) != 1 or not all(map(look_like_bytes, inputs)) or not _are_chances(now[0]):
        return
    if _prepares(subject):
        return
    for repair in input_repairs(inputs[0].astype(np.float32), None):
        (outputs,) = runs.run([repair.apply(each.astype(np.float32)) for each in inputs])
        if not _are_chances(outputs):
            return
        trial = sureness_trial(now[0], outputs, repair.how)
        yield trial
        if decides(trial):
            return


def _are_chances(outputs: Array) -> bool:
    """Whether they are shares of classes, or each is the chance of a yes."""
    return outputs.ndim == 2 and bool(outputs.min() >= 0 and outputs.max() <= 1)


def _prepares(subject: Subject) -> bool:
    """Whether the model itself brings its inputs to the scale it was trained on."""
    return any(
        info.family in ("Rescaling", "Normalization")
        or (not info.parents and kind_named(info.family, info.kind).alone == "scales")
        for info in subject.infos.values()
    )
