"""The lines of a file that anybody may have written, as far as they can be lines of moments."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import BinaryIO

from ...validation.plain_json import MOST_BYTES, parsed
from .left_out import LeftOut

# So much of a line that is too long is passed over at a time.
_STRIDE = 2**20


def raw_lines(file: BinaryIO, left_out: LeftOut) -> Iterator[tuple[str, bytes]]:
    """What each line is called, and holds; those that are too long are left out.

    A last line that a killed process left without its end is passed over.
    """
    number = 0
    while raw := file.readline(MOST_BYTES):
        number += 1
        name = f"line {number:,}"
        if len(raw) == MOST_BYTES and not raw.endswith(b"\n"):
            _pass_over(file, raw)
            left_out.add(name, f"it is longer than {MOST_BYTES / 2**20:,.0f} MB")
            continue
        unfinished = not raw.endswith(b"\n") and raw.startswith(b"{") and b"\0" not in raw
        if not unfinished or _is_whole(raw):
            yield name, raw


def _is_whole(raw: bytes) -> bool:
    """Whether a line without its break is whole without it."""
    try:
        parsed(raw)
    except ValueError:
        return False
    return True


def _pass_over(file: BinaryIO, raw: bytes) -> None:
    """Go to the next line; over what was never written to the disk, and reads as zeros, at once."""
    while raw and not raw.endswith(b"\n"):
        if hasattr(os, "SEEK_DATA") and not raw.strip(b"\0"):
            _go_to_data(file)
        raw = file.readline(_STRIDE)


def _go_to_data(file: BinaryIO) -> None:
    position, descriptor = file.tell(), file.fileno()
    # What is read ahead counts on the place where the descriptor stands.
    stands = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        position = os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # there is no more
            position = os.lseek(descriptor, 0, os.SEEK_END)
    finally:
        os.lseek(descriptor, stands, os.SEEK_SET)
    file.seek(position)
