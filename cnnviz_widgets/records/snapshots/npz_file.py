"""Arrays of an .npz file that anybody may have written.

Only what is asked for is read, and only once its size is known to be one that is meant: NumPy's
own reader takes as much memory as a file says. Plain numbers and text alone: there is no way
from here to a pickle.
"""

from __future__ import annotations

import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import IO, Any, BinaryIO, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"\x93NUMPY\x01\x00"
# How `numpy.save` writes the header of plain numbers and text.
_HEADER = re.compile(
    rb"\{'descr': '([<>|=][biufU]\d{1,9})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,18}, ?)*\d{0,18})\), \} *\n"
)
_LONGEST_HEADER = 4096
# The end of a zip file without a comment, and what stands before it in one of more than 4 GB.
_END, _END_BYTES = b"PK\x05\x06", 22
_LARGE_END, _LARGE_END_BYTES = b"PK\x06\x07", 20
# A record has some 50 arrays; an entry of the list takes 46 bytes and its name.
_MOST_ENTRIES, _MOST_LIST_BYTES = 256, 2**16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# How `zipfile` says that a file is damaged; an encrypted one is a RuntimeError.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, OverflowError, RuntimeError),
)


class ArraySpec(NamedTuple):
    """What the header of an array says."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Memory of the array."""
        return math.prod(self.shape) * self.dtype.itemsize


class _Header(NamedTuple):
    """What an array is, and whether its first axis varies fastest."""

    spec: ArraySpec
    turned: bool


Specs: TypeAlias = Mapping[str, ArraySpec]


def read_npz(
    file: BinaryIO, names: Collection[str], check: Callable[[Specs], None]
) -> dict[str, NDArray[Any]]:
    """Arrays of an .npz file, read-only.

    Parameters
    ----------
    file : binary file
        That can be sought in.
    names : collection of str
        Arrays that are wanted, where they are there; others are not looked at.
    check : callable
        Given what the headers say, raises ValueError where that cannot be meant. Nothing has been
        read by then.

    Raises
    ------
    ValueError
        The file is damaged, holds other than plain numbers and text, or `check` says so.
    OSError
        The system could not read it.
    """
    try:
        _check_list(file)
        with zipfile.ZipFile(file) as archive:
            entries = {info.filename: info for info in archive.infolist()}
            there = {name: entries[f"{name}.npy"] for name in names if f"{name}.npy" in entries}
            for info in there.values():
                if info.compress_type not in _METHODS:
                    raise ValueError(f"{info.filename!r} is packed in an unknown way")
            headers = {}
            for name, info in there.items():
                with archive.open(info) as entry:
                    headers[name] = _header(entry, name)
            check({name: header.spec for name, header in headers.items()})
            arrays = {}
            for name, info in there.items():
                with archive.open(info) as entry:
                    if _header(entry, name) != headers[name]:
                        raise ValueError(f"{name} changes while it is read")
                    arrays[name] = _array(entry, name, headers[name])
            return arrays
    except _DAMAGE as error:
        raise ValueError(f"it is no whole .npz file ({error})") from error


def _check_list(file: BinaryIO) -> None:
    """Look at the end of the file, which says how long the list of its entries is."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _LARGE_END_BYTES))
    tail = file.read()
    end, before = tail[-_END_BYTES:], tail[:-_END_BYTES]
    if len(end) < _END_BYTES or not end.startswith(_END):
        raise ValueError("it is no whole .npz file (its end is missing)")
    entries = int.from_bytes(end[10:12], "little")
    list_bytes = int.from_bytes(end[12:16], "little")
    large = before[-_LARGE_END_BYTES:].startswith(_LARGE_END)
    if large or entries > _MOST_ENTRIES or list_bytes > _MOST_LIST_BYTES:
        raise ValueError("it holds more than the arrays of a record")


def _header(entry: IO[bytes], name: str) -> _Header:
    start = entry.read(len(_MAGIC) + 2)
    length = int.from_bytes(start[len(_MAGIC) :], "little")
    match = None
    if start.startswith(_MAGIC) and length <= _LONGEST_HEADER:
        match = _HEADER.fullmatch(entry.read(length))
    if match is None:
        raise ValueError(f"{name} is no array of plain numbers or text")
    kind, turned, shape = (part.decode("ascii") for part in match.groups())
    try:
        dtype = np.dtype(kind)
    except TypeError as error:
        raise ValueError(f"{name} holds numbers of an unknown type {kind!r}") from error
    axes = tuple(int(length) for length in shape.replace(" ", "").split(",") if length)
    return _Header(ArraySpec(dtype, axes), turned == "True")


def _array(entry: IO[bytes], name: str, header: _Header) -> NDArray[Any]:
    """An array whose size was looked at, and whose header was read."""
    spec = header.spec
    data = entry.read(spec.nbytes)
    # At its end the checksum is looked at.
    if len(data) != spec.nbytes or entry.read(1):
        raise ValueError(f"{name} holds more or less than its header says")
    order: Literal["F", "C"] = "F" if header.turned else "C"
    return np.ndarray(spec.shape, spec.dtype, buffer=data, order=order)
