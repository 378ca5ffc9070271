"""ModelInspector: a live model in a notebook cell."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ipywidgets import Box, VBox
from numpy.typing import ArrayLike, NDArray
from traitlets import Enum, Instance, TraitError, Unicode, observe, validate

from ...analysis.channel_measures import ChannelMeasures
from ...diagnosis.report import Report
from ...history.history import DEFAULT_MEMORY, History
from ...model import LayerInfo, ModelProbe, model_lock
from ...model.diagnosis.diagnose import diagnose
from ...model.experiments.ablation import Ablation, ablate
from ...model.experiments.losses import checked_targets
from ...model.layers.analysis_order import analysis_order
from ...model.reading.record_reader import NoWeights, chosen_part, output_record
from ...model.training.moment_reader import Reading
from ...model.training.monitor import Samples, TrainingMonitor
from ...model.training.pacing import Every
from ...model.training.progress import TrainingProgress
from ...records.layer_record import LayerRecord, Progress
from ...records.place import Place
from ...records.sample_subset import SampleChoice
from ...runtime.call_stack import afterwards, meanwhile, surely
from ...validation.rules import flag, one_of, path_of, several, spelt, whole_number
from ..jupyter.cell_progress import CellProgress
from ..jupyter.error_text import Reporting, told_in_page
from ..jupyter.ownership import Owning, of_open
from ..jupyter.png_fallback import Pictured
from ..jupyter.strict import makes_callback
from ..jupyter.subshells import answer_while_busy
from ..linking.selection import Selection
from ..panels.ablation import AblationBar
from ..panels.findings import FindingsPanel
from ..panels.header import InspectorHeader
from ..panels.selector import LayerSelector
from ..panels.timeline import Timeline
from ..views.channel_names import names_for, output_layers
from ..views.layer_view import unchangeable
from ..views.layer_views import LayerViews
from ..views.sample_names import sample_names
from .guide import Guide
from .history_view import NOW
from .layer_facts import layer_facts
from .training_session import Following

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ModelInspector"]


class Shown(NamedTuple):
    """A place as it was read.

    `first_channel` is the channel of the layer's output that the first one shown stands for;
    None where they are no channels of it. `weights` names all weights of the layer, while they
    are shown. `step` is the moment of training that it is of, `NOW` for the live model, and
    `asked` the one that was asked for, which need not have kept the place.
    """

    place: Place
    record: LayerRecord
    first_channel: int | None = 0
    weights: tuple[str, ...] = ()
    step: int = NOW
    asked: int = NOW


class ModelInspector(Owning, Pictured, VBox):
    """Layer selector, channel grid, dendrogram and densities of a live model, all linked.

    A layer shows its outputs or its weights. The model is read, never changed and never copied:
    after more training, `refresh` (or the button) shows its present weights. An unbuilt model
    is built by its first reading, as it would be by `fit`.

    Parameters
    ----------
    model : keras.Model
        Any Keras model: Sequential, functional, nested or subclassed.
    inputs : array, tensor, list or dict of them, tf.data.Dataset or keras.utils.PyDataset
        What the model is shown: a few samples, 8 to 64, are enough for most questions.
    targets : array_like, optional
        Shape (samples, ...): what the model should answer. Whole numbers of shape (samples,)
        serve as `labels` where these are not given.
    labels : sequence of int or str, optional
        A name, or a number of `class_names`, for each sample: they stand before the rows.
    class_names : sequence of str, optional
        Names of the classes that whole-number labels count, and that the channels of the output
        stand for, where these are as many.
    layer : str, optional
        Path of the layer to show first; by default the first of the order of analysis.
    view : {'outputs', 'weights'}
        What of the layer to show first.

    Attributes
    ----------
    measures : dict of str to ChannelMeasures
        The few numbers of every layer's outputs. After an update of a monitor, mean and std are
        NaN but for the layers that were recorded; after a quick one all are over its samples, but
        for what is dead or not finite.
    report : Report or None
        What `diagnose` found last.

    Raises
    ------
    TypeError, ValueError
        No model, inputs that do not fit it, labels that do not fit the inputs, a layer that
        does not exist, or the weights of one that has none; the message says what was given
        and what was expected.
    """

    layer = Unicode(help="Path of the layer shown; set it to show another.")
    view = Enum(["outputs", "weights"], "outputs", help="What of the layer is shown.")
    weight = Unicode(
        help="Name of the weight shown, such as 'kernel': some layers have several. "
        "'' while outputs are shown."
    )
    selection = Instance(Selection, help="Selected and hovered channels of the layer shown.")

    _probe: ModelProbe | None = None

    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        targets: ArrayLike | None = None,
        labels: Sequence[int | str] | None = None,
        class_names: Sequence[str] | None = None,
        layer: str | None = None,
        view: str = "outputs",
    ) -> None:
        one_of("view", view, ("outputs", "weights"))
        self._probe = ModelProbe(model, inputs)
        self._targets = checked_targets(model, targets, self.probe.samples)
        layers = self.probe.layers
        first = self.probe.info(layer) if layer is not None else _first_to_show(layers)
        if view == "weights" and not _has_weights(first):
            weighty = [info for info in layers if _has_weights(info)]
            if layer is not None or not weighty:
                chosen_part(Place(first.path, "weights"), ())  # raises
            first = weighty[0]
        names = sample_names(labels, self._targets, class_names, self.probe.samples)
        self._class_names = () if class_names is None else tuple(map(str, class_names))
        self._outputs = output_layers(layers)
        # Requests from the page may come on a thread of their own, and while the model trains.
        self._lock = model_lock(model)
        self._cell: CellProgress | None = None
        self._shown: Shown | None = None
        self._measures: dict[str, ChannelMeasures] = {}
        self._measured_on: SampleChoice | None = None
        self._report: Report | None = None
        self._diagnosed: dict[str, ChannelMeasures] = {}
        self._guide = Guide(analysis_order(layers))
        self.views = LayerViews(names)
        selection = self.views.selection
        self.axis = self.views.axis
        self.dendrogram, self.grid = self.views.dendrogram, self.views.grid
        self.parameters, self.density = self.views.parameters, self.views.density
        self.header = InspectorHeader(warnings=_input_warnings(self.probe))
        self.selector = LayerSelector(layers)
        self.selector.show_unseen(self.probe.unseen)
        self.following = Following(self.probe, self.selector, self._go_to)
        self._position = afterwards(self._tell_position)
        self.findings = FindingsPanel(layout={"display": "none"})
        self.ablation = AblationBar(selection, on_ask=self._ablate)
        views = VBox(
            [self.header, self.following.bar, self.findings, self.ablation, *self.views.parts]
        )
        views.add_class("cnnviz-inspector-views")
        panes = Box([self.selector, views])
        panes.add_class("cnnviz-inspector-panes")
        story = VBox(self.following.story.parts)
        super().__init__([panes, story], selection=selection)
        self.add_class("cnnviz")
        self.add_class("cnnviz-inspector")
        cell, report = self._in_cell(), self._reporting()
        with surely(*cell, report), cell[0], cell[1], self._lock, report:
            self._read(Place(first.path, view))
        answer_while_busy(self)
        self.selector.observe(self._on_chosen, "layer")
        self.findings.observe(self._on_finding, "finding")
        self.header.observe(self._on_asked, "_asked")
        self.header.observe(self._on_diagnose_asked, "_diagnose_asked")
        self.header.observe(self._on_next_asked, "_next_asked")
        self.header.observe(self._on_view_chosen, ["view", "weight"])

    @property
    def probe(self) -> ModelProbe:
        """The reader of the live model."""
        return of_open(self, self._probe, "probe")

    @property
    def record(self) -> LayerRecord | None:
        """What is shown, with tree, densities and measures: outputs, or a `ParameterRecord`."""
        return None if self._shown is None else self._shown.record

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, as they were given; the channels of the output have them, too."""
        return self._class_names

    @property
    def measures(self) -> dict[str, ChannelMeasures]:
        """The few numbers of every layer's outputs."""
        return self._measures

    @property
    def report(self) -> Report | None:
        """What `diagnose` found last; None before it."""
        return self._report

    @property
    def targets(self) -> Any:
        """What the model should answer, to be set at any time; None where that is not known."""
        return self._targets

    @targets.setter
    def targets(self, value: Any) -> None:
        self._targets = checked_targets(self.probe.model, value, self.probe.samples)

    @property
    def _place(self) -> Place | None:
        return None if self._shown is None else self._shown.place

    def refresh(self, *, exact: bool = False) -> None:
        """Read the live model again now: every layer's health, and what is shown.

        Layers that were added or taken away since are listed as they are now.

        Parameters
        ----------
        exact : bool
            Compare all channels of what is shown, however many there are. Else picture, tree and
            curves of a layer of more than 4,096 channels are of 2,048 of them, as the view says:
            all 123,008 of a large `Flatten` take some 10 s. It is for this once.

        Raises
        ------
        ModelCallError
            The model's own call raises; what was shown stays.
        """
        flag("exact", exact)
        report = self._reporting()
        with surely(report), self._lock, report:
            layers = self.probe.layers
            place = self._place
            if place is None or place.layer not in {info.path for info in layers}:
                place = Place(_first_to_show(layers).path, "outputs")
            elif place.view == "weights" and not _has_weights(self.probe.info(place.layer)):
                place = Place(place.layer, "outputs")
            with surely(self._position), self._position:
                self._read(place, exact)
            self._timeline.note = ""
            if self.report is not None:
                self.findings.stale = not _same_measures(self._diagnosed, self.measures)

    def diagnose(self) -> Report:
        """What is wrong with the model as it is now, on what evidence, and what cures it.

        The findings show in the inspector, too: choosing one there leads to its layer, view
        and channels.

        Returns
        -------
        Report
            The worst finding first; a table in a notebook, text in a terminal.

        Raises
        ------
        ModelCallError
            The model's own call raises.
        """
        cell, report = self._in_cell(), self._reporting("the diagnosis")
        with surely(*cell, report), cell[0], cell[1], self._lock, report:
            found = diagnose(self.probe, targets=self.targets, progress=self._progress)
            self._report = found
            self._diagnosed = self.measures
            self.findings.show(found)
            self.findings.layout.display = None
            self.selector.show_findings(found)
            self._turn_to(self._place, NOW)
        return found

    @makes_callback
    @spelt
    def monitor(
        self,
        every: Every = "epoch",
        budget: float | None = 0.05,
        *,
        samples: Samples = None,
        layers: Sequence[str] = (),
        memory: int = DEFAULT_MEMORY,
        folder: str | os.PathLike[str] | None = None,
    ) -> TrainingMonitor:
        """A callback for `fit`, or for a loop of your own, through which this follows training.

        >>> model.fit(x, y, callbacks=[inspector.monitor()])

        Training's numbers are the same with it and without. What it reads is kept: the
        timeline below the views goes back to any moment, `history` has them all.

        Parameters
        ----------
        every : 'epoch', 'batch' or int
            When an update is due: after each epoch, each batch, or so many batches. In a loop
            of your own, ``monitor.update()`` counts as a batch, and as an epoch.
        budget : float or None
            The share of the training time that updates may take on average: due ones are
            skipped to keep it, the last one never. None: no limit.
        samples : None, int or 'all'
            How many samples the updates between the first and the last one look at; those two look
            at all. None: all where the budget allows for that whenever an update is due, else at
            most 8, evenly spread. A number: so many, in any case. What is called dead is dead on
            all of them.
        layers : sequence of str
            Paths of layers to keep at every update, beside the one that is shown then.
        memory : int
            Bytes that the history may take; beyond it every second moment's pictures are given
            up, again and again. 0 keeps no history, unless there is a folder. A monitor with
            another memory or folder than the one before begins a new history, one with the same
            continues it.
        folder : path, optional
            Where to write every moment as it comes, each run in a folder of its own;
            `open_history` shows it again, in another kernel and without the model.

        Returns
        -------
        TrainingMonitor
            A Keras callback; ``update()`` for loops that use no `fit`.

        Raises
        ------
        TypeError, ValueError
            A setting or a layer that there is not; the message says what there is.
        OSError
            The folder cannot be written to.
        """
        probe = self.probe
        kept = [Place(probe.info(path).path) for path in several("layers", layers, "paths")]
        whole_number("memory", memory, 0, "of bytes")
        if folder is not None:
            path_of("folder", folder)
        return self.following.begin(
            self, every, budget, kept, samples=samples, memory=memory, folder=folder
        )

    @property
    def history(self) -> History | None:
        """What was kept of training so far; None before it, or where none is kept."""
        return self.following.story.history

    # What a monitor needs to know, and tells -------------------------------------------------

    @property
    def watched(self) -> Sequence[Place]:
        """What a monitor reads at each update: what is shown, and what is to be kept."""
        shown = () if self._place is None else (self._place,)
        return list(dict.fromkeys([*shown, *self.following.kept]))

    def on_moment(self, reading: Reading, final: bool) -> None:
        """Show and keep what a monitor has read; from the thread that trains."""
        if self.comm is None:
            return
        # The layers are those that were read: they need not be looked up for each part again.
        with self.probe.steady():
            self._measures = dict(reading.measures)
            self._measured_on = reading.moment.samples
            self.findings.stale = self.report is not None and self._is_stale(reading)
            if self._past == NOW and self._shown is not None:
                self.selector.show_measures(self.measures, self._measured_on)
                record = reading.records.get(self._shown.place)
                if record is not None:
                    self._show(self._shown._replace(record=record))
            self.following.keep(reading)
            self.following.tell(self._place)
            self._warn()

    def _is_stale(self, reading: Reading) -> bool:
        """Whether the model is no longer the one that was diagnosed."""
        if reading.moment.samples is None:
            return not _same_measures(self._diagnosed, self.measures)
        # Numbers of some samples are not those of all; but weights that moved tell as much.
        moved = any(health.change > 0 for health in reading.moment.health.values())
        return self.findings.stale or moved

    def on_training(self, progress: TrainingProgress) -> None:
        """Show how far training is."""
        if self.comm is not None:
            self.following.show(progress)

    def __repr__(self) -> str:
        if self._probe is None:
            return "<ModelInspector, closed>"
        return f"<ModelInspector of {self.probe.model.name!r}, layer {self.layer!r}>"

    def picture(self) -> Image | None:
        """The layer's views one above the other, as a still picture."""
        from ..pictures.layer_pictures import inspector_picture

        if self.record is None:
            return None
        title = f"{self.header.title}   {self.header.facts}"
        below = self.following.story.health.picture()
        names = self.grid.class_names
        return inspector_picture(self.record, title, self.grid.sample_labels, below, names)

    def _let_go(self) -> None:
        self._probe = self._shown = self._targets = None
        self.views.let_go()
        self.following.let_go()

    # What is shown follows the layer, the view and the weight --------------------------------

    @validate("selection")
    def _same_selection(self, proposal: dict[str, Any]) -> Selection:
        selection: Selection = unchangeable(self, "selection", proposal["value"])
        return selection

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        return self.probe.info(proposal["value"]).path

    @observe("layer", "view", "weight")
    def _on_place(self, change: dict[str, Any]) -> None:
        """Show the place; where that fails, show the one before again."""
        with self._lock:
            before = self._place
            if before is None:
                return
            if change["name"] == "layer":
                wanted = Place(change["new"], before.view)
                if wanted.view == "weights" and not _has_weights(self.probe.info(wanted.layer)):
                    wanted = Place(wanted.layer, "outputs")
            elif change["name"] == "view":
                wanted = Place(before.layer, change["new"])
            else:
                view = "weights" if change["new"] else before.view
                wanted = Place(before.layer, view, change["new"])
            if getattr(before, change["name"]) != change["new"]:
                self._turn_to(wanted, self._past)

    def _turn_to(self, place: Place | None, step: int) -> None:
        """Show a place as it was at a step, or as it is now, if that is not what is shown."""
        report, told = self._reporting(), afterwards(self._tell_place)
        with surely(report, told), self._lock, report, told:
            if place is not None and (place != self._place or step != self._past):
                self._timeline.note = self._show_at(place, step)

    def _go_to(self, step: int, place: Place | None = None, /) -> str | None:
        """Show a place as it was at a step, or as it is now; the timeline wants it."""
        report, position = self._reporting(), self._position
        with surely(report, position), self._lock, report:
            # While this waited for the lock the reader may have gone elsewhere.
            if step != self._timeline.position or self._place is None:
                return None
            wanted = _same_weight(place, self._place)
            if step == self._past and wanted == self._place:
                return None
            with position:
                self.probe.info(wanted.layer)
                return self._show_at(wanted, step)

    def _show_at(self, place: Place, step: int) -> str:
        """What is to be known of what is shown then; "" for nothing."""
        if step == NOW:
            # The layers stay as they are meanwhile: they need not be looked up for each part.
            with surely(self._position), self._position, self.probe.steady():
                self._show(self._read_place(place), self._progress)
                self.selector.show_measures(self.measures, self._measured_on)
            return ""
        recalled = self.following.story.recall(place, step)
        self._warn()
        if recalled is None:
            self._show_at(place, NOW)
            return (
                f"{place.layer}, {place.view}, was not kept: it is shown as it is now. "
                "monitor(layers=[…]) names layers to keep."
            )
        first = self._first_channel(recalled.place)
        place, record, at, weights = recalled[:4]
        with surely(self._position), self._position:
            self._show(Shown(place, record, first, weights, at, step), self._progress)
            self.selector.show_health(recalled.health, recalled.samples)
        return recalled.note

    @property
    def _past(self) -> int:
        """The moment that the reader is at; it stays where another one cannot be shown."""
        return NOW if self._shown is None else self._shown.asked

    def _tell_position(self) -> None:
        # Nothing is left to be done for it.
        self._timeline.position = self._past

    @property
    def _timeline(self) -> Timeline:
        return self.following.story.timeline

    def _first_channel(self, place: Place) -> int | None:
        if place.view == "outputs":
            return 0
        parts = self.probe.parameters(place.layer, copy=False)
        return chosen_part(place, parts).first_channel

    def _on_chosen(self, change: dict[str, Any]) -> None:
        """The page, or Python, chose a layer in the selector."""
        told = afterwards(self._tell_place)
        with surely(told), told_in_page(self.header), self._lock, told:
            self.layer = change["new"]

    def _on_view_chosen(self, change: dict[str, Any]) -> None:
        """The page chose another side of the layer, or another of its weights."""
        with told_in_page(self.header), self._lock:
            setattr(self, change["name"], change["new"])

    def _on_finding(self, change: dict[str, Any]) -> None:
        """A finding was chosen: show what it speaks of, and select its channels."""
        finding = self.findings.chosen
        if finding is None:
            return
        with told_in_page(self.header), self._lock:
            place = Place(finding.layer, finding.view, finding.weight)
            self._turn_to(place if finding.layer else self._place, NOW)
            self.selection.selected = finding.channels

    def _on_next_asked(self, change: dict[str, Any]) -> None:
        answer = self._answer(change)
        with surely(answer), told_in_page(self.header), self._lock, answer:
            step = self._guide.next(self.layer, self.view)
            if step is not None:
                self._turn_to(Place(step.path, step.view), self._past)

    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked to read again."""
        answer = self._answer(change)
        with surely(answer), told_in_page(self.header), self._lock, answer:
            self.refresh()

    def _on_diagnose_asked(self, change: dict[str, Any]) -> None:
        answer = self._answer(change)
        with surely(answer), told_in_page(self.header), self._lock, answer:
            self.diagnose()

    def _answer(self, change: dict[str, Any]) -> afterwards:
        """The page learns that what it asked for is done, or will not be."""
        return afterwards(partial(self.header.answer, change["name"], change["new"]))

    def _ablate(self, how: str, channels: Sequence[int]) -> Ablation:
        with self._lock:
            if self._past != NOW:
                raise ValueError(
                    f"{self.layer!r} is shown as it was at step {self._past:,}; channels can be "
                    "tried on the model as it is now"
                )
            first = None if self._shown is None else self._shown.first_channel
            if first is None:
                raise ValueError(
                    f"the rows of {self.weight!r} are no channels of the output of {self.layer!r}; "
                    "show its outputs and select there"
                )
            silent = afterwards(partial(self._progress, -1.0, ""))
            with surely(silent), silent:
                self._progress(-1.0, "trying it on the live model")
                chosen = [first + channel for channel in channels]
                return ablate(self.probe, self.layer, chosen, how, targets=self.targets)

    def _read(self, place: Place, exact: bool = False) -> None:
        """Every layer's measures and what is to be shown, in one pass, then show it."""
        found: list[LayerRecord] = []

        def measure(info: LayerInfo, array: NDArray[Any]) -> ChannelMeasures | None:
            shown = info.path == place.layer and place.view == "outputs"
            # A detector without a hit gives nothing, and has nothing to be measured.
            if not array.size and not shown:
                return None
            order = self.following.orders.get(place) if shown else None
            record = output_record(info, array, order)
            if shown:
                found.append(record)
            return record.measures

        layers = self.probe.layers
        measured = self.probe.stream(measure, progress=self._progress)
        self._outputs = output_layers(layers)
        shown = Shown(place, found[0]) if found else self._read_place(place)
        if exact:
            shown = shown._replace(record=shown.record.exact)
        self._show(shown, self._progress)
        self._measures = {path: each for path, each in measured.items() if each is not None}
        self._measured_on = None
        self._guide.follow(analysis_order(layers))
        with self.selector.hold_sync():
            self.selector.show_layers(layers)
            self.selector.show_unseen(self.probe.unseen)
            self.selector.show_measures(self.measures)
            self.selector.show_findings(self.report)
        self._tell_place()

    def _read_place(self, place: Place) -> Shown:
        """Read one view of one layer from the live model."""
        self._progress(-1.0, f"reading {place.layer}")
        try:
            return Shown(*self.following.read(place))
        except NoWeights as error:
            raise NotToBeShown(str(error)) from None

    def _show(self, shown: Shown, progress: Progress | None = None) -> None:
        shown.record.complete(progress)
        before, place = self._shown, shown.place
        # Where the rows are no channels of the layer's output, they are no classes either.
        outputs = self._outputs if shown.first_channel == 0 else frozenset[str]()
        self.views.show(shown.record, names_for(shown.record, outputs, self._class_names))
        self._shown = shown
        if before is None or not _same_channels(before, shown):
            self.views.forget(f"{place.layer} {shown.first_channel}")
        if shown.step == NOW:
            self.following.orders[place] = shown.record.columns
        self._guide.look(place.layer, place.view)
        with self.ablation.hold_sync():
            self.ablation.enabled = shown.first_channel is not None and shown.step == NOW
            self.ablation.reason = (
                "These rows are no channels of the layer's output: select in Outputs"
                if shown.step == NOW
                else "This is of the past; trials are made on the model as it is now"
            )
        info = self.probe.info(place.layer)
        with self.header.hold_sync():
            self.header.title = place.layer
            self.header.facts = layer_facts(info.kind, info.parameters, shown.record) + (
                "" if shown.step == NOW else f" · as it was at step {shown.step:,}"
            )
            self.header.weights = list(shown.weights)
            self.header.has_weights = _has_weights(info)
        if before is None or before.place != place:
            self.following.story.mark(place)
            self._tell_place()

    # Word to the page ----------------------------------------------------------------------

    def _tell_place(self) -> None:
        """Say everywhere what is shown; a wish that could not be granted is taken back."""
        place = self._place
        if place is None:
            return
        step = self._guide.number(place.layer, place.view)
        coming = self._guide.next(place.layer, place.view)
        with self.header.hold_sync():
            self.header.show_view(place.view, place.weight)
            self.header.steps = len(self._guide.steps)
            self.header.step = step + 1
            self.header.stage = self._guide.steps[step].stage if step >= 0 else ""
            self.header.look_for = self._guide.steps[step].look_for if step >= 0 else ""
            self.header.next_step = "" if coming is None else f"{coming.path}, {coming.view}"
        with self.selector.hold_sync():
            self.selector.show_layer(place.layer)
            self.selector.show_looked(self._guide.looked(info.path for info in self.probe.layers))
        self.ablation.layer = place.layer
        for name in ("layer", "view", "weight"):
            self.set_trait(name, getattr(place, name))

    def _warn(self) -> None:
        """Say what is wrong with the inputs, and with the history."""
        trouble = "" if self.history is None else self.history.trouble
        self.header.warnings = [*_input_warnings(self.probe), *filter(None, [trouble])]

    def _progress(self, share: float, message: str) -> None:
        with self.header.hold_sync():
            self.header.progress = share
            self.header.message = message
        if self._cell is not None:
            self._cell.tell(share, message)

    def _reporting(self, work: str = "the reading") -> Reporting:
        return Reporting(self.header, work, partial(self._progress, -1.0, ""))

    def _in_cell(self) -> tuple[CellProgress, meanwhile]:
        """Contexts in which progress is told in the running cell, too."""
        cell = CellProgress()
        return cell, meanwhile(self, "_cell", cell)


