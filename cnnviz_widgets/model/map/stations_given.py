"""Stations and groups as they are given, seen to fit the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ...analysis.arrays import Integers
from ...records.map.station import Station
from ...validation.arrays import number_array
from ...validation.objects import each_instance, mapping
from ..reading.probe import ModelProbe


def checked_groups(
    probe: ModelProbe, stations: Sequence[Station], groups: Mapping[str, ArrayLike]
) -> tuple[list[Station], dict[str, Integers]]:
    """The stations, and the groups of each as an array.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    stations : sequence of Station
    groups : mapping of str to array_like of int, shape (C,)
        By path; −1: of no group.

    Raises
    ------
    TypeError, ValueError
        There is no such station in the model, it has no channels, or its groups are missing or do
        not fit them.
    """
    given = each_instance("stations", stations, Station)
    named = mapping("groups", groups, "groups by the stations' paths")
    checked: dict[str, Integers] = {}
    for station in given:
        info = probe.info(station.path)
        if info.channels is None:
            raise ValueError(
                f"station '{info.path}' has no channels: its output is of shape {info.output_shape}"
            )
        if station.path not in named:
            raise ValueError(f"groups must hold those of '{station.path}'; got {sorted(named)}")
        checked[station.path] = _group_numbers(station.path, named[station.path], info.channels)
    return given, checked


def _group_numbers(path: str, value: ArrayLike, channels: int) -> Integers:
    array = number_array(f"groups of '{path}'", value)
    if array.dtype.kind not in "iu" or array.shape != (channels,):
        raise ValueError(
            f"groups of '{path}' must be {channels} whole numbers, one a channel; got "
            f"{array.dtype} of shape {array.shape}"
        )
    if array.min(initial=0) < -1 or array.max(initial=0) >= channels:
        raise ValueError(
            f"groups of '{path}' must be numbers from 0 up, fewer than its channels, or -1; got "
            f"{array.min()} to {array.max()}"
        )
    return array.astype(np.int64)
