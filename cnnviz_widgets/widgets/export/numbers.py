"""The few numbers of every layer, as columns that a table is made of."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ...analysis.channel_measures import ChannelMeasures, pooled_mean_std
from ...comparison.layer_comparison import LayerChange
from ...diagnosis.findings import Finding
from ...records.layer_health import HEALTH_FIELDS, LayerHealth

if TYPE_CHECKING:
    from ...model import LayerInfo

Numbers: TypeAlias = dict[str, list[Any]]

_UNKNOWN = math.nan


def layer_numbers(
    layers: Sequence[LayerInfo],
    measures: Mapping[str, ChannelMeasures],
    findings: Iterable[Finding] | None,
) -> Numbers:
    """What is known of every layer of a live model, a list for each column.

    Parameters
    ----------
    layers : sequence of LayerInfo
    measures : mapping of path to ChannelMeasures
        NaN stands for those that it lacks.
    findings : iterable of Finding or None
        None: nobody has looked; the columns of findings are left out.
    """
    rows = [
        {
            "layer": info.path,
            "kind": info.kind,
            "shape": "×".join("?" if size is None else str(size) for size in info.output_shape[1:]),
            "parameters": info.parameters,
            "level": info.level,
            **_measured(measures.get(info.path)),
        }
        for info in layers
    ]
    if findings is not None:
        counts = Counter((each.layer, each.severity) for each in findings)
        for row in rows:
            of_layer = [counts[row["layer"], name] for name in ("severe", "warning", "note")]
            names = ("findings", "severe", "warnings", "notes")
            row |= dict(zip(names, [sum(of_layer), *of_layer], strict=True))
    return _columns(rows)


def _measured(measures: ChannelMeasures | None) -> dict[str, Any]:
    names = ("channels", "dead", "dead_share", "constant", "nonfinite", "zero_share")
    if measures is None:
        return dict.fromkeys((*names, "mean", "std", "min", "max"), _UNKNOWN)
    mean, std = pooled_mean_std(measures)
    counts = (
        measures.n_channels,
        int(measures.dead.sum()),
        measures.dead_share,
        int(measures.constant.sum()),
        int(measures.nonfinite.sum()),
        float(measures.zero_share.mean()),
    )
    return {
        **dict(zip(names, counts, strict=True)),
        **{"mean": mean, "std": std},
        # fmin and fmax pass over the channels that have no finite value, without a warning.
        "min": float(np.fmin.reduce(measures.minimum)),
        "max": float(np.fmax.reduce(measures.maximum)),
    }


def health_numbers(
    layers: Sequence[Mapping[str, Any]], health: Mapping[str, LayerHealth]
) -> Numbers:
    """What was kept of every layer at a moment, a list for each column.

    Parameters
    ----------
    layers : sequence of mapping
        As a history lists them, with their paths and kinds.
    health : mapping of path to LayerHealth
        NaN stands for those that it lacks.
    """
    names = (*HEALTH_FIELDS, "dead_share")
    return _columns(
        {
            "layer": entry["path"],
            "kind": entry.get("kind", ""),
            "shape": entry.get("shape", ""),
            **{
                name: getattr(health[entry["path"]], name) if entry["path"] in health else _UNKNOWN
                for name in names
            },
        }
        for entry in layers
    )


def change_numbers(changes: Iterable[LayerChange]) -> Numbers:
    """How much every layer changed, a list for each column."""
    return _columns(change._asdict() for change in changes)


def as_csv(numbers: Numbers) -> str:
    """The numbers as a table, a row a layer; what is not known is empty."""
    with io.StringIO(newline="") as file:
        writer = csv.writer(file)
        writer.writerow(numbers)
        for row in zip(*numbers.values(), strict=True):
            writer.writerow("" if _is_unknown(value) else value for value in row)
        return file.getvalue()


def _is_unknown(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _columns(rows: Iterable[Mapping[str, Any]]) -> Numbers:
    listed = list(rows)
    return {name: [row[name] for row in listed] for name in (listed[0] if listed else ())}
