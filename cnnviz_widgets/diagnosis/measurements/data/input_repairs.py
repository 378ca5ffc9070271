"""How inputs may have been prepared otherwise than in training, and what would undo it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .input_range import Scale, scale_of

Array = NDArray[np.floating]

STANDARD = 0.25
"""How far means may lie from 0, and spreads from 1, of what passes for standardised."""


@dataclass(frozen=True)
class InputRepair:
    """What may be done to inputs.

    Attributes
    ----------
    kind : str
        The kind of finding it would cure.
    how : str
        As it is said.
    code : str
        A line that does it.
    apply : callable
        Of inputs.
    factor : float
        By how much it widens their spread.
    """

    kind: str
    how: str
    code: str
    apply: Callable[[Array], Array]
    factor: float


def _scaled(how: str, factor: float, offset: float, code: str = "") -> InputRepair:
    def apply(inputs: Array) -> Array:
        return np.asarray(inputs * np.float32(factor) + np.float32(offset), np.float32)

    return InputRepair("input-range", how, code or f"x = {how}", apply, factor)


_BY_SCALE: dict[Scale, tuple[InputRepair, ...]] = {
    "bytes": (
        _scaled("x / 255", 1 / 255, 0),
        _scaled("x / 127.5 − 1", 1 / 127.5, -1, "x = x / 127.5 - 1"),
    ),
    "unit": (
        _scaled("255 · x", 255, 0, "x = 255 * x"),
        _scaled("2 x − 1", 2, -1, "x = 2 * x - 1"),
    ),
    "tiny": (_scaled("255 · x", 255, 0, "x = 255 * x"),),
    "signed": (
        _scaled("(x + 1) / 2", 0.5, 0.5),
        _scaled("127.5 · (x + 1)", 127.5, 127.5, "x = 127.5 * (x + 1)"),
    ),
    "other": (),
}


def input_repairs(inputs: Array, colours: int | None) -> Iterator[InputRepair]:
    """What may be tried on inputs of this scale, the likeliest first.

    Parameters
    ----------
    inputs : ndarray, shape (sample, ...)
        Finite.
    colours : int or None
        The axis of an image's three colours.
    """
    scale = scale_of(inputs)
    yield from _BY_SCALE[scale]
    axis = inputs.ndim - 1 if colours is None else colours
    axes = tuple(k for k in range(inputs.ndim) if k != axis)
    mean, std = inputs.mean(axes, np.float64), inputs.std(axes, np.float64)
    if not _is_standard(mean, std):
        yield _standardised(inputs, axes)
    if scale == "other" and inputs.min() < 0:
        yield from _into_range(inputs)
    if colours is not None and inputs.shape[colours] == 3:
        yield _reversed(colours)


def _is_standard(mean: NDArray[np.float64], std: NDArray[np.float64]) -> bool:
    return bool(np.median(np.abs(mean)) < STANDARD and abs(np.median(std) - 1) < STANDARD)


def _standardised(inputs: Array, axes: tuple[int, ...]) -> InputRepair:
    mean = inputs.mean(axes, np.float64, keepdims=True)
    std = np.maximum(inputs.std(axes, np.float64, keepdims=True), 1e-7)

    def apply(values: Array) -> Array:
        return np.asarray((values - mean) / std, np.float32)

    typical = float(np.median(std))
    return InputRepair(
        "input-range",
        "standardised x",
        f"x = (x - x_train.mean(axis={axes})) / x_train.std(axis={axes})",
        apply,
        1 / typical if typical > 0 else math.nan,
    )


def _into_range(inputs: Array) -> Iterator[InputRepair]:
    """For a model trained on the unit range or bytes, as far as these samples show their ends."""
    low, width = float(inputs.min()), max(float(np.ptp(inputs)), 1e-7)
    for top, name in ((1, "0 to 1"), (255, "0 to 255")):
        factor = top / width
        times = f"{top} * " if top > 1 else ""
        yield _scaled(
            f"x brought to {name}", factor, -low * factor, f"x = {times}(x - x.min()) / np.ptp(x)"
        )


def _reversed(axis: int) -> InputRepair:
    def apply(inputs: Array) -> Array:
        return np.flip(inputs, axis)

    code = "x = x[:, ::-1]" if axis == 1 else "x = x[..., ::-1]"
    return InputRepair("channel-order", "colours reversed", code, apply, 1.0)
