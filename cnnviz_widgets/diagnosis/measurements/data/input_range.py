"""How the inputs lie beside those the model was trained on; beyond the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

BYTES_FROM = 64
"""Largest input from which inputs may be bytes: pictures that are all darker are rare."""

UNIT, TINY = 1.05, 0.02
"""Largest input of the unit range, give or take resampling, and of one divided by 255 once more."""

Scale: TypeAlias = Literal["bytes", "unit", "tiny", "signed", "other"]


@dataclass(frozen=True)
class SurenessTrial:
    """How sure a model's answers are on the inputs as they are, and on the same inputs scaled.

    Attributes
    ----------
    how : str
        How they were scaled, such as ``x / 255``.
    now, scaled : float
        Share of outputs within 1 % of certain.
    same : float
        Share of samples that get the same answer.
    answers : int
        How many answers there are on the scaled inputs.
    choices : int
        Width of the output; 1 for yes or no.
    samples : int
    """

    how: str
    now: float
    scaled: float
    same: float
    answers: int
    choices: int
    samples: int


@dataclass(frozen=True)
class Preprocessing:
    """What a layer that prepares the inputs makes of them.

    Attributes
    ----------
    layer, kind : str
        Its path, and ``Rescaling`` or ``Normalization``.
    made_for : str
        What it was made for, in words.
    low, high : float
        The range of its output.
    ratio : float
        Spread of its output over the one that it was made to give.
    """

    layer: str
    kind: str
    made_for: str
    low: float
    high: float
    ratio: float


@dataclass(frozen=True, eq=False)
class InputScale:
    """What is known of the scale of a model's inputs without targets.

    Attributes
    ----------
    values : ndarray
        The inputs; of several the first.
    preprocessing : Preprocessing or None
        None where the model prepares nothing itself.
    trials : tuple of SurenessTrial
        What came of scaling bytes otherwise, in the order in which it was tried.
    """

    values: NDArray[np.floating]
    preprocessing: Preprocessing | None = None
    trials: tuple[SurenessTrial, ...] = ()


def look_like_bytes(inputs: NDArray[np.generic]) -> bool:
    """Whether inputs lie from 0 to 255 and use much of that range.

    Parameters
    ----------
    inputs : ndarray
    """
    if not inputs.size or inputs.dtype.kind not in "fiu":
        return False
    low, high = float(inputs.min()), float(inputs.max())
    return low >= 0 and BYTES_FROM <= high <= 255


def scale_of(inputs: NDArray[np.generic]) -> Scale:
    """The scale that inputs seem to be on.

    Parameters
    ----------
    inputs : ndarray
        Numbers, at least one.
    """
    low, high = float(inputs.min()), float(inputs.max())
    if look_like_bytes(inputs):
        return "bytes"
    if low >= 0 and high <= UNIT:
        return "tiny" if high <= TINY else "unit"
    return "signed" if low >= -UNIT and high <= UNIT else "other"


def sureness_trial(
    now: NDArray[np.floating], scaled: NDArray[np.floating], how: str
) -> SurenessTrial:
    """Compare outputs in [0, 1] by how sure they are.

    Parameters
    ----------
    now, scaled : ndarray, shape (sample, output)
        On the inputs as they are, and as `how` says.
    how : str
    """
    return SurenessTrial(
        how=how,
        now=_sureness(now),
        scaled=_sureness(scaled),
        same=float(np.mean(_answers(now) == _answers(scaled))),
        answers=np.unique(_answers(scaled)).size,
        choices=now.shape[1],
        samples=len(now),
    )


def _sureness(outputs: NDArray[np.floating]) -> float:
    """Share of samples whose output is within 1 % of certain."""
    if outputs.shape[1] == 1:
        return float(np.mean(np.abs(outputs - 0.5) >= 0.49))
    return float(np.mean(outputs.max(axis=1) >= 0.99))


def _answers(outputs: NDArray[np.floating]) -> NDArray[np.intp]:
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0] > 0.5, dtype=np.intp)
    return np.asarray(np.argmax(outputs, axis=1), dtype=np.intp)
