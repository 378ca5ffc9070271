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
from ..experiments.penalties import may_add
from ..reading.call_recorder import ModelCallError
from .bare_pass import BarePass
from .measured import Measured
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
        penalties=_penalties(subject, measured.bare, skipped),
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


def _penalties(subject: Subject, bare: BarePass, skipped: list[Skipped]) -> Penalties | None:
    """What is added to the loss beside the loss of the answers; None where nothing is."""
    if not may_add(subject.probe.model):
        return None
    subject.progress(0.0, "penalties")
    try:
        parts = bare.penalties
    except ModelCallError as error:
        skipped.append(Skipped("penalty-dominates", str(error)))
        return None
    if bare.trained_by is None:  # what the model adds itself may be its task
        parts = tuple(part for part in parts if part.source != "own")
    return Penalties(parts, _data_loss(bare, skipped)) if parts else None


def _data_loss(bare: BarePass, skipped: list[Skipped]) -> float:
    """The loss of the answers alone; NaN where it cannot be told."""
    try:
        return bare.data_loss
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
