"""Whether weights have moved since an earlier moment, or since they were drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ...analysis.spreading import evenly
from ..value_sample import WEIGHTS_SAMPLED

STILL = 1e-6
"""Relative change ‖ΔW‖/‖W‖ that float32 rounding alone makes."""

FROZEN_P_VALUE = 0.01
"""Two-sample Kolmogorov–Smirnov test of the weights against freshly drawn ones: below, they have
moved."""

MOVED_P_VALUE = 1e-6
"""The test of `FROZEN_P_VALUE`, the other way round: below, training has left a clear trace, and a
weight without any structure is a sign. Above, small steps may have left it as it was drawn."""

SLIGHT = 0.01
"""Largest `drift` of a layer that has learnt nothing: a hundredth of what its units differ by
changes no unit's part."""

# Counted in passing, also where nothing is learnt: averages, and what layers were adapted to.
_COUNTED = frozenset({"moving_mean", "moving_variance", "mean", "variance", "count"})

_PIECE = 1 << 18

Weights = Mapping[str, NDArray[np.floating]]


@dataclass(frozen=True)
class WeightMovement:
    """What speaks for and against a layer's weights having stayed as they were.

    Attributes
    ----------
    change : float
        ‖ΔW‖ / ‖W‖ over all its weights since the earlier moment, W being the earlier ones; NaN
        where there is none.
    constants_kept : int
    constants : int
        How many of the numbers that every initialisation sets alike (biases of 0, scales of 1)
        are still exactly that, and how many there are.
    p_value : float
        Of the two-sample Kolmogorov–Smirnov test of the drawn weights against newly drawn ones,
        the least over the layer's weights times their number (Bonferroni), 1 at most; NaN where
        none is drawn.
    drawn : int
        How many numbers the test rests on.
    drift : float
        How far a number that every initialisation sets alike has moved from there, at most, over
        the standard deviation of the layer's drawn weights, or over 1 where it has none; averages
        that are counted in passing are left out. NaN where there is no such number.
    """

    change: float
    constants_kept: int
    constants: int
    p_value: float
    drawn: int
    drift: float = math.nan

    @property
    def known(self) -> bool:
        """Whether there is anything to tell by.

        A kernel alone may keep its distribution while it learns: without an earlier moment it
        takes a number that began at a known value, such as a bias.
        """
        return not math.isnan(self.change) or self.constants > 0

    @property
    def moved(self) -> bool:
        """Whether the weights have moved, or nothing can be told."""
        if not math.isnan(self.change):
            return self.change > STILL
        if not self.known or self.constants_kept < self.constants:
            return True
        return not math.isnan(self.p_value) and self.p_value < FROZEN_P_VALUE

    @property
    def learnt(self) -> bool:
        """Whether the weights have moved so far that it matters, or nothing can be told."""
        if not self.known or not math.isnan(self.change) or math.isnan(self.drift):
            return self.moved
        return self.drift > SLIGHT or self.p_value < FROZEN_P_VALUE

    @property
    def left_trace(self) -> bool:
        """Whether drawn weights are clearly distributed otherwise than newly drawn ones."""
        return self.p_value < MOVED_P_VALUE


def relative_change(now: Weights, earlier: Weights) -> float:
    """‖ΔW‖ / ‖W‖ over all the weights of a layer, W being the earlier ones.

    Parameters
    ----------
    now, earlier : mapping of str to ndarray
        By name; of the same shapes.

    Returns
    -------
    float
        0 where both are all zero, infinity where only the earlier ones are.

    Raises
    ------
    ValueError
        If names or shapes differ.
    """
    if set(now) != set(earlier):
        raise ValueError(
            f"the earlier weights are {sorted(earlier)}, those of the layer now {sorted(now)}"
        )
    change = size = 0.0
    for name, value in now.items():
        before = np.asarray(earlier[name])
        if before.shape != value.shape:
            raise ValueError(
                f"the earlier {name} has shape {before.shape}, the one of the layer now "
                f"{value.shape}"
            )
        # In pieces: a large weight takes no memory again.
        flat, flat_before = value.reshape(-1), before.reshape(-1)
        for start in range(0, flat.size, _PIECE):
            piece = flat_before[start : start + _PIECE].astype(np.float64)
            moved = flat[start : start + _PIECE] - piece
            change += float(moved @ moved)
            size += float(piece @ piece)
    if change == 0:
        return 0.0
    return math.sqrt(change / size) if size else math.inf


def weight_movement(now: Weights, fresh: Weights, earlier: Weights | None = None) -> WeightMovement:
    """Look for traces of training in a layer's weights.

    Parameters
    ----------
    now : mapping of str to ndarray
    fresh : mapping of str to ndarray
        The same weights newly drawn by their initialisers; {} where there are none.
    earlier : mapping of str to ndarray, optional
        The same weights at an earlier moment.

    Returns
    -------
    WeightMovement

    Raises
    ------
    ValueError
        If the earlier weights are of other names or shapes.
    """
    change = math.nan if earlier is None else relative_change(now, earlier)
    unchanged = constants = drawn = 0
    p_values, moves, spreads = [], [], []
    for name, start in fresh.items():
        value = now.get(name)
        if value is None or value.shape != start.shape or not start.size:
            continue
        flat = start.ravel()
        if np.all(flat == flat[0]):
            constants += flat.size
            unchanged += int(np.count_nonzero(value == flat[0]))
            if name.rpartition("/")[2] not in _COUNTED:
                moves.append(float(np.max(np.abs(value - flat[0]))))
            continue
        some = evenly(flat.size, WEIGHTS_SAMPLED, "starts")
        drawn += some.size
        spreads.append(float(np.std(flat[some], dtype=np.float64)))
        p_values.append(float(stats.ks_2samp(value.ravel()[some], flat[some]).pvalue))
    # Each weight has its own chance to differ by chance.
    least = min(p_values, default=math.nan) * len(p_values)
    return WeightMovement(
        change,
        unchanged,
        constants,
        min(least, 1.0) if p_values else math.nan,
        drawn,
        max(moves, default=math.nan) / min(spreads, default=1.0),
    )
