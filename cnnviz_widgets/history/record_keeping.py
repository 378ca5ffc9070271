"""The records of a moment, made small enough to be held, and the places they are of."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ..records.layer_picture import LayerPicture
from ..records.place import Place
from ..records.record_kind import VIEW_NAMES
from ..records.snapshot import Snapshot, keep
from ..records.snapshot_checks import MOST_CHANNELS
from ..validation.messages import described
from ..validation.texts import one_of

# Records are made small so many at a time.
_THREADS = 2


class KeptRecords(NamedTuple):
    """What is drawn and told of some records, and why others cannot be kept."""

    records: dict[Place, Snapshot]
    too_large: dict[Place, str]


def keep_records(live: Mapping[Place, LayerPicture]) -> KeptRecords:
    """Keep what is drawn and told of records, not their values."""
    small: dict[Place, LayerPicture] = {}
    too_large = {}
    for place, record in live.items():
        if record.n_channels > MOST_CHANNELS:
            too_large[Place(*place)] = (
                f"{record.n_channels:,} channels, and {MOST_CHANNELS:,} are the most"
            )
        else:
            small[Place(*place)] = record
    if len(small) < 2:
        return KeptRecords({place: keep(record) for place, record in small.items()}, too_large)
    with ThreadPoolExecutor(_THREADS) as pool:
        kept = dict(zip(small, pool.map(keep, small.values()), strict=True))
    return KeptRecords(kept, too_large)


def check_place(place: Any) -> None:
    """Refuse what is no place.

    Raises
    ------
    TypeError, ValueError
        It is none, or of a view that there is not.
    """
    is_place = isinstance(place, tuple) and len(place) == 3
    if not is_place or not all(isinstance(part, str) for part in place):
        raise TypeError(f"place must be a Place(layer, view, weight); got {described(place)}")
    one_of("view", place[1], VIEW_NAMES)
