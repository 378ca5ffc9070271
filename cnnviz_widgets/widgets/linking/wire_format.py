"""How tiles and trees travel to the page: their traits, and what stands in them.

The page's halves are `tile-view/tiles.ts`, `channel-grid/sheet.ts` and `tree-view/tree.ts`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from traitlets import Bytes, Enum, HasTraits, Int, List, Unicode

from ...analysis.tiles.types import TileSheet
from ...records.layer_picture import LayerPicture
from .traits import Finite


def wire(array: NDArray[Any], dtype: str) -> bytes:
    """An array as the page's typed arrays read it: little-endian, C order."""
    return np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()


class SheetTraits(HasTraits):
    """A picture of tiles, and how its values become colours."""

    colormap = Enum(
        ["auto", "magma", "grey", "viridis", "diverging"],
        "auto",
        help="How values become colours; 'diverging' is blue below zero and red above; 'auto' is "
        "'diverging' where values reach about as far below zero as above, and 'magma' elsewhere.",
    ).tag(sync=True)

    _shape = List(Int(), [0, 0, 1, 1]).tag(sync=True)
    _codes = Bytes().tag(sync=True)
    _low = Bytes().tag(sync=True)
    _high = Bytes().tag(sync=True)
    _marks = Bytes().tag(sync=True)
    _kind = Unicode("image").tag(sync=True)
    _reduction = List(Int(), [1, 1]).tag(sync=True)
    _montage = List(Int(), [1, 1]).tag(sync=True)


class TreeTraits(HasTraits):
    """A tree over columns or rows, and where it is cut."""

    cut = Finite(
        None,
        allow_none=True,
        help="Cosine distance at which the tree is cut into groups; None: where there are most "
        "of them. `record.tree.cut(cut)` gives each channel's group.",
    ).tag(sync=True)

    _column_count = Int(0).tag(sync=True)
    _columns = Bytes().tag(sync=True)
    _feet = Bytes().tag(sync=True)
    _heights = Bytes().tag(sync=True)
    _span = Bytes().tag(sync=True)
    _split = Bytes().tag(sync=True)
    _zero_columns = Int(0).tag(sync=True)
    _order = Bytes().tag(sync=True)


def sheet_fields(tiles: TileSheet) -> dict[str, Any]:
    """A sheet as the page reads it, by the names of `SheetTraits` without their underscore."""
    return {
        "shape": list(tiles.codes.shape),
        "codes": wire(tiles.codes, "u1"),
        "low": wire(tiles.low, "f4"),
        "high": wire(tiles.high, "f4"),
        "marks": wire(tiles.marks, "u1"),
        "kind": tiles.kind,
        "reduction": list(tiles.reduction),
        "montage": list(tiles.montage),
    }


def sheet_state(tiles: TileSheet) -> dict[str, Any]:
    """The values of `SheetTraits` for a sheet."""
    return {f"_{name}": value for name, value in sheet_fields(tiles).items()}


def tree_state(record: LayerPicture) -> dict[str, Any]:
    """The values of `TreeTraits` for a record."""
    geometry = record.dendrogram
    return {
        "_column_count": len(record.columns),
        "_columns": wire(geometry.columns, "i4"),
        "_feet": wire(geometry.feet, "f4"),
        "_heights": wire(geometry.heights, "f8"),
        "_span": wire(geometry.span, "i4"),
        "_split": wire(geometry.split, "i4"),
        "_zero_columns": geometry.zero_columns,
        "_order": wire(record.tree.order, "i4"),
    }
