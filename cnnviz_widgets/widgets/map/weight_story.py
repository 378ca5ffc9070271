"""How the weights behind the map's stations fared, moment by moment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...analysis.arrays import Singles
from ...analysis.spreading import evenly
from ...history.history import History
from ...records.map.station import Station

# Of more moments so many are told, evenly spread, the last among them.
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
    """Three numbers of every layer at the moments of a training.

    Attributes
    ----------
    changes, silent, gradients : mapping of str to ndarray of float32, shape (moments,)
        By the layers' paths, as `StationStory`.
    """

    changes: Mapping[str, Singles] = field(default_factory=dict)
    silent: Mapping[str, Singles] = field(default_factory=dict)
    gradients: Mapping[str, Singles] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History | None, step: int | None = None) -> WeightStory:
        """That of a history up to a step, by default the last one; nothing without one."""
        if history is None:
            return cls()
        columns = []
        with history.lock:
            steps = history.steps
            known = len(steps) if step is None else int((steps <= step).sum())
            chosen = evenly(known, _MOST_TOLD, "ends")
            for name in ("change", "dead_share", "gradient_norm"):
                paths, numbers = history.numbers(name)
                columns.append(dict(zip(paths, numbers[chosen].T, strict=True)))
        return cls(*columns) if known else cls()

    def of_station(self, station: Station) -> StationStory:
        """What is told of a station; nothing where there are no moments."""
        weighted = next(
            (
                path
                for path in reversed(station.layers)
                if path in self.changes and np.isfinite(self.changes[path]).any()
            ),
            "",
        )
        gradients = self.gradients.get(weighted)
        return StationStory(
            tuple(self.changes.get(weighted, np.empty(0)).tolist()),
            tuple(self.silent.get(station.path, np.empty(0)).tolist()),
            math.nan if gradients is None else float(gradients[-1]),
        )
