"""The horizontal axis that channel grid and dendrogram share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets import Enum, List, Unicode

from ...analysis.clustering.chain_linkage import LINKAGES
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

    linkage = Enum(
        LINKAGES,
        "single",
        help="How far apart two groups of channels are: it makes the tree, and so the leaf order.",
    ).tag(sync=True)
    _linkages = List(
        Unicode(), help="What the page offers; none where the tree that is shown was kept."
    ).tag(sync=True)
    _groups: List[Any] = List(help="Groups of the cut in the tree that is drawn here.").tag(
        sync=True
    )

    def offer(self, linkages: Sequence[str]) -> None:
        """Have the page offer these linkages.

        Parameters
        ----------
        linkages : sequence of str
        """
        self._linkages = list(linkages)

    def fit(self) -> None:
        """Show all columns."""
        with self.hold_sync():
            self.start = 0.0
            self.scale = 0.0
