"""The few numbers that tell how a layer fares at one moment of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis.channel_measures import ChannelMeasures

# Pieces of this many numbers: a large weight takes no memory again as float64.
_PIECE = 1 << 18

Arrays = Mapping[str, NDArray[Any]]


class HealthNumber(NamedTuple):
    """A number that is worth following over time.

    Attributes
    ----------
    title : str
        What it is called above a plot.
    explanation : str
        One sentence: what it is, and in which unit.
    """

    title: str
    explanation: str


HEALTH_NUMBERS: Mapping[str, HealthNumber] = {
    "dead_share": HealthNumber(
        "dead channels", "Share of the channels that are zero on every sample, 0 to 1."
    ),
    "zero_share": HealthNumber(
        "zeros",
        "Share of the output's values that are exactly zero, 0 to 1, on the samples looked at.",
    ),
    "change": HealthNumber(
        "relative change of weights",
        "‖ΔW‖ / ‖W‖ of all the layer's weights since the moment before; 0 where none has moved.",
    ),
    "weight_norm": HealthNumber(
        "norm of weights", "‖W‖, the root of the sum of the squares of all the layer's weights."
    ),
    "gradient_norm": HealthNumber(
        "norm of gradients",
        "‖∂L/∂W‖ over all the layer's weights, where the training loop gives gradients.",
    ),
    "minimum": HealthNumber(
        "smallest output",
        "The smallest finite value of the output on the samples looked at, in its own unit.",
    ),
    "maximum": HealthNumber(
        "largest output",
        "The largest finite value of the output on the samples looked at, in its own unit.",
    ),
    "nonfinite": HealthNumber(
        "NaN and infinity in outputs",
        "How many of the output's values on the samples looked at are NaN or infinite.",
    ),
    "nonfinite_weights": HealthNumber(
        "NaN and infinity in weights", "How many of the layer's weights are NaN or infinite."
    ),
}
"""What is plotted over time: names of numbers of `LayerHealth`, the most telling first."""


@dataclass(frozen=True)
class LayerHealth:
    """One layer's few numbers at one moment; NaN where a number is not known.

    Attributes
    ----------
    channels : int
        How many channels the output has; 0 where it was not read.
    dead : int
        How many of them are zero on every sample.
    nonfinite_channels : int
        How many of them hold NaN or infinity.
    nonfinite : int
        How many values of the output are NaN or infinite.
    zero_share : float
        The share of the output's values that are exactly zero, 0 to 1.
    minimum, maximum : float
        Of the output's finite values, in their own unit.
    weight_norm : float
        ‖W‖, the L2 norm of all the layer's own weights together; NaN where it has none, or
        where they are not finite.
    change : float
        ‖ΔW‖ / ‖W‖ since the moment before, W being the weights then; infinity where only these
        were all zero.
    gradient_norm : float
        The L2 norm of the gradients of all its weights.
    nonfinite_weights : int
        How many of its weights' numbers are NaN or infinite.
    """

    channels: int = 0
    dead: int = 0
    nonfinite_channels: int = 0
    nonfinite: int = 0
    zero_share: float = math.nan
    minimum: float = math.nan
    maximum: float = math.nan
    weight_norm: float = math.nan
    change: float = math.nan
    gradient_norm: float = math.nan
    nonfinite_weights: int = 0

    @property
    def dead_share(self) -> float:
        """The share of the channels that are zero on every sample, 0 to 1."""
        return self.dead / self.channels if self.channels else math.nan

    @property
    def numbers(self) -> tuple[float, ...]:
        """All numbers, in the order of `HEALTH_FIELDS`."""
        numbers: tuple[float, ...] = _all_numbers(self)
        return numbers

    @classmethod
    def from_numbers(cls, numbers: Sequence[float]) -> LayerHealth:
        """The health that has these `numbers`.

        Parameters
        ----------
        numbers : sequence of float, length 11
            In the order of `HEALTH_FIELDS`.

        Raises
        ------
        ValueError
            There are more or fewer of them, or a count is not a whole number from 0 on.
        """
        if len(numbers) != len(HEALTH_FIELDS):
            raise ValueError(
                f"a layer's health has {len(HEALTH_FIELDS)} numbers; got {len(numbers)}"
            )
        try:
            counts = [int(numbers[k]) for k in _COUNTS]
        except (OverflowError, ValueError):  # infinity and NaN
            counts = []
        if counts != [numbers[k] for k in _COUNTS]:
            raise ValueError(f"{_COUNT_NAMES} are whole numbers; got {list(numbers)}")
        if min(counts) < 0:
            raise ValueError(f"{_COUNT_NAMES} are 0 or more; got {list(numbers)}")
        values: list[Any] = [*counts[:4], *map(float, numbers[4:10]), counts[4]]
        return cls(*values)


HEALTH_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(LayerHealth))
"""The stored numbers of `LayerHealth` in their order; `dead_share` follows from two of them."""

_COUNT_NAMES = ("channels", "dead", "nonfinite_channels", "nonfinite", "nonfinite_weights")
_COUNTS = tuple(map(HEALTH_FIELDS.index, _COUNT_NAMES))
_all_numbers = attrgetter(*HEALTH_FIELDS)


@dataclass(frozen=True)
class WeightHealth:
    """What a layer's weights add to its health; the attributes are those of `LayerHealth`.

    Attributes
    ----------
    norm, change, gradient_norm : float
    nonfinite : int
    """

    norm: float = math.nan
    change: float = math.nan
    gradient_norm: float = math.nan
    nonfinite: int = 0


def weight_health(
    weights: Arrays, *, change: float = math.nan, gradients: Arrays | None = None
) -> WeightHealth:
    """Norm and faults of all of a layer's weights together.

    Parameters
    ----------
    weights : mapping of str to ndarray
        By name. A layer without weights has no norm.
    change : float
        As `relative_change` tells it from the weights of the moment before.
    gradients : mapping of str to ndarray, optional
        Of those weights that have one.
    """
    nonfinite = sum(
        piece.size - int(np.count_nonzero(np.isfinite(piece)))
        for values in weights.values()
        for piece in _pieces(values)
    )
    return WeightHealth(
        norm=_norm(weights) if not nonfinite else math.nan,
        change=change,
        gradient_norm=math.nan if gradients is None else _norm(gradients),
        nonfinite=nonfinite,
    )


def layer_health(
    measures: ChannelMeasures | None, weights: WeightHealth | None = None
) -> LayerHealth:
    """A layer's health from what was measured of its outputs and of its weights.

    Parameters
    ----------
    measures : ChannelMeasures or None
        Of its outputs; None where they were not read.
    weights : WeightHealth or None
        None where it has none.
    """
    own = weights or WeightHealth()
    of_weights = {
        "weight_norm": own.norm,
        "change": own.change,
        "gradient_norm": own.gradient_norm,
        "nonfinite_weights": own.nonfinite,
    }
    if measures is None:
        return LayerHealth(**of_weights)  # type: ignore[arg-type]
    return LayerHealth(
        channels=measures.n_channels,
        dead=int(measures.dead.sum()),
        nonfinite_channels=int(measures.nonfinite.sum()),
        nonfinite=round(float(measures.nonfinite_share.sum()) * measures.n_values),
        zero_share=float(measures.zero_share.mean()),
        # fmin and fmax pass over the channels that have no finite value, without a warning.
        minimum=float(np.fmin.reduce(measures.minimum)),
        maximum=float(np.fmax.reduce(measures.maximum)),
        **of_weights,  # type: ignore[arg-type]
    )


def known_scales(measures: Mapping[str, ChannelMeasures | None]) -> dict[str, float]:
    """How much each layer varies of which that was measured, by its path."""
    scales = {path: each.scale for path, each in measures.items() if each is not None}
    return {path: scale for path, scale in scales.items() if math.isfinite(scale)}


def _pieces(values: NDArray[Any]) -> list[NDArray[Any]]:
    flat = np.asarray(values).reshape(-1)
    return [flat[start : start + _PIECE] for start in range(0, flat.size, _PIECE)]


def _norm(arrays: Arrays) -> float:
    """The L2 norm of all numbers together; NaN where there are none."""
    norms = [
        float(np.linalg.norm(piece.astype(np.float64)))
        for values in arrays.values()
        for piece in _pieces(values)
    ]
    # The piece norms' own norm: hypot neither overflows nor underflows on the way.
    return math.hypot(*norms) if norms else math.nan
