"""A report as a file: a page of its own, Markdown, or a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Mapping
from html import escape

from ..validation.texts import path_of
from .findings import Finding
from .report_table import Contents, as_html, channels_named, compared, heading, shows_in

_COLUMNS = (
    *("severity", "kind", "layer", "view", "weight", "channels", "measured", "value"),
    *("reference", "reference_value", "samples", "summary", "limits", "cure", "source", "follows"),
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 24px auto; max-width: 1200px; padding: 0 16px; }}
body {{ font: 14px/1.4 system-ui, sans-serif; }}
tbody tr {{ border-top: 1px solid #8888; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def as_markdown(report: Contents) -> str:
    """The report in Markdown: a heading a finding, its evidence and its cure below."""
    parts = [f"# {_plain(heading(report))}"]
    for finding in report.findings:
        where = f"`{_code(finding.layer)}`" if finding.layer else "the whole model"
        parts.append(f"## {finding.severity}: {finding.kind} in {where} ({finding.view})")
        sentences = [f"**{_plain(finding.summary)}**", _plain(finding.limits)]
        parts.append(" ".join(filter(None, sentences)))
        facts = [compared(finding), shows_in(finding)]
        if finding.channels:
            facts.insert(0, channels_named(finding))
        lines = [_plain(each) for each in facts if each]
        lines += [f"Cure: {_with_code(finding.cure)}", f"Source: {_plain(finding.source)}"]
        parts.append("\n".join(f"- {line}" for line in lines))
    for title, items in (
        ("Notes", report.notes),
        ("Not judged", [f"{item.what}: {item.why}" for item in report.skipped]),
    ):
        if items:
            parts += [f"## {title}", "\n".join(f"- {_plain(item)}" for item in items)]
    return "\n\n".join(parts) + "\n"


def as_csv(report: Contents) -> str:
    """The findings as a table, a row each; lists are joined by spaces."""
    with io.StringIO(newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(_row(finding) for finding in report.findings)
        return file.getvalue()


def as_page(report: Contents) -> str:
    """The report as a page of its own, that needs nothing else."""
    title = f"Diagnosis of {report.model}" if report.model else "Diagnosis"
    return _PAGE.format(title=escape(title), body=as_html(report))


FORMATS: Mapping[str, Callable[[Contents], str]] = {
    ".html": as_page,
    ".md": as_markdown,
    ".csv": as_csv,
}
"""How a report is written, by the suffix of its file."""


def report_file(report: Contents, path: str | os.PathLike[str]) -> bytes:
    """What stands in a file of this name.

    Raises
    ------
    TypeError, ValueError
        No path, or one with a suffix that no format of a report has.
    """
    name = path_of("path", path, "a file, such as 'report.html'")
    suffix = os.path.splitext(name)[1].lower()
    if suffix not in FORMATS:
        raise ValueError(f"a report is written as {', '.join(FORMATS)}; got the path {name!r}")
    return FORMATS[suffix](report).encode()


def _row(finding: Finding) -> list[object]:
    reference = finding.reference
    return [
        *(finding.severity, finding.kind, finding.layer, finding.view, finding.weight),
        " ".join(map(str, finding.channels)),
        finding.measured.name,
        finding.measured.value,
        "" if reference is None else reference.name,
        "" if reference is None else reference.value,
        *(finding.samples, finding.summary, finding.limits, finding.cure, finding.source),
        " ".join(finding.follows),
    ]


def _plain(text: str) -> str:
    """A text of which Markdown makes no more than it says, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", re.sub(r"\s+", " ", text))


def _code(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")


def _with_code(text: str) -> str:
    """A sentence whose parts between backticks stay lines of code."""
    parts = text.split("`")
    return "".join(
        f"`{part}`" if number % 2 and number < len(parts) - 1 else _plain(part)
        for number, part in enumerate(parts)
    )
