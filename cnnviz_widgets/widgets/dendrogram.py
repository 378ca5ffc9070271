"""Dendrogram: which channels do the same thing?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bytes, Float, Int

from ..analysis.record import LayerRecord
from .bundles import bundle
from .layer_view import LayerView, wire

if TYPE_CHECKING:
    from PIL.Image import Image


class Dendrogram(LayerView):
    """The tree of a layer's channels, single linkage on cosine distance [WL20 Eq. 1, Fig. 2].

    Leaf i stands over column i of the grid that shares its axis. A click on a fork selects
    the channels below it; a line to drag cuts the tree into coloured groups. All-zero
    channels stand apart at distance 2, behind a break of the axis.

    `Dendrogram(values)` works alone; see `LayerView` for the parameters.
    """

    _esm = bundle("dendrogram.js")
    _css = bundle("dendrogram.css")

    cut = Float(
        None,
        allow_none=True,
        help="Cosine distance at which the tree is cut into groups; None: not cut. "
        "`record.tree.cut(cut)` gives each channel's group.",
    ).tag(sync=True)
    height = Int(150, min=80, help="Height of the tree in CSS pixels.").tag(sync=True)

    _column_count = Int(0).tag(sync=True)
    _columns = Bytes().tag(sync=True)
    _feet = Bytes().tag(sync=True)
    _heights = Bytes().tag(sync=True)
    _span = Bytes().tag(sync=True)
    _split = Bytes().tag(sync=True)
    _zero_columns = Int(0).tag(sync=True)
    _order = Bytes().tag(sync=True)

    def _state_of(self, record: LayerRecord) -> dict[str, Any]:
        geometry = record.dendrogram
        notes = []
        if len(geometry.columns) < geometry.total:
            notes.append(
                f"The tree shows {len(geometry.columns):,} of {geometry.total:,} leaves, its "
                "forks at their own heights; groups of a cut are counted among the leaves shown."
            )
        if apart := len(record.tree.nonfinite):
            notes.append(
                f"{apart:,} channel{'s' if apart > 1 else ''} with NaN or infinity "
                f"stand{'' if apart > 1 else 's'} to the right of the tree: "
                "no distance is defined."
            )
        return {
            "_column_count": len(record.columns),
            "_columns": wire(geometry.columns, "i4"),
            "_feet": wire(geometry.feet, "f4"),
            "_heights": wire(geometry.heights, "f8"),
            "_span": wire(geometry.span, "i4"),
            "_split": wire(geometry.split, "i4"),
            "_zero_columns": geometry.zero_columns,
            "_order": wire(record.tree.order, "i4"),
            "_notes": notes,
        }

    def picture(self) -> Image | None:
        """The tree as a picture."""
        from .static_picture import dendrogram_picture

        return None if self.record is None else dendrogram_picture(self.record)
