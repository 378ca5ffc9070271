"""ChannelGrid: samples down, channels across."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bytes, Enum, List, Unicode

from ..analysis.record import LayerRecord
from .bundles import bundle
from .layer_view import LayerView
from .traits import Whole
from .wire_format import SheetTraits, sheet_state, wire

if TYPE_CHECKING:
    from PIL.Image import Image


class ChannelGrid(SheetTraits, LayerView):
    """A column a channel, a row a sample [WL20 Fig. 1, 2, 4].

    4-D values (batch, height, width, channel) show as tiles; 2-D values (batch, feature) as a
    heat map; sequences (batch, time, feature) as one image a sample, time running down;
    volumes (batch, depth, height, width, channel) as tiles that hold all slices.

    `ChannelGrid(values)` works alone; see `LayerView` for the parameters.
    """

    _esm = bundle("channel-grid.js")
    _css = bundle("channel-grid.css")

    value_range = Enum(
        ["tile", "channel", "layer"],
        "tile",
        help="Over which values the colours are stretched.",
    ).tag(sync=True)
    title = Unicode("", help="A line above the grid; '' for none.").tag(sync=True)
    places = Whole(
        0,
        min=0,
        help="Columns to leave room for, at the least: grids of as many places stand in line.",
    ).tag(sync=True)
    channel_names = List(
        Unicode(), help="What each column is called, from left to right; none: its channel number."
    ).tag(sync=True)
    sample_labels = List(Unicode(), help="A name for each of all samples; none: its number.").tag(
        sync=True
    )
    height = Whole(440, min=120, help="Greatest height of the grid in CSS pixels.").tag(sync=True)

    _channels = Bytes().tag(sync=True)
    _samples = Bytes(help="Number of each row's sample; none: that of the row.").tag(sync=True)

    def _state_of(self, record: LayerRecord) -> dict[str, Any]:
        tiles = record.tiles
        return {
            **sheet_state(tiles),
            "_channels": wire(tiles.columns, "i4"),
            "_samples": wire(record.sample_numbers[: len(tiles.codes)], "i4"),
            "_notes": list(record.omissions),
        }

    def picture(self) -> Image | None:
        """The grid as a picture in grey, each tile over its own range."""
        from .static_picture import grid_picture

        return None if self.record is None else grid_picture(self.record, self.sample_labels)
