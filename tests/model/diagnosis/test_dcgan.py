"""The DCGAN study of [WL20 §2]: the diagnosis says of each version what the paper says.

The networks of the paper's Table 1 at 24×24 pixels, trained here: 150 steps at ten times the
paper's learning rates stand for its 15,000.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from dcgan_study.networks import VERSIONS, generator
from dcgan_study.training import noise

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.model.diagnosis.diagnose import diagnose

from .. import dcgan

SIZE, STEPS, FASTER = 24, 150, 10.0
SAMPLES = 64


@pytest.fixture(scope="module")
def real() -> dcgan.Array:
    return dcgan.images(SIZE)


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest, real: dcgan.Array) -> tuple[int, Any, Any]:
    """A version's number, its generator and its discriminator, trained."""
    made, judge = dcgan.train(request.param, SIZE, STEPS, 0, real, faster=FASTER)
    return request.param, made, judge


def dead(findings: tuple[Finding, ...]) -> set[str]:
    """Layers in which dead units are more than a note, or follow from such."""
    found = [each for each in findings if each.kind == "dead" and each.severity != "note"]
    return {path for each in found for path in (each.layer, *each.follows)}


def test_dead_units_of_version_1_alone(version: tuple[int, Any, Any], real: dcgan.Array) -> None:
    number, made, judge = version
    inputs = noise(SAMPLES, seed=0)
    report = diagnose(made, inputs, targets=real[-SAMPLES:])
    # [WL20 §2.2]: stacked ReLU dense layers with masses of dead units; without one of them, none.
    if number == 1:
        assert "dense2" in dead(report.findings) <= {"dense1", "dense2"}
        (finding,) = (each for each in report if (each.kind, each.layer) == ("dead", "dense2"))
        hidden = keras_outputs(made, "dense2", inputs)
        silent = np.flatnonzero((hidden == 0).all(axis=0))
        assert len(silent) > 0.2 * hidden.shape[1]
        assert finding.channels == tuple(silent)
        assert finding.samples == SAMPLES
    else:
        assert dead(report.findings) == set()
    # A tanh reaches every pixel.
    assert "unreachable-targets" not in {each.kind for each in report}

    pictures = np.concatenate([np.asarray(made(inputs[:32])), real[-32:]])
    verdicts = np.repeat([0.0, 1.0], 32)[:, np.newaxis]
    assert dead(diagnose(judge, pictures, targets=verdicts).findings) == set()


def test_the_papers_last_relu_cannot_reach_its_targets(real: dcgan.Array) -> None:
    made = generator(2, SIZE, "relu")
    targets = real[-SAMPLES:]
    (finding,) = (
        each
        for each in diagnose(made, noise(SAMPLES, seed=0), targets=targets)
        if each.kind == "unreachable-targets"
    )
    assert finding.layer == "image"
    assert finding.measured.value == pytest.approx((targets < 0).mean(), abs=1e-3)


def keras_outputs(model: Any, name: str, inputs: dcgan.Array) -> dcgan.Array:
    """A layer's output, read by Keras alone."""
    return np.asarray(keras.Model(model.inputs, model.get_layer(name).output)(inputs))
