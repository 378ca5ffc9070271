"""NetworkMap: the whole of a live model in a notebook cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox
from numpy.typing import ArrayLike
from traitlets import Instance, Unicode, link, observe, validate

from ...analysis.arrays import Integers
from ...diagnosis.report import Report
from ...model import ModelProbe
from ...model.map.map_columns import checked_labels
from ...model.map.stations import MOST_COLUMNS, checked_columns
from ...records.map.group_effects import GroupEffects
from ...records.map.network_record import NetworkRecord
from ...records.map.station import Station
from ...records.survey.survey import Survey
from ...validation.arrays import indices
from ...validation.objects import optional
from ...validation.scalars import flag, whole_number
from ...validation.texts import texts
from ..jupyter.ownership import Owning, of_open
from ..jupyter.png_fallback import PngFallback
from ..jupyter.subshells import answer_while_busy
from ..linking.selection import Selection
from ..views.layer_view import unchangeable
from .map_moments import MapMoments
from .map_state import MapState
from .map_subject import MapSubject
from .map_view import MapView
from .monitored_map import MonitoredMap

if TYPE_CHECKING:
    from PIL.Image import Image


class NetworkMap(MonitoredMap, Owning, PngFallback, VBox):
    """All of a network at once: layers as columns, channels in groups, what acts on what.

    A column is a layer that stands for those before it; in it channels that answer alike are one
    box. An edge is what silencing a group does to a group of the next column, measured on the
    inputs, in standard deviations of its channels [CNNVis]. The model is read, never changed;
    after more training `refresh` shows it as it is then.

    Parameters
    ----------
    model : keras.Model
        Any Keras model.
    inputs : array, tensor, list or dict of them, tf.data.Dataset or keras.utils.PyDataset
        What everything is measured on: some 32 samples or more, of all classes.
    labels : array_like of int, shape (sample,), optional
        The class of each input; below 0 where it is not known. Without labels the classes are
        those that the model predicts.
    class_names : sequence of str, optional
        Of these classes.
    groups : int, str or mapping of str to int, optional
        How many groups a column has, of all or by its path, or how they are found, as
        `model.map_network` takes it.
    columns : int
        At most so many columns are drawn, from 2 to 24, but for those unfolded by hand.
    survey : Survey, optional
        Of this model with its present weights: classes are averaged over its samples.
    selection : Selection, optional
        Selected channels of `layer`: that of an inspector, whose views then show them, too.

    Attributes
    ----------
    selection : Selection
    stations : tuple of Station
        The columns that are drawn.
    effects : mapping of (str, str) to GroupEffects
        By the paths of parent and child: ``.rms`` and ``.mean``, of their groups.
    record : NetworkRecord
        All of it, as it was when it was made.
    samples : int
        How many samples the effects rest on.
    columns : int
        What was asked for.

    Raises
    ------
    TypeError, ValueError
        No model, inputs that do not fit it, labels that do not fit the inputs, or another setting
        that there is not; the message says what was given and what was expected.
    ModelCallError
        The model's own call raises.

    Examples
    --------
    >>> cv.NetworkMap(net, images[:64], labels=labels[:64], class_names=names)
    """

    layer = Unicode(help="Path of the station that is shown elsewhere; '' for none.")
    selection = Instance(Selection, help="Selected and hovered channels of that layer.")

    _state: MapState | None = None
    _subject: MapSubject | None = None

    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        labels: ArrayLike | None = None,
        class_names: Sequence[str] | None = None,
        groups: int | str | Mapping[str, int] | None = None,
        columns: int = MOST_COLUMNS,
        survey: Survey | None = None,
        selection: Selection | None = None,
    ) -> None:
        optional("survey", survey, Survey)
        optional("selection", selection, Selection)
        checked_columns(columns)
        names = () if class_names is None else tuple(texts("class_names", class_names))
        probe = ModelProbe(model, inputs)
        classes = None if labels is None else checked_labels(labels, probe.samples)
        subject = self._subject = MapSubject(probe, classes, names, survey)
        view = MapView(selection, title=probe.model.name)
        super().__init__([view], selection=view.selection)
        self._state = MapState(
            view,
            lambda: subject,
            groups=groups,
            columns=columns,
            history=lambda: self._history,
            select=self._choose,
        )
        self._moments = MapMoments(self._state, lambda: subject.probe, lambda: self._history)
        link((self, "layer"), (view, "layer"))
        self.add_class("cnnviz")
        answer_while_busy(self)
        self._state.refresh()

    def _let_go(self) -> None:
        self._state = self._moments = None
        self._subject = self._monitor = None

    @property
    def _open(self) -> MapState:
        return of_open(self, self._state, "map")

    # What there is -------------------------------------------------------------------------------

    @property
    def view(self) -> MapView:
        """The widget that draws it: facet, share, reading and colours are traits of it."""
        return self._open.view

    @property
    def record(self) -> NetworkRecord:
        """The map that is shown, as it was when it was made."""
        return of_open(self, self._open.record, "map")

    @property
    def columns(self) -> int:
        """At most so many columns were asked for."""
        return self._open.columns

    @property
    def stations(self) -> tuple[Station, ...]:
        """The columns that are drawn: path, channels, and how many alike are folded into each."""
        return self.record.stations

    @property
    def samples(self) -> int:
        """How many samples the effects rest on."""
        return self.record.samples

    @property
    def effects(self) -> Mapping[tuple[str, str], GroupEffects]:
        """What silencing each group does to each group of the next column, by both paths."""
        return self.record.effects

    def groups(self, path: str) -> Integers:
        """Which group each channel of a station is in.

        Parameters
        ----------
        path : str
            Of a column that is drawn.

        Returns
        -------
        ndarray of int, shape (C,)
            From 0 on; −1 for silent, constant and non-finite channels. Read-only.

        Raises
        ------
        ValueError
            There is no such column; the closest are named.
        """
        return self._open.groups(path).groups

    # What can be done ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Make the map of the model as it is now.

        Groups start from the members that they have, so that a box stays what it is; what was put
        in its place by hand stays there.

        Raises
        ------
        ModelCallError
            The model's own call raises; what was shown stays.
        """
        self._open.refresh()

    def diagnose(self) -> Report:
        """What the map tells of the architecture; the boxes say it, too, where health is shown.

        Told are `over-wide` (channels of a high layer that answer as others do, and are not
        missed), `over-deep` (middle layers whose channels answer to all classes alike) and
        `not-missed` (layers that can be left out whole). All are compared with the same network
        freshly initialised, or tried on the inputs; what cannot be told from chance is not said.
        It takes some passes; `cnnviz_widgets.diagnose` finds all else.

        Returns
        -------
        Report

        Raises
        ------
        ModelCallError
            The model's own call raises.
        """
        return self._open.diagnose()

    def expand(self, path: str, *, fold: bool = False) -> None:
        """Draw all the columns that one stands for, or fold them again.

        Parameters
        ----------
        path : str
            Of a column that is drawn.
        fold : bool
            Take it back.

        Raises
        ------
        ValueError
            There is no such column, or nothing in it to be drawn; to be folded, it is not unfolded.
        """
        self._open.expand(path, not flag("fold", fold))

    def move(self, path: str, channels: Sequence[int], to: int) -> None:
        """Put channels of a column into another group of it; they stay there from then on.

        Parameters
        ----------
        path : str
        channels : sequence of int
            In the layer's own numbering.
        to : int
            The group's number; one past the last begins a new group. A group that is left empty
            goes, and those behind it count one less.

        Raises
        ------
        ValueError
            There is no such column, channel or group; or a channel is in none, being silent,
            constant or not finite.
        """
        state = self._open
        chosen = indices("channels", channels, state.station(path).channels)
        state.move(path, chosen.tolist(), whole_number("to", to))

    def merge(self, path: str, first: int, second: int) -> None:
        """Make one group of two: all of `first` goes into `second`. Raises as `move`."""
        self._open.merge(path, whole_number("first", first), whole_number("second", second))

    def split(self, path: str, group: int) -> None:
        """Make two groups of one, by what its channels answer. Raises as `move`."""
        self._open.split(path, whole_number("group", group))

    def pin(self, path: str, channels: Sequence[int], *, keep: bool = True) -> None:
        """Keep channels in their group when the map is made again, or not. Raises as `move`."""
        state = self._open
        chosen = indices("channels", channels, state.station(path).channels)
        state.pin(path, chosen.tolist(), flag("keep", keep))

    def undo(self) -> None:
        """Take back what was last moved, merged, split or pinned.

        Raises
        ------
        ValueError
            There is nothing since the map was made.
        """
        self._open.undo()

    def redo(self) -> None:
        """Do again what was taken back; raises as `undo`."""
        self._open.redo()

    def reset(self, path: str) -> None:
        """Group the channels of a column anew, as if no hand had been there. Raises as `groups`."""
        self._open.reset(path)

    def picture(self) -> Image | None:
        """The map as a still picture, in the columns' natural order."""
        from .drawing.map_picture import map_picture

        state = self._state
        if state is None or state.record is None:
            return None
        return map_picture(state.record, state.patches, state.view.title, state.view.share)

    def __repr__(self) -> str:
        if self._state is None or self._state.record is None:
            return "<NetworkMap, closed>"
        channels = sum(station.channels for station in self.stations)
        return (
            f"<NetworkMap of {self.view.title!r}: {len(self.stations)} columns, "
            f"{channels:,} channels>"
        )

    def _choose(self, path: str, channels: Sequence[int]) -> None:
        """The page chose channels of a column: the layer first, then these."""
        self.layer = path
        self.selection.selected = list(channels)

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        path: str = proposal["value"]
        if not path or self._subject is None:
            return path
        return self._subject.probe.info(path).path

    @validate("selection")
    def _same_selection(self, proposal: dict[str, Any]) -> Selection:
        selection: Selection = unchangeable(self, "selection", proposal["value"])
        return selection

    @observe("layer")
    def _on_layer(self, change: dict[str, Any]) -> None:
        """Numbers are those of another layer's channels now, unless there was none before."""
        if change["old"]:
            self.selection.selected = []
