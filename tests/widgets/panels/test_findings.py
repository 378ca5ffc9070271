"""The findings panel: what of a report goes on the wire, and which finding is chosen."""

from __future__ import annotations

import json
import math

import pytest
from traitlets import TraitError

import cnnviz_widgets as cv
from cnnviz_widgets.diagnosis.findings import Comparison, Evidence, Finding, Measurement, Skipped
from cnnviz_widgets.diagnosis.report import Report


def finding(kind: str = "dead", severity: str = "severe", **more: object) -> Finding:
    return Finding(
        **{
            "kind": kind,
            "severity": severity,
            "layer": "conv1",
            "view": "outputs",
            "channels": (1, 4),
            "measured": Measurement("share of dead channels", 0.25, is_share=True),
            "reference": None,
            "samples": 16,
            "summary": "2 of 8 channels are zero on all 16 samples.",
            "limits": "",
            "cure": "Change the activation.",
            "source": "[WL20 §1.3.2]",
            **more,
        }
    )


REPORT = Report(
    (
        finding(),
        finding(
            "duplicate",
            "warning",
            layer="<script>",
            view="weights",
            weight="kernel",
            samples=0,
            reference=Comparison("fresh weights", 0.1, percentile=99.0, effect=4.0),
            evidence=Evidence("fork height", (0.0, 1.0, 2.0), (0.75, 0.25), (0.5, 0.5)),
            follows=("a", "b"),
        ),
    ),
    model="net",
    layers=5,
    samples=16,
    notes=("The model looks untrained.",),
    skipped=(Skipped("targets", "none were given"),),
)


def test_the_wire_carries_what_the_page_shows() -> None:
    panel = cv.FindingsPanel(REPORT)
    assert panel._report["layers"] == 5
    assert panel._report["notes"] == ["The model looks untrained."]
    assert panel._report["skipped"] == [{"what": "targets", "why": "none were given"}]
    first, second = panel._findings
    assert (first["kind"], first["severity"], first["samples"]) == ("dead", "severe", 16)
    assert first["measured"]["value"] == 0.25
    assert first["reference"] is None
    assert (second["layer"], second["weight"], second["follows"]) == (
        "<script>",
        "kernel",
        ["a", "b"],
    )
    assert second["reference"]["percentile"] == 99
    assert second["evidence"]["shares"] == [0.75, 0.25]


def test_numbers_without_a_word_in_json_pass() -> None:
    panel = cv.FindingsPanel(Report((finding(measured=Measurement("range", math.inf)),)))
    assert json.loads(json.dumps(panel._findings, allow_nan=False))[0]["measured"]["value"] is None


def test_of_many_channels_the_wire_carries_a_few_and_their_number() -> None:
    panel = cv.FindingsPanel(Report((finding(channels=tuple(range(25_600))),)))
    assert panel._findings[0]["channel_count"] == 25_600
    assert panel._findings[0]["channels"] == list(range(12))
    assert len(panel.report[0].channels) == 25_600


def test_the_chosen_finding_is_the_reports_own() -> None:
    panel = cv.FindingsPanel(REPORT)
    assert panel.report is REPORT
    assert panel.finding == -1
    assert panel.chosen is None
    # As the page sets it.
    panel.set_state({"finding": 1})
    assert panel.chosen is REPORT[1]


@pytest.mark.parametrize("index", [2, 500, -2])
def test_a_number_that_no_finding_has_changes_nothing(index: int) -> None:
    panel = cv.FindingsPanel(REPORT)
    panel.finding = 1
    with pytest.raises(TraitError, match=str(abs(index))):
        panel.finding = index
    assert panel.finding == 1


def test_nothing_can_be_chosen_before_the_first_report() -> None:
    panel = cv.FindingsPanel()
    assert panel.report is None
    assert panel.chosen is None
    with pytest.raises(IndexError, match="there is none to choose"):
        panel.finding = 0


def test_a_finding_may_be_chosen_at_once() -> None:
    assert cv.FindingsPanel(REPORT, finding=1, stale=True).chosen is REPORT[1]
    with pytest.raises(TraitError, match="no finding 2"):
        cv.FindingsPanel(REPORT, finding=2)


def test_another_report_begins_anew_in_one_message() -> None:
    panel = cv.FindingsPanel(REPORT, finding=1, stale=True)
    sent: list[dict] = []
    panel._send = lambda message, buffers=None: sent.append(message)
    panel.show(Report((finding("constant"),), layers=1))
    assert len(sent) == 1
    assert panel.finding == -1
    assert not panel.stale
    assert [entry["kind"] for entry in panel._findings] == ["constant"]


@pytest.mark.parametrize("report", [[finding()], {"findings": []}, "report"])
def test_refuses_what_is_no_report(report: object) -> None:
    with pytest.raises(TypeError, match="must be a Report"):
        cv.FindingsPanel(report)
    panel = cv.FindingsPanel(REPORT)
    with pytest.raises(TypeError, match="must be a Report"):
        panel.show(report)
    assert panel.report is REPORT


def test_where_no_widget_runs_the_reports_table_shows() -> None:
    data, _ = cv.FindingsPanel(REPORT)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "Change the activation." in data["text/html"]
    assert "<script>" not in data["text/html"]
    assert "text/html" not in cv.FindingsPanel()._repr_mimebundle_()[0]


def test_findings_say_of_how_many_channels_where_that_is_known() -> None:
    panel = cv.FindingsPanel(REPORT)
    assert [entry["channel_total"] for entry in panel._findings] == [None, None]
    panel.show(REPORT, {"conv1": 8, "<script>": 8})
    # A weight's rows need not be the layer's channels.
    assert [entry["channel_total"] for entry in panel._findings] == [8, None]
    with pytest.raises(TypeError, match="channels"):
        panel.show(REPORT, [8])


def test_what_was_dismissed_stays_so_in_later_reports() -> None:
    panel = cv.FindingsPanel(REPORT)
    panel.set_state({"dismissed": [["dead", "conv1"]]})
    panel.show(Report(REPORT.findings[:1]))
    assert panel.dismissed == [["dead", "conv1"]]
    with pytest.raises(TraitError, match="dismissed"):
        panel.dismissed = [["dead"]]
