"""Two layers' pictures whose columns stand in one order: each column beside its partner."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import Indices, frozen
from ..analysis.spreading import evenly
from ..analysis.tiles.layout import columns_within
from ..analysis.tiles.tile_sheet import tile_sheet
from ..analysis.tiles.types import TileSheet
from ..records.layer_picture import MOST_ROWS, LayerPicture
from ..records.layer_record import MOST_COLUMNS
from .layer_comparison import LayerComparison, common_rows


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Pictures of both layers, their columns numbered by pair.

    Pair i of the comparison has number i on both sides. Channels without a partner, which one
    of the two may have, are numbered after the pairs and stand behind them.

    Attributes
    ----------
    a, b : TileSheet
        Their `columns` are these numbers. Pairs come in the leaf order of `a`'s tree, the same
        in both.
    channels_a, channels_b : ndarray of int
        Each column's channel in its own layer.
    samples_a, samples_b : ndarray of int
        The number of each row's sample. Where the two rest on different samples of the same
        inputs, rows are those that both have; of other samples each has its own.
    omitted : int
        Pairs that have no column, for want of room or because they were not kept.
    """

    a: TileSheet
    b: TileSheet
    channels_a: Indices
    channels_b: Indices
    samples_a: Indices
    samples_b: Indices
    omitted: int


def side_by_side(comparison: LayerComparison) -> SideBySide:
    """The pictures of a comparison."""
    a, b, pairs = comparison.a, comparison.b, comparison.match.pairs
    most = min(_most_columns(a), _most_columns(b))
    can_a, can_b = _drawable(a), _drawable(b)
    # Channels of `a` from left to right, as its own views show them.
    rank = np.full(a.n_channels, a.n_channels)
    rank[a.columns] = np.arange(len(a.columns))
    numbers = np.flatnonzero(can_a[pairs[:, 0]] & can_b[pairs[:, 1]])
    numbers = numbers[np.argsort(rank[pairs[numbers, 0]], kind="stable")]
    numbers = numbers[evenly(numbers.size, most)]
    room = max(0, most - numbers.size)
    left_a = np.flatnonzero(can_a[comparison.match.only_a])[:room]
    left_b = np.flatnonzero(can_b[comparison.match.only_b])[:room]
    channels_a = np.concatenate((pairs[numbers, 0], comparison.match.only_a[left_a]))
    channels_b = np.concatenate((pairs[numbers, 1], comparison.match.only_b[left_b]))
    sheet_a, sheet_b = _sheet(a, channels_a), _sheet(b, channels_b)
    rows_a, rows_b = common_rows(a, b, len(sheet_a.codes), len(sheet_b.codes))
    if not rows_a.size or not comparison.same_samples:
        rows_a, rows_b = np.arange(len(sheet_a.codes)), np.arange(len(sheet_b.codes))
    sheet_a, sheet_b = _of_rows(sheet_a, rows_a), _of_rows(sheet_b, rows_b)
    return SideBySide(
        a=_numbered(sheet_a, np.concatenate((numbers, len(pairs) + left_a))),
        b=_numbered(sheet_b, np.concatenate((numbers, len(pairs) + left_b))),
        channels_a=frozen(channels_a),
        channels_b=frozen(channels_b),
        samples_a=frozen(a.sample_numbers[rows_a]),
        samples_b=frozen(b.sample_numbers[rows_b]),
        omitted=len(pairs) - numbers.size,
    )


def _numbered(sheet: TileSheet, numbers: Indices) -> TileSheet:
    return replace(sheet, columns=frozen(numbers.astype(np.int32)))


def _of_rows(sheet: TileSheet, rows: Indices) -> TileSheet:
    if rows.size == len(sheet.codes):
        return sheet
    codes, low, high, marks = (
        frozen(array[rows]) for array in (sheet.codes, sheet.low, sheet.high, sheet.marks)
    )
    return replace(sheet, codes=codes, low=low, high=high, marks=marks)


def _most_columns(record: LayerPicture) -> int:
    values = record.held_values
    if values is None:
        return MOST_COLUMNS
    return max(1, min(MOST_COLUMNS, columns_within(values[:MOST_ROWS].shape)))


def _drawable(record: LayerPicture) -> NDArray[np.bool_]:
    """Which channels a picture can be had of."""
    drawable = np.full(record.n_channels, record.held_values is not None)
    drawable[record.columns] = True
    return drawable


def _sheet(record: LayerPicture, channels: Indices) -> TileSheet:
    """The tiles of these channels in this order."""
    tiles = record.tiles
    place = np.full(record.n_channels, -1)
    place[tiles.columns] = np.arange(tiles.columns.size)
    at = place[channels]
    values = record.held_values
    if values is not None and (at < 0).any():
        return tile_sheet(values[:MOST_ROWS], columns=channels)
    return replace(
        tiles,
        codes=frozen(np.ascontiguousarray(tiles.codes[:, at])),
        low=frozen(tiles.low[:, at]),
        high=frozen(tiles.high[:, at]),
        marks=frozen(tiles.marks[:, at]),
        columns=frozen(channels.astype(np.int32)),
    )
