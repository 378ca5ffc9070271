"""Numbers over the time of a training as the page draws them: of layers, and losses and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ....analysis.decimation import decimated_curves
from ....analysis.density.curves import MOST_CURVES
from ....history.training_logs import LogCurve, TrainingLogs
from ....records.layer_health import HEALTH_NUMBERS, HealthNumber
from ....validation.arrays import ascending_steps, number_array
from ....validation.objects import mapping
from ....validation.texts import text, texts

# How a number is written and which axis suits it: a share of one, a count, a size that is never
# below zero and may span many powers of ten, or any value. Others are values.
_LOOKS = {
    "dead_share": "share",
    "zero_share": "share",
    "weight_norm": "size",
    "change": "size",
    "gradient_norm": "size",
    "nonfinite": "count",
    "nonfinite_weights": "count",
}
# Whether a layer has weights shows in this number; such layers have their curve first.
_OF_WEIGHTS = "weight_norm"
# A page's width shows no more points of a loss, and no more losses and metrics are read.
_MOST_LOG_POINTS, MOST_LOGS = 480, 32


class HealthCurves(NamedTuple):
    """Numbers of layers over time, at as many moments as are drawn.

    Attributes
    ----------
    entries : list of dict
        Name, title, explanation and look of each number, and whether it is known anywhere.
    paths : list of str
        The layers that have a curve.
    steps : ndarray of float64, shape (points,)
    values : ndarray of float32, shape (numbers, layers, points)
        NaN where a number is not known.
    layers, moments : int
        How many there are, of which those drawn are some.
    """

    entries: list[dict[str, Any]]
    paths: list[str]
    steps: NDArray[np.float64]
    values: NDArray[np.float32]
    layers: int
    moments: int

    @classmethod
    def of(
        cls,
        steps: ArrayLike,
        paths: Sequence[str],
        numbers: Mapping[str, ArrayLike],
        titles: Mapping[str, str] | None,
        explanations: Mapping[str, str] | None,
        most: int,
    ) -> HealthCurves:
        """Curves of at most so many points; the other arguments are those of `HealthPanel.show`.

        Raises
        ------
        TypeError, ValueError
            As it.
        """
        at = ascending_steps("steps", steps).astype(np.float64)
        paths = texts("paths", paths)
        of_numbers = mapping("numbers", numbers, "a number's name to its values")
        for name, words in (("titles", titles), ("explanations", explanations)):
            for word in mapping(name, words or {}, "a number's name to words").values():
                text(f"each of {name}", word)
        values = {
            text("each name of numbers", name): number_array(name, value).astype(np.float32)
            for name, value in of_numbers.items()
        }
        for name, value in values.items():
            if value.shape != (len(at), len(paths)):
                raise ValueError(
                    f"{name!r} must have a row for each of {len(at)} moments and a column for "
                    f"each of {len(paths)} layers; got the shape {value.shape}"
                )
        drawn = _drawn(len(paths), values.get(_OF_WEIGHTS))
        every = np.zeros((len(at), 0, len(drawn)), dtype=np.float32)
        if values:
            every = np.stack([value[:, drawn] for value in values.values()], axis=1)
        # A curve has no place for infinity; that something is not finite has a number of its own.
        points, curves = decimated_curves(np.where(np.isfinite(every), every, np.nan), most)
        known = np.isfinite(curves).any(axis=(0, 2))
        usual = {
            name: HEALTH_NUMBERS.get(name, HealthNumber(name.replace("_", " "), ""))
            for name in values
        }
        entries = [
            {
                "name": name,
                "title": (titles or {}).get(name, usual[name].title),
                "explanation": (explanations or {}).get(name, usual[name].explanation),
                "look": _LOOKS.get(name, "value"),
                "known": bool(is_known),
            }
            for name, is_known in zip(values, known, strict=True)
        ]
        layers = [paths[layer] for layer in drawn]
        values_drawn = np.moveaxis(curves, 0, -1).astype(np.float32)
        return cls(entries, layers, at[points], values_drawn, len(paths), len(at))


def _drawn(count: int, norms: NDArray[np.float32] | None) -> NDArray[np.int64]:
    """Which layers have a curve, in their order: all, or those with weights before the others."""
    layers = np.arange(count)
    if count <= MOST_CURVES:
        return layers
    weightless = np.ones(count, bool) if norms is None else ~(np.nan_to_num(norms) > 0).any(axis=0)
    return np.sort(layers[np.argsort(weightless, kind="stable")][:MOST_CURVES])


def drawn_logs(several: Sequence[TrainingLogs]) -> dict[str, LogCurve]:
    """Losses and metrics that follow one another in time, in few points, the loss first."""
    names = dict.fromkeys(name for logs in several for name in logs.curves)
    ordered = sorted(names, key=lambda name: name.removeprefix("val_") != "loss")
    return {
        name: _fewer([logs.curves[name] for logs in several if name in logs.curves])
        for name in ordered[:MOST_LOGS]
    }


def _fewer(curves: Sequence[LogCurve]) -> LogCurve:
    """Curves one after the other as one, its neighbours put together where there are many."""
    columns = ("steps", "counts", "means", "lows", "highs")
    steps, counts, means, lows, highs = (
        np.concatenate([getattr(curve, name) for curve in curves]) for name in columns
    )
    of = next((curve.of for curve in curves if curve.of == "running"), curves[-1].of)
    if len(steps) > _MOST_LOG_POINTS:
        edges = np.linspace(0, len(steps), _MOST_LOG_POINTS + 1).astype(np.intp)
        starts, ends = edges[:-1], edges[1:] - 1
        steps, sums = steps[ends], np.add.reduceat(counts * means, starts)
        counts = np.add.reduceat(counts, starts)
        means = sums / counts
        lows, highs = np.fmin.reduceat(lows, starts), np.fmax.reduceat(highs, starts)
    return LogCurve(of, steps, counts, means, lows, highs)
