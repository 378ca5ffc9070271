"""Embedding: which samples does a layer hold for alike?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from traitlets import Bool, Bytes, Enum, Float, Int, TraitError, Unicode, observe, validate

from ....analysis.arrays import Floats, Indices
from ....analysis.embedding.tsne import INSTALL, has_tsne
from ....records.layer_picture import LayerPicture
from ....records.layer_record import as_record
from ....records.points.point_cloud import SUBJECTS, point_cloud
from ....records.points.point_picture import METHODS, PointPicture
from ....records.record_kind import WEIGHTS
from ....records.samples.row_heads import SampleAnswers, SamplePictures
from ....runtime.call_stack import surely
from ....validation.arrays import number_array
from ....validation.objects import optional
from ....validation.texts import texts
from ...jupyter.bundles import bundle
from ...jupyter.error_text import logged_error
from ...linking.column_axis import ColumnAxis
from ...linking.sample_selection import SampleSelection
from ...linking.selection import Selection
from ...linking.traits import Whole, WidgetOf
from ...linking.wire_format import HeadTraits, head_entries, picture_state, wire
from ..layer_view import brief
from ..sample_view import SampleView
from ..view_slot import Links, ViewSlot
from .given_samples import for_rows, given_answers, given_pictures
from .placed_points import placed_points
from .placing import Placing
from .told_samples import ToldSamples

if TYPE_CHECKING:
    from PIL.Image import Image


class Embedding(HeadTraits, SampleView):
    """A layer as a cloud of points: samples to which it gives alike outputs lie together.

    Principal components at once, or t-SNE [CS231n], which needs openTSNE and takes some seconds.
    Points have the colours of their classes, wrong ones a ring. A map is pooled to its mean. The
    next moment of a layer goes on from where its points are. Channels can be the points instead.

    Parameters
    ----------
    values : array_like, shape (batch, ..., channel), or LayerRecord
        What to show.
    labels : sequence of int or str, optional
        A class for each sample; of a record of some samples, also for each of all.
    class_names : sequence of str, optional
        Names of the classes that whole-number labels count.
    predictions : array_like, optional
        What the model answers: classes, shape (sample,), scores, shape (sample, class), or those
        of the second of two classes, shape (sample, 1).
    inputs : array_like, optional
        What the model was shown, shape (sample, ...): pictures to hover, and what the accuracy
        is compared with.
    subject : {'samples', 'channels'}
        What the points are.
    method : {'pca', 'tsne'}
        How they are placed.
    sample_selection : SampleSelection, optional
        Selected and hovered samples, shared with other views.
    selection, axis, linkage
        Of channels, as for `LayerView`.
    **traits
        Any trait of the view.

    Raises
    ------
    TypeError, ValueError
        The values are not numbers, or there are none; labels, predictions or inputs of another
        length than there are samples.
    TraitError
        t-SNE is asked for, and openTSNE is not installed.
    """

    _esm = bundle("embedding.js")
    _css = bundle("embedding.css")

    surveyed_selection = WidgetOf(SampleSelection).tag(sync=True)
    can_show_surveyed = Bool(
        False, help="Whether the model can be shown samples that were surveyed."
    ).tag(sync=True)
    subject = Enum(list(SUBJECTS), "samples", help="What the points are.").tag(sync=True)
    method = Enum(
        list(METHODS), "pca", help="Principal components, or t-SNE where openTSNE is installed."
    ).tag(sync=True)
    height = Whole(420, min=200, help="Height of the picture in CSS pixels.").tag(sync=True)
    active = Bool(True, help="Whether anybody looks: what nobody sees is not computed.")
    error = Unicode("", help="Why the points could not be placed; '' where they could.").tag(
        sync=True
    )

    _points = Bytes().tag(sync=True)
    _positions = Bytes().tag(sync=True)
    _places = Bytes().tag(sync=True)
    _leaves = Bytes().tag(sync=True)
    _layer = Unicode(help="The layer's path; '' of values that come from elsewhere.").tag(sync=True)
    _late = Bool(False, help="Whether the points are of what was shown before.").tag(sync=True)
    _noun = Unicode("sample", help="What a point is called.").tag(sync=True)
    _shown = Enum(list(METHODS), "pca", help="How the points are placed now.").tag(sync=True)
    _summary = Unicode(help="What the picture rests on, and what it is worth.").tag(sync=True)
    _share = Float(-1.0, help="How far t-SNE is, 0 to 1; -1 while it does not run.").tag(sync=True)
    _install = Unicode(help="What brings t-SNE; '' where it is there.").tag(sync=True)
    _cancel_asked = Int(0, help="How often the page has ended t-SNE.").tag(sync=True)

    # What is shown has not been computed, and samples have not been told of: nobody looks.
    _is_late = False
    _untold: tuple[SamplePictures, ToldSamples] | None = None
    # Numbers in the survey of samples that are shown.
    _shown_as: tuple[int, ...] = ()

    def __init__(
        self,
        values: ArrayLike | LayerPicture | None = None,
        labels: Sequence[int | str] | ArrayLike | None = None,
        class_names: Sequence[str] | None = None,
        *,
        predictions: ArrayLike | None = None,
        inputs: ArrayLike | None = None,
        sample_selection: SampleSelection | None = None,
        selection: Selection | None = None,
        axis: ColumnAxis | None = None,
        **traits: Any,
    ) -> None:
        record = None if values is None else as_record(values)
        optional("sample_selection", sample_selection, SampleSelection)
        names = None if class_names is None else texts("class_names", class_names)
        given = {"labels": labels, "predictions": predictions, "inputs": inputs}
        if record is None and any(each is not None for each in given.values()):
            raise ValueError(f"{', '.join(given)} are of values, and none were given")
        told = ToldSamples()
        if record is not None and any(each is not None for each in given.values()):
            answers = given_answers(record, labels, predictions, names)
            raw = None if inputs is None else number_array("inputs", inputs)
            raw = None if raw is None else for_rows("inputs", raw, record)
            told = ToldSamples(answers, np.array(record.sample_numbers), raw)
        self._placing = Placing(self)
        super().__init__(
            selection=selection,
            axis=axis,
            sample_selection=sample_selection,
            surveyed_selection=SampleSelection(),
            _install="" if has_tsne() else INSTALL,
            **traits,
        )
        if record is not None:
            self._tell(given_pictures(told.raw), told, True)
            self.show(record)

    @property
    def positions(self) -> Floats:
        """Where the points are, shape (point, 2); those of `numbers`, in their order."""
        drawn = self._placing.picture
        return np.zeros((0, 2)) if drawn is None else drawn.positions.copy()

    @property
    def numbers(self) -> Indices:
        """The number of the sample, or of the channel, of each point; see `surveyed`."""
        picture = self._placing.picture
        return np.arange(0) if picture is None else picture.cloud.numbers.copy()

    @property
    def surveyed(self) -> NDArray[np.bool_]:
        """Whether each point is a sample by its number in a survey, not among those shown."""
        picture = self._placing.picture
        return np.arange(len(self.numbers)) < (0 if picture is None else picture.cloud.surveyed)

    @property
    def summary(self) -> str:
        """What the picture rests on, and what it is worth, in a line."""
        return str(self._summary)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until points are placed and judged.

        Parameters
        ----------
        seconds : float, optional
            No longer than this.

        Returns
        -------
        bool
            Whether they are.
        """
        return self._placing.work.wait(seconds)

    def show(self, values: ArrayLike | LayerPicture) -> None:
        """Show another layer, or the same one at another moment: points go on from where they are.

        Parameters
        ----------
        values : array_like, shape (batch, ..., channel), or LayerRecord
        """
        lock = self._placing.work.lock
        with surely(lock), lock:
            before, self._is_late = self._is_late, not self.active
            try:
                super().show(values)
            except BaseException:
                self._is_late = before
                raise
            if not self._is_late:
                self._placing.improve(self.method)

    def start(self, samples_of: str) -> None:
        """From now on the same numbers are other samples: none is selected, points begin anew.

        Parameters
        ----------
        samples_of : str
            What they are samples of, as for `SampleSelection.start`.
        """
        self.sample_selection.start(samples_of)
        self._placing.forget()

    def show_samples(
        self,
        samples: SamplePictures,
        answers: SampleAnswers,
        raw: ArrayLike | None = None,
        *,
        surveyed: Indices | None = None,
        shown_as: Sequence[int] = (),
    ) -> None:
        """Tell what each sample is, by its number among all.

        Parameters
        ----------
        samples : SamplePictures
        answers : SampleAnswers
            Of all samples.
        raw : array_like, shape (sample, ...), optional
            What the model was shown.
        surveyed : ndarray of int, optional
            Numbers in a survey, descending, of samples that stand before all those shown.
        shown_as : sequence of int
            Numbers in the survey of samples that are shown.
        """
        inputs = None if raw is None else number_array("raw", raw)
        told = ToldSamples.beside(answers, inputs, surveyed)
        others, self._shown_as = self._shown_as != tuple(shown_as), tuple(shown_as)
        self._tell(samples, told, True)
        if others and self._record is not None:
            self.show(self._record)

    def show_answers(self, samples: SamplePictures, answers: SampleAnswers) -> None:
        """Tell other answers to the same samples.

        Parameters
        ----------
        samples : SamplePictures
            They are told of already; their words go with the answers.
        answers : SampleAnswers
        """
        pictured = self._untold is not None
        self._tell(samples, self._placing.told.with_answers(answers), pictured)

    def picture(self) -> Image | None:
        """The points as a still picture; None before there are any, or while nobody looks."""
        from ...pictures.embedding_picture import embedding_picture

        drawn = self._placing.picture
        if self.record is None or drawn is None or self._is_late:
            return None
        told = self._placing.told
        return embedding_picture(drawn, told.answers, told.places(drawn.cloud), self._summary)

    def _tell(self, samples: SamplePictures, told: ToldSamples, pictured: bool) -> None:
        """Tell the page what samples are; their pictures where it has others, or none."""
        lock = self._placing.work.lock
        with surely(lock), lock:
            self._placing.told = told
            self._untold = None if self.active else (samples, told)
            if self._untold is not None:
                self._late = True
            else:
                state = self._state_of_samples(samples, told, pictured)
                self._put({**state, "_late": self._is_late})
                if not self._is_late:
                    self._placing.judge()

    def _state_of_samples(
        self, samples: SamplePictures, told: ToldSamples, pictured: bool
    ) -> dict[str, Any]:
        entries = head_entries(samples, told.answers, len(told.answers))
        state = picture_state(samples) if pictured else {}
        is_known = state.get("_head_shape", self._head_shape)[0] > 0 or any(
            entry["text"] or entry["truth"] or entry["answer"] for entry in entries
        )
        state["_heads"] = entries if is_known else []
        if self._placing.picture is not None:
            state["_places"] = wire(told.places(self._placing.picture.cloud), "i4")
        return state

    # What the placing of the points tells ---------------------------------------------------

    def show_picture(self, picture: PointPicture) -> None:
        """Show the points where they are now, in one message to the page.

        Parameters
        ----------
        picture : PointPicture
        """
        self._put(placed_points(picture, self.method))

    def show_share(self, share: float) -> None:
        """Show how far t-SNE is.

        Parameters
        ----------
        share : float
            0 to 1; below 0 when it does not run.
        """
        self._share = share

    def show_failure(self, error: Exception) -> None:
        """Say that the points could not be placed; those before stay.

        Parameters
        ----------
        error : Exception
        """
        with self.hold_sync():
            self._share = -1.0
            self.error = logged_error(self, error)

    def _state_of(self, record: LayerPicture) -> dict[str, Any]:
        """The points of a record, as far as they are placed at once."""
        if self._is_late:
            return {"_layer": record.path, "_late": True}
        cloud = point_cloud(record, self.subject, self._shown_as)
        picture = self._placing.place(cloud, record.path, self.method)
        are_samples = cloud.subject == "samples"
        return {
            "_points": wire(cloud.ids, "i4"),
            "_places": wire(self._placing.told.places(cloud), "i4"),
            "_leaves": wire(np.arange(0) if are_samples else record.columns, "i4"),
            "_noun": "sample" if are_samples else record.channel_noun,
            "_layer": record.path,
            "_late": False,
            "error": "",
            **placed_points(picture, self.method),
        }

    # What is asked for ----------------------------------------------------------------------

    @validate("method")
    def _possible(self, proposal: dict[str, Any]) -> str:
        method: str = proposal["value"]
        if method == "tsne" and not has_tsne():
            raise TraitError(f"method of an Embedding can be 'tsne' with openTSNE: {INSTALL}")
        return method

    @observe("subject", "method")
    def _on_choice(self, change: dict[str, Any]) -> None:
        if self._record is not None:
            self.show(self._record)

    @observe("active")
    def _on_active(self, change: dict[str, Any]) -> None:
        if self.active and self._untold is not None:
            self._tell(*self._untold, True)
        if self.active and self._is_late and self._record is not None:
            self.show(self._record)

    @observe("_cancel_asked")
    def _on_cancel(self, change: dict[str, Any]) -> None:
        self.method = "pca"

    def _on_linkage(self, change: dict[str, Any]) -> None:
        # Samples have no tree.
        if self.subject == "channels":
            super()._on_linkage(change)

    def __repr__(self) -> str:
        record = self.record
        is_of_samples = record is not None and record.kind != WEIGHTS
        return brief(self, record, is_of_samples and self.subject == "samples")

    def _let_go(self) -> None:
        super()._let_go()
        self._placing.let_go()


def _make(links: Links) -> Embedding:
    shared = {name: getattr(links, name) for name in ("selection", "axis", "sample_selection")}
    # The tab that it stands in says when somebody looks.
    return Embedding(**shared, active=False)


SLOT = ViewSlot(_make, tab="points")
