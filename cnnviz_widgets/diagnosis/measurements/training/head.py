"""The head of a model beside its loss and its targets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..data.tasks import are_shares

Layout: TypeAlias = Literal[
    "class numbers", "one-hot", "several at once", "yes or no", "shares", "values", ""
]


@dataclass(frozen=True)
class Head:
    """What a model ends in, and what judges it.

    Attributes
    ----------
    layer : str
        Path of the layer that the model returns.
    activations : tuple of str
        Names of those that are applied last, the last one first; () where there is none.
    units : int
        Length of the last axis.
    low, high : float
        The range of the last activation.
    loss : str
        Name of the function in ``keras.losses``; "" where there is none, or it is not known.
    from_logits : bool
        Whether the loss takes logits.
    targets : str
        How they are laid out; "" without any.
    corrected : bool
        Whether Keras computes the loss from what the last activation reads, whatever
        ``from_logits`` says.
    """

    layer: str
    activations: tuple[str, ...]
    units: int
    low: float = -math.inf
    high: float = math.inf
    loss: str = ""
    from_logits: bool = False
    targets: Layout = ""
    corrected: bool = False

    @property
    def last(self) -> str:
        """The last activation; ``linear`` where there is none."""
        return self.activations[0] if self.activations else "linear"


def layout(targets: NDArray[Any], shape: tuple[int | None, ...]) -> Layout:
    """How targets are laid out for an output; "" where they do not fit it.

    Parameters
    ----------
    targets : ndarray, shape (sample, ...)
    shape : tuple of int or None
        The output's, batch first.
    """
    rank, values = len(shape), targets.astype(np.float64)
    units = (shape[-1] or 0) if rank > 1 else 0
    fits = units and targets.ndim in (rank - 1, rank)
    if not (fits and values.size and np.isfinite(values).all()):
        return ""
    if units == 1:
        return "yes or no" if np.isin(values, (0, 1)).all() else "values"
    if targets.ndim == rank - 1 or targets.shape[-1] == 1:
        whole = values.min() >= 0 and np.all(values == np.round(values))
        return "class numbers" if whole else ""
    return _of_rows(values) if targets.shape[-1] == units else ""


def _of_rows(values: NDArray[np.float64]) -> Layout:
    """How targets are laid out that have a number for every unit."""
    if np.isin(values, (0, 1)).all():
        return "one-hot" if np.all(values.sum(axis=-1) == 1) else "several at once"
    return "shares" if are_shares(values) else "values"
