"""A report as a file: what stands in it, read again by others' readers."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cnnviz_widgets.diagnosis.findings import Comparison, Finding, Measurement, Skipped
from cnnviz_widgets.diagnosis.report import Report

NASTY = "a|b <b>*c*</b>"


def finding(**changes: object) -> Finding:
    fields: dict[str, object] = {
        "kind": "dead",
        "severity": "severe",
        "layer": NASTY,
        "view": "outputs",
        "channels": tuple(range(20)),
        "measured": Measurement("share of dead channels", 0.25, is_share=True),
        "reference": Comparison("freshly initialised", 0.01),
        "samples": 8,
        "summary": "5 of 20 channels, dead;\nall of them.",
        "limits": "Few samples.",
        "cure": "Use `keras.layers.LeakyReLU(0.1)` and <less>.",
        "source": "[WL20 §1.3.2]",
        "follows": ("next", "last"),
    }
    return Finding(**{**fields, **changes})  # type: ignore[arg-type]


REPORT = Report(
    (finding(), finding(kind="untrained", severity="note", layer="", channels=(), reference=None)),
    model="<m>",
    layers=3,
    samples=8,
    notes=("It looks untrained.",),
    skipped=(Skipped("trials", "no targets"),),
)


def test_the_table_is_read_again_as_it_was(tmp_path: Path) -> None:
    text = REPORT.save(tmp_path / "r.csv").read_text(encoding="utf-8")
    first, second = csv.DictReader(io.StringIO(text, newline=""))
    assert first["layer"] == NASTY
    assert first["summary"] == "5 of 20 channels, dead;\nall of them."
    assert [int(channel) for channel in first["channels"].split()] == list(range(20))
    assert (float(first["value"]), float(first["reference_value"])) == (0.25, 0.01)
    assert first["follows"].split() == ["next", "last"]
    assert (second["layer"], second["channels"], second["reference"]) == ("", "", "")


def test_a_report_of_nothing_has_the_same_columns() -> None:
    empty, full = (
        next(csv.reader(io.StringIO(text, newline=""))) for text in map(_csv, (Report(()), REPORT))
    )
    assert empty == full


def _csv(report: Report) -> str:
    from cnnviz_widgets.diagnosis.report_files import as_csv

    return as_csv(report)


class Reader(HTMLParser):
    """Whether every element is closed, and what is said."""

    VOID = ("meta", "br", "rect", "line", "polyline")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone_and_names_are_text(tmp_path: Path) -> None:
    text = REPORT.save(str(tmp_path / "r.HTML")).read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert text.startswith("<!doctype html>") and reader.open == []
    assert not {"script", "link", "m", "less"} & reader.seen
    assert "Diagnosis of <m>" in reader.text and NASTY in reader.text
    assert "keras.layers.LeakyReLU(0.1)" in reader.text
    assert "trials: no targets" in reader.text


def test_markdown_has_a_heading_a_finding_and_no_markup_of_the_names(tmp_path: Path) -> None:
    lines = REPORT.save(tmp_path / "r.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == r"# Diagnosis of \<m\>: 2 findings in 3 layers on 8 samples"
    assert [line for line in lines if line.startswith("##")] == [
        f"## severe: dead in `{NASTY}` (outputs)",
        "## note: untrained in the whole model (outputs)",
        "## Notes",
        "## Not judged",
    ]
    assert "**5 of 20 channels, dead; all of them.** Few samples." in lines
    assert r"- Cure: Use `keras.layers.LeakyReLU(0.1)` and \<less\>." in lines
    assert "- It shows in next, last, too." in lines


@pytest.mark.parametrize("path", ["report", "report.pdf", "report.csv.gz"])
def test_other_suffixes_are_refused_and_nothing_is_written(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match=r"written as \.html, \.md, \.csv; got the path '.*report"):
        REPORT.save(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(TypeError, match="path must be a path"):
        REPORT.save(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"the path of a file, such as 'report\.html'; got ''"):
        REPORT.save("")
    with pytest.raises(FileNotFoundError, match="its folder is missing"):
        REPORT.save("nowhere/at/all.md")
