"""``survey.json``: what there is to know of a survey beside its layers' numbers (`folder`)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ....analysis.density.bounds import Bounds
from ....analysis.survey.kept_samples import IN_ROWS, is_by_hash
from ....validation.plain_json import (
    MOST_WHOLE,
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
from ...snapshot_checks import MOST_CHANNELS
from ..layer_summary import LayerSummary
from ..sample_digests import SampleDigests, as_pairs
from ..sample_ranges import Ranges, are_in, count

HEADER = "survey.json"
_FORMAT = "cnnviz_widgets survey"
_VERSION = 1
_MOST_LAYERS, _MOST_AXES, _MOST_CLASSES, _MOST_ROWS = 2**16, 32, 2**20, 2**10
# Places in a sample are numbers of 32 bits.
_MOST_POSITIONS = 2**31 - 1
_DIGEST = re.compile(r"[0-9a-f]{16}")
_FILE = re.compile(r"layers-[0-9a-f]{16}/[0-9]{5}\.npz")


class Contents(NamedTuple):
    """What is written, and was read: the parts of a `Survey`."""

    layers: Mapping[str, LayerSummary]
    ranges: Ranges
    model: str
    weights: str
    rows: int
    classes: int
    skipped: Mapping[str, str]
    digests: SampleDigests
    masked: bool


class LayerEntry(NamedTuple):
    """A layer in the list.

    Attributes
    ----------
    axes : tuple of int
    channels : int
    bounds : (float, float)
    kind : str
    ends : (float or None, float or None)
    file : str
        Of its numbers: always a name of this format, that leads nowhere else.
    """

    axes: tuple[int, ...]
    channels: int
    bounds: Bounds
    kind: str
    ends: tuple[float | None, float | None]
    file: str


class Header(NamedTuple):
    """What the file says; all but `layers` and `digests` as in `Contents`.

    Attributes
    ----------
    digests : tuple of (int, int)
        Number and digest of each sample, as `as_pairs` gives them.
    """

    model: str
    weights: str
    ranges: Ranges
    rows: int
    classes: int
    skipped: dict[str, str]
    digests: tuple[tuple[int, int], ...]
    masked: bool
    layers: dict[str, LayerEntry]


def header_of(survey: Contents, files: Iterable[str]) -> bytes:
    """What is to stand in the file.

    Raises
    ------
    ValueError
        It could not be read again: too many runs of samples, no plain text.
    """
    header = {
        "format": _FORMAT,
        "version": _VERSION,
        "model": survey.model,
        "weights": survey.weights,
        "ranges": survey.ranges,
        "rows": survey.rows,
        "classes": survey.classes,
        "skipped": dict(survey.skipped),
        "digests": [[number, f"{digest:016x}"] for number, digest in as_pairs(survey.digests)],
        "masked": survey.masked,
        "layers": [
            _entry(summary, file)
            for summary, file in zip(survey.layers.values(), files, strict=True)
        ],
    }
    raw = f"{json.dumps(header, indent=1, allow_nan=False)}\n".encode()
    header_from(raw)
    return raw


def _entry(summary: LayerSummary, file: str) -> dict[str, Any]:
    return {
        "path": summary.path,
        "axes": summary.axes,
        "channels": summary.channels,
        "bounds": [plain_number(end) for end in summary.bounds],
        "kind": summary.kind,
        "ends": [None if end is None else plain_number(end) for end in summary.ends],
        "file": file,
    }


def header_from(raw: bytes) -> Header:
    """What the file says.

    Raises
    ------
    ValueError
        It was written by a newer version, by something else, or is damaged.
    """
    header = mapping(parsed(raw), "it")
    if header.get("format") != _FORMAT:
        raise ValueError(f"its format is {brief(header.get('format'))}, not {_FORMAT!r}")
    version = whole(part(header, "version"), "its version", 1)
    if version > _VERSION:
        raise ValueError(
            f"it was written by a newer version of cnnviz_widgets: its format is version "
            f"{version}, and this one reads version {_VERSION}"
        )
    ranges = _ranges(part(header, "ranges"))
    return Header(
        text(part(header, "model"), "the model"),
        text(part(header, "weights"), "the digest of the weights"),
        ranges,
        _at_most(_MOST_ROWS, part(header, "rows"), "the number of rows"),
        _at_most(_MOST_CLASSES, part(header, "classes"), "the number of classes"),
        {
            path: text(why, f"the reason why {brief(path)} was left out")
            for path, why in mapping(part(header, "skipped"), "'skipped'").items()
        },
        _digests(part(header, "digests"), ranges),
        _truth(part(header, "masked"), "whether steps are masked"),
        _layers(part(header, "layers")),
    )


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {brief(value)}, neither true nor false")
    return value


def _at_most(most: int, value: Any, name: str) -> int:
    given = whole(value, name)
    if given > most:
        raise ValueError(f"{name} is {brief(given)}, and {most:,} are the most")
    return given


def _ranges(value: Any) -> Ranges:
    """The samples' numbers; runs ascend, with gaps between them."""
    runs = []
    before = -1
    for each in sequence(value, "the list of samples' numbers"):
        first, last = _pair(each, "a run of samples")
        first, last = whole(first, "a sample's number"), whole(last, "a sample's number")
        if not before < first < last:
            raise ValueError(f"the run of samples {brief(each)} comes after sample {before - 1:,}")
        runs.append((first, last))
        before = last
    if count(tuple(runs)) > MOST_WHOLE:
        raise ValueError("there are more samples than can be counted")
    return tuple(runs)


