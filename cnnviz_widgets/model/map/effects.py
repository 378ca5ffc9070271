"""How groups of channels act on one another: exact ablation of all of them in one forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...analysis.arrays import Integers, frozen
from ...records.map.channel_effects import ChannelEffects
from ...records.map.group_effects import GroupEffects
from ...records.map.network_record import Method
from ...records.map.station import Station
from ...runtime.progress import Progress, no_progress
from ...validation.arrays import indices
from ...validation.keywords import checked_keywords
from ...validation.objects import instance, optional_function
from ...validation.texts import one_of
from ..reading.call_recorder import ModelCallError
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe, reader_of
from .ablating.effect_sums import EffectSums
from .ablating.one_by_one import Unrepeatable, one_by_one
from .ablating.side_by_side import RowsMeet, side_by_side, why_not
from .ablating.slots import Joints, Slots
from .stations_given import checked_groups

Edge = tuple[str, str]


@checked_keywords
def group_effects(
    probe: ModelProbe,
    stations: Sequence[Station],
    groups: Mapping[str, ArrayLike],
    *,
    progress: Progress | None = None,
) -> tuple[Mapping[Edge, GroupEffects], Method, tuple[str, ...]]:
    """What silencing each group of each station changes at the stations that read it.

    All stations but the silenced one are held at what they are by themselves. Copies of the
    samples stand side by side in one batch, each with other groups silenced, in chunks of samples
    that stay within some 512 MB. Where a batch has no room for copies, since its rows act on one
    another or there is a fixed number of them, one group is silenced at a time.

    Parameters
    ----------
    probe : ModelProbe
        Its model is not changed; its samples are what the effects rest on.
    stations : sequence of Station
        In order of execution. Parents that are not among them are left out.
    groups : mapping of str to array_like of int, shape (C,)
        For each station the group of each of its channels, 0 … K−1; −1: never silenced.
    progress : callable, optional
        Given the share that is done, 0 to 1, and a station's path; what it raises ends it.

    Returns
    -------
    mapping of (str, str) to GroupEffects
        By the paths of parent and child, for each of the stations' parents.
    {'one-pass', 'one-by-one', 'none'}
        How they were measured; ``"none"``: they could not be, and the mapping is empty.
    tuple of str
        Why not in one pass, a sentence each.

    Raises
    ------
    TypeError, ValueError
        There is no such station in the model, it has no channels, or its groups are missing or do
        not fit them.
    MemoryError
        There is not enough memory for one sample.
    """
    optional_function("progress", progress)
    with model_lock(instance("probe", probe, ModelProbe).model), probe.steady():
        joints, checked = _checked(probe, stations, groups)
        slots = Slots.of(joints, checked)
        sums, method, notes = _measured(probe, joints, slots, progress or no_progress)
    return sums.effects(joints.edges, checked), method, notes


@checked_keywords
def channel_effects(
    probe: ModelProbe,
    stations: Sequence[Station],
    groups: Mapping[str, ArrayLike],
    path: str,
    channel: int,
    *,
    progress: Progress | None = None,
) -> ChannelEffects:
    """What one channel does to each channel that reads it, and which groups act on it.

    One pass with as many copies of the samples as its parents have groups, and one more. To find
    which channels of a group act on it, give groups that are these channels.

    Parameters
    ----------
    probe, stations, groups, progress
        As of `group_effects`.
    path : str
        Of a station.
    channel : int
        In the layer's own numbering.

    Returns
    -------
    ChannelEffects

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `group_effects`; also where the station has no such channel.
    """
    optional_function("progress", progress)
    with model_lock(instance("probe", probe, ModelProbe).model), probe.steady():
        joints, checked = _checked(probe, stations, groups)
        one_of("path", path, joints.paths)
        number = int(indices("channel", [channel], len(checked[path]))[0])
        parents = joints.parents(path)
        silenced = {parent: checked[parent] for parent in parents}
        silenced[path] = np.where(np.arange(len(checked[path])) == number, 0, -1)
        slots = Slots.of(joints, silenced)
        sums, method, notes = _measured(probe, joints, slots, progress or no_progress)
    children, acting = {}, {}
    for child in joints.children(path):
        if (path, child) in sums.squares:
            children[child] = _singles(*sums.by_channel((path, child)))
    for parent in parents:
        if (parent, path) in sums.squares:
            rms, mean = sums.by_channel((parent, path))
            acting[parent] = _singles(rms[:, [number]], mean[:, [number]])
    return ChannelEffects(path, number, children, acting, method, notes)


def _singles(rms: Any, mean: Any) -> GroupEffects:
    return GroupEffects(frozen(rms.astype(np.float32)), frozen(mean.astype(np.float32)))


def _checked(
    probe: ModelProbe, stations: Sequence[Station], groups: Mapping[str, ArrayLike]
) -> tuple[Joints, dict[str, Integers]]:
    """The stations as they stand in the model, and the groups as arrays that fit them."""
    given, checked = checked_groups(probe, stations, groups)
    return Joints.of(given, reader_of(probe).description().infos), checked


def _measured(
    probe: ModelProbe, joints: Joints, slots: Slots, progress: Progress
) -> tuple[EffectSums, Method, tuple[str, ...]]:
    """By one pass where that holds, else one by one, else not at all; and why."""
    if not joints.edges:
        return EffectSums(), "none", ("No station reads another one.",)
    reason = why_not(probe)
    if not reason:
        try:
            return side_by_side(probe, joints, slots, progress), "one-pass", ()
        except (RowsMeet, ModelCallError) as error:
            reason = str(error).rstrip(".")
    try:
        sums = one_by_one(probe, joints, slots, progress)
    except (Unrepeatable, ModelCallError) as error:
        return EffectSums(), "none", (f"Effects could not be measured: {str(error).rstrip('.')}.",)
    return sums, "one-by-one", (f"Groups were silenced one by one: {reason}.",)
