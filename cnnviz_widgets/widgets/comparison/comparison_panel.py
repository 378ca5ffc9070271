"""ComparisonPanel: two moments of a training, or two models, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from anywidget import AnyWidget, WidgetTrait
from ipywidgets import Box, VBox, jslink
from traitlets import Bool, Dict, Enum, Instance, Int, List, TraitError, Unicode, observe, validate

from ...comparison.channel_matching import MatchedBy
from ...comparison.layer_comparison import LayerChange, LayerComparison
from ...comparison.side_by_side import SideBySide, side_by_side
from ...model.experiments.model_comparison import LiveSide, ModelComparison
from ...runtime.call_stack import CallLock, afterwards, meanwhile, surely
from ...validation.objects import instance
from ...validation.texts import texts
from ..jupyter.bundles import bundle
from ..jupyter.cell_progress import CellProgress
from ..jupyter.error_text import Reporting, error_in_page
from ..jupyter.ownership import Owning, of_open
from ..jupyter.png_fallback import PngFallback
from ..jupyter.subshells import answer_while_busy
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from ..views.channel_grid import ChannelGrid
from ..views.channel_names import channel_name, names_for, output_layers
from ..views.layer_view import unchangeable
from .compared_densities import ComparedDensities

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ComparisonPanel"]

# Rows of the list of channels; whoever reads on looks at the grids.
_MOST_LISTED = 200


class _ComparisonHead(ThreadLocalSync, AnyWidget):
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


class UnknownChoice(ValueError, TraitError):
    """A layer that has no partner, or a way of matching that these two do not allow.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """


class ComparisonPanel(Owning, PngFallback, VBox):
    """Two moments of one training, or two models, layer by layer, what changed most first.

    Layers are listed by how much they changed. Of the chosen one, both grids stand side by side
    with partners at the same place, and the densities of a pair are drawn over each other:
    dashed before, solid after. Made by `compare`.

    Parameters
    ----------
    comparison : ModelComparison
        Which two, and which layers go together.
    layer : str, optional
        Path of the layer to show first; by default the one that changed most.
    sample_labels : sequence of str
        A name for each sample.
    class_names : sequence of str
        Names of the classes that the channels of a model's output stand for.

    Attributes
    ----------
    changes : list of LayerChange
        Every pair of layers, what changed most first.
    shown : LayerComparison
        The layer shown, with all its pairs of channels.
    grids : tuple of ChannelGrid

    Raises
    ------
    TypeError
        No comparison, or labels that are no strings.
    ValueError
        The layer has no partner, or there is none of that name.
    """

    layer = Unicode(help="Path of the layer shown, in the first of the two; set it for another.")
    match = Enum(
        ["index", "similarity"],
        "index",
        help="How channels are matched: by their number, or by what they show.",
    )
    selection = Instance(
        Selection, help="Selected and hovered pairs, by their place in `shown.match.pairs`."
    )

    _comparison: ModelComparison | None = None

    def __init__(
        self,
        comparison: ModelComparison,
        *,
        layer: str | None = None,
        sample_labels: Sequence[str] = (),
        class_names: Sequence[str] = (),
    ) -> None:
        instance("comparison", comparison, ModelComparison, "compare(a, b) makes the panel")
        names = texts("sample_labels", sample_labels)
        self._class_names = texts("class_names", class_names)
        first = None if layer is None else comparison.partner(layer)[0].path
        self._comparison = comparison
        self._changes: list[LayerChange] = []
        self._compared: LayerComparison | None = None
        self._lock = CallLock()
        self._cell: CellProgress | None = None
        self._side_by_side: SideBySide | None = None
        titles = (comparison.a.title, comparison.b.title)
        selection = Selection()
        self.axis = ColumnAxis()
        self.grids = tuple(
            ChannelGrid(selection=selection, axis=self.axis, sample_labels=names) for _ in titles
        )
        # What the pictures look like is chosen once for both, in the page.
        for name in ("colormap", "value_range"):
            jslink((self.grids[0], name), (self.grids[1], name))
        self.head = _ComparisonHead(
            titles=list(titles),
            selection=selection,
            match=comparison.by,
            _matched=comparison.by,
            _can_match=comparison.two_models and comparison.same_samples,
            _alone=[
                {"path": path, "kind": kind, "where": where}
                for path, kind, where in comparison.alone()
            ],
        )
        self.densities = ComparedDensities(selection, titles)
        grids = Box(self.grids)
        grids.add_class("cnnviz-comparison-grids")
        super().__init__([self.head, grids, self.densities], selection=selection)
        self.add_class("cnnviz")
        self.add_class("cnnviz-comparison")
        cell, report = CellProgress(), self._reporting()
        told_here = meanwhile(self, "_cell", cell)
        with surely(cell, told_here, report), cell, told_here, self._lock, report:
            self._compare(comparison.by)
            self._show(first or self._changes[0].path_a, comparison.by)
        self.head.observe(self._on_chosen, ["layer", "match"])
        answer_while_busy(self)

    @property
    def comparison(self) -> ModelComparison:
        """Which two are compared, and which layers go together."""
        return of_open(self, self._comparison, "comparison")

    def refresh(self) -> None:
        """Read live models again now: every layer's change, and the layer shown.

        Raises
        ------
        ModelCallError
            A model's own call raises; what was shown stays.
        """
        report = self._reporting()
        with surely(report), self._lock, report:
            self._compare(self._matching)
            self._show(self.layer, self._matching)

    @property
    def changes(self) -> list[LayerChange]:
        """Every pair of layers, what changed most first."""
        return self._changes

    @property
    def shown(self) -> LayerComparison | None:
        """The layer shown, with all its pairs of channels."""
        return self._compared

    @property
    def selected_channels(self) -> tuple[tuple[int, int], ...]:
        """The selected pairs: the channel in the first of the two, and in the second."""
        pairs = np.zeros((0, 2)) if self.shown is None else self.shown.match.pairs
        chosen = [pairs[number] for number in self.selection.selected if number < len(pairs)]
        return tuple((int(one), int(other)) for one, other in chosen)

    def __repr__(self) -> str:
        one, other = self.head.titles
        return f"<ComparisonPanel of {one!r} and {other!r}, layer {self.layer!r}>"

    def picture(self) -> Image | None:
        """Both grids and what changed most, as a still picture."""
        from ..pictures.comparison_picture import comparison_picture

        if self.shown is None or self._side_by_side is None:
            return None
        one, other = self.head.titles
        return comparison_picture(
            self.shown, self._side_by_side, (one, other), self.grids[0].sample_labels
        )

    def _let_go(self) -> None:
        self._comparison = self._compared = self._side_by_side = None

    # What is shown follows the layer and the matching ----------------------------------------

    @validate("selection")
    def _same_selection(self, proposal: dict[str, Any]) -> Selection:
        selection: Selection = unchangeable(self, "selection", proposal["value"])
        return selection

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        try:
            return self.comparison.partner(proposal["value"])[0].path
        except ValueError as error:
            raise UnknownChoice(str(error)) from None

    @validate("match")
    def _possible_match(self, proposal: dict[str, Any]) -> str:
        match: str = proposal["value"]
        if match == "similarity" and not self.head._can_match:
            why = (
                "the two were shown different inputs"
                if self.comparison.two_models
                else "channels of one model at two moments keep their numbers"
            )
            raise UnknownChoice(f"match must be 'index' here: {why}")
        return match

    @observe("layer", "match")
    def _on_place(self, change: dict[str, Any]) -> None:
        if self.shown is None or (self.layer, self.match) == (self.head._shown, self.head._matched):
            return
        report, told = self._reporting(), afterwards(self._tell_place)
        with surely(report, told), self._lock, report, told:
            if self.match != self.head._matched:
                self._compare(self._matching)
            self._show(self.layer, self._matching)

    def _on_chosen(self, change: dict[str, Any]) -> None:
        """The page chose a layer, or another matching."""
        told = afterwards(self._tell_place)
        with surely(told), self._lock, error_in_page(self.head), told:
            setattr(self, change["name"], change["new"])

    @property
    def _matching(self) -> MatchedBy:
        return "similarity" if self.match == "similarity" else "index"

    def _compare(self, match: MatchedBy) -> None:
        """Every layer's change."""
        self._changes = self.comparison.changes(match, self._progress)
        kinds = {outline.path: outline.kind for outline, _ in self.comparison.pairs.pairs}
        self.head._layers = [
            {
                "path": change.path_a,
                "partner": change.path_b,
                "kind": kinds[change.path_a],
                "channels": [change.channels_a, change.channels_b],
                "change": _number(change.change),
                "shift": _number(change.shift),
                "dead": [change.dead_a, change.dead_b],
                "nonfinite": [change.nonfinite_a, change.nonfinite_b],
                "as_asked": change.as_asked,
            }
            for change in self.changes
        ]

    def _show(self, layer: str, match: MatchedBy) -> None:
        self._progress(-1.0, f"reading {layer}")
        shown = self.comparison.read(layer, match)
        side = side_by_side(shown)
        listed = shown.order[:_MOST_LISTED]
        pairs = shown.match.pairs
        numbers = [np.union1d(sheet.columns, listed).astype(np.intp) for sheet in (side.a, side.b)]
        channels = [
            np.concatenate((pairs[:, number], only))[chosen]
            for number, (only, chosen) in enumerate(
                zip((shown.match.only_a, shown.match.only_b), numbers, strict=True)
            )
        ]
        names = self._names_of(shown)
        rows = [_pair(shown, int(number), names) for number in listed]
        notes = _notes(shown, side, self.comparison)
        if (layer, match) != (self.head._shown, self.head._matched) or self.shown is None:
            self.selection.start(f"{layer} {match}")
            self.axis.fit()
        self.densities.show(shown, *numbers, *channels, names)
        for grid, sheet, own, samples, record, title in zip(
            self.grids,
            (side.a, side.b),
            (side.channels_a, side.channels_b),
            (side.samples_a, side.samples_b),
            (shown.a, shown.b),
            self.head.titles,
            strict=True,
        ):
            with grid.hold_sync():
                grid.title = f"{title} · {record.path}"
                grid.places = max(len(side.channels_a), len(side.channels_b))
                grid.channel_names = [channel_name(int(channel), names) for channel in own]
                grid.show_columns(record, sheet, own, samples)
        self._compared, self._side_by_side = shown, side
        with self.head.hold_sync():
            self.head._pairs = rows
            self.head._total = len(pairs)
            self.head._notes = notes
            self.head._shown = layer
            self.head._matched = match
        self._tell_place()

    def _names_of(self, shown: LayerComparison) -> list[str]:
        """The class names of the channels that are compared; [] where they are no classes."""
        if not self._class_names:
            return []
        sides = (self.comparison.a, self.comparison.b)
        found = [
            names_for(record, output_layers(side.probe.layers), self._class_names)
            for side, record in zip(sides, (shown.a, shown.b), strict=True)
            if isinstance(side, LiveSide)
        ]
        return next(filter(None, found), [])

    # Word to the page -------------------------------------------------------------------------

    def _tell_place(self) -> None:
        """Say everywhere what is shown; a wish that could not be granted is taken back."""
        shown = {"layer": self.head._shown, "match": self.head._matched}
        for name, value in shown.items():
            self.set_trait(name, value)
        with self.head.hold_sync():
            for name, value in shown.items():
                setattr(self.head, name, value)

    def _progress(self, share: float, message: str) -> None:
        self.head.message = message if share < 0 or not message else f"{message} ({share:.0%})"
        if self._cell is not None:
            self._cell.tell(share, message)

    def _reporting(self) -> Reporting:
        return Reporting(self.head, "the comparison", partial(self._progress, -1.0, ""))


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else float(value)


