"""Closing a widget with all that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ipywidgets import Widget


def parts_of(widget: Widget, keep: Iterable[Widget] = ()) -> list[Widget]:
    """A widget and every widget that its synced traits hold, however deep.

    Parameters
    ----------
    keep : iterable of Widget
        These, and what only they hold, are left out.
    """
    found: dict[str, Widget] = {}
    waiting = [widget]
    # A closed widget, as one may be at the end of Python, has no number any more.
    kept = {other.model_id for other in keep if other.comm is not None}
    while waiting:
        part = waiting.pop()
        if part.comm is None or part.model_id in kept or part.model_id in found:
            continue
        found[part.model_id] = part
        for name in part.traits(sync=True):
            waiting.extend(_widgets_in(getattr(part, name)))
    return list(found.values())


def _widgets_in(value: Any) -> Iterator[Widget]:
    if isinstance(value, Widget):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _widgets_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _widgets_in(item)
