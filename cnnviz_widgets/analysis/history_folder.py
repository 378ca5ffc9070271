"""A history in a folder: an open format, written so that a killed kernel loses one moment at most.

Each history has a folder of its own in the folder it is given, ``run-0001``, ``run-0002``, …:

``history.json``
    One JSON object. ``format`` is "cnnviz_widgets history", ``version`` is 1, ``model`` the
    model's name, ``layers`` a list with one object for each layer in execution order (``path``,
    ``kind`` and what else a list of layers shows), and ``numbers`` the names of a layer's
    numbers: `LayerHealth` says what each is.
``moments.jsonl``
    One JSON object a line, in order of steps:

    - ``step``, ``epoch`` (or null), ``seconds`` of training;
    - ``samples``, only where the numbers rest on some of the samples: ``numbers``, those of these
      samples from 0 on, and ``total``, how many there were;
    - ``logs``: name → number, as training tells them;
    - ``health``: path of the layer → list of its numbers, as ``numbers`` names them;
    - ``records``: a list of objects with ``layer``, ``view`` ("outputs" or "weights"),
      ``weight`` and ``file``, the name of a file in ``records``;
    - ``onsets``: those that began or changed since the line before, as `Onset` names their
      parts; ``kind``, ``layer`` and ``step`` tell which. ``gone`` lists these three of those
      that are no longer told of.

    NaN is written as null, infinity as the text "Infinity" or "-Infinity". A line with the same
    step as the one before takes its place.
``records/*.npz``
    One layer's record each, as ``numpy.load`` reads it: plain arrays without pickles, which
    `kept.record_arrays` names.

A file in ``records`` gets its name when it is whole, and the line that names it is written
afterwards, in one piece. Whatever a killed process leaves, a last line without an end or a file
that begins with a dot, is passed over by the reader.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .health import HEALTH_FIELDS, LayerHealth
from .kept import Kept, record_arrays, record_from_arrays
from .moment import Moment
from .onsets import ONSET_KINDS, Onset
from .place import Place
from .sample_choice import SampleChoice

_FORMAT = "cnnviz_widgets history"
_VERSION = 1
_HEADER, _MOMENTS, _RECORDS = "history.json", "moments.jsonl", "records"
_RUN = re.compile(r"run-(\d{4,})")

Files = Mapping[Place, str]


class Line(NamedTuple):
    """What one line of ``moments.jsonl`` says.

    Attributes
    ----------
    moment : Moment
        Without records.
    files : mapping of Place to str
        Name of each record's file.
    onsets : tuple of Onset
        All as they stood then.
    """

    moment: Moment
    files: Files
    onsets: tuple[Onset, ...]


class HistoryFolder:
    """One history's folder.

    Attributes
    ----------
    path : Path
    model : str
    layers : tuple of dict
    """

    def __init__(self, path: Path, model: str, layers: Sequence[Mapping[str, Any]]) -> None:
        self.path = path
        self.model = model
        self.layers = tuple(dict(layer) for layer in layers)
        self._onsets: dict[_OnsetKey, Onset] = {}
        # Files are named by the number of what they show: a layer's name may hold anything.
        self._places: dict[Place, int] = {}

    @classmethod
    def create(
        cls, parent: str | os.PathLike[str], model: str, layers: Sequence[Mapping[str, Any]]
    ) -> HistoryFolder:
        """A folder for a new history inside `parent`, which is made where it is missing.

        Raises
        ------
        OSError
            It cannot be written, and why.
        """
        try:
            folder = cls(_new_run(Path(parent)), model, layers)
            (folder.path / _RECORDS).mkdir()
            header = {
                "format": _FORMAT,
                "version": _VERSION,
                "model": model,
                "layers": folder.layers,
                "numbers": HEALTH_FIELDS,
            }
            text = json.dumps(header, indent=1, allow_nan=False)
            _write_whole(folder.path / _HEADER, f"{text}\n".encode())
            (folder.path / _MOMENTS).touch()
        except OSError as error:
            raise OSError(
                error.errno, f"no history can be kept in this folder ({error.strerror})", parent
            ) from error
        return folder

    @classmethod
    def find(cls, folder: str | os.PathLike[str]) -> HistoryFolder:
        """The history of a folder, or of a folder of histories the newest that holds a moment.

        Raises
        ------
        FileNotFoundError
            There is no such folder, or no history in it.
        ValueError
            It was written by a newer version, or ``history.json`` is damaged.
        """
        path = Path(folder)
        if not path.is_dir():
            raise FileNotFoundError(f"there is no folder {os.fspath(folder)!r}")
        if not (path / _HEADER).is_file():
            runs = [run for run in _runs(path) if (path / run / _HEADER).is_file()]
            if not runs:
                raise FileNotFoundError(
                    f"there is no history in {os.fspath(folder)!r}: neither {_HEADER} nor a "
                    f"folder run-0001 that holds one"
                )
            begun = [run for run in runs if _size(path / run / _MOMENTS)]
            path = path / (begun or runs)[-1]
        return cls._read_header(path)

    @classmethod
    def _read_header(cls, path: Path) -> HistoryFolder:
        name = os.fspath(path / _HEADER)
        try:
            header = json.loads((path / _HEADER).read_text(encoding="utf-8"))
            version = header["version"]
            if header["format"] != _FORMAT or not isinstance(version, int):
                raise ValueError(f"its format is {header['format']!r}, version {version!r}")
            if version <= _VERSION:
                if header["numbers"] != list(HEALTH_FIELDS):
                    raise ValueError(f"its numbers are {header['numbers']}")
                return cls(path, str(header["model"]), header["layers"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{name!r} is damaged or no history's ({error})") from error
        raise ValueError(
            f"{name!r} was written by a newer version of cnnviz_widgets: its format is version "
            f"{version}, and this one reads version {_VERSION}"
        )

    def append(
        self,
        moment: Moment,
        records: Mapping[Place, Kept],
        onsets: Iterable[Onset],
        earlier: Files,
    ) -> dict[Place, str]:
        """Write a moment; the names of all its records' files.

        Parameters
        ----------
        moment : Moment
            Its own `records` are not looked at.
        records : mapping of Place to LayerRecord
        onsets : iterable of Onset
            All as they stand now.
        earlier : mapping of Place to str
            Files of records that were written before for the same step.

        Raises
        ------
        OSError
            It could not be written; then what was written before is whole.
        """
        files = dict(earlier)
        for place, record in records.items():
            number = self._places.setdefault(place, len(self._places))
            files[place] = f"{moment.step:010d}-{number}.npz"
            self._write_record(files[place], record)
        self._append_line(moment, files, onsets)
        return files

    def _append_line(self, moment: Moment, files: Files, onsets: Iterable[Onset]) -> None:
        now = {_key(onset): onset for onset in onsets}
        line = {
            "step": int(moment.step),
            "epoch": None if moment.epoch is None else int(moment.epoch),
            "seconds": _plain(moment.seconds),
            **({} if moment.samples is None else {"samples": asdict(moment.samples)}),
            "logs": {name: _plain(value) for name, value in moment.logs.items()},
            "health": {
                path: [_plain(number) for number in health.numbers]
                for path, health in moment.health.items()
            },
            "records": [{**place._asdict(), "file": name} for place, name in files.items()],
            "onsets": [
                asdict(onset) for key, onset in now.items() if self._onsets.get(key) != onset
            ],
            "gone": [key for key in self._onsets if key not in now],
        }
        text = json.dumps(line, allow_nan=False, separators=(",", ":"))
        _append_whole(self.path / _MOMENTS, f"{text}\n".encode())
        self._onsets = now

    def _write_record(self, name: str, record: Kept) -> None:
        arrays: dict[str, Any] = record_arrays(record)
        temporary = self.path / _RECORDS / f".{name}"
        with open(temporary, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, self.path / _RECORDS / name)

    def lines(self) -> Iterator[Line]:
        """All moments, in the order in which they were written.

        Raises
        ------
        ValueError
            A line before the last is damaged; its number is told.
        """
        onsets: dict[_OnsetKey, Onset] = {}
        damage: tuple[int, Exception] | None = None
        path = self.path / _MOMENTS
        if not path.exists():  # killed before the first moment
            return
        with open(path, "rb") as file:
            for number, raw in enumerate(file, 1):
                if damage is not None:
                    at, error = damage
                    raise ValueError(
                        f"line {at:,} of {os.fspath(path)!r} is damaged ({error})"
                    ) from error
                try:
                    line = _read_line(raw, onsets)
                except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
                    damage = number, error
                    continue
                onsets = {_key(onset): onset for onset in line.onsets}
                yield line

    def has_record(self, name: str) -> bool:
        """Whether there is a record's file of this name."""
        return os.path.exists(self.path / _RECORDS / name)

    def read_record(self, name: str) -> Kept:
        """The record in a file of this name.

        Raises
        ------
        Exception
            The file is not there, or damaged: that may show anywhere in reading it.
        """
        with np.load(self.path / _RECORDS / name, allow_pickle=False) as arrays:
            return record_from_arrays({key: arrays[key] for key in arrays.files})


