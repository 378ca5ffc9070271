"""Parts of an object that are computed when they are first asked for, and once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property as cached_property
else:

    class cached_property(functools.cached_property):
        """`functools.cached_property` as it is from Python 3.12 on, without a lock.

        Before, the same part of two objects could not be computed by two threads at a time.
        Threads that ask for the same part of one object at once may both compute it; all are
        given the one that was ready first.
        """

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            parts = vars(instance)
            if self.attrname in parts:
                return parts[self.attrname]
            return parts.setdefault(self.attrname, self.func(instance))
