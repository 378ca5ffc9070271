"""Pictures that are all alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.judge import judge
from cnnviz_widgets.diagnosis.measurements.data.targets import diversity
from cnnviz_widgets.diagnosis.measurements.training.signal import Signal
from cnnviz_widgets.diagnosis.signs.outputs.collapsed_outputs import CollapsedOutputs

from ..layers import RNG, facts, layer

PICTURE = RNG.uniform(-1, 1, (1, 8, 8, 3))


def pictures(share: float, count: int = 64) -> np.ndarray:
    """One picture, of which this share of the contrast differs from sample to sample."""
    noise = RNG.uniform(-1, 1, (count, 8, 8, 3))
    return np.sqrt(1 - share**2) * PICTURE + share * noise


def found(values: np.ndarray, **known: object) -> list[Finding]:
    image = layer("image", values, activation="tanh", output=True)
    model = replace(facts(image, makes_images=True), **known)
    return [*CollapsedOutputs().findings(model)]


def too_alike(outputs: np.ndarray, targets: np.ndarray) -> list[Finding]:
    measured = diversity(outputs, targets, layer="image")
    return [*CollapsedOutputs().findings(ModelFacts({}, 8, diversity=measured))]


def test_samples_that_have_collapsed_beside_targets() -> None:
    real = np.array([-1.0, 1.0])[:, None, None, None] * np.ones((2, 4, 4, 1))  # spreads by 1
    assert too_alike(0.3 * real, real) == []
    (finding,) = too_alike(0.2 * real + 0.5, real)
    assert (finding.kind, finding.severity) == ("collapsed-outputs", "warning")
    assert finding.reference is not None
    assert np.isclose(finding.measured.value, 0.2)
    assert np.isclose(finding.reference.value, 1)
    (finding,) = too_alike(0.001 * real, real)
    assert finding.severity == "severe"
    assert "GAN" in finding.cure


@pytest.mark.parametrize(
    ("share", "severity"), [(0.5, None), (0.3, None), (0.1, "warning"), (0.01, "severe")]
)
def test_without_targets_by_the_share_of_the_contrast(share: float, severity: str | None) -> None:
    findings = found(pictures(share))
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    if findings:
        assert findings[0].measured.value == pytest.approx(share, rel=0.1)


def test_a_grey_picture_without_contrast() -> None:
    (finding,) = found(0.5 + 1e-4 * RNG.normal(size=(64, 8, 8, 3)))
    assert finding.severity == "severe"


def test_inputs_that_hardly_differ_ask_for_no_more() -> None:
    signal = Signal(("image",), (1.0,), (False,), inputs=0.2)
    assert found(pictures(0.1), signal=signal, input_magnitude=1.0) == []
    assert len(found(pictures(0.1), signal=signal, input_magnitude=0.2)) == 1


def test_an_untrained_generator_is_a_note() -> None:
    assert [finding.severity for finding in found(pictures(0.01), untrained=True)] == ["note"]
    beside = diversity(pictures(0.01), pictures(1.0), layer="image")
    (finding,) = found(pictures(0.01), untrained=True, diversity=beside)
    assert finding.severity == "note"


def test_what_is_no_collapse() -> None:
    assert found(pictures(0.01, count=1)) == []
    assert found(np.ones((64, 8, 8, 3)), inputs_vary=False) == []
    hidden = layer("hidden", pictures(0.01))
    assert not [*CollapsedOutputs().findings(facts(hidden, makes_images=True))]
    score = layer("score", 1 + 1e-6 * RNG.normal(size=(64, 3)), output=True)
    assert [finding.kind for finding in judge(facts(score, makes_images=True))] == ["constant"]


def test_black_pictures_are_alike() -> None:
    (finding,) = found(np.zeros((64, 8, 8, 3)) + 1e-3)
    assert finding.measured.value == 0


def test_it_is_told_in_place_of_constant_channels() -> None:
    image = layer("image", pictures(0.0005), activation="tanh", output=True)
    assert [finding.kind for finding in judge(facts(image, makes_images=True))] == [
        "collapsed-outputs"
    ]


def test_pictures_of_nothing_finite_are_no_pictures_alike() -> None:
    assert found(np.full((8, 8, 8, 3), np.nan)) == []
