"""A moment as one line of JSON, and back: a line of ``moments.jsonl`` (`history_folder`)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple, TypeAlias

from ...records.layer_health import LayerHealth
from ...records.place import Place
from ...records.record_kind import VIEW_NAMES, WEIGHTS
from ...records.sample_subset import SampleChoice
from ...validation.plain_json import (
    MOST_BYTES,
    brief,
    mapping,
    number,
    parsed,
    part,
    plain_number,
    sequence,
    text,
    whole,
)
from ..moment import Moment
from ..onsets import MOST_CHANNELS, ONSET_KINDS, Onset
from ..samples.entries import plain_answers, plain_inputs, read_answers, read_inputs
from ..training_logs import TrainingLogs
from .log_lines import plain_logs, read_logs

Files: TypeAlias = Mapping[Place, str]
OnsetKey: TypeAlias = tuple[str, str, int]

# No model has more, and a table has a column for each that ever was.
MOST_LAYERS = 10_000
_MOST_PLACES, _MOST_ONSETS = 50_000, 100_000
_FILE = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]{0,199}")


class Line(NamedTuple):
    """What one line says.

    Attributes
    ----------
    moment : Moment
        Without records.
    files : mapping of Place to str
        Name of each record's file.
    problems : tuple of str
        What of the line was left out, and why.
    logs : TrainingLogs
        Losses and metrics since the line before.
    """

    moment: Moment
    files: Files
    problems: tuple[str, ...]
    logs: TrainingLogs


class LineWriter:
    """Writes moments as lines, each with what has changed of the onsets since the one before."""

    def __init__(self) -> None:
        self._onsets: dict[OnsetKey, Onset] = {}

    @property
    def onsets(self) -> tuple[Onset, ...]:
        """As they stood at the line written last."""
        return tuple(self._onsets.values())

    def line(
        self, moment: Moment, files: Files, onsets: Iterable[Onset], logs: TrainingLogs
    ) -> bytes:
        """The line of a moment, with its line break, and with what was logged since the last one.

        Raises
        ------
        ValueError
            No reader would take it: it is too long, or of too many layers.
        """
        now = _by_key(onsets)
        before = self._onsets
        if len(moment.health) > MOST_LAYERS:
            raise ValueError(f"{len(moment.health):,} layers are more than {MOST_LAYERS:,}")
        line = {
            "step": int(moment.step),
            "epoch": None if moment.epoch is None else int(moment.epoch),
            "seconds": plain_number(moment.seconds),
            **({} if moment.samples is None else {"samples": asdict(moment.samples)}),
            **({} if moment.inputs is None else {"inputs": plain_inputs(moment.inputs)}),
            **({} if moment.answers is None else {"answers": plain_answers(moment.answers)}),
            **({} if not moment.scales else {"scales": _plain(moment.scales)}),
            "logs": {name: plain_number(value) for name, value in moment.logs.items()},
            "health": {
                path: [plain_number(number) for number in health.numbers]
                for path, health in moment.health.items()
            },
            "records": [{**place._asdict(), "file": name} for place, name in files.items()],
            "onsets": [asdict(onset) for key, onset in now.items() if before.get(key) != onset],
            "gone": [key for key in before if key not in now],
            **plain_logs(logs),
        }
        raw = json.dumps(line, allow_nan=False, separators=(",", ":")).encode()
        if len(raw) >= MOST_BYTES:
            raise ValueError(f"a moment of {len(raw):,} bytes is more than {MOST_BYTES:,}")
        return raw + b"\n"

    def written(self, onsets: Iterable[Onset]) -> None:
        """The line with these onsets stands in the file."""
        self._onsets = _by_key(onsets)


def _plain(numbers: Mapping[str, float]) -> dict[str, float | str | None]:
    return {name: plain_number(float(f"{value:.4g}")) for name, value in numbers.items()}


class LineReader:
    """Reads lines in the order in which they were written.

    Attributes
    ----------
    layers : dict of str to None
        Paths of all layers that there ever were, in the order in which they came.
    """

    def __init__(self) -> None:
        self.layers: dict[str, None] = {}
        self._places: set[Place] = set()
        self._onsets: dict[OnsetKey, Onset] = {}

    @property
    def onsets(self) -> tuple[Onset, ...]:
        """All as they stood at the line read last, by step."""
        return tuple(sorted(self._onsets.values(), key=lambda onset: onset.step))

    def read(self, raw: bytes) -> Line:
        """What a line says.

        Raises
        ------
        ValueError
            It says nothing of use, and why. Then it changes nothing.
        """
        if not raw.strip():
            raise ValueError("it is blank")
        if not raw.strip(b"\0\r\n"):
            raise ValueError("it is zeros")
        line = mapping(parsed(raw), "the line")
        problems: list[str] = []
        moment = _moment(line, problems)
        new = [path for path in moment.health if path not in self.layers]
        if len(self.layers) + len(new) > MOST_LAYERS:
            raise ValueError(f"there are more than {MOST_LAYERS:,} layers")
        self.layers.update(dict.fromkeys(new))
        files: dict[Place, str] = {}
        for entry in _entries(line, "records", problems):
            with _Noted(problems, "a record"):
                place, name = _file(entry)
                if len(self._places) >= _MOST_PLACES and place not in self._places:
                    raise ValueError(f"there are more than {_MOST_PLACES:,}")
                self._places.add(place)
                files[place] = name
        for entry in _entries(line, "gone", problems):
            with _Noted(problems, "an onset that is gone"):
                self._onsets.pop(_key_of(entry), None)
        for entry in _entries(line, "onsets", problems):
            with _Noted(problems, "an onset"):
                onset = _onset(entry)
                if len(self._onsets) >= _MOST_ONSETS and key_of(onset) not in self._onsets:
                    raise ValueError(f"there are more than {_MOST_ONSETS:,}")
                self._onsets[key_of(onset)] = onset
        logs = read_logs(line, lambda what: _Noted(problems, what))
        return Line(moment, files, tuple(problems), logs)


class _Noted:
    """Notes what is wrong with one entry, which is then left out."""

    def __init__(self, problems: list[str], what: str) -> None:
        self._problems = problems
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        if not isinstance(error, ValueError):
            return False
        self._problems.append(f"{self._what}: {error}")
        return True


def key_of(onset: Onset) -> OnsetKey:
    """Which onset it is: it may change in all else."""
    return onset.kind, onset.layer, onset.step


def _by_key(onsets: Iterable[Onset]) -> dict[OnsetKey, Onset]:
    return {key_of(onset): onset for onset in onsets}


def _moment(line: dict[str, Any], problems: list[str]) -> Moment:
    epoch, samples = part(line, "epoch"), line.get("samples")
    answers = None
    if "answers" in line:
        with _Noted(problems, "answers"):
            answers = read_answers(line["answers"])
    scales: dict[str, float] = {}
    with _Noted(problems, "scales"):
        scales = {
            path: number(scale, "a scale")
            for path, scale in mapping(line.get("scales", {}), "scales").items()
        }
    return Moment(
        step=whole(part(line, "step"), "the step"),
        epoch=None if epoch is None else whole(epoch, "the epoch", -(2**63)),
        seconds=number(part(line, "seconds"), "seconds"),
        health={
            path: _health(path, numbers)
            for path, numbers in mapping(part(line, "health"), "health").items()
        },
        logs={
            name: number(value, f"the log {name!r:.60}")
            for name, value in mapping(part(line, "logs"), "logs").items()
        },
        samples=None if samples is None else _samples(mapping(samples, "samples")),
        inputs=read_inputs(line.get("inputs")),
        answers=answers,
        scales=scales,
    )


def _health(path: str, numbers: Any) -> LayerHealth:
    return LayerHealth.from_numbers(
        # Most are numbers, and in a long history there are millions of them.
        [
            each if type(each) is float else number(each, "a number")
            for each in sequence(numbers, "the health of a layer")
        ]
    )


def _samples(samples: dict[str, Any]) -> SampleChoice:
    numbers = sequence(part(samples, "numbers"), "numbers of samples")
    total = whole(part(samples, "total"), "the number of samples")
    return SampleChoice(tuple(whole(each, "a sample") for each in numbers), total)


def _entries(line: dict[str, Any], name: str, problems: list[str]) -> Collection[Any]:
    with _Noted(problems, "a list"):
        return sequence(part(line, name), name)
    return ()


def _file(entry: Any) -> tuple[Place, str]:
    entry = mapping(entry, "it")
    name, view = part(entry, "file"), part(entry, "view")
    if not isinstance(name, str) or not _FILE.fullmatch(name):
        raise ValueError(f"{brief(name)} is no name of a file of records")
    if view not in VIEW_NAMES:
        raise ValueError(f"the view is {brief(view)}, none of {', '.join(VIEW_NAMES)}")
    layer = text(part(entry, "layer"), "the layer")
    weight = text(part(entry, "weight"), "the weight")
    if weight and view != WEIGHTS.name:
        raise ValueError(f"{view} are of no weight, and it is {brief(weight)}")
    return Place(layer, view, weight), name


def _key_of(entry: Any) -> OnsetKey:
    kind, layer, step = (*sequence(entry, "it"), None, None, None)[:3]
    return text(kind, "the kind"), text(layer, "the layer"), whole(step, "the step")


def _onset(entry: Any) -> Onset:
    entry = mapping(entry, "it")
    kind, ended, from_start = (part(entry, name) for name in ("kind", "ended", "from_start"))
    if kind not in ONSET_KINDS:
        raise ValueError(f"there is no onset of kind {brief(kind)}")
    if not isinstance(from_start, bool):
        raise ValueError(f"from_start is {brief(from_start)}, not true or false")
    channels = sequence(part(entry, "channels"), "channels")
    if len(channels) > MOST_CHANNELS:
        raise ValueError(f"it is of {len(channels):,} channels, and {MOST_CHANNELS:,} are the most")
    return Onset(
        kind=kind,
        layer=text(part(entry, "layer"), "the layer"),
        step=whole(part(entry, "step"), "the step"),
        channels=tuple(whole(channel, "a channel") for channel in channels),
        ended=None if ended is None else whole(ended, "the step of its end"),
        text=text(part(entry, "text"), "the text"),
        from_start=from_start,
    )