_OnsetKey = tuple[str, str, int]


def _key(onset: Onset) -> _OnsetKey:
    return onset.kind, onset.layer, onset.step


def _runs(parent: Path) -> list[str]:
    """Names of the runs' folders in a folder, the newest last."""
    names = [entry.name for entry in os.scandir(parent) if _RUN.fullmatch(entry.name)]
    return sorted(names, key=_number)


def _number(run: str) -> int:
    return int(run.removeprefix("run-"))


def _new_run(parent: Path) -> Path:
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


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def _append_whole(path: Path, data: bytes) -> None:
    """Append to a file; should that fail, it is as it was before, as far as that is possible."""
    with open(path, "ab", buffering=0) as file:
        before = file.tell()
        try:
            written = 0
            while written < len(data):
                written += file.write(data[written:])
        except OSError:
            file.truncate(before)
            raise


def _plain(number: float) -> float | str | None:
    """A number as JSON knows it."""
    value = float(number)
    if math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _float(plain: Any) -> float:
    return math.nan if plain is None else float(plain)


def _read_line(raw: bytes, before: Mapping[_OnsetKey, Onset]) -> Line:
    line = json.loads(raw)
    epoch, samples = line["epoch"], line.get("samples")
    moment = Moment(
        step=int(line["step"]),
        epoch=None if epoch is None else int(epoch),
        seconds=_float(line["seconds"]),
        health={
            path: LayerHealth.from_numbers(
                # Most are numbers, and in a long history there are millions of them.
                [n if type(n) is float or type(n) is int else _float(n) for n in numbers]
            )
            for path, numbers in line["health"].items()
        },
        logs={name: _float(value) for name, value in line["logs"].items()},
        samples=None
        if samples is None
        else SampleChoice(tuple(map(int, samples["numbers"])), int(samples["total"])),
    )
    files = {}
    for entry in line["records"]:
        name = str(entry["file"])
        if os.path.basename(name) != name:
            raise ValueError(f"{name!r} is no name of a file in {_RECORDS}")
        files[Place(entry["layer"], entry["view"], entry["weight"])] = name
    onsets = dict(before)
    for kind, layer, step in line["gone"]:
        onsets.pop((kind, layer, step), None)
    for entry in line["onsets"]:
        onset = Onset(**{**entry, "channels": tuple(entry["channels"])})
        if onset.kind not in ONSET_KINDS:
            raise ValueError(f"there is no onset of kind {onset.kind!r}")
        onsets[_key(onset)] = onset
    return Line(moment, files, tuple(sorted(onsets.values(), key=lambda onset: onset.step)))
