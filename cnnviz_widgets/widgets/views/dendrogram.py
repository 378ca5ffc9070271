"""Dendrogram: which channels do the same thing?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Int, List, Unicode

from ...records.layer_picture import LayerPicture
from ...records.record_kind import ATTENTION, OUTPUTS
from ..jupyter.bundles import bundle
from ..linking.traits import Whole
from ..linking.wire_format import TreeTraits, tree_state
from .layer_view import LayerView
from .view_slot import Links, ViewSlot

if TYPE_CHECKING:
    from PIL.Image import Image


class Dendrogram(TreeTraits, LayerView):
    """The tree of a layer's channels on cosine distance [WL20 Eq. 1, Fig. 2].

    Single linkage as in the paper; `linkage` takes another.

    Leaf i stands over column i of the grid that shares its axis. A click on a fork selects
    the channels below it; a pill on the axis, to drag, cuts the tree into coloured groups. Where
    not all columns have room the tightest groups fold to a tile each, here to a wedge. All-zero
    channels stand in a stack at the right edge; unfolded, apart at distance 2.

    `Dendrogram(values)` works alone; see `LayerView` for the parameters.
    """

    _esm = bundle("dendrogram.js")
    _css = bundle("dendrogram.css")

    class_names = List(
        Unicode(), help="A name for each channel, where it stands for a class; none: its number."
    ).tag(sync=True)
    _rare = Int(0, help="How many of the channels beside the tree are rare, not zero.").tag(
        sync=True
    )
    height = Whole(150, min=80, help="Height of the tree in CSS pixels.").tag(sync=True)

    def _state_of(self, record: LayerPicture) -> dict[str, Any]:
        geometry = record.dendrogram
        notes = []
        compared = len(record.tree.items) + len(record.tree.nonfinite)
        if compared < record.n_channels:
            more = "" if record.exact is record else "; refresh(exact=True) compares all"
            notes.append(
                f"The tree compares {compared:,} of {record.n_channels:,} channels, spread "
                f"evenly{more}."
            )
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
        rare = record.rare
        if rare.size:
            notes.append(
                f"{rare.size:,} channel{'s' if rare.size > 1 else ''} "
                f"fire{'' if rare.size > 1 else 's'} too rarely for a place in the tree and "
                f"stand{'' if rare.size > 1 else 's'} with the zero ones: measured on "
                f"{record.basis}."
            )
        return {**tree_state(record), "_notes": notes, "_rare": rare.size}

    def picture(self) -> Image | None:
        """The tree as a picture."""
        from ..pictures.dendrogram_picture import dendrogram_picture

        return None if self.record is None else dendrogram_picture(self.record)


def _make(links: Links) -> Dendrogram:
    return Dendrogram(selection=links.selection, axis=links.axis)


SLOT = ViewSlot(_make, frozenset({OUTPUTS, ATTENTION}))
