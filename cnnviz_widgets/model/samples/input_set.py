"""Inputs that a model is shown, with what it should answer to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from ...analysis.arrays import Indices
from ...records.samples.shown_inputs import ShownInputs
from ..reading.probe import ModelProbe
from .pool import Pool


@dataclass(frozen=True, eq=False)
class InputSet:
    """Inputs, with what the model should answer to them.

    Attributes
    ----------
    probe : ModelProbe
        Reads the model on them.
    targets : ndarray, list of ndarray, or None
    names : tuple of str
        A name for each sample; () where they have none.
    shown : ShownInputs or None
        Which these are; None for those that were given first.
    source : Pool or None
        What the numbers of `shown` count; None where they count something else.
    """

    probe: ModelProbe
    targets: Any
    names: tuple[str, ...]
    shown: ShownInputs | None = None
    source: Pool | None = None

    def some(self, rows: Indices, shown: ShownInputs) -> InputSet:
        """Those of some samples."""

        def taken(values: Any) -> Any:
            return keras.tree.map_structure(lambda each: each[rows], values)

        probe = like(self.probe, taken(self.probe.inputs))
        targets = None if self.targets is None else taken(self.targets)
        names = tuple(self.names[row] for row in rows) if self.names else ()
        return InputSet(probe, targets, names, shown, self.source)


def like(probe: ModelProbe, inputs: Any) -> ModelProbe:
    """A probe of the same model on other inputs; raises as `ModelProbe`."""
    return ModelProbe(probe.model, inputs, memory_budget=probe.memory_budget)
