"""How tiles and trees travel to the page: their traits, and what stands in them.

The page's halves are `tile-view/tiles.ts`, `channel-grid/sheet.ts` and `tree-view/tree.ts`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from traitlets import Bool, Bytes, Dict, Enum, Float, HasTraits, Int, List, Unicode

from ...analysis.tiles.types import TileSheet
from ...records.layer_picture import LayerPicture
from ...records.samples.row_heads import SampleAnswers, SamplePictures
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

    composite = Bool(
        True,
        help="Whether three channels of pictures, or the kernels of three inputs, are shown "
        "together in red, green and blue, too.",
    ).tag(sync=True)

    _shape = List(Int(), [0, 0, 1, 1]).tag(sync=True)
    _codes = Bytes().tag(sync=True)
    _low = Bytes().tag(sync=True)
    _high = Bytes().tag(sync=True)
    _marks = Bytes().tag(sync=True)
    _kind = Unicode("image").tag(sync=True)
    _reduction = List(Int(), [1, 1]).tag(sync=True)
    _montage = List(Int(), [1, 1]).tag(sync=True)


class HeadTraits(HasTraits):
    """What each sample is, and the model's answer to it."""

    _heads = List(Dict()).tag(sync=True)
    _head_shape = List(Int(), [0, 0, 0, 1]).tag(sync=True)
    _head_pixels = Bytes().tag(sync=True)
    _head_range = List(Float(), [0.0, 0.0]).tag(sync=True)
    _head_note = Unicode(help="What the pictures show, where that is not the whole.").tag(sync=True)


class TreeTraits(HasTraits):
    """A tree over columns or rows, and where it is cut."""

    cut = Finite(
        None,
        allow_none=True,
        help="Height at which the tree is cut into groups, a cosine distance, for Ward a "
        "Euclidean one; None: where there are most of them. `record.tree.cut(cut)` gives each "
        "channel's group.",
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


def picture_state(samples: SamplePictures) -> dict[str, Any]:
    """The values of `HeadTraits` for the pictures of samples."""
    pictures = samples.pictures
    if pictures is None:
        return {"_head_shape": [0, 0, 0, 1], "_head_pixels": b"", "_head_note": ""}
    return {
        "_head_shape": list(pictures.pixels.shape),
        "_head_pixels": wire(pictures.pixels, "u1"),
        "_head_range": [pictures.low, pictures.high],
        "_head_note": pictures.note,
    }


def head_entries(samples: SamplePictures, answers: SampleAnswers, most: int) -> list[Any]:
    """What leads each of the first rows, as the page reads it."""
    judged = {-1: None, 0: False, 1: True}
    return [
        {
            "text": samples.texts[row] if row < len(samples.texts) else "",
            "more": samples.more[row] if row < len(samples.more) else "",
            "truth": answers.truths[row],
            "answer": answers.answers[row],
            "confidence": _number(answers.confidence[row]),
            "right": judged[int(answers.right[row])],
            "is_old": bool(answers.old[row]),
            "true_class": int(answers.truth_class[row]),
            "answer_class": int(answers.answer_class[row]),
        }
        for row in range(min(most, len(answers)))
    ]


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
