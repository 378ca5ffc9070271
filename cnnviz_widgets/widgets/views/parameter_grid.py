"""ParameterGrid: outputs down, inputs across, and the tree of the outputs beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from traitlets import Bytes, Dict, Enum, Int, List, Unicode, observe

from ...analysis.clustering.chain_linkage import Linkage
from ...records.facts.parameter_facts import ParameterPicture
from ...records.layer_picture import LayerPicture
from ...records.parameter_record import as_parameters
from ...records.record_kind import WEIGHTS
from ..jupyter.bundles import bundle
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from ..linking.traits import Whole
from ..linking.wire_format import (
    SheetTraits,
    TreeTraits,
    sheet_fields,
    sheet_state,
    tree_state,
    wire,
)
from .layer_view import LayerView
from .view_slot import Links, ViewSlot

if TYPE_CHECKING:
    from PIL.Image import Image


class ParameterGrid(SheetTraits, TreeTraits, LayerView):
    """A row an output, a column an input, the bias at the end [WL20 Fig. 6, 7, 9, 10].

    Kernels of convolutions show as tiles of their taps; weights without taps as a heat map, a
    strip a row; named vectors, such as those of batch normalisation, as a column each. Beside
    the rows stands their tree, on cosine distance without the bias [WL20 Eq. 1], leaf i at row i;
    single linkage as in the paper, or another `linkage`. What is too large for the page is
    averaged there; zoomed in, the page asks for the window in sight, and until Python answers the
    averages stay.

    Parameters
    ----------
    values : array_like, shape (input, ..., output), or ParameterRecord
        What to show; the axes between are the taps.
    bias : array_like, shape (output,), optional
    selection : Selection, optional
        Selected and hovered outputs: the channels of the layer.
    axis : ColumnAxis, optional
        `order_by` orders the rows, by the tree or by number; `start` and `scale` place the
        inputs.
    linkage : {'single', 'average', 'complete', 'ward'}, optional
        How outputs are joined; by default as the axis has it.
    **traits
        Any trait of the view.

    Raises
    ------
    TypeError, ValueError
        The values or the bias are not numbers, there are none, or they do not fit each other.
    """

    _esm = bundle("parameter-grid.js")
    _css = bundle("parameter-grid.css")

    value_range = Enum(
        ["tile", "row", "column", "layer"],
        "layer",
        help="Over which values the colours are stretched. Where 'tile' or 'column' makes no "
        "sense, heat maps take the layer and named vectors their column.",
    ).tag(sync=True)
    class_names = List(
        Unicode(), help="A name for each output, where it is a class; none: its number."
    ).tag(sync=True)
    height = Whole(520, min=160, help="Greatest height of the picture in CSS pixels.").tag(
        sync=True
    )

    _outputs = Bytes().tag(sync=True)
    _inputs = Int(0).tag(sync=True)
    _taps = List(Int(), [1, 1]).tag(sync=True)
    _words = List(Unicode(), ["input", "output"]).tag(sync=True)
    _column_names = List(Unicode()).tag(sync=True)
    _tap_names = List(Unicode()).tag(sync=True)
    _bias = Bytes().tag(sync=True)

    _window_asked = List(Int()).tag(sync=True)
    _window = Dict().tag(sync=True)

    def __init__(
        self,
        values: ArrayLike | LayerPicture | None = None,
        bias: ArrayLike | None = None,
        *,
        selection: Selection | None = None,
        axis: ColumnAxis | None = None,
        linkage: Linkage | None = None,
        **traits: Any,
    ) -> None:
        if values is None and bias is not None:
            raise ValueError("a bias needs the values that it belongs to")
        record = None if values is None else as_parameters(values, bias)
        super().__init__(record, selection=selection, axis=axis, linkage=linkage, **traits)

    def show(self, values: ArrayLike | LayerPicture, bias: ArrayLike | None = None) -> None:
        """Show other parameters, or the same at another moment, in one message to the page.

        Parameters
        ----------
        values : array_like, shape (input, ..., output), or ParameterRecord
        bias : array_like, shape (output,), optional
        """
        super().show(as_parameters(values, bias))

    def _state_of(self, record: LayerPicture) -> dict[str, Any]:
        record = as_parameters(record)
        bias = np.empty(0) if record.bias is None else record.bias[record.columns]
        return {
            **sheet_state(record.tiles),
            **tree_state(record),
            "_outputs": wire(record.columns, "i4"),
            "_inputs": record.n_inputs,
            "_taps": _taps(record),
            "_words": [record.inputs, record.outputs],
            "_column_names": list(record.column_names),
            "_tap_names": list(record.tap_names),
            "_bias": wire(bias, "f4"),
            "_window": {},
            "_notes": list(record.omissions),
        }

    @observe("_window_asked")
    def _answer(self, change: dict[str, Any]) -> None:
        """Send the window that the page has in sight."""
        if self.record is None or not self.record.zooms_exactly or len(change["new"]) != 5:
            return
        serial, *bounds = change["new"]
        record = as_parameters(self.record)
        # The page may still have meant the parameters shown before.
        rows, columns = (
            (max(0, start), min(stop, count))
            for (start, stop), count in (
                (bounds[:2], len(record.columns)),
                (bounds[2:], record.n_inputs),
            )
        )
        if rows[0] < rows[1] and columns[0] < columns[1]:
            sheet = sheet_fields(record.window(rows, columns))
            self._window = {"serial": serial, "rows": rows, "columns": columns, **sheet}

    def picture(self) -> Image | None:
        """The parameters as a picture, coloured about zero over the range of the layer."""
        from ..pictures.composite import kernels_composite
        from ..pictures.parameters_picture import parameters_picture

        if self.record is None:
            return None
        record = as_parameters(self.record)
        return parameters_picture(record, kernels_composite(record) if self.composite else None)


def _make(links: Links) -> ParameterGrid:
    # Its axis is that of the inputs.
    return ParameterGrid(selection=links.selection, axis=links.rows)


SLOT = ViewSlot(_make, frozenset({WEIGHTS}))


def _taps(record: ParameterPicture) -> list[int]:
    """Taps down and across of one kernel slice, as the picture lays them out."""
    if record.n_taps == 1:
        return [1, 1]
    if record.tiles.kind != "strip":
        return list(record.tiles.tile_shape)
    # A strip of means: each tile is laid out as if its taps were there.
    shape = record.shape
    return list(shape[-3:-1]) if len(shape) > 3 else [record.n_taps, 1]
