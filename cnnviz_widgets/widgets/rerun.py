"""A cell that is run again takes away what it made the time before.

ipywidgets keeps every widget until it is closed, and with it all that the widget holds: each run
of a cell that makes an inspector would leave the one before in the kernel, model and all.
"""

from __future__ import annotations

import sys
import sysconfig
import weakref
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from ipywidgets import Widget

from .cells import after_each_cell, this_run
from .closing import in_use


class CellMade:
    """Closes a widget when the cell that made it, and alone showed it, is run again.

    One that the user still has by a name, that another cell shows, or that an open view is linked
    to, stays.

    Parameters
    ----------
    widget : object
        With a method `close`. It holds this, not the other way round.
    """

    def __init__(self, widget: Any) -> None:
        self._widget = weakref.ref(widget)
        self._run = this_run()
        self._elsewhere = False
        if self._run is not None:
            after_each_cell(self._close_left_behind)

    def shown(self) -> None:
        """The widget is shown by the cell that runs."""
        run = this_run()
        self._elsewhere |= self._run is None or run is None or run.cell != self._run.cell

    def _close_left_behind(self) -> None:
        widget, run, shell = self._widget(), this_run(), get_ipython()
        if widget is None or run is None or self._run is None or shell is None or self._elsewhere:
            return
        again = run.cell == self._run.cell and run.request != self._run.request
        if again and not _has(shell.user_ns, widget) and not in_use({widget}):
            self._run = None
            widget.close()


def _has(names: Mapping[str, Any], widget: Any) -> bool:
    """Whether one of the user's names leads to the widget.

    It may lead there through containers, other widgets, and objects of the user's own classes.
    """
    own = [value for name, value in names.items() if not name.startswith("_") and name != "Out"]
    waiting: list[Iterable[Any]] = [own]
    seen: set[int] = set()
    while waiting:
        for value in waiting.pop():
            if value is widget:
                return True
            held = _held(value)
            if held is not None and id(value) not in seen:
                seen.add(id(value))
                waiting.append(held)
    return False


def _held(value: Any) -> Iterable[Any] | None:
    """What a value of the user's holds, as far as that can be a widget; None for nothing."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset | deque):
        return value
    if isinstance(value, Widget) or _is_users(type(value).__module__):
        return list(getattr(value, "__dict__", {}).values())
    return None


@cache
def _is_users(module: str) -> bool:
    """Whether a module is the user's own: the notebook, or a file that nobody installed."""
    if module == "__main__":
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None or module.partition(".")[0] == __name__.partition(".")[0]:
        return False
    path = Path(file)
    installed = {"site-packages", "dist-packages"}.intersection(path.parts)
    return not installed and not path.is_relative_to(sysconfig.get_path("stdlib"))
