"""ComparisonPanel: two moments of a training, two models or two surveys, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ipywidgets import Box, jslink
from traitlets import Enum, Instance, TraitError, Unicode, observe, validate

from ...analysis.arrays import Indices
from ...comparison.channel_matching import MatchedBy
from ...comparison.layer_comparison import LayerChange, LayerComparison
from ...comparison.side_by_side import SideBySide, side_by_side
from ...model.experiments.model_comparison import LiveSide, ModelComparison
from ...records.layer_picture import LayerPicture
from ...runtime.call_stack import CallLock, surely
from ...validation.objects import instance
from ...validation.texts import texts
from ..composite import Composite
from ..export.exports import OF_NUMBERS, Exports
from ..export.of_comparison import comparison_exports
from ..jupyter.ownership import of_open
from ..jupyter.work_report import WorkReport
from ..linking.column_axis import ColumnAxis
from ..linking.selection import Selection
from ..panels.export_menu import ExportMenu
from ..views.channel_grid import ChannelGrid
from ..views.channel_names import channel_name, misfit_of, output_layers
from .compared_densities import ComparedDensities
from .comparison_head import ComparisonHead
from .comparison_rows import class_words, layer_row, notes_on, pair_row
from .comparison_text import as_text

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ComparisonPanel"]

# Rows of the list of channels; whoever reads on looks at the grids.
_MOST_LISTED = 200


class UnknownChoice(ValueError, TraitError):
    """A layer that has no partner, or a way of matching that these two do not allow.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """


class ComparisonPanel(Composite):
    """Two moments of a training, models or surveys, layer by layer, what changed most first.

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
        self.head = ComparisonHead(
            titles,
            selection,
            comparison.by,
            can_match=comparison.can_match,
            alone=comparison.alone(),
        )
        self.densities = ComparedDensities(selection, titles)
        grids = Box(self.grids)
        grids.add_class("cnnviz-comparison-grids")
        self.exporting = ExportMenu(self.exported, OF_NUMBERS)
        parts = [self.exporting, self.head, grids, self.densities]
        work = WorkReport(self.head, "the comparison")
        super().__init__(parts, selection, work, CallLock(), "cnnviz-comparison")
        cell, report = work.in_cell(), work.reported()
        with surely(*cell, report), cell[0], cell[1], self._lock, report:
            # Chosen while nothing is shown: nothing is shown otherwise first.
            self.set_trait("match", comparison.by)
            self._compare(comparison.by)
            self._show(first or self._changes[0].path_a, comparison.by)
        self.head.observe(self._on_chosen, ["layer", "match"])

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
        report = self._work.reported()
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

    def __str__(self) -> str:
        """Every layer in a line, what changed most first, and what could not be compared."""
        if self._comparison is None or self.shown is None:
            return repr(self)
        one, other = self.head.titles
        note = self.shown.match.note
        limits = [note and f"{self.layer}: {note}", self._comparison.classes_differ]
        lone = self._comparison.alone()
        return as_text((one, other), self.changes, lone, list(filter(None, limits)))

    def picture(self) -> Image | None:
        """Both grids and what changed most, as a still picture."""
        from ..pictures.comparison_picture import comparison_picture

        if self.shown is None or self._side_by_side is None:
            return None
        one, other = self.head.titles
        return comparison_picture(
            self.shown, self._side_by_side, (one, other), self.grids[0].sample_labels
        )

    @property
    def side_by_side(self) -> SideBySide | None:
        """The tiles of the layer shown, partners at the same place; None before anything is."""
        return self._side_by_side

    def _exports(self) -> Exports:
        return comparison_exports(self)

    def _let_go(self) -> None:
        self._comparison = self._compared = self._side_by_side = None

    # What is shown follows the layer and the matching ----------------------------------------

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        try:
            return self.comparison.partner(proposal["value"])[0].path
        except ValueError as error:
            raise UnknownChoice(str(error)) from None

    @validate("match")
    def _possible_match(self, proposal: dict[str, Any]) -> str:
        match: str = proposal["value"]
        if match == "similarity" and not self.head.can_match:
            why = (
                "channels of one model at two moments keep their numbers"
                if self.comparison.same_samples
                else "the two were shown different inputs"
            )
            raise UnknownChoice(f"match must be 'index' here: {why}")
        return match

    @observe("layer", "match")
    def _on_place(self, change: dict[str, Any]) -> None:
        if self.shown is None or (self.layer, self.match) == self.head.place:
            return
        report, told = self._work.reported(), self._place_told
        with surely(report, told), self._lock, report, told:
            if self.match != self.head.place[1]:
                self._compare(self._matching)
            self._show(self.layer, self._matching)

    @property
    def _matching(self) -> MatchedBy:
        return "similarity" if self.match == "similarity" else "index"

    def _compare(self, match: MatchedBy) -> None:
        """Every layer's change."""
        self._changes = self.comparison.changes(match, self._work.progress)
        kinds = {outline.path: outline.kind for outline, _ in self.comparison.pairs.pairs}
        self.head.show_layers([layer_row(each, kinds[each.path_a]) for each in self.changes])

    def _show(self, layer: str, match: MatchedBy) -> None:
        self._work.progress(-1.0, f"reading {layer}")
        compared = self.comparison.read(layer, match)
        side = side_by_side(compared)
        names = self._names_of(compared)
        listed = compared.order[:_MOST_LISTED]
        rows = [pair_row(compared, int(number), names) for number in listed]
        notes = [*notes_on(compared, side, *self.head.titles), *self._misfits(compared)]
        notes += filter(None, [self.comparison.classes_differ])
        numbers = [np.union1d(each.columns, listed).astype(np.intp) for each in (side.a, side.b)]
        channels = [_channels_of(compared, which)[numbers[which]] for which in (0, 1)]
        if self.shown is None or (layer, match) != self.head.place:
            self.selection.start(f"{layer} {match}")
            self.axis.fit()
        words = [] if self.comparison.classes_differ else class_words(compared)
        self.densities.show(compared, numbers, channels, names, words)
        self._show_grids(compared, side, names)
        self._compared, self._side_by_side = compared, side
        self.head.show_pairs(layer, match, rows, len(compared.match.pairs), notes)
        self._tell_place()

    def _show_grids(
        self, compared: LayerComparison, side: SideBySide, class_names: Sequence[str]
    ) -> None:
        places = max(len(side.channels_a), len(side.channels_b))
        for grid, title, record, sheet, channels, samples in zip(
            self.grids,
            self.head.titles,
            (compared.a, compared.b),
            (side.a, side.b),
            (side.channels_a, side.channels_b),
            (side.samples_a, side.samples_b),
            strict=True,
        ):
            with grid.hold_sync():
                grid.title = f"{title} · {record.path}"
                grid.places = places
                grid.channel_names = [channel_name(int(each), class_names) for each in channels]
                grid.show_columns(record, sheet, channels, samples)

    def _names_of(self, compared: LayerComparison) -> list[str]:
        """The class names of the channels that are compared; [] where they are no classes."""
        count = len(self._class_names)
        fits = any(record.n_channels == count for record in self._outputs_in(compared))
        return list(self._class_names) if fits else []

    def _misfits(self, compared: LayerComparison) -> list[str]:
        """What to say of class names that are not as many as the channels of an output shown."""
        if not self._class_names or self._names_of(compared):
            return []
        counts = {record.path: record.n_channels for record in self._outputs_in(compared)}
        return [misfit_of(path, count, self._class_names) for path, count in counts.items()]

    def _outputs_in(self, compared: LayerComparison) -> list[LayerPicture]:
        """What is compared of a live model's output."""
        if not self._class_names:
            return []
        sides = (self.comparison.a, self.comparison.b)
        return [
            record
            for side, record in zip(sides, (compared.a, compared.b), strict=True)
            if isinstance(side, LiveSide) and record.path in output_layers(side.probe.layers)
        ]

    def _tell_place(self) -> None:
        for name, value in zip(("layer", "match"), self.head.place, strict=True):
            self.set_trait(name, value)
        self.head.show_place()


def _channels_of(compared: LayerComparison, side: int) -> Indices:
    """The channel of a side, 0 or 1, in each pair, and those without a partner after them."""
    alone = (compared.match.only_a, compared.match.only_b)[side]
    return np.concatenate((compared.match.pairs[:, side], alone))
