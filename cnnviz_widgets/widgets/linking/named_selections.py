"""Selections that were given a name, so that they can be had again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping

from ...validation.objects import several
from ...validation.scalars import whole_number
from ...validation.texts import text


class NamedSelections(MutableMapping[str, tuple[int, ...]]):
    """The named selections of what is shown: names to tuples of channel numbers.

    Parameters
    ----------
    read : callable
        Gives them as they are held, whenever they are asked for.
    write : callable
        Takes all of them to be held.
    """

    def __init__(
        self,
        read: Callable[[], Mapping[str, Iterable[int]]],
        write: Callable[[Mapping[str, Iterable[int]]], None],
    ) -> None:
        self._read = read
        self._write = write

    def __getitem__(self, name: str) -> tuple[int, ...]:
        here = self._read()
        if name not in here:
            known = ", ".join(map(repr, here)) or "none"
            raise KeyError(f"no selection here is called {name!r}; there are: {known}")
        return tuple(here[name])

    def __setitem__(self, name: str, channels: Iterable[int]) -> None:
        if not text("name", name).strip():
            raise ValueError(f"name must have a letter or more; got {name!r}")
        numbers = [
            whole_number("channels", each, 0) for each in several("channels", channels, "numbers")
        ]
        if not numbers:
            raise ValueError(f"the selection {name!r} must have one channel or more; got none")
        self._write({**self._read(), name.strip(): dict.fromkeys(numbers)})

    def __delitem__(self, name: str) -> None:
        self[name]  # raises where there is none
        self._write({each: channels for each, channels in self._read().items() if each != name})

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return repr(dict(self))
