"""What an inspector offers of its inputs: which they are, and others in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ipywidgets import Widget
from numpy.typing import ArrayLike

from ....model import ModelProbe
from ...jupyter.ownership import of_open
from .sample_choice import InputChoice


class WithInputs:
    """What an inspector offers of its inputs: which they are, and others in their place."""

    _choice: InputChoice | None = None

    @property
    def probe(self) -> ModelProbe:
        """The reader of the live model, on the inputs that it is shown now."""
        return self._of_open_choice.present.probe

    @property
    def inputs(self) -> Any:
        """What the model is shown, as it is called with it; set it to show it others.

        Targets and labels of the inputs before go: `set_inputs` takes others with them.
        """
        return self.probe.inputs

    @inputs.setter
    def inputs(self, value: Any) -> None:
        self.set_inputs(value)

    @property
    def targets(self) -> Any:
        """What the model should answer, to be set at any time; None where that is not known."""
        return None if self._choice is None else self._choice.present.targets

    @targets.setter
    def targets(self, value: Any) -> None:
        self._of_open_choice.set_targets(value)

    def set_inputs(
        self,
        inputs: Any,
        *,
        targets: ArrayLike | None = None,
        labels: Sequence[int | str] | None = None,
    ) -> None:
        """Show the model these inputs from now on: everything is computed on them.

        Parameters
        ----------
        inputs, targets, labels
            As for the constructor.

        Raises
        ------
        TypeError, ValueError
            They do not fit the model or each other; the message says what was expected, and
            nothing changes.
        ModelCallError
            The model's own call raises on them; nothing changes.
        """
        self._of_open_choice.set_inputs(inputs, targets, labels)

    def choose_samples(self, what: str, numbers: Sequence[int] = ()) -> None:
        """Show the model other samples of its pool, or of its inputs where it has no pool.

        As many are shown as inputs were given. A history notes with each moment which they were.

        Parameters
        ----------
        what : str
            ``"wrong"``: the wrong answers, the surest first; ``"unsure"``: the least sure first;
            ``"random"``; ``"class"``: those of one class; ``"next"`` and ``"previous"`` of what
            was chosen; ``"these"``: some of those shown; ``"surveyed"``: some of those surveyed,
            where that were arrays or the pool; ``"given"``: the inputs as given.
        numbers : sequence of int
            Of the class, or of the samples among those shown, or in the survey.

        Raises
        ------
        ValueError
            There are none such, or nothing is known by which to choose.
        ModelCallError
            The model's own call raises.
        """
        self._of_open_choice.choose(what, numbers)

    @property
    def _of_open_choice(self) -> InputChoice:
        return of_open(cast(Widget, self), self._choice, "inputs")
