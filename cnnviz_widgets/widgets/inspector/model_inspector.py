"""ModelInspector: a live model in a notebook cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike
from traitlets import Enum, Unicode, observe, validate

from ...analysis.channel_measures import ChannelMeasures
from ...analysis.clustering.chain_linkage import LINKAGES, Linkage, checked_linkage
from ...diagnosis.report import Report
from ...model import ModelProbe, model_lock
from ...model.diagnosis.diagnose import diagnose
from ...model.experiments.ablation import Ablation, ablate
from ...model.experiments.channel.pruning.prune import prune
from ...model.samples.pictures import Decode, checked_decode
from ...model.samples.pool import Pool
from ...records.channel.pruning import PruneRehearsal
from ...records.place import Place
from ...records.place_record import NOW, PlaceRecord
from ...records.record_kind import VIEW_NAMES
from ...records.survey.survey import Survey
from ...runtime.call_stack import afterwards, surely
from ...validation.scalars import flag
from ...validation.texts import one_of
from ..composite import Composite
from ..export.exports import Exports
from ..export.of_inspector import inspector_exports
from ..jupyter.error_text import error_in_page
from ..jupyter.work_report import WorkReport
from ..map.map_moments import MapMoments
from ..panels.export_menu import ExportMenu
from ..panels.tour import Tour, subject_of
from .asking import Asking
from .diagnosis_state import DiagnosisState
from .mapping import inspector_map
from .monitored import Monitored
from .navigation import Navigation, first_place
from .panes import Panes
from .samples.sample_choice import InputChoice, input_set
from .samples.sample_heads import SampleHeads
from .samples.with_inputs import WithInputs
from .selected import Selecting, remember
from .shown import LayerDisplay
from .surveys.survey_state import SurveyState
from .surveys.surveying import Surveying, WithSurvey
from .training_session import TrainingSession

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ModelInspector"]


class ModelInspector(Selecting, WithInputs, WithSurvey, Monitored, Composite):
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
    view : {'outputs', 'weights', 'attention'}
        What of the layer to show first.
    pool : array, (inputs, targets), tf.data.Dataset or keras.utils.PyDataset, optional
        More samples, of which the page shows some in place of the inputs: wrong ones, the least
        sure, those of a class. A dataset is read when it is first asked; at most 10,000 samples.
    decode : callable or sequence of str, optional
        Words for token ids: a function of one sample's ids, or the word of each id.
    linkage : {'single', 'average', 'complete', 'ward'}
        How channels are joined in the trees; what a history kept stays joined as it was.
    survey : Survey, optional
        Of this model, as `survey` makes it: health marks, densities, trees and findings rest on
        its samples, as long as the model has the same weights.

    Attributes
    ----------
    measures : dict of str to ChannelMeasures
        The few numbers of every layer's outputs, of a survey where there is one. After an update
        of a monitor, but the first and the last, mean and std are NaN but for the layers that were
        recorded and one in turn; after a quick one all are over its samples, but for what is dead
        or not finite.
    report : Report or None
        What `diagnose` found last.

    Raises
    ------
    TypeError, ValueError
        No model, inputs that do not fit it, labels that do not fit the inputs, a layer that
        does not exist, or the weights or the attention of one that has none; the message says
        what was given and what was expected.
    """

    view = Enum(VIEW_NAMES, "outputs", help="What of the layer is shown.")
    weight = Unicode(
        help="Name of the weight shown, such as 'kernel': some layers have several. "
        "'' while outputs are shown."
    )
    linkage = Enum(LINKAGES, "single", help="How channels are joined in the trees.")

    def __init__(  # what an inspector can be given
        self,
        model: Any,
        inputs: Any,
        *,
        targets: ArrayLike | None = None,
        labels: Sequence[int | str] | None = None,
        class_names: Sequence[str] | None = None,
        layer: str | None = None,
        view: str = "outputs",
        pool: Any = None,
        decode: Decode | None = None,
        linkage: Linkage = "single",
        survey: Survey | None = None,
    ) -> None:
        one_of("view", view, VIEW_NAMES)
        decode = checked_decode(decode)
        checked_linkage(linkage)
        probe = ModelProbe(model, inputs)
        given = input_set(probe, targets, labels, class_names)
        more = None if pool is None else Pool(model, pool)
        # The layers stay as they are meanwhile: they need not be looked up for each part.
        with probe.steady():
            place = first_place(probe, layer, view)
            self._class_names = () if class_names is None else tuple(map(str, class_names))
            tries = self._ablate, self._prune
            panes = Panes.of(probe, given.names, *tries, lambda: remember(self))
            self.header, self.selector = panes.header, panes.selector
            self.findings, self.ablation = panes.findings, panes.ablation
            self.samples = panes.samples
            self.views, self.axis = panes.views, panes.views.axis
            self.dendrogram, self.grid = panes.views.dendrogram, panes.views.grid
            self.parameters, self.density = panes.views.parameters, panes.views.density
            self.following = TrainingSession(probe, self.selector, self._go_to, self._class_names)
            work, lock = WorkReport(self.header, "the reading"), model_lock(model)
            self.embedding, self.answers = panes.views.embedding, panes.answers
            self.layer_answers, self.pruning = panes.layer_answers, panes.pruning
            surveys = SurveyState(probe, self.samples, survey, more)
            heads = SampleHeads(
                *(self.views, self.samples, self._class_names, decode, given), surveys=surveys
            )
            self._display = LayerDisplay(
                *(probe, panes, heads, self.following, work, self._take_place),
                surveys=surveys,
                asking=Asking(panes, heads, surveys),
            )
            self._choice = InputChoice(
                *(given, more, heads, self.samples),
                readers=(self._display, self.following),
                refresh=self.refresh,
                work=work,
                surveyed=lambda: surveys.source,
            )
            self._surveying = Surveying(
                *(surveys, more, self.samples),
                probe=lambda: self.probe,
                refresh=self.refresh,
                trains=lambda: self.following.is_training,
            )
            self._navigation = Navigation(self._display, self.following.story, work, lock)
            self.drawer, self.map = panes.drawer, panes.map
            self.map.title = probe.model.name
            self._mapping: MapMoments | None = inspector_map(
                *(panes.map, heads, surveys, self.following.story),
                report=lambda: self._diagnosis.present,
                select=self._choose_channels,
            )
            self._diagnosis = DiagnosisState(self.findings, self.selector, self.header, self.drawer)
            self.exporting = ExportMenu(self.exported, missing={"report": "Diagnose first"})
            self.tour = Tour(subject=subject_of(probe.layers, probe.image_ends))
            bar = [self.following.bar, self.samples, self.exporting, self.tour]
            children = panes.framed(bar, self.following.story.parts)
            super().__init__(children, self.views.selection, work, lock, "cnnviz-frame")
            self.linkage = linkage
            cell, report = work.in_cell(), work.reported()
            with surely(*cell, report), cell[0], cell[1], self._lock, report:
                self._display.read_all(place, probe.layers)
                self._choice.offer()
        for part in (self.selector, self.map):
            part.observe(self._on_chosen, "layer")
        self.header.observe(self._on_chosen, ["view", "weight"])
        for axis in (self.axis, self.parameters.axis):
            axis.observe(self._on_chosen, "linkage")
        self.header.observe(self._on_asked, ["_asked", "_diagnose_asked", "_step_asked"])
        self.findings.observe(self._on_finding, ["finding", "_select_asked"])
        remember(self)

    @property
    def _shown(self) -> PlaceRecord | None:
        return self._display.present

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, as they were given; the channels of the output have them, too."""
        return self._class_names

    @property
    def measures(self) -> dict[str, ChannelMeasures]:
        """The few numbers of every layer's outputs."""
        return self._display.measures

    @property
    def report(self) -> Report | None:
        """What `diagnose` found last; None before it."""
        return self._diagnosis.report

    @property
    def pruned(self) -> Any:
        """The smaller Keras model that was taken in the Channel tab; None where none was.

        It is another model than the one shown, which stays as it is, and is not compiled.
        """
        return self.pruning.taken

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
        report = self._work.reported()
        with surely(report), self._lock, report:
            self._navigation.read_again(self.probe.layers, exact)
            self._diagnosis.mark()
            self._diagnosis.compare(self._display.shown_measures)
        if self._mapping is not None:
            self._mapping.state.mark()

    def diagnose(self) -> Report:
        """What is wrong with the model as it is now, on what evidence, and what cures it.

        The findings show in the inspector, too: choosing one there leads to its layer and view,
        and offers to select its channels.

        Returns
        -------
        Report
            The worst finding first; a table in a notebook, text in a terminal.

        Raises
        ------
        ModelCallError
            The model's own call raises.
        """
        cell, reported = self._work.in_cell(), self._work.reported("the diagnosis")
        made = self._diagnosis.made()
        with surely(*cell, reported, made), cell[0], cell[1], self._lock, reported, made:
            tell = self._work.progress
            surveys = self._display.surveys
            surveys.look(self.probe)
            report = diagnose(
                self.probe,
                targets=self.targets,
                history=self.history,
                class_names=self._class_names,
                survey=surveys.present,
                progress=tell,
            )
            self._diagnosis.show(report, self._display.shown_measures)
            self.exporting.missing = {}
            self._navigation.turn_to(self._display.place, NOW)
            if self._mapping is not None and self._mapping.state.present is not None:
                self._mapping.state.show()
        return report

    def __repr__(self) -> str:
        if self._choice is None:
            return "<ModelInspector, closed>"
        return f"<ModelInspector of {self.probe.model.name!r}, layer {self.layer!r}>"

    def picture(self) -> Image | None:
        """The layer's views one above the other, as a still picture."""
        if self.record is None:
            return None
        title = f"{self.header.title}   {self.header.facts}"
        return self.views.picture(title, self.following.story.picture())

    def _exports(self) -> Exports:
        return inspector_exports(self)

    def _let_go(self) -> None:
        self._choice = self._mapping = None
        if self._surveying is not None:
            self._surveying.let_go()
        self._surveying = None
        for part in (self.views, self.following, self._display):
            part.let_go()

    # What is shown follows the layer, the view and the weight --------------------------------

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        return self.probe.info(proposal["value"]).path

    @observe("layer", "view", "weight")
    def _on_place(self, change: dict[str, Any]) -> None:
        """Show the place; where that fails, show the one before again."""
        self._navigation.choose(change["name"], change["new"])

    @observe("linkage")
    def _on_linkage(self, change: dict[str, Any]) -> None:
        """Join the channels anew; where that fails, stay as they were joined before."""
        try:
            with self._lock:
                self._display.link(change["new"])
        except BaseException:
            self.set_trait("linkage", change["old"])
            raise

    def _tell_place(self) -> None:
        self._display.tell_place()

    def _take_place(self, place: Place) -> None:
        for name in ("layer", "view", "weight"):
            self.set_trait(name, getattr(place, name))
        self.map.layer = place.layer

    def _choose_channels(self, path: str, channels: Sequence[int]) -> None:
        """The map chose channels of a layer: that first, then these."""
        with self._lock:
            self.layer = path
            self._display.select(channels)

    def _go_to(self, step: int, place: Place | None = None, /) -> str | None:
        """The timeline asks for another moment."""
        return self._navigation.go_to(step, place)

    def _on_finding(self, change: dict[str, Any]) -> None:
        """A finding was chosen: show what it speaks of. Its channels are selected if asked for."""
        finding = self.findings.chosen
        if finding is not None:
            with error_in_page(self.header), self._lock:
                self._navigation.open_finding(finding, select=change["name"] != "finding")

    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked for something, and learns that it is done, or will not be."""
        serial = change["new"][0] if change["name"] == "_step_asked" else change["new"]
        answer = afterwards(partial(self.header.answer, change["name"], serial))
        with surely(answer), error_in_page(self.header), self._lock, answer:
            if change["name"] == "_asked":
                self.refresh()
            elif change["name"] == "_diagnose_asked":
                self.diagnose()
            else:
                self._navigation.go_step(change["new"][1])

    def _ablate(self, how: str, channels: Sequence[int]) -> Ablation:
        with self._lock:
            outputs = self._display.output_channels(channels)
            done = afterwards(self._work.done)
            with surely(done), done:
                self._work.progress(-1.0, "trying it on the live model")
                return ablate(self.probe, self.layer, outputs, how, targets=self.targets)

    def _prune(self, how: str, channels: Sequence[int]) -> PruneRehearsal:
        with self._lock:
            layer, outputs = self.layer, self._display.output_channels(channels)
            return prune(self.probe, layer, outputs, how=how, targets=self.targets)
