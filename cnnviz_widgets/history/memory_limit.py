"""How much of a history's memory numbers, records, and records read from a folder may take."""

from __future__ import annotations

from .moment_store import MomentStore

DEFAULT_MEMORY = 256 * 2**20
"""Bytes that a history takes at most, where nothing else is said."""

# Numbers alone may take so much of the limit: pictures need most of it, but for those in a folder.
_FOR_NUMBERS, _FOR_NUMBERS_BESIDE_FOLDER = 1 / 4, 3 / 4
# A history in a folder that took less would forget what it could tell at no cost.
_LEAST_BESIDE_FOLDER = 16 * 2**20
# Records of a folder that are held as well, so that going to and fro reads them once.
_FOR_CACHE, _MOST_CACHE = 1 / 8, 32 * 2**20


class MemoryLimit:
    """What a history keeps to.

    Parameters
    ----------
    memory : int
        The most bytes to take.
    has_folder : bool
        Whether records are in a folder, and are in memory only to be read once.

    Attributes
    ----------
    trouble : str
        Why no record stays, in a sentence; "" while some do.
    """

    def __init__(self, memory: int, *, has_folder: bool) -> None:
        self._memory = memory
        self._has_folder = has_folder
        self.trouble = ""

    @property
    def for_new_store(self) -> int:
        """Bytes of numbers that a new store makes ready for."""
        return int(_FOR_NUMBERS * self._memory)

    @property
    def for_cache(self) -> int:
        """Bytes of records read from the folder."""
        return int(min(_FOR_CACHE * self._memory, _MOST_CACHE))

    @property
    def for_numbers(self) -> int:
        """Bytes of numbers before they are thinned."""
        if not self._has_folder:
            return int(_FOR_NUMBERS * self._memory)
        return max(int(_FOR_NUMBERS_BESIDE_FOLDER * self._memory), _LEAST_BESIDE_FOLDER)

    def hold(self, store: MomentStore, cached: int) -> None:
        """Thin what is stored until it is within the limit, beside so many bytes of the cache."""
        store.limit_numbers(self.for_numbers)
        room = self._memory - store.number_bytes - cached
        if not store.limit_records(max(0, room)):
            self.trouble = (
                f"{self._memory / 2**20:,.1f} MB of memory hold no record of a single moment."
            )
