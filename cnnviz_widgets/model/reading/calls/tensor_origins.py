"""From which recorded call each tensor of a pass comes, told by the very objects."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any


class Origins:
    """Remembers tensors without keeping them."""

    def __init__(self) -> None:
        # An `id` may be given to another object later: the reference tells.
        self._known: dict[int, tuple[weakref.ref[Any], tuple[int, ...]]] = {}

    def assign(self, tensors: Iterable[Any], origins: tuple[int, ...]) -> None:
        """Take note that these tensors come from these calls, whatever was known before."""
        for tensor in tensors:
            self._known[id(tensor)] = (weakref.ref(tensor), origins)

    def derive(self, tensors: Iterable[Any], origins: tuple[int, ...]) -> None:
        """Take note that those tensors of which nothing is known come from these calls."""
        self.assign([each for each in tensors if self.of(each) is None], origins)

    def of(self, tensor: Any) -> tuple[int, ...] | None:
        """The calls that a tensor comes from; None where it was not seen as it was made."""
        reference, origins = self._known.get(id(tensor), (None, ()))
        return origins if reference is not None and reference() is tensor else None
