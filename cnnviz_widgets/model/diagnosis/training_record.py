"""What a model keeps of its training: its optimizer, penalties, and losses by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from ...diagnosis.findings import Skipped
from ...diagnosis.measurements.training.loss_history import LossHistory
from ...diagnosis.measurements.training.optimisation import Optimisation
from ...diagnosis.measurements.training.penalties import Penalties
from ...history.history import History
from ...validation.messages import described
from ..experiments.losses import Loss, targets_of
from ..experiments.penalties import may_add, penalties
from ..keras_compat.losses import compiled_loss
from ..reading.call_recorder import ModelCallError
from .measured import JUDGING_FROM, Measured
from .question import Question
from .subject import Subject

_RIGHT = (
    "accuracy",
    "acc",
    "sparse_categorical_accuracy",
    "categorical_accuracy",
    "binary_accuracy",
)
"""What Keras calls the share of right answers."""


def with_training_record(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with its optimizer, its penalties and the losses of its training."""
    model, skipped = subject.probe.model, list[Skipped]()
    facts = replace(
        measured.facts,
        optimisation=optimisation(model),
        penalties=_penalties(subject, question, skipped),
        loss_history=loss_history(_logs(subject, question)),
    )
    return measured.but(facts, skipped)


# --- The optimizer -----------------------------------------------------------------------------


def optimisation(model: Any) -> Optimisation | None:
    """How a model is being trained; None where it has no optimizer of Keras."""
    optimizer = getattr(model, "optimizer", None)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        return None
    rate = optimizer.learning_rate
    return Optimisation(
        math.nan if rate is None else float(keras.ops.convert_to_numpy(rate)),
        int(keras.ops.convert_to_numpy(optimizer.iterations)),
    )


# --- Penalties ---------------------------------------------------------------------------------


def _penalties(subject: Subject, question: Question, skipped: list[Skipped]) -> Penalties | None:
    """What is added to the loss beside the loss of the answers; None where nothing is."""
    model = subject.probe.model
    loss = compiled_loss(model)[0] if question.loss is None else question.loss
    if not may_add(model):
        return None
    subject.progress(JUDGING_FROM, "penalties")
    try:
        outputs, parts = penalties(subject.probe)
    except ModelCallError as error:
        skipped.append(Skipped("penalty-dominates", str(error)))
        return None
    if loss is None:  # what the model adds itself may be its task
        parts = tuple(part for part in parts if part.source != "own")
    if not parts:
        return None
    return Penalties(parts, _data_loss(subject, question, outputs, skipped))


def _data_loss(subject: Subject, question: Question, outputs: Any, skipped: list[Skipped]) -> float:
    """The loss of the answers alone; of an autoencoder without targets, against its inputs."""
    probe, targets = subject.probe, question.targets
    flat = keras.tree.flatten(outputs)
    if targets is None:
        targets = keras.tree.flatten(probe.inputs)
        if [tuple(each.shape) for each in targets] != [tuple(each.shape) for each in flat]:
            return math.nan
    try:
        arrays = targets_of(probe.model, targets, probe.samples)
        given = [array[: probe.samples] for array in arrays]
        return Loss(probe.model, question.loss, given, outputs, [None] * len(flat))(outputs)
    except (TypeError, ValueError) as error:
        skipped.append(Skipped("penalties beside the loss of the answers", str(error)))
        return math.nan


# --- The history -------------------------------------------------------------------------------


def logs_by_epoch(history: Any) -> Mapping[str, Sequence[float]]:
    """What a training told by epoch, whichever way it was kept.

    Parameters
    ----------
    history : keras.callbacks.History, History, or mapping of str to sequence of float
        Of a `History` the moments count that tell the loss on other samples.

    Raises
    ------
    TypeError
        Something else.
    """
    if isinstance(history, History):
        told = [moment.logs for moment in history if "val_loss" in moment.logs]
        names = {name for logs in told for name in logs}
        return {name: [logs[name] for logs in told if name in logs] for name in names}
    logs = getattr(history, "history", history)
    if isinstance(logs, Mapping):
        return logs
    raise TypeError(
        "history must be what fit returned, its dict of losses, or a History; got "
        f"{described(history)}"
    )


def _logs(subject: Subject, question: Question) -> Mapping[str, Sequence[float]]:
    """What was given, else what the model keeps of its last ``fit``."""
    given = {} if question.history is None else logs_by_epoch(question.history)
    kept = getattr(subject.probe.model, "history", None)
    return given or (kept.history if isinstance(kept, keras.callbacks.History) else {})


def loss_history(logs: Mapping[str, Sequence[float]]) -> LossHistory | None:
    """The losses of a training; None where there are none, or some are no numbers.

    Parameters
    ----------
    logs : mapping of str to sequence of float
        By epoch.
    """
    training, validation = (_numbers(logs.get(name)) for name in ("loss", "val_loss"))
    if not training or not np.isfinite([*training, *validation]).all():
        return None
    if len(validation) != len(training):
        validation = ()
    right, on_others = math.nan, math.nan
    for name in _RIGHT:
        own, others = _numbers(logs.get(name)), _numbers(logs.get(f"val_{name}"))
        if own and others:
            right, on_others = own[-1], others[-1]
            break
    return LossHistory(training, validation, right, on_others)


def _numbers(values: Any) -> tuple[float, ...]:
    """Numbers by epoch; () where there are none."""
    if not isinstance(values, (list, tuple)):
        return ()
    return tuple(float(value) for value in values)
