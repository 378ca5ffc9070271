"""SelectionBar: what can be done with the selected channels, and how others are found."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Sequence
from typing import Any

import numpy as np
from anywidget import WidgetTrait
from numpy.typing import NDArray
from traitlets import Bool, Bytes, Callable, Int, List, Unicode, observe, validate

from ...records.layer_picture import LayerPicture
from ...records.layer_record import as_record
from ...records.record_kind import WEIGHTS
from ...validation.objects import optional, optional_function
from ...validation.texts import texts
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.sample_selection import SampleSelection
from ..linking.selection import Selection
from ..linking.traits import WidgetOf
from ..linking.wire_format import wire
from ..views.layer_view import unchangeable
from .ablation import AblationBar

CHANNEL_NUMBERS = {
    "mean": "mean",
    "std": "std",
    "min": "minimum",
    "max": "maximum",
    "zeros": "zero_share",
    "not finite": "nonfinite_share",
}
"""The numbers that channels are found by, as they are typed, and as `ChannelMeasures` has them."""


class SelectionBar(Owning, ThreadLocalSync, BundledWidget):
    """Floats over the views while channels or samples are selected: copy, name, try, show, undo.

    Also finds channels: by number, dead ones, those most alike, those of the highest values, and
    by comparisons of their numbers, such as ``mean > 0.1``.

    Parameters
    ----------
    selection : Selection, optional
        Selected channels; that of the layer's views.
    trials : AblationBar, optional
        Where trials are run and listed; without it none are offered.
    sample_selection : SampleSelection, optional
        Selected samples; without it nothing is said of samples.
    surveyed_selection : SampleSelection, optional
        Selected ones of the samples surveyed: what was selected before comes back here, too.
    on_python : callable, optional
        Called without arguments when the page was given the line that Python gets the values by.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("selection-bar.js")
    _css = bundle("selection-bar.css")

    selection = WidgetOf(Selection).tag(sync=True)
    _samples = WidgetTrait().tag(sync=True)
    _surveyed = WidgetTrait().tag(sync=True)
    _trials = WidgetTrait().tag(sync=True)
    on_python = Callable(None, allow_none=True, help="Hears that the line was copied.")
    python = Unicode(help="The line of code that gets the values; '' where none does.").tag(
        sync=True
    )
    class_names = List(Unicode(), help="A name for each channel, where it is a class.").tag(
        sync=True
    )

    chooses_samples = Bool(
        False, help="Whether the frame around it can show the model the selected samples alone."
    ).tag(sync=True)

    _of_samples = Bool(True, help="Whether what is shown is of samples.").tag(sync=True)
    _channel_count = Int(0, help="How many channels there are, drawn or not.").tag(sync=True)
    _channels = Bytes().tag(sync=True)
    _gaps = Bytes().tag(sync=True)
    _numbers = Bytes().tag(sync=True)
    _dead = Bytes().tag(sync=True)
    _python_asked = Int(0, help="How often the line was copied.").tag(sync=True)

    def __init__(
        self,
        selection: Selection | None = None,
        trials: AblationBar | None = None,
        on_python: Function[[], None] | None = None,
        *,
        sample_selection: SampleSelection | None = None,
        surveyed_selection: SampleSelection | None = None,
        **traits: Any,
    ) -> None:
        optional("selection", selection, Selection)
        optional("sample_selection", sample_selection, SampleSelection)
        optional("surveyed_selection", surveyed_selection, SampleSelection)
        optional("trials", trials, AblationBar)
        optional_function("on_python", on_python)
        super().__init__(
            selection=Selection() if selection is None else selection,
            _trials=trials,
            _samples=sample_selection,
            _surveyed=surveyed_selection,
            on_python=on_python,
            **traits,
        )

    def show(self, values: LayerPicture | Any, class_names: Sequence[str] = ()) -> None:
        """Find and name the channels of this layer from now on, in one message to the page.

        Parameters
        ----------
        values : array_like, shape (batch, ..., channel), or LayerRecord
        class_names : sequence of str
            A name for each channel, where it stands for a class.
        """
        record, names = as_record(values), texts("class_names", class_names)
        columns, measures = record.columns, record.measures
        with self.hold_sync():
            self.class_names = names
            self._of_samples = record.kind != WEIGHTS
            self._channel_count = record.n_channels
            self._channels = wire(columns, "i4")
            self._gaps = wire(_gaps(record), "f8")
            numbers = [getattr(measures, name)[columns] for name in CHANNEL_NUMBERS.values()]
            # float32 has no larger numbers.
            with np.errstate(over="ignore"):
                self._numbers = wire(np.stack(numbers).astype(np.float32), "f4")
            self._dead = wire(measures.dead[columns], "u1")

    def _let_go(self) -> None:
        self.set_trait("on_python", None)

    @validate("selection")
    def _given_once(self, proposal: dict[str, Any]) -> Any:
        return unchangeable(self, "selection", proposal["value"])

    @observe("_python_asked")
    def _on_copied(self, change: dict[str, Any]) -> None:
        if self.on_python is not None:
            self.on_python()


def _gaps(record: LayerPicture) -> NDArray[np.float64]:
    """The height at which each drawn channel of the tree is joined to its right neighbour.

    Two channels meet at the highest gap between them: that is all a search needs of a tree.
    """
    geometry = record.dendrogram
    gaps = np.zeros(max(0, len(geometry.columns) - 1))
    gaps[geometry.split - 1] = geometry.heights[:, 2]
    return gaps
