"""How the inputs lie beside those the model was trained on; beyond the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....analysis.channel_measures import ChannelMeasures

BYTES_FROM = 64
"""Largest input from which inputs may be bytes: pictures that are all darker are rare."""


@dataclass(frozen=True)
class Averages:
    """What a BatchNormalization puts out, beside what it saw in training.

    Attributes
    ----------
    layer : str
    ratio : float
        `against_averages`.
    """

    layer: str
    ratio: float


@dataclass(frozen=True)
class LossTrial:
    """The loss on the inputs as they are, and on the same inputs scaled.

    Attributes
    ----------
    how : str
        How they were scaled, such as ``x / 255``.
    now, scaled : float
    """

    how: str
    now: float
    scaled: float


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


@dataclass(frozen=True, eq=False)
class InputScale:
    """What is known of the scale of a model's one input.

    Attributes
    ----------
    values : ndarray
        The inputs.
    averages : Averages or None
        None where nothing in the model remembers its training.
    trials : tuple of LossTrial or SurenessTrial
        What came of scaling them otherwise, in the order in which it was tried.
    """

    values: NDArray[np.floating]
    averages: Averages | None = None
    trials: tuple[LossTrial | SurenessTrial, ...] = ()


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


def against_averages(measures: ChannelMeasures, gamma: NDArray[np.floating]) -> float:
    """How many times wider a normalised output is than the averages of training would make it.

    The median over channels of std / |γ|: BatchNormalization divides by the spread it saw in
    training, so on like data this is about 1.

    Parameters
    ----------
    measures : ChannelMeasures
        Of the BatchNormalization's output.
    gamma : ndarray, shape (channel,)
        Its scale; ones where it has none.

    Returns
    -------
    float
        NaN where every scale is 0.
    """
    used = np.abs(gamma) > 1e-6
    if not used.any():
        return math.nan
    return float(np.median(measures.std[used] / np.abs(gamma[used])))


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
