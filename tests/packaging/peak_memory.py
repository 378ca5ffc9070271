"""Memory that a process takes, with all that it starts. Linux only."""

from __future__ import annotations

import contextlib
import re
import subprocess
from pathlib import Path

import psutil


def peak_bytes(process: subprocess.Popen[str]) -> int:
    """Wait for a process' end; at its peak, how much of memory it and its descendants held.

    The system keeps each process' highest resident set (``VmHWM`` in proc(5)): no peak is missed
    between two looks. Their sum is never below what all of them held at one time.
    """
    root = psutil.Process(process.pid)
    highest: dict[int, int] = {}
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in (root, *root.children(recursive=True)):
                highest[each.pid] = max(highest.get(each.pid, 0), _high_water_mark(each.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    return sum(highest.values())


def _high_water_mark(pid: int) -> int:
    """Bytes; 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
