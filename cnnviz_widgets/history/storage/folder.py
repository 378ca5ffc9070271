"""A history in a folder: an open format, written so that a killed kernel loses one moment at most.

Each history has a folder of its own in the folder it is given, ``run-0001``, ``run-0002``, …:

``history.json``
    One JSON object. ``format`` is "cnnviz_widgets history", ``version`` is 1, ``model`` the
    model's name, ``layers`` a list with one object for each layer in execution order (``path``,
    ``kind`` and what else a list of layers shows; ``class_names``, where the channels of an
    output stand for classes), and ``numbers`` the names of a layer's numbers: `LayerHealth` says
    what each is.
``moments.jsonl``
    One JSON object a line, in order of steps:

    - ``step``, ``epoch`` (or null), ``seconds`` of training;
    - ``samples``, only where the numbers rest on some of the samples: ``numbers``, those of these
      samples from 0 on, and ``total``, how many there were;
    - ``inputs``, only where the model was shown others than at first: ``title``, what they are in
      words, ``numbers``, those of a pool of ``total`` samples;
    - ``answers``, where the model's answers to its inputs are known, of the first of these, a list
      each: ``answers`` in words, ``confidence`` (a share of 1, or null), ``right`` (1, 0, or −1
      where nobody can tell), ``answer_class`` (−1: none); ``old`` numbers those of an earlier look;
    - ``scales``, where any were measured: path of the layer → how much it varied, to four digits;
    - ``logs``: name → number, as training tells them;
    - ``health``: path of the layer → list of its numbers, as ``numbers`` names them;
    - ``records``: a list of objects with ``layer``, ``view`` ("outputs", "weights" or "attention"),
      ``weight`` and ``file``, the name of a file in ``records``;
    - ``onsets``: those that began or changed since the line before, as `Onset` names their
      parts; ``kind``, ``layer`` and ``step`` tell which. ``gone`` lists these three of those
      that are no longer told of;
    - ``curves``, where training told losses and metrics since the line before: name → object with
      ``of`` ("batch", "running" or "epoch", as `LogCurve` says), ``steps`` and ``means``, a number
      for each point; where a point stands for several values in a row also ``counts``, ``lows``
      and ``highs``. ``epochs``: a list of pairs, how many steps had been made when an epoch began,
      and its number. Lines of earlier versions have neither.

    NaN is written as null, infinity as the text "Infinity" or "-Infinity". A line with the same
    step as the one before takes its place.
``samples.jsonl``
    What leads the rows, one JSON object a line for each choice of inputs; it is not there where
    that is not known, nor in what earlier versions wrote. ``inputs`` is that of the moments, or
    null for those given first. Of each of the first samples: ``names``, ``truths`` and
    ``truth_class``; ``texts`` and ``more``, what it is in words; and ``pictures`` (or null), with
    ``shape`` (samples, height, width, 1 or 3), ``pixels`` in base64, the range from ``low`` to
    ``high`` that 0 to 255 stand for, and a ``note``. A later line of the same inputs takes the
    place of an earlier one.
``records/*.npz``
    One layer's record each, as ``numpy.load`` reads it: plain arrays without pickles, which
    `snapshot.record_arrays` names.
``maps/*.npz``
    The map of the network at one step each, the step is the name: arrays that `map_arrays` names.
    The folder is not there where no map was kept.

A file in ``records`` gets its name when it is whole, and the line that names it is written
afterwards, in one piece. Whatever a killed process leaves, a last line without an end or a file
that begins with a dot, is passed over by the reader.

What else is damaged, or was never written by this package, the reader leaves out, and says so:
lines, records, single onsets. Without ``history.json`` the layers are those that the lines name.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...records.place import Place
from ...records.snapshot import Snapshot, record_arrays, record_from_arrays
from ...records.snapshot_checks import NAMES, check_layout
from ...records.snapshots.npz_file import read_npz
from ...runtime.held_folder import HeldFolder
from ..moment import Moment
from ..onsets import Onset
from ..training_logs import TrainingLogs
from .header import HEADER, header_of, read_header
from .left_out import LeftOut, reason
from .line_file import raw_lines
from .moment_line import Files, Line, LineReader, LineWriter
from .run_folders import MAPS, MOMENTS, RECORDS, SAMPLES, history_in, new_run, remove_run

# More of what is wrong with one line is not told.
_MOST_TOLD = 3
_MAP = re.compile(r"([0-9]{10,18})\.npz")


class HistoryFolder:
    """One history's folder.

    Attributes
    ----------
    path : Path
        Absolute: where it was when it was made or opened. It may have been moved since.
    model : str
    layers : tuple of dict
    header_trouble : str
        What is wrong with ``history.json``; "" for nothing.
    moments_trouble : str
        Why ``moments.jsonl`` could not be read at all; "" where it could.
    left_out : LeftOut
        Lines, or parts of them, that the reader left out.
    reader : LineReader
        Knows the onsets as they stood at the line read last.
    """

    def __init__(self, path: Path, model: str, layers: Sequence[Mapping[str, Any]]) -> None:
        self._held = HeldFolder(path)
        self.path = self._held.path
        self.model = model
        self.layers = tuple(dict(layer) for layer in layers)
        self.header_trouble = self.moments_trouble = ""
        self.left_out = LeftOut("line", f"of {MOMENTS} cannot be read whole")
        self.reader = LineReader()
        self._writer = LineWriter()
        # How long the file of moments is.
        self._length = 0
        self._process = os.getpid()
        # Files are named by the number of what they show: a layer's name may hold anything.
        self._places: dict[Place, int] = {}

    @classmethod
    def create(
        cls, parent: str | os.PathLike[str], model: str, layers: Sequence[Mapping[str, Any]]
    ) -> HistoryFolder:
        """A folder for a new history inside `parent`, which is made where it is missing.

        It outlasts a power cut from then on.

        Raises
        ------
        OSError
            It cannot be written, and why. Then nothing is left of it.
        """
        try:
            inside = Path(parent).absolute()
            path = new_run(inside)
            try:
                folder = cls(path, model, layers)
                folder._begin()
                HeldFolder(inside).sync()
            except BaseException:
                remove_run(path)
                raise
        except OSError as error:
            raise OSError(
                error.errno,
                f"no history can be kept in this folder ({error.strerror})",
                os.fspath(parent),
            ) from error
        return folder

    def _begin(self) -> None:
        header = header_of(self.model, self.layers)
        self._held.make_folder(RECORDS)
        self._held.write(HEADER, header, lasting=True)
        self._held.create(MOMENTS)
        self._held.sync()

    @classmethod
    def find(cls, folder: str | os.PathLike[str]) -> HistoryFolder:
        """The history of a folder, or of a folder of histories the newest that holds a moment.

        Raises
        ------
        FileNotFoundError
            There is no such folder, or no history in it.
        PermissionError
            It, or a history in it, may not be read.
        ValueError
            It was written by a newer version, or by something else.
        """
        try:
            history = cls(history_in(folder), "", ())
        except PermissionError as error:
            raise PermissionError(
                error.errno, f"this folder cannot be read ({error.strerror})", error.filename
            ) from error
        header = read_header(history._held)
        history.model, history.layers, history.header_trouble = header
        return history

    @property
    def troubles(self) -> list[str]:
        """What could not be read, in sentences."""
        troubles = []
        if self.header_trouble:
            troubles.append(f"{HEADER} is damaged: {self.header_trouble}.")
        if self.moments_trouble:
            troubles.append(f"{MOMENTS} cannot be read: {self.moments_trouble}.")
        return [*troubles, *filter(None, [str(self.left_out)])]

    def append(
        self,
        moment: Moment,
        records: Mapping[Place, Snapshot],
        onsets: Iterable[Onset] | None,
        earlier: Files,
        logs: TrainingLogs | None = None,
    ) -> dict[Place, str]:
        """Write a moment; the names of all its records' files.

        Parameters
        ----------
        moment : Moment
            Its own `records` are not looked at.
        records : mapping of Place to LayerRecord
        onsets : iterable of Onset, or None
            All as they stand now; None: as they stood at the moment written before.
        earlier : mapping of Place to str
            Files of records that were written before for the same step.
        logs : TrainingLogs, optional
            Losses and metrics since the moment written before.

        Raises
        ------
        OSError
            It could not be written; then what was written before is whole, and nothing is left
            of this.
        ValueError
            No reader would take it: that will not change.
        """
        if os.getpid() != self._process:  # a fork: both would go on from the same moment
            raise OSError("the process that began it writes it")
        now = self._writer.onsets if onsets is None else tuple(onsets)
        new = {place: self._name(moment.step, place) for place in records}
        files = {**earlier, **new}
        line = self._writer.line(moment, files, now, logs or TrainingLogs())
        try:
            for place, record in records.items():
                self._held.write(f"{RECORDS}/{new[place]}", _as_file(record))
            before, after = self._held.append_line(MOMENTS, line)
        except BaseException:
            for name in set(new.values()) - set(earlier.values()):
                self._held.remove(f"{RECORDS}/{name}")
            raise
        if before != self._length:
            done = "cut" if before < self._length else "wrote to"
            self.left_out.add(
                f"after byte {min(before, self._length):,}",
                f"somebody {done} the file while it was written",
            )
        self._length = after
        self._writer.written(now)
        return files

    def append_samples(self, line: bytes) -> None:
        """Write a line of samples.

        Raises
        ------
        OSError
            It could not be written; then nothing is left of it.
        """
        if os.getpid() != self._process:
            raise OSError("the process that began it writes it")
        if not self._held.has(SAMPLES):
            self._held.create(SAMPLES)
        self._held.append_line(SAMPLES, line)

    def samples_lines(self, left_out: LeftOut) -> Iterator[tuple[str, bytes]]:
        """What each line of samples is called, and holds; raises OSError."""
        if self._held.has(SAMPLES):
            with self._held.open(SAMPLES) as file:
                yield from raw_lines(file, left_out)

    def write_map(self, step: int, data: bytes) -> None:
        """Write the file of a step's map, in the place of an earlier one.

        Raises
        ------
        OSError
            It could not be written; then nothing is left of it.
        """
        if os.getpid() != self._process:
            raise OSError("the process that began it writes it")
        if not self._held.has(MAPS):
            self._held.make_folder(MAPS)
        self._held.inside(MAPS).write(f"{step:010d}.npz", data)

    def map_steps(self) -> list[int]:
        """Of which steps there are maps; raises OSError."""
        if not self._held.has(MAPS):
            return []
        names = map(_MAP.fullmatch, self._held.inside(MAPS).names())
        return [int(name[1]) for name in names if name]

    def open_map(self, step: int) -> BinaryIO:
        """The file of a step's map; raises OSError."""
        return self._held.inside(MAPS).open(f"{step:010d}.npz")

    def sync(self) -> None:
        """Wait until all moments would outlast a power cut.

        Raises
        ------
        OSError
            They could not be written.
        """
        self._held.sync(MOMENTS, RECORDS, *filter(self._held.has, (SAMPLES, MAPS)))

    def _name(self, step: int, place: Place) -> str:
        number = self._places.setdefault(place, len(self._places))
        return f"{step:010d}-{number}.npz"

    def lines(self) -> Iterator[Line]:
        """All moments that can be read, their steps ascending, as they were written.

        What cannot is told in `left_out`, but for a last line that a killed process left without
        its end.
        """
        reader = self.reader = LineReader()
        held: tuple[str, Line] | None = None
        last = -1
        for name, raw in self._raw_lines():
            try:
                line = reader.read(raw)
            except ValueError as error:
                self.left_out.add(name, error)
                continue
            if line.problems:
                self.left_out.add(name, "; ".join(line.problems[:_MOST_TOLD]))
            if held is not None:
                step, before = line.moment.step, held[1].moment.step
                # One of the two is wrong: the earlier one, where the other fits without it.
                if step < before and step >= last:
                    self.left_out.add(held[0], f"its step {before:,} comes before step {step:,}")
                elif step < before:
                    self.left_out.add(name, f"its step {step:,} comes after step {before:,}")
                    continue
                else:
                    yield held[1]
                    last = before
            held = name, line
        if held is not None:
            yield held[1]

    def _raw_lines(self) -> Iterator[tuple[str, bytes]]:
        """What each line is called, and holds; none where the file cannot be read."""
        try:
            file = self._held.open(MOMENTS)
        except OSError as error:
            self.moments_trouble = reason(error)
            return
        with file:
            yield from raw_lines(file, self.left_out)

    def has_record(self, name: str) -> bool:
        """Whether there is a record's file of this name."""
        return self._held.has(f"{RECORDS}/{name}")

    def read_record(self, name: str) -> Snapshot:
        """The record in a file of this name.

        Raises
        ------
        ValueError
            It is damaged, or no record.
        OSError
            It is not there, or cannot be read.
        """
        with self._held.open(f"{RECORDS}/{name}") as file:
            return record_from_arrays(read_npz(file, NAMES, check_layout))


def _as_file(record: Snapshot) -> bytes:
    with io.BytesIO() as file:
        np.savez(file, **record_arrays(record))  # type: ignore[arg-type]
        return file.getvalue()
