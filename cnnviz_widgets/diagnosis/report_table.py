"""A report as a table: in text for terminals, in HTML for notebooks."""

from __future__ import annotations

import re
import textwrap
from html import escape
from itertools import zip_longest
from typing import Protocol

from ..validation.messages import percent
from .findings import Evidence, Finding, Measurement, Skipped
from .phrases import span

_WIDTH = 100
_INDENT = " " * 10
# Of the picture of a histogram, in pixels.
_PICTURE = (120, 36)
# Fixed, so that no long path of a layer takes the room of the sentences: 700 pixels are enough.
_TABLE = "table-layout:fixed;width:100%;min-width:640px;border-collapse:collapse"
_COLUMNS = (
    ("severity", "9%"),
    ("kind", "11%"),
    ("where", "15%"),
    ("what was found", "auto"),
    ("evidence", f"{_PICTURE[0] + 4}px"),
    ("cure", "22%"),
)
_CHANNELS_NAMED = 12
_FOLLOWERS_NAMED = 6


class Contents(Protocol):
    """What a report holds."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The worst first."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def layers(self) -> int:
        """How many layers were looked at."""

    @property
    def samples(self) -> int:
        """On how many samples."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the whole."""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What was not judged, and why."""


def as_text(report: Contents) -> str:
    """The report for a terminal, at most 100 characters wide."""
    lines = [heading(report)]
    for finding in report.findings:
        where = finding.layer or "the whole model"
        lines += ["", f"{finding.severity:<10}{finding.kind}  {where}  ({finding.view})"]
        for text in (
            finding.summary,
            finding.limits,
            compared(finding),
            shows_in(finding),
            f"Cure: {finding.cure}",
            f"Source: {finding.source}",
        ):
            if text:
                lines += textwrap.wrap(
                    text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
                )
    for title, items in (
        ("Notes", report.notes),
        ("Not judged", [f"{item.what}: {item.why}" for item in report.skipped]),
    ):
        if items:
            lines += ["", title]
        for item in items:
            lines += textwrap.wrap(item, _WIDTH, initial_indent="- ", subsequent_indent="  ")
    return "\n".join(lines)


def as_html(report: Contents) -> str:
    """The report for a notebook: a table in the page's own colours, every text escaped."""
    cell = (
        "text-align:left;vertical-align:top;padding:4px 8px;white-space:normal;"
        "overflow-wrap:anywhere"
    )
    head = "".join(f'<th style="{cell};width:{width}">{title}</th>' for title, width in _COLUMNS)
    rows = []
    for finding in report.findings:
        sentences = [f"<b>{escape(finding.summary)}</b>"]
        sentences += [
            escape(text) for text in (finding.limits, compared(finding), shows_in(finding)) if text
        ]
        where = escape(finding.layer) or "the whole model"
        where += f"<br>{escape(finding.view)}"
        if finding.channels:
            where += f"<br>{escape(channels_named(finding))}"
        cells = (
            escape(finding.severity),
            escape(finding.kind),
            where,
            "<br>".join(sentences),
            _picture(finding.evidence) if finding.evidence else "",
            f"{_with_code(finding.cure)}<br>{escape(finding.source)}",
        )
        rows.append("<tr>" + "".join(f'<td style="{cell}">{text}</td>' for text in cells) + "</tr>")
    parts = [f"<p>{escape(heading(report))}</p>"]
    if rows:
        parts.append(
            f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>"
        )
    for title, items in (
        ("Notes", report.notes),
        ("Not judged", [f"{item.what}: {item.why}" for item in report.skipped]),
    ):
        if items:
            listed = "".join(f"<li>{escape(item)}</li>" for item in items)
            parts.append(f"<p>{title}</p><ul>{listed}</ul>")
    return f'<div class="cnnviz-report">{"".join(parts)}</div>'


