"""InspectorHeader: the bar of a frame, with layer and view, what goes on, and the tools."""

from __future__ import annotations

from collections.abc import Mapping

from traitlets import Bool, Enum, Float, Int, List, Unicode

from ...diagnosis.findings import SEVERITIES
from ...records.record_kind import VIEW_NAMES
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalChanges

_ANSWERS = {"_asked": "_answered", "_diagnose_asked": "_diagnosed", "_step_asked": "_step_answered"}


class InspectorHeader(Owning, ThreadLocalChanges, BundledWidget):
    """The bar of an inspector: title, controls, progress, warnings and errors.

    What the page asks for is counted: `_asked` (read again), `_diagnose_asked` and the first of
    `_step_asked` go up with each press, and the button waits until the count beside it has caught
    up.
    """

    _esm = bundle("inspector-header.js")
    _css = bundle("inspector-header.css")

    title = Unicode().tag(sync=True)
    facts = Unicode(help="Kind, shape and samples in one line.").tag(sync=True)
    message = Unicode(help="What is being done just now; '' when nothing is.").tag(sync=True)
    progress = Float(-1.0, help="Share of the work done, 0 to 1; -1: unknown.").tag(sync=True)
    error = Unicode(help="What went wrong last; '' once something has worked.").tag(sync=True)
    warnings = List(Unicode()).tag(sync=True)
    live = Bool(True, help="Whether there is a model to diagnose and to read again.").tag(sync=True)
    view = Enum(VIEW_NAMES, "outputs", help="The view that is chosen.").tag(sync=True)
    has_weights = Bool(False, help="Whether the layer has weights to show.").tag(sync=True)
    has_attention = Bool(False, help="Whether it has attention weights to show.").tag(sync=True)
    weights = List(Unicode(), help="Names of the layer's weights that have a picture.").tag(
        sync=True
    )
    weight = Unicode("", help="Which of them is chosen; '' for none.").tag(sync=True)
    step = Int(0, min=0, help="Step of the order of analysis shown; 0 for none of them.").tag(
        sync=True
    )
    steps = Int(0, min=0, help="How many steps there are; 0: no order is offered.").tag(sync=True)
    stage = Unicode("", help="Which stage the step belongs to [WL20 §1.3.1].").tag(sync=True)
    look_for = Unicode("", help="What to look for in this step.").tag(sync=True)
    next_step = Unicode("", help="Layer and view of the next step; '' at the end.").tag(sync=True)
    previous_step = Unicode("", help="Layer and view of the step before; '' at the beginning.").tag(
        sync=True
    )
    found = List(
        Int(), help="How many findings are severe, warnings and notes; none before a diagnosis."
    ).tag(sync=True)

    _shown_view = Unicode("outputs", help="The view that is drawn; it follows `view`.").tag(
        sync=True
    )
    _asked = Int(0, help="How often the page asked to read again.").tag(sync=True)
    _answered = Int(0).tag(sync=True)
    _diagnose_asked = Int(0, help="How often the page asked for a diagnosis.").tag(sync=True)
    _diagnosed = Int(0).tag(sync=True)
    _step_asked = List(
        [0, 1], help="How often the page asked for another step, and by how many the last time."
    ).tag(sync=True)
    _step_answered = Int(0).tag(sync=True)

    def show_view(self, view: str, weight: str) -> None:
        """Say which view is drawn, and of which weight; they are the chosen ones, too."""
        with self.hold_sync():
            self.view = self._shown_view = view
            self.weight = weight

    def show_progress(self, share: float, message: str) -> None:
        """Say how far the work is, below 0 where that is not known, and what is being done."""
        with self.hold_sync():
            self.progress = share
            self.message = message

    def show_found(self, counts: Mapping[str, int]) -> None:
        """Say how many findings of each severity the last diagnosis had."""
        self.found = [counts.get(severity, 0) for severity in SEVERITIES]

    def answer(self, asked: str, serial: int) -> None:
        """What the page asked for is done.

        Parameters
        ----------
        asked : {'_asked', '_diagnose_asked', '_step_asked'}
            The count that went up.
        serial : int
            What it was then.
        """
        setattr(self, _ANSWERS[asked], serial)
