"""What is shown of a live model, and the views and lines that are filled with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray
from traitlets import TraitError

from ...analysis.channel_measures import ChannelMeasures
from ...model import LayerInfo, ModelProbe
from ...model.layers.analysis_order import analysis_order
from ...model.reading.attention_weights import has_attention
from ...model.reading.record_reader import NoSuchSide, chosen_part, output_record
from ...model.samples.input_set import InputSet
from ...model.training.reading import Reading
from ...records.layer_record import LayerRecord
from ...records.place import Place
from ...records.place_record import NOW, PlaceRecord
from ...records.record_kind import OUTPUTS, WEIGHTS
from ...records.sample_subset import SampleChoice
from ...records.samples.led_rows import LedRows
from ...records.samples.row_heads import SampleAnswers
from ...runtime.call_stack import afterwards, surely
from ...runtime.progress import Progress
from ..jupyter.ownership import of_open
from ..jupyter.work_report import WorkReport
from ..panels.ablation import AblationBar
from ..views.channel_names import misfit, names_for, output_layers
from .asking import Asking
from .guide import Guide
from .layer_facts import input_warnings, layer_facts
from .panes import Panes
from .samples.sample_heads import SampleHeads
from .samples.token_labels import TokenLabels
from .surveys.survey_state import SurveyState
from .training_session import TrainingSession


class NotToBeShown(NoSuchSide, TraitError):
    """The weights, or the attention, of a layer that has none.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """


class LayerDisplay:
    """Reads places of a live model, fills the views with them, and says which one is shown.

    Parameters
    ----------
    probe : ModelProbe
    panes : Panes
        What is filled.
    heads : SampleHeads
        What rows are led by.
    session : TrainingSession
        Reads as the training does that is followed.
    work : WorkReport
    on_place : callable
        Takes the place that is shown.
    surveys : SurveyState
        What is shown rests on its survey, as long as that holds.
    asking : Asking
        Has channels of what is shown asked about.

    Attributes
    ----------
    present : PlaceRecord or None
        What is shown; None before anything is.
    shown_measures : dict of str to ChannelMeasures
        The few numbers of every layer's outputs on the samples shown, as they were last read.
    guide : Guide
        The order of analysis, and what of it has been shown.
    """

    def __init__(
        self,
        probe: ModelProbe,
        panes: Panes,
        heads: SampleHeads,
        session: TrainingSession,
        work: WorkReport,
        on_place: Callable[[Place], None],
        *,
        surveys: SurveyState,
        asking: Asking,
    ) -> None:
        self.present: PlaceRecord | None = None
        self.shown_measures: dict[str, ChannelMeasures] = {}
        self.guide = Guide(analysis_order(probe.layers))
        self._coming: PlaceRecord | None = None
        self._settled: PlaceRecord | None = None
        self._measured_on: SampleChoice | None = None
        self._outputs = frozenset[str]()
        self._misfit = ""
        self._probe: ModelProbe | None = probe
        self._panes = panes
        self._heads = heads
        self._tokens = TokenLabels(panes.views.grid, heads.decode)
        self._session = session
        session.on_end = heads.at_rest
        self._class_names = heads.class_names
        panes.views.card.name_classes(heads.class_names)
        self._work = work
        self._on_place = on_place
        self.surveys = surveys
        self._asking = asking

    @property
    def measures(self) -> dict[str, ChannelMeasures]:
        """The few numbers of every layer's outputs: a survey's, or of the samples shown."""
        return self.surveys.over(self.shown_measures)

    @property
    def probe(self) -> ModelProbe:
        """The reader of the live model."""
        return of_open(self._panes.header, self._probe, "model")

    @property
    def place(self) -> Place | None:
        """The place that is shown."""
        return None if self.present is None else self.present.place

    @property
    def requested(self) -> int:
        """The moment that the reader is at; it stays where another one cannot be shown."""
        return NOW if self.present is None else self.present.requested

    @property
    def led_rows(self) -> tuple[LedRows, SampleAnswers]:
        """What leads the rows of the live model, and its answers, as far as rows have them."""
        return self._heads.led_rows

    def use(self, inputs: InputSet) -> None:
        """Read the model on these inputs from now on."""
        self._probe = inputs.probe

    def let_go(self) -> None:
        """Forget model and record; the inspector is closed."""
        self.present = self._coming = self._settled = self._probe = None
        self._heads.let_go()

    def link(self, linkage: str) -> None:
        """Join channels by a linkage, in what is shown now and read from now on.

        Parameters
        ----------
        linkage : {'single', 'average', 'complete', 'ward'}
        """
        self._session.linkage = linkage
        self._panes.views.link(linkage)
        if self.present is not None:
            self._show(replace(self.present, record=self.present.record.linked(linkage)))

    def select(self, channels: Sequence[int]) -> None:
        """Select these of the channels that are shown."""
        self._panes.views.selection.selected = channels

    # Reading the live model ---------------------------------------------------------------------

    def read_all(self, place: Place, layers: Sequence[LayerInfo], exact: bool = False) -> None:
        """Every layer's measures and what is to be shown, in one pass, then show it.

        Parameters
        ----------
        place : Place
        layers : sequence of LayerInfo
            All of the model, as they are now.
        exact : bool
            Compare all channels of the place, however many there are.
        """
        records: list[LayerRecord] = []
        self.surveys.look(self.probe)

        def measure(info: LayerInfo, array: NDArray[Any]) -> ChannelMeasures | None:
            is_shown = info.path == place.layer and place.view == OUTPUTS.name
            self._heads.look(info, array)
            # A detector without a hit gives nothing, and has nothing to be measured.
            if not array.size and not is_shown:
                return None
            order = self._session.orders.get(place) if is_shown else None
            record = output_record(info, array, order).linked(self._session.linkage)
            if is_shown:
                records.append(record)
            return record.measures

        self._heads.expect(self.probe, self._session.step)
        measured = self.probe.stream(measure, progress=self._work.progress)
        self._outputs = output_layers(layers)
        names_samples = bool(self._panes.views.grid.sample_labels)
        self._misfit = misfit(layers, self._class_names, names_samples)
        read = PlaceRecord(place, records[0]) if records else self._read(place)
        present = self.surveys.surveyed(read)
        if exact:
            present = replace(present, record=present.record.exact)
        self._show(present, self._work.progress)
        self.shown_measures = {path: each for path, each in measured.items() if each is not None}
        self._measured_on = None
        self.guide.follow(analysis_order(layers))
        selector = self._panes.selector
        with selector.hold_sync():
            selector.show_layers(layers)
            selector.show_unseen(self.probe.unseen)
            selector.show_measures(self.measures, surveyed=self.surveys.counts)
        self.warn()
        self.tell_place()

    def show_now(self, place: Place) -> None:
        """Show a place as it is now."""
        self.surveys.look(self.probe)
        present = self.surveys.surveyed(self._read(place))
        # What is shown of a model in training is of one step, its answers included.
        self._heads.catch_up(self._session.probe, self._session.step)
        self._show(present, self._work.progress)
        self._show_measures()
        self.warn()

    def show_past(self, recalled: PlaceRecord) -> None:
        """Show a place as it was."""
        first = self._first_channel(recalled.place)
        self._show(replace(recalled, first_channel=first), self._work.progress)
        self._panes.selector.show_health(
            recalled.health, recalled.samples, recalled.scales, some_earlier=recalled.scales_earlier
        )

    def follow(self, reading: Reading) -> None:
        """Show what a monitor has read; of the past what is shown stays."""
        self.surveys.glance(self.probe)
        self.shown_measures = dict(reading.measures)
        moment = reading.moment
        self._heads.follow(self.probe, moment.samples, reading.answers, moment.step)
        self._measured_on = reading.moment.samples
        if self.present is not None and self.requested == NOW:
            self._show_measures()
            record = reading.records.get(self.present.place)
            if record is not None:
                self._show(self.surveys.surveyed(replace(self.present, record=record)))
            else:
                self._heads.show(self.present, self._outputs)

    def output_channels(self, rows: Sequence[int]) -> list[int]:
        """The channels of the layer's output, in the live model, that rows shown stand for.

        Raises
        ------
        ValueError
            They stand for none, or what is shown is of the past.
        """
        layer, view, weight = self.place or Place("")
        if self.requested != NOW:
            raise ValueError(
                f"{layer!r} is shown as it was at step {self.requested:,}; channels can be "
                "tried on the model as it is now"
            )
        first = None if self.present is None else self.present.first_channel
        if first is None:
            raise ValueError(
                f"the {'rows' if weight else 'heads'} of {weight or view!r} are no channels of the "
                f"output of {layer!r}; show its outputs and select there"
            )
        return [first + row for row in rows]

    def _show_measures(self) -> None:
        selector = self._panes.selector
        selector.show_measures(self.measures, self._measured_on, surveyed=self.surveys.counts)

    def _read(self, place: Place) -> PlaceRecord:
        self._work.progress(-1.0, f"reading {place.layer}")
        try:
            return self._session.read(place)
        except NoSuchSide as error:
            raise NotToBeShown(str(error)) from None

    def _first_channel(self, place: Place) -> int | None:
        if place.view != WEIGHTS.name:
            return 0 if place.view == OUTPUTS.name else None
        parts = self.probe.parameters(place.layer, copy=False)
        return chosen_part(place, parts).first_channel

    # Filling the views --------------------------------------------------------------------------

    def _show(self, present: PlaceRecord, progress: Progress | None = None) -> None:
        present.record.complete(progress)
        self._coming = present
        # Whatever comes, all parts are brought to what the views show: this, or the one before.
        settled = afterwards(self._settle)
        with surely(settled), settled:
            self._panes.views.show(present.record, self._names_of(present))

    def _outputs_in(self, present: PlaceRecord) -> frozenset[str]:
        """The layers that put classes out; none where rows are no channels of their output."""
        return self._outputs if present.first_channel == 0 else frozenset()

    def _names_of(self, present: PlaceRecord) -> list[str]:
        return names_for(present.record, self._outputs_in(present), self._class_names)

    def _settle(self) -> None:
        """Tell all other parts what the views show; nothing where they know it."""
        views, coming = self._panes.views, self._coming
        if coming is not None and views.record is coming.record:
            self.present = coming
        before, present = self._settled, self.present
        if present is None or present is before:
            return
        place = present.place
        self._panes.selection_bar.show(present.record, self._names_of(present))
        self._heads.show(present, self._outputs_in(present))
        self._tokens.show(present, self.probe, self._heads.inputs)
        if before is None or not _same_channels(before, present):
            first = present.first_channel
            views.forget(f"{place.layer} {place.weight or place.view if first is None else first}")
        if present.step == NOW:
            self._session.orders[place] = present.record.columns
        self.guide.look(place.layer, place.view)
        _offer_trials(self._panes.ablation, present)
        self._show_facts(present)
        self._asking.show(present, self.probe)
        if before is None or before.place != place:
            self._session.story.mark(place)
            self.tell_place()
        self._settled = present

    def _show_facts(self, present: PlaceRecord) -> None:
        info = self.probe.info(present.place.layer)
        facts = layer_facts(info.kind, info.parameters, present.record)
        if present.step != NOW:
            facts += f" · as it was at step {present.step:,}"
            if present.inputs != self._heads.inputs:
                given = present.inputs
                facts += f" · on {'the inputs as given' if given is None else given.title}"
        header = self._panes.header
        with header.hold_sync():
            header.title = present.place.layer
            header.facts = facts
            header.weights = list(present.weights)
            header.has_weights = has_weights(info)
            header.has_attention = has_attention(self.probe, info)

    # Word to the page ---------------------------------------------------------------------------

    def tell_place(self) -> None:
        """Say everywhere what is shown; a wish that could not be granted is taken back."""
        place = self.place
        if place is None:
            return
        step = self.guide.number(place.layer, place.view)
        before = self.guide.previous(place.layer, place.view)
        coming = self.guide.next(place.layer, place.view)
        header, selector = self._panes.header, self._panes.selector
        with header.hold_sync():
            header.show_view(place.view, place.weight)
            header.steps = len(self.guide.steps)
            header.step = step + 1
            header.stage = self.guide.steps[step].stage if step >= 0 else ""
            header.look_for = self.guide.steps[step].look_for if step >= 0 else ""
            header.previous_step = "" if before is None else f"{before.path}, {before.view}"
            header.next_step = "" if coming is None else f"{coming.path}, {coming.view}"
        with selector.hold_sync():
            selector.show_layer(place.layer)
            selector.show_looked(self.guide.looked(info.path for info in self.probe.layers))
        self._panes.ablation.layer = place.layer
        self._on_place(place)

    def warn(self) -> None:
        """Say what is wrong with the inputs, with the class names, and with the history."""
        history = self._session.story.history
        trouble = "" if history is None else history.trouble
        warnings = [
            *input_warnings(self.probe.nonfinite_inputs),
            *filter(None, [self._misfit, trouble, self.surveys.warning]),
        ]
        self._panes.header.warnings = warnings


def has_weights(info: LayerInfo) -> bool:
    """Whether a layer has weights of its own."""
    return any(info.weight_shapes.values())


def _offer_trials(ablation: AblationBar, present: PlaceRecord) -> None:
    is_now = present.step == NOW
    with ablation.hold_sync():
        ablation.enabled = present.first_channel is not None and is_now
        ablation.reason = (
            "These are no channels of the layer's output: select in Outputs"
            if is_now
            else "This is of the past; trials are made on the model as it is now"
        )


def _same_channels(before: PlaceRecord, after: PlaceRecord) -> bool:
    """Whether a channel's number means the same in both: selected ones can stay selected."""
    if before.place.layer != after.place.layer or before.first_channel != after.first_channel:
        return False
    if before.first_channel is None and before.place != after.place:
        return False
    return before.record.n_channels == after.record.n_channels
