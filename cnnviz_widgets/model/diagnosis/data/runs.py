"""The model under diagnosis, run on some of its samples: as they are, or otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....analysis.spreading import evenly
from ....records.cached_property import cached_property
from ...experiments.changed_outputs import returned_unchanged, values_of
from ...experiments.exchanged_pass import Exchange, run_exchanged
from ...layers.layer_info import to_float32
from ...reading.probe import ModelProbe, reader_of
from ..measured import Measured
from ..subject import OUTPUT_SAMPLES, Array, Subject

Outputs: TypeAlias = tuple[Array, ...]


class Runs:
    """What the model returns for some samples.

    Parameters
    ----------
    subject : Subject
        Its probe is steady.
    measured : Measured

    Attributes
    ----------
    rows : ndarray of int
        Which samples: all, or some evenly spread.
    """

    def __init__(self, subject: Subject, measured: Measured) -> None:
        self._subject, self._measured = subject, measured
        self.rows: Indices = evenly(subject.probe.samples, OUTPUT_SAMPLES, "ends")

    @property
    def inputs(self) -> list[NDArray[Any]]:
        """These samples of each input."""
        return [np.asarray(each)[self.rows] for each in keras.tree.flatten(self._probe.inputs)]

    @cached_property
    def outputs(self) -> Outputs:
        """What the model returns for the inputs as they are.

        Raises
        ------
        ModelCallError
            The model's call raises.
        """
        known = self._known()
        if known is not None:
            return (known,)
        if len(self.rows) == self._probe.samples:
            return tuple(values_of(self._measured.bare.outputs))
        return self.run()

    def run(
        self,
        inputs: list[NDArray[Any]] | None = None,
        exchanges: Mapping[str, Exchange] | None = None,
    ) -> Outputs:
        """What it returns for other inputs, or with outputs of layers exchanged.

        Raises
        ------
        ModelCallError
            The model's call raises, or an output cannot be exchanged.
        """
        given = self.inputs if inputs is None else inputs
        at_hand = None if exchanges else self._at_hand(given)
        if at_hand is not None:
            return at_hand
        structure = keras.tree.pack_sequence_as(self._probe.inputs, given)
        returned = run_exchanged(self._probe, exchanges, inputs=structure)
        return tuple(values_of(returned))

    def _at_hand(self, inputs: list[NDArray[Any]]) -> Outputs | None:
        """The same without calling the model anew, where each output has one row a sample."""
        returned = reader_of(self._probe).returned(inputs)
        values = tuple(map(to_float32, returned or ()))
        if not values or any(each.shape[:1] != (self._probe.samples,) for each in values):
            return None
        return tuple(each[: len(self.rows)] for each in values)

    @property
    def _probe(self) -> ModelProbe:
        return self._subject.probe

    def _known(self) -> Array | None:
        """The one output, where the first pass has kept it and the model returns it as it is."""
        output, returned = self._measured.seen.output, self._subject.returned
        if output is None or len(output) != self._probe.samples:
            return None
        info = self._subject.infos[returned[0]]
        last = info.channel_axis in (-1, len(info.output_shape) - 1)
        return output if last and is_last(self._subject, info.path) else None


def is_last(subject: Subject, path: str, number: int = 0) -> bool:
    """Whether the model returns this layer's output as it is, as far as can be told.

    Parameters
    ----------
    subject : Subject
    path : str
    number : int
        Which of the model's outputs.
    """
    return returned_unchanged(subject.probe, path, number)
