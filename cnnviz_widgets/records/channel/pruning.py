"""What a model does without some channels, and what that saves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...validation.messages import percent
from ..layer_picture import counted


@dataclass(frozen=True)
class PruneRehearsal:
    """What came of taking some channels out.

    Attributes
    ----------
    path : str
        Of the layer.
    channels : tuple of int
        Ascending.
    how : {'remove', 'merge'}
        Whether they went, or the first of them stood for the others.
    layer_channels : int
        How many the layer has.
    samples : int
    change : float
        ‖after − before‖ / ‖before‖ over all values of all of the model's outputs.
    unchanged : bool
        Whether every value of every output is exactly what it was.
    answers, answers_changed : int or None
        Samples that were compared, and those for which another class has the highest score; None
        where no output is class scores.
    right_before, right_after : int or None
        Samples whose class had the highest score; None without class numbers as targets.
    loss_name : str or None
    loss_before, loss_after : float or None
        Mean over the samples; None without targets.
    parameters_before, parameters_after : int, and int or None
        Numbers in the model's weights; None where no smaller model does the same.
    multiplications_before, multiplications_after : int, and int or None
        Multiply-accumulates with a weight for one sample.
    uncounted : tuple of str
        Paths of layers whose multiplications are in neither.
    changed_layers : tuple of str
        Paths of the layers that have other weights in the smaller model.
    why_not : str or None
        Why there is no smaller model; None where there is one.
    maker : callable or None
        Makes the smaller model of the live one; None of a record that was kept without it.
    """

    path: str
    channels: tuple[int, ...]
    how: str
    layer_channels: int
    samples: int
    change: float
    unchanged: bool
    answers: int | None
    answers_changed: int | None
    right_before: int | None
    right_after: int | None
    loss_name: str | None
    loss_before: float | None
    loss_after: float | None
    parameters_before: int
    parameters_after: int | None
    multiplications_before: int
    multiplications_after: int | None
    uncounted: tuple[str, ...]
    changed_layers: tuple[str, ...]
    why_not: str | None
    maker: Callable[[], Any] | None = field(default=None, repr=False, compare=False)

    @property
    def accuracy_before(self) -> float | None:
        """The share of samples whose class had the highest score."""
        return _share(self.right_before, self.answers)

    @property
    def accuracy_after(self) -> float | None:
        """The same without the channels."""
        return _share(self.right_after, self.answers)

    def smaller_model(self) -> Any:
        """A new Keras model without the channels, by the model's weights as they are now.

        Its outputs are those of the model with the channels silenced, or with the first standing
        for them, up to rounding. It shares nothing with the model, and is not compiled.

        Returns
        -------
        keras.Model
            Sequential where the model is, else functional.

        Raises
        ------
        ValueError
            There is none, as `why_not` says; or the record was kept without its model.
        """
        if self.why_not is not None:
            raise ValueError(f"there is no smaller model: {self.why_not}")
        if self.maker is None:
            raise ValueError(
                "the smaller model is made of the live model, which this record was kept without: "
                "rehearse again by prune(probe, path, channels)"
            )
        return self.maker()

    @property
    def summary(self) -> str:
        """What came of it, in a few sentences."""
        gone = len(self.channels) - (self.how == "merge")
        what = f"Without {gone:,} of {counted(self.layer_channels, 'channel')} of '{self.path}'"
        parts = []
        if self.unchanged:
            parts.append(f"nothing changes on {counted(self.samples, 'sample')}")
        elif self.answers_changed is not None:
            parts.append(f"{self.answers_changed} of {self.answers} answers differ")
        if self.right_before is not None and not self.unchanged:
            parts.append(f"{self.right_after} are right instead of {self.right_before}")
        if self.loss_before is not None and self.loss_after is not None and not self.unchanged:
            parts.append(
                f"the loss ({self.loss_name}) is {self.loss_after:.4g} instead of "
                f"{self.loss_before:.4g}"
            )
        if not parts:
            parts.append(f"the outputs change by {percent(self.change)}")
        if self.parameters_after is None or self.multiplications_after is None:
            return f"{what} {'; '.join(parts)}. There is no smaller model: {self.why_not}."
        parts.append(
            f"{_saved(self.parameters_before, self.parameters_after)} fewer parameters and "
            f"{_saved(self.multiplications_before, self.multiplications_after)} fewer "
            "multiplications"
        )
        return f"{what} {'; '.join(parts)}."


def _share(some: int | None, of: int | None) -> float | None:
    return None if some is None or not of else some / of


def _saved(before: int, after: int) -> str:
    share = (before - after) / before if before else 0.0
    return percent(share)
