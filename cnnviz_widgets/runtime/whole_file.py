"""A file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: str, content: bytes) -> Path:
    """Write a file aside and put it in its place: what was there stays until it is whole.

    Parameters
    ----------
    path : str
        Of a file; its folder must be there.
    content : bytes

    Returns
    -------
    Path
        Where it lies.

    Raises
    ------
    OSError
        It cannot be written there; the message says where, and why.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"cannot write {str(target)!r}: a folder is there")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot write {str(target)!r}: its folder is missing")
    aside = ""
    try:
        number, aside = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=target.suffix)
        with open(number, "wb") as file:
            file.write(content)
            os.chmod(aside, _mode_for(target))
        os.replace(aside, target)
    except OSError as error:
        raise type(error)(f"cannot write {str(target)!r}: {error.strerror or error}") from None
    finally:
        # Where all went well it has become the target.
        if aside:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(aside)
    return target


def _mode_for(target: Path) -> int:
    """Who may read it: as of the file that is replaced, or of any new one."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        # There is no way to ask for the mask but to set it.
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
