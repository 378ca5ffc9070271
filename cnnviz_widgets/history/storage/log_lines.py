"""Losses and metrics as parts of a line of JSON, and back: ``curves`` and ``epochs`` (`folder`)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ...validation.plain_json import (
    brief,
    mapping,
    number,
    part,
    plain_number,
    sequence,
    text,
    whole,
)
from ..training_logs import LOG_KINDS, MOST_CURVES, MOST_POINTS, LogCurve, TrainingLogs

_NUMBERS = ("means", "lows", "highs")


def plain_logs(logs: TrainingLogs) -> dict[str, Any]:
    """Logs as plain values; nothing where there are none."""
    if not logs:
        return {}
    curves = {}
    for name, curve in logs.curves.items():
        # Of one value a point, the least and the greatest are that.
        is_single = bool((curve.counts == 1).all())
        columns = _NUMBERS[:1] if is_single else _NUMBERS
        curves[name] = {
            "of": curve.of,
            "steps": curve.steps.tolist(),
            **({} if is_single else {"counts": curve.counts.tolist()}),
            **{each: [plain_number(value) for value in getattr(curve, each)] for each in columns},
        }
    return {"curves": curves, "epochs": [list(epoch) for epoch in logs.epochs]}


def read_logs(
    line: dict[str, Any], noted: Callable[[str], AbstractContextManager[object]]
) -> TrainingLogs:
    """The logs of a line; an older one has none.

    Parameters
    ----------
    noted : callable
        Gives a context that notes what is wrong with one part, which is then left out.
    """
    curves: dict[str, LogCurve] = {}
    epochs: list[tuple[int, int]] = []
    with noted("curves"):
        for name, entry in mapping(line.get("curves", {}), "curves").items():
            with noted(f"the curve {name!r:.60}"):
                if len(curves) >= MOST_CURVES:
                    raise ValueError(f"there are more than {MOST_CURVES}")
                curves[text(name, "the name")] = _curve(mapping(entry, "it"))
    with noted("epochs"):
        for entry in sequence(line.get("epochs", []), "epochs")[:MOST_POINTS]:
            step, epoch = (*sequence(entry, "an epoch"), None, None)[:2]
            epochs.append((whole(step, "its step"), whole(epoch, "its number", -(2**63))))
    return TrainingLogs(curves, tuple(epochs))


def _curve(entry: dict[str, Any]) -> LogCurve:
    of = part(entry, "of")
    if of not in LOG_KINDS:
        raise ValueError(f"it is of {brief(of)}, none of {', '.join(LOG_KINDS)}")
    steps = [whole(step, "a step") for step in sequence(part(entry, "steps"), "steps")]
    if len(steps) > MOST_POINTS:
        raise ValueError(f"it has {len(steps):,} points, and {MOST_POINTS:,} are the most")
    if any(after < before for before, after in itertools.pairwise(steps)):
        raise ValueError("its steps do not ascend")
    counts = [1] * len(steps)
    columns = {"means": _numbers(entry, "means")}
    if "counts" in entry:
        counts = [whole(count, "a count", 1) for count in sequence(entry["counts"], "counts")]
        columns |= {name: _numbers(entry, name) for name in _NUMBERS[1:]}
    else:
        columns |= dict.fromkeys(_NUMBERS[1:], columns["means"])
    if {len(counts), *map(len, columns.values())} != {len(steps)}:
        raise ValueError("its lists are not of one length")
    return LogCurve(
        of,
        np.array(steps, np.int64),
        np.array(counts, np.int64),
        **{name: np.array(column, np.float64) for name, column in columns.items()},
    )


def _numbers(entry: dict[str, Any], name: str) -> list[float]:
    return [number(value, "a value") for value in sequence(part(entry, name), name)]
