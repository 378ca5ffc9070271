"""PrunePanel: what a live model is without the selected channels, and the smaller one to take."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Iterator
from typing import Any, NamedTuple

from traitlets import Bool, Callable, Dict, Int, List, Unicode, observe, validate

from ....model import ModelProbe, model_lock
from ....model.survey.model_stamp import weights_stamp
from ....records.channel.pruning import PruneRehearsal
from ....records.layer_picture import counted
from ....runtime.newest_work import NewestWork, Turn
from ....validation.messages import percent
from ....validation.objects import optional, optional_function
from ....validation.texts import one_of
from ...jupyter.bundles import BundledWidget, bundle
from ...jupyter.error_text import logged_error
from ...jupyter.ownership import Owning
from ...jupyter.thread_local_sync import ThreadLocalSync
from ...linking.selection import Selection
from ...linking.traits import WidgetOf
from ...linking.wire_channel import RehearsalEntry
from ...views.layer_view import unchangeable
from ..work_beside import WorkBeside

HOWS = ("remove", "merge")


class Taken(NamedTuple):
    """A smaller model that was taken, and what it is without."""

    model: Any
    note: str


class PrunePanel(WorkBeside, Owning, ThreadLocalSync, BundledWidget):
    """Rehearses what the model is without the selected channels; a smaller one can be taken.

    The live model is never changed: the smaller one is another, `taken`.

    Parameters
    ----------
    selection : Selection, optional
        Selected channels; that of the layer's views.
    on_ask : callable, optional
        ``on_ask(how, channels)`` rehearses, beside other work: `how` is ``"remove"`` or
        ``"merge"``, `channels` a tuple of numbers as they are selected. It returns a
        `PruneRehearsal`.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("prune-panel.js")
    _css = bundle("prune-panel.css")

    selection = WidgetOf(Selection).tag(sync=True)
    on_ask = Callable(None, allow_none=True, help="Rehearses.")
    layer = Unicode("", help="Path of the layer whose channels are selected.").tag(sync=True)
    enabled = Bool(True, help="Whether what is shown can be rehearsed.").tag(sync=True)
    reason = Unicode("", help="Why not, where it is not enabled.").tag(sync=True)
    error = Unicode("", help="Why it failed; '' where it did not.").tag(sync=True)
    is_working = Bool(False, help="Whether something is being made.").tag(sync=True)
    note = Unicode("", help="What was taken; '' where nothing was.").tag(sync=True)
    can_go_back = Bool(False, help="Whether what was taken can be given back.").tag(sync=True)
    _asked = List([0, "", [], ""], help="Serial, how, channels, and the layer meant.").tag(
        sync=True
    )
    _answered = Int(0, help="Serial of the last rehearsal that ended.").tag(sync=True)
    _cancelled = Int(0, help="Serial of the last one that the page gave up.").tag(sync=True)
    _take_asked = Int(0, help="Raised by the page to take the smaller model.").tag(sync=True)
    _back_asked = Int(0, help="Raised by the page to give it back.").tag(sync=True)
    _rehearsal = Dict(help="What came of the last rehearsal.").tag(sync=True)

    def __init__(
        self,
        selection: Selection | None = None,
        on_ask: Function[[str, tuple[int, ...]], PruneRehearsal] | None = None,
        **traits: Any,
    ) -> None:
        optional("selection", selection, Selection)
        optional_function("on_ask", on_ask)
        self._work = NewestWork(self._failed)
        self._probe: ModelProbe | None = None
        self._last: PruneRehearsal | None = None
        self._stamp: tuple[bytes, ...] = ()
        self._taken: tuple[Taken, ...] = ()
        self._serial = 0
        super().__init__(
            selection=Selection() if selection is None else selection, on_ask=on_ask, **traits
        )

    @property
    def taken(self) -> Any:
        """The smaller Keras model that was taken last; None where none was, or it was given back.

        It shares nothing with the live one, and is not compiled.
        """
        return self._taken[-1].model if self._taken else None

    def look_at(self, layer: str, probe: ModelProbe, why_not: str = "") -> None:
        """Rehearse with the channels of this layer from now on.

        Parameters
        ----------
        layer : str
        probe : ModelProbe
        why_not : str
            Why nothing of what is shown can be rehearsed; "" where it can.
        """
        with self.hold_sync():
            self._probe = probe
            self.layer, self.enabled, self.reason = layer, not why_not, why_not
            entry = self._rehearsal
            if entry and not entry["old"] and self._stamp != _stamp_of(probe):
                self._rehearsal = {**entry, "old": True}

    @validate("selection")
    def _given_once(self, proposal: dict[str, Any]) -> Any:
        return unchangeable(self, "selection", proposal["value"])

    @observe("_asked")
    def _on_asked(self, change: dict[str, Any]) -> None:
        serial, how, channels, layer = change["new"]
        self._serial = serial
        self._begin(lambda turn: self._rehearse(turn, serial, how, tuple(channels), layer))

    @observe("_take_asked")
    def _on_take(self, change: dict[str, Any]) -> None:
        rehearsal = self._last
        if rehearsal is not None:
            self._begin(lambda turn: self._take(turn, rehearsal))

    @observe("_back_asked")
    def _on_back(self, change: dict[str, Any]) -> None:
        self._put(self._taken[:-1])

    @observe("_cancelled")
    def _on_cancelled(self, change: dict[str, Any]) -> None:
        """What goes on ends without a word, as soon as it looks."""
        with self.hold_sync():
            self._work.end()
            self.is_working = False
            self._answered = self._serial

    def _begin(self, work: Function[[Turn], object]) -> None:
        with self.hold_sync():
            self.is_working, self.error = True, ""
        self._work.begin(work)

    def _rehearse(
        self, turn: Turn, serial: int, how: str, channels: tuple[int, ...], layer: str
    ) -> None:
        one_of("how", how, HOWS)
        if self.on_ask is None or self._probe is None:
            raise TypeError("nothing here can rehearse: PrunePanel needs on_ask=… and look_at()")
        if layer != self.layer:
            # The same numbers are other channels there.
            raise ValueError(f"the channels of {layer!r} were meant, but {self.layer!r} is shown")
        stamp = _stamp_of(self._probe)
        rehearsal = self.on_ask(how, channels)
        entry = _entry(rehearsal, channels)

        def put() -> None:
            with self.hold_sync():
                self._last, self._stamp = rehearsal, stamp
                self._rehearsal = dict(entry)
                self.is_working = False
                self._answered = serial

        turn.tell(put)

    def _take(self, turn: Turn, rehearsal: PruneRehearsal) -> None:
        model = rehearsal.smaller_model()

        def put() -> None:
            # Of those before one is kept, to go back to.
            self._put((*self._taken[-1:], Taken(model, _note(rehearsal))))
            self.is_working = False

        turn.tell(put)

    def _put(self, taken: tuple[Taken, ...]) -> None:
        with self.hold_sync():
            self._taken = taken
            self.note = taken[-1].note if taken else ""
            self.can_go_back = bool(taken)

    def _failed(self, error: Exception) -> None:
        with self.hold_sync():
            self.error = logged_error(self, error)
            self.is_working = False
            self._answered = self._serial

    def _let_go(self) -> None:
        self._work.end()
        self.set_trait("on_ask", None)
        self._last = self._probe = None
        self._taken = ()


