"""Reports as text, as HTML and as plain data."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from cnnviz_widgets.diagnosis.findings import Comparison, Evidence, Finding, Measurement, Skipped
from cnnviz_widgets.diagnosis.report import Report

DEAD = Finding(
    kind="dead",
    severity="warning",
    layer="dense_1",
    view="outputs",
    channels=(1, 4),
    measured=Measurement("share of units that are zero on every sample", 0.25, True),
    reference=Comparison("the same architecture, freshly initialised", 0.02, 99.0, math.inf),
    samples=64,
    summary="2 of 8 units of dense_1 are zero on all 64 samples (25 %).",
    limits="What is silent on all 64 samples may still fire on up to 5 % of all inputs (95 %).",
    cure="Change the activation.",
    source="[WL20 §1.3.2]",
    evidence=Evidence("share of samples", (0.0, 0.5, 1.0), (0.25, 0.75), (0.5, 0.5)),
    follows=("flatten",),
)
REPORT = Report((DEAD,), "net", 3, 64, ("A note.",), (Skipped("unlike-input", "no image"),))


def test_a_report_is_a_sequence_of_its_findings() -> None:
    assert len(REPORT) == 1
    assert REPORT[0] is DEAD
    assert list(REPORT) == [DEAD]
    assert REPORT[:1] == (DEAD,)


def test_to_dict_is_json_without_numbers_json_does_not_know() -> None:
    plain = json.loads(json.dumps(REPORT.to_dict(), allow_nan=False))
    assert plain["findings"][0]["channels"] == [1, 4]
    assert plain["findings"][0]["reference"]["effect"] is None
    assert plain["findings"][0]["evidence"]["edges"] == [0.0, 0.5, 1.0]
    assert plain["skipped"] == [{"what": "unlike-input", "why": "no image"}]
    assert (plain["model"], plain["layers"], plain["samples"]) == ("net", 3, 64)


def test_text_says_everything_within_the_width() -> None:
    text = str(REPORT)
    assert max(map(len, text.splitlines())) <= 100
    words = " ".join(text.split())
    for part in (DEAD.summary, DEAD.limits, DEAD.cure, DEAD.source, "flatten", "25 %", "A note."):
        assert part in words
    assert "unlike-input: no image" in words


def test_an_empty_report_says_so() -> None:
    assert "nothing found in 1 layer on 1 sample" in str(Report((), "net", 1, 1))
    assert "<table" not in Report(())._repr_html_()


def test_texts_of_a_model_are_no_html() -> None:
    nasty = "<img src=x onerror=alert(1)>"
    finding = replace(
        DEAD,
        layer=nasty,
        summary=nasty,
        cure=nasty,
        follows=(nasty,),
        evidence=Evidence(nasty, (0.0, 1.0), (1.0,)),
    )
    html = Report((finding,), nasty, 1, 1, (nasty,), (Skipped(nasty, nasty),))._repr_html_()
    # Were any of it a tag, an <img> without an end would break the tree, too.
    tree = ElementTree.fromstring(html.replace("<br>", "<br/>"))
    assert not list(tree.iter("img"))
    assert "<img" not in html


def test_code_in_a_cure_is_marked_as_code() -> None:
    cure = "Flip the colours: `x[..., ::-1]`, or `a < b`."
    report = replace(REPORT, findings=(replace(DEAD, cure=cure),))
    html = report._repr_html_()
    assert "<code>x[..., ::-1]</code>" in html
    assert "<code>a &lt; b</code>" in html
    assert "`" not in html
    assert "`x[..., ::-1]`" in " ".join(str(report).split())


def test_long_paths_break_within_columns_of_fixed_width() -> None:
    html = Report((replace(DEAD, layer="block/" * 40),))._repr_html_()
    tree = ElementTree.fromstring(html.replace("<br>", "<br/>"))
    table = next(tree.iter("table")).attrib["style"]
    assert "table-layout:fixed" in table
    assert all("overflow-wrap:anywhere" in cell.attrib["style"] for cell in tree.iter("td"))
    where = next(head for head in tree.iter("th") if head.text == "where")
    assert float(re.findall(r"width:(\d+)%", where.attrib["style"])[0]) <= 18


def test_without_its_drawings_a_report_reads_well() -> None:
    html = REPORT._repr_html_()
    # As a notebook does that is not trusted: tags that it does not let in go, their text stays.
    stripped = re.sub(r"</?(svg|g|title|text|rect|line|polyline)\b[^>]*>", "", html)
    assert "<svg" not in stripped
    cells = re.findall(r"<td[^>]*>(.*?)</td>", stripped)
    text = re.sub(r"<[^>]+>", " ", cells[4]).strip()
    assert text == "share of samples, 0 to 1: 75 % from 0.5 to 1; dashed: the reference"
    # Inside of the drawing there is no text at all, whatever of it is stripped.
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert not re.sub(r"<[^>]+>", "", drawing).strip()
    assert text in drawing  # for readers of screens


@pytest.mark.parametrize(
    ("edges", "shares", "words"),
    [
        ((0.0, 0.0), (1.0,), "x, all 0"),
        ((-1.0, 1.0), (1.0,), "x, -1 to 1"),
        ((7.001, 7.002, 7.003), (0.5, 0.5), "x, all about 7"),
        ((100.0, 100.4, 100.8, 101.2), (0.2, 0.5, 0.3), "x, 100 to 101: 50 % from 100 to 101"),
        ((100.0, 100.2, 100.4, 101.2), (0.2, 0.5, 0.3), "x, 100 to 101: 50 % at about 100"),
    ],
)
def test_a_histogram_of_one_number_is_no_range(
    edges: tuple[float, ...], shares: tuple[float, ...], words: str
) -> None:
    html = Report((replace(DEAD, evidence=Evidence("x", edges, shares)),))._repr_html_()
    assert f"<small>{words}</small>" in html


def test_the_picture_shows_shares_and_reference() -> None:
    tree = ElementTree.fromstring(REPORT._repr_html_().replace("<br>", "<br/>"))
    bars = list(tree.iter("rect"))
    heights = [float(bar.attrib["height"]) for bar in bars]
    assert len(bars) == 2
    assert heights[1] / heights[0] == 3  # 0.75 against 0.25
    assert len(list(tree.iter("polyline"))) == 1
    assert "currentColor" in ElementTree.tostring(tree, encoding="unicode")


def test_channels_that_are_classes_are_called_so() -> None:
    finding = replace(DEAD, channels=(1, 7), channel_names=("coat", "<b>"))
    report = Report((finding,), "m", 3, 8)
    assert "channels 1 (coat), 7 (&lt;b&gt;)" in report._repr_html_()
    assert report.to_dict()["findings"][0]["channel_names"] == ["coat", "<b>"]
