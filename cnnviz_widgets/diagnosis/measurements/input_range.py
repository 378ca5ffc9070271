"""Whether the inputs are in the range the model was trained on; beyond the paper."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...analysis.channel_measures import ChannelMeasures
from .. import thresholds
from ..findings import Comparison, Evidence, Finding, Measurement
from ..phrases import percent
from .weight_measures import histogram

_CURE = (
    "Scale the inputs as in training (for example x / 255), or put a Rescaling layer into the "
    "model so that it cannot be forgotten."
)
_SOURCE = "METHOD §3, beyond [WL20]"


def look_like_bytes(inputs: NDArray[np.generic]) -> bool:
    """Whether inputs lie from 0 to 255 and use much of that range.

    Parameters
    ----------
    inputs : ndarray
    """
    if not inputs.size or inputs.dtype.kind not in "fiu":
        return False
    low, high = float(inputs.min()), float(inputs.max())
    return low >= 0 and thresholds.BYTES_FROM <= high <= 255


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


def by_averages(
    ratio: float, layer: str, inputs: NDArray[np.floating], samples: int
) -> Finding | None:
    """The finding that the inputs are spread far wider than BatchNormalization knows them."""
    if not ratio > thresholds.AVERAGES_RATIO:
        return None
    return Finding(
        kind="input-range",
        severity="severe",
        layer="",
        view="outputs",
        channels=(),
        measured=Measurement(f"spread of {layer}'s output over that in training", ratio),
        reference=Comparison("the moving averages of training (effect: ratio)", 1.0, effect=ratio),
        samples=samples,
        summary=f"The inputs ({_range(inputs)}) are not in the range of training: what {layer} "
        f"normalises is {ratio:.0f} times as widely spread as its averages say.",
        limits="",
        cure=_CURE,
        source=_SOURCE,
        evidence=_evidence(inputs),
    )


def by_loss(
    now: float, scaled: float, how: str, inputs: NDArray[np.floating], samples: int
) -> Finding | None:
    """The finding that the loss is far lower on inputs scaled otherwise.

    Parameters
    ----------
    now, scaled : float
        Loss on the inputs as they are, and as `how` says.
    how : str
        Such as ``x / 255``.
    inputs : ndarray
    samples : int
    """
    if not scaled < thresholds.LOSS_OF_SCALED * now:
        return None
    return Finding(
        kind="input-range",
        severity="severe",
        layer="",
        view="outputs",
        channels=(),
        measured=Measurement("loss on the inputs", now),
        reference=Comparison(
            f"the same inputs as {how} (effect: ratio)", scaled, effect=now / max(scaled, 1e-12)
        ),
        samples=samples,
        summary=f"The inputs ({_range(inputs)}) are not in the range of training: the loss on them "
        f"is {now:.3g}, on {how} {scaled:.3g}.",
        limits="",
        cure=_CURE,
        source=_SOURCE,
        evidence=_evidence(inputs),
    )


def by_sureness(
    now: NDArray[np.floating],
    scaled: NDArray[np.floating],
    how: str,
    inputs: NDArray[np.floating],
) -> Finding | None:
    """The finding that outputs are all at their ends, and varied on inputs scaled otherwise.

    Without targets: a network given numbers 255 times too large is sure of everything, but still
    mostly of the same thing as on the right scale, where its sureness varies. One that was
    trained on bytes says nearly the same of all inputs when they are made small.

    Parameters
    ----------
    now, scaled : ndarray, shape (sample, output)
        Outputs in [0, 1] on the inputs as they are, and as `how` says.
    how : str
    inputs : ndarray
    """
    sure, sure_scaled = _sureness(now), _sureness(scaled)
    same = float(np.mean(_choice(now) == _choice(scaled)))
    kinds = np.unique(_choice(scaled)).size
    if not (
        sure >= thresholds.SURE
        and sure_scaled <= thresholds.UNSURE
        and same >= thresholds.SAME_CHOICE
        and kinds >= (2 if now.shape[1] == 1 else 3)
    ):
        return None
    return Finding(
        kind="input-range",
        severity="warning",
        layer="",
        view="outputs",
        channels=(),
        measured=Measurement("share of outputs within 1 % of 0 or 1", sure, True),
        reference=Comparison(f"the same inputs as {how}", sure_scaled),
        samples=len(now),
        summary=f"The inputs ({_range(inputs)}) are probably not in the range of training: "
        f"{percent(sure)} of the answers are as sure as can be, on {how} {percent(sure_scaled)} "
        "of mostly the same answers.",
        limits="Without targets this is told from how sure the outputs are.",
        cure=_CURE,
        source=_SOURCE,
        evidence=_evidence(inputs),
    )


def _sureness(outputs: NDArray[np.floating]) -> float:
    """Share of samples whose output is within 1 % of certain."""
    if outputs.shape[1] == 1:
        return float(np.mean(np.abs(outputs - 0.5) >= 0.49))
    return float(np.mean(outputs.max(axis=1) >= 0.99))


def _choice(outputs: NDArray[np.floating]) -> NDArray[np.intp]:
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0] > 0.5, dtype=np.intp)
    return np.asarray(np.argmax(outputs, axis=1), dtype=np.intp)


def _range(inputs: NDArray[np.floating]) -> str:
    return f"from {float(inputs.min()):.3g} to {float(inputs.max()):.3g}"


def _evidence(inputs: NDArray[np.floating]) -> Evidence:
    edges, shares = histogram(inputs)
    return Evidence("input value", edges, shares)
