"""What is measured of inputs and targets: their scale, and whether the output can reach them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...diagnosis.facts import ModelFacts
from ...diagnosis.findings import Skipped
from ...diagnosis.measurements.data.input_range import (
    Averages,
    InputScale,
    LossTrial,
    SurenessTrial,
    against_averages,
    look_like_bytes,
    sureness_trial,
)
from ...diagnosis.measurements.data.targets import Diversity, Labels, Reach, diversity, reach
from ...diagnosis.signs.data.input_range import decides, far_from
from ..experiments.losses import loss_on_any_scale
from ..keras_compat.graph import origin
from ..layers.activations import output_reaches
from ..layers.layer_info import LayerInfo
from ..layers.layer_kinds import kind_named
from ..reading.call_recorder import ModelCallError
from ..reading.probe import ModelProbe
from .measured import Measured
from .question import Question
from .subject import OUTPUT_SAMPLES, Array, Seen, Subject

SCALES = (("x / 255", 255, 0), ("x / 127.5 − 1", 127.5, 1))
"""What is tried on bytes: how it is said, the divisor, and what is taken away."""

RIGHT_ANSWERS_LOST = 0.05
"""Share of right answers that a smaller loss on scaled inputs may cost: 1 or 2 of 32 by chance."""


def with_inputs_and_targets(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with the scale of the inputs and the reach of the targets."""
    targets, loss = question.targets, question.loss
    skipped: list[Skipped] = []
    facts = measured.facts
    known = _fitting_targets(subject, facts, targets, skipped)
    if known is not None and known.dtype.kind != "f":
        facts = replace(facts, labels=_labels(subject, facts, known))
    elif known is not None:
        facts = replace(
            facts,
            reach=_reach(subject, known, skipped),
            diversity=_diversity(subject, measured.seen, known),
        )
    if not facts.nonfinite_inputs:
        scale = _input_scale(subject, measured.but(facts), known, loss, skipped)
        facts = replace(facts, input_scale=scale)
    return measured.but(facts, skipped)


# --- Targets -----------------------------------------------------------------------------------


def _fitting_targets(
    subject: Subject, facts: ModelFacts, targets: ArrayLike | None, skipped: list[Skipped]
) -> NDArray[Any] | None:
    """Targets that fit the model's one output: labels as whole numbers, values as float32."""
    if targets is None:
        return None
    if len(subject.returned) != 1 or subject.returned[0] not in facts.layers:
        skipped.append(
            Skipped("targets", "they are compared with a single output; this model has several")
        )
        return None
    array = np.asarray(targets)
    shape = subject.infos[subject.returned[0]].output_shape
    if _are_labels(array, shape):
        return array.reshape(len(array)).astype(np.int64)
    if array.ndim == len(shape) - 1 and shape[-1] == 1:
        array = array[..., np.newaxis]
    fits = array.ndim == len(shape) and all(
        size is None or size == own for size, own in zip(shape[1:], array.shape[1:], strict=True)
    )
    if fits:
        return array.astype(np.float32)
    skipped.append(
        Skipped(
            "targets",
            f"their shape {array.shape} fits neither the output's {shape} nor class labels",
        )
    )
    return None


def _are_labels(targets: NDArray[Any], shape: tuple[int | None, ...]) -> bool:
    """Whether targets are class numbers for an output of this shape."""
    if len(shape) != 2 or targets.dtype.kind not in "biu":
        return False
    plain = targets.ndim == 1 or (targets.ndim == 2 and targets.shape[1] == 1)
    return plain and shape[-1] != 1


def _labels(subject: Subject, facts: ModelFacts, labels: NDArray[Any]) -> Labels | None:
    (path,) = subject.returned
    outputs = facts.layers[path].outputs.channels
    return Labels(path, outputs, labels) if outputs > 1 else None


def _reach(subject: Subject, targets: Array, skipped: list[Skipped]) -> Reach | None:
    (path,) = subject.returned
    if not _is_last(subject, path):
        skipped.append(
            Skipped(
                "unreachable-targets",
                "the model computes on after its last layer; its range is not known",
            )
        )
        return None
    bounds = output_reaches(subject.infos, subject.layers)[path]
    info = subject.infos[bounds.path]
    if bounds.range is None:
        skipped.append(
            Skipped(
                "unreachable-targets",
                f"what '{info.path}' ({info.kind}) makes of the range of what it reads is not "
                "known",
            )
        )
        return None
    return reach(targets, bounds.range, layer=info.path, activation=info.activation or info.kind)


def _diversity(subject: Subject, seen: Seen, targets: Array) -> Diversity | None:
    """How far the model's images differ, beside its targets."""
    image = seen.image
    if image is None or len(image) < 2 or len(targets) < 2 or targets.ndim != 4:
        return None
    if not (np.isfinite(image).all() and np.isfinite(targets).all()):
        return None
    return diversity(image, targets, layer=subject.returned[0])


def _is_last(subject: Subject, path: str) -> bool:
    """Whether the model returns this layer's output as it is, as far as can be told."""
    probe = subject.probe
    if any(not each.path and "" in each.names for each in probe.unseen):
        return False
    outputs = getattr(probe.model, "outputs", None)
    if not outputs:
        return True
    operation = origin(outputs[0]).operation
    return operation is subject.layers[path] or isinstance(operation, keras.Model)


