"""Which channels are selected and hovered: the one state that all views of a layer share."""

from __future__ import annotations

from ipywidgets import TypedTuple, Widget
from traitlets import Int


class Selection(Widget):
    """Selected and hovered channels, shared by every view that holds this object.

    The views follow it in the page: linking works while the kernel is busy, dead or absent.
    Python may read it, set it and observe it like any widget.
    """

    selected = TypedTuple(Int(min=0), help="Selected channels, in the layer's own numbering.").tag(
        sync=True
    )
    hovered = Int(-1, min=-1, help="The channel under the mouse; -1 for none.").tag(sync=True)
