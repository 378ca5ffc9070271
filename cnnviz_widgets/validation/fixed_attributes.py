"""Objects that refuse an attribute which nobody would ever look at."""

from __future__ import annotations

from typing import Any, ClassVar

from .messages import closest


class NotToBeSet(AttributeError, TypeError):
    """An attribute that an object does not have, or that is read and not set."""


class FixedAttributes:
    """Takes, once made, no public attribute that it does not have, nor another of those given.

    `_as_given` names what a constructor was given and does not change later; it says that it is
    done by setting `_is_made`. Classes that users derive from it may do as they like.
    """

    _is_made = False
    _as_given: ClassVar[frozenset[str]] = frozenset()

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        is_ours = kind.__module__.partition(".")[0] == __name__.partition(".")[0]
        has_it = name in vars(self) or hasattr(kind, name)
        refused = name in self._as_given or not has_it
        if self._is_made and is_ours and name[0] != "_" and refused:
            if has_it:
                message = (
                    f"{name} of a {kind.__name__} is there to be read, and cannot be set; make "
                    f"another {kind.__name__}"
                )
            else:
                has = [each for each in {*vars(self), *dir(kind)} if each[0] != "_"]
                near = closest(name, sorted(has))
                message = f"a {kind.__name__} has no attribute {name!r} to set" + (
                    f"; did you mean {near[0]!r}?" if near else ""
                )
            raise NotToBeSet(message, name=name, obj=self)
        super().__setattr__(name, value)