def _pair(shown: LayerComparison, number: int, class_names: Sequence[str]) -> dict[str, Any]:
    """A pair as the page's `comparison/rows.ts` reads it."""
    channels = shown.match.pairs[number].tolist()
    return {
        "number": number,
        "channels": channels,
        "names": [channel_name(channel, class_names) for channel in channels],
        "distance": _number(shown.match.distance[number]),
        "shift": _number(shown.shift[number]),
        "zeros": shown.zero_share[number].tolist(),
        "dead": shown.dead[number].tolist(),
        "nonfinite": shown.nonfinite[number].tolist(),
    }


def _notes(shown: LayerComparison, side: SideBySide, comparison: ModelComparison) -> list[str]:
    """How the columns stand, and what is not shown, in sentences."""
    one, other = comparison.a.title, comparison.b.title
    match = shown.match
    order = f"Columns of both grids stand in the leaf order of {one}."
    if match.by == "similarity":
        order = (
            "Channels are matched by what they show, so that the distances of all pairs together "
            f"are the least possible. Columns stand in the leaf order of {one}; the column at "
            f"the same place in {other} is the partner, under its own number."
        )
    notes = [order]
    for title, only in ((one, match.only_a), (other, match.only_b)):
        if only.size:
            notes.append(
                f"{only.size:,} channel{' has' if only.size == 1 else 's have'} no partner in "
                f"{other if title == one else one}: to the right of the others in {title}."
            )
    if side.omitted:
        notes.append(f"The grids leave out {side.omitted:,} of {len(match.pairs):,} pairs.")
    return [*notes, match.note] if match.note else notes
