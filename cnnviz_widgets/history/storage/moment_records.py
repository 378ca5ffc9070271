"""The records of one moment of a history, of which each is read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...records.layer_picture import LayerPicture
from ...records.place import Place
from ...records.snapshot import Snapshot

# A moment that training kept has no more.
_TRIED = 16


class MomentRecords(Mapping[Place, LayerPicture]):
    """Those in memory, and those in files that can be read: a moment may name thousands.

    What is read is not held here: whoever looks at all of them has one at a time in memory. The
    first few are tried at once, so that damage is told.

    Parameters
    ----------
    held : mapping of Place to Snapshot
        Those in memory.
    files : mapping of Place to str
        Names of the files of others.
    read : callable
        Gives the record in the file of a place; None where it cannot be read.
    """

    def __init__(
        self,
        held: Mapping[Place, Snapshot],
        files: Mapping[Place, str],
        read: Callable[[Place], Snapshot | None],
    ) -> None:
        self._held = dict(held)
        self._places = dict.fromkeys([*files, *held])
        self._read = read
        for place in list(self._places)[:_TRIED]:
            self.get(place)

    def __getitem__(self, place: Place) -> LayerPicture:
        if place not in self._places:
            raise KeyError(place)
        record = self._held.get(place)
        if record is None:
            record = self._read(place)
        if record is None:
            self._places.pop(place, None)
            raise KeyError(place)
        return record

    def __iter__(self) -> Iterator[Place]:
        return (place for place in list(self._places) if place in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<records of {', '.join(map(repr, self._places)) or 'nothing'}>"
