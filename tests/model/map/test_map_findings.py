"""What a map tells of networks with planted faults of architecture, and of sound ones."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.map.ablating.merged_twins import merged_twins
from cnnviz_widgets.model.map.facets.map_findings import map_findings
from cnnviz_widgets.model.map.stations import network_stations

RNG = np.random.default_rng(0)
SAMPLES = 40
X = RNG.normal(size=(SAMPLES, 6)).astype("float32")


def blocks(branch: float) -> Any:
    """Two residual blocks; the branch of the second is so many times as strong."""
    keras.utils.set_random_seed(1)
    given = keras.Input((6,))
    x = L.Dense(8, activation="tanh", name="first")(given)
    for number in range(2):
        y = L.Dense(8, activation="tanh", name=f"branch{number}")(x)
        x = L.Add(name=f"add{number}")([x, y])
    model = keras.Model(given, L.Dense(4, activation="softmax", name="head")(x))
    layer = model.get_layer("branch1")
    layer.set_weights([branch * each for each in layer.get_weights()])
    return model


def copies(times: int) -> Any:
    """A hidden layer whose units are there `times` times over, each scaled by another number."""
    keras.utils.set_random_seed(1)
    given = keras.Input((6,))
    x = L.Dense(24, activation="relu", name="first")(given)
    x = L.Dense(24, activation="relu", name="second")(x)
    x = L.Dense(24, activation="relu", name="hidden")(x)
    model = keras.Model(given, L.Dense(4, activation="softmax", name="head")(x))
    hidden = model.get_layer("hidden")
    kernel = np.repeat(hidden.get_weights()[0][:, : 24 // times], times, axis=1)
    hidden.set_weights([kernel * np.linspace(0.5, 2, 24), np.zeros(24)])
    return model


def told(model: Any, inputs: Any = X, **arguments: Any) -> Report:
    probe = ModelProbe(model, inputs)
    return map_findings(probe, network_stations(probe), **arguments)


def answers(model: Any) -> Any:
    """As if it were right on nearly all samples."""
    return model.predict(X, verbose=0).argmax(1)


def kinds(report: Report) -> list[tuple[str, str]]:
    return [(finding.kind, finding.layer) for finding in report]


class Draw(L.Layer):
    """Its mean in inference; in training, with noise of a spread that the model gives."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        mean, spread = inputs
        noise = keras.random.normal(keras.ops.shape(mean)) if training else 0.0
        return mean + spread * noise


def test_what_acts_in_training_alone_is_not_accused() -> None:
    given = keras.Input((6,))
    drawn = Draw(name="drawn")([L.Dense(4, name="mean")(given), L.Dense(4, name="spread")(given)])
    assert not told(keras.Model(given, L.Dense(3, name="head")(drawn)))


@pytest.mark.parametrize("with_targets", [True, False])
def test_a_block_without_effect_is_not_missed(with_targets: bool) -> None:
    model = blocks(1e-4)
    targets = answers(model) if with_targets else None
    assert kinds(told(model, targets=targets)) == [("not-missed", "add1")]
    sound = blocks(2.0)
    assert not told(sound, targets=answers(sound) if with_targets else None)


def test_units_there_thrice_are_too_many() -> None:
    model = copies(3)
    labels = answers(model)
    (finding,) = told(model, labels=labels, targets=labels)
    assert (finding.kind, finding.layer) == ("over-wide", "hidden")
    assert len(finding.channels) > 12
    sound = copies(1)
    assert not told(sound, labels=answers(sound), targets=answers(sound))
    assert not told(model), "without classes nothing tells width from certainty"


def test_targets_that_do_not_fit_leave_the_outputs() -> None:
    report = told(blocks(1e-4), targets=np.zeros((SAMPLES, 7)), loss="mse")
    assert kinds(report) == [("not-missed", "add1")]
    assert [each.what for each in report.skipped] == ["trials by the loss"]


def test_few_samples_and_wrong_labels() -> None:
    model = copies(3)
    labels = answers(model)
    assert not told(model, X[:8], labels=labels[:8], targets=labels[:8])
    with pytest.raises(ValueError, match="labels"):
        told(model, labels=labels[:3])
    with pytest.raises(ValueError, match="seed"):
        told(model, seed=-1)


def test_a_merged_channel_is_the_line_through_the_first() -> None:
    first = RNG.normal(size=(5, 3, 3))
    other = RNG.normal(size=(5, 3, 3))
    values = np.stack([other, 2 - 3 * first, first], axis=1).astype("float32")
    merged = np.asarray(merged_twins([(2, 1)])(keras.ops.convert_to_tensor(values), 1))
    np.testing.assert_allclose(merged, values, atol=1e-5)
    merged = np.asarray(merged_twins([(2, 0)])(keras.ops.convert_to_tensor(values), 1))
    slope, offset = np.polyfit(first.ravel(), other.ravel(), 1)
    np.testing.assert_allclose(merged[:, 0], offset + slope * first, atol=1e-5)
