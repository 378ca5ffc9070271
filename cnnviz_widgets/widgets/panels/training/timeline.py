"""Timeline: a training at the foot of the page, and its moments to go back to."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from anywidget import WidgetTrait
from numpy.typing import ArrayLike, NDArray
from traitlets import Bool, Bytes, Callable, Dict, Int, List, Tuple, Unicode, observe

from ....analysis.decimation import decimated_moments
from ....analysis.spreading import evenly
from ....history.samples.kept_samples import InputChange
from ....history.training_logs import TrainingLogs
from ....runtime.call_stack import afterwards, surely
from ....validation.arrays import as_array, ascending_steps
from ....validation.messages import described
from ....validation.objects import each_instance, optional, optional_function
from ....validation.scalars import whole_number
from ...jupyter.bundles import BundledWidget, bundle
from ...jupyter.error_text import logged_error
from ...jupyter.ownership import Owning
from ...jupyter.thread_local_sync import ThreadLocalChanges
from ...linking.traits import Whole
from ...linking.wire_format import wire
from ..selector import LayerSelector
from .curves import HealthCurves, drawn_logs

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Mark", "Timeline"]

# More ticks than this are no longer told apart on any screen.
MOST_TICKS = 2_000
MOST_MARKS = 400
# Points of a layer's curve: it is as high as a line of text.
_MOST_POINTS = 240

_AS_GIVEN = "the inputs as given"
_INTERRUPTED = "Reading this moment was interrupted."


class Mark(Protocol):
    """Something that began at a step, as far as the timeline shows it: an `Onset`."""

    @property
    def kind(self) -> str:
        """``"dead"``, ``"non-finite"`` or ``"frozen"``."""

    @property
    def layer(self) -> str:
        """Path of the layer."""

    @property
    def step(self) -> int:
        """The first step at which it was seen."""

    @property
    def text(self) -> str:
        """One sentence."""

    @property
    def from_start(self) -> bool:
        """Whether it was there at the first look: training did not bring it about."""


class Timeline(Owning, ThreadLocalChanges, BundledWidget):
    """A training in one strip: losses, metrics, one number of the layers, and a play head.

    Drag the head or play, jump to where something began, mark two moments and compare them.

    Parameters
    ----------
    selector : LayerSelector, optional
        Whose chosen layer stands out.
    on_position : callable, optional
        ``on_position(position)`` shows the moment at that step, -1: the model as it is now. What
        it returns is shown as `note`, where it is not None; so is what it raises. While it runs,
        the page says that the moment is being read. Without it nothing is waited for.
    on_mark : callable, optional
        ``on_mark(position, kind, layer)`` shows the layer of a mark at the moment to which that
        led; otherwise as `on_position`, which is called where this is not given.
    on_compare : callable, optional
        ``on_compare(a, b)`` compares the moments at these two steps; otherwise as `on_position`.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("timeline.js")
    _css = bundle("timeline.css")

    position = Whole(-1, min=-1, help="Step of the moment that is chosen; -1: live.").tag(sync=True)
    note = Unicode("", help="What is to be known of the moment; '' for nothing.").tag(sync=True)
    on_position = Callable(None, allow_none=True, help="Shows the moment at a position.")
    on_mark = Callable(None, allow_none=True, help="Shows what a mark is of.")
    has_live = Bool(True, help="Whether there is a model as it is now.").tag(sync=True)
    training = Bool(False, help="Whether the model trains just now.").tag(sync=True)
    number = Unicode(
        "dead_share", help="Which number of the layers is drawn; an unknown one: the first."
    ).tag(sync=True)
    mark_a = Whole(-1, min=-1, help="Step of the first moment to compare; -1: none.").tag(sync=True)
    mark_b = Whole(-1, min=-1, help="Step of the second moment; -1: none.").tag(sync=True)
    comparing = Bool(False, help="Whether the two moments are shown beside one another.").tag(
        sync=True
    )
    selector = WidgetTrait().tag(sync=True)
    on_compare = Callable(None, allow_none=True, help="Compares two moments.")

    _steps = Bytes(help="Step of each tick, ascending.").tag(sync=True)
    _kept = Bytes(help="Whether the shown place has a record at each tick.").tag(sync=True)
    _moments = Int(0, help="How many moments there are, of which each tick is one.").tag(sync=True)
    _onsets = List(Dict(), help="What began where, by step.").tag(sync=True)
    _changes = List(Dict(), help="Which inputs were shown from which step on.").tag(sync=True)
    _marks = Int(0, help="How many onsets there are, of which those sent are some.").tag(sync=True)
    _mark = Tuple(
        Int(0),
        Unicode(),
        Unicode(),
        default_value=(0, "", ""),
        help="How often the page went to a mark, and the kind and the layer of the last one.",
    ).tag(sync=True)
    _shown = Int(-1, help="The position that Python shows; it follows `position`.").tag(sync=True)
    _numbers = List(Dict(), help="Name, title, explanation and look of each number.").tag(sync=True)
    _paths = List(Unicode(), help="Path of the layer of each curve.").tag(sync=True)
    _points = Bytes(help="Step of each point of the layers' curves.").tag(sync=True)
    _values = Bytes(help="A value for each number, layer and point.").tag(sync=True)
    _logs = List(Dict(), help="Name and points of each loss and metric.").tag(sync=True)
    _log_steps = Bytes(help="Step of each point of all losses and metrics.").tag(sync=True)
    _log_values = Bytes(help="Means of all of them, then the least, then the greatest.").tag(
        sync=True
    )
    _epochs = Bytes(help="Steps made when each epoch began, and its number.").tag(sync=True)
    _end = Int(0, help="The step at which training is to end; 0: not known.").tag(sync=True)
    _compare_asked = Int(0, help="How often the page asked to compare.").tag(sync=True)
    _compare_answered = Int(0).tag(sync=True)

    def __init__(
        self,
        on_position: Function[[int], str | None] | None = None,
        on_mark: Function[[int, str, str], str | None] | None = None,
        on_compare: Function[[int, int], str | None] | None = None,
        *,
        selector: LayerSelector | None = None,
        **traits: Any,
    ) -> None:
        optional_function("on_position", on_position)
        optional_function("on_mark", on_mark)
        optional_function("on_compare", on_compare)
        optional("selector", selector, LayerSelector)
        # The mark that the page went to last, by its number, and the moment that it led to, as
        # long as word of a move there may follow.
        self._marks_seen = 0
        self._led_to: int | None = None
        asks = {"on_position": on_position, "on_mark": on_mark, "on_compare": on_compare}
        super().__init__(selector=selector, **asks, **traits)

    def show(
        self,
        steps: ArrayLike,
        kept: ArrayLike,
        onsets: Sequence[Mark] = (),
        changes: Sequence[InputChange] = (),
    ) -> None:
        """Show these moments, in one message to the page.

        Parameters
        ----------
        steps : array_like of int, shape (n,)
            Training step of each moment, ascending.
        kept : array_like of bool, shape (n,)
            Whether the shown place has a record at each moment, and not only numbers.
        onsets : sequence of Onset
            What began at which step.
        changes : sequence of InputChange
            Where the model was shown other inputs.

        Raises
        ------
        TypeError, ValueError
            The steps are no whole numbers, do not ascend, are below 0, or are not as many as
            `kept`; or an onset is none.
        """
        at, there = ascending_steps("steps", steps), as_array("kept", kept)
        if not np.isin(there, (False, True)).all():
            raise TypeError(f"kept must be True or False for each step; got {described(kept)}")
        there = there.astype(bool)
        if at.shape != there.shape:
            raise ValueError(
                "steps and kept must be one-dimensional and of one length; "
                f"got the shapes {at.shape} and {there.shape}"
            )
        _check_marks(onsets)
        marks = _some(sorted(onsets, key=lambda mark: mark.step))
        begun = np.array([mark.step for mark in marks], dtype=np.int64)
        moments = np.clip(np.searchsorted(at, begun), 0, max(0, len(at) - 1))
        ticks = decimated_moments(there, MOST_TICKS, moments if len(at) else ())
        with self.hold_sync():
            self._steps = wire(at[ticks], "f8")
            self._kept = wire(there[ticks], "u1")
            self._moments = len(at)
            self._marks = len(onsets)
            self._changes = [
                {
                    "step": int(each.step),
                    "title": _AS_GIVEN if each.inputs is None else each.inputs.title,
                }
                for each in list(changes)[-MOST_MARKS:]
            ]
            self._onsets = [
                {
                    "kind": mark.kind,
                    "layer": mark.layer,
                    "step": int(mark.step),
                    "text": mark.text,
                    "from_start": mark.from_start,
                }
                for mark in marks
            ]

    def show_health(
        self,
        steps: ArrayLike,
        paths: Sequence[str],
        numbers: Mapping[str, ArrayLike],
        titles: Mapping[str, str] | None = None,
        explanations: Mapping[str, str] | None = None,
    ) -> None:
        """Draw a number of every layer below the losses; which one is chosen in the page.

        Parameters
        ----------
        steps, paths, numbers, titles, explanations
            As `HealthPanel.show`.

        Raises
        ------
        TypeError, ValueError
            As it.
        """
        curves = HealthCurves.of(steps, paths, numbers, titles, explanations, _MOST_POINTS)
        with self.hold_sync():
            self._numbers = curves.entries
            self._paths = curves.paths
            self._points = wire(curves.steps, "f8")
            self._values = wire(curves.values, "f4")

    def show_logs(self, logs: Sequence[TrainingLogs], end: int = 0) -> None:
        """Draw losses and metrics, in one message to the page.

        Parameters
        ----------
        logs : sequence of TrainingLogs
            Such as ``[history.logs]``; each goes on where the one before ended.
        end : int
            The step at which training is to end: as far the axis goes. 0 where that is not known.

        Raises
        ------
        TypeError, ValueError
            Something else is given.
        """
        each_instance("logs", logs, TrainingLogs)
        whole_number("end", end, 0)
        curves = drawn_logs(logs)
        epochs = [epoch for part in logs for epoch in part.epochs]
        with self.hold_sync():
            self._logs = [
                {
                    "name": name,
                    "of": curve.of,
                    "points": len(curve),
                    "batches": int(curve.counts.max(initial=1)),
                }
                for name, curve in curves.items()
            ]
            self._log_steps = wire(_joined([curve.steps for curve in curves.values()]), "f8")
            values = [
                _joined([getattr(curve, part) for curve in curves.values()])
                for part in ("means", "lows", "highs")
            ]
            # float32 has no larger numbers.
            with np.errstate(over="ignore"):
                self._log_values = wire(_joined(values).astype(np.float32), "f4")
            self._epochs = wire(np.array(epochs, np.float64).reshape(-1), "f8")
            self._end = end

    def picture(self) -> Image | None:
        """The number that is chosen, of all layers, as a still picture; None without any."""
        from ...pictures.health_picture import health_picture

        steps, names = np.frombuffer(self._points, "<f8"), [each["name"] for each in self._numbers]
        if not steps.size or not self._paths or not names:
            return None
        chosen = names.index(self.number) if self.number in names else 0
        values = np.frombuffer(self._values, "<f4").reshape(len(names), len(self._paths), -1)
        return health_picture(steps, self._paths, values[chosen], self._numbers[chosen]["title"])

    def _let_go(self) -> None:
        for name in ("on_position", "on_mark", "on_compare"):
            self.set_trait(name, None)

    @observe("_compare_asked")
    def _on_compare(self, change: dict[str, Any]) -> None:
        """The page asked to compare its two marks: no caller is there to see an error."""
        note = _INTERRUPTED

        def answer() -> None:
            with self.hold_sync():
                self.note = note
                self._compare_answered = change["new"]

        answered = afterwards(answer)
        with surely(answered), answered:
            try:
                if self.on_compare is None:
                    raise TypeError("nothing here can compare: Timeline needs on_compare=…")
                note = self.on_compare(self.mark_a, self.mark_b) or ""
            except Exception as error:
                note = logged_error(self, error)

    @observe("position", "_mark")
    def _on_move(self, change: dict[str, Any]) -> None:
        """The page may have moved it: no caller is there to see an error but the reader."""
        if change["new"] != getattr(self, change["name"]):
            # Its mark has led elsewhere, which was told.
            return
        # A mark and its moment come in one message, in either order, and are told one by one.
        number, kind, layer = self._mark
        is_mark, self._marks_seen = number != self._marks_seen, number
        been_there, self._led_to = self.position == self._led_to, None
        if not is_mark and (been_there or change["name"] == "_mark"):
            return
        if is_mark and change["name"] == "_mark":
            self._led_to = self.position
        if is_mark and self.on_mark is not None:
            self._answer(partial(self.on_mark, self.position, kind, layer))
        elif self.on_position is not None:
            self._answer(partial(self.on_position, self.position))
        else:
            self._answer(lambda: None)

    def _answer(self, show: Function[[], str | None]) -> None:
        note = _INTERRUPTED

        def answer() -> None:
            with self.hold_sync():
                self.note = note
                # `show` may have gone elsewhere.
                self._shown = self.position

        answered = afterwards(answer)
        with surely(answered), answered:
            try:
                note = show() or ""
            except Exception as error:
                note = logged_error(self, error)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _check_marks(onsets: Any) -> None:
    if isinstance(onsets, str) or not isinstance(onsets, Sequence):
        raise TypeError(f"onsets must be several Onsets; got {described(onsets)}")
    for mark in onsets:
        if not all(hasattr(mark, name) for name in ("kind", "layer", "step", "text")):
            raise TypeError(f"each of onsets must be an Onset; got {described(mark)}")


def _some(marks: list[Mark]) -> list[Mark]:
    """As many marks as can be shown: the first of each kind, and the others evenly thinned."""
    if len(marks) <= MOST_MARKS:
        return marks
    firsts = {mark.kind: at for at, mark in reversed(list(enumerate(marks)))}
    others = np.setdiff1d(np.arange(len(marks)), list(firsts.values()))
    room = MOST_MARKS - len(firsts)
    chosen = {*firsts.values(), *others[evenly(others.size, room, "ends")].tolist()}
    return [marks[at] for at in sorted(chosen)]
