"""Timeline: the moments of a training, to go back to."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import anywidget
import numpy as np
from numpy.typing import ArrayLike
from traitlets import Bool, Bytes, Dict, Int, List, Tuple, Unicode, observe

from ..analysis.call_stack import afterwards, surely
from ..analysis.thinning import evenly, thin_moments
from .bundles import bundle
from .told import told
from .two_threads import ForTwoThreads
from .wire_format import wire

__all__ = ["Mark", "Timeline"]

# More ticks than this are no longer told apart on any screen.
MOST_TICKS = 2_000
MOST_MARKS = 400

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


class Timeline(ForTwoThreads, anywidget.AnyWidget):
    """A strip of a training's moments: scrub, play, jump to where something began, go live.

    Parameters
    ----------
    on_position : callable, optional
        ``on_position(position)`` shows the moment at that step, -1: the model as it is now. What
        it returns is shown as `note`, where it is not None; so is what it raises. While it runs,
        the page says that the moment is being read. Without it nothing is waited for.
    on_mark : callable, optional
        ``on_mark(position, kind, layer)`` shows the layer of a mark at the moment to which that
        led; otherwise as `on_position`, which is called where this is not given.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("timeline.js")
    _css = bundle("timeline.css")

    position = Int(-1, min=-1, help="Step of the moment that is chosen; -1: live.").tag(sync=True)
    note = Unicode("", help="What is to be known of the moment; '' for nothing.").tag(sync=True)
    training = Bool(False, help="Whether the model trains just now.").tag(sync=True)

    _steps = Bytes(help="Step of each tick, ascending.").tag(sync=True)
    _kept = Bytes(help="Whether the shown place has a record at each tick.").tag(sync=True)
    _moments = Int(0, help="How many moments there are, of which each tick is one.").tag(sync=True)
    _onsets = List(Dict(), help="What began where, by step.").tag(sync=True)
    _marks = Int(0, help="How many onsets there are, of which those sent are some.").tag(sync=True)
    _mark = Tuple(
        Int(0),
        Unicode(),
        Unicode(),
        default_value=(0, "", ""),
        help="How often the page went to a mark, and the kind and the layer of the last one.",
    ).tag(sync=True)
    _shown = Int(-1, help="The position that Python shows; it follows `position`.").tag(sync=True)

    def __init__(
        self,
        on_position: Callable[[int], str | None] | None = None,
        on_mark: Callable[[int, str, str], str | None] | None = None,
        **traits: Any,
    ) -> None:
        self.on_position = on_position
        self.on_mark = on_mark
        # The mark that the page went to last, by its number, and the moment that it led to, as
        # long as word of a move there may follow.
        self._marks_seen = 0
        self._led_to: int | None = None
        super().__init__(**traits)

    def show(self, steps: ArrayLike, kept: ArrayLike, onsets: Sequence[Mark] = ()) -> None:
        """Show these moments, in one message to the page.

        Parameters
        ----------
        steps : array_like of int, shape (n,)
            Training step of each moment, ascending.
        kept : array_like of bool, shape (n,)
            Whether the shown place has a record at each moment, and not only numbers.
        onsets : sequence of Onset
            What began at which step.

        Raises
        ------
        ValueError
            The steps do not ascend, are below 0, or are not as many as `kept`.
        """
        at, there = np.asarray(steps), np.asarray(kept, dtype=bool)
        if at.ndim != 1 or at.shape != there.shape:
            raise ValueError(
                "steps and kept must be one-dimensional and of one length; "
                f"got the shapes {at.shape} and {there.shape}"
            )
        if len(at) and (at[0] < 0 or (np.diff(at) <= 0).any()):
            raise ValueError(f"steps must ascend from 0 or more; got {at}")
        marks = _some(sorted(onsets, key=lambda mark: mark.step))
        begun = np.array([mark.step for mark in marks], dtype=np.int64)
        moments = np.clip(np.searchsorted(at, begun), 0, max(0, len(at) - 1))
        ticks = thin_moments(there, MOST_TICKS, moments if len(at) else ())
        with self.hold_sync():
            self._steps = wire(at[ticks], "f8")
            self._kept = wire(there[ticks], "u1")
            self._moments = len(at)
            self._marks = len(onsets)
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

    @observe("position", "_mark")
    def _on_move(self, change: dict[str, Any]) -> None:
        """The page may have moved it: no caller is there to see an error but the reader."""
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

    def _answer(self, show: Callable[[], str | None]) -> None:
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
                note = told(error)
                self.log.error("".join(traceback.format_exception(error)))


def _some(marks: list[Mark]) -> list[Mark]:
    """As many marks as can be shown: the first of each kind, and the others evenly thinned."""
    if len(marks) <= MOST_MARKS:
        return marks
    firsts = {mark.kind: at for at, mark in reversed(list(enumerate(marks)))}
    others = np.setdiff1d(np.arange(len(marks)), list(firsts.values()))
    chosen = {*firsts.values(), *evenly(others, MOST_MARKS - len(firsts)).tolist()}
    return [marks[at] for at in sorted(chosen)]
