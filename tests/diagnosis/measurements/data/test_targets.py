"""How much of the targets lies beyond a range."""

from __future__ import annotations

import math

import numpy as np

from cnnviz_widgets.diagnosis.measurements.data.targets import share_out_of_reach


def test_a_relu_cannot_reach_the_negative_half() -> None:
    targets = np.linspace(-1, 1, 201)  # 100 of 201 are below 0
    assert share_out_of_reach(targets, 0, math.inf) == 100 / 201
    assert share_out_of_reach(targets, -1, 1) == 0


def test_rounding_at_an_end_is_no_fault() -> None:
    assert share_out_of_reach(np.array([0.0, 1.0 + 1e-7]), 0, 1) == 0
