"""What a widget is made of."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances


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


def in_use(parts: Set[Widget]) -> set[Widget]:
    """Those of the parts that an open widget uses which is none of them.

    Views that are linked use the same selection. That a part also stands in a box is no such use:
    it is shown there only as long as its owner is open.
    """
    found: set[Widget] = set()
    for other in list(_instances.values()):
        package = type(other).__module__.partition(".")[0]
        if other in parts or package == "ipywidgets":
            continue
        boxed = () if package == __name__.partition(".")[0] else ("children",)
        used = [value for name, value in other._trait_values.items() if name not in boxed]
        for part in widgets_in(used):
            if part in parts:
                found.update(parts_of(part))
    return found
