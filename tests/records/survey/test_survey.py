"""A survey: merged, asked by a layer's path, and put in words."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any, cast

import numpy as np
import pytest

from cnnviz_widgets.records.survey.layer_summary import LayerSummary
from cnnviz_widgets.records.survey.sample_ranges import are_in, named, shared, united
from cnnviz_widgets.records.survey.survey import Survey

from ...analysis.survey.passes import add, empty, in_order
from .surveys import CLASSES, DIGEST, SAMPLES, labels, outputs, survey_bits, survey_of


@pytest.fixture(scope="module")
def whole() -> Survey:
    return survey_of(0, SAMPLES)


@pytest.fixture(scope="module")
def thirds() -> list[Survey]:
    return [survey_of(at, at + 100, 30) for at in (0, 100, 200)]


def test_merging_is_the_same_in_any_order_and_grouping(whole: Survey, thirds: list[Survey]) -> None:
    a, b, c = thirds
    expected = survey_bits(whole)
    for total in (
        a.merge(b).merge(c),
        a.merge(b.merge(c)),
        c.merge(a).merge(b),
        b.merge(c.merge(a)),
    ):
        assert survey_bits(total) == expected
        assert total.ranges == ((0, SAMPLES),)
        assert total.samples == SAMPLES
        assert list(total.layers) == list(whole.layers)


def test_merging_changes_neither_survey(thirds: list[Survey]) -> None:
    a, b, _ = thirds
    before = survey_bits(a), survey_bits(b)
    a.merge(b)
    assert (survey_bits(a), survey_bits(b)) == before
    assert (a.ranges, b.ranges) == (((0, 100),), ((100, 200),))


def test_skipped_layers_of_both_are_told(thirds: list[Survey]) -> None:
    a, b, _ = thirds
    other = dataclasses.replace(b, skipped={"x": "why"})
    assert a.merge(other).skipped == {"net/odd": "it holds no values", "x": "why"}


def by_other_rules() -> Survey:
    layers = {}
    for path, values in outputs().items():
        doubled = values * 3
        tally = empty(doubled, CLASSES)
        add(tally, doubled, in_order(100, 200), labels())
        layers[path] = LayerSummary(path, tally)
    return survey_of(100, 200, layers=layers)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: survey_of(100, 200, weights="cd" * 32), "different weights.*cdcdcdcdcdcd"),
        (lambda: survey_of(100, 200, classes=2), "different numbers of classes.*3 and 2"),
        (lambda: survey_of(100, 200, rows=8), "different numbers of rows.*16 and 8"),
        (lambda: survey_of(100, 200, layers={}), "different layers.*'net/conv'"),
        (by_other_rules, "different rules.*'net/conv'.*like=first"),
        (lambda: survey_of(50, 200), "same samples.*both are of 50 to 99"),
        (lambda: survey_of(99, 100), "same samples.*both are of 99$"),
    ],
)
def test_what_cannot_be_one_survey_is_refused(
    other: Any, message: str, thirds: list[Survey]
) -> None:
    with pytest.raises(ValueError, match=message):
        thirds[0].merge(other())


@pytest.mark.parametrize("other", [None, "survey", {}])
def test_nothing_but_a_survey_can_be_merged(other: Any, thirds: list[Survey]) -> None:
    with pytest.raises(TypeError, match="other must be a Survey"):
        thirds[0].merge(other)


def test_layers_are_asked_by_their_paths(whole: Survey) -> None:
    summary = whole.layers["net/conv"]
    assert whole.layer("net/conv") is summary
    assert whole.strongest("net/conv") is summary.strongest
    assert whole.density("net/conv") is summary.density
    np.testing.assert_array_equal(whole.quantile("net/conv", [0.5]), summary.quantile([0.5]))
    assert whole.tree("net/conv", "ward").linkage == "ward"
    with pytest.raises(ValueError, match=r"no layer 'conv' in this survey; the closest are 'net/c"):
        whole.layer("conv")
    with pytest.raises(ValueError, match=r"'net/odd' was not surveyed: it holds no values"):
        whole.layer("net/odd")


def test_words_say_what_it_is_of_and_what_was_skipped(whole: Survey) -> None:
    lines = repr(whole).splitlines()
    heads, *rows = [line.split() for line in lines[5:-2]]
    assert heads == ["layer", "channels", "zero", "rare", "not", "finite", "range"]
    assert [row[0] for row in rows] == list(whole.layers)
    for path, channels, zero, rare, nonfinite, low, to, high in rows:
        layer = whole.layers[path]
        assert int(channels) == layer.channels
        assert (int(zero), int(nonfinite)) == (layer.dead.sum(), (layer.nonfinite > 0).sum())
        assert int(rare) == (layer.rare & (layer.nonfinite == 0)).sum()
        ends = (np.nanmin(layer.low), np.nanmax(layer.high))
        assert (float(low), to, float(high)) == (
            pytest.approx(ends[0], 0.01),
            "to",
            pytest.approx(ends[1], 0.01),
        )
    assert lines[:5] + lines[-2:] == [
        "Survey of net on 300 samples",
        "3 layers, 541 channels, 1 of them zero throughout",
        "1 channel with values that are NaN or infinite",
        "Numbers of the samples: 0 to 299",
        "3 classes",
        "Skipped",
        "- net/odd: it holds no values",
    ]


def test_a_layer_in_words_is_one_line(whole: Survey) -> None:
    for layer in whole.layers.values():
        dead = int(layer.dead.sum())
        assert f"{layer.channels} channels on 300 samples, {dead} of them" in repr(layer)
        assert len(repr(layer.strongest)) < 120


def test_names_in_the_page_are_only_text() -> None:
    survey = Survey({}, (), "<img src=x>", DIGEST, 4, 0, {"<b>": "<script>"})
    page = survey._repr_html_()
    assert "&lt;img src=x&gt;" in page
    assert "&lt;b&gt;: &lt;script&gt;" in page
    assert not {"<img", "<b>", "<script>"} & set(page.split(" "))
    assert "on 0 samples" in repr(survey)


def test_runs_of_samples() -> None:
    assert united(((0, 5), (9, 12)), ((5, 9),)) == ((0, 12),)
    assert united(((0, 5),), ((7, 8),)) == ((0, 5), (7, 8))
    assert united((), ((7, 8),)) == ((7, 8),)
    assert shared(((0, 5), (9, 12)), ((3, 10),)) == ((3, 5), (9, 10))
    assert shared(((0, 5),), ((5, 9),)) == ()
    numbers = np.array([-1, 0, 4, 5, 8, 9, 11, 12])
    inside = are_in(numbers, ((0, 5), (9, 12)))
    np.testing.assert_array_equal(numbers[inside], [0, 4, 9, 11])
    assert not are_in(numbers, ()).any()
    assert named(((0, 5000), (6000, 6001))) == "0 to 4,999 and 6,000"
    assert named((at, at + 1) for at in range(0, 12, 2)) == "0, 2, 4 and 3 more runs"


def test_what_a_survey_holds_by_name_cannot_be_changed_and_can_be_sent() -> None:
    layers = {"a": object()}
    survey = Survey(cast(Any, layers), (), "m", DIGEST, 4, 0, {"b": "why"})
    layers.clear()
    assert list(survey.layers) == ["a"]
    for held in (survey.layers, survey.skipped):
        with pytest.raises(TypeError, match="does not support item assignment"):
            held["c"] = "d"  # type: ignore[index]
    for sent in (pickle.loads(pickle.dumps(survey)), copy.deepcopy(survey)):
        assert (list(sent.layers), dict(sent.skipped)) == (["a"], {"b": "why"})
        assert (sent.model, sent.weights, sent.masked) == ("m", DIGEST, False)
