"""Word from a cell that takes long, before there is a widget to show it."""

from __future__ import annotations

import time
from types import TracebackType

from IPython.core.getipython import get_ipython
from IPython.display import DisplayHandle, display
from ipywidgets import Widget

# A cell that is done sooner needs no words.
_PATIENCE = 0.7


class CellProgress:
    """Shows a widget in the running cell once the work has taken long, until it is done.

    Parameters
    ----------
    widget : Widget
        What is shown; the caller keeps it up to date and calls `tick` when it does.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._start = time.monotonic()
        self._handle: DisplayHandle | None = None

    def __enter__(self) -> CellProgress:
        return self

    def tick(self) -> None:
        """The work goes on: show the widget if it is time."""
        shell = get_ipython()
        in_notebook = shell is not None and getattr(shell, "kernel", None) is not None
        if self._handle or not in_notebook or time.monotonic() - self._start < _PATIENCE:
            return
        self._handle = display(self._widget, display_id=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            # An output cannot be taken back, but it can be emptied.
            self._handle.update({"text/plain": ""}, raw=True)