# --- The scale of the inputs -------------------------------------------------------------------


def _input_scale(
    subject: Subject,
    measured: Measured,
    targets: NDArray[Any] | None,
    loss: Any,
    skipped: list[Skipped],
) -> InputScale | None:
    """What tells whether the inputs are in the range of training: the best evidence there is."""
    inputs = [np.asarray(array) for array in keras.tree.flatten(subject.probe.inputs)]
    if len(inputs) != 1 or inputs[0].dtype.kind not in "fiu":
        return None
    if any(map(_scales_inputs, subject.infos.values())):
        return None
    values: Array = inputs[0].astype(np.float32)
    averages = _averages(subject, measured.facts)
    output = measured.seen.output
    if (
        (averages is not None and far_from(averages))
        or not look_like_bytes(inputs[0])
        or output is None
        or measured.facts.untrained
    ):
        return InputScale(values, averages)
    trials: list[LossTrial | SurenessTrial] = []
    for how, divisor, offset in SCALES:
        scaled = values / np.float32(divisor) - np.float32(offset)
        again = _outputs_on(subject, scaled, skipped)
        if again is None:
            break
        trial = _trial(
            subject, how, (output, again), _expected(output, values, scaled, targets), loss
        )
        if trial is not None:
            trials.append(trial)
            if decides(trial):
                break
    return InputScale(values, averages, tuple(trials))


def _scales_inputs(info: LayerInfo) -> bool:
    """Whether the model itself brings its inputs to the scale it was trained on."""
    if info.family in ("Rescaling", "Normalization"):
        return True
    return not info.parents and kind_named(info.family, info.kind).alone == "scales"


def _averages(subject: Subject, facts: ModelFacts) -> Averages | None:
    """What the first BatchNormalization remembers of training; None where it was never trained."""
    for layer in facts:
        if subject.infos[layer.path].family != "BatchNormalization":
            continue
        weights = subject.probe.weights(layer.path)
        moving = weights.get("moving_variance")
        if moving is None or np.all(moving == 1):
            return None
        gamma = weights.get("gamma", np.ones(layer.outputs.channels, np.float32))
        return Averages(layer.path, against_averages(layer.outputs.measures, gamma))
    return None


def _outputs_on(subject: Subject, inputs: Array, skipped: list[Skipped]) -> Array | None:
    """The model's output on other inputs, channels last."""
    probe = subject.probe
    structure = keras.tree.pack_sequence_as(probe.inputs, [inputs])
    try:
        other = ModelProbe(probe.model, structure, samples=OUTPUT_SAMPLES)
        (path,) = subject.returned
        axis = subject.infos[path].channel_axis
        return np.moveaxis(other.outputs(path), -1 if axis is None else axis, -1)
    except (ModelCallError, ValueError, TypeError) as error:
        skipped.append(Skipped("input-range", f"scaled inputs cannot be tried: {error}"))
        return None


def _expected(
    output: Array, values: Array, scaled: Array, targets: NDArray[Any] | None
) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """The targets of the inputs as they are and of the scaled ones; an autoencoder's are these."""
    count = len(output)
    if targets is None:
        is_autoencoder = output.shape == values[:count].shape
        return (values[:count], scaled[:count]) if is_autoencoder else None
    return (targets[:count], targets[:count]) if len(targets) == len(values) else None


def _trial(
    subject: Subject,
    how: str,
    outputs: tuple[Array, Array],
    targets: tuple[NDArray[Any], NDArray[Any]] | None,
    loss: Any,
) -> LossTrial | SurenessTrial | None:
    """How a model does on inputs as they are and scaled; None where the two cannot be compared.

    Parameters
    ----------
    subject : Subject
    how : str
        How the inputs were scaled.
    outputs, targets : pair of ndarray
        As they are, and scaled.
    loss : str, keras.losses.Loss, callable, or None
    """
    now, again = outputs
    if targets is None:
        are_shares = now.ndim == 2 and now.min() >= 0 and now.max() <= 1
        return sureness_trial(now, again, how) if are_shares else None
    before, after = map(_right_answers, outputs, targets)
    if not after >= before - RIGHT_ANSWERS_LOST:
        return None
    model = subject.probe.model
    losses = [_loss(model, loss, *each) for each in zip(outputs, targets, strict=True)]
    return LossTrial(how, *losses)


def _right_answers(outputs: Array, targets: NDArray[Any]) -> float:
    """The share of samples whose label is named; 1 where there are no labels."""
    if targets.dtype.kind == "f" or outputs.shape[-1] == 1:
        return 1.0
    return float(np.mean(np.argmax(outputs, axis=-1) == targets))


def _loss(model: Any, loss: Any, outputs: Array, targets: NDArray[Any]) -> float:
    """The loss of the samples that have an output for their label; NaN where none has."""
    if targets.dtype.kind != "f":
        known = (targets >= 0) & (targets < outputs.shape[-1])
        outputs, targets = outputs[known], targets[known]
    return loss_on_any_scale(model, loss, outputs, targets) if len(targets) else math.nan
