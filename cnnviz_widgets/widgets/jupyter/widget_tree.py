"""What a widget is made of."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterator, Set
from typing import Any

import traitlets
from anywidget import WidgetTrait
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances

_PACKAGE = __name__.partition(".")[0]

# Names of the traits of a class that can hold widgets, and whether they are synced. Users make
# classes again with each run of a cell: those of before are not to be kept.
_holding: weakref.WeakKeyDictionary[type, dict[str, bool]] = weakref.WeakKeyDictionary()


def parts_of(widget: Widget) -> list[Widget]:
    """A widget and every widget that its synced traits hold, however deep, but closed ones."""
    parts: dict[str, Widget] = {}
    waiting = [widget]
    while waiting:
        part = waiting.pop()
        if part.comm is None or part.model_id in parts:
            continue
        parts[part.model_id] = part
        waiting.extend(_widgets_of(part, synced=True))
    return list(parts.values())


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


def _widgets_of(
    widget: Widget, *, synced: bool = False, but: Collection[str] = ()
) -> Iterator[Widget]:
    """The widgets that a widget's traits hold themselves.

    Parameters
    ----------
    synced : bool
        Look at the synced ones alone.
    but : collection of str
        Names of traits that are not looked at.
    """
    for name, is_synced in _holding_traits(type(widget)).items():
        if (is_synced or not synced) and name not in but:
            yield from widgets_in(widget._trait_values.get(name))


def _holding_traits(kind: type[Widget]) -> dict[str, bool]:
    """The traits of a class that can hold widgets, and whether they are synced.

    The others are not looked into: they may hold all that is on a page.
    """
    names = _holding.get(kind)
    if names is None:
        names = _holding[kind] = {
            name: bool(trait.metadata.get("sync"))
            for name, trait in kind.class_traits().items()
            # What our own containers hold has a type, where it is a widget.
            if _can_hold(trait, anything=trait.this_class.__module__.partition(".")[0] != _PACKAGE)
        }
    return names


def _can_hold(trait: Any, anything: bool) -> bool:
    """Whether a trait's value can be, or hold, widgets; `anything`: also where it has no type."""
    if trait is None or type(trait) is traitlets.Any:
        return anything
    if isinstance(trait, WidgetTrait):
        return True
    if isinstance(trait, traitlets.Union):
        return any(_can_hold(each, anything) for each in trait.trait_types)
    if isinstance(trait, traitlets.Dict):
        return _can_hold(trait._value_trait, anything)
    if isinstance(trait, traitlets.Tuple):
        return anything if not trait._traits else any(_can_hold(t, anything) for t in trait._traits)
    if isinstance(trait, traitlets.Container):
        return _can_hold(trait._trait, anything)
    if isinstance(trait, traitlets.Instance):
        return not isinstance(trait.klass, type) or issubclass(trait.klass, Widget)
    return False


def in_use(parts: Set[Widget]) -> set[Widget]:
    """Those of the parts that an open widget uses which is none of them.

    Views that are linked use the same selection. That a part also stands in a box is no such use:
    it is shown there only as long as its owner is open.
    """
    used: set[Widget] = set()
    for other in list(_instances.values()):
        package = type(other).__module__.partition(".")[0]
        if other in parts or package == "ipywidgets":
            continue
        boxes = () if package == _PACKAGE else ("children",)
        for part in _widgets_of(other, but=boxes):
            if part in parts:
                used.update(parts_of(part))
    return used
