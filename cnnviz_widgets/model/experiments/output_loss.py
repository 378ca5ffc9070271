"""The loss of one of a model's outputs, for targets in whichever form they were given."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...diagnosis.measurements.data.tasks import Array, Asked, Meaning
from ..keras_compat.losses import compiled_loss
from .losses import Loss, loss_name, output_keys, sensible_loss

_LOSSES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "huber": "Huber",
    "log_cosh": "LogCosh",
}
"""The losses of which it is known what they expect: each is a function and a class."""


def loss_of_output(model: Any, loss: Any, number: int) -> Any:
    """The loss that one output was compiled with, or the one that was given; None for none.

    Parameters
    ----------
    model : keras.Model
    loss : str, callable, keras.losses.Loss, or None
        None: what the model was compiled with.
    number : int
        Of the output.
    """
    whole = loss if loss is not None else compiled_loss(model)[0]
    if isinstance(whole, Mapping):
        names = output_keys(model) or []
        if len(whole) == 1 and len(names) < 2:
            return next(iter(whole.values()))
        return whole.get(names[number]) if number < len(names) else None
    if isinstance(whole, (list, tuple)):
        return whole[number] if number < len(whole) else None
    return whole


def named_loss(loss: Any) -> tuple[str, bool]:
    """The name of a loss of Keras, and whether it takes logits; "" for any other.

    Parameters
    ----------
    loss : str, keras.losses.Loss, callable, or None
    """
    function, given = _function(loss)
    for name, kind in _LOSSES.items():
        if type(function) is getattr(keras.losses, kind):
            return name, bool(function.get_config().get("from_logits", False))
        if function is not None and function is getattr(keras.losses, name):
            return name, bool(given.get("from_logits", False))
    return "", False


def meaning_of(loss: Any, activation: str | None) -> Meaning:
    """What a loss and the last activation tell of the output that is judged."""
    function, given = _function(loss)
    return Meaning(
        activation=activation,
        loss=_kind(loss),
        from_logits=bool(given.get("from_logits", getattr(function, "from_logits", False))),
        ignored=given.get("ignore_class", getattr(function, "ignore_class", None)),
    )


def _function(loss: Any) -> tuple[Any, Mapping[str, Any]]:
    """A loss itself, of its name or with some of its arguments set; and these arguments."""
    if isinstance(loss, functools.partial):
        return loss.func, loss.keywords
    return (keras.losses.get(loss) if isinstance(loss, str) else loss), {}


def _kind(loss: Any) -> str:
    """The name of a loss in full, without underscores: ``mse`` is ``meansquarederror``."""
    function, _ = _function(loss)
    if function is None:
        return ""
    if isinstance(function, keras.losses.Loss):
        return type(function).__name__.lower()
    return loss_name(function).replace("_", "").lower()


class OutputLoss:
    """The loss of one output on samples whose targets it can compare.

    The model's own where it takes the targets in one of the forms that they have; else a sensible
    one, and `why` says what the model's objected to.

    Parameters
    ----------
    model : keras.Model
    loss : str, callable, keras.losses.Loss, or None
        Of this output.
    targets : ndarray
        As given.
    question : Asked
        The same, as they were understood.
    outputs : ndarray
        What the model returns for these samples.
    activation : str or None
        The last one before the output, where it is known.

    Attributes
    ----------
    name : str
        "" where there is none.
    why : str
        "" where the model's own loss does.
    """

    def __init__(  # a loss, what it compares, and of what
        self,
        model: Any,
        loss: Any,
        targets: NDArray[np.generic],
        question: Asked,
        outputs: Array,
        activation: str | None,
    ) -> None:
        self._model, self.why, self.name = model, "", ""
        axes = tuple(range(1, question.targets.ndim))
        self._rows = np.flatnonzero(~question.unknown.any(axis=axes))
        self._loss: Any = None
        self._targets: NDArray[np.generic] = targets
        if self._rows.size:
            self._choose(loss, targets, question, outputs, activation)

    def __call__(self, outputs: Array) -> float:
        """The mean loss; NaN where none can be told."""
        if self._loss is None:
            return float("nan")
        return self._value(self._loss, self._targets, outputs)

    def _choose(
        self,
        loss: Any,
        targets: NDArray[np.generic],
        question: Asked,
        outputs: Array,
        activation: str | None,
    ) -> None:
        if loss is not None:
            for form in _forms(_kind(loss), loss, targets, question):
                if self._takes(loss, form, outputs):
                    return
        for form in _plain_forms(targets, question):
            try:
                own = sensible_loss(outputs[self._rows], form[self._rows], activation)
            except ValueError as error:
                self.why = self.why or str(error)
                continue
            if self._takes(own, form, outputs):
                return

    def _takes(self, loss: Any, targets: NDArray[np.generic], outputs: Array) -> bool:
        """Whether a loss compares outputs with targets in this form; from now on it does."""
        try:
            self._value(loss, targets, outputs)
        except ValueError as error:
            self.why = self.why or str(error)
            return False
        self._loss, self._targets, self.name = loss, targets, loss_name(loss)
        return True

    def _value(self, loss: Any, targets: NDArray[np.generic], outputs: Array) -> float:
        tensor = keras.ops.convert_to_tensor(outputs[self._rows])
        return Loss(self._model, loss, [targets[self._rows]], tensor, [None])(tensor)


def _forms(
    kind: str, loss: Any, targets: NDArray[np.generic], question: Asked
) -> Iterable[NDArray[np.generic]]:
    """The forms of targets that a loss may take, the likeliest first."""
    if question.task != "classes" or not _is_of_keras(loss):
        return [targets]
    if "sparse" in kind:
        return [question.targets]
    if targets.ndim > question.targets.ndim and targets.shape[-1] == question.classes:
        return [targets]
    return [_one_hot(question)]


def _plain_forms(targets: NDArray[np.generic], question: Asked) -> list[NDArray[np.generic]]:
    """The forms that a sensible loss may take."""
    if question.task == "classes":
        return [question.targets]
    return [question.targets.astype(np.float32)]


def _one_hot(question: Asked) -> NDArray[np.float32]:
    table = np.eye(question.classes, dtype=np.float32)
    return table[np.clip(question.targets.astype(np.int64), 0, question.classes - 1)]


def _is_of_keras(loss: Any) -> bool:
    module = inspect.getmodule(loss if inspect.isroutine(loss) else type(loss))
    return isinstance(loss, str) or (module is not None and module.__name__.startswith("keras."))