def _with_code(text: str) -> str:
    """A sentence, escaped, whose parts between backticks are lines of code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def heading(report: Contents) -> str:
    """What was looked at, and how much was found, in one line."""
    name = f" of {report.model}" if report.model else ""
    count = len(report.findings)
    what = "nothing found" if not count else f"{count:,} finding{'s' * (count != 1)}"
    return (
        f"Diagnosis{name}: {what} in {report.layers:,} layer{'s' * (report.layers != 1)} "
        f"on {report.samples:,} sample{'s' * (report.samples != 1)}"
    )


def _amount(measured: Measurement) -> str:
    return percent(measured.value) if measured.is_share else f"{measured.value:.4g}"


def compared(finding: Finding) -> str:
    """The measured number beside what it is compared with."""
    text = f"{finding.measured.name}: {_amount(finding.measured)}"
    reference = finding.reference
    if reference is None:
        return text
    value = percent(reference.value) if finding.measured.is_share else f"{reference.value:.4g}"
    text += f"; {reference.name}: {value}"
    if reference.percentile is not None:
        text += f", percentile {reference.percentile:.0f}"
    if reference.effect is not None:
        text += f", effect {reference.effect:.3g}"
    return text


def shows_in(finding: Finding) -> str:
    """In which other layers the same shows, in a sentence; "" for none."""
    if not finding.follows:
        return ""
    named = ", ".join(finding.follows[:_FOLLOWERS_NAMED])
    more = len(finding.follows) - _FOLLOWERS_NAMED
    return f"It shows in {named}{f' and {more:,} more' if more > 0 else ''}, too."


def channels_named(finding: Finding) -> str:
    """The first few channels by their numbers and names, and how many more there are."""
    channels, names = finding.channels, finding.channel_names
    numbers = map(str, channels[:_CHANNELS_NAMED])
    named = ", ".join(
        f"{number} ({name})" if name else number
        for number, name in zip_longest(numbers, names[:_CHANNELS_NAMED], fillvalue="")
    )
    more = len(channels) - _CHANNELS_NAMED
    return f"channel{'s' * (len(channels) != 1)} {named}{f' and {more:,} more' * (more > 0)}"


def _picture(evidence: Evidence) -> str:
    """The histogram as bars, its reference as a dashed line, in the colour of the text.

    Every word of it stands outside the drawing: a notebook that is not trusted strips the tags of
    a drawing, and would leave its words one behind the other.
    """
    width, height = _PICTURE
    bins = len(evidence.shares)
    if not bins:
        return ""
    top = max((*evidence.shares, *evidence.reference)) or 1.0
    step = width / bins
    bars = "".join(
        f'<rect x="{i * step:.1f}" y="{height * (1 - share / top):.1f}" '
        f'width="{max(step - 1, 0.5):.1f}" height="{height * share / top:.1f}"/>'
        for i, share in enumerate(evidence.shares)
    )
    line = ""
    if evidence.reference:
        points = " ".join(
            f"{x:.1f},{height * (1 - share / top):.1f}"
            for i, share in enumerate(evidence.reference)
            for x in (i * step, (i + 1) * step)
        )
        line = (
            f'<polyline points="{points}" fill="none" stroke="currentColor" '
            'stroke-width="1.5" stroke-dasharray="3 2"/>'
        )
    label = escape(evidence.label)
    most = max(range(bins), key=evidence.shares.__getitem__)
    whole = span(evidence.edges[0], evidence.edges[-1])
    words = f"{label}, {whole.removeprefix('from ')}"
    if bins > 1 and whole.startswith("from"):
        part = span(evidence.edges[most], evidence.edges[most + 1], "at")
        words += f": {percent(evidence.shares[most])} {part}"
    words += "; dashed: the reference" if line else ""
    return (
        f'<svg width="{width}" height="{height + 2}" viewBox="0 0 {width} {height + 2}" '
        f'role="img" aria-label="histogram of {words}">'
        f'<g fill="currentColor" fill-opacity="0.55">{bars}</g>{line}'
        f'<line x1="0" x2="{width}" y1="{height}" y2="{height}" stroke="currentColor"/></svg>'
        f"<br><small>{words}</small>"
    )
