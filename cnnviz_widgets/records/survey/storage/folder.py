"""A survey in a folder: an open format, written so that a killed process leaves a whole one.

``survey.json``
    One JSON object. ``format`` is "cnnviz_widgets survey", ``version`` is 1, ``model`` the model's
    name, ``weights`` a digest of it and its weights, ``ranges`` a list of pairs: the numbers of the
    samples that were seen, as runs, first and one past the last; ``rows``: at most so many places
    of a sample were drawn; ``classes``: how many the labels have, 0 where none are known;
    ``skipped``: path → why a layer has no summary; ``digests``: of up to 256 samples the number
    and 16 hexadecimal digits, a digest of what the model was shown; ``masked``: whether the model
    masks steps, which count as values all the same; ``layers``: a list of objects
    in the order of execution, with ``path``, ``axes`` (lengths of a sample's axes without the
    channels), ``channels``, ``bounds`` (the least and the greatest value that the layer can put
    out; infinity is the text "Infinity" or "-Infinity"), ``kind`` (the layer's class), ``ends``
    (those at which its activation can be stuck, null for one that is none) and ``file``.
``layers-0123456789abcdef/00000.npz``, …
    One layer's numbers each, as ``numpy.load`` reads it: plain arrays, not packed, without pickles,
    which `tally_arrays` names.

A survey that goes on is written into the same folder: first all layers' files, into a folder with a
new name; then ``survey.json``, which names them, in one piece; then the earlier files are removed.
At any moment ``survey.json`` names a whole state. What a killed process left, files that it does
not name, goes with the next state that is written.

A state takes another's place only if it goes on from it: it is of the same weights and layers, of
as many rows and classes, and of all the samples of the other. Whatever else is in the folder is
left, and nothing is written beside it.
"""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from ....analysis.survey.tally_arrays import tally_arrays, tally_of
from ....runtime.held_folder import HeldFolder
from ....validation.plain_json import MOST_BYTES
from ...snapshots.npz_file import read_npz
from ..layer_summary import LayerSummary
from ..sample_digests import digests_from
from ..sample_ranges import named, shared
from .header import HEADER, Contents, Header, LayerEntry, header_from, header_of
from .layer_checks import Expected, array_names, check_layout, check_tally

_LAYERS = re.compile(r"layers-[0-9a-f]{16}")
_LAYERS_RAW = re.compile(rb"layers-[0-9a-f]{16}")
# A file that was being written: `HeldFolder.write` names it so.
_ASIDE = re.compile(rf"\.{re.escape(HEADER)}\.[0-9a-f]{{16}}")
# A zip file of 4 GB or more has another kind of end, which `read_npz` refuses.
_MOST_FILE = 2**31 - 2**20
# While it is read a survey that goes on may take its place.
_TRIES = 5


def write_survey(survey: Contents, path: Path) -> None:
    """Write a survey into a folder of its own, made where it is missing; see `Survey.save`.

    Raises
    ------
    ValueError
        Something else is there: another survey, one that cannot be read, other files.
    OSError
        It cannot be written. What was there is as it was.
    """
    lock = ExitStack()
    with lock:
        with _told(path, "cannot be written", "what was there is as it was"):
            if path.exists() and not path.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "it is no folder")
            path.mkdir(parents=True, exist_ok=True)
            folder = HeldFolder(path)
            lock.enter_context(folder.locked())
            _check_there(folder, survey)
            lock.callback(_tidy, folder)
            files = _write_layers(folder, f"layers-{secrets.token_hex(8)}", survey)
            folder.write(HEADER, header_of(survey, files), lasting=True)
        with _told(path, "might not outlast a power cut", "it is there as a whole"):
            folder.sync()


def survey_is_in(path: Path) -> bool:
    """Whether a survey lies in a folder.

    False where it is missing or empty, or holds only what a process left that was killed before
    its first state was whole.

    Raises
    ------
    OSError
        It is no folder, or cannot be read.
    ValueError
        It holds something else.
    """
    if not path.exists():
        return False
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is no folder", os.fspath(path))
    folder = HeldFolder(path)
    if not folder.has(HEADER):
        _check_others(folder)
        return False
    return True


