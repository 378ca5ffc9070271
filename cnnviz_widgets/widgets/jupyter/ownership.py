"""What a widget is made of belongs to it: it closes with it, and is never left half made.

ipywidgets keeps every widget that is open, whoever has lost it. So each widget of this package
notes what was made while it was made, be it by a library: that is closed with it, and at once
where its construction fails or is interrupted. What the user made and gave stays the user's.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from types import CodeType, FrameType
from typing import Any, TypeVar
from uuid import uuid4

import comm
import numpy as np
from ipywidgets import Widget

from ...runtime.call_stack import afterwards, surely
from .cell_lifetime import CellLifetime, note_box
from .strict import Checked, Strict
from .widget_tree import in_use, parts_of

T = TypeVar("T")

# Parts that a closed widget had made and another one still uses: they close with the last of them.
_left_open: weakref.WeakSet[Widget] = weakref.WeakSet()


class ClosedWidgetError(RuntimeError):
    """Something was asked of a closed widget that only an open one has."""


class _Construction(Checked):
    """Notes which widgets are made while an instance is, and closes them where it fails."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        made: list[Widget] = []
        try:
            _listen()
            widget = super().__call__(*args, **kwargs)
            parts = [part for part in made if part is not widget and part.comm is not None]
            widget._parts = parts
            if next(_constructions(), None) is None:
                widget._made = CellLifetime(widget)
        except BaseException:
            _close_all(made)
            raise
        return widget


def _constructions() -> Iterator[FrameType]:
    """The constructions that go on in this thread around the caller, the innermost first."""
    return _calls_of(_Construction.__call__.__code__, sys._getframe(2))


def _calls_of(code: CodeType, frame: FrameType | None) -> Iterator[FrameType]:
    """The calls of a function that go on in this thread, seen from a frame, the innermost first.

    The stack itself is asked: a list that is kept beside it, an interrupt could leave wrong.
    """
    while frame is not None:
        if frame.f_code is code:
            yield frame
        frame = frame.f_back


def _listen() -> None:
    """Have ipywidgets tell of every widget before it is opened, and whoever was told before."""
    before = Widget._widget_construction_callback
    if isinstance(before, _Listener):
        return
    Widget.on_widget_constructed(_Listener(before))


class _Listener:
    """Is told of every widget that is made.

    Parameters
    ----------
    before : callable or None
        Whom ipywidgets told until now; it has one place for all.
    """

    def __init__(self, before: Any) -> None:
        self._before = before

    def __call__(self, widget: Widget) -> None:
        frames = list(_constructions())
        for frame in frames:
            frame.f_locals["made"].append(widget)
            # With a name of our own what is half open can be found.
            widget._model_id = widget._model_id or uuid4().hex
        if not frames:
            note_box(widget)
        if self._before is not None:
            self._before(widget)


def _close_all(made: Iterable[Widget]) -> None:
    """Close what a construction that failed has made, the last first."""
    for widget in reversed(list(made)):
        Widget.close(widget)
        _forget_channel(widget)


def _forget_channel(widget: Widget) -> None:
    """Close a channel that a closed widget does not know of.

    It was interrupted while it opened or closed.
    """
    channels = getattr(comm.get_comm_manager(), "comms", {})
    if (channel := channels.get(widget._model_id)) is not None:
        channel.close()
        channels.pop(widget._model_id, None)


class Owning(Strict, Widget, metaclass=_Construction):
    """A widget that closes with all that it made, and lets go of all that it held.

    In a notebook, a cell that is run again closes what it alone made and showed before.
    """

    _parts: Collection[Widget] = ()
    _made: CellLifetime | None = None
    _is_closing = False

    @property
    def model_id(self) -> str:
        """The number by which the page knows it, or knew it: a box may still hold a closed one."""
        return str(self._model_id if self.comm is None else self.comm.comm_id)

    def open(self) -> None:
        """Open it to the page, as a constructor does.

        Raises
        ------
        ClosedWidgetError
            It was closed, with all that it is made of.
        """
        if self._is_made and self.comm is None:
            raise ClosedWidgetError(f"this {type(self).__name__} is closed; make another one")
        super().open()

    def close(self) -> None:
        """Close it with every part that it made; what was given to it, or is shared, stays.

        What an interrupt came into is finished all the same, at the latest when it is closed again.
        """
        # What was interrupted before it had traits has no comm to ask for either.
        if "_trait_values" not in vars(self):
            return
        if self.comm is None and not self._parts and not self._is_closing:
            return  # closed, or never made
        if any(call.f_locals["self"] is self for call in _calls_of(_CLOSING, sys._getframe(1))):
            return  # by a part that uses it
        whole = afterwards(self._close)
        with surely(whole), whole:
            pass

    def _close(self) -> None:
        """Close what is open of it: all of it can be done twice, and begun again in the middle."""
        if self.comm is not None and _left_open:
            # Once it is closed nobody can tell what it used.
            used = [part for part in parts_of(self) if part in _left_open]
            self._parts = {*self._parts, *used}
        parts = set(self._parts)
        self._is_closing = True
        super().close()
        _forget_channel(self)
        shared = in_use(parts)
        _left_open.update(part for part in shared if part.comm is not None)
        for part in parts - shared:
            part.close()
            _forget_channel(part)
            _empty(part)
        _empty(self)
        self._let_go()
        self.unobserve_all()
        self._parts = ()
        self._is_closing = False

    def _let_go(self) -> None:
        """Forget what only an open widget needs: records, callbacks, what reads a model."""

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        if self._made is not None:
            self._made.shown()
        bundle: tuple[dict[str, Any], dict[str, Any]] | None = super()._repr_mimebundle_(**kwargs)
        return bundle


_CLOSING = Owning._close.__code__


def _empty(widget: Widget) -> None:
    """Forget the megabytes that a closed widget has sent to the page."""
    for name, value in widget._trait_values.items():
        if isinstance(value, bytes | np.ndarray):
            widget._trait_values[name] = copy(value[:0])


def of_open(widget: Widget, value: T | None, name: str) -> T:
    """What an open widget has under a name.

    Raises
    ------
    ClosedWidgetError
        The widget was closed, and has it no more.
    """
    if value is None:
        raise ClosedWidgetError(
            f"this {type(widget).__name__} is closed: it has no {name} any more; make another one"
        )
    return value
