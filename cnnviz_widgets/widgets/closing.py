"""What a widget is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipywidgets import Widget


def parts_of(widget: Widget) -> list[Widget]:
    """A widget and every widget that its synced traits hold, however deep, but closed ones."""
    found: dict[str, Widget] = {}
    waiting = [widget]
    while waiting:
        part = waiting.pop()
        if part.comm is None or part.model_id in found:
            continue
        found[part.model_id] = part
        for name in part.traits(sync=True):
            waiting.extend(widgets_in(getattr(part, name)))
    return list(found.values())


def widgets_in(value: Any) -> Iterator[Widget]:
    """The widgets that a value is, or holds in lists and dictionaries."""
    if isinstance(value, Widget):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from widgets_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from widgets_in(item)
