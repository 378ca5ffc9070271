"""A cell that is run again takes away what it made the time before.

ipywidgets keeps every widget until it is closed, and with it all that the widget holds: each run
of a cell that makes an inspector would leave the one before in the kernel, model and all.
"""

from __future__ import annotations

import gc
import re
import sys
import sysconfig
import weakref
from collections import ChainMap, UserDict, UserList, deque
from collections.abc import Iterable
from functools import cache, partial
from itertools import islice
from pathlib import Path
from types import CellType, FunctionType, MethodType, NoneType, SimpleNamespace
from typing import Any

from IPython.core.getipython import get_ipython
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances

from .cells import Run, after_each_cell, is_last, this_run
from .widget_tree import in_use, parts_of

# IPython's names for what cells gave.
_OF_OUTPUTS = re.compile(r"_{1,3}|_\d+|_oh|Out")
# These hold nothing.
_PLAIN = frozenset({str, bytes, int, float, complex, bool, NoneType})
# So many values are looked at in all, and of one container; what the user keeps a widget by is near
# to a name, and containers of more are data.
_MOST_VALUES, _MOST_OF_ONE = 5_000, 1_000
# Libraries' objects that hold what the user has put there.
_LEADING = (CellType, ChainMap, MethodType, SimpleNamespace, UserDict, UserList, partial)


class CellLifetime:
    """Closes a widget when the cell that made it, and those that showed it, have run again.

    One that the user still has by a name, that another cell shows, be it in a box, or that an open
    view is linked to, stays.

    Parameters
    ----------
    widget : object
        With a method `close`. It holds this, not the other way round.
    """

    def __init__(self, widget: Any) -> None:
        self._widget = weakref.ref(widget)
        self._run = this_run()
        self._shown_by: set[Run | None] = set()
        if self._run is not None:
            after_each_cell(self._close_left_behind)

    def shown(self) -> None:
        """The widget is shown by the cell that runs."""
        self._shown_by.add(this_run())

    def _close_left_behind(self) -> None:
        widget, run, shell = self._widget(), this_run(), get_ipython()
        if widget is None or run is None or self._run is None or shell is None:
            return
        # What the user has is searched when one of its cells has run, and not after each.
        cells = {each.cell for each in (self._run, *self._shown_by) if each is not None}
        if run.cell not in cells or any(map(is_last, (self._run, *self._shown_by))):
            return
        self._shown_by = boxed = _shown_in_boxes(widget)
        if not (boxed or _has(shell.user_ns, widget) or in_use({widget})):
            widget.close()
            # Had an interrupt come into that, the next run of the cell would close what is left.
            self._run = None


# Boxes and the like that users make, and in which run.
_boxes: weakref.WeakKeyDictionary[Widget, Run | None] = weakref.WeakKeyDictionary()


def note_box(widget: Widget) -> None:
    """Note which cell makes a widget that others may stand in."""
    if widget.has_trait("children"):
        _boxes[widget] = this_run()


def _shown_in_boxes(widget: Any) -> set[Run | None]:
    """The runs whose boxes may still show a widget."""
    return {run for box, run in list(_boxes.items()) if is_last(run) and widget in parts_of(box)}


def _has(names: dict[str, Any], widget: Any) -> bool:
    """Whether one of the user's names leads to the widget.

    It may lead there through containers, other widgets, functions, and objects of the user's own
    classes. All names are looked at, but what they lead to only so far: the newest names first,
    and what is near to a name before what is deep in data.
    """
    if any(not _OF_OUTPUTS.fullmatch(name) for name, value in names.items() if value is widget):
        return True
    newest = islice(reversed(names.items()), _MOST_VALUES)
    waiting = deque(value for name, value in newest if not _OF_OUTPUTS.fullmatch(name))
    # That ipywidgets has it is no wish of the user's, whoever looks into its table of all.
    seen = {id(_instances)}
    looked_at = 0
    while waiting and looked_at < _MOST_VALUES:
        value = waiting.popleft()
        if type(value) in _PLAIN or id(value) in seen:
            continue
        seen.add(id(value))
        values = list(islice(_held(value), _MOST_OF_ONE))
        if any(each is widget for each in values):
            return True
        looked_at += len(values)
        waiting.extend(values)
    return False


def _held(value: Any) -> Iterable[Any]:
    """What a value of the user's holds, as far as that can be a widget."""
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset | deque):
        return value
    if isinstance(value, Widget):
        return list(vars(value).values())
    if isinstance(value, FunctionType):  # what it looks up in its module is no part of it
        return (value.__closure__, value.__defaults__, value.__kwdefaults__, vars(value))
    if isinstance(value, _LEADING) or _is_users(str(type(value).__module__)):
        return gc.get_referents(value)
    return ()


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
