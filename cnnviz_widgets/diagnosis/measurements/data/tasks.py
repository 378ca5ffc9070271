"""What a model is asked, read off its outputs and targets in any of the forms Keras takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]
Targets: TypeAlias = NDArray[Any]
Task: TypeAlias = Literal["classes", "yes or no", "values"]

SHARES_SUM = 1e-2
"""How far from 1 the shares of a whole may sum, as half precision rounds a thousand of them."""
_MOST_CLASSES = 2.0**53


@dataclass(frozen=True)
class Meaning:
    """What is known of an output besides its numbers, and tells what these mean.

    Attributes
    ----------
    activation : str or None
        The last one before the output; None where it is not known.
    loss : str
        Name of the loss it is trained by; "" where there is none.
    from_logits : bool
        Whether that loss takes logits.
    ignored : int or None
        A class number that the loss leaves out.
    """

    activation: str | None = None
    loss: str = ""
    from_logits: bool = False
    ignored: int | None = None

    @property
    def measures_distance(self) -> bool:
        """Whether the loss compares numbers by their distance."""
        return any(part in self.loss for part in ("squared", "absolute", "huber", "cosh", "mse"))


@dataclass(frozen=True, eq=False)
class Asked:
    """What one output is asked.

    Attributes
    ----------
    task : {'classes', 'yes or no', 'values'}
    targets : ndarray, shape (sample, ...)
        Of classes their numbers, without the outputs' last axis; else of the outputs' shape: True
        and False, or numbers.
    threshold : float
        From which an output means yes.
    classes : int
        How many there are to choose from.
    ignored : int or None
        A class number that nobody is asked for.
    """

    task: Task
    targets: Targets
    threshold: float = 0.5
    classes: int = 0
    ignored: int | None = None

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Which class numbers have no output; of other tasks none."""
        if self.task != "classes":
            return np.zeros(self.targets.shape, np.bool_)
        out: NDArray[np.bool_] = (self.targets < 0) | (self.targets >= self.classes)
        return out if self.ignored is None else out & (self.targets != self.ignored)

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Which targets are to be answered."""
        if self.task != "classes" or self.ignored is None:
            return np.ones(self.targets.shape, np.bool_)
        counting: NDArray[np.bool_] = self.targets != self.ignored
        return counting

    def of(self, rows: Targets) -> Asked:
        """The same of some samples."""
        return Asked(self.task, self.targets[rows], self.threshold, self.classes, self.ignored)

    def answers(self, outputs: Array) -> Targets:
        """What the outputs say: class numbers, yes and no, or the numbers themselves."""
        if self.task == "classes":
            return np.asarray(np.argmax(outputs, axis=-1))
        return outputs > self.threshold if self.task == "yes or no" else outputs


def asked(outputs: Array, targets: Targets, meaning: Meaning) -> Asked | None:
    """What a model is asked by these targets; None where they do not fit its outputs.

    Parameters
    ----------
    outputs : ndarray, shape (sample, ..., output)
    targets : ndarray
        Class numbers, shape (sample, ...) or (sample, ..., 1); one-hot or soft labels; 0 and 1, or
        −1 and 1, for yes and no; or values: of the outputs' shape, but for a last axis of 1.
    meaning : Meaning
    """
    if not targets.size:
        return None
    numbers = class_numbers(outputs.shape, targets)
    if numbers is not None:
        return Asked("classes", numbers, classes=outputs.shape[-1], ignored=meaning.ignored)
    same = _in_shape_of(outputs, targets)
    if same is None:
        return None
    if _are_labels(outputs, same, meaning):
        return Asked("classes", np.argmax(same, axis=-1), classes=same.shape[-1])
    if _are_yes_or_no(outputs, same, meaning):
        return Asked("yes or no", same > 0, threshold=_threshold(outputs, same, meaning))
    return Asked("values", same.astype(np.float32))


def class_numbers(shape: tuple[int, ...], targets: Targets) -> NDArray[np.int64] | None:
    """Targets as class numbers for outputs of this shape; None where they are none."""
    if len(shape) < 2 or shape[-1] < 2 or targets.shape not in (shape[:-1], (*shape[:-1], 1)):
        return None
    numbers = targets.reshape(shape[:-1])
    if numbers.dtype.kind in "biu":
        return numbers.astype(np.int64)
    if not _are_whole(numbers):
        return None
    # No int64 holds the largest floats, and beyond all classes is beyond them.
    return np.clip(numbers.astype(np.float64), -_MOST_CLASSES, _MOST_CLASSES).astype(np.int64)


def _in_shape_of(outputs: Array, targets: Targets) -> Targets | None:
    """Targets in the outputs' own shape, where the two differ by a last axis of 1 at most."""
    one = outputs.shape[-1:] == (1,) or outputs.ndim == 1
    if targets.shape == outputs.shape:
        return targets
    fits = one and targets.shape in (outputs.shape[:-1], (*outputs.shape, 1))
    return targets.reshape(outputs.shape) if fits else None


def _are_whole(values: Targets) -> bool:
    return bool(np.isfinite(values).all() and np.all(values == np.round(values)))


def are_shares(values: Targets) -> bool:
    """Whether the last axis holds shares of a whole: one-hot or soft labels, or a softmax."""
    if values.ndim < 2 or values.shape[-1] < 2 or not (values >= 0).all():
        return False
    return bool(np.all(np.abs(values.sum(-1, dtype=np.float64) - 1) < SHARES_SUM))


def _are_labels(outputs: Array, targets: Targets, meaning: Meaning) -> bool:
    """Whether targets of the outputs' shape are one-hot or soft labels of exclusive classes."""
    if not are_shares(targets):
        return False
    if np.isin(targets, (0, 1)).all():
        return True
    # At each place of an image they may as well be its colours.
    return outputs.ndim < 4 and (are_shares(outputs) or not meaning.measures_distance)


def _are_yes_or_no(outputs: Array, targets: Targets, meaning: Meaning) -> bool:
    """Whether each output is asked for yes or no."""
    two = np.isin(targets, (0, 1)).all() or (
        np.isin(targets, (-1, 1)).all()
        and ("hinge" in meaning.loss or meaning.activation == "tanh")
    )
    if not two:
        return False
    # By distance 0 and 1 may be numbers like others, unless the output is bounded to them.
    return not meaning.measures_distance or _in_unit_range(outputs)


def _in_unit_range(outputs: Array) -> bool:
    return bool(outputs.size and outputs.min() >= 0 and outputs.max() <= 1)


def _threshold(outputs: Array, targets: Targets, meaning: Meaning) -> float:
    if targets.min() < 0 or meaning.from_logits or "hinge" in meaning.loss:
        return 0.0
    if meaning.activation in ("sigmoid", "softmax", "hard_sigmoid") or _in_unit_range(outputs):
        return 0.5
    return 0.5 if meaning.loss else 0.0
