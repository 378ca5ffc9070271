"""Targets out of an output's reach."""

from __future__ import annotations

import math

import numpy as np

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.data.targets import Labels, reach
from cnnviz_widgets.diagnosis.signs.data.unreachable_targets import UnreachableTargets


def unreachable(
    targets: np.ndarray, bounds: tuple[float, float], *, layer: str, activation: str
) -> list[Finding]:
    measured = reach(targets, bounds, layer=layer, activation=activation)
    return [*UnreachableTargets().findings(ModelFacts({}, 8, reach=measured))]


def unknown_labels(labels: list[int], outputs: int) -> list[Finding]:
    measured = Labels("head", outputs, np.array(labels))
    return [*UnreachableTargets().findings(ModelFacts({}, 8, labels=measured))]


def test_a_relu_cannot_reach_the_negative_half() -> None:
    targets = np.linspace(-1, 1, 201)  # 100 of 201 are below 0
    (finding,) = unreachable(targets, (0.0, math.inf), layer="image", activation="relu")
    assert finding.severity == "severe"
    assert "relu, at least 0" in finding.summary
    assert "50 %" in finding.summary
    assert unreachable(targets, (-1, 1), layer="image", activation="tanh") == []


def test_values_that_are_no_numbers_are_left_out() -> None:
    targets = np.array([np.nan, 0.5, 0.5, 3.0])
    (finding,) = unreachable(targets, (0.0, 1.0), layer="y", activation="sigmoid")
    assert finding.measured.value == 1 / 3


def test_labels_without_an_output() -> None:
    assert unknown_labels([0, 1, 2], 3) == []
    (finding,) = unknown_labels([1, 2, 3, 3], 3)
    assert finding.measured.value == 0.5
    assert unknown_labels([-1, 0], 3) != []


def test_targets_that_are_all_alike_are_no_range() -> None:
    (finding,) = unreachable(np.full(9, 5.0), (0, 1), layer="y", activation="sigmoid")
    assert finding.summary.endswith("100 % of the target values, which are all 5.")
    (finding,) = unknown_labels([3, 3], 1)
    assert finding.summary.endswith("head has output 0 alone, the labels are all 3.")
