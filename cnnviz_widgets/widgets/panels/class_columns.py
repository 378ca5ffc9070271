"""What a survey says of each channel: where it fires, and what it gives to which class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...records.layer_picture import LayerPicture
from ..linking.wire_format import wire

MOST_LISTED = 12
"""Classes that are listed of a channel; of more those of the greatest means."""

_NOTHING = {
    "_fired": b"",
    "_fired_differs": b"",
    "_surveyed": 0,
    "_class_titles": [],
    "_class_samples": b"",
    "_listed": 0,
    "_class_numbers": b"",
    "_class_means": b"",
    "_class_fired": b"",
    "_lift_class": b"",
    "_lift": b"",
}


def surveyed_state(record: LayerPicture, names: Sequence[str]) -> dict[str, Any]:
    """The wire traits of a channel card for what was surveyed; empty without a survey.

    Parameters
    ----------
    record : LayerRecord
    names : sequence of str
        Of the classes, where there are as many.
    """
    firing, profile, columns = record.firing, record.class_profile, record.columns
    if firing is None:
        return _NOTHING
    state = {
        **_NOTHING,
        "_fired": wire(firing.counts[columns], "i4"),
        "_fired_differs": wire(firing.differs[columns], "u1"),
        "_surveyed": firing.samples,
    }
    if profile is None:
        return state
    count = len(profile.samples)
    titles = list(names) if len(names) == count else [str(each) for each in range(count)]
    listed = profile.listed(MOST_LISTED)[columns]
    best = profile.standing_out[columns]
    ends = np.stack([profile.lift.values, profile.lift.low, profile.lift.high], axis=-1)
    return {
        **state,
        "_class_titles": titles,
        "_class_samples": wire(profile.samples, "i4"),
        "_listed": listed.shape[1],
        "_class_numbers": wire(listed, "i4"),
        "_class_means": wire(np.take_along_axis(profile.means[columns], listed, 1), "f4"),
        "_class_fired": wire(np.take_along_axis(profile.fired[columns], listed, 1), "i4"),
        "_lift_class": wire(best, "i4"),
        "_lift": wire(ends[columns, np.maximum(best, 0)], "f4"),
    }
