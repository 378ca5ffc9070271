"""The edges of an earlier map between the groups that these have become."""

from __future__ import annotations

import numpy as np

from ...analysis.arrays import frozen
from ...analysis.map.group_matching import matched_groups
from .group_effects import GroupEffects
from .network_record import NetworkRecord


def carried_effects(
    before: NetworkRecord, after: NetworkRecord
) -> dict[tuple[str, str], GroupEffects]:
    """What was measured at an earlier moment, in the numbers that the groups have now.

    A group that is none of those before has 0: nothing was measured of it.

    Parameters
    ----------
    before, after : NetworkRecord
        Only the stations and groups of `after` are looked at.
    """
    effects = {}
    for edge, effect in before.effects.items():
        own = [(before.groups[path], after.groups.get(path)) for path in edge]
        matched = [
            matched_groups(then.groups, now.groups)
            for then, now in own
            if now is not None and now.groups.size == then.groups.size
        ]
        if len(matched) == len(edge):
            known = np.logical_and.outer(*(each >= 0 for each in matched))
            chosen = np.ix_(*matched)
            rms, mean = (
                np.where(known, each[chosen], np.float32(0)) for each in (effect.rms, effect.mean)
            )
            effects[edge] = GroupEffects(frozen(rms), frozen(mean))
    return effects
