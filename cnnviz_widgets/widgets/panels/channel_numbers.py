"""ChannelNumbers: what there is to know of one channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
from numpy.typing import NDArray
from traitlets import Bool, Bytes, Dict, Int, List, Unicode, observe

from ...analysis.clustering.nearest import nearest_channels
from ...analysis.tiles.types import ALL_NONFINITE, TileSheet
from ...records.layer_picture import LayerPicture
from ...records.layer_record import as_record
from ...records.record_kind import ATTENTION, WEIGHTS
from ...validation.objects import instance, optional
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from ..linking.traits import Whole, WidgetOf
from ..linking.wire_format import wire
from ..views.density_panel import DensityPanel
from .class_columns import surveyed_state

_NEAREST = 3
# Reading so many values takes 0.2 s, in which no other question of the page is answered.
_MOST_VALUES = 2**25


class ChannelNumbers(Owning, ThreadLocalSync, BundledWidget):
    """One channel in numbers: the one that is selected, or was hovered last.

    It leads through the selected channels, or those beside it in leaf order; shows its density
    beside its group's; and, within an inspector, a tile of the grid enlarged.

    Parameters
    ----------
    selection : Selection, optional
        Selected and hovered channels, shared with other views.
    axis : ColumnAxis, optional
        Where channels stand in the views, and into which groups they are cut.
    rows : ColumnAxis, optional
        The same of weights, where they stand from top to bottom.
    density : DensityPanel, optional
        Shows the same records: its curves are shown here, too.

    Raises
    ------
    TypeError
        One of them is something else.
    """

    _esm = bundle("channel-numbers.js")
    _css = bundle("channel-numbers.css")

    selection = WidgetOf(Selection).tag(sync=True)
    axis = WidgetOf(ColumnAxis).tag(sync=True)
    channel = Whole(-1, min=-1, help="The channel that is shown; -1 for none.").tag(sync=True)
    class_names = List(
        Unicode(), help="A name for each channel, where it stands for a class; none: its number."
    ).tag(sync=True)
    _rows = WidgetOf(ColumnAxis).tag(sync=True)
    _curves = anywidget.WidgetTrait().tag(sync=True)
    _noun = Unicode("channel", help="What a channel is called.").tag(sync=True)
    _of_weights = Bool(help="Whether channels stand as `_rows` has them, not `axis`.").tag(
        sync=True
    )
    _samples = Unicode(help="What the numbers are over.").tag(sync=True)
    _channels = Bytes().tag(sync=True)
    _maximum = Bytes().tag(sync=True)
    _mean = Bytes().tag(sync=True)
    _zero_share = Bytes().tag(sync=True)
    _nonfinite_share = Bytes().tag(sync=True)
    _fires = Bytes().tag(sync=True)
    _fired = Bytes().tag(sync=True)
    _fired_differs = Bytes().tag(sync=True)
    _surveyed = Int(0, help="How many samples were surveyed; 0: none.").tag(sync=True)
    _class_titles = List(Unicode(), help="What the classes surveyed are called.").tag(sync=True)
    _class_samples = Bytes().tag(sync=True)
    _listed = Int(0, help="How many classes of each channel are listed.").tag(sync=True)
    _class_numbers = Bytes().tag(sync=True)
    _class_means = Bytes().tag(sync=True)
    _class_fired = Bytes().tag(sync=True)
    _lift_class = Bytes().tag(sync=True)
    _lift = Bytes().tag(sync=True)
    _disagreements = Dict(
        help="Channel → where the samples shown say something else than those surveyed."
    ).tag(sync=True)
    _nearest = Dict().tag(sync=True)

    _record: LayerPicture | None = None
    # Of the classes that a survey counts.
    _names: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        selection: Selection | None = None,
        axis: ColumnAxis | None = None,
        rows: ColumnAxis | None = None,
        density: DensityPanel | None = None,
    ) -> None:
        optional("selection", selection, Selection)
        optional("axis", axis, ColumnAxis)
        optional("rows", rows, ColumnAxis)
        optional("density", density, DensityPanel)
        stands = ColumnAxis() if axis is None else axis
        super().__init__(
            selection=Selection() if selection is None else selection,
            axis=stands,
            _rows=stands if rows is None else rows,
            _curves=None if density is None else density.curves,
        )

    @property
    def record(self) -> LayerPicture | None:
        """Whose channels are told of; None before there are any."""
        return self._record

    def show(self, values: LayerPicture, class_names: Sequence[str] = ()) -> None:
        """Tell of another layer's channels, or the same at another moment.

        Parameters
        ----------
        values : LayerRecord
        class_names : sequence of str
            A name for each channel, where it stands for a class.
        """
        record = as_record(values)
        columns, measures = record.columns, record.measures
        of_weights = record.kind == WEIGHTS
        with self.hold_sync():
            self._record = record
            self._channels = wire(columns, "i4")
            self._maximum = wire(measures.maximum[columns], "f4")
            self._mean = wire(measures.mean[columns], "f4")
            self._zero_share = wire(measures.zero_share[columns], "f4")
            self._nonfinite_share = wire(measures.nonfinite_share[columns], "f4")
            # Attention is above zero wherever it is let look: that says nothing of a head.
            fires = record.kind not in (WEIGHTS, ATTENTION)
            self._fires = wire(_fires(record.tiles), "f4") if fires else b""
            self._noun = record.channel_noun
            self._of_weights = of_weights
            self._samples = "" if of_weights else _samples(record)
            self._disagreements = _disagreements(record)
            for name, value in surveyed_state(record, self._names).items():
                setattr(self, name, value)
            self.class_names = list(class_names)
            if self.channel >= record.n_channels:
                self.channel = -1
            self._nearest = self._nearest_to(self.channel)

    def name_classes(self, names: Sequence[str]) -> None:
        """What the classes that a survey counts are called from now on; none: their numbers."""
        self._names = tuple(names)
        if self._record is not None:
            self.show(self._record, self.class_names)

    @observe("channel")
    def _on_channel(self, change: dict[str, Any]) -> None:
        self._nearest = self._nearest_to(change["new"])

    def _nearest_to(self, channel: int) -> dict[str, Any]:
        """What the page is told of the channels most alike one."""
        values = None if self._record is None else self._record.held_values
        if values is None or values.size > _MOST_VALUES or not 0 <= channel < values.shape[-1]:
            return {}
        nearest = nearest_channels(values, channel, _NEAREST)
        return {
            "channel": channel,
            "channels": nearest.channels.tolist(),
            "distances": nearest.distances.tolist(),
        }

    def _let_go(self) -> None:
        self._record = None


def _fires(tiles: TileSheet) -> NDArray[np.float64]:
    """The share of the rows on which each column has a value that is not zero."""
    instance("tiles", tiles, TileSheet)
    silent = (tiles.low == 0) & (tiles.high == 0) & (tiles.marks != ALL_NONFINITE)
    shares: NDArray[np.float64] = 1.0 - silent.mean(axis=0)
    return shares


def _samples(record: LayerPicture) -> str:
    rows = len(record.tiles.codes)
    if record.firing is not None or (
        rows == record.n_samples
        and (record.samples is not None or record.measures.n_samples == record.n_samples)
    ):
        return f"over {record.basis}"
    return f"over {record.basis}; fires: of the first {rows:,}"


def _disagreements(record: LayerPicture) -> dict[str, str]:
    """Channel → where the samples shown say something else than those surveyed."""
    texts = {str(k): text for k, text in record.disagreements.items()}
    firing = record.firing
    if firing is not None:
        for k in np.flatnonzero(firing.differs).tolist():
            few, many = firing.shown_counts[k], firing.counts[k]
            text = f"fires on {few:,} of these {firing.shown:,}, on {many:,} of {firing.samples:,}"
            texts.setdefault(str(k), text)
    return texts