def _digests(value: Any, ranges: Ranges) -> tuple[tuple[int, int], ...]:
    """Number and digest of some samples, in the order in which they are kept."""
    pairs = []
    for each in sequence(value, "the list of samples' digests"):
        first, last = _pair(each, "a sample's digest")
        if not _DIGEST.fullmatch(text(last, "a sample's digest")):
            raise ValueError(f"a sample's digest is {brief(last)}, not 16 hexadecimal digits")
        pairs.append((whole(first, "a sample's number"), int(last, 16)))
    numbers = np.array([number for number, _ in pairs], dtype=np.int64)
    if len(pairs) > IN_ROWS or not is_by_hash(numbers) or not are_in(numbers, ranges).all():
        raise ValueError("its digests are not those of samples that are kept of such a survey")
    return tuple(pairs)


def _layers(value: Any) -> dict[str, LayerEntry]:
    entries = sequence(value, "the list of layers")
    if len(entries) > _MOST_LAYERS:
        raise ValueError(f"{len(entries):,} layers are more than {_MOST_LAYERS:,}")
    layers: dict[str, LayerEntry] = {}
    files = set()
    for each in entries:
        entry = mapping(each, "a layer")
        path = text(part(entry, "path"), "the path of a layer")
        if path in layers:
            raise ValueError(f"the layer {brief(path)} is listed twice")
        try:
            layers[path] = _layer(entry)
        except ValueError as error:
            raise ValueError(f"the layer {brief(path)}: {error}") from error
        if layers[path].file in files:
            raise ValueError(f"the layer {brief(path)}: its file is another layer's")
        files.add(layers[path].file)
    return layers


def _layer(entry: dict[str, Any]) -> LayerEntry:
    axes = sequence(part(entry, "axes"), "the list of its axes")
    if len(axes) > _MOST_AXES:
        raise ValueError(f"it has {len(axes)} axes")
    lengths = tuple(whole(length, "the length of an axis", 1) for length in axes)
    if math.prod(lengths) > _MOST_POSITIONS:
        raise ValueError(f"its axes are {brief(axes)}, which is too many values a sample")
    low, high = (
        number(each, "a bound") for each in _pair(part(entry, "bounds"), "the list of its bounds")
    )
    if not low <= high:
        raise ValueError(f"its bounds are {low} and {high}")
    channels = _at_most(MOST_CHANNELS, part(entry, "channels"), "the number of its channels")
    file = text(part(entry, "file"), "the name of its file")
    if not _FILE.fullmatch(file):
        raise ValueError(f"its file is {brief(file)}, no name such as 'layers-…/00000.npz'")
    if not channels:
        raise ValueError("it has no channel")
    return LayerEntry(
        lengths,
        channels,
        (low, high),
        text(part(entry, "kind"), "the name of its class"),
        _ends(part(entry, "ends")),
        file,
    )


def _ends(value: Any) -> tuple[float | None, float | None]:
    low, high = (
        None if each is None else number(each, "an end")
        for each in _pair(value, "the list of its ends")
    )
    if not all(end is None or math.isfinite(end) for end in (low, high)):
        raise ValueError(f"its ends are {low} and {high}")
    return low, high


def _pair(value: Any, name: str) -> list[Any]:
    pair = sequence(value, name)
    if len(pair) != 2:
        raise ValueError(f"{name} is {brief(pair)}, no pair")
    return pair
