"""The horizontal axis that channel grid and dendrogram share."""

from __future__ import annotations

from collections.abc import Sequence

from traitlets import Bool, Enum, Int, List, Unicode

from ...analysis.clustering.chain_linkage import LINKAGES
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from .traits import Finite, Whole


class ColumnAxis(Owning, ThreadLocalSync):
    """Where channels stand, from left to right, in every view that holds this object.

    Views that share an axis stay aligned to the pixel, whatever folds and however large tiles are.
    """

    order_by = Enum(
        ["leaf", "natural"],
        "leaf",
        help="Columns in the tree's leaf order, or by channel number.",
    ).tag(sync=True)
    start = Finite(0.0, min=0.0, help="The column at the left edge.").tag(sync=True)
    scale = Finite(
        0.0,
        min=0.0,
        help="Side of a tile in CSS pixels, 24 to 160; 0 takes the largest up to 48 at which all "
        "columns fit. Inputs of weights: the width of an input.",
    ).tag(sync=True)
    unfolded = List(
        Whole(min=0),
        help="Where all columns do not fit, groups of the cut fold to a tile or a few: the first "
        "columns of those that are not to, and that of the zero channels.",
    ).tag(sync=True)
    heads = Bool(
        False, help="Rows are led by picture and class, and not by a number or a name alone."
    ).tag(sync=True)

    _groups = List(List(), help="Groups of the cut in the tree that is drawn here.").tag(sync=True)
    _zeros = List(Int(), help="Columns of that tree that are zero throughout.").tag(sync=True)

    _beside = Int(
        0, help="Columns right of the channels: 1 where these are shown in colour, too."
    ).tag(sync=True)

    linkage = Enum(
        LINKAGES,
        "single",
        help="How far apart two groups of channels are: it makes the tree, and so the leaf order.",
    ).tag(sync=True)
    _linkages = List(
        Unicode(), help="What the page offers; none where the tree that is shown was kept."
    ).tag(sync=True)

    def offer(self, linkages: Sequence[str]) -> None:
        """Have the page offer these linkages.

        Parameters
        ----------
        linkages : sequence of str
        """
        self._linkages = list(linkages)

    def fit(self) -> None:
        """Show all columns, those that do not fit folded."""
        with self.hold_sync():
            self.start = 0.0
            self.scale = 0.0
            self.unfolded = []
