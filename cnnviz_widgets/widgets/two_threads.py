"""Widgets that the page sets in one thread while another one trains and sets them, too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ipywidgets import Widget


class _OfThread(threading.local):
    """What the calling thread holds back of one widget."""

    def __init__(self) -> None:
        self.changes: list[Any] | None = None
        self.holds_sync = False
        self.unsent: set[str] = set()


class ForTwoThreads(Widget):
    """Holds back what the thread that asks for it sets, and nothing of the others.

    ipywidgets holds back notifications while it takes a message from the page, and messages in
    `hold_sync`, both for all threads at once: what another one set just then was now and then
    lost, or ended in an error. A value that is refused is not set; those before it in the same
    message stay.
    """

    @contextmanager
    def hold_trait_notifications(self) -> Iterator[None]:
        """Tell of this thread's changes at the end."""
        mine = self._of_thread
        if mine.changes is not None:
            yield
            return
        changes = mine.changes = []
        try:
            yield
        finally:
            mine.changes = None
            for change in changes:
                self.notify_change(change)

    def notify_change(self, change: Any) -> None:
        """Tell of a change, unless this thread holds its changes back."""
        held = self._of_thread.changes
        if held is None:
            super().notify_change(change)
        else:
            held.append(change)

    @property
    def _of_thread(self) -> _OfThread:
        found: _OfThread | None = self.__dict__.get("_held_back")
        return self.__dict__.setdefault("_held_back", _OfThread()) if found is None else found

    # The two names by which `hold_sync` knows what to do.

    @property
    def _holding_sync(self) -> bool:
        return self._of_thread.holds_sync

    @_holding_sync.setter
    def _holding_sync(self, value: bool) -> None:
        self._of_thread.holds_sync = value

    @property
    def _states_to_send(self) -> set[str]:
        return self._of_thread.unsent