@contextmanager
def _told(path: Path, what: str, state: str) -> Iterator[None]:
    """What a system says, with the words what became of the survey."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise OSError(
            error.errno or errno.EIO,
            f"the survey {what} ({reason}); {state}",
            os.fspath(path),
        ) from error


def _check_there(folder: HeldFolder, survey: Contents) -> None:
    """Refuse to write where anything else is than an earlier state of the same survey."""
    where = os.fspath(folder.path)
    names = folder.names()
    if HEADER in names:
        try:
            there = _read_header(folder)
        except ValueError as error:
            raise ValueError(
                f"{where!r} is not written to: it holds a survey that cannot be read ({error}). "
                "Save to another folder, or remove this one"
            ) from error
        differs = _difference(there, survey)
        if differs:
            raise ValueError(
                f"{where!r} is not written to: it holds another survey, {differs}. Save to another "
                "folder, or remove this one"
            )
        return
    _check_others(folder)


def _check_others(folder: HeldFolder) -> None:
    """Refuse a folder that holds anything else than what a survey left."""
    # Systems and editors lay hidden files anywhere.
    others = [
        name for name in folder.names() if not _LAYERS.fullmatch(name) and not name.startswith(".")
    ]
    if others:
        raise ValueError(
            f"{os.fspath(folder.path)!r} is not written to: it holds something else "
            f"({others[0]!r}), and a survey has a folder of its own"
        )


def _difference(there: Header, survey: Contents) -> str:
    """Why a survey does not go on from another; "" where it does."""
    if there.weights != survey.weights:
        return f"of another model or other weights, {there.model!r}"
    here = {path: (layer.axes, layer.channels) for path, layer in survey.layers.items()}
    others = {path: (entry.axes, entry.channels) for path, entry in there.layers.items()}
    if here != others:
        odd = next(path for path in (*others, *here) if here.get(path, ()) != others.get(path, ()))
        return f"of other layers ({odd!r})"
    if (there.rows, there.classes) != (survey.rows, survey.classes):
        return (
            f"of {there.classes:,} classes and {there.rows} rows a sample instead of "
            f"{survey.classes:,} and {survey.rows}"
        )
    both = shared(there.ranges, survey.ranges)
    if both != there.ranges:
        return (
            f"of samples {named(there.ranges)}, while this one is of {named(survey.ranges)} and "
            "takes the place only of a part of itself"
        )
    return ""


def _write_layers(folder: HeldFolder, layers: str, survey: Contents) -> list[str]:
    """Write all layers' files; their names."""
    folder.make_folder(layers)
    files = []
    for number, (path, summary) in enumerate(survey.layers.items()):
        arrays = tally_arrays(summary.tally)
        if sum(array.nbytes for array in arrays.values()) > _MOST_FILE:
            raise ValueError(f"the layer {path!r} is too large to be saved")
        name = f"{layers}/{number:05d}.npz"
        file = io.BytesIO()
        np.savez(file, **arrays)  # type: ignore[arg-type]
        folder.write(name, file.getbuffer(), lasting=True)
        files.append(name)
    folder.sync(layers)
    return files


def _tidy(folder: HeldFolder) -> None:
    """Remove files of layers that the survey, as it stands now, does not name.

    What cannot be removed stays until the next time: it does no harm.
    """
    with suppress(OSError):
        folder.sync()
        needed = set(_LAYERS_RAW.findall(_raw_header(folder))) if folder.has(HEADER) else set()
        for name in folder.names():
            if _ASIDE.fullmatch(name):
                folder.remove(name)
            elif _LAYERS.fullmatch(name) and name.encode() not in needed:
                with suppress(OSError):
                    inside = folder.inside(name)
                    for file in inside.names():
                        inside.remove(file)
                    folder.remove(name)


def read_survey(path: Path) -> Contents:
    """The survey in a folder; see `Survey.load`.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no survey in it.
    OSError
        It cannot be read.
    ValueError
        It was written by a newer version or by something else, or is damaged.
    """
    if not path.is_dir():
        raise FileNotFoundError(f"there is no folder {os.fspath(path)!r}")
    folder = HeldFolder(path)
    if not folder.has(HEADER):
        raise FileNotFoundError(f"there is no survey in {os.fspath(path)!r}: it has no {HEADER}")
    try:
        for _ in range(_TRIES):
            header = _read_header(folder)
            try:
                return _survey_of(header, folder)
            except FileNotFoundError:
                if _read_header(folder) == header:
                    break
        raise ValueError("a file of a layer is not there")
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)!r} cannot be read as a survey: {error}") from error


def _raw_header(folder: HeldFolder) -> bytes:
    with folder.open(HEADER) as file:
        return file.read(MOST_BYTES + 1)


def _read_header(folder: HeldFolder) -> Header:
    try:
        return header_from(_raw_header(folder))
    except ValueError as error:
        raise ValueError(f"{HEADER}: {error}") from error


def _survey_of(header: Header, folder: HeldFolder) -> Contents:
    layers = {}
    held: dict[str, HeldFolder] = {}
    for path, entry in header.layers.items():
        inside, _, file = entry.file.rpartition("/")
        if inside not in held:
            held[inside] = folder.inside(inside)
        try:
            layers[path] = _read_layer(held[inside], file, path, entry, header)
        except ValueError as error:
            raise ValueError(f"the layer {path!r} ({entry.file}): {error}") from error
    return Contents(
        layers=layers,
        ranges=header.ranges,
        model=header.model,
        weights=header.weights,
        rows=header.rows,
        classes=header.classes,
        skipped=header.skipped,
        digests=digests_from(header.digests),
        masked=header.masked,
    )


def _read_layer(
    folder: HeldFolder, name: str, path: str, entry: LayerEntry, header: Header
) -> LayerSummary:
    expected = Expected(entry.axes, entry.channels, header.classes, header.rows, header.ranges)
    with folder.open(name) as file:
        size = os.fstat(file.fileno()).st_size
        arrays = read_npz(
            file,
            array_names(entry.channels),
            lambda specs: check_layout(specs, expected, size),
        )
    tally = tally_of(arrays)
    check_tally(tally, expected)
    return LayerSummary(path, tally, entry.bounds, entry.kind, entry.ends)