def _note(rehearsal: PruneRehearsal) -> str:
    gone = len(rehearsal.channels) - (rehearsal.how == "merge")
    return f"a model without {counted(gone, 'channel')} of {rehearsal.path}"


def _entry(rehearsal: PruneRehearsal, channels: tuple[int, ...]) -> RehearsalEntry:
    """As it travels."""
    return {
        "layer": rehearsal.path,
        "channels": list(channels),
        "how": "merge" if rehearsal.how == "merge" else "remove",
        "summary": _said(rehearsal),
        "rows": [*_rows(rehearsal)],
        "why_not": rehearsal.why_not or "",
        "old": False,
    }


def _said(rehearsal: PruneRehearsal) -> str:
    """What the rows do not say."""
    on = counted(rehearsal.samples, "sample")
    if rehearsal.unchanged:
        return f"Nothing changes on {on}."
    if rehearsal.answers_changed is not None and rehearsal.answers is not None:
        return f"{rehearsal.answers_changed:,} of {rehearsal.answers:,} answers differ."
    return f"The outputs change by {percent(rehearsal.change)} on {on}."


def _rows(rehearsal: PruneRehearsal) -> Iterator[tuple[str, str, str]]:
    before, after = rehearsal.accuracy_before, rehearsal.accuracy_after
    if before is not None and after is not None:
        yield "accuracy", percent(before), percent(after)
    if rehearsal.loss_before is not None and rehearsal.loss_after is not None:
        yield "loss", f"{rehearsal.loss_before:.4g}", f"{rehearsal.loss_after:.4g}"
    for noun, count, less in (
        ("parameters", rehearsal.parameters_before, rehearsal.parameters_after),
        ("multiply-adds", rehearsal.multiplications_before, rehearsal.multiplications_after),
    ):
        if less is not None:
            saved = percent((count - less) / count) if count else "0 %"
            yield noun, _amount(count), f"{_amount(less)} (−{saved})"


def _amount(count: int) -> str:
    """As short as there is room for."""
    for name, unit in (("G", 10**9), ("M", 10**6)):
        if count >= unit:
            return f"{count / unit:.2f} {name}"
    return f"{count:,}"


def _stamp_of(probe: ModelProbe) -> tuple[bytes, ...]:
    with model_lock(probe.model):
        return weights_stamp(probe.model)
