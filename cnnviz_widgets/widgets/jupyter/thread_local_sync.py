"""Widgets that the page sets in one thread while another one trains and sets them, too."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

from ipywidgets import Widget
from traitlets import HasTraits

from ...runtime.call_stack import Call, call_of_context, caller_of_context


class _OfThread(threading.local):
    """What the calling thread holds back of one widget, and in which calls it does so."""

    def __init__(self) -> None:
        self.changes: list[Any] = []
        self.holding: Call | None = None
        self.unsent: set[str] = set()
        self.holding_sync: Call | None = None


class ThreadLocalSync(Widget):
    """Holds back messages to the page for the thread and the call that ask for it.

    ipywidgets holds them back until `hold_sync` is left, which an interrupt may prevent: from
    then on the page would learn nothing more.
    """

    @property
    def _of_thread(self) -> _OfThread:
        held: _OfThread | None = self.__dict__.get("_held_back")
        return self.__dict__.setdefault("_held_back", _OfThread()) if held is None else held

    # The two names by which `hold_sync` knows what to do.

    @property
    def _holding_sync(self) -> bool:
        call = self._of_thread.holding_sync
        return call is not None and call.under_way

    @_holding_sync.setter
    def _holding_sync(self, value: bool) -> None:
        call = Call(caller_of_context(_setting(sys._getframe(1)))) if value else None
        self._of_thread.holding_sync = call

    @property
    def _states_to_send(self) -> set[str]:
        return self._of_thread.unsent


def _setting(frame: FrameType) -> FrameType:
    """Who sets an attribute, seen from what the attribute does when it is set."""
    # A class may have a way of its own to set attributes, which stands in between.
    while frame.f_code.co_name == "__setattr__" and frame.f_back is not None:
        frame = frame.f_back
    return frame


class ThreadLocalChanges(ThreadLocalSync, HasTraits):
    """Holds back what the thread that asks for it sets, and nothing of the others.

    ipywidgets holds back notifications while it takes a message from the page, and messages in
    `hold_sync`, both for all threads at once: what another one set just then was now and then
    lost, or ended in an error. A value that is refused is not set; those before it in the same
    message stay.
    """

    def hold_trait_notifications(self) -> _Holding:  # type: ignore[override]  # no generator
        """Tell of this thread's changes at the end of the context."""
        return _Holding(self)

    def notify_change(self, change: Any) -> None:
        """Tell of a change, unless this thread holds its changes back."""
        if self._holds_changes:
            self._of_thread.changes.append(change)
        else:
            super().notify_change(change)

    @property
    def _holds_changes(self) -> bool:
        call = self._of_thread.holding
        return call is not None and call.under_way


class _Holding:
    """The context of `ThreadLocalChanges.hold_trait_notifications`."""

    def __init__(self, widget: ThreadLocalChanges) -> None:
        self._widget = widget
        self._is_outermost = False

    def __enter__(self) -> None:
        widget, mine = self._widget, self._widget._of_thread
        if widget._holds_changes:
            return
        mine.changes = []
        mine.holding = call_of_context(sys._getframe(1))
        self._is_outermost = True

    def __exit__(self, *exception: object) -> None:
        mine = self._widget._of_thread
        if self._is_outermost:
            mine.holding = None
            for change in mine.changes:
                self._widget.notify_change(change)
