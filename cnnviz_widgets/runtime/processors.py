"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def processors() -> int:
    """So many as it is let run on: a container or a queue gives fewer than the machine has."""
    return max(1, min(_allowed(), _paid_for(_GROUPS)))


def _allowed() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _paid_for(groups: Path) -> int:
    """By the time that Linux' control groups grant, of version 2 or 1, in part ones counted whole.

    Where none is set there is no limit.
    """
    for names in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        with suppress(OSError, ValueError):
            quota, period = " ".join((groups / name).read_text() for name in names).split()
            if quota != "max" and int(quota) > 0:
                return math.ceil(int(quota) / int(period))
    return 2**31
