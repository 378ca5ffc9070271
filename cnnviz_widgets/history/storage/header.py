"""``history.json``: what there is to know of a history beside its moments (`folder`)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...records.layer_health import HEALTH_FIELDS
from ...runtime.held_folder import HeldFolder
from ...validation.plain_json import MOST_BYTES, brief, mapping, parsed, part, sequence, text
from .left_out import reason
from .moment_line import MOST_LAYERS

HEADER = "history.json"
_FORMAT = "cnnviz_widgets history"
_VERSION = 1
# What a list of layers shows of each, and what it is.
_LAYER_TYPES = {
    "kind": str,
    "shape": str,
    "level": str,
    "parameters": int,
    "relative_level": float,
    # Of the channels of an output: texts.
    "class_names": list,
}
# More of what is wrong is not told.
_MOST_TOLD = 3


class Header(NamedTuple):
    """What could be read.

    Attributes
    ----------
    model : str
    layers : tuple of dict
        Each with its ``path``; what else there is of `_LAYER_TYPES` is of its type.
    trouble : str
        What could not be read, and why; "" for nothing.
    """

    model: str = ""
    layers: tuple[dict[str, Any], ...] = ()
    trouble: str = ""


def header_of(model: str, layers: Sequence[Mapping[str, Any]]) -> bytes:
    """What is to stand in the file."""
    header = {
        "format": _FORMAT,
        "version": _VERSION,
        "model": model,
        "layers": list(layers),
        "numbers": HEALTH_FIELDS,
    }
    return f"{json.dumps(header, indent=1, allow_nan=False)}\n".encode()


def read_header(folder: HeldFolder) -> Header:
    """What the file of a folder says, as far as it can be read.

    Raises
    ------
    ValueError
        It was written by a newer version, or its numbers are others than those of this one.
    """
    try:
        with folder.open(HEADER) as file:
            header = mapping(parsed(file.read(MOST_BYTES + 1)), "it")
    except (OSError, ValueError) as error:
        return Header(trouble=reason(error))
    name = os.fspath(folder.path / HEADER)
    wrong = []
    if "version" in header:
        _check_version(name, header["version"])
    else:
        wrong.append("'version' is missing")
    if header.get("format") != _FORMAT:
        wrong.append(f"its format is {brief(header.get('format'))}")
    if header.get("numbers") != list(HEALTH_FIELDS):
        _check_order(name, header.get("numbers"))
        wrong.append(f"its numbers are {brief(header.get('numbers'))}")
    model = ""
    try:
        model = text(part(header, "model"), "the model")
    except ValueError as error:
        wrong.append(str(error))
    layers = _layers(header, wrong)
    return Header(model, layers, "; ".join(wrong[:_MOST_TOLD]))


def _check_version(name: str, version: Any) -> None:
    if type(version) is not int or version < 1:
        raise ValueError(
            f"{name!r} is damaged or no history's: its version is {brief(version)}, and versions "
            "are whole numbers from 1 on"
        )
    if version > _VERSION:
        raise ValueError(
            f"{name!r} was written by a newer version of cnnviz_widgets: its format is version "
            f"{version}, and this one reads version {_VERSION}"
        )


def _check_order(name: str, numbers: Any) -> None:
    """Whether a layer's numbers may be those of version 1 all the same, their names damaged."""
    if isinstance(numbers, list) and (
        len(numbers) != len(HEALTH_FIELDS)
        or any(
            found in HEALTH_FIELDS and found != field
            for found, field in zip(numbers, HEALTH_FIELDS, strict=True)
        )
    ):
        raise ValueError(f"{name!r} is damaged or no history's: its numbers are {brief(numbers)}")


def _layers(header: dict[str, Any], wrong: list[str]) -> tuple[dict[str, Any], ...]:
    """The layers that the header lists, without what cannot be shown of them."""
    layers: dict[str, dict[str, Any]] = {}
    try:
        entries = sequence(part(header, "layers"), "the list of layers")
    except ValueError as error:
        wrong.append(str(error))
        return ()
    for entry in entries[:MOST_LAYERS]:
        try:
            path = text(part(mapping(entry, "a layer"), "path"), "the path of a layer")
            # Infinity, which Python reads from 1e999, is no JSON.
            json.dumps(entry, allow_nan=False)
            if path in layers:
                raise ValueError(f"{brief(path)} is listed twice")
        except (ValueError, RecursionError) as error:
            wrong.append(reason(error))
            continue
        odd = [name for name, kind in _LAYER_TYPES.items() if not _fits(entry, name, kind)]
        wrong.extend(f"the {name} of {brief(path)} is {brief(entry[name])}" for name in odd)
        layers[path] = {name: value for name, value in entry.items() if name not in odd}
    if len(entries) > MOST_LAYERS:
        wrong.append(f"{len(entries):,} layers are more than {MOST_LAYERS:,}")
    return tuple(layers.values())


def _fits(entry: Mapping[str, Any], name: str, kind: type) -> bool:
    """Whether a layer has no such part, or one of its type."""
    value = entry.get(name, kind())
    if kind is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if kind is str:
        return isinstance(value, str)
    return type(value) in (int, kind) and 0 <= value < 2**53