def _same_measures(
    before: Mapping[str, ChannelMeasures], after: Mapping[str, ChannelMeasures]
) -> bool:
    """Whether every layer puts out on the same inputs what it did before."""
    return before.keys() == after.keys() and all(
        np.array_equal(getattr(old, name), getattr(after[path], name), equal_nan=True)
        for path, old in before.items()
        for name in ("minimum", "maximum", "zero_share")
    )


def _same_channels(before: Shown, after: Shown) -> bool:
    """Whether a channel's number means the same in both: selected ones can stay selected."""
    if before.place.layer != after.place.layer or before.first_channel != after.first_channel:
        return False
    if before.first_channel is None and before.place != after.place:
        return False
    return before.record.n_channels == after.record.n_channels


def _same_weight(wanted: Place | None, shown: Place) -> Place:
    """The place wanted: what is shown, where it names no other layer or view."""
    return shown if wanted is None or wanted[:2] == shown[:2] else wanted


def _first_to_show(layers: Sequence[LayerInfo]) -> LayerInfo:
    """Where the order of analysis begins: at the lowest abstraction."""
    if not layers:
        raise ValueError("the model has no layer to show: its call runs no Keras layer")
    some = [info for info in layers if 0 not in info.output_shape] or list(layers)
    first = next(iter(analysis_order(some)), None)
    return next((info for info in some if first and info.path == first.path), some[0])


def _has_weights(info: LayerInfo) -> bool:
    return any(info.weight_shapes.values())


class NotToBeShown(NoWeights, TraitError):
    """The weights of a layer that has none.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """


def _input_warnings(probe: ModelProbe) -> list[str]:
    if not probe.nonfinite_inputs:
        return []
    return [
        f"The inputs hold {probe.nonfinite_inputs:,} values that are NaN or infinite: "
        "what the layers make of them says little about the model."
    ]
