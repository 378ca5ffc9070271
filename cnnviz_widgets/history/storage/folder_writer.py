"""Writes a history's moments into its folder, and after a full disk those that had to wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from ...records.place import Place
from ...records.snapshot import Snapshot
from ..moment import Moment
from ..moment_store import MomentStore
from ..onsets import Onset
from ..training_logs import LogTable, TrainingLogs
from .folder import HistoryFolder
from .left_out import LeftOut, reason

# So many moments that had to wait are written with each one that comes: training goes on.
_CATCH_UP = 16
# A line tells of a curve no more: of many batches between two moments some are put together.
_MOST_POINTS = 512


class FolderWriter:
    """Writes moments in the order of their steps; what cannot be written waits in memory.

    Parameters
    ----------
    folder : HistoryFolder
    store : MomentStore
        Where those that wait are.
    moment_at : callable
        Gives the moment with an index in the store.
    """

    def __init__(
        self, folder: HistoryFolder, store: MomentStore, moment_at: Callable[[int], Moment]
    ) -> None:
        self._folder = folder
        self._store = store
        self._moment_at = moment_at
        # Numbers of the moments that wait.
        self._waiting: dict[int, None] = {}
        # Losses and metrics that wait: they stand in whatever line can be written next.
        self._logs = LogTable(_MOST_POINTS)
        self._why = self._sync_trouble = ""
        self._never = LeftOut("moment", "could not be written to the folder")

    @property
    def troubles(self) -> list[str]:
        """What could not be written, in sentences."""
        troubles = [str(self._never), self._sync_trouble]
        if self._waiting:
            first = next(iter(self._waiting))
            # The last moment stays in any case.
            entry = next(entry for entry in self._store.entries if entry.number >= first)
            troubles.append(
                f"From step {entry.step:,} on this history is in memory only: the folder "
                f"{os.fspath(self._folder.path)!r} could not be written ({self._why})."
            )
        return list(filter(None, troubles))

    def write(
        self,
        moment: Moment,
        records: Mapping[Place, Snapshot],
        onsets: Sequence[Onset],
        logs: TrainingLogs,
    ) -> dict[Place, str] | None:
        """Write a moment that comes, and what was logged since the one before.

        Returns
        -------
        dict of Place to str, or None
            Names of its records' files; None where it has to wait.
        """
        self._logs.extend(logs)
        try:
            self._catch_up(_CATCH_UP)
            if self._waiting:  # which come first
                return None
            last = self._store.entries[-1] if self._store.entries else None
            again = last.files if last is not None and last.step == moment.step else {}
            return self._append(moment, records, onsets, again)
        except (OSError, ValueError) as error:
            # Training goes on, and so does its history; the next moment tries it again.
            self._why = reason(error)
            return None

    def _append(
        self,
        moment: Moment,
        records: Mapping[Place, Snapshot],
        onsets: Sequence[Onset] | None,
        earlier: Mapping[Place, str],
    ) -> dict[Place, str]:
        files = self._folder.append(moment, records, onsets, earlier, self._logs.logs)
        self._logs = LogTable(_MOST_POINTS)
        return files

    def wait(self, number: int) -> None:
        """The moment with this number is in the store, and has to wait."""
        self._waiting[number] = None

    def sync(self) -> None:
        """Write all that waits, and have all outlast a power cut."""
        try:
            self._catch_up(len(self._waiting))
        except OSError as error:
            self._why = reason(error)
        self._sync_trouble = ""
        try:
            self._folder.sync()
        except OSError as error:
            self._sync_trouble = f"The moments might not outlast a power cut ({reason(error)})."

    def _catch_up(self, most: int) -> None:
        """Write moments that wait, the first of them first.

        Raises
        ------
        OSError
            They cannot be written.
        """
        for number in list(self._waiting)[:most]:
            index = self._store.index_of(number)
            try:
                if index is None:
                    raise ValueError("there was no room for it in memory")
                entry = self._store.entries[index]
                records, earlier = dict(entry.records), dict(entry.files)
                files = self._append(self._moment_at(index), records, None, earlier)
                self._store.put_in_files(number, files)
            except ValueError as error:
                self._never.add(f"moment {number + 1:,}", error)
            del self._waiting[number]
