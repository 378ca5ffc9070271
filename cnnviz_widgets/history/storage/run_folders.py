"""The folders of histories in a folder that holds several: ``run-0001``, ``run-0002`` and so on."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from ...runtime.held_folder import HeldFolder
from .header import HEADER

MOMENTS, RECORDS, SAMPLES = "moments.jsonl", "records", "samples.jsonl"
MAPS = "maps"
_RUN = re.compile(r"run-([0-9]{4,9})")


def history_in(folder: str | os.PathLike[str]) -> Path:
    """The folder of the history that is meant by a folder; see `HistoryFolder.find`."""
    path = Path(folder).absolute()
    if not path.is_dir():
        raise FileNotFoundError(f"there is no folder {os.fspath(folder)!r}")
    if _is_run(path):
        return path
    runs = [run for run in _runs(path) if _is_run(path / run)]
    if not runs:
        raise FileNotFoundError(
            f"there is no history in {os.fspath(folder)!r}: neither {HEADER} nor a "
            f"folder run-0001 that holds one"
        )
    begun = [run for run in runs if _size(path / run / MOMENTS)]
    return path / (begun or runs)[-1]


def new_run(parent: Path) -> Path:
    """The next folder that nobody else has, made."""
    parent.mkdir(parents=True, exist_ok=True)
    last = max(map(_number, _runs(parent)), default=0)
    while True:
        last += 1
        path = parent / f"run-{last:04d}"
        try:
            path.mkdir()
        except FileExistsError:  # another process was quicker
            continue
        return path


def remove_run(path: Path) -> None:
    """Remove a run that was not begun, and nothing else."""
    # Why it was not begun is to be told, not what comes in the way here.
    with suppress(OSError):
        held = HeldFolder(path)
        for name in (MOMENTS, HEADER, RECORDS):
            held.remove(name)
        path.rmdir()


def _runs(parent: Path) -> list[str]:
    """Names of the runs' folders in a folder, the newest last."""
    names = [entry.name for entry in os.scandir(parent) if _RUN.fullmatch(entry.name)]
    return sorted(names, key=_number)


def _number(run: str) -> int:
    return int(run.removeprefix("run-"))


def _is_run(path: Path) -> bool:
    return path.is_dir() and any(_is_there(path / name) for name in (HEADER, MOMENTS))


def _is_there(path: Path) -> bool:
    """Whether there is anything, a broken link included.

    Raises
    ------
    PermissionError
        That cannot be told.
    """
    try:
        path.lstat()
    except PermissionError:
        raise
    except OSError:
        return False
    return True


def _size(path: Path) -> int:
    """Bytes of a regular file; 0 of anything else."""
    try:
        status = path.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
