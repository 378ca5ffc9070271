"""Fewer processors than the machine has, where a process may use no more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnnviz_widgets.runtime import processors


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "1250000 100000\n"}, 8),
        ({"cpu.max": "what\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "150000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2),
        ({"cpu/cpu.cfs_quota_us": "150000\n"}, 8),
    ],
)
def test_time_that_is_granted(
    files: dict[str, str], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(processors, "_GROUPS", tmp_path)
    monkeypatch.setattr(processors, "_allowed", lambda: 8)
    assert processors.processors() == count


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no such call")
def test_processors_that_a_process_is_kept_to() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert processors.processors() == 1
    finally:
        os.sched_setaffinity(0, before)
