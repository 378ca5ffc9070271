"""What training itself tells over time: losses and metrics, batch by batch, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum, isnan
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

LogKind: TypeAlias = Literal["batch", "running", "epoch"]
LOG_KINDS: tuple[LogKind, ...] = get_args(LogKind)

MOST_POINTS = 2048
"""So many points a curve has at the most: as many as a wide screen has pixels."""
MOST_CURVES = 64
"""More losses and metrics than these are not kept."""


@dataclass(frozen=True, eq=False)
class LogCurve:
    """One loss or metric over time; all arrays have the shape (points,).

    Attributes
    ----------
    of : {'batch', 'running', 'epoch'}
        What a value is of: one batch; all batches since its epoch began, as Keras tells metrics
        that are no plain means; or an epoch, at whose end it is told (``val_loss``).
    steps : ndarray of int64
        The last step of each point.
    counts : ndarray of int64
        How many values in a row a point stands for: of a long run neighbours are put together.
    means, lows, highs : ndarray of float64
        Of these values. A mean is NaN where one of them is.
    """

    of: LogKind
    steps: NDArray[np.int64]
    counts: NDArray[np.int64]
    means: NDArray[np.float64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, eq=False)
class TrainingLogs:
    """Losses and metrics over time.

    Attributes
    ----------
    curves : mapping of str to LogCurve
    epochs : tuple of (int, int)
        How many steps had been made when each epoch began, and its number, from 1.
    """

    curves: Mapping[str, LogCurve] = field(default_factory=dict)
    epochs: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.curves or self.epochs)


class LogTable:
    """Losses and metrics as they come; neighbours are put together where there are many.

    Parameters
    ----------
    most : int
        Points of a curve, and epochs, at the most: 2 or more.
    """

    def __init__(self, most: int = MOST_POINTS) -> None:
        self._most = most
        self._curves: dict[str, _Points] = {}
        self._epochs: list[tuple[int, int]] = []

    def add(self, name: str, of: LogKind, step: int, value: float, count: int = 1) -> None:
        """Add a value at a step, which comes after all others of this name.

        Parameters
        ----------
        count : int
            How many values in a row it is the mean of.
        """
        points = self._points(name, of)
        if points is not None:
            points.add(step, count, value, value, value)

    def begin_epoch(self, step: int, epoch: int) -> None:
        """An epoch of this number begins after so many steps."""
        if self._epochs and self._epochs[-1][0] == step:
            self._epochs.pop()
        self._epochs.append((step, epoch))
        if len(self._epochs) > self._most:
            del self._epochs[1::2]

    def extend(self, logs: TrainingLogs) -> None:
        """Add what was told since."""
        for name, curve in logs.curves.items():
            points = self._points(name, curve.of)
            if points is not None:
                columns = (curve.steps, curve.counts, curve.means, curve.lows, curve.highs)
                for row in zip(*(column.tolist() for column in columns), strict=True):
                    points.add(*row)
        for step, epoch in logs.epochs:
            self.begin_epoch(step, epoch)

    @property
    def logs(self) -> TrainingLogs:
        """All of it as it stands now."""
        curves = {name: points.curve() for name, points in list(self._curves.items())}
        return TrainingLogs(curves, tuple(self._epochs))

    def _points(self, name: str, of: LogKind) -> _Points | None:
        points = self._curves.get(name)
        if points is None:
            if len(self._curves) >= MOST_CURVES:
                return None
            points = self._curves[name] = _Points(of, self._most)
        elif points.of != of:
            # Of another training, or of a model that was compiled anew: nobody is told more than
            # is true of all of it.
            points.of = "running" if "running" in (points.of, of) else "batch"
        return points


class _Points:
    """A curve that grows."""

    def __init__(self, of: LogKind, most: int) -> None:
        self.of = of
        self._most = most
        # So many values a point stands for, at the most.
        self._room = 1
        self._steps, self._counts = array("q"), array("q")
        self._means, self._lows, self._highs = array("d"), array("d"), array("d")

    def add(self, step: int, count: int, mean: float, low: float, high: float) -> None:
        counts = self._counts
        if counts and counts[-1] + count <= self._room:
            self._put_into_last(step, count, mean, low, high)
            return
        self._steps.append(step)
        counts.append(count)
        self._means.append(mean)
        self._lows.append(low)
        self._highs.append(high)
        if len(counts) > self._most:
            self._halve()

    def _put_into_last(self, step: int, count: int, mean: float, low: float, high: float) -> None:
        before = self._counts[-1]
        self._steps[-1] = step
        self._counts[-1] = before + count
        self._means[-1] = (before * self._means[-1] + count * mean) / (before + count)
        self._lows[-1] = _least(self._lows[-1], low)
        self._highs[-1] = -_least(-self._highs[-1], -high)

    def _halve(self) -> None:
        """Put every two neighbours together."""
        old = list(
            zip(self._steps, self._counts, self._means, self._lows, self._highs, strict=True)
        )
        self._room = max(2 * self._room, 2 * old[0][1])
        for column in (self._steps, self._counts, self._means, self._lows, self._highs):
            del column[:]
        for at in range(0, len(old), 2):
            pair = old[at : at + 2]
            count = sum(each[1] for each in pair)
            self._steps.append(pair[-1][0])
            self._counts.append(count)
            self._means.append(fsum(each[1] * each[2] for each in pair) / count)
            self._lows.append(_least(pair[0][3], pair[-1][3]))
            self._highs.append(-_least(-pair[0][4], -pair[-1][4]))

    def curve(self) -> LogCurve:
        # A thread that trains may be adding: what all have is whole.
        columns = (self._steps, self._counts, self._means, self._lows, self._highs)
        size = min(len(column) for column in columns)
        steps, counts = (np.array(column[:size], np.int64) for column in columns[:2])
        means, lows, highs = (np.array(column[:size], np.float64) for column in columns[2:])
        return LogCurve(self.of, steps, counts, means, lows, highs)


def _least(one: float, other: float) -> float:
    """The smaller of two, of which NaN is neither."""
    return other if isnan(one) or other < one else one
