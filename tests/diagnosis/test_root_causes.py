"""One finding for one cause, and the order of findings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts, ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding, Kind, Measurement, Severity
from cnnviz_widgets.diagnosis.measurements.output_measures import output_measures
from cnnviz_widgets.diagnosis.root_causes import one_a_cause

SIGNS = output_measures(np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32))


def layer(path: str, *parents: str, output: bool = False) -> LayerFacts:
    return LayerFacts(path, "Dense", parents, "weights", True, 1, output, True, None, SIGNS)


#        a ─ b ─ c ─ d     and beside it  a ─ e ─ d
MODEL = ModelFacts(
    {
        "a": layer("a"),
        "b": layer("b", "a"),
        "c": layer("c", "b"),
        "e": layer("e", "a"),
        "d": layer("d", "c", "e", output=True),
    },
    8,
)


def finding(
    kind: Kind,
    path: str,
    severity: Severity = "warning",
    value: float = 0.3,
    channels: tuple[int, ...] = (0,),
) -> Finding:
    return Finding(
        kind,
        severity,
        path,
        "outputs",
        channels,
        Measurement("share", value, True),
        None,
        8,
        "Something.",
        "",
        "Do something.",
        "[WL20 §1.3.2]",
    )


def said(*findings: Finding) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(f.kind, f.layer, f.follows) for f in one_a_cause(findings, MODEL)]


def test_descendants() -> None:
    assert MODEL.descendants("a") == {"b", "c", "d", "e"}
    assert MODEL.descendants("b") == {"c", "d"}
    assert MODEL.descendants("d") == set()


def test_what_follows_from_a_wholly_dead_layer() -> None:
    assert said(
        finding("constant", "c", "severe"),
        finding("dead", "b", "severe", 1.0, ()),
        finding("constant", "d", "severe"),
        finding("constant", "e"),
    ) == [("dead", "b", ("c", "d")), ("constant", "e", ())]


def test_a_partly_dead_layer_explains_less() -> None:
    assert said(
        finding("dead", "b"),
        finding("near-zero", "c"),
        finding("dead", "c"),
        finding("uniform", "b"),
    ) == [("dead", "b", ("c",)), ("dead", "c", ())]


def test_a_note_explains_nothing() -> None:
    assert said(finding("dead", "b", "note", 0.01), finding("uniform", "b")) == [
        ("uniform", "b", ()),
        ("dead", "b", ()),
    ]


def test_wrong_inputs_explain_all_outputs_but_no_weights() -> None:
    assert said(
        finding("dead", "a"),
        finding("saturated", "d", "severe"),
        finding("duplicate", "c"),
        finding("input-range", "", "severe"),
    ) == [("input-range", "", ("a", "d")), ("duplicate", "c", ())]


def test_one_wide_initialisation_is_one_cause() -> None:
    assert said(
        finding("wide-uniform-weights", "e"),
        finding("wide-uniform-weights", "a"),
        finding("noisy-weights", "a"),
        finding("wide-uniform-weights", "c"),
    ) == [("wide-uniform-weights", "a", ("c", "e"))]


def test_a_weight_that_explains_its_output_is_named() -> None:
    assert said(finding("uniform", "b"), finding("duplicate", "b"), finding("uniform", "c")) == [
        ("duplicate", "b", ("c",))
    ]


def test_saturation_explains_what_it_looks_like_in_its_layer() -> None:
    assert said(
        finding("saturated", "b", "severe"),
        finding("dead", "b"),
        finding("constant", "b"),
        finding("unlike-input", "b"),
    ) == [("saturated", "b", ())]


def test_targets_and_inputs_out_of_range_name_no_unrelated_layers() -> None:
    assert said(
        finding("unreachable-targets", "c", "severe"),
        finding("uniform", "b"),
        finding("saturated", "c"),
        finding("dead", "d"),
    ) == [("unreachable-targets", "c", ("d",)), ("uniform", "b", ())]
    assert said(finding("input-range", "", "severe"), finding("dead", "b", "note", 0.01)) == [
        ("input-range", "", ()),
        ("dead", "b", ()),
    ]


@pytest.mark.parametrize(
    "cause",
    [
        finding("unreachable-targets", "d", "severe"),
        finding("dead", "b", "severe", 0.97),
        finding("duplicate", "b", "severe", 1.0),
        finding("frozen", "b"),
        finding("near-zero", "b"),
    ],
)
def test_a_collapsed_output_is_told_by_itself(cause: Finding) -> None:
    collapse = finding("constant", "d", "severe", 0.0, ())
    assert ("constant", "d") in [(f.kind, f.layer) for f in one_a_cause([cause, collapse], MODEL)]


def test_a_collapsed_output_behind_nothing_follows_from_it() -> None:
    collapse = finding("constant", "d", "severe", 0.0, ())
    assert said(finding("dead", "b", "severe", 1.0, ()), collapse) == [("dead", "b", ("d",))]


@pytest.mark.parametrize("kind", ["input-range", "stale-averages", "penalty-dominates"])
def test_a_cause_that_was_proven_explains_what_it_brings_about_anywhere(kind: Kind) -> None:
    assert said(
        finding("constant", "d", "severe", 0.0, ()),
        finding("noisy-weights", "a"),
        finding("no-better-than-constant", "d", "severe"),
        finding(kind, "b", "severe"),
    ) == [(kind, "b", ("a", "d"))]


@pytest.mark.parametrize("kind", ["duplicate", "frozen"])
def test_one_finding_for_the_same_in_many_layers(kind: Kind) -> None:
    three = [finding(kind, path, value=1.0) for path in ("c", "a", "b")]
    three[0] = replace(three[0], severity="severe")
    (found,) = one_a_cause(three, MODEL)
    assert (found.layer, found.severity, found.follows) == ("a", "severe", ("b", "c"))
    assert "3 layers" in found.summary
    assert len(one_a_cause(three[:2], MODEL)) == 2


def test_some_twins_or_dead_units_are_told_layer_by_layer() -> None:
    for kind in ("duplicate", "dead"):
        three = [finding(kind, path, value=0.3) for path in ("a", "b", "c")]
        assert [f.layer for f in one_a_cause(three, MODEL)] == ["a", "b", "c"]


def test_order_by_severity_then_cause_then_depth() -> None:
    assert said(
        finding("dead", "d", "severe"),
        finding("duplicate", "a"),
        finding("dead", "b", "severe"),
        finding("unreachable-targets", "c", "severe"),
        finding("dead", "e", "warning"),
    ) == [
        ("unreachable-targets", "c", ("d",)),
        ("dead", "b", ()),
        ("duplicate", "a", ()),
        ("dead", "e", ()),
    ]


def test_many_notes_of_a_kind_are_one() -> None:
    notes = [finding("dead", path, "note", 0.01) for path in ("c", "a", "b")]
    (found,) = one_a_cause(notes, MODEL)
    assert (found.layer, found.severity, found.follows) == ("a", "note", ("b", "c"))
    assert "3 layers" in found.summary
    assert len(one_a_cause(notes[:2], MODEL)) == 2


def test_weights_that_diverged_everywhere_are_one_cause() -> None:
    broken = [
        replace(finding("non-finite", path, "severe"), view="weights") for path in ("a", "b", "d")
    ]
    (found,) = one_a_cause(broken, MODEL)
    assert (found.layer, found.follows) == ("a", ("b", "d"))


def test_a_head_that_merely_hampers_brings_nothing_about_further_in() -> None:
    dead = finding("dead", "b")
    severe, hampering = (finding("loss-head-mismatch", "d", how) for how in ("severe", "warning"))
    assert said(severe, dead) == [("loss-head-mismatch", "d", ("b",))]
    assert said(hampering, dead) == [("loss-head-mismatch", "d", ()), ("dead", "b", ())]


def test_what_is_severe_explains_a_failed_task() -> None:
    failed = finding("no-better-than-constant", "d", "severe")
    assert said(failed, finding("dead", "b", "severe")) == [("dead", "b", ("d",))]
    assert said(failed, finding("dead", "b")) == [
        ("no-better-than-constant", "d", ()),
        ("dead", "b", ()),
    ]


def test_validation_by_stale_averages_is_no_sign_of_memory() -> None:
    stale = finding("stale-averages", "", "severe")
    assert said(stale, finding("memorised", "")) == [("stale-averages", "", ())]
