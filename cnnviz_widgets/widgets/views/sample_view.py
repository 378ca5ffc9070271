"""What the views have in common that show a layer's samples."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike
from traitlets import validate

from ...analysis.clustering.chain_linkage import Linkage
from ...records.layer_picture import LayerPicture
from ...validation.objects import optional
from ..linking.column_axis import ColumnAxis
from ..linking.sample_selection import SampleSelection
from ..linking.selection import Selection
from ..linking.traits import WidgetOf
from .layer_view import LayerView, unchangeable


class SampleView(LayerView):
    """A view of samples, linked to others by those that are selected.

    Parameters
    ----------
    values : array_like, shape (batch, ..., channel), or LayerRecord
        What to show.
    sample_selection : SampleSelection, optional
        Selected and hovered samples; give several views the same one to link them.
    selection, axis, linkage
        Of channels, as for `LayerView`.
    **traits
        Any trait of the view.

    Raises
    ------
    TypeError, ValueError
        The values are not numbers, or there are none.
    """

    sample_selection = WidgetOf(SampleSelection).tag(sync=True)

    def __init__(
        self,
        values: ArrayLike | LayerPicture | None = None,
        *,
        sample_selection: SampleSelection | None = None,
        selection: Selection | None = None,
        axis: ColumnAxis | None = None,
        linkage: Linkage | None = None,
        **traits: Any,
    ) -> None:
        optional("sample_selection", sample_selection, SampleSelection)
        shared = SampleSelection() if sample_selection is None else sample_selection
        super().__init__(
            values,
            sample_selection=shared,
            selection=selection,
            axis=axis,
            linkage=linkage,
            **traits,
        )

    @validate("sample_selection")
    def _same_samples(self, proposal: dict[str, Any]) -> Any:
        return unchangeable(self, "sample_selection", proposal["value"])
