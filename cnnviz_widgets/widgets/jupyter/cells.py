"""The cells of the notebook, as far as a widget has to know of them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from IPython.core.getipython import get_ipython


class Run(NamedTuple):
    """One run of one cell."""

    cell: str
    request: str


def this_run() -> Run | None:
    """The run that goes on; None outside a notebook, or where its cells have no names."""
    kernel = getattr(get_ipython(), "kernel", None)
    parent: dict[str, Any] = {} if kernel is None else kernel.get_parent() or {}
    cell = parent.get("metadata", {}).get("cellId")
    return Run(cell, parent["header"]["msg_id"]) if cell else None


# The request of each cell's last run.
_last: dict[str, str] = {}


def is_last(run: Run | None) -> bool:
    """Whether a cell has not run again since, so that its outputs are those of that run.

    None, for what was not run by a cell, counts as that: nobody can tell when it is over.
    """
    return run is None or _last.get(run.cell, run.request) == run.request


def after_each_cell(method: Callable[[], None]) -> None:
    """Call a method whenever a cell has run, as long as its object lives; only in a notebook.

    The last one that asked is called first: what is made of others has its turn before them.

    Parameters
    ----------
    method : bound method
    """
    if get_ipython() is not None:
        _called_after_cells().append(weakref.WeakMethod(method))


@cache
def _called_after_cells() -> list[weakref.WeakMethod[Callable[[], None]]]:
    methods: list[weakref.WeakMethod[Callable[[], None]]] = []

    def after(result: object) -> None:
        run = this_run()
        if run is not None:
            _last[run.cell] = run.request
        methods[:] = [each for each in methods if each() is not None]
        errors = []
        for each in reversed(list(methods)):
            method = each()
            try:
                if method is not None:
                    method()
            except Exception as error:
                errors.append(error)
        if errors:
            # The shell shows one in the cell; the others have had their turn all the same.
            raise errors[0]

    shell: Any = get_ipython()
    shell.events.register("post_run_cell", after)
    return methods
