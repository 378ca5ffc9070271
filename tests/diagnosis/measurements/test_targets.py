"""Targets out of an output's reach."""

from __future__ import annotations

import math

import numpy as np

from cnnviz_widgets.diagnosis.measurements.targets import (
    share_out_of_reach,
    too_alike,
    unknown_labels,
    unreachable,
)


def test_a_relu_cannot_reach_the_negative_half() -> None:
    targets = np.linspace(-1, 1, 201)  # 100 of 201 are below 0
    assert share_out_of_reach(targets, 0, math.inf) == 100 / 201
    assert share_out_of_reach(targets, -1, 1) == 0
    finding = unreachable(targets, (0.0, math.inf), layer="image", activation="relu", least=0.001)
    assert finding is not None
    assert finding.severity == "severe"
    assert "relu, at least 0" in finding.summary
    assert "50 %" in finding.summary
    assert unreachable(targets, (-1, 1), layer="image", activation="tanh", least=0.001) is None


def test_rounding_at_an_end_is_no_fault() -> None:
    assert share_out_of_reach(np.array([0.0, 1.0 + 1e-7]), 0, 1) == 0


def test_values_that_are_no_numbers_are_left_out() -> None:
    targets = np.array([np.nan, 0.5, 0.5, 3.0])
    finding = unreachable(targets, (0.0, 1.0), layer="y", activation="sigmoid", least=0.001)
    assert finding is not None
    assert finding.measured.value == 1 / 3


def test_labels_without_an_output() -> None:
    assert unknown_labels(np.array([0, 1, 2]), 3, layer="head") is None
    finding = unknown_labels(np.array([1, 2, 3, 3]), 3, layer="head")
    assert finding is not None
    assert finding.measured.value == 0.5
    assert unknown_labels(np.array([-1, 0]), 3, layer="head") is not None


def test_samples_that_have_collapsed() -> None:
    real = np.array([-1.0, 1.0])[:, None, None, None] * np.ones((2, 4, 4, 1))  # spreads by 1
    assert too_alike(0.3 * real, real, layer="image") is None
    finding = too_alike(0.2 * real + 0.5, real, layer="image")
    assert finding is not None
    assert (finding.kind, finding.severity) == ("constant", "warning")
    assert finding.reference is not None
    assert np.isclose(finding.measured.value, 0.2)
    assert np.isclose(finding.reference.value, 1)
    finding = too_alike(0.001 * real, real, layer="image")
    assert finding is not None
    assert finding.severity == "severe"
