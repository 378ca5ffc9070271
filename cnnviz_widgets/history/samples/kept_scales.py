"""How much each layer varied on the samples that it was looked at with."""

from __future__ import annotations

from typing import NamedTuple

from ...runtime.call_stack import CallLock
from ..moment_store import MomentStore


class Scales(NamedTuple):
    """How much layers varied, as was last known at a step.

    Attributes
    ----------
    known : dict of str to float
        By path; layers that were not measured until then are left out.
    some_earlier : bool
        Whether some were measured before the moment at that step.
    """

    known: dict[str, float]
    some_earlier: bool


class KeptScales:
    """The activation scales of a history's moments.

    Parameters
    ----------
    store : MomentStore
    lock : CallLock
        Held while the store is read.
    """

    def __init__(self, store: MomentStore, lock: CallLock) -> None:
        self._store = store
        self._lock = lock

    def at(self, step: int) -> Scales:
        """What was known at a step; of other inputs it would say nothing of these."""
        with self._lock:
            entries = self._store.entries
            index = self._store.index_at(step)
            if index < 0:
                return Scales({}, some_earlier=False)
            now = entries[index]
            known = dict(now.scales)
            missing = set(now.paths) - known.keys()
            for entry in reversed(entries[:index]):
                if not missing or entry.inputs != now.inputs:
                    break
                found = missing & entry.scales.keys()
                known.update((path, entry.scales[path]) for path in found)
                missing -= found
            return Scales(known, some_earlier=len(known) > len(now.scales))
