"""One of a model's inputs, patch after patch of it covered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....analysis.channel.occlusion_grid import OcclusionGrid
from ....analysis.spreading import evenly
from ....validation.messages import described
from ....validation.scalars import real_number
from ....validation.texts import one_of
from ...layers.abstraction_levels import image_channel_axis
from ...reading.inputs import input_names
from ...reading.probe import ModelProbe
from .asked_value import AskedValue
from .partial_pass import mapped_inputs

# Samples among which one is looked for that lends its patches.
_LENDERS = 64


@dataclass(frozen=True, eq=False)
class Fill:
    """What patches are covered with.

    Attributes
    ----------
    name : str
    values : ndarray
        Shaped as one sample of the input, its positions first and its channels last; or such that
        it can be broadcast to that.
    """

    name: str
    values: NDArray[Any]


class CoveredInput:
    """One input of a model, and what its patches are covered with.

    Parameters
    ----------
    probe : ModelProbe
    source : str or None
        The input's name; None for the one that has positions.
    fill : 'mean', 'donor', float or None
        None: the first two.

    Attributes
    ----------
    source : str
    shape : tuple of int
        Of the input's positions.
    fills : tuple of Fill
    notes : tuple of str
        What could not be done, in sentences.

    Raises
    ------
    TypeError, ValueError
        There is no such input; it has no positions, or holds words or numbers that stand for
        something; several have positions and none is named; `fill` is none of these.
    """

    def __init__(self, probe: ModelProbe, source: str | None, fill: str | float | None) -> None:
        self._probe = probe
        self._number, self.source = _chosen(probe, source)
        array = self._array
        self._axis = _channel_axis(probe, self.source, array)
        rank = array.ndim
        self._axes = [axis for axis in range(1, rank) if axis != self._axis % rank]
        self.shape = tuple(array.shape[axis] for axis in self._axes)
        self.notes: tuple[str, ...] = ()
        self._wanted: tuple[str | float, ...] = ("mean", "donor")
        if isinstance(fill, str):
            self._wanted = (one_of("fill", fill, ("mean", "donor")),)
        elif fill is not None:
            self._wanted = (real_number("fill", fill),)
        if self._wanted == ("donor",) and probe.samples < 2:
            raise ValueError(
                "fill 'donor' takes patches of another sample; got a probe with the only one"
            )
        self.fills: tuple[Fill, ...] = ()

    def choose_lender(self, row: int, asked: AskedValue) -> None:
        """Settle the fills for one sample.

        Parameters
        ----------
        row : int
        asked : AskedValue
            The patches come from the sample that has least of it.
        """
        fills = []
        for wanted in self._wanted:
            if wanted == "mean":
                fills.append(Fill("mean", self._typed(self._means())))
            elif wanted != "donor":
                fills.append(Fill(f"{wanted:g}", self._typed(np.asarray(wanted))))
            elif self._probe.samples < 2:
                self.notes = ("There is no other sample to take patches of: the mean alone fills.",)
            else:
                lender = self._lender(row, asked)
                values = np.moveaxis(self._array[lender], self._axis % self._array.ndim - 1, -1)
                fills.append(Fill(f"sample {lender}", values))
        self.fills = tuple(fills)

    def batches(self, row: int, grid: OcclusionGrid, fill: Fill, step: int) -> Iterator[Any]:
        """The model's inputs with one patch after the other covered, several at a time.

        Parameters
        ----------
        row : int
        grid : OcclusionGrid
        fill : Fill
        step : int
            How many at a time.
        """
        patches = [*grid.patches()]
        flat = keras.tree.flatten(self._probe.inputs)
        whole = np.broadcast_to(
            fill.values, np.moveaxis(self._array[row], self._axis % self._array.ndim - 1, -1).shape
        )
        for start in range(0, len(patches), step):
            chosen = patches[start : start + step]
            inputs = [np.repeat(array[row : row + 1], len(chosen), axis=0) for array in flat]
            covered = np.moveaxis(inputs[self._number], self._axis, -1)
            for one, patch in zip(covered, chosen, strict=True):
                one[patch] = whole[patch]
            yield keras.tree.pack_sequence_as(self._probe.inputs, inputs)

    @property
    def _array(self) -> NDArray[Any]:
        array: NDArray[Any] = keras.tree.flatten(self._probe.inputs)[self._number]
        return array

    def _means(self) -> NDArray[np.float64]:
        """The mean of each channel over all samples and positions; 0 where none is finite."""
        array = self._array
        axes = (0, *self._axes)
        finite = np.isfinite(array)
        count = finite.sum(axis=axes)
        total = np.sum(array, axis=axes, dtype=np.float64, where=finite)
        means: NDArray[np.float64] = np.divide(
            total, count, out=np.zeros(count.shape), where=count > 0
        )
        return means

    def _typed(self, values: NDArray[Any]) -> NDArray[Any]:
        """Numbers in the input's own type."""
        dtype = self._array.dtype
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            values = np.clip(np.rint(values), limits.min, limits.max)
        return values.astype(dtype)

    def _lender(self, row: int, asked: AskedValue) -> int:
        """Of some other samples the one that has least of what is asked for."""
        count = self._probe.samples
        others: Indices = np.delete(np.arange(count), row)
        others = others[evenly(len(others), _LENDERS)]
        values = asked.values(mapped_inputs(self._probe.inputs, lambda array: array[others]))
        ranks = np.zeros(len(others))
        for each in (values.channel, values.target):
            if each is not None:
                # What is not a number comes last.
                ranks += np.argsort(np.argsort(each, kind="stable"), kind="stable")
        return int(others[int(ranks.argmin())])


def _chosen(probe: ModelProbe, source: str | None) -> tuple[int, str]:
    """The number and name of the input that is covered."""
    names = input_names(probe.model, probe.inputs)
    flat = keras.tree.flatten(probe.inputs)
    why = {name: _why_not(array) for name, array in zip(names, flat, strict=True)}
    if source is not None:
        if not isinstance(source, str) or source not in names:
            raise ValueError(
                f"source must be one of the model's inputs, {', '.join(map(repr, names))}; got "
                f"{described(source)}"
            )
        if why[source]:
            raise ValueError(f"the input '{source}' cannot be covered in patches: {why[source]}")
        return names.index(source), source
    able = [name for name in names if not why[name]]
    if not able:
        reasons = "; ".join(f"'{name}' {reason}" for name, reason in why.items())
        raise ValueError(f"no input can be covered in patches: {reasons}")
    if len(able) > 1:
        raise ValueError(
            f"several inputs can be covered, {', '.join(map(repr, able))}: name one as source"
        )
    return names.index(able[0]), able[0]


def _why_not(array: NDArray[Any]) -> str:
    """Why an input has no patches that can be covered; empty where it has."""
    if array.dtype.kind in "SUO":
        return "holds text"
    if array.dtype.kind == "b":
        return "holds True and False"
    if array.ndim < 3:
        kind = "whole numbers, such as of words" if array.dtype.kind in "iu" else "a table"
        return f"is {kind}: its columns have no neighbours (shape {array.shape})"
    return ""


def _channel_axis(probe: ModelProbe, source: str, array: NDArray[Any]) -> int:
    """The axis of an input's channels, as the first layer that reads it has it."""
    for info in probe.layers:
        reads = info.reads_unlisted and source in info.inputs
        if reads and len(info.output_shape) == array.ndim and info.channel_axis is not None:
            return info.channel_axis
    axis = image_channel_axis(array.shape) if array.ndim == 4 else None
    return -1 if axis is None else axis
