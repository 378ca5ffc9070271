"""NaN and infinity, and where they hide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz_widgets.diagnosis.measurements.weight_measures import weight_measures

from ..layers import RNG, facts, firing, layer, only


def test_weights_that_are_drowned_by_an_activation_are_said_so() -> None:
    kernel = RNG.normal(size=(20, 20)).astype(np.float32)
    kernel[3, 3] = np.nan
    signs = weight_measures(kernel, None, name="kernel", outputs="unit", first_channel=0)
    finite = replace(layer("a", firing(np.full(20, 0.9), 0)), weights=(signs,))
    assert "hides it" in only(facts(finite), "non-finite").limits
