"""The first part of a comparison: what is compared, and the lists of layers and channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from anywidget import WidgetTrait
from traitlets import Bool, Dict, Enum, Int, List, Unicode

from ...comparison.channel_matching import MatchedBy
from ...validation.messages import percent
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.selection import Selection


class ComparisonHead(ThreadLocalSync, BundledWidget):
    """What is compared, and the lists of layers and channels, most changed first."""

    _esm = bundle("comparison-panel.js")
    _css = bundle("comparison-panel.css")

    titles = List(Unicode(), ["", ""], help="What the two are called.").tag(sync=True)
    layer = Unicode("", help="Path of the chosen layer, in the first of the two.").tag(sync=True)
    match = Enum(["index", "similarity"], "index", help="How channels are to be matched.").tag(
        sync=True
    )
    message = Unicode(help="What is being done just now; '' when nothing is.").tag(sync=True)
    error = Unicode(help="What went wrong last; '' once something has worked.").tag(sync=True)
    selection = WidgetTrait().tag(sync=True)
    _layers = List(Dict()).tag(sync=True)
    _alone = List(Dict()).tag(sync=True)
    _shown = Unicode().tag(sync=True)
    _matched = Enum(["index", "similarity"], "index").tag(sync=True)
    _can_match = Bool(False).tag(sync=True)
    _pairs = List(Dict()).tag(sync=True)
    _total = Int(0).tag(sync=True)
    _notes = List(Unicode()).tag(sync=True)

    def __init__(
        self,
        titles: Sequence[str],
        selection: Selection,
        match: MatchedBy,
        *,
        can_match: bool,
        alone: Iterable[tuple[str, str, str]],
    ) -> None:
        """What does not change: whether channels can be matched otherwise, and lone layers."""
        super().__init__(
            titles=list(titles),
            selection=selection,
            match=match,
            _matched=match,
            _can_match=can_match,
            _alone=[{"path": path, "kind": kind, "where": where} for path, kind, where in alone],
        )

    @property
    def can_match(self) -> bool:
        """Whether it can be chosen how channels are matched."""
        return bool(self._can_match)

    @property
    def place(self) -> tuple[str, str]:
        """The layer that is shown, and how its channels are matched."""
        return self._shown, self._matched

    def show_layers(self, rows: list[dict[str, Any]]) -> None:
        """List these layers."""
        self._layers = rows

    def show_pairs(
        self,
        layer: str,
        match: MatchedBy,
        rows: list[dict[str, Any]],
        total: int,
        notes: list[str],
    ) -> None:
        """List a layer's pairs of channels, of which there are so many in all."""
        with self.hold_sync():
            self._pairs = rows
            self._total = total
            self._notes = notes
            self._shown = layer
            self._matched = match

    def show_place(self) -> None:
        """What is shown is what is chosen, too."""
        with self.hold_sync():
            self.layer, self.match = self.place

    def show_progress(self, share: float, message: str) -> None:
        """Say how far the work is, below 0 where that is not known, and what is being done."""
        self.message = message if share < 0 or not message else f"{message} ({percent(share)})"
