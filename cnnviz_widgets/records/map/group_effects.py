"""What silencing the groups of one station does to the groups of the next."""

from __future__ import annotations

from dataclasses import dataclass

from ...analysis.arrays import Singles


@dataclass(frozen=True, eq=False)
class GroupEffects:
    """The effect of each of A groups of a station on each of B groups of one that reads it.

    A group is set to zero while all other stations that are read stay as they were. The change
    that this makes is ``as it was − silenced``, in standard deviations of each channel over
    samples and places; of a group it is the mean over its living channels, 0 where none lives on
    these samples. Read-only.

    Attributes
    ----------
    rms : ndarray of float32, shape (A, B)
        Root of the mean square change.
    mean : ndarray of float32, shape (A, B)
        The mean change: above zero where the parent raises the child.
    """

    rms: Singles
    mean: Singles
