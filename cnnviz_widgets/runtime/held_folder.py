"""A folder that is held open: whatever becomes of its path, its files are found, and no other's.

Anybody may have written the files. So only regular ones are opened: a pipe or a device could be
waited for without end, and a link leads to a file that is not the folder's own. A file with a
second name may be another's under that one: it is read, and not written to. The folder itself may
be reached over links.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

# What a system lacks does nothing there.
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_BYTES = getattr(os, "O_BINARY", 0)
# How a system says that it cannot write a list of files for good.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}
_HOLDS = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
# How a system says that another has locked a folder; what else it says is that it has no locks.
_LOCKED = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}


class NotRegularError(OSError):
    """It is no file of the folder's own: a link, a pipe, a device, another folder."""


class HeldFolder:
    """A folder, held by its descriptor where the system has these, else by its absolute path.

    Names of files are relative to it, with ``/`` between the parts.

    Parameters
    ----------
    path : Path
    descriptor : int, optional
        Of this folder, where it is open already; it is closed with this.

    Attributes
    ----------
    path : Path
        Absolute: where it was when it was opened.

    Raises
    ------
    OSError
        It is not there, or no folder.
    """

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path.absolute()
        if descriptor is None and _HOLDS:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        self._descriptor = descriptor
        if descriptor is not None:
            weakref.finalize(self, os.close, descriptor)

    def inside(self, name: str) -> HeldFolder:
        """A folder in this one, held as well.

        Raises
        ------
        OSError
            It is not there, no folder, or a link.
        """
        path = self.path / name
        if self._descriptor is not None:
            flags = os.O_RDONLY | os.O_DIRECTORY | _NO_LINKS
            return HeldFolder(path, os.open(name, flags, dir_fd=self._descriptor))
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotRegularError("it is no folder of this folder's own")
        return HeldFolder(path)

    def names(self) -> list[str]:
        """What there is inside."""
        return sorted(os.listdir(self.path if self._descriptor is None else self._descriptor))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all others out who ask for the same, until the end or until this process ends.

        Without effect where the system has no such locks.

        Raises
        ------
        BlockingIOError
            Another is inside.
        """
        descriptor = self._descriptor
        if fcntl is None or descriptor is None:
            yield
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _LOCKED:
                raise BlockingIOError(error.errno, "another writes to it at this moment") from error
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def open(self, name: str) -> BinaryIO:
        """A regular file of this folder, to be read.

        Raises
        ------
        NotRegularError
            It is something else, or a link.
        OSError
            It is not there, or cannot be read.
        """
        return os.fdopen(self._opened(name, os.O_RDONLY), "rb")

    def has(self, name: str) -> bool:
        """Whether there is anything of this name, or that cannot be told."""
        try:
            os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # whoever opens it is told why
            return True
        return True

    def make_folder(self, name: str) -> None:
        """Make a folder inside."""
        os.mkdir(self._at(name), dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file or an empty folder inside, as far as that is possible."""
        for remove in (os.unlink, os.rmdir):
            try:
                remove(self._at(name), dir_fd=self._descriptor)
            except FileNotFoundError:
                return
            except OSError:  # the other one, then
                continue

    def write(self, name: str, data: bytes | memoryview, *, lasting: bool = False) -> None:
        """Write a file that is there as a whole or not at all.

        Parameters
        ----------
        name : str
        data : bytes-like
        lasting : bool
            Whether it is to outlast a power cut from now on.

        Raises
        ------
        OSError
            It could not be written; nothing is left of it.
        """
        folder, _, last = name.rpartition("/")
        # A name that nobody can foresee, and a file that is new in any case: what another laid
        # there is neither followed nor written over.
        temporary = f"{folder}/.{last}.{secrets.token_hex(8)}".lstrip("/")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with os.fdopen(self._opened(temporary, flags), "wb") as file:
                file.write(data)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(
                self._at(temporary),
                self._at(name),
                src_dir_fd=self._descriptor,
                dst_dir_fd=self._descriptor,
            )
        except BaseException:
            self.remove(temporary)
            raise

    def create(self, name: str) -> None:
        """Make an empty file.

        Raises
        ------
        OSError
            There is something of this name, or it cannot be made.
        """
        os.close(self._opened(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))

    def append_line(self, name: str, line: bytes) -> tuple[int, int]:
        """Append a line to a file that is there; should that fail, it is as it was before.

        What stands in it is never cut, whoever wrote it; without a line break at its end it is
        given one.

        Parameters
        ----------
        name : str
        line : bytes
            With its line break.

        Returns
        -------
        before, after : int
            How long it was, and is now.

        Raises
        ------
        NotRegularError
            It is something else, a link, or has another name besides.
        OSError
            It could not be written, or is no longer there.
        """
        descriptor = self._opened(name, os.O_RDWR | os.O_APPEND)
        try:
            if os.fstat(descriptor).st_nlink > 1:
                raise NotRegularError(
                    "it has another name besides, a hard link, and may be another's"
                )
            before = os.lseek(descriptor, 0, os.SEEK_END)
            if before:
                os.lseek(descriptor, before - 1, os.SEEK_SET)
                if os.read(descriptor, 1) != b"\n":
                    line = b"\n" + line
            try:
                written = 0
                while written < len(line):
                    written += os.write(descriptor, line[written:])
            except BaseException:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
        return before, before + len(line)

    def sync(self, *names: str) -> None:
        """Wait until files and folders inside, and the list of these, would outlast a power cut.

        Without effect where the system does not hold folders open, or cannot do it.

        Raises
        ------
        OSError
            One of them is not there, or could not be written.
        """
        if self._descriptor is None:
            return
        for name in (*names, "."):
            descriptor = self._opened(name, os.O_RDONLY, regular=False)
            try:
                os.fsync(descriptor)
            except OSError as error:
                if error.errno not in _NO_SYNC:
                    raise
            finally:
                os.close(descriptor)

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else os.path.join(self.path, name)

    def _opened(self, name: str, flags: int, *, regular: bool = True) -> int:
        try:
            descriptor = os.open(
                self._at(name),
                flags | _NO_LINKS | _NO_WAITING | _BYTES,
                0o666,
                dir_fd=self._descriptor,
            )
        except OSError as error:
            if self._is_link(name):
                raise NotRegularError("it is a link, and links are not followed") from error
            raise
        if regular and not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotRegularError("it is no regular file")
        return descriptor

    def _is_link(self, name: str) -> bool:
        try:
            status = os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except (OSError, ValueError):
            return False
        return stat.S_ISLNK(status.st_mode)
