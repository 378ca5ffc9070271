"""The horizontal axis that channel grid and dendrogram share."""

from __future__ import annotations

from traitlets import Bool, Enum

from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from .traits import Finite


class ColumnAxis(Owning, ThreadLocalSync):
    """Where channels stand, from left to right, in every view that holds this object.

    Views that share an axis stay aligned to the pixel at every zoom.
    """

    order_by = Enum(
        ["leaf", "natural"],
        "leaf",
        help="Columns in the tree's leaf order, or by channel number.",
    ).tag(sync=True)
    start = Finite(0.0, min=0.0, help="The column at the left edge.").tag(sync=True)
    scale = Finite(0.0, min=0.0, help="Width of a column in CSS pixels; 0 fits all columns.").tag(
        sync=True
    )

    heads = Bool(False, help="Whether rows are led by their sample, which takes room.").tag(
        sync=True
    )

    def fit(self) -> None:
        """Show all columns."""
        with self.hold_sync():
            self.start = 0.0
            self.scale = 0.0
