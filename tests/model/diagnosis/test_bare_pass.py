"""The model on its own inputs: run once for all who ask, and held to targets that are theirs."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.diagnosis.bare_pass import BarePass
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.diagnosis.question import Question
from cnnviz_widgets.model.experiments import exchanged_pass
from cnnviz_widgets.model.reading.call_recorder import ModelCallError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 6)).astype(np.float32)
LABELS = np.arange(24) % 4


def line(units: int = 1, activation: str | None = None, **options: Any) -> Any:
    return keras.Sequential(
        [keras.Input((6,)), L.Dense(units, activation=activation, name="head", **options)]
    )


def bare(model: Any, inputs: Any = X, targets: Any = None, loss: Any = None) -> BarePass:
    return BarePass(ModelProbe(model, inputs), Question(targets, loss, {}, False))


def test_the_loss_is_that_of_the_answers_alone() -> None:
    model = line(kernel_regularizer="l2")
    targets = RNG.normal(size=(24, 1))
    squares = np.mean(np.square(np.asarray(model(X)) - targets))
    run = bare(model, targets=targets)
    assert run.data_loss == pytest.approx(squares, rel=1e-5)
    (part,) = run.penalties
    assert part.value == pytest.approx(0.01 * np.square(model.layers[0].get_weights()[0]).sum())
    np.testing.assert_allclose(run.outputs, model(X), rtol=1e-5)


def test_without_a_loss_the_activation_tells_which() -> None:
    model = line(activation="sigmoid")
    answers = np.asarray(model(X), np.float64)
    targets = (np.arange(24) % 2)[:, None]
    entropy = -np.mean(np.log(np.where(targets == 1, answers, 1 - answers)))
    assert bare(model, targets=targets).data_loss == pytest.approx(entropy, rel=1e-4)


def test_an_autoencoder_is_held_to_its_inputs() -> None:
    model = line(6)
    squares = np.mean(np.square(np.asarray(model(X)) - X))
    assert bare(model).data_loss == pytest.approx(squares, rel=1e-5)
    assert bare(model).targets is None
    assert math.isnan(bare(line(2)).data_loss)


def test_targets_of_other_samples_are_not_theirs() -> None:
    assert bare(line(), targets=np.zeros((30, 1))).targets is None
    assert math.isnan(bare(line(), targets=np.zeros((30, 1))).data_loss)
    with pytest.raises(ValueError, match="24 samples"):
        _ = bare(line(), targets=np.zeros((20, 1))).targets


def test_examples_of_what_a_model_makes_of_noise_are_no_answers() -> None:
    model = keras.Sequential([keras.Input((6,)), L.Dense(192), L.Reshape((8, 8, 3))])
    examples = np.zeros((24, 8, 8, 3))
    assert bare(model, targets=examples).targets is None
    model.compile(loss="mse")
    assert bare(model, targets=examples).targets is not None
    assert bare(model, targets=examples, loss="mae").targets is not None


def test_a_call_that_raises_is_told_each_time() -> None:
    class Moody(keras.Model):
        fails = False

        def call(self, inputs: Any) -> Any:
            if self.fails:
                raise RuntimeError("not today")
            return inputs

    model = Moody()
    run = bare(model)
    model.fails = True
    for _ in range(2):
        with pytest.raises(ModelCallError, match="not today"):
            _ = run.outputs


def test_a_diagnosis_runs_the_model_as_it_is_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[str] = []
    run = exchanged_pass.run_exchanged

    def counted(probe: Any, exchanges: Any = None, **options: Any) -> Any:
        inputs = options.get("inputs")
        as_it_is = not exchanges and not options.get("weights")
        if as_it_is and (inputs is None or np.array_equal(inputs, X)):
            passes.append("bare")
        return run(probe, exchanges, **options)

    for user in ("experiments.penalties", "experiments.weight_trials", "diagnosis.data.runs"):
        monkeypatch.setattr(f"cnnviz_widgets.model.{user}.run_exchanged", counted)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            L.Dense(32, activation="relu", kernel_regularizer="l2", name="hidden"),
            L.Dense(4, activation="softmax", name="head"),
            L.Lambda(lambda x: x + 0.0, name="same"),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(X, LABELS, epochs=2, verbose=0)
    kernel, bias = model.layers[0].get_weights()
    bias[:20] = -100
    model.layers[0].set_weights([kernel, bias])
    report = diagnose(model, X, targets=LABELS)
    assert "dead" in {finding.kind for finding in report}
    assert passes == ["bare"]
