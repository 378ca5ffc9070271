"""ChannelGrid: samples down, channels across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from traitlets import Bool, Bytes, Enum, Int, List, Unicode

from ...analysis.arrays import Indices
from ...analysis.tiles.types import TileSheet
from ...records.layer_picture import MOST_ROWS, LayerPicture
from ...records.layer_record import checked_record
from ...records.record_kind import ATTENTION, OUTPUTS, VIEW_NAMES
from ...records.samples.row_heads import SampleAnswers, SamplePictures
from ...records.samples.token_names import TokenNames
from ...validation.arrays import indices
from ...validation.objects import instance
from ..jupyter.bundles import bundle
from ..linking.traits import Whole
from ..linking.wire_format import (
    HeadTraits,
    SheetTraits,
    head_entries,
    picture_state,
    sheet_state,
    wire,
)
from .channel_names import channel_name
from .sample_view import SampleView
from .view_slot import Links, ViewSlot

if TYPE_CHECKING:
    from PIL.Image import Image


class ChannelGrid(SheetTraits, HeadTraits, SampleView):
    """A column a channel, a row a sample [WL20 Fig. 1, 2, 4].

    4-D values (batch, height, width, channel) show as tiles; 2-D values (batch, feature) as a
    heat map; sequences (batch, time, feature) as one image a sample, time running down;
    volumes (batch, depth, height, width, channel) as tiles that hold all slices. A record of
    attention shows a column a head, its tiles target tokens down and source tokens across.

    A click on what leads a row selects its sample, one on a column its channel.
    `ChannelGrid(values)` works alone; see `SampleView` for the parameters.
    """

    _esm = bundle("channel-grid.js")
    _css = bundle("channel-grid.css")

    value_range = Enum(
        ["tile", "channel", "layer"],
        "channel",
        help="Over which values the colours are stretched: a channel's on all samples, so that "
        "rows compare; a tile's own, as in [WL20 Fig. 1]; or the layer's.",
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
    class_names = List(
        Unicode(), help="A name for each channel, where it stands for a class; none: its number."
    ).tag(sync=True)
    sample_labels = List(Unicode(), help="A name for each of all samples; none: its number.").tag(
        sync=True
    )
    _view = Enum(VIEW_NAMES, "outputs", help="What of a layer is shown.").tag(sync=True)
    sort_rows = Enum(
        ["given", "wrong", "class", "unsure"],
        "given",
        help="Rows as they were given, the wrong ones first, by class, or the least sure first.",
    ).tag(sync=True)
    height = Whole(440, min=120, help="Greatest height of the grid in CSS pixels.").tag(sync=True)

    _token_words = List(Unicode(), help="Words for tokens, each once.").tag(sync=True)
    _token_shape = List(
        Int(), [0, 0, 0], help="Samples, targets and sources that have words; 0: they have none."
    ).tag(sync=True)
    _targets = Bytes(help="For each sample and target the number of its word.").tag(sync=True)
    _sources = Bytes().tag(sync=True)
    _channels = Bytes().tag(sync=True)
    _samples = Bytes(help="Number of each row's sample; none: that of the row.").tag(sync=True)
    _surveyed = Bool(False, help="Whether all but the tiles is of more samples than these.").tag(
        sync=True
    )
    _rows = Bytes(
        help="Number of the sample at each place, where some have no tiles now; none: _samples."
    ).tag(sync=True)

    _marks_answers = Bool(
        False, help="Whether the channels are the classes that answers are of."
    ).tag(sync=True)

    # The range that was chosen for each view: rows of attention sum to 1 in each tile by itself.
    _ranges: Mapping[str, str] = {OUTPUTS.name: "channel", ATTENTION.name: "tile"}
    # Tiles, channels and samples, where they are not the record's own.
    _laid_out: tuple[TileSheet, Indices, Indices] | None = None

    def show(self, values: ArrayLike | LayerPicture) -> None:
        """Show another layer, or the same one at another moment, in one message to the page.

        Parameters
        ----------
        values : array_like, shape (batch, ..., channel), or LayerRecord
        """
        super().show(values)
        self._laid_out = None

    def show_columns(
        self, record: LayerPicture, tiles: TileSheet, channels: Indices, samples: Indices
    ) -> None:
        """Show some of a layer's tiles in an order of one's own, in one message to the page.

        Parameters
        ----------
        record : LayerRecord
            Whose tiles they are.
        tiles : TileSheet
            Their `columns` are what the selection counts: channels, or pairs of them.
        channels : ndarray of int, shape (column,)
            The channel of the record in each column.
        samples : ndarray of int, shape (row,)
            The number of each row's sample.
        """
        checked_record("record", record, "LayerRecord.of(values) makes one")
        rows, columns = instance("tiles", tiles, TileSheet).codes.shape[:2]
        channels = indices("channels", channels, record.n_channels)
        if channels.shape != (columns,) or np.shape(samples) != (rows,):
            raise ValueError(
                f"channels and samples must be {columns} columns and {rows} rows; got the shapes "
                f"{channels.shape} and {np.shape(samples)}"
            )
        self._put(_state(tiles, samples, record))
        self._record = record
        self._laid_out = (tiles, channels, samples)

    def show_samples(
        self, samples: SamplePictures, answers: SampleAnswers, names: Sequence[str]
    ) -> None:
        """Lead each row by its sample, in one message to the page.

        Parameters
        ----------
        samples : SamplePictures
        answers : SampleAnswers
            Of all samples, or more than have rows.
        names : sequence of str
            A name for each of all samples; none: its number.
        """
        with self.hold_sync():
            self._put(picture_state(samples))
            self.show_answers(samples, answers)
            self.sample_labels = list(names)

    def show_tokens(self, names: TokenNames) -> None:
        """Name the tokens of the attention that is shown, in one message to the page."""
        with self.hold_sync():
            self._token_words = list(names.words)
            samples = max(len(names.targets), len(names.sources))
            self._token_shape = [samples, names.targets.shape[1], names.sources.shape[1]]
            self._targets = wire(names.targets, "i4")
            self._sources = wire(names.sources, "i4")
            if self.record is not None:
                self._notes = [*self.record.omissions, *filter(None, [names.note])]

    def show_answers(self, samples: SamplePictures, answers: SampleAnswers) -> None:
        """Show other answers to the samples that lead the rows.

        Parameters
        ----------
        samples : SamplePictures
            They are shown already; their words go with the answers.
        answers : SampleAnswers
        """
        entries = head_entries(samples, answers, MOST_ROWS)
        is_known = self._head_shape[0] > 0 or any(
            entry["text"] or entry["truth"] or entry["answer"] for entry in entries
        )
        self._heads = entries if is_known else []
        self.axis.heads = is_known

    def mark_answers(self, are_classes: bool) -> None:
        """Mark true and given answers in the tiles, where the channels are the classes."""
        self._marks_answers = are_classes

    def _on_linkage(self, change: dict[str, Any]) -> None:
        # Columns in an order of their own are of no tree.
        if self._laid_out is None:
            super()._on_linkage(change)

    def _let_go(self) -> None:
        super()._let_go()
        self._laid_out = None

    def _state_of(self, record: LayerPicture) -> dict[str, Any]:
        return {
            **self._of_kind(record.kind.name),
            **_state(record.tiles, record.sample_numbers[: len(record.tiles.codes)], record),
            "_rows": b"" if record.samples is None else wire(record.rows, "i4"),
            "_surveyed": record.measures.n_samples != record.n_samples,
        }

    def _of_kind(self, view: str) -> dict[str, Any]:
        """The traits that are others where another side of the layer is shown."""
        if view == self._view:
            return {}
        self._ranges = {**self._ranges, self._view: self.value_range}
        return {"_view": view, "value_range": self._ranges.get(view, "channel")}

    def picture(self) -> Image | None:
        """The grid as a picture, each tile over its channel's range on all samples."""
        from ..pictures.composite import outputs_composite
        from ..pictures.grid_picture import grid_picture

        if self.record is None:
            return None
        names = self.channel_names or [
            channel_name(channel, self.class_names) for channel in self.record.tiles.columns
        ]
        in_colour = self.composite and self._laid_out is None
        composite = outputs_composite(self.record) if in_colour else None
        return grid_picture(self.record, self.sample_labels, self._laid_out, names, composite)


def _make(links: Links) -> ChannelGrid:
    return ChannelGrid(
        selection=links.selection,
        axis=links.axis,
        sample_selection=links.sample_selection,
        sample_labels=list(links.sample_names),
    )


SLOT = ViewSlot(_make, frozenset({OUTPUTS, ATTENTION}))


def _state(tiles: TileSheet, samples: Indices, record: LayerPicture) -> dict[str, Any]:
    """The wire traits for tiles."""
    return {
        **sheet_state(tiles),
        "_channels": wire(tiles.columns, "i4"),
        "_samples": wire(samples, "i4"),
        "_rows": b"",
        "_surveyed": False,
        "_notes": list(record.omissions),
    }
