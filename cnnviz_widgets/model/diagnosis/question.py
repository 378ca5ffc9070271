"""What a diagnosis is asked with, besides the model and its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ...records.survey.survey import Survey


@dataclass(frozen=True, eq=False)
class Question:
    """What the user gave.

    Attributes
    ----------
    targets : array_like or None
    loss : str, keras.losses.Loss, callable, or None
        None: what the model was compiled with, else a sensible one.
    earlier : mapping of str to mapping of str to ndarray
        Weights of an earlier moment, by path and name.
    reference : bool
        Whether a freshly initialised reference may be built.
    history : keras.callbacks.History, History, mapping, or None
        Losses of the training; None: what the model keeps.
    class_names : tuple of str
        What the channels of the output stand for.
    survey : Survey or None
        Of the model as it is, on more samples.
    """

    targets: ArrayLike | None
    loss: Any
    earlier: Mapping[str, Mapping[str, NDArray[Any]]]
    reference: bool
    history: Any = None
    class_names: tuple[str, ...] = ()
    survey: Survey | None = None
