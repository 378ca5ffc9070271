"""What is asked of a weight's record, and what follows from the parts of one, live or not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ...analysis.tiles.layout import least_bytes
from ...analysis.tiles.reduction import averaged, tile_means
from ...analysis.tiles.tile_sheet import tile_sheet
from ...analysis.tiles.types import TileSheet
from ..layer_picture import LayerPicture, PictureFacts, counted
from ..record_kind import WEIGHTS, RecordKind

# What a view asks for when it zooms in: a quarter of a layer's budget arrives in a moment.
WINDOW_BUDGET = 2 * 2**20


class ParameterPicture(LayerPicture, Protocol):
    """What the parameters' own view needs besides: a `ParameterRecord`, or a snapshot of one."""

    @property
    def bias(self) -> NDArray[Any] | None:
        """The bias, shape (output,)."""

    @property
    def name(self) -> str:
        """What the layer calls the weight."""

    @property
    def inputs(self) -> str:
        """What one entry of the first axis is."""

    @property
    def outputs(self) -> str:
        """What one entry of the last axis is."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """A name for each input, where they are not one of a kind."""

    @property
    def tap_names(self) -> tuple[str, ...]:
        """Names of the first axis of taps."""

    @property
    def how(self) -> str:
        """What was done to the stored numbers."""

    @property
    def n_inputs(self) -> int:
        """The length of the first axis."""

    @property
    def n_taps(self) -> int:
        """How many parameters each input has for an output."""

    def window(
        self, rows: tuple[int, int], columns: tuple[int, int], budget: int = WINDOW_BUDGET
    ) -> TileSheet:
        """A part of the picture by itself."""


class ParameterFacts(PictureFacts, ParameterPicture):
    """What follows from the parts of a picture of a weight."""

    @property
    def kind(self) -> RecordKind:
        """A layer's weights."""
        return WEIGHTS

    @property
    def channel_noun(self) -> str:
        """What one entry of the last axis is."""
        return self.outputs

    @property
    def n_inputs(self) -> int:
        """How many inputs each output has a parameter, or a tile of them, for."""
        return self.n_samples

    @property
    def n_taps(self) -> int:
        """How many parameters each input has for an output: the pixels of a tile."""
        return math.prod(self.shape[1:-1])

    @property
    def zooms_exactly(self) -> bool:
        """Whether `window` can be less averaged than the whole."""
        return self.held_values is not None

    @property
    def label(self) -> str | None:
        """The weight's name, and how it acts."""
        acting = f" as it acts ({self.how})" if self.how else ""
        return f"{self.name}{acting}"

    @property
    def extent(self) -> str:
        """How many outputs and inputs of which size."""
        return (
            f"{counted(self.n_channels, self.outputs)} × {counted(self.n_inputs, self.inputs)}"
            f"{self._size}{'' if self.bias is None else ' + bias'}"
        )

    @property
    def basis(self) -> str:
        """Nothing: weights are of no samples."""
        return ""

    @property
    def dead_note(self) -> str:
        """How many outputs have no weight but 0, in a sentence; "" for none."""
        dead = int(self.measures.dead.sum())
        have = "has" if dead == 1 else "have"
        outputs = counted(self.n_channels, self.outputs)
        return f"{dead:,} of {outputs} {have} weights of 0 only." if dead else ""

    def tiles_within(self, budget: int) -> TileSheet:
        """The same picture in fewer bytes: averaged further, if need be to each tile's mean.

        Every output stays. One pixel a row is the least, whatever the budget.
        """
        sheet = self.tiles
        if sheet.kind == "vector":
            return sheet
        rows, columns = sheet.low.shape
        least = least_bytes(rows, columns, math.prod(sheet.montage))
        if sheet.kind == "strip" or least <= budget:
            return averaged(sheet, max(budget, least))
        return self._strip_of_means(tile_means(sheet), 0, max(budget, least_bytes(rows, 1)))

    def _strip_of_means(self, means: NDArray[Any], first: int, budget: int) -> TileSheet:
        """A row of pixels for each output that is drawn, of the mean of each input's taps."""
        rows, inputs = means.shape
        sheet = self._strip(means, np.arange(rows), first, budget)
        return replace(
            sheet,
            tile_shape=(self.n_taps, inputs),
            reduction=(self.n_taps, sheet.reduction[1]),
            total_samples=self.n_channels,
        )

    def _strip(
        self, by_output: NDArray[Any], outputs: NDArray[Any], first: int, budget: int
    ) -> TileSheet:
        """A row of pixels for each output; `by_output` has shape (output, input)."""
        sheet = tile_sheet(by_output[:, np.newaxis, :, np.newaxis], rows=outputs, budget=budget)
        return replace(
            sheet,
            kind="strip",
            columns=frozen(sheet.columns + np.int32(first)),
            total_channels=self.n_inputs,
        )

    def _check_window(self, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        for name, (start, stop), count in (
            ("rows", rows, len(self.columns)),
            ("columns", columns, self.n_inputs),
        ):
            if not 0 <= start < stop <= count:
                raise ValueError(f"{name} must be a range within 0 and {count}; got {start, stop}")

    def _omissions(self) -> list[str]:
        notes = []
        total, compared = self.n_channels, len(self.tree.items) + len(self.tree.nonfinite)
        if compared < total:
            notes.append(
                f"The tree compares {compared:,} of {total:,} {self.outputs}s, spread evenly: all "
                "of them would take too long; densities and measures use all."
            )
        if len(self.columns) < compared:
            notes.append(
                f"The picture shows {len(self.columns):,} of {total:,} {self.outputs}s, spread "
                "evenly over the tree."
            )
        down, across = self.tiles.reduction
        if self.tiles.kind == "strip" and down > 1:
            notes.append(
                f"Each pixel is the mean of all {down:,} taps of {across:,} {self.inputs}"
                f"{'s' if across > 1 else ''}{self._nearer('the tiles themselves')}."
            )
        elif self.tiles.kind == "strip" and across > 1:
            notes.append(
                f"Each pixel is the mean of {across:,} {self.inputs}s"
                f"{self._nearer('the numbers themselves')}."
            )
        elif down * across > 1:
            height, width = self.tiles.tile_shape
            notes.append(
                f"Each pixel is the mean of {down} × {across} values: tiles are "
                f"{height} × {width}{self._nearer('the tiles themselves')}."
            )
        return notes

    def _nearer(self, what: str) -> str:
        """What a window shows that the whole picture does not, as the end of a sentence."""
        return f"; zoom in for {what}" if self.zooms_exactly else ""
