"""Outputs that are the same for every sample."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.data.targets import diversity
from cnnviz_widgets.diagnosis.signs.outputs.constant import Constant

from ..layers import RNG, facts, layer, only


def too_alike(outputs: np.ndarray, targets: np.ndarray) -> list[Finding]:
    measured = diversity(outputs, targets, layer="image")
    return [*Constant().findings(ModelFacts({}, 8, diversity=measured))]


def test_a_collapsed_classifier_is_not_advised_like_a_gan() -> None:
    same = np.full((64, 10), 0.1) + 1e-6 * RNG.normal(size=(64, 10))
    head = layer("head", same, activation="softmax", output=True)
    assert "GAN" not in only(facts(head), "constant").cure
    assert "GAN" in only(facts(head, makes_images=True), "constant").cure


def test_samples_that_have_collapsed() -> None:
    real = np.array([-1.0, 1.0])[:, None, None, None] * np.ones((2, 4, 4, 1))  # spreads by 1
    assert too_alike(0.3 * real, real) == []
    (finding,) = too_alike(0.2 * real + 0.5, real)
    assert (finding.kind, finding.severity) == ("constant", "warning")
    assert finding.reference is not None
    assert np.isclose(finding.measured.value, 0.2)
    assert np.isclose(finding.reference.value, 1)
    (finding,) = too_alike(0.001 * real, real)
    assert finding.severity == "severe"
