"""What went wrong in a training, and the moments at which it began, which stay before others."""

from __future__ import annotations

from collections.abc import Sequence

from ..validation.texts import one_of
from .moment_store import MomentStore
from .onsets import ONSET_KINDS, Onset


class OnsetMarks:
    """The onsets of a history as they stand now.

    Attributes
    ----------
    onsets : tuple of Onset
        By the step at which each was first seen.
    """

    def __init__(self) -> None:
        self.onsets: tuple[Onset, ...] = ()
        # What these were last made from: a watch gives the same again until something changes.
        self._given: Sequence[Onset] | None = None
        # The number of the moment that leads to an onset, by the onset's step.
        self._marks: dict[int, int] = {}

    def take(self, onsets: Sequence[Onset], store: MomentStore) -> None:
        """Let these take the place of all before, and mark their moments in the store."""
        if onsets is self._given:
            return
        self.onsets = tuple(sorted(onsets, key=lambda onset: onset.step))
        marks = {}
        for onset in self.onsets:
            number = self._marks.get(onset.step)
            if number is None:
                index = store.index_at(onset.step)
                if index < 0:
                    continue
                number = store.entries[index].number
            marks[onset.step] = number
        self._marks = marks
        firsts = [self.first(kind) for kind in ONSET_KINDS]
        store.mark(
            set(marks.values()),
            {marks[onset.step] for onset in firsts if onset is not None and onset.step in marks},
        )
        self._given = onsets if isinstance(onsets, tuple) else None

    def first(self, kind: str) -> Onset | None:
        """The first onset of a kind; one that training brought about before one there was.

        Raises
        ------
        ValueError
            There is no such kind.
        """
        one_of("kind", kind, ONSET_KINDS)
        of_kind = [onset for onset in self.onsets if onset.kind == kind]
        return min(of_kind, key=lambda onset: (onset.from_start, onset.step), default=None)
