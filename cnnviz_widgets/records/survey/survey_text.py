"""A survey in a few lines: of which model, on which samples, and what was skipped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Protocol

import numpy as np

from ..layer_picture import counted
from .layer_summary import LayerSummary
from .sample_ranges import Ranges, named

# More layers that were skipped are only counted.
_MOST_NAMED = 6
_HEADS = ("layer", "channels", "zero", "rare", "not finite", "range")


class SurveyFacts(Protocol):
    """What is said of a survey."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def layers(self) -> Mapping[str, LayerSummary]:
        """Path → summary."""

    @property
    def ranges(self) -> Ranges:
        """The samples' numbers."""

    @property
    def samples(self) -> int:
        """How many there are."""

    @property
    def classes(self) -> int:
        """How many classes the labels have."""

    @property
    def skipped(self) -> Mapping[str, str]:
        """Path → why a layer has no summary."""

    @property
    def masked(self) -> bool:
        """Whether the model masks steps."""


def as_text(survey: SurveyFacts) -> str:
    """For a terminal."""
    skipped = [f"- {line}" for line in _skipped(survey)]
    rows = [_HEADS, *_rows(survey)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])
        for name, *numbers in rows
    ]
    return "\n".join([*_lines(survey), *table, *(["Skipped", *skipped] if skipped else [])])


def as_html(survey: SurveyFacts) -> str:
    """For a notebook, every text escaped."""
    lines = "<br>".join(map(escape, _lines(survey)))
    skipped = "".join(f"<li>{escape(line)}</li>" for line in _skipped(survey))
    listed = f"<p>Skipped</p><ul>{skipped}</ul>" if skipped else ""
    heads = "".join(f"<th>{head}</th>" for head in _HEADS)
    rows = "".join(f"<tr>{_cells(row)}</tr>" for row in _rows(survey))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="cnnviz-survey"><p>{lines}</p>{table}{listed}</div>'


def _cells(row: tuple[str, ...]) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in row)


def _rows(survey: SurveyFacts) -> list[tuple[str, ...]]:
    """Of each layer its name, and what is counted under each of the heads."""
    return [
        (
            path,
            f"{layer.channels:,}",
            f"{int(layer.dead.sum()):,}",
            f"{int((layer.rare & (layer.nonfinite == 0)).sum()):,}",
            f"{int((layer.nonfinite > 0).sum()):,}",
            _range(layer),
        )
        for path, layer in survey.layers.items()
    ]


def _range(layer: LayerSummary) -> str:
    low, high = layer.low[~np.isnan(layer.low)], layer.high[~np.isnan(layer.high)]
    return f"{low.min():.3g} to {high.max():.3g}" if low.size else "none is finite"


def _lines(survey: SurveyFacts) -> list[str]:
    layers = survey.layers.values()
    lines = [
        f"Survey of {survey.model or 'a model'} on {counted(survey.samples, 'sample')}",
        f"{counted(len(layers), 'layer')}, "
        f"{counted(sum(layer.channels for layer in layers), 'channel')}, "
        f"{sum(int(layer.dead.sum()) for layer in layers):,} of them zero throughout",
    ]
    faulty = sum(int((layer.nonfinite > 0).sum()) for layer in layers)
    if faulty:
        lines.append(f"{counted(faulty, 'channel')} with values that are NaN or infinite")
    if survey.ranges:
        lines.append(f"Numbers of the samples: {named(survey.ranges)}")
    if survey.classes:
        lines.append(f"{survey.classes:,} classes")
    if survey.masked:
        lines.append("The model masks steps: those that a mask covers count as values here")
    return lines


def _skipped(survey: SurveyFacts) -> list[str]:
    lines = [f"{path}: {why}" for path, why in list(survey.skipped.items())[:_MOST_NAMED]]
    more = len(survey.skipped) - len(lines)
    return [*lines, f"and {more:,} more"] if more else lines
