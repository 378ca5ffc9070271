"""Traits that refuse what ipywidgets' own let in: NaN, True for 1, a widget of another class."""

from __future__ import annotations

import math
from typing import Any

from anywidget import WidgetTrait
from ipywidgets import Widget
from traitlets import Float, Int

from ...validation.scalars import real_number, whole_number


# traitlets' own are generic for type checkers; its older versions take no arguments.
class Whole(Int):  # type: ignore[type-arg]
    """A whole number; NumPy's are, True is not."""

    def info(self) -> str:
        """What is expected, for an error's message."""
        return "a whole number" if self.min is None else f"a whole number, {self.min} or more"

    def validate(self, obj: Any, value: Any) -> int:
        """The number as Python's own."""
        try:
            return whole_number(self.name or "it", value, self.min)
        except (TypeError, ValueError):
            self.error(obj, value)
            raise  # not reached: `error` raises a TraitError


class Finite(Float):  # type: ignore[type-arg]
    """A finite number; whole ones are, True is not."""

    def info(self) -> str:
        """What is expected, for an error's message."""
        return "a finite number" if self.min is None else f"a finite number, {self.min:g} or more"

    def validate(self, obj: Any, value: Any) -> float:
        """The number as Python's own."""
        least = -math.inf if self.min is None else self.min
        try:
            return real_number(self.name or "it", value, least)
        except (TypeError, ValueError):
            self.error(obj, value)
            raise  # not reached: `error` raises a TraitError


class WidgetOf(WidgetTrait):
    """A widget of one class, which the page finds by its number.

    Parameters
    ----------
    kind : type
    """

    def __init__(self, kind: type[Widget]) -> None:
        super().__init__()
        self._kind = kind
        self.info_text = f"a {kind.__name__}"

    def validate(self, obj: Any, value: Any) -> Any:
        """The widget itself."""
        if not isinstance(value, self._kind):
            self.error(obj, value)
        return super().validate(obj, value)
