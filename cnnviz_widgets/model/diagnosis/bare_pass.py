"""The model on its own inputs, as it is: run once for all that a diagnosis compares with it."""

from __future__ import annotations

import math
from typing import Any

import keras

from ...diagnosis.measurements.training.penalties import Penalty
from ...records.cached_property import cached_property
from ..experiments.changed_outputs import judge_of
from ..experiments.losses import Array, targets_of
from ..experiments.penalties import penalties
from ..keras_compat.losses import compiled_loss
from ..reading.probe import ModelProbe
from .question import Question


class BarePass:
    """What the model returns for the probe's inputs, and how that suits the targets.

    Nothing is computed before it is asked for, and nothing twice.

    Parameters
    ----------
    probe : ModelProbe
        It is steady.
    question : Question
    """

    def __init__(self, probe: ModelProbe, question: Question) -> None:
        self._probe, self._question = probe, question

    @property
    def outputs(self) -> Any:
        """What the model returns, run operation by operation: the tensors bear Keras' notes.

        Raises
        ------
        ModelCallError
            The model's call raises.
        """
        return self._run[0]

    @property
    def penalties(self) -> tuple[Penalty, ...]:
        """What its layers add to the loss meanwhile; raises as `outputs`."""
        return self._run[1]

    @cached_property
    def targets(self) -> list[Array] | None:
        """The targets by output; None without any, or where they are not those of the inputs.

        Raises
        ------
        TypeError, ValueError
            They are none for this model.
        """
        probe, question = self._probe, self._question
        if question.targets is None or are_examples(probe, self.trained_by):
            return None
        given = targets_of(probe.model, question.targets, probe.samples)
        return given if all(len(array) == probe.samples for array in given) else None

    @cached_property
    def data_loss(self) -> float:
        """The loss of the outputs alone; NaN without targets.

        That of an autoencoder without targets is against its inputs.

        Raises
        ------
        ModelCallError
            The model's call raises.
        TypeError, ValueError
            The targets do not fit the outputs or the loss.
        """
        targets = self.targets if self._question.targets is not None else self._mirrored
        if targets is None:
            return math.nan
        return judge_of(self._probe, self._question.loss, targets, self.outputs)(self.outputs)

    @property
    def _mirrored(self) -> list[Array] | None:
        """The inputs, where the outputs have their shapes."""
        inputs = keras.tree.flatten(self._probe.inputs)
        shapes = [tuple(each.shape) for each in keras.tree.flatten(self.outputs)]
        return inputs if [tuple(each.shape) for each in inputs] == shapes else None

    @property
    def trained_by(self) -> Any:
        """The loss that was given, or that the model was compiled with; None for none."""
        loss = self._question.loss
        return compiled_loss(self._probe.model)[0] if loss is None else loss

    @cached_property
    def _run(self) -> tuple[Any, tuple[Penalty, ...]]:
        return penalties(self._probe)


def are_examples(probe: ModelProbe, loss: Any) -> bool:
    """Whether targets are examples of what a model makes of noise, not answers to its inputs.

    Parameters
    ----------
    probe : ModelProbe
    loss : object
        What compares them with the outputs; None for nothing.
    """
    return loss is None and probe.image_ends == ("output",)
