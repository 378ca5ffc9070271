"""How the weights behind the map's stations fared, moment by moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...records.layer_health import LayerHealth
from ...records.map.station import Station

# Of more moments every so many are told, and the last ones.
_MOST_TOLD = 60


@dataclass(frozen=True)
class StationStory:
    """What is told below a station.

    Attributes
    ----------
    changes : tuple of float
        ‖ΔW‖/‖W‖ of the layer with weights that makes the channels, at each moment; NaN where it
        is not known.
    silent : tuple of float
        The share of channels that are zero on every sample, 0 to 1.
    gradient : float
        Norm of its gradients at the last moment; NaN where it is not known.
    """

    changes: tuple[float, ...] = ()
    silent: tuple[float, ...] = ()
    gradient: float = math.nan


@dataclass(frozen=True, eq=False)
class WeightStory:
    """The few numbers of every layer at some moments of a training.

    Attributes
    ----------
    moments : sequence of mapping of str to LayerHealth
        The earliest first; of each every layer's numbers by its path.
    """

    moments: Sequence[Mapping[str, LayerHealth]] = ()

    def of(self, station: Station) -> StationStory:
        """What is told of a station; nothing where there are no moments."""
        told = self.moments[:: max(1, -(-len(self.moments) // _MOST_TOLD))]
        if self.moments and told[-1] is not self.moments[-1]:
            told = [*told, self.moments[-1]]
        weighted = [self._weighted(station, moment) for moment in told]
        return StationStory(
            tuple(math.nan if each is None else each.change for each in weighted),
            tuple(
                moment[station.path].dead_share if station.path in moment else math.nan
                for moment in told
            ),
            math.nan if not weighted or weighted[-1] is None else weighted[-1].gradient_norm,
        )

    @staticmethod
    def _weighted(station: Station, moment: Mapping[str, LayerHealth]) -> LayerHealth | None:
        """The last layer in the station whose weights have a norm."""
        for path in reversed(station.layers):
            health = moment.get(path)
            if health is not None and not math.isnan(health.weight_norm):
                return health
        return None
